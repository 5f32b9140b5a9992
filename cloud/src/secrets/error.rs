//! What can go wrong with secrets at rest. No text ever holds a key or a secret.

use std::path::PathBuf;

use crate::db::DbError;

/// An error of the key ring. All but the last three stop the start, each with one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// There is no key at all.
    #[error("{0} holds no key; it takes id:key, the newest first, each key 32 random bytes in base64")]
    NoKeys(String),
    /// An entry is not `id:key`. It is named by its number, since its text may be the key itself.
    #[error("key {number} of {source_name} is not id:key, with an id of 1 to 32 letters, digits, _ or -")]
    BadEntry {
        /// The setting or the file.
        source_name: String,
        /// Which, from 1.
        number: usize,
    },
    /// A key is not 32 bytes.
    #[error("the key {id} of {source_name} is not 32 bytes in base64 (openssl rand -base64 32 makes one)")]
    BadKey {
        /// The setting or the file.
        source_name: String,
        /// The key's id.
        id: String,
    },
    /// Two keys have the same id.
    #[error("the key {id} stands twice in {source_name}")]
    Twice {
        /// The setting or the file.
        source_name: String,
        /// The key's id.
        id: String,
    },
    /// The file of the keys can be neither read nor made.
    #[error("the keys of secrets in {path} can be neither read nor made")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database was sealed with other keys.
    #[error(
        "the database holds secrets sealed with the key {0}, which this process does not have; \
         give it in VITRINE_SECRET_KEYS, or bring back the data folder's keys/secrets.keys"
    )]
    OtherKeys(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The sealed text is none of ours.
    #[error("a sealed secret cannot be read")]
    Malformed,
    /// It was sealed with a key that the ring does not hold.
    #[error("a secret was sealed with the key {0}, which the key ring does not hold")]
    UnknownKey(String),
    /// It was changed, or sealed for another place.
    #[error("a sealed secret was changed or belongs elsewhere")]
    Forged,
}
