//! Files that outlive a request: pictures, later recordings.
//!
//! Owns: the [`BlobStore`] trait, its folder, and the mark by which nodes of one database find out that they share it.
//! Names are content-addressed by their makers, so a blob never changes once it is there. Leans on `db`.

mod folder;
mod shared;
mod store;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

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

    /// Takes a file of this machine in, which is gone from there; a blob of that name is replaced. For what is too large to be
    /// held in memory.
    fn put_file<'a>(&'a self, name: &'a str, file: &'a Path) -> BoxFuture<'a, Result<(), BlobError>>;

    /// The blob, if there is one, to be read piece by piece.
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<BlobReader>, BlobError>>;

    /// Removes every blob whose name begins with `folder` and a slash; it is no error when there is none.
    fn delete_folder<'a>(&'a self, folder: &'a str) -> BoxFuture<'a, Result<(), BlobError>>;
}

/// A blob that is read piece by piece.
pub struct BlobReader {
    /// How large it is.
    pub size_bytes: u64,
    /// What it holds.
    pub body: BoxStream<'static, std::io::Result<Bytes>>,
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
