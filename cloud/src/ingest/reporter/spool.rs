//! Facts that wait to be told: in memory, and in a file from the first that could not be told at once.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vitrine_protocol::PublishSessionId;

use crate::ingest::files;
use crate::show::{MediaFact, Told};

/// Facts that wait at most. A show has a dozen in an hour; a flapping rung or publisher has more.
const MAX_FACTS: usize = 4_096;
/// Of these, places that are kept for facts which move the show.
const KEPT_FOR_MOVES: usize = 1_024;
/// Longest file that is read back.
const MAX_BYTES: u64 = 8 << 20;

/// A fact with its time and owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who saw it, and when.
    pub told: Told,
    /// What happened.
    pub fact: MediaFact,
}

/// The queue and its file.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    entries: VecDeque<Entry>,
    file: Option<File>,
    /// Facts that were told since the file was written anew.
    told: usize,
}

impl Spool {
    /// What an earlier run left in `path`. A torn last line is left out; a file that cannot be read is left alone.
    pub fn open(path: PathBuf) -> Self {
        let mut spool = Self { path, entries: VecDeque::new(), file: None, told: 0 };
        match File::open(&spool.path) {
            Ok(file) => {
                let lines = BufReader::new(file.take(MAX_BYTES)).lines().map_while(Result::ok);
                let entries = lines.filter_map(|line| serde_json::from_str(&line).ok());
                spool.entries = entries.take(MAX_FACTS).collect();
                tracing::info!(facts = spool.entries.len(), "facts of an earlier run wait to be told");
                spool.keep();
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::error!(%error, path = %spool.path.display(), "waiting facts cannot be read")
            }
        }
        spool
    }

    /// Facts that wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The oldest.
    pub fn first(&self) -> Option<&Entry> {
        self.entries.front()
    }

    /// The publisher that is there once all of it is told.
    pub fn publisher(&self) -> Option<PublishSessionId> {
        self.entries.iter().fold(None, |there, entry| match entry.fact {
            MediaFact::Receiving { session } => Some(session),
            MediaFact::PublisherLost { session, .. } => there.filter(|there| *there != session),
            _ => there,
        })
    }

    /// Adds the newest.
    pub fn push(&mut self, entry: Entry) {
        let bound = if moves(&entry.fact) { MAX_FACTS } else { MAX_FACTS - KEPT_FOR_MOVES };
        if self.entries.len() >= bound {
            return tracing::error!(fact = ?entry.fact, "too many facts wait to be told: one was given up");
        }
        if let Some(file) = &mut self.file
            && let Err(error) = append(file, &entry)
        {
            tracing::error!(%error, path = %self.path.display(), "a waiting fact cannot be kept on disk");
        }
        self.entries.push_back(entry);
    }

    /// Takes the oldest out, which was told.
    pub fn pop(&mut self) {
        self.entries.pop_front();
        self.told += 1;
        if self.file.is_some() && (self.entries.is_empty() || self.told > KEPT_FOR_MOVES) {
            self.file = None;
            if self.entries.is_empty() {
                if let Err(error) = std::fs::remove_file(&self.path) {
                    tracing::warn!(%error, path = %self.path.display(), "told facts cannot be removed");
                }
            } else {
                self.keep();
            }
        }
    }

    /// Keeps what waits on disk from now on. Told once more after a kill, a fact changes nothing.
    pub fn keep(&mut self) {
        if self.file.is_some() {
            return;
        }
        match self.write() {
            Ok(file) => (self.file, self.told) = (Some(file), 0),
            Err(error) => {
                tracing::error!(%error, path = %self.path.display(), "waiting facts cannot be kept on disk");
            }
        }
    }

    fn write(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            files::private_folder(folder)?;
        }
        let mut lines = Vec::new();
        for entry in &self.entries {
            append(&mut lines, entry)?;
        }
        files::replace(&self.path, &lines)?;
        File::options().append(true).open(&self.path)
    }
}

fn append(out: &mut impl io::Write, entry: &Entry) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    out.write_all(&line)
}

/// Whether a fact moves the show, rather than being noted.
fn moves(fact: &MediaFact) -> bool {
    matches!(fact, MediaFact::Admitted { .. } | MediaFact::Receiving { .. } | MediaFact::PublisherLost { .. })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use chrono::DateTime;

    use super::*;

    fn entry(fact: MediaFact) -> Entry {
        Entry { told: Told { fence: 3, at: DateTime::UNIX_EPOCH }, fact }
    }

    #[test]
    fn what_waits_is_read_back_and_a_torn_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/show.jsonl");
        let session = PublishSessionId::new();
        let remote = std::net::Ipv4Addr::LOCALHOST.into();
        let facts = [
            MediaFact::Admitted { session, remote },
            MediaFact::SessionMapped { session, offset_ms: -5 },
            MediaFact::RungDown { name: "480p".into(), reason: "too\nslow".into() },
        ];
        let mut spool = Spool::open(path.clone());
        spool.push(entry(facts[0].clone()));
        spool.keep();
        facts[1..].iter().for_each(|fact| spool.push(entry(fact.clone())));
        spool.pop();
        File::options().append(true).open(&path).unwrap().write_all(b"{\"told\":{\"fen").unwrap();
        let mut again = Spool::open(path.clone());
        let read: Vec<_> = again.entries.iter().map(|entry| entry.fact.clone()).collect();
        assert_eq!(read, facts, "the one that was told is told again: better twice than never");
        (0..3).for_each(|_| again.pop());
        assert!(!path.exists());
    }

    #[test]
    fn a_flapping_rung_fills_no_disk_and_the_loss_of_the_publisher_still_fits() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(folder.path().join("show.jsonl"));
        spool.keep();
        for _ in 0..MAX_FACTS * 2 {
            spool.push(entry(MediaFact::RungUp { name: "480p".into() }));
        }
        assert_eq!(spool.len(), MAX_FACTS - KEPT_FOR_MOVES);
        spool.push(entry(MediaFact::Receiving { session: PublishSessionId::new() }));
        assert_eq!(spool.len(), MAX_FACTS - KEPT_FOR_MOVES + 1);
    }
}
