//! The key of viewers' tokens: one for all nodes, in the database, sealed.

use std::io;
use std::path::{Path, PathBuf};

use rand::Rng as _;
use zeroize::Zeroizing;

use super::{ViewerTokens, store};
use crate::db::{Db, DbError};
use crate::secrets::{KeyRing, Opened, Place, SecretsError};

/// Where the key is kept.
const PLACE: Place<'static> = Place { table: "viewer_keys", column: "sealed", row: "viewer", org: None };

/// Why the key cannot be used. The operator can mend each of them.
#[derive(Debug, thiserror::Error)]
pub enum ViewerKeyError {
    /// The key of an earlier version, a file in the data folder, cannot be read.
    #[error("the key of the viewers' tokens in {} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It cannot be opened or sealed.
    #[error("the key of the viewers' tokens cannot be opened")]
    Sealed(#[from] SecretsError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl ViewerTokens {
    /// Tokens under the database's key, which is made at the first start: of the key that an earlier version left in
    /// `file`, so that its viewers stay who they are, or else afresh. Sealed with an older key of `ring`, it is sealed anew.
    ///
    /// # Errors
    /// [`ViewerKeyError`].
    pub async fn open(db: &Db, ring: &KeyRing, file: &Path) -> Result<Self, ViewerKeyError> {
        let sealed = match store::viewer_key(db, PLACE.row).await? {
            Some(sealed) => sealed,
            None => {
                let sealed = ring.seal(PLACE, first_key(file)?.as_ref())?;
                let mut tx = db.begin().await?;
                // Of two first starts at once, both go on with the key of the one that was quicker.
                let kept = store::keep_viewer_key(&mut tx, PLACE.row, &sealed).await?;
                tx.commit().await?;
                kept
            }
        };
        let key = bytes(&ring.open(PLACE, &sealed)?)?;
        if let Some(anew) = ring.reseal(PLACE, &sealed)? {
            let mut tx = db.begin().await?;
            store::change_viewer_key(&mut tx, PLACE.row, &sealed, &anew).await?;
            tx.commit().await?;
        }
        Ok(Self::of(key))
    }
}

fn bytes(opened: &Opened) -> Result<[u8; 32], SecretsError> {
    opened.expose().try_into().map_err(|_| SecretsError::Malformed)
}

fn first_key(file: &Path) -> Result<Zeroizing<[u8; 32]>, ViewerKeyError> {
    let mut key = Zeroizing::new([0; 32]);
    match std::fs::read(file).map(Zeroizing::new) {
        Ok(found) if found.len() == key.len() => key.copy_from_slice(&found),
        Ok(_) => {
            let source = io::Error::new(io::ErrorKind::InvalidData, "it is not 32 bytes long");
            return Err(ViewerKeyError::File { path: file.to_owned(), source });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => rand::rng().fill_bytes(key.as_mut()),
        Err(source) => return Err(ViewerKeyError::File { path: file.to_owned(), source }),
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use vitrine_protocol::{OrgId, ShowId};

    use super::*;
    use crate::db::testing::each_db;

    #[tokio::test]
    async fn what_one_node_signs_another_reads() {
        each_db(async |db| {
            let (ring, nowhere, now) =
                (KeyRing::for_testing(), Path::new("/nowhere/viewer.key"), DateTime::UNIX_EPOCH);
            let (a, b) = tokio::join!(
                ViewerTokens::open(&db, &ring, nowhere),
                ViewerTokens::open(&db, &ring, nowhere)
            );
            let (viewer, token) = a.unwrap().issue(OrgId::new(), ShowId::new(), None, None, now);
            assert_eq!(b.unwrap().read(&token, now), Some(viewer));
            let kept = store::viewer_key(&db, PLACE.row).await.unwrap().unwrap();
            assert!(kept.starts_with("v1.test."), "sealed: {kept}");
        })
        .await;
    }

    #[tokio::test]
    async fn viewers_of_an_earlier_version_stay_who_they_are() {
        each_db(async |db| {
            let (folder, now) = (tempfile::tempdir().unwrap(), DateTime::UNIX_EPOCH);
            let file = folder.path().join("viewer.key");
            std::fs::write(&file, b"short").unwrap();
            let ring = KeyRing::for_testing();
            let refused = ViewerTokens::open(&db, &ring, &file).await;
            assert!(matches!(refused, Err(ViewerKeyError::File { .. })));
            std::fs::write(&file, [9; 32]).unwrap();
            let (viewer, token) =
                ViewerTokens::of([9; 32]).issue(OrgId::new(), ShowId::new(), None, None, now);
            let tokens = ViewerTokens::open(&db, &ring, &file).await.unwrap();
            assert_eq!(tokens.read(&token, now), Some(viewer.clone()));
            std::fs::remove_file(&file).unwrap();
            let tokens = ViewerTokens::open(&db, &ring, &file).await.unwrap();
            assert_eq!(tokens.read(&token, now), Some(viewer));
        })
        .await;
    }
}
