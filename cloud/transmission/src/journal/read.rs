//! Reads journal files back, one record at a time: a file holds twenty seconds of media, of which little is kept.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::COUNT_BYTES;
use crate::hls::{Fact, RungName, Stored, journal as records};

const LENGTH_BYTES: usize = 4;

/// Journal files, oldest first.
pub fn files(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let number =
            path.extension().filter(|e| *e == "journal").and(path.file_stem()).and_then(|s| s.to_str());
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            files.push((number, path));
        }
    }
    files.sort();
    Ok(files)
}

/// Gives the facts of one file, each with memory of its own; the pinned ones only of the oldest, since later files repeat
/// them. Only the newest may end in a torn record, which is cut off: that is where the writer died.
///
/// # Errors
/// `InvalidData` when the file is damaged; what came before the damage was given.
pub fn read(
    number: u64,
    path: &Path,
    (oldest, newest): (bool, bool),
    mut take: impl FnMut(Fact, Option<Stored>),
) -> io::Result<()> {
    let damaged = || io::Error::from(io::ErrorKind::InvalidData);
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let mut at = COUNT_BYTES as u64;
    let pinned = if length < at { return Err(damaged()) } else { number_in(&mut reader)? };
    let mut count = 0;
    while at < length {
        let Some(record) = record(&mut reader, length - at)? else {
            if !newest {
                return Err(damaged());
            }
            OpenOptions::new().write(true).open(path)?.set_len(at)?;
            break;
        };
        at += record.len() as u64;
        let fact = records::decode(record).next().ok_or_else(damaged)?;
        // The media is the end of its record.
        let stored = fact.bytes().filter(|bytes| !bytes.is_empty()).map(|bytes| Stored {
            file: number,
            offset: at - bytes.len() as u64,
            length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        });
        if oldest || count >= pinned {
            take(fact, stored);
        }
        count += 1;
    }
    if count < pinned { Err(damaged()) } else { Ok(()) }
}

/// The next record with its length, if `left` bytes hold it whole.
fn record(reader: &mut BufReader<File>, left: u64) -> io::Result<Option<Bytes>> {
    if left < LENGTH_BYTES as u64 {
        return Ok(None);
    }
    let length = number_in(reader)?;
    if u64::from(length) + LENGTH_BYTES as u64 > left {
        return Ok(None);
    }
    let mut record = vec![0; LENGTH_BYTES + length as usize];
    record[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
    reader.read_exact(&mut record[LENGTH_BYTES..])?;
    Ok(Some(record.into()))
}

fn number_in(reader: &mut BufReader<File>) -> io::Result<u32> {
    let mut bytes = [0; LENGTH_BYTES];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

/// Leaves out what is left of segments whose beginning was deleted.
#[derive(Debug, Default)]
pub struct Opened {
    segments: BTreeMap<RungName, u64>,
}

impl Opened {
    /// Whether the next fact is to be kept.
    pub fn keeps(&mut self, fact: &Fact) -> bool {
        match fact {
            Fact::SegmentOpened { rung, msn, .. } => {
                self.segments.insert(rung.clone(), *msn);
                true
            }
            Fact::Part { rung, msn, .. } | Fact::SegmentClosed { rung, msn, .. } => {
                self.segments.get(rung) == Some(msn)
            }
            _ => true,
        }
    }
}
