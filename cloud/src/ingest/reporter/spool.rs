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
    /// Facts that have gone since the file was written anew.
    gone: usize,
    /// Facts that were given up since some wait.
    given_up: usize,
}

impl Spool {
    /// What an earlier run left in `path`. A torn last line is left out; a file that cannot be read is left alone.
    pub fn open(path: PathBuf) -> Self {
        let mut spool = Self { path, entries: VecDeque::new(), file: None, gone: 0, given_up: 0 };
        match File::open(&spool.path) {
            Ok(file) => {
                let lines = BufReader::new(file.take(MAX_BYTES)).lines().map_while(Result::ok);
                let entries = lines.filter_map(|line| serde_json::from_str(&line).ok());
                entries.for_each(|entry| spool.push(entry));
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

    /// Adds the newest. Where too many wait, an old one is given up: what is so in the end is told.
    pub fn push(&mut self, entry: Entry) {
        let moves = moves(&entry.fact);
        let bound = if moves { MAX_FACTS } else { MAX_FACTS - KEPT_FOR_MOVES };
        if self.entries.len() >= bound && !self.give_one_up(moves) {
            return;
        }
        if let Some(file) = &mut self.file
            && let Err(error) = append(file, &entry)
        {
            tracing::error!(%error, path = %self.path.display(), "a waiting fact cannot be kept on disk");
        }
        self.entries.push_back(entry);
    }

    /// Takes out the oldest that is only noted or, for one that moves the show, else the oldest that moved it: a later one says
    /// where it stands. False when there is none. The very first is being told and stays.
    fn give_one_up(&mut self, for_a_move: bool) -> bool {
        if self.given_up == 0 {
            tracing::error!(path = %self.path.display(), "too many facts wait to be told: old ones are given up");
        }
        self.given_up += 1;
        let oldest = |goes: fn(&MediaFact) -> bool| {
            (1..self.entries.len()).find(|at| self.entries.get(*at).is_some_and(|entry| goes(&entry.fact)))
        };
        let noted = oldest(|fact| !moves(fact));
        // A session that nothing is known of cannot be placed.
        let moved = || oldest(|fact| moves(fact) && !matches!(fact, MediaFact::Admitted { .. }));
        let at = noted.or_else(|| if for_a_move { moved() } else { None });
        let goes = at.is_some_and(|at| self.entries.remove(at).is_some());
        if goes {
            self.tidy();
        }
        goes
    }

    /// Takes the oldest out, which was told.
    pub fn pop(&mut self) {
        self.entries.pop_front();
        if self.entries.is_empty() && self.given_up > 0 {
            tracing::error!(facts = self.given_up, path = %self.path.display(), "facts were given up while shows did not answer");
            self.given_up = 0;
        }
        self.tidy();
    }

    /// One has gone: writes the file anew now and then, and removes it in the end.
    fn tidy(&mut self) {
        self.gone += 1;
        if self.file.is_some() && (self.entries.is_empty() || self.gone > KEPT_FOR_MOVES) {
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
            Ok(file) => (self.file, self.gone) = (Some(file), 0),
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

    #[test]
    fn where_too_many_wait_old_ones_are_given_up_and_what_is_so_in_the_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.jsonl");
        let mut spool = Spool::open(path.clone());
        let session = PublishSessionId::new();
        let remote = std::net::Ipv4Addr::LOCALHOST.into();
        let codec = |n: usize| MediaFact::Codec { text: n.to_string() };
        let lost = MediaFact::PublisherLost { session, reason: crate::events::LossReason::Silent };
        spool.push(entry(codec(0)));
        spool.push(entry(MediaFact::Admitted { session, remote }));
        spool.keep();
        (1..=MAX_FACTS).for_each(|n| spool.push(entry(codec(n))));
        for _ in 0..MAX_FACTS {
            spool.push(entry(MediaFact::Receiving { session }));
            spool.push(entry(lost.clone()));
        }
        spool.push(entry(codec(9_999)));
        assert_eq!(spool.given_up, 2 * MAX_FACTS + 3, "what does not fit");
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MAX_FACTS + KEPT_FOR_MOVES + 1, "the file is bounded too: {lines}");
        let again = Spool::open(path);
        for spool in [spool, again] {
            let facts: Vec<_> = spool.entries.iter().map(|entry| entry.fact.clone()).collect();
            assert_eq!(facts.len(), MAX_FACTS);
            assert_eq!(facts[..2], [codec(0), MediaFact::Admitted { session, remote }]);
            assert_eq!(facts.last(), Some(&lost), "there is nothing of less weight to give up for a note");
        }
    }

    #[test]
    fn that_facts_are_given_up_is_said_once_until_all_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(folder.path().join("show.jsonl"));
        for _ in 0..2 {
            (0..MAX_FACTS).for_each(|n| spool.push(entry(MediaFact::RungUp { name: n.to_string() })));
            assert_eq!(spool.given_up, KEPT_FOR_MOVES, "the first is said, the rest are counted");
            while !spool.is_empty() {
                spool.pop();
            }
            assert_eq!(spool.given_up, 0);
        }
    }
}
