//! The recording's files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};

use super::{Budget, GOOD_AGAIN, Stopped};
use crate::hls::{MediaTime, RungName, TARGET_DURATION};

const ENDED: &str = "#EXT-X-ENDLIST";
/// What a playlist begins with, in front of its [`PROMISE`].
const BEGINNING: &str = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-PLAYLIST-TYPE:EVENT\n";
/// That each segment begins with a key frame. It holds until one comes that does not.
const PROMISE: &str = "#EXT-X-INDEPENDENT-SEGMENTS";
/// Makes a comment of it, in whose place nothing moves.
const NO_PROMISE: &[u8] = b"#NOT";
/// A disk that was full is used again when this much more than it must keep is free.
const ROOM_AGAIN: u64 = 256 << 20;

/// A segment to be recorded; without parts it is a gap.
pub struct Entry {
    /// Its media sequence number.
    pub msn: u64,
    /// The initialisation segment it needs.
    pub init: u32,
    /// When it begins.
    pub at: DateTime<Utc>,
    /// How long it is.
    pub duration: MediaTime,
    /// Whether it does not join what came before.
    pub discontinuity: bool,
    /// Whether it begins with a key frame.
    pub independent: bool,
    /// Its parts.
    pub parts: Vec<Bytes>,
}

/// A folder with one playlist and its media for each rung.
pub struct Shelf {
    folder: PathBuf,
    budget: Budget,
    used: u64,
    /// The disk is full, or the budget is used.
    full: Option<Stopped>,
    /// Writes that are still to go well before a failed one is forgotten.
    failing: u32,
    rungs: BTreeMap<RungName, Noted>,
}

/// What a rung's playlist says.
#[derive(Default)]
struct Noted {
    segments: BTreeSet<u64>,
    init: Option<u32>,
    ended: bool,
}

impl Entry {
    fn name(&self) -> String {
        format!("seg{}.m4s", self.msn)
    }
}

impl Shelf {
    /// The recording in `folder`, which may hold something already. Where the folder cannot be made yet, recording fails for
    /// now.
    ///
    /// # Errors
    /// What is there cannot be read.
    pub fn open(folder: PathBuf, budget: Budget) -> io::Result<Self> {
        let made = fs::create_dir_all(&folder);
        let mut shelf = Self { folder, budget, used: 0, full: None, failing: 0, rungs: BTreeMap::new() };
        if let Err(error) = made {
            tracing::error!(%error, "the disk takes no recording");
            shelf.failing = GOOD_AGAIN;
            return Ok(shelf);
        }
        for entry in fs::read_dir(&shelf.folder)? {
            let entry = entry?;
            let Some(rung) = entry.file_name().to_str().and_then(RungName::new) else { continue };
            let path = entry.path();
            shelf.rungs.insert(rung, Noted::read(&path.join("index.m3u8"))?);
            for file in fs::read_dir(path)? {
                shelf.used += file?.metadata()?.len();
            }
        }
        Ok(shelf)
    }

    /// Why nothing is recorded now, or not all.
    pub fn stopped(&self) -> Option<Stopped> {
        self.full.or((self.failing > 0).then_some(Stopped::Failing))
    }

    /// Writes a segment and then its lines. What is there already is not written again; a file whose lines are missing gets
    /// them; what cannot be written is a gap.
    pub fn put(&mut self, rung: &RungName, init: Option<Bytes>, mut entry: Entry) -> io::Result<()> {
        if self.rungs.get(rung).is_some_and(|noted| noted.segments.contains(&entry.msn)) {
            return Ok(());
        }
        let folder = self.folder.join(rung.as_str());
        let written = self.media(&folder, init, &mut entry);
        if written.is_err() {
            entry.parts.clear();
        }
        let listed = self.list(rung, &folder, &entry);
        let outcome = written.and(listed);
        self.failing = if outcome.is_err() { GOOD_AGAIN } else { self.failing.saturating_sub(1) };
        outcome
    }

    fn media(&mut self, folder: &Path, init: Option<Bytes>, entry: &mut Entry) -> io::Result<()> {
        let size: usize = entry.parts.iter().map(Bytes::len).sum();
        if size == 0 || self.is_full(size as u64)? {
            entry.parts.clear();
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        if let Some(init) = init {
            self.used += whole(folder, &format!("init{}.mp4", entry.init), &[init])?;
        }
        self.used += whole(folder, &entry.name(), &entry.parts)?;
        Ok(())
    }

    fn list(&mut self, rung: &RungName, folder: &Path, entry: &Entry) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let noted = self.rungs.entry(rung.clone()).or_default();
        let mut playlist = playlist(folder)?;
        let whole = playlist.metadata()?.len();
        if !entry.independent && !entry.parts.is_empty() {
            take_promise_back(folder)?;
        }
        let (lines, init) = noted.lines(entry);
        if let Err(error) = playlist.write_all(lines.as_bytes()) {
            let _ = playlist.set_len(whole); // half a line would spoil the next one
            return Err(error);
        }
        noted.init = init;
        noted.segments.insert(entry.msn);
        Ok(())
    }

    /// Whether the disk has no room for `more`, or the show has used up its own. Once used up, a budget stays so; a full disk
    /// must have some room again.
    fn is_full(&mut self, more: u64) -> io::Result<bool> {
        fs::create_dir_all(&self.folder)?; // it may not have been possible before
        let disk = rustix::fs::statvfs(&self.folder)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let room = if self.full == Some(Stopped::DiskFull) { ROOM_AGAIN } else { 0 };
        self.full = if self.full == Some(Stopped::BudgetUsed) || self.used + more > self.budget.show_bytes {
            Some(Stopped::BudgetUsed)
        } else if free < self.budget.free_bytes.saturating_add(more).saturating_add(room) {
            Some(Stopped::DiskFull)
        } else {
            None
        };
        Ok(self.full.is_some())
    }

    /// The show is over.
    pub fn end(&mut self) -> io::Result<()> {
        for (rung, noted) in &mut self.rungs {
            if !std::mem::replace(&mut noted.ended, true) {
                writeln!(playlist(&self.folder.join(rung.as_str()))?, "{ENDED}")?;
            }
        }
        Ok(())
    }
}

impl Noted {
    /// What a playlist says, up to a last line that was cut off by a crash, which is taken away.
    fn read(path: &Path) -> io::Result<Self> {
        let mut noted = Self::default();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(noted),
            Err(error) => return Err(error),
        };
        let mut whole = 0;
        let mut length = 0;
        for line in text.split_inclusive('\n') {
            length += line.len();
            let Some(line) = line.strip_suffix('\n') else { break };
            let number = |prefix, suffix| line.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok();
            if let Some(msn) = number("seg", ".m4s") {
                noted.segments.insert(msn);
                whole = length;
            } else if line.starts_with("#EXT-X-MEDIA-SEQUENCE") || line == ENDED {
                noted.ended |= line == ENDED;
                whole = length;
            } else if let Some(version) = number("#EXT-X-MAP:URI=\"init", ".mp4\"") {
                noted.init = u32::try_from(version).ok();
            }
        }
        if whole < text.len() {
            OpenOptions::new().write(true).open(path)?.set_len(whole as u64)?;
            noted.init = None;
        }
        Ok(noted)
    }

    /// The lines of the next segment, and the initialisation segment that the playlist names then. What lacks before it (the
    /// rung was away) is a discontinuity.
    fn lines(&self, entry: &Entry) -> (String, Option<u32>) {
        let mut lines = String::new();
        let mut init = self.init;
        let joins = self.segments.last().is_none_or(|last| last + 1 == entry.msn) && !entry.discontinuity;
        if !joins && !self.segments.is_empty() {
            lines += "#EXT-X-DISCONTINUITY\n";
        }
        if entry.parts.is_empty() {
            init = init.filter(|_| joins); // what follows names its own again
        } else if init.replace(entry.init) != Some(entry.init) || !joins {
            lines += &format!("#EXT-X-MAP:URI=\"init{}.mp4\"\n", entry.init);
        }
        let at = entry.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        lines += &format!("#EXT-X-PROGRAM-DATE-TIME:{at}\n");
        if entry.parts.is_empty() {
            lines += "#EXT-X-GAP\n";
        }
        lines += &format!("#EXTINF:{:.5},\n{}\n", entry.duration.seconds(), entry.name());
        (lines, init)
    }
}

/// Writes a file that then never changes, and gives its size; 0 when it was there already.
///
/// Synced: a segment is the only copy once the journal's window has passed it.
fn whole(folder: &Path, name: &str, pieces: &[Bytes]) -> io::Result<u64> {
    let path = folder.join(name);
    if path.exists() {
        return Ok(0);
    }
    let draft = folder.join("writing.tmp");
    let mut file = File::create(&draft)?;
    pieces.iter().try_for_each(|piece| file.write_all(piece))?;
    file.sync_data()?;
    fs::rename(draft, path)?;
    Ok(pieces.iter().map(|piece| piece.len() as u64).sum())
}

fn playlist(folder: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("index.m3u8"))?;
    if file.metadata()?.len() == 0 {
        let rest = format!("#EXT-X-TARGETDURATION:{TARGET_DURATION}\n#EXT-X-MEDIA-SEQUENCE:0");
        writeln!(file, "{BEGINNING}{PROMISE}\n{rest}")?;
    }
    Ok(file)
}

fn take_promise_back(folder: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(folder.join("index.m3u8"))?;
    let (mut line, place) = ([0; PROMISE.len()], BEGINNING.len() as u64);
    let promised = file.read_exact_at(&mut line, place).is_ok() && line == *PROMISE.as_bytes();
    if promised { file.write_all_at(NO_PROMISE, place) } else { Ok(()) }
}
