//! Secrets at rest: what must be read again later and yet be worth nothing to whoever takes the database.
//!
//! Owns: the [`KeyRing`] (XChaCha20-Poly1305; it seals with its newest key and opens with any), where its
//! keys come from, and the table `secret_keys`, by which a process notices at its start that its keys are not
//! those of the database. Secrets that are only compared are hashed instead (`base::hash_secret`). Records
//! nothing. Leans on `config`, `base`, `db`. Spec: design, "Identity and permission".

mod error;
mod keys;
mod ring;
mod service;
mod store;

pub use error::SecretsError;
pub use ring::{KeyRing, Opened, Place};
pub use service::open;
