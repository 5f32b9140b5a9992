//! Reads media back from the journal's files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use super::{FILES_KEPT, file_path};
use crate::hls::Stored;

/// Reads media back from the journal in a folder. Clones share the open files.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
    files: Arc<Mutex<BTreeMap<u64, Arc<File>>>>,
}

impl Shelf {
    /// The journal in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, files: Arc::default() }
    }

    /// The bytes that were stored there. Blocks on the disk.
    ///
    /// # Errors
    /// The file is gone: its time was over.
    pub fn read(&self, stored: Stored) -> io::Result<Bytes> {
        let file = self.open(stored.file)?;
        let mut bytes = vec![0; stored.length as usize];
        file.read_exact_at(&mut bytes, stored.offset)?;
        Ok(bytes.into())
    }

    fn open(&self, number: u64) -> io::Result<Arc<File>> {
        let mut files = self.files.lock();
        if let Some(file) = files.get(&number) {
            return Ok(file.clone());
        }
        let file = Arc::new(File::open(file_path(&self.folder, number))?);
        files.insert(number, file.clone());
        while files.len() as u64 > FILES_KEPT {
            files.pop_first();
        }
        Ok(file)
    }
}
