//! Opening the key ring at the start, and noticing that it is another database's.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::ring::Key;
use super::{KeyRing, Place, SecretsError, keys, store};
use crate::base::to_ms;
use crate::config::Storage;
use crate::db::Db;

/// What each key seals once, so that its absence is noticed before a secret is needed.
const PROOF: &[u8] = b"vitrine";

/// The key ring of the settings, checked against what `db` was sealed with.
///
/// Keys come from `VITRINE_SECRET_KEYS`, else from `keys/secrets.keys` in the data folder, which is made with
/// one fresh key at the first start.
///
/// # Errors
/// Keys are missing or malformed, or none of them ever sealed anything in this database while others did.
pub async fn open(storage: &Storage, db: &Db, now: DateTime<Utc>) -> Result<KeyRing, SecretsError> {
    let keys = match &storage.secret_keys {
        Some(text) => keys::parse(text.expose(), "VITRINE_SECRET_KEYS")?,
        None => from_file(&storage.secret_keys_file(), db).await?,
    };
    let ring = KeyRing::of(keys).ok_or_else(|| SecretsError::NoKeys("VITRINE_SECRET_KEYS".to_owned()))?;
    prove(&ring, db, now).await?;
    Ok(ring)
}

/// The keys of the data folder. None are made for a database that was sealed with others: they would open
/// nothing.
async fn from_file(file: &Path, db: &Db) -> Result<Vec<Key>, SecretsError> {
    if !file.try_exists().unwrap_or(true)
        && let Some(newest) = store::newest(db).await?
    {
        return Err(SecretsError::OtherKeys(newest));
    }
    keys::read_file(file)
}

/// Two machines that each made a key of their own on one database: the second is told.
async fn prove(ring: &KeyRing, db: &Db, now: DateTime<Utc>) -> Result<(), SecretsError> {
    let proof = ring.seal(place(ring.newest_id()), PROOF)?;
    let mut tx = db.begin().await?;
    let mut proofs = store::proofs(&mut tx).await?;
    if !proofs.iter().any(|(id, _)| id == ring.newest_id()) && (proofs.is_empty() || any_opens(ring, &proofs))
    {
        let number = i64::try_from(proofs.len()).unwrap_or(i64::MAX);
        // Of two first starts at once, one waits here and then finds the other's proof.
        store::leave_proof(&mut tx, number, ring.newest_id(), &proof, to_ms(now)).await?;
        proofs = store::proofs(&mut tx).await?;
    }
    if !any_opens(ring, &proofs) {
        let newest = proofs.pop().map(|(id, _)| id).unwrap_or_default();
        return Err(SecretsError::OtherKeys(newest));
    }
    Ok(tx.commit().await?)
}

fn any_opens(ring: &KeyRing, proofs: &[(String, String)]) -> bool {
    proofs.iter().any(|(id, proof)| ring.open(place(id), proof).is_ok())
}

fn place(key_id: &str) -> Place<'_> {
    Place { table: "secret_keys", column: "proof", row: key_id, org: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TestClock;
    use crate::config::Config;
    use crate::db::testing::each_db;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    async fn start(db: &Db, keys: &str) -> Result<KeyRing, SecretsError> {
        let mut storage = Config::for_testing(Path::new("/nonexistent")).storage;
        storage.secret_keys = Some(keys.parse().unwrap());
        open(&storage, db, TestClock::new().clock().now()).await
    }

    #[tokio::test]
    async fn keys_of_another_database_stop_the_start() {
        each_db(async |db| {
            let (a, b, c) = (format!("a:{KEY}"), format!("b:{KEY}"), format!("c:{KEY}"));
            start(&db, &a).await.unwrap();
            start(&db, &a).await.unwrap();
            let error = start(&db, &b).await.unwrap_err();
            assert!(matches!(&error, SecretsError::OtherKeys(id) if id == "a"), "{error}");
            let forged = format!("a:{}", KEY.replace("AAEC", "AAED"));
            assert!(
                matches!(start(&db, &forged).await, Err(SecretsError::OtherKeys(_))),
                "same id, other key"
            );
            start(&db, &format!("{b},{a}")).await.unwrap();
            start(&db, &b).await.unwrap();
            assert!(start(&db, &c).await.is_err());
        })
        .await;
    }

    #[tokio::test]
    async fn of_two_first_starts_with_keys_of_their_own_one_is_told() {
        each_db(async |db| {
            let (a, b) = (format!("a:{KEY}"), format!("b:{KEY}"));
            let (one, other) = tokio::join!(start(&db, &a), start(&db, &b));
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn without_a_setting_the_data_folder_keeps_the_key() {
        each_db(async |db| {
            let folder = tempfile::tempdir().unwrap();
            let storage = Config::for_testing(folder.path()).storage;
            let now = TestClock::new().clock().now();
            let sealed = open(&storage, &db, now).await.unwrap().seal(place("x"), b"y").unwrap();
            let again = open(&storage, &db, now).await.unwrap();
            assert_eq!(again.open(place("x"), &sealed).unwrap().expose(), b"y");
            std::fs::remove_file(storage.secret_keys_file()).unwrap();
            let lost = open(&storage, &db, now).await.unwrap_err().to_string();
            assert!(lost.contains("VITRINE_SECRET_KEYS") && lost.contains("secrets.keys"), "{lost}");
            assert!(!storage.secret_keys_file().exists(), "no useless key lies in the way of the lost one");
        })
        .await;
    }
}
