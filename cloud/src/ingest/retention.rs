//! What transmissions leave on the disk goes after its time: journals of shows that are over, logs, old recordings.
//!
//! A folder whose transmission runs is locked by it and never touched.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A journal that nobody wrote for this long brings no show back.
const JOURNAL_FOR: Duration = Duration::from_secs(6 * 3600);

/// How long recordings stay, and how much of the disk they may take together.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Recordings stay this long after their last segment.
    pub recordings_for: Duration,
    /// All recordings of this machine; the oldest go first. `None`: as much as there is.
    pub recordings_bytes: Option<u64>,
}

/// A recording that may go.
struct Recording {
    folder: PathBuf,
    written: SystemTime,
    bytes: u64,
}

/// Sweeps the folder of all shows; `now` is the machine's clock, as files are dated. Gives the bytes that were freed.
///
/// # Errors
/// The folder cannot be listed. What cannot be deleted is logged and tried again the next time.
pub fn sweep(shows: &Path, keep: Keep, now: SystemTime) -> io::Result<u64> {
    let mut freed = 0;
    let mut recordings = Vec::new();
    for epoch in folders(shows)?.iter().flat_map(|show| folders(show).unwrap_or_default()) {
        let Some(_lock) = unused(&epoch) else { continue };
        let (journal, recording) = (epoch.join("journal"), epoch.join("recording"));
        let age = |folder: &Path| now.duration_since(newest(folder)).unwrap_or_default();
        if journal.is_dir() && age(&journal) > JOURNAL_FOR {
            freed += remove(&journal);
        }
        if recording.is_dir() {
            let (written, bytes) = (newest(&recording), size(&recording));
            recordings.push(Recording { folder: recording, written, bytes });
        } else if !journal.exists() && age(&epoch) > JOURNAL_FOR {
            freed += remove(&epoch);
        }
    }
    recordings.sort_by_key(|recording| recording.written);
    let mut sum: u64 = recordings.iter().map(|recording| recording.bytes).sum();
    for recording in recordings {
        let old = now.duration_since(recording.written).unwrap_or_default() > keep.recordings_for;
        if old || keep.recordings_bytes.is_some_and(|most| sum > most) {
            tracing::info!(folder = %recording.folder.display(), old, "a recording's time is over");
            sum -= recording.bytes;
            freed += remove(&recording.folder);
        }
    }
    for show in folders(shows)? {
        let _ = fs::remove_dir(show); // succeeds when nothing is left in it
    }
    Ok(freed)
}

/// The lock of an epoch's folder, if no transmission holds it.
fn unused(epoch: &Path) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(epoch.join("lock")).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// Every file and folder below, links not followed.
fn entries(folder: &Path) -> Vec<(PathBuf, fs::Metadata)> {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for entry in listed {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            found.extend(entries(&entry.path()));
        }
        found.push((entry.path(), metadata));
    }
    found
}

/// When anything in it was written last.
fn newest(folder: &Path) -> SystemTime {
    let own = folder.symlink_metadata().and_then(|found| found.modified()).ok();
    let below = entries(folder).into_iter().filter_map(|(_, found)| found.modified().ok());
    below.chain(own).max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn size(folder: &Path) -> u64 {
    entries(folder).iter().filter(|(_, found)| found.is_file()).map(|(_, found)| found.len()).sum()
}

fn remove(folder: &Path) -> u64 {
    let bytes = size(folder);
    match fs::remove_dir_all(folder) {
        Ok(()) => bytes,
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "a folder could not be removed");
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Keep = Keep { recordings_for: Duration::from_secs(30 * 86_400), recordings_bytes: None };

    fn epoch(shows: &Path, name: &str) -> PathBuf {
        let folder = shows.join(name).join("1");
        for (path, bytes) in [("journal/00000001.journal", 10), ("recording/source/seg0.m4s", 100)] {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), vec![0; bytes]).unwrap();
        }
        fs::write(folder.join("transmission.log"), "x").unwrap();
        folder
    }

    fn after(hours: u64) -> SystemTime {
        let folder = tempfile::tempdir().unwrap();
        newest(folder.path()) + Duration::from_secs(hours * 3600)
    }

    #[test]
    fn journals_go_after_hours_and_recordings_after_a_month() {
        let shows = tempfile::tempdir().unwrap();
        let folder = epoch(shows.path(), "one");
        assert_eq!(sweep(shows.path(), KEEP, after(1)).unwrap(), 0);
        assert_eq!(sweep(shows.path(), KEEP, after(7)).unwrap(), 10);
        assert!(folder.join("recording/source/seg0.m4s").exists() && !folder.join("journal").exists());
        assert_eq!(sweep(shows.path(), KEEP, after(31 * 24)).unwrap(), 100);
        sweep(shows.path(), KEEP, after(32 * 24)).unwrap();
        assert_eq!(fs::read_dir(shows.path()).unwrap().count(), 0, "nothing is left of the show");
    }

    #[test]
    fn a_show_whose_transmission_runs_is_not_touched() {
        let shows = tempfile::tempdir().unwrap();
        let folder = epoch(shows.path(), "one");
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        assert_eq!(sweep(shows.path(), KEEP, after(90 * 24)).unwrap(), 0);
        assert!(folder.join("journal").exists());
    }

    #[test]
    fn beyond_the_machines_budget_the_oldest_recordings_go_first() {
        let shows = tempfile::tempdir().unwrap();
        let old = epoch(shows.path(), "old");
        std::thread::sleep(Duration::from_millis(20));
        let new = epoch(shows.path(), "new");
        let keep = Keep { recordings_bytes: Some(150), ..KEEP };
        assert_eq!(sweep(shows.path(), keep, after(1)).unwrap(), 100);
        assert!(!old.join("recording").exists() && new.join("recording").exists());
    }
}
