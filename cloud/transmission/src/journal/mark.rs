//! Whether a journal leads to what was announced. Beside the files, since whoever starts the next transmission may have
//! been killed together with this one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// The mark's name while the files lead to what was announced ...
const WHOLE: &str = "whole";
/// ... and while they do not. It is renamed: a full disk may have no room for another file.
const BROKEN: &str = "broken";

/// The mark in a journal's folder. Clones share it.
#[derive(Debug, Clone)]
pub struct Mark {
    folder: PathBuf,
    whole: Arc<AtomicBool>,
    turn: Arc<Mutex<()>>,
}

impl Mark {
    /// The mark of the journal in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, whole: Arc::new(AtomicBool::new(true)), turn: Arc::default() }
    }

    /// Marks the journal, on a thread of its own: the disk may stand still, and the show waits for no disk.
    pub fn set(&self, whole: bool) {
        self.whole.store(whole, Ordering::SeqCst);
        let mark = self.clone();
        let told = std::thread::Builder::new().name("journal mark".into()).spawn(move || {
            if let Err(error) = mark.write() {
                tracing::error!(%error, whole, "the journal cannot be marked");
            }
        });
        if let Err(error) = told {
            tracing::error!(%error, whole, "the journal cannot be marked");
        }
    }

    /// Writes what was said last, whoever's turn it is.
    fn write(&self) -> io::Result<()> {
        let _turn = self.turn.lock();
        let whole = self.whole.load(Ordering::SeqCst);
        let (before, now) = if whole { (BROKEN, WHOLE) } else { (WHOLE, BROKEN) };
        match fs::rename(self.folder.join(before), self.folder.join(now)) {
            Err(error) if !whole || error.kind() == io::ErrorKind::NotFound => {
                File::create(self.folder.join(now)).map(drop)
            }
            renamed => renamed,
        }
    }
}

/// Whether the journal in `folder` does not lead to what was announced.
pub fn is_broken(folder: &Path) -> bool {
    folder.join(BROKEN).exists()
}

/// Lays down the mark that is renamed when it has to be. Without room for it a fresh one is tried then.
pub fn prepare(folder: &Path) {
    if let Err(error) = File::create(folder.join(WHOLE)) {
        tracing::warn!(%error, "the journal has no mark");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Journal, JournalError};
    use super::*;

    #[test]
    fn nobody_goes_on_from_a_journal_while_it_does_not_lead_to_what_was_announced() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(folder.path().into(), tempfile::tempfile().ok(), |_, _| ());
        drop(open().unwrap());
        let mark = Mark::new(folder.path().into());
        let say = |whole| {
            mark.whole.store(whole, Ordering::SeqCst);
            mark.write().unwrap();
        };
        say(false);
        assert!(matches!(open(), Err(JournalError::Unkept)));
        say(true);
        drop(open().unwrap());
        say(true);
        fs::remove_file(folder.path().join(WHOLE)).unwrap(); // there was no room for it
        say(false);
        assert!(matches!(open(), Err(JournalError::Unkept)));
    }
}
