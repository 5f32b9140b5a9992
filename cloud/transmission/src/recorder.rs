//! The recording: segments, written as they close, beside an EVENT playlist that grows with them. It begins where the
//! show goes on air: rehearsals are nobody's business.
//!
//! `DIR/recording/{rung}/`: `init{version}.mp4`, `seg{msn}.m4s`, `index.m3u8`. Writing happens on a thread of its own;
//! when the disk is so slow that the queue fills up, segments are left out of the recording and the show goes on.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};

use crate::hls::{Fact, MediaTime, RungName, TARGET_DURATION};

/// Writes that may wait: about 20 s of two rungs.
const WAITING_WRITES: usize = 24;
const INITS_KEPT: u32 = 8;

/// Collects parts into segments and hands them to the writing thread.
pub struct Recorder {
    clock_epoch: DateTime<Utc>,
    rungs: BTreeMap<RungName, Open>,
    /// Initialisation segments that no recorded segment has needed yet.
    inits: BTreeMap<(RungName, u32), Bytes>,
    from_msn: Option<u64>,
    writes: SyncSender<Write>,
    /// The journal is being read: nothing is lost by waiting for the disk.
    patient: bool,
}

#[derive(Default)]
struct Open {
    init: u32,
    msn: u64,
    start: MediaTime,
    discontinuity: bool,
    parts: Vec<Bytes>,
}

enum Write {
    Init { rung: RungName, version: u32, bytes: Bytes },
    Segment { rung: RungName, segment: Open, duration: MediaTime, at: DateTime<Utc> },
    Ended,
}

impl Recorder {
    /// A recorder that writes below `folder`. The thread ends when the recorder is dropped.
    ///
    /// # Errors
    /// The folder cannot be made, or the thread cannot be started.
    pub fn start(folder: PathBuf, clock_epoch: DateTime<Utc>) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let (writes, receiver) = sync_channel(WAITING_WRITES);
        std::thread::Builder::new().name("recorder".into()).spawn(move || write_all(&folder, &receiver))?;
        Ok(Self {
            clock_epoch,
            rungs: BTreeMap::new(),
            inits: BTreeMap::new(),
            from_msn: None,
            writes,
            patient: true,
        })
    }

    /// Takes a fact. Told again after a crash, what is on disk already is not written twice.
    pub fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::Init { rung, version, bytes, .. } => {
                self.inits.insert((rung.clone(), *version), bytes.clone());
                self.inits.retain(|(other, old), _| other != rung || *old + INITS_KEPT > *version);
            }
            Fact::SegmentOpened { rung, msn, start, init, discontinuity, .. } => {
                let (msn, start, init, discontinuity) = (*msn, *start, *init, *discontinuity);
                self.rungs.insert(rung.clone(), Open { init, msn, start, discontinuity, parts: Vec::new() });
            }
            Fact::Part { rung, msn, bytes, .. } => {
                if let Some(open) = self.rungs.get_mut(rung).filter(|open| open.msn == *msn) {
                    open.parts.push(bytes.clone());
                }
            }
            Fact::SegmentClosed { rung, msn, duration, gap } => {
                let segment = self.rungs.remove(rung).filter(|open| open.msn == *msn && !gap);
                if let Some(segment) =
                    segment.filter(|segment| self.from_msn.is_some_and(|from| segment.msn >= from))
                {
                    let at = segment.start.utc(self.clock_epoch);
                    if let Some(bytes) = self.inits.remove(&(rung.clone(), segment.init)) {
                        self.write(Write::Init { rung: rung.clone(), version: segment.init, bytes });
                    }
                    self.write(Write::Segment { rung: rung.clone(), segment, duration: *duration, at });
                }
            }
            Fact::Ended => self.write(Write::Ended),
            Fact::WentLive { from_msn, .. } => self.from_msn = Some(*from_msn),
            Fact::RungDown { .. } | Fact::Highlight { .. } | Fact::Ladder { .. } | Fact::Anchored { .. } => {}
        }
    }

    /// From here on the show must not wait for the disk.
    pub fn hurry(&mut self) {
        self.patient = false;
    }

    fn write(&self, write: Write) {
        if self.patient {
            let _ = self.writes.send(write); // the thread lives as long as this sender
        } else if self.writes.try_send(write).is_err() {
            tracing::error!("the disk is too slow: a segment is missing in the recording");
        }
    }
}

fn write_all(folder: &Path, writes: &Receiver<Write>) {
    let mut inits = BTreeMap::new();
    while let Ok(write) = writes.recv() {
        let outcome = match write {
            Write::Init { rung, version, bytes } => {
                whole(folder, &rung, &format!("init{version}.mp4"), &[bytes]).map(drop)
            }
            Write::Segment { rung, segment, duration, at } => {
                let changed = inits.insert(rung.clone(), segment.init) != Some(segment.init);
                write_segment(folder, &rung, &segment, duration, at, changed)
            }
            Write::Ended => end_playlists(folder),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "the recording could not be written");
        }
    }
}

fn write_segment(
    folder: &Path,
    rung: &RungName,
    segment: &Open,
    duration: MediaTime,
    at: DateTime<Utc>,
    new_init: bool,
) -> io::Result<()> {
    let name = format!("seg{}.m4s", segment.msn);
    if !whole(folder, rung, &name, &segment.parts)? {
        return Ok(());
    }
    let mut playlist = playlist(&folder.join(rung.as_str()))?;
    let mut lines = String::new();
    if segment.discontinuity {
        lines += "#EXT-X-DISCONTINUITY\n";
    }
    if new_init || segment.discontinuity {
        lines += &format!("#EXT-X-MAP:URI=\"init{}.mp4\"\n", segment.init);
    }
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    lines += &format!("#EXT-X-PROGRAM-DATE-TIME:{at}\n#EXTINF:{:.5},\n{name}\n", duration.seconds());
    playlist.write_all(lines.as_bytes())
}

/// Writes a file that then never changes. False when it was there already.
///
/// Synced: a segment is the only copy once the journal's window has passed it.
fn whole(folder: &Path, rung: &RungName, name: &str, pieces: &[Bytes]) -> io::Result<bool> {
    let folder = folder.join(rung.as_str());
    let path = folder.join(name);
    if path.exists() {
        return Ok(false);
    }
    fs::create_dir_all(&folder)?;
    let draft = folder.join("writing.tmp");
    let mut file = File::create(&draft)?;
    pieces.iter().try_for_each(|piece| file.write_all(piece))?;
    file.sync_data()?;
    fs::rename(draft, path)?;
    Ok(true)
}

fn playlist(folder: &Path) -> io::Result<File> {
    let path = folder.join("index.m3u8");
    let fresh = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    if fresh {
        let head = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS";
        writeln!(file, "{head}\n#EXT-X-TARGETDURATION:{TARGET_DURATION}\n#EXT-X-MEDIA-SEQUENCE:0")?;
    }
    Ok(file)
}

fn end_playlists(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("index.m3u8").exists() {
            writeln!(playlist(&path)?, "#EXT-X-ENDLIST")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::hls::TrackInfo;

    fn facts(msn: u64) -> Vec<Fact> {
        let rung = RungName::source();
        let info = TrackInfo { codecs: "avc1.64001f".into(), width: 16, height: 16, frame_rate: None };
        let start = MediaTime::from_ms(2_000 * msn as i64);
        let part = |index, text| Fact::Part {
            rung: RungName::source(),
            msn,
            index,
            duration: MediaTime::from_ms(1_000),
            independent: index == 0,
            bytes: Bytes::from_static(text),
        };
        vec![
            Fact::Init { rung: rung.clone(), version: 1, info, bytes: Bytes::from_static(b"ftypmoov") },
            Fact::SegmentOpened {
                rung: rung.clone(),
                msn,
                start,
                init: 1,
                discontinuity: false,
                discontinuity_sequence: 0,
            },
            part(0, b"one"),
            part(1, b"two"),
            Fact::SegmentClosed { rung, msn, duration: MediaTime::from_ms(2_000), gap: false },
        ]
    }

    fn record(folder: &Path, facts: &[Fact]) {
        let mut recorder = Recorder::start(folder.into(), DateTime::UNIX_EPOCH).unwrap();
        facts.iter().for_each(|fact| recorder.note(fact));
        recorder.note(&Fact::Ended);
    }

    fn wait_for_end(playlist: &Path, ends: usize) -> String {
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(playlist).unwrap_or_default();
            if text.matches("ENDLIST").count() == ends {
                return text;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_closed_segment_is_on_disk_once_even_if_told_twice() {
        let folder = tempfile::tempdir().unwrap();
        let live = Fact::WentLive { from_msn: 1, at: DateTime::UNIX_EPOCH };
        record(folder.path(), &[facts(0), vec![live.clone()], facts(1)].concat());
        let source = folder.path().join("source");
        wait_for_end(&source.join("index.m3u8"), 1);
        record(folder.path(), &[vec![live], facts(1)].concat());
        let text = wait_for_end(&source.join("index.m3u8"), 2);
        assert_eq!(fs::read(source.join("seg1.m4s")).unwrap(), b"onetwo");
        assert!(!source.join("seg0.m4s").exists(), "that was the rehearsal");
        assert_eq!(fs::read(source.join("init1.mp4")).unwrap(), b"ftypmoov");
        assert_eq!(text.matches("seg1.m4s").count(), 1);
        assert!(
            text.contains("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z\n#EXTINF:2.00000,\nseg1.m4s")
        );
    }
}
