//! Files for browsers, from inside the binary or from a folder.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Files in the binary: path, bytes, and the same as gzip, empty where that saves nothing.
pub type Embedded = &'static [(&'static str, &'static [u8], &'static [u8])];

/// The built widget, put into the binary by the build script.
const WIDGET: Embedded = include!(concat!(env!("OUT_DIR"), "/widget_files.rs"));

/// A file larger than this is not served from a folder.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A set of files under one address.
#[derive(Clone)]
pub struct WebFiles {
    from: From,
}

#[derive(Clone)]
enum From {
    Binary(Arc<Vec<WebFile>>),
    Folder(PathBuf),
}

/// One file, ready to be sent.
#[derive(Debug, Clone)]
pub struct WebFile {
    /// Its path below the set's address, with `/` between the parts.
    pub path: String,
    /// What it holds.
    pub bytes: Bytes,
    /// The same as gzip (RFC 1952), where that is smaller.
    pub gzip: Option<Bytes>,
    /// Changes with the content; quoted, as in `ETag`.
    pub tag: String,
    /// Whether the name changes with the content, so that it may be kept for good.
    pub immutable: bool,
}

impl WebFiles {
    /// The widget: from `folder` when one is given (read anew each time), else from the binary.
    #[must_use]
    pub fn widget(folder: Option<PathBuf>) -> Self {
        match folder {
            Some(folder) => Self { from: From::Folder(folder) },
            None => Self::embedded(WIDGET),
        }
    }

    /// Files that the build script put into the binary.
    #[must_use]
    pub fn embedded(files: Embedded) -> Self {
        let files = files.iter().map(|(path, bytes, gzip)| WebFile {
            gzip: (!gzip.is_empty()).then(|| Bytes::from_static(gzip)),
            ..WebFile::new((*path).to_owned(), Bytes::from_static(bytes))
        });
        Self { from: From::Binary(Arc::new(files.collect())) }
    }

    /// The file at `path`, if there is one. Nothing outside of the set is ever found.
    pub async fn find(&self, path: &str) -> Option<WebFile> {
        match &self.from {
            From::Binary(files) => files.iter().find(|file| file.path == path).cloned(),
            From::Folder(folder) => read(folder, path).await,
        }
    }
}

async fn read(folder: &Path, path: &str) -> Option<WebFile> {
    let below = Path::new(path);
    if !below.components().all(|part| matches!(part, Component::Normal(_))) || path.contains('\0') {
        return None;
    }
    let file = folder.join(below);
    let about = tokio::fs::metadata(&file).await.ok()?;
    if !about.is_file() || about.len() > MAX_FILE_BYTES {
        return None;
    }
    let bytes = tokio::fs::read(&file).await.ok()?;
    Some(WebFile::new(path.to_owned(), bytes.into()))
}

impl WebFile {
    fn new(path: String, bytes: Bytes) -> Self {
        let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..12]));
        let immutable = named_by_content(&path);
        Self { path, bytes, gzip: None, tag, immutable }
    }

    /// Its media type, by the ending of its name.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("js" | "mjs") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("webp") => "image/webp",
            Some("ico") => "image/x-icon",
            Some("woff2") => "font/woff2",
            Some("txt") => "text/plain; charset=utf-8",
            Some("webmanifest") => "application/manifest+json",
            _ => "application/octet-stream",
        }
    }
}

/// Whether a name ends in a hash of what it names: twelve hexadecimal digits, which the widget's build writes,
/// or below `assets/` the eight characters of Vite's.
fn named_by_content(path: &str) -> bool {
    let Some(hash) = path.rsplit_once('-').and_then(|(_, rest)| rest.split('.').next()) else { return false };
    let hex = hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let vite = hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    hex || (vite && path.starts_with("assets/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_loader_is_in_the_binary() {
        let file = WebFiles::widget(None).find("vitrine.js").await.unwrap();
        assert_eq!(file.content_type(), "text/javascript; charset=utf-8");
        assert!(!file.immutable && !file.bytes.is_empty());
        assert!(
            file.gzip.is_none_or(|gzip| gzip.len() < file.bytes.len() && gzip.starts_with(&[0x1f, 0x8b]))
        );
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_good() {
        for kept in ["assets/app-75de4bb88237.js", "vitrine-75de4bb88237.js", "assets/index-B5YW9Yff.css"] {
            assert!(named_by_content(kept), "{kept}");
        }
        for asked_again in [
            "vitrine.js",
            "parts.json",
            "assets/app.js",
            "img/linen-headsets.jpg",
            "assets/a-b.css",
            "a-75DE4BB88237.js",
        ] {
            assert!(!named_by_content(asked_again), "{asked_again}");
        }
    }

    #[tokio::test]
    async fn a_folder_gives_nothing_from_outside_of_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("dist/assets")).unwrap();
        std::fs::write(dir.path().join("dist/assets/a.css"), "a{}").unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        let files = WebFiles::widget(Some(dir.path().join("dist")));
        assert_eq!(files.find("assets/a.css").await.unwrap().content_type(), "text/css; charset=utf-8");
        for path in
            ["../secret", "assets/../../secret", "/etc/passwd", "", "assets", "assets/./a.css/..", "a\0b"]
        {
            assert!(files.find(path).await.is_none(), "{path}");
        }
    }
}
