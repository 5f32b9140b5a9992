//! Blobs as files of one folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

use super::{BlobError, BlobReader, BlobStore};

/// A folder that holds blobs.
#[derive(Debug)]
pub struct FolderBlobs {
    root: PathBuf,
    next: AtomicU64,
}

impl FolderBlobs {
    /// Blobs under `root`, which is made when the first one comes.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root, next: AtomicU64::new(0) }
    }

    fn path(&self, name: &str) -> Result<PathBuf, BlobError> {
        let fine = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b))
        };
        if name.len() > 255 || !name.split('/').all(fine) {
            return Err(BlobError::BadName);
        }
        Ok(self.root.join(name))
    }

    /// Written beside, synced, then renamed: whoever reads sees the whole blob or none.
    async fn write(&self, name: &str, body: Bytes) -> Result<(), BlobError> {
        let path = self.path(name)?;
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let draft = folder.join(format!(".draft-{}-{number}", std::process::id()));
        let mut file = tokio::fs::File::create(&draft).await?;
        let written = async {
            file.write_all(&body).await?;
            file.sync_all().await?;
            tokio::fs::rename(&draft, &path).await
        }
        .await;
        if written.is_err() {
            // The draft is of no use to anybody; the first error is the one to tell.
            drop(tokio::fs::remove_file(&draft).await);
        }
        Ok(written?)
    }
}

impl BlobStore for FolderBlobs {
    fn put<'a>(&'a self, name: &'a str, body: Bytes) -> BoxFuture<'a, Result<(), BlobError>> {
        self.write(name, body).boxed()
    }

    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Bytes>, BlobError>> {
        async move {
            match tokio::fs::read(self.path(name)?).await {
                Ok(body) => Ok(Some(body.into())),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
        .boxed()
    }

    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        async move {
            match tokio::fs::remove_file(self.path(name)?).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }
        }
        .boxed()
    }

    fn put_file<'a>(&'a self, name: &'a str, file: &'a Path) -> BoxFuture<'a, Result<(), BlobError>> {
        async move {
            let path = self.path(name)?;
            tokio::fs::create_dir_all(path.parent().unwrap_or(&self.root)).await?;
            match tokio::fs::rename(file, &path).await {
                // It comes from another disk.
                Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
                    let number = self.next.fetch_add(1, Ordering::Relaxed);
                    let draft = path.with_file_name(format!(".draft-{}-{number}", std::process::id()));
                    tokio::fs::copy(file, &draft).await?;
                    tokio::fs::rename(&draft, &path).await?;
                    tokio::fs::remove_file(file).await?;
                }
                moved => moved?,
            }
            Ok(())
        }
        .boxed()
    }

    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<BlobReader>, BlobError>> {
        async move {
            let file = match tokio::fs::File::open(self.path(name)?).await {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                file => file?,
            };
            let size_bytes = file.metadata().await?.len();
            Ok(Some(BlobReader { size_bytes, body: ReaderStream::new(file).boxed() }))
        }
        .boxed()
    }

    fn delete_folder<'a>(&'a self, folder: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        async move {
            match tokio::fs::remove_dir_all(self.path(folder)?).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_is_got_until_it_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::new(dir.path().to_owned());
        blobs.put("media/a/b.png", Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(blobs.get("media/a/b.png").await.unwrap().unwrap(), "x");
        blobs.delete("media/a/b.png").await.unwrap();
        blobs.delete("media/a/b.png").await.unwrap();
        assert!(blobs.get("media/a/b.png").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_file_is_taken_in_and_read_piece_by_piece_and_a_folder_goes_whole() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::new(dir.path().join("blobs"));
        let file = dir.path().join("large");
        std::fs::write(&file, vec![7; 100_000]).unwrap();
        blobs.put_file("a/large", &file).await.unwrap();
        blobs.put("ab/small", Bytes::from_static(b"x")).await.unwrap();
        assert!(!file.exists() && blobs.open("a/none").await.unwrap().is_none());
        let mut read = blobs.open("a/large").await.unwrap().unwrap();
        let mut count = 0;
        while let Some(piece) = read.body.next().await {
            count += piece.unwrap().len();
        }
        assert_eq!((read.size_bytes, count), (100_000, 100_000));
        blobs.delete_folder("a").await.unwrap();
        blobs.delete_folder("a").await.unwrap();
        assert!(
            blobs.open("a/large").await.unwrap().is_none() && blobs.get("ab/small").await.unwrap().is_some()
        );
        assert!(blobs.delete_folder("..").await.is_err());
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let blobs = FolderBlobs::new("/nowhere".into());
        for name in ["../x", "/etc/passwd", "a//b", "a/../b", "", ".hidden", "A", "a\0"] {
            assert!(matches!(blobs.get(name).await, Err(BlobError::BadName)), "{name}");
        }
    }
}
