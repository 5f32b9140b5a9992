//! What a studio that went on air leaves behind, until the show ends: a small file, so that after a crash
//! the show can be taken up again where it was. It holds no secrets.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::view::ShowView;

/// A file longer than this is none of ours (bytes).
const MOST_BYTES: u64 = 16 << 10;

/// A show that this studio had on air.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The cloud it is at.
    pub cloud_url: String,
    /// Its organisation.
    pub org_id: String,
    /// The show.
    pub show_id: String,
    /// Its title.
    pub title: String,
    /// When it went live, in milliseconds since the Unix epoch.
    pub live_at_ms: f64,
    /// Whether the microphone was muted. Source and microphone themselves stand in the settings.
    pub muted: bool,
    /// What the server called our publishes: what it still receives may be ours.
    #[serde(default)]
    pub publishes: Vec<String>,
}

impl Note {
    /// Of a show that just went live.
    pub fn of(cloud_url: &str, show: &ShowView, live_at_ms: f64, muted: bool) -> Self {
        Self {
            cloud_url: cloud_url.to_owned(),
            org_id: show.org_id.clone(),
            show_id: show.show_id.clone(),
            title: show.title.clone(),
            live_at_ms,
            muted,
            publishes: vec![],
        }
    }
}

/// Where a profile's note lies. The studio that is on air holds a lock beside it, which the system lets go of with the program:
/// a second window of the same profile sees that the show is in good hands.
#[derive(Debug, Clone)]
pub struct NoteFile {
    path: PathBuf,
    held: Arc<Mutex<Option<File>>>,
}

impl NoteFile {
    /// `folder/PROFILE.on-air.json`.
    pub fn of(folder: &Path, profile: &str) -> Self {
        Self { path: folder.join(format!("{profile}.on-air.json")), held: Arc::default() }
    }

    /// The show that was on air, if any; what cannot be read is none.
    pub fn read(&self) -> Option<Note> {
        if std::fs::metadata(&self.path).ok()?.len() > MOST_BYTES {
            return None;
        }
        serde_json::from_slice(&std::fs::read(&self.path).ok()?).ok()
    }

    /// The show that a studio which is gone had on air.
    pub fn orphan(&self) -> Option<Note> {
        if self.held().is_none() && self.lock_path().exists() && lock(&self.lock_path()).is_err() {
            return None;
        }
        self.read()
    }

    fn lock_path(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    fn held(&self) -> MutexGuard<'_, Option<File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes it whole or not at all. Going on air does not hang on it: a failure is logged.
    pub fn write(&self, note: &Note) {
        let written = || {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut held = self.held();
            if held.is_none() {
                *held = lock(&self.lock_path()).ok();
            }
            let beside = self.path.with_extension("json.new");
            std::fs::write(&beside, serde_json::to_vec_pretty(note)?)?;
            std::fs::rename(beside, &self.path)
        };
        if let Err(error) = written() {
            tracing::warn!(%error, "the show could not be noted for after a crash");
        }
    }

    /// The show is over, or the host does not want it back.
    pub fn remove(&self) {
        *self.held() = None;
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the note of the last show could not be removed");
        }
    }
}

/// Fails while another program holds it.
fn lock(path: &Path) -> std::io::Result<File> {
    let file = File::options().create(true).append(true).open(path)?;
    file.try_lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            cloud_url: "http://127.0.0.1:8080".into(),
            org_id: "o".into(),
            show_id: "s".into(),
            title: "Autumn drop".into(),
            live_at_ms: 5.0,
            muted: true,
            publishes: vec!["p".into()],
        }
    }

    #[test]
    fn a_note_outlives_the_program_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = NoteFile::of(folder.path(), "host");
        assert_eq!(file.read(), None);
        file.write(&note());
        assert_eq!(NoteFile::of(folder.path(), "host").read(), Some(note()));
        assert_eq!(NoteFile::of(folder.path(), "moderator").read(), None);
        file.remove();
        file.remove();
        assert_eq!(file.read(), None);
    }

    #[test]
    fn a_show_that_is_on_air_in_another_window_is_not_offered_until_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let on_air = NoteFile::of(folder.path(), "host");
        on_air.write(&note());
        on_air.write(&note());
        let second = NoteFile::of(folder.path(), "host");
        assert_eq!((second.orphan(), second.read()), (None, Some(note())));
        drop(on_air);
        assert_eq!(second.orphan(), Some(note()), "that one crashed");
        second.remove();
        assert_eq!(second.orphan(), None);
    }

    #[test]
    fn a_file_that_is_no_note_is_no_show() {
        let folder = tempfile::tempdir().unwrap();
        let file = NoteFile::of(folder.path(), "host");
        std::fs::write(folder.path().join("host.on-air.json"), "{\"title\": 3").unwrap();
        assert_eq!(file.read(), None);
        std::fs::write(folder.path().join("host.on-air.json"), vec![b' '; 1 << 20]).unwrap();
        assert_eq!(file.read(), None);
    }
}
