//! Putting an archive together: a file for each kind of thing, then one of all.

use std::fs::File;
use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt as _;
use vitrine_protocol::{ExportId, OrgId};

use super::{Leaving, LeavingError, store};
use crate::mail::ToOwners;

const README: &str = "All data of the organisation, a file for each kind of thing, with a JSON object on each line.
Times (_ms) are milliseconds since 1970, UTC. Money (_minor) is in the smallest unit of its currency. `settings`, `card`, `lines`,
`product_ids` and `fact` hold JSON as text. `timeline` is what happened, of shows and in the organisation. Passwords, tokens and
secrets are not in it, nor are pictures and recordings.
";

impl Leaving {
    /// Makes an export that was asked for. Safe to do twice.
    pub(super) async fn make(&self, org: OrgId, id: ExportId) -> Result<(), LeavingError> {
        if !store::is_waiting(&self.db, id).await? {
            return Ok(());
        }
        let folder = self.folder.join(id.to_string());
        let made = self.make_in(&folder, org, id).await;
        match tokio::fs::remove_dir_all(&folder).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %folder.display(), "an export's folder could not be removed");
            }
            _ => {}
        }
        made
    }

    async fn make_in(&self, folder: &Path, org: OrgId, id: ExportId) -> Result<(), LeavingError> {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(folder.join("README.txt"), README).await?;
        let mut files = vec!["README.txt".to_owned()];
        for section in store::SECTIONS {
            let name = format!("{}.jsonl", section.name);
            let mut file = tokio::io::BufWriter::new(tokio::fs::File::create(folder.join(&name)).await?);
            store::write_lines(&self.db, section, org, &mut file).await?;
            file.flush().await?;
            files.push(name);
        }
        let (from, archive) = (folder.to_owned(), folder.join("all.tar.gz"));
        let to = archive.clone();
        let size = tokio::task::spawn_blocking(move || pack(&from, &files, &to))
            .await
            .map_err(io::Error::other)??;
        self.blobs.put_file(&blob(id), &archive).await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !store::end_export(&mut tx, id, Some(i64::try_from(size).unwrap_or(i64::MAX)), now).await? {
            drop(tx);
            // The organisation is gone meanwhile; or somebody else was quicker, with the same file.
            if store::org_of(&self.db, id).await?.is_none() {
                self.blobs.delete(&blob(id)).await?;
            }
            return Ok(());
        }
        let older = store::older_exports(&mut tx, org, id).await?;
        for one in &older {
            store::delete_export(&mut tx, *one).await?;
        }
        let links = store::links_of(&mut tx, id).await?;
        let link = self.link(org, (id, links), now + super::model::KEPT_FOR)?;
        self.orgs
            .write_to_owners(&mut tx, org, |organization| ToOwners::ExportReady {
                organization,
                link: link.clone(),
            })
            .await?;
        tx.commit().await?;
        for one in older {
            self.blobs.delete(&blob(one)).await?;
        }
        Ok(())
    }
}

/// Where an archive is kept.
pub(super) fn blob(id: ExportId) -> String {
    format!("exports/{id}.tar.gz")
}

/// Packs `files` of a folder; how large that came to be.
fn pack(folder: &Path, files: &[String], to: &Path) -> io::Result<u64> {
    let mut archive = tar::Builder::new(GzEncoder::new(File::create(to)?, Compression::fast()));
    archive.mode(tar::HeaderMode::Deterministic);
    for name in files {
        archive.append_path_with_name(folder.join(name), name)?;
    }
    let file = archive.into_inner()?.finish()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}
