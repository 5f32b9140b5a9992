//! Blobs as files of one folder.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt as _;

use super::{BlobError, BlobStore};

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
    async fn no_name_leads_out_of_the_folder() {
        let blobs = FolderBlobs::new("/nowhere".into());
        for name in ["../x", "/etc/passwd", "a//b", "a/../b", "", ".hidden", "A", "a\0"] {
            assert!(matches!(blobs.get(name).await, Err(BlobError::BadName)), "{name}");
        }
    }
}
