//! Facts that wait to be told: in memory, and in a file from the first that could not be told at once.
//!
//! The file is a log of lines: a fact with its number, or the number of one that waits no more. So the next run tells what waited
//! when this one was killed, and at most the one that was just being told once more.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

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

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    /// The entry of this number waits no more.
    Gone { gone: u64 },
    /// An entry that waits.
    Waits {
        /// Which one it is among those of the file. Files of earlier versions have no numbers, and nothing in them has gone.
        #[serde(default)]
        number: u64,
        #[serde(flatten)]
        entry: Entry,
    },
}

/// The queue and its file.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    entries: VecDeque<(u64, Entry)>,
    /// The number of the next entry.
    next: u64,
    /// What waits belongs on disk, and something of it may be there.
    kept: bool,
    /// The file, while all that waits is in it.
    file: Option<File>,
    /// Facts that have gone since the file was written anew.
    gone: usize,
    /// Facts that were given up since some wait.
    given_up: usize,
}

impl Spool {
    /// What earlier runs left in `path`. A file that cannot be read is left alone.
    pub fn open(path: PathBuf) -> Self {
        // Earlier versions moved what was left of shows that nobody looked after; it is the older part.
        let moved_path = path.with_extension("left");
        let (moved, waiting) = (read(&moved_path), read(&path));
        let (entries, kept) = (VecDeque::new(), waiting.is_some());
        let mut spool = Self { path, entries, next: 0, kept: false, file: None, gone: 0, given_up: 0 };
        let has_moved = moved.is_some();
        moved.into_iter().chain(waiting).flatten().for_each(|entry| spool.push(entry));
        if !spool.is_empty() {
            tracing::info!(facts = spool.entries.len(), "facts of an earlier run wait to be told");
            spool.keep();
        } else if kept {
            remove(&spool.path);
        }
        if has_moved && (spool.is_empty() || spool.file.is_some()) {
            remove(&moved_path);
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
        self.entries.front().map(|(_, entry)| entry)
    }

    /// The publisher that is there once all of it is told.
    pub fn publisher(&self) -> Option<Left> {
        self.entries.iter().fold(None, |there, (_, entry)| publisher_after(entry, there))
    }

    /// Adds the newest. Where too many wait, an old one is given up: what is so in the end is told.
    pub fn push(&mut self, entry: Entry) {
        let moves = moves(&entry.fact);
        let bound = if moves { MAX_FACTS } else { MAX_FACTS - KEPT_FOR_MOVES };
        if self.entries.len() >= bound && !self.give_one_up(moves) {
            return;
        }
        let number = self.next;
        self.next += 1;
        if self.file.is_some() {
            self.append(&Line::Waits { number, entry: entry.clone() });
        }
        self.entries.push_back((number, entry));
        if self.kept {
            self.keep();
        }
    }

    /// Takes out the oldest that is only noted or, for one that moves the show, else the oldest that moved it: a later one says
    /// where it stands. False when there is none. The very first is being told and stays.
    fn give_one_up(&mut self, for_a_move: bool) -> bool {
        if self.given_up == 0 {
            tracing::error!(path = %self.path.display(), "too many facts wait to be told: old ones are given up");
        }
        self.given_up += 1;
        let oldest = |goes: fn(&MediaFact) -> bool| {
            (1..self.entries.len())
                .find(|at| self.entries.get(*at).is_some_and(|(_, entry)| goes(&entry.fact)))
        };
        let noted = oldest(|fact| !moves(fact));
        // A session that nothing is known of cannot be placed.
        let moved = || oldest(|fact| moves(fact) && !matches!(fact, MediaFact::Admitted { .. }));
        let at = noted.or_else(|| if for_a_move { moved() } else { None });
        let Some((number, _)) = at.and_then(|at| self.entries.remove(at)) else { return false };
        self.tidy(number);
        true
    }

    /// Takes the oldest out, which was told.
    pub fn pop(&mut self) {
        let Some((number, _)) = self.entries.pop_front() else { return };
        if self.entries.is_empty() && self.given_up > 0 {
            tracing::error!(facts = self.given_up, path = %self.path.display(), "facts were given up while shows did not answer");
            self.given_up = 0;
        }
        self.tidy(number);
    }

    /// One has gone: says so in the file, writes it anew now and then, and removes it in the end.
    fn tidy(&mut self, number: u64) {
        self.gone += 1;
        if self.kept && self.entries.is_empty() {
            self.file = None;
            self.kept = !remove(&self.path);
        } else if self.file.is_some() && self.gone > KEPT_FOR_MOVES {
            self.file = None;
            self.keep();
        } else if self.file.is_some() {
            self.append(&Line::Gone { gone: number });
        }
    }

    /// Keeps what waits on disk from now on.
    pub fn keep(&mut self) {
        self.kept = true;
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
        for (number, entry) in &self.entries {
            append(&mut lines, &Line::Waits { number: *number, entry: entry.clone() })?;
        }
        files::replace(&self.path, &lines)?;
        File::options().append(true).open(&self.path)
    }

    /// Adds a line. A file that did not take it may end in half of it: nothing is added to that, it is written anew.
    fn append(&mut self, line: &Line) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = append(file, line) {
            tracing::error!(%error, path = %self.path.display(), "a waiting fact cannot be kept on disk");
            self.file = None;
        }
    }
}

/// What waits in a file, oldest first. A line that cannot be read is left out; `None` when there is no file, or none that can be
/// read.
fn read(path: &Path) -> Option<Vec<Entry>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::error!(%error, path = %path.display(), "waiting facts cannot be read");
            return None;
        }
    }
    let (mut waiting, mut unreadable) = (Vec::new(), 0);
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(Line::Waits { number, entry }) => waiting.push((number, entry)),
            Ok(Line::Gone { gone }) => waiting.retain(|(number, _)| *number != gone),
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::error!(unreadable, path = %path.display(), "some waiting facts cannot be read");
    }
    Some(waiting.into_iter().map(|(_, entry)| entry).collect())
}

/// Removes a file whose facts are told, or stand elsewhere; true when it is gone.
fn remove(path: &Path) -> bool {
    match std::fs::remove_file(path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "told facts cannot be removed");
            false
        }
    }
}

fn append(out: &mut impl io::Write, line: &Line) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    out.write_all(&line)
}

/// A publisher that is there, and the fencing number of the owner that saw it come.
pub type Left = (PublishSessionId, i64);

/// The publisher that is there after a fact, if `there` was before.
pub fn publisher_after(Entry { told, fact }: &Entry, there: Option<Left>) -> Option<Left> {
    match fact {
        MediaFact::Receiving { session } => Some((*session, told.fence)),
        MediaFact::PublisherLost { session, .. } => there.filter(|(there, _)| there != session),
        _ => there,
    }
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
        let read: Vec<_> = again.entries.iter().map(|(_, entry)| entry.fact.clone()).collect();
        assert_eq!(read, facts[1..], "the first was told");
        (0..2).for_each(|_| again.pop());
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
        assert!(lines <= MAX_FACTS + 2 * KEPT_FOR_MOVES + 2, "the file is bounded too: {lines}");
        let again = Spool::open(path);
        for spool in [spool, again] {
            let facts: Vec<_> = spool.entries.iter().map(|(_, entry)| entry.fact.clone()).collect();
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

    /// The facts that the next run reads from the file.
    fn read_back(path: &Path) -> Vec<MediaFact> {
        Spool::open(path.to_owned()).entries.into_iter().map(|(_, entry)| entry.fact).collect()
    }

    fn rung(name: &str) -> MediaFact {
        MediaFact::RungUp { name: name.into() }
    }

    #[test]
    fn a_line_that_cannot_be_read_costs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.jsonl");
        let mut spool = Spool::open(path.clone());
        spool.keep();
        spool.push(entry(rung("480p")));
        File::options().append(true).open(&path).unwrap().write_all(b"{\"told\":\"\xc3\xff\n").unwrap();
        spool.push(entry(rung("720p")));
        assert_eq!(read_back(&path), [rung("480p"), rung("720p")]);
    }

    #[test]
    fn after_a_write_that_failed_the_file_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.jsonl");
        let mut spool = Spool::open(path.clone());
        spool.push(entry(rung("480p")));
        spool.keep();
        // A disk that takes half a line, and no more for a while.
        File::options().append(true).open(&path).unwrap().write_all(b"{\"told\":\"\xc3").unwrap();
        spool.file = Some(File::open(&path).unwrap());
        spool.push(entry(rung("720p")));
        spool.push(entry(rung("1080p")));
        assert_eq!(read_back(&path), [rung("480p"), rung("720p"), rung("1080p")]);
    }

    #[test]
    fn what_was_told_while_the_file_could_not_be_written_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.jsonl");
        let mut spool = Spool::open(path.clone());
        spool.push(entry(rung("480p")));
        spool.keep();
        spool.file = Some(File::open(&path).unwrap());
        spool.push(entry(rung("720p")));
        (0..2).for_each(|_| spool.pop());
        assert!(!path.exists());
    }
}
