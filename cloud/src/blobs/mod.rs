//! Files that outlive a request: pictures, later recordings.
//!
//! Owns: the [`BlobStore`] trait and its folder. Names are content-addressed by their makers, so a
//! blob never changes once it is there.

mod folder;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub use folder::FolderBlobs;

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
