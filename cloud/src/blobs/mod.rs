//! Files that outlive a request: pictures, later recordings.
//!
//! Owns: the [`BlobStore`] trait, its folder, and the mark by which nodes of one database find out that they share it.
//! Names are content-addressed by their makers, so a blob never changes once it is there. Leans on `db`.

mod folder;
mod shared;
mod store;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub use folder::FolderBlobs;
pub use shared::{SharedError, check_shared};

/// Keeps blobs under names like `media/ORG/NAME.png`.
pub trait BlobStore: Send + Sync + 'static {
    /// Keeps `body`; a blob of that name is replaced.
    fn put<'a>(&'a self, name: &'a str, body: Bytes) -> BoxFuture<'a, Result<(), BlobError>>;

    /// The blob, if there is one.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Bytes>, BlobError>>;

    /// Removes the blob; it is no error when there is none.
    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), BlobError>>;
}

/// The store as rooms hold it.
pub type Blobs = Arc<dyn BlobStore>;

/// What can go wrong with a blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The name holds something else than `a-z 0-9 . _ - /`, or steps out of the store.
    #[error("not a name for a blob")]
    BadName,
    /// The disk refused.
    #[error("a blob could not be read or written")]
    Io(#[from] std::io::Error),
}
