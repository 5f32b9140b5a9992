//! What a studio that went on air leaves behind, until the show ends: a small file, so that after a crash
//! the show can be taken up again where it was. It holds no secrets.

use std::path::{Path, PathBuf};

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
        }
    }
}

/// Where a profile's note lies.
#[derive(Debug, Clone)]
pub struct NoteFile(PathBuf);

impl NoteFile {
    /// `folder/PROFILE.on-air.json`.
    pub fn of(folder: &Path, profile: &str) -> Self {
        Self(folder.join(format!("{profile}.on-air.json")))
    }

    /// The show that was on air, if any; what cannot be read is none.
    pub fn read(&self) -> Option<Note> {
        if std::fs::metadata(&self.0).ok()?.len() > MOST_BYTES {
            return None;
        }
        serde_json::from_slice(&std::fs::read(&self.0).ok()?).ok()
    }

    /// Writes it whole or not at all. Going on air does not hang on it: a failure is logged.
    pub fn write(&self, note: &Note) {
        let written = || {
            if let Some(folder) = self.0.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let beside = self.0.with_extension("json.new");
            std::fs::write(&beside, serde_json::to_vec_pretty(note)?)?;
            std::fs::rename(beside, &self.0)
        };
        if let Err(error) = written() {
            tracing::warn!(%error, "the show could not be noted for after a crash");
        }
    }

    /// The show is over, or the host does not want it back.
    pub fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the note of the last show could not be removed");
        }
    }
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
    fn a_file_that_is_no_note_is_no_show() {
        let folder = tempfile::tempdir().unwrap();
        let file = NoteFile::of(folder.path(), "host");
        std::fs::write(folder.path().join("host.on-air.json"), "{\"title\": 3").unwrap();
        assert_eq!(file.read(), None);
        std::fs::write(folder.path().join("host.on-air.json"), vec![b' '; 1 << 20]).unwrap();
        assert_eq!(file.read(), None);
    }
}
