//! The journal on disk: every fact of the packaged show, appended before it is announced, by a [`Writer`].
//!
//! It is a row of files of about 20 s each, `00000001.journal` and on; the newest few cover the playlist's window, older
//! ones are deleted. Each begins with what must be known whatever was deleted (initialisation segments, going live,
//! pins), then come the facts as they happened. After a crash the facts of all files, in order, rebuild the window.
//!
//! No fsync: the journal is for a killed process, and what `write` has taken survives that. A machine that stops takes
//! every publisher and viewer with it; its shows start again in a new epoch.

mod lock;
mod mark;
mod read;
mod shelf;
mod writer;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

pub use self::lock::lock;
use self::mark::Mark;
use self::read::{Opened, files};
pub use self::shelf::Shelf;
pub use self::writer::Writer;
use crate::hls::{Fact, MediaTime, RungName, Stored, journal as records};

/// Media time in one file.
const FILE_LENGTH: MediaTime = MediaTime::from_ms(20_000);
/// A rung that stops opening segments must not make a file endless.
const MAX_FILE_BYTES: u64 = 256 << 20;
/// Files that are kept, the open one included: at least 140 s; the window keeps 134 s.
const FILES_KEPT: u64 = 8;
/// Files that cover what playlists list: they are not given up to make room for another.
const FILES_LISTED: usize = 5;
/// In front of a file: how many of its records are pinned facts.
const COUNT_BYTES: usize = 4;
const MAX_HIGHLIGHTS: usize = 256;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file in the middle is damaged: what it announced is not known any more.
    #[error("the journal file {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// Facts were announced that it does not hold: whoever went on from it would use their numbers again.
    #[error("the journal was not kept: it does not lead to what was announced")]
    Unkept,
    /// The file system refuses.
    #[error("the journal cannot be used")]
    Io(#[from] io::Error),
}

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    /// The lock of the folder above; without it nothing is written.
    lock: Option<File>,
    /// The number of the open file, or of the newest that is there.
    number: u64,
    /// None while the disk takes none.
    file: Option<File>,
    written: u64,
    from: Option<MediaTime>,
    pinned: Pinned,
    buffer: Vec<u8>,
}

impl Journal {
    /// Opens the journal in `folder` and gives `take` the facts it holds and where their bytes are, oldest first; none for a
    /// new show. `lock` is that of the folder above. Where the disk takes no more, what is there is read all the same, and
    /// nothing can be appended before [`Journal::begin_again`].
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(
        folder: PathBuf,
        lock: Option<File>,
        mut take: impl FnMut(Fact, Option<Stored>),
    ) -> Result<Self, JournalError> {
        if mark::is_broken(&folder) {
            return Err(JournalError::Unkept);
        }
        let files = if folder.is_dir() { since_begun(files(&folder)?)? } else { Vec::new() };
        let (mut pinned, mut opened) = (Pinned::default(), Opened::default());
        for (place, (number, path)) in files.iter().enumerate() {
            let ends = (place == 0, place + 1 == files.len());
            let kept = |fact: Fact, stored| {
                if opened.keeps(&fact) {
                    pinned.note(&fact);
                    take(fact, stored);
                }
            };
            read::read(*number, path, ends, kept).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => JournalError::Damaged(path.clone()),
                _ => JournalError::Io(error),
            })?;
        }
        let number = files.last().map_or(0, |(number, _)| *number);
        let (file, written, from, buffer) = (None, 0, None, Vec::new());
        let mut journal = Self { folder, lock, number, file, written, from, pinned, buffer };
        match journal.begin(number + 1) {
            Ok(()) => mark::prepare(&journal.folder),
            Err(error) => tracing::error!(%error, "the disk takes no journal: the show begins without one"),
        }
        Ok(journal)
    }

    /// Appends facts and says where their bytes are. Once this returns they outlive the process and may be announced.
    ///
    /// # Errors
    /// The disk is full or failing: nothing of `facts` may be announced.
    pub fn append(&mut self, facts: &[Fact]) -> io::Result<Vec<Option<Stored>>> {
        let mut places = Vec::with_capacity(facts.len());
        let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(2 * facts.len());
        for fact in facts {
            if let Fact::SegmentOpened { start, .. } = fact {
                let from = *self.from.get_or_insert(*start);
                if *start - from >= FILE_LENGTH || self.written > MAX_FILE_BYTES {
                    self.write_out(&mut pieces)?;
                    self.next_file(*start)?;
                }
            }
            self.pinned.note(fact);
            let head = self.buffer.len();
            records::encode_head(fact, &mut self.buffer);
            pieces.push(Piece::Head(head..self.buffer.len()));
            let bytes = fact.bytes().filter(|bytes| !bytes.is_empty());
            let ahead: u64 = pieces.iter().map(Piece::length).sum();
            places.push(bytes.map(|bytes| Stored {
                file: self.number,
                offset: self.written + ahead,
                length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            }));
            pieces.extend(bytes.map(Piece::Body));
        }
        self.write_out(&mut pieces)?;
        Ok(places)
    }

    /// Begins anew behind facts that were not written: what the files up to now hold is still read by players, and brings
    /// nothing back any more.
    ///
    /// # Errors
    /// The disk is full or failing.
    pub fn begin_again(&mut self) -> io::Result<()> {
        self.buffer.clear();
        // The number between is the mark.
        if let Err(error) = self.begin(self.number + 2) {
            // Room for the next try, under the lock.
            if let (Some(_), Ok(files)) = (&self.lock, files(&self.folder))
                && files.len() > FILES_LISTED
            {
                fs::remove_file(&files[0].1)?;
            }
            return Err(error);
        }
        self.from = None;
        self.delete_old()
    }

    /// Begins the file of this number.
    fn begin(&mut self, number: u64) -> io::Result<()> {
        if self.lock.is_none() {
            self.lock = Some(lock(self.folder.parent().unwrap_or(&self.folder))?);
        }
        fs::create_dir_all(&self.folder)?;
        let (file, written) = create(&self.folder, number, &self.pinned)?;
        (self.file, self.written, self.number) = (Some(file), written, number);
        Ok(())
    }

    /// Deletes the journal: nobody will ask for what it would bring back.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn delete(self) -> io::Result<()> {
        fs::remove_dir_all(&self.folder)
    }

    /// Writes the pieces in one call, without copying media.
    fn write_out(&mut self, pieces: &mut Vec<Piece<'_>>) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotConnected.into()) };
        let slices = pieces.iter().map(|piece| match piece {
            Piece::Head(range) => &self.buffer[range.clone()],
            Piece::Body(bytes) => &bytes[..],
        });
        let mut slices: Vec<_> = slices.map(IoSlice::new).collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            match file.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => IoSlice::advance_slices(&mut rest, count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.written += pieces.iter().map(Piece::length).sum::<u64>();
        pieces.clear();
        self.buffer.clear();
        Ok(())
    }

    fn next_file(&mut self, from: MediaTime) -> io::Result<()> {
        self.begin(self.number + 1)?;
        self.from = Some(from);
        self.delete_old()
    }

    fn delete_old(&self) -> io::Result<()> {
        for (number, path) in files(&self.folder)? {
            if number + FILES_KEPT <= self.number {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The files since the journal was last begun anew, which left out a number. Those before are deleted.
fn since_begun(mut files: Vec<(u64, PathBuf)>) -> io::Result<Vec<(u64, PathBuf)>> {
    let jump = files.windows(2).rposition(|pair| pair[1].0 != pair[0].0 + 1);
    let begun = files.split_off(jump.map_or(0, |place| place + 1));
    files.iter().try_for_each(|(_, path)| fs::remove_file(path))?;
    Ok(begun)
}

/// A fact, and where the journal has its bytes.
pub type Kept = (Fact, Option<Stored>);

/// Something to write.
enum Piece<'a> {
    /// From the journal's own buffer.
    Head(Range<usize>),
    /// A fact's media.
    Body(&'a Bytes),
}

impl Piece<'_> {
    fn length(&self) -> u64 {
        match self {
            Self::Head(range) => range.len() as u64,
            Self::Body(bytes) => bytes.len() as u64,
        }
    }
}

/// What each file begins with.
#[derive(Debug, Default)]
struct Pinned {
    /// The newest of each rung, in the order of their first coming, which is the order of the ladder. Whatever is still to
    /// come needs it: a rung that never changes as much as one that changes all the time.
    inits: Vec<Fact>,
    down: BTreeMap<RungName, Fact>,
    live: Option<Fact>,
    ladder: Option<Fact>,
    anchor: Option<Fact>,
    highlights: Vec<Fact>,
    ended: bool,
}

impl Pinned {
    fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::Init { rung, .. } => {
                self.down.remove(rung); // as in the window
                let of_rung =
                    |old: &&mut Fact| matches!(old, Fact::Init { rung: other, .. } if other == rung);
                match self.inits.iter_mut().find(of_rung) {
                    Some(old) => *old = fact.clone(),
                    None => self.inits.push(fact.clone()),
                }
            }
            Fact::RungDown { rung, .. } => drop(self.down.insert(rung.clone(), fact.clone())),
            Fact::WentLive { .. } => self.live = Some(fact.clone()),
            Fact::Ladder { .. } => self.ladder = Some(fact.clone()),
            Fact::Anchored { .. } => self.anchor = Some(fact.clone()),
            Fact::Highlight { .. } => {
                if self.highlights.len() == MAX_HIGHLIGHTS {
                    self.highlights.remove(0);
                }
                self.highlights.push(fact.clone());
            }
            Fact::Ended => self.ended = true,
            Fact::SegmentOpened { .. } | Fact::Part { .. } | Fact::SegmentClosed { .. } => {}
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let show = self.live.iter().chain(&self.ladder).chain(&self.anchor).chain(&self.highlights);
        let listed = self.inits.iter().chain(self.down.values()).chain(show);
        listed.cloned().chain(self.ended.then_some(Fact::Ended)).collect()
    }
}

/// A file and its length: `u32` number of pinned facts, then records.
fn create(folder: &Path, number: u64, pinned: &Pinned) -> io::Result<(File, u64)> {
    let facts = pinned.facts();
    let mut head = u32::try_from(facts.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    facts.iter().for_each(|fact| records::encode(fact, &mut head));
    let path = file_path(folder, number);
    let draft = path.with_extension("tmp");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&draft)?;
    file.write_all(&head)?;
    fs::rename(&draft, &path)?;
    Ok((file, head.len() as u64))
}

fn file_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.journal"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::TrackInfo;

    fn segment(msn: u64) -> Vec<Fact> {
        let rung = RungName::source();
        vec![
            Fact::SegmentOpened {
                rung: rung.clone(),
                msn,
                start: MediaTime::from_ms(2_000 * msn as i64),
                init: 1,
                discontinuity: false,
                discontinuity_sequence: 0,
            },
            Fact::Part {
                rung: rung.clone(),
                msn,
                index: 0,
                duration: MediaTime::from_ms(2_000),
                independent: true,
                bytes: Bytes::from(vec![msn as u8; 100]),
            },
            Fact::SegmentClosed { rung, msn, duration: MediaTime::from_ms(2_000), gap: false },
        ]
    }

    fn only(facts: Vec<Kept>) -> Vec<Fact> {
        facts.into_iter().map(|(fact, _)| fact).collect()
    }

    fn open(folder: &Path) -> Result<(Journal, Vec<Kept>), JournalError> {
        let mut facts = Vec::new();
        let lock = Some(tempfile::tempfile().unwrap());
        let journal = Journal::open(folder.into(), lock, |fact, stored| facts.push((fact, stored)))?;
        Ok((journal, facts))
    }

    fn live() -> Fact {
        Fact::WentLive { from_msn: 0, at: chrono::DateTime::UNIX_EPOCH }
    }

    fn init(rung: &str, version: u32) -> Fact {
        let info = TrackInfo { codecs: "avc1.64001f".into(), width: 16, height: 16, frame_rate: None };
        let rung = RungName::new(rung).unwrap();
        Fact::Init { rung, version, info, bytes: Bytes::from_static(b"ftypmoov") }
    }

    #[test]
    fn after_a_crash_the_facts_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, facts) = open(folder.path()).unwrap();
        assert!(facts.is_empty());
        let told = [segment(0), vec![live()], segment(1)].concat();
        told.iter().for_each(|fact| drop(journal.append(std::slice::from_ref(fact)).unwrap()));
        drop(journal);
        let (mut journal, facts) = open(folder.path()).unwrap();
        assert_eq!(only(facts), told);
        journal.append(&segment(2)).unwrap();
        drop(journal);
        let (_, facts) = open(folder.path()).unwrap();
        assert_eq!(only(facts), [told, segment(2)].concat());
    }

    #[test]
    fn media_is_read_back_from_where_it_was_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        let shelf = Shelf::new(folder.path().into());
        let mut places = Vec::new();
        for msn in 0..25 {
            places.extend(journal.append(&segment(msn)).unwrap().into_iter().flatten());
        }
        let bytes = |n: usize| shelf.read(places[n]).unwrap();
        assert!((0..25).all(|n| bytes(n) == vec![n as u8; 100]));
        drop(journal);
        let (_, facts) = open(folder.path()).unwrap();
        let again: Vec<_> = facts.into_iter().filter_map(|(_, stored)| stored).collect();
        assert_eq!(again, places, "also after a crash");
    }

    #[test]
    fn old_files_go_but_what_was_pinned_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        journal.append(&[live()]).unwrap();
        (0..200).for_each(|msn| drop(journal.append(&segment(msn)).unwrap()));
        drop(journal);
        assert_eq!(files(folder.path()).unwrap().len(), FILES_KEPT as usize);
        let (_, facts) = open(folder.path()).unwrap();
        let facts = only(facts);
        assert_eq!(facts[0], live());
        assert_eq!(facts.iter().filter(|fact| **fact == live()).count(), 1);
        assert!(facts.len() > 3 * 40 && facts.ends_with(&segment(199)));
    }

    #[test]
    fn a_rung_that_never_changes_is_known_however_often_another_went_and_came_back() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        journal.append(&[init("480p", 1)]).unwrap();
        for msn in 0..200 {
            let down = Fact::RungDown { rung: RungName::source(), reason: String::new() };
            let back = [vec![down, init("source", msn as u32 + 1)], segment(msn)].concat();
            journal.append(&back).unwrap();
        }
        drop(journal);
        let facts = only(open(folder.path()).unwrap().1);
        let Some(Fact::SegmentOpened { msn, .. }) = facts.get(2) else { panic!("{:?}", &facts[..3]) };
        assert_eq!(facts[..2], [init("480p", 1), init("source", *msn as u32 + 1)], "and it plays");
    }

    #[test]
    fn a_torn_tail_is_the_crash_but_a_hole_in_the_middle_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        (0..15).for_each(|msn| drop(journal.append(&segment(msn)).unwrap()));
        drop(journal);
        let all = files(folder.path()).unwrap();
        let cut = |path: &Path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() - 10]).unwrap();
        };
        cut(&all.last().unwrap().1);
        let (journal, facts) = open(folder.path()).unwrap();
        assert!(matches!(facts.last(), Some((Fact::Part { msn: 14, .. }, Some(_)))));
        drop(journal);
        assert!(open(folder.path()).is_ok(), "the torn tail was cut off");
        cut(&all[0].1);
        assert!(matches!(open(folder.path()), Err(JournalError::Damaged(_))));
    }

    #[test]
    fn what_is_read_back_keeps_nothing_else_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        journal.append(&[init("source", 1)]).unwrap();
        (0..25).for_each(|msn| drop(journal.append(&segment(msn)).unwrap()));
        drop(journal);
        let alone = |fact: &Fact| fact.bytes().is_some_and(Bytes::is_unique);
        let mut parts = 0;
        let take = |fact: Fact, _| parts += usize::from(matches!(fact, Fact::Part { .. }) && alone(&fact));
        let lock = Some(tempfile::tempfile().unwrap());
        let journal = Journal::open(folder.path().into(), lock, take).unwrap();
        assert_eq!(parts, 25);
        assert!(alone(&journal.pinned.inits[0]));
    }

    #[test]
    fn begun_anew_it_brings_back_only_what_came_after_and_what_was_pinned() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path()).unwrap();
        let shelf = Shelf::new(folder.path().into());
        journal.append(&[live()]).unwrap();
        let place = journal.append(&segment(0)).unwrap()[1].unwrap();
        journal.begin_again().unwrap();
        assert_eq!(shelf.read(place).unwrap(), vec![0; 100], "players still read what was before");
        (7..20).for_each(|msn| drop(journal.append(&segment(msn)).unwrap()));
        drop(journal);
        let again = open(folder.path()).unwrap().1;
        assert_eq!(only(again), [vec![live()], (7..20).flat_map(segment).collect()].concat());
        assert_eq!(files(folder.path()).unwrap()[0].0, 3, "the others are gone");
    }
    #[test]
    fn without_room_for_it_a_journal_is_read_and_begun_when_there_is_some() {
        let place = tempfile::tempdir().unwrap();
        let (epoch, folder) = (place.path().join("1"), place.path().join("1/journal"));
        fs::write(&epoch, "no folder can be made here").unwrap();
        let mut journal = Journal::open(folder.clone(), None, |_, _| panic!("nothing is there")).unwrap();
        assert!(journal.append(&[]).is_err() && journal.begin_again().is_err());
        fs::remove_file(&epoch).unwrap();
        let held = lock(&epoch).unwrap();
        assert_eq!(
            journal.begin_again().unwrap_err().kind(),
            io::ErrorKind::WouldBlock,
            "another writes there"
        );
        drop(held);
        journal.begin_again().unwrap();
        journal.append(&segment(7)).unwrap();
        assert_eq!(lock(&epoch).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(journal);
        assert_eq!(only(open(&folder).unwrap().1), segment(7));
        // One that holds something is read, whatever the disk says to more.
        fs::create_dir_all(folder.join("00000004.tmp")).unwrap();
        let mut facts = Vec::new();
        let mut journal =
            Journal::open(folder.clone(), lock(&epoch).ok(), |fact, _| facts.push(fact)).unwrap();
        assert_eq!(facts, segment(7));
        assert!(journal.append(&segment(8)).is_err());
        journal.begin_again().unwrap();
        journal.append(&segment(9)).unwrap();
        drop(journal);
        assert_eq!(only(open(&folder).unwrap().1), segment(9), "nobody goes on behind the hole");
    }
}
