//! Makes sure that all nodes of one database use one folder of blobs.

use std::io;
use std::path::{Path, PathBuf};

use super::store;
use crate::db::{Db, DbError, Side};

/// The file in the folder that holds the mark. No blob can have this name.
const MARK: &str = ".vitrine";
const NAME: &str = "blobs";
const MAX_BYTES: u64 = 256;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// Other nodes use another one.
    #[error(
        "the folder {} is not the one that this database's pictures are in; set VITRINE_BLOBS_DIR to the folder that all \
         nodes share (one that was moved on purpose needs a file {MARK} that holds {mark})",
        path.display()
    )]
    Other {
        /// The folder.
        path: PathBuf,
        /// The mark of the right one.
        mark: String,
    },
    /// It cannot be read or written.
    #[error("the folder {} cannot be used", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Checks the folder's mark against the database's, and marks both at the first start. One machine with SQLite has no other
/// node, so nothing is checked there.
///
/// # Errors
/// [`SharedError`].
pub async fn check_shared(db: &Db, folder: &Path) -> Result<(), SharedError> {
    match db.side() {
        Side::Sqlite(_) => Ok(()),
        Side::Pg(_) => check(db, folder).await,
    }
}

async fn check(db: &Db, folder: &Path) -> Result<(), SharedError> {
    let unusable = |source| SharedError::Unusable { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let file = folder.join(MARK);
    let found = read(&file).map_err(unusable)?;
    let known = match store::mark(db, NAME).await? {
        Some(known) => known,
        None => {
            let mark = found.clone().unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
            let mut tx = db.begin().await?;
            let known = store::set_mark(&mut tx, NAME, &mark).await?;
            tx.commit().await?;
            if found.is_none() && known == mark {
                std::fs::write(&file, &mark).map_err(unusable)?;
            }
            known
        }
    };
    // Read again: of two first starts at once, one has marked the folder for both.
    let found = read(&file).map_err(unusable)?;
    if found.as_deref() == Some(known.as_str()) {
        return Ok(());
    }
    Err(SharedError::Other { path: folder.to_owned(), mark: known })
}

fn read(file: &Path) -> io::Result<Option<String>> {
    match std::fs::metadata(file) {
        Ok(found) if found.len() <= MAX_BYTES => Ok(Some(std::fs::read_to_string(file)?.trim().to_owned())),
        Ok(_) => Err(io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::each_db;

    #[tokio::test]
    async fn a_node_with_a_folder_of_its_own_does_not_start() {
        each_db(async |db| {
            let (shared, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            check(&db, shared.path()).await.unwrap();
            check(&db, shared.path()).await.unwrap();
            let Err(SharedError::Other { mark, .. }) = check(&db, own.path()).await else {
                panic!("it was taken")
            };
            std::fs::write(own.path().join(MARK), format!("{mark}\n")).unwrap();
            check(&db, own.path()).await.unwrap();
            std::fs::write(own.path().join(MARK), "of another database").unwrap();
            assert!(matches!(check(&db, own.path()).await, Err(SharedError::Other { .. })));
        })
        .await;
    }

    #[tokio::test]
    async fn one_machine_needs_no_mark() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
        check_shared(&db, &dir.path().join("blobs")).await.unwrap();
        assert!(!dir.path().join("blobs").exists());
    }
}
