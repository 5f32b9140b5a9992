//! What transmissions leave on the disk goes after its time: journals of shows that are over, logs, old recordings.
//!
//! A folder whose transmission runs is locked by it and never touched. What is old by the machine's clock goes only when it
//! still is an hour later ([`Aged`]): a clock that is ahead when the machine starts is right by then.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use vitrine_protocol::ShowId;

/// A journal that nobody wrote for this long brings no show back.
const JOURNAL_FOR: Duration = Duration::from_secs(6 * 3600);
/// What two sweeps this far apart both call old is old.
const CALLED_OLD_FOR: Duration = Duration::from_secs(55 * 60);

/// How long recordings stay, and how much of the disk they may take together.
#[derive(Debug, Clone)]
pub struct Keep {
    /// Recordings stay this long after their last segment, where their plan does not say it.
    pub recordings_for: Duration,
    /// For how long those of shows stay whose plan says it.
    pub of_plans: HashMap<ShowId, Duration>,
    /// All recordings of this machine; the oldest go first. `None`: as much as there is.
    pub recordings_bytes: Option<u64>,
}

/// Folders that the sweeps before called old, and since when without a break, on the monotonic clock.
#[derive(Debug, Default)]
pub struct Aged {
    before: HashMap<PathBuf, Instant>,
    now: HashMap<PathBuf, Instant>,
}

impl Aged {
    /// A sweep begins: what it does not call old is not.
    fn begin(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }

    /// This sweep calls the folder old; whether that is so for long enough.
    fn surely(&mut self, folder: &Path, at: Instant) -> bool {
        let since = self.before.get(folder).copied().unwrap_or(at);
        self.now.insert(folder.to_owned(), since);
        at.saturating_duration_since(since) >= CALLED_OLD_FOR
    }
}

/// A recording that may go.
struct Recording {
    kept_for: Duration,
    folder: PathBuf,
    written: SystemTime,
    bytes: u64,
}

/// What is on its way out of an epoch's folder: a sweep that was broken off is gone on with by the next.
const GOING: &str = "going";

/// One sweep.
pub struct Sweep<'a> {
    /// What stays.
    pub keep: &'a Keep,
    /// The machine's clock, as files are dated.
    pub now: SystemTime,
    /// The monotonic clock.
    pub at: Instant,
    /// Whether to go on; asked before each folder, and each file that goes.
    pub goes_on: &'a dyn Fn() -> bool,
}

impl Sweep<'_> {
    /// Sweeps the folder of all shows. Gives the bytes that were freed.
    ///
    /// # Errors
    /// The folder cannot be listed. What cannot be deleted is logged and tried again the next time.
    pub fn run(&self, shows: &Path, aged: &mut Aged) -> io::Result<u64> {
        let Self { keep, now, at, .. } = *self;
        let mut freed = 0;
        aged.begin();
        let mut recordings = Vec::new();
        for epoch in folders(shows)?.iter().flat_map(|show| folders(show).unwrap_or_default()) {
            if !(self.goes_on)() {
                return Ok(freed);
            }
            let Some(_lock) = unused(&epoch) else { continue };
            let (journal, recording) = (epoch.join("journal"), epoch.join("recording"));
            freed += self.remove(&epoch.join(GOING));
            let age = |folder: &Path| now.duration_since(newest(folder)).unwrap_or_default();
            if journal.is_dir() && age(&journal) > JOURNAL_FOR && aged.surely(&journal, at) {
                freed += self.take_out(&journal);
            }
            if recording.is_dir() {
                let (written, bytes) = (newest(&recording), size(&recording));
                let of_plan = epoch.parent().and_then(show_of).and_then(|show| keep.of_plans.get(&show));
                let kept_for = of_plan.copied().unwrap_or(keep.recordings_for);
                recordings.push(Recording { kept_for, folder: recording, written, bytes });
            } else if !journal.exists() && age(&epoch) > JOURNAL_FOR && aged.surely(&epoch, at) {
                freed += self.remove(&epoch);
            }
        }
        recordings.sort_by_key(|recording| recording.written);
        let mut sum: u64 = recordings.iter().map(|recording| recording.bytes).sum();
        for recording in recordings {
            if !(self.goes_on)() {
                return Ok(freed);
            }
            let age = now.duration_since(recording.written).unwrap_or_default();
            let old = age > recording.kept_for && aged.surely(&recording.folder, at);
            if old || keep.recordings_bytes.is_some_and(|most| sum > most) {
                tracing::info!(folder = %recording.folder.display(), old, "a recording's time is over");
                sum -= recording.bytes;
                freed += self.take_out(&recording.folder);
            }
        }
        for show in folders(shows)? {
            let _ = fs::remove_dir(show); // succeeds when nothing is left in it
        }
        Ok(freed)
    }

    /// Removes a folder of an epoch's, which is gone for everybody else at once.
    fn take_out(&self, folder: &Path) -> u64 {
        let going = folder.with_file_name(GOING);
        match fs::rename(folder, &going) {
            Ok(()) => self.remove(&going),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "a folder could not be removed");
                0
            }
        }
    }

    /// Removes a folder, if there is one, and gives the bytes that were freed.
    fn remove(&self, folder: &Path) -> u64 {
        let mut freed = 0;
        for (path, found) in entries(folder) {
            if !(self.goes_on)() {
                return freed;
            }
            let removed = if found.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) };
            match removed {
                Ok(()) if found.is_file() => freed += found.len(),
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, path = %path.display(), "a file could not be removed"),
            }
        }
        let _ = fs::remove_dir(folder); // succeeds when nothing is left in it
        freed
    }
}

/// The lock of an epoch's folder, if no transmission holds it.
fn unused(epoch: &Path) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(epoch.join("lock")).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

/// The show of its folder.
fn show_of(folder: &Path) -> Option<ShowId> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// The shows that have a folder.
pub fn shows(parent: &Path) -> io::Result<Vec<ShowId>> {
    Ok(folders(parent)?.iter().filter_map(|folder| show_of(folder)).collect())
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// Every file and folder below, each folder after what is in it; links are not followed.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn keep() -> Keep {
        let recordings_for = Duration::from_secs(30 * 86_400);
        Keep { recordings_for, of_plans: HashMap::new(), recordings_bytes: None }
    }

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

    /// Sweeps one folder again and again.
    struct Sweeper {
        shows: tempfile::TempDir,
        keep: Keep,
        aged: Aged,
        at: Instant,
    }

    impl Sweeper {
        fn new() -> Self {
            let (shows, aged) = (tempfile::tempdir().unwrap(), Aged::default());
            Self { shows, keep: keep(), aged, at: Instant::now() }
        }

        /// One sweep of a machine whose clock says that so many hours have passed since the folders were written.
        fn sweep(&mut self, hours: u64) -> u64 {
            self.sweep_while(hours, &|| true)
        }

        fn sweep_while(&mut self, hours: u64, goes_on: &dyn Fn() -> bool) -> u64 {
            let sweep = Sweep { keep: &self.keep, now: after(hours), at: self.at, goes_on };
            sweep.run(self.shows.path(), &mut self.aged).unwrap()
        }

        /// Two sweeps, an hour apart.
        fn sweep_twice(&mut self, hours: u64) -> u64 {
            let first = self.sweep(hours);
            self.at += Duration::from_secs(3600);
            first + self.sweep(hours + 1)
        }
    }

    #[test]
    fn journals_go_after_hours_and_recordings_after_a_month() {
        let mut sweeper = Sweeper::new();
        let folder = epoch(sweeper.shows.path(), "one");
        assert_eq!(sweeper.sweep_twice(1), 0);
        assert_eq!(sweeper.sweep_twice(7), 10);
        assert!(folder.join("recording/source/seg0.m4s").exists() && !folder.join("journal").exists());
        assert_eq!(sweeper.sweep_twice(31 * 24), 100);
        sweeper.sweep_twice(32 * 24);
        assert_eq!(fs::read_dir(sweeper.shows.path()).unwrap().count(), 0, "nothing is left of the show");
    }

    #[test]
    fn recordings_stay_as_long_as_their_plan_says() {
        let mut sweeper = Sweeper::new();
        let (week, year) = (ShowId::new(), ShowId::new());
        let of_week = epoch(sweeper.shows.path(), &week.to_string()).join("recording");
        let of_year = epoch(sweeper.shows.path(), &year.to_string()).join("recording");
        let of_nobody = epoch(sweeper.shows.path(), &ShowId::new().to_string()).join("recording");
        assert_eq!(shows(sweeper.shows.path()).unwrap().len(), 3);
        let days = |days: u64| Duration::from_secs(days * 86_400);
        sweeper.keep.of_plans = [(week, days(7)), (year, days(365))].into();
        sweeper.sweep_twice(6 * 24);
        assert!(of_week.exists());
        sweeper.sweep_twice(8 * 24);
        assert!(!of_week.exists() && of_nobody.exists());
        sweeper.sweep_twice(40 * 24);
        assert!(of_year.exists() && !of_nobody.exists());
        sweeper.sweep_twice(366 * 24);
        assert!(!of_year.exists());
    }

    #[test]
    fn a_clock_that_is_ahead_for_a_while_deletes_nothing() {
        let mut sweeper = Sweeper::new();
        epoch(sweeper.shows.path(), "one");
        let decades = 80 * 365 * 24;
        assert_eq!(sweeper.sweep(decades), 0, "the machine has just started");
        sweeper.at += Duration::from_secs(3600);
        assert_eq!(sweeper.sweep(1), 0, "now its clock is right");
        sweeper.at += Duration::from_secs(3600);
        assert_eq!(sweeper.sweep(decades), 0, "what was said before is taken back");
        sweeper.at += Duration::from_secs(60);
        assert_eq!(sweeper.sweep(decades), 0, "a minute is not enough");
        sweeper.at += Duration::from_secs(3600);
        assert_eq!(sweeper.sweep(decades), 110);
    }

    #[test]
    fn a_sweep_is_broken_off_between_two_files_and_gone_on_with_by_the_next() {
        let mut sweeper = Sweeper::new();
        let folder = epoch(sweeper.shows.path(), "one");
        fs::remove_dir_all(folder.join("journal")).unwrap();
        (1..20)
            .for_each(|n| fs::write(folder.join(format!("recording/source/seg{n}.m4s")), [0; 100]).unwrap());
        sweeper.sweep(31 * 24);
        sweeper.at += Duration::from_secs(3600);
        let asked = std::cell::Cell::new(0);
        let freed = sweeper.sweep_while(31 * 24, &|| asked.replace(asked.get() + 1) < 5);
        assert_eq!((freed, asked.get()), (300, 6), "the process ends");
        assert!(!folder.join("recording").exists(), "half a recording plays nowhere");
        assert_eq!(sweeper.sweep(1), 1700, "however fresh what is left looks");
    }

    #[test]
    fn a_show_whose_transmission_runs_is_not_touched() {
        let mut sweeper = Sweeper::new();
        let folder = epoch(sweeper.shows.path(), "one");
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        assert_eq!(sweeper.sweep_twice(90 * 24), 0);
        assert!(folder.join("journal").exists());
    }

    #[test]
    fn beyond_the_machines_budget_the_oldest_recordings_go_first() {
        let mut sweeper = Sweeper::new();
        let old = epoch(sweeper.shows.path(), "old");
        std::thread::sleep(Duration::from_millis(20));
        let new = epoch(sweeper.shows.path(), "new");
        sweeper.keep.recordings_bytes = Some(150);
        assert_eq!(sweeper.sweep(1), 100);
        assert!(!old.join("recording").exists() && new.join("recording").exists());
    }
}
