//! Plain settings of one profile: a small JSON file. Secrets are not here.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::view::{Quality, SourceChoice};

/// What the studio remembers between starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The cloud's address used last.
    pub cloud_url: Option<String>,
    /// Who signed in last there; names the keyring's entry.
    pub email: Option<String>,
    /// The word by which that cloud knows this studio: strangers' tries do not hold up its sign-ins. It opens nothing.
    pub device: Option<String>,
    /// The source chosen last.
    pub source: Option<SourceChoice>,
    /// What people call that source, for when it is not there.
    pub source_name: Option<String>,
    /// The microphone chosen last; `Some(None)`: none at all.
    pub microphone: Option<Option<String>>,
    /// What people call it, for as long as it is not plugged in.
    pub microphone_name: Option<String>,
    /// Size and rate.
    pub quality: Quality,
    /// By how much the microphone is heard later than it would be (milliseconds).
    pub sound_offset_ms: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cloud_url: None,
            email: None,
            device: None,
            source: None,
            source_name: None,
            microphone: None,
            microphone_name: None,
            quality: Quality::P720,
            sound_offset_ms: 0,
        }
    }
}

/// Where a profile's settings lie.
#[derive(Debug, Clone)]
pub struct SettingsFile(PathBuf);

impl SettingsFile {
    /// `folder/PROFILE.json`.
    pub fn of(folder: &Path, profile: &str) -> Self {
        Self(folder.join(format!("{profile}.json")))
    }

    /// Reads it; what is missing or unreadable is the default.
    pub fn read(&self) -> Settings {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, settings: &Settings) -> std::io::Result<()> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = self.0.with_extension("json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(settings)?)?;
        std::fs::rename(beside, &self.0)
    }
}

/// A profile's name: 1 to 32 letters, digits, `-` or `_`, since it names files and keyring entries.
pub fn is_profile_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_keep_apart_and_survive_a_broken_file() {
        let folder = tempfile::tempdir().unwrap();
        let host = SettingsFile::of(folder.path(), "host");
        let mut settings = host.read();
        assert_eq!(settings, Settings::default());
        settings.cloud_url = Some("http://127.0.0.1:8080".into());
        host.write(&settings).unwrap();
        assert_eq!(host.read(), settings);
        assert_eq!(SettingsFile::of(folder.path(), "moderator").read(), Settings::default());
        std::fs::write(folder.path().join("host.json"), "{").unwrap();
        assert_eq!(host.read(), Settings::default());
    }

    #[test]
    fn a_profile_name_cannot_leave_its_folder() {
        assert!(is_profile_name("host-2"));
        for bad in ["", "../x", "a/b", "a b", "ü"] {
            assert!(!is_profile_name(bad), "{bad}");
        }
    }
}
