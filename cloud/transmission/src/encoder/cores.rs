//! What the encoders of one machine may use of its cores, counted together.
//!
//! A folder holds one file for each encoder that runs, locked by it, with what it takes in thousandths of a core. An
//! encoder that dies lets go of its lock, so nothing is left to clean up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the encoder before, which is being ended, may still hold its place.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);
const MOST_BYTES: u64 = 16;

/// The machine's account.
#[derive(Debug, Clone)]
pub struct Cores {
    folder: PathBuf,
    millicores: u32,
}

/// A place in the account. Dropping it gives it back.
#[derive(Debug)]
pub struct Claim {
    file: File,
}

impl Cores {
    /// The account in `folder`, with so many thousandths of a core in all.
    pub fn new(folder: PathBuf, millicores: u32) -> Self {
        Self { folder, millicores }
    }

    /// Takes as much as `choose` wants when it is told what is free. `name` is one encoder's at a time; blocks while the
    /// one before still ends.
    ///
    /// # Errors
    /// The folder cannot be used, or another encoder of this name goes on running.
    pub fn claim(&self, name: &str, choose: impl FnOnce(u32) -> u32) -> io::Result<Claim> {
        fs::create_dir_all(&self.folder)?;
        let mut file = open(&self.folder.join(format!("{name}.cores")))?;
        lock(&file)?;
        // Two that start at once must not both be told of the same free cores.
        let gate = open(&self.folder.join("gate"))?;
        gate.lock()?;
        let wants = choose(self.free(name)?);
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(wants.to_string().as_bytes())?;
        Ok(Claim { file })
    }

    /// What is free for the encoder called `name`, beside the others.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn free(&self, name: &str) -> io::Result<u32> {
        Ok(self.millicores.saturating_sub(self.taken(name)?))
    }

    /// What the others hold. Files of those that have died are taken away.
    fn taken(&self, own: &str) -> io::Result<u32> {
        let mut sum = 0u32;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str());
            if path.extension().is_none_or(|ending| ending != "cores") || name == Some(own) {
                continue;
            }
            let Ok(mut file) = File::open(&path) else { continue };
            match file.try_lock_shared() {
                Ok(()) => drop(fs::remove_file(&path)),
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    (&mut file).take(MOST_BYTES).read_to_string(&mut text)?;
                    sum = sum.saturating_add(text.trim().parse().unwrap_or(0));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(sum)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = self.file.unlock(); // the end of the process does it too
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
}

fn lock(file: &File) -> io::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if waited < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        waited += PAUSE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_takes_the_next_is_not_offered_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let cores = Cores::new(folder.path().join("cores"), 1_600);
        let mut offered = Vec::new();
        let mut claim = |name: &str, wants: u32| {
            cores
                .claim(name, |free| {
                    offered.push(free);
                    wants.min(free)
                })
                .unwrap()
        };
        let first = claim("one", 700);
        let second = claim("two", 700);
        let third = claim("three", 700);
        drop(second);
        let _again = claim("two", 300);
        drop(first);
        let _last = claim("four", 2_000);
        drop(third);
        assert_eq!(offered, [1_600, 900, 200, 700, 1_100]);
    }
}
