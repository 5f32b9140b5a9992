//! Secrets that this program makes for itself and keeps in the data folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Reads `file`; where there is none, writes what `make` gives, readable by its owner alone.
///
/// The file appears whole or not at all: of two processes that start at once, the second reads what the first
/// wrote, and one that dies on the way leaves nothing half-written behind.
///
/// # Errors
/// The file can be neither read nor made.
pub fn read_or_make_secret(file: &Path, make: impl FnOnce() -> Vec<u8>) -> io::Result<Vec<u8>> {
    match std::fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = draft_of(file);
    let linked = write_draft(&draft, &make()).and_then(|()| match std::fs::hard_link(&draft, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A file system without links.
        Err(_) => std::fs::rename(&draft, file),
        Ok(()) => Ok(()),
    });
    drop(std::fs::remove_file(&draft));
    linked?;
    // The name must survive a power cut as well as the bytes.
    std::fs::File::open(folder)?.sync_all()?;
    std::fs::read(file)
}

fn draft_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{:08x}", std::process::id(), rand::random::<u32>()));
    file.with_file_name(name)
}

fn write_draft(draft: &Path, secret: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    out.write_all(secret)?;
    out.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/one");
        assert_eq!(read_or_make_secret(&file, || b"first".to_vec()).unwrap(), b"first");
        assert_eq!(read_or_make_secret(&file, || b"second".to_vec()).unwrap(), b"first");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn of_many_that_start_at_once_all_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one");
        let read = |n: u8| {
            let file = file.clone();
            std::thread::spawn(move || read_or_make_secret(&file, || vec![n; 32]).unwrap())
        };
        let threads: Vec<_> = (0..8).map(read).collect();
        let all: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(all.iter().all(|one| *one == all[0] && one.len() == 32));
    }
}
