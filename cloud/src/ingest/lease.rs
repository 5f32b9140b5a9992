//! Lease files: which transmission runs for which show, so that a restarted `serve` can adopt it.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vitrine_protocol::ShowId;

/// Longest lease file that is read; ours have about 200 bytes.
const MAX_LEASE_BYTES: u64 = 4096;

/// What a lease file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The show.
    pub show: ShowId,
    /// The transmission's epoch.
    pub epoch: u32,
    /// Its process.
    pub pid: u32,
    /// SHA-256 of its token: enough to recognise it, useless to a thief.
    pub token_hash: String,
}

/// The folder of lease files.
#[derive(Debug, Clone)]
pub struct Leases {
    folder: PathBuf,
}

impl Leases {
    /// Leases in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes the folder, for its owner alone.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(&self) -> io::Result<()> {
        super::files::private_folder(&self.folder)
    }

    /// Writes a lease in one step: a reader finds the old one or the new one.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, lease: &Lease) -> io::Result<()> {
        super::files::replace(&self.path(lease.show), &serde_json::to_vec(lease)?)
    }

    /// Removes a show's lease; it may be gone already.
    pub fn remove(&self, show: ShowId) {
        if let Err(error) = std::fs::remove_file(self.path(show))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, show.id = %show, "a lease could not be removed");
        }
    }

    /// Every lease that can be read; the others are logged and removed.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn all(&self) -> io::Result<Vec<Lease>> {
        let mut leases = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                match read(&path) {
                    Ok(lease) if self.path(lease.show) == path => leases.push(lease),
                    outcome => {
                        tracing::warn!(path = %path.display(), ?outcome, "an unreadable lease was removed");
                        std::fs::remove_file(&path)?;
                    }
                }
            }
        }
        Ok(leases)
    }

    fn path(&self, show: ShowId) -> PathBuf {
        self.folder.join(format!("{show}.json"))
    }
}

fn read(path: &Path) -> io::Result<Lease> {
    if path.metadata()?.len() > MAX_LEASE_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_found_again_and_a_torn_one_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let leases = Leases::new(folder.path().join("leases"));
        leases.open().unwrap();
        let lease = Lease { show: ShowId::new(), epoch: 2, pid: 77, token_hash: "ab".into() };
        leases.write(&lease).unwrap();
        std::fs::write(folder.path().join("leases").join(format!("{}.json", ShowId::new())), "{\"show")
            .unwrap();
        assert_eq!(leases.all().unwrap(), std::slice::from_ref(&lease));
        leases.remove(lease.show);
        leases.remove(lease.show);
        assert!(leases.all().unwrap().is_empty());
        assert_eq!(std::fs::read_dir(folder.path().join("leases")).unwrap().count(), 0);
    }
}
