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
    /// How long others may keep it.
    pub keep: Keep,
}

/// How long a browser or a cache on the way may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// For good: its name changes with its content.
    ForGood,
    /// For some minutes.
    Minutes,
    /// It is asked for again each time; the tag says whether it changed.
    AskFirst,
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
    let mut file = WebFile::new(path.to_owned(), bytes.into());
    if file.keep == Keep::ForGood {
        file.keep = Keep::Minutes; // somebody works in this folder
    }
    Some(file)
}

impl WebFile {
    fn new(path: String, bytes: Bytes) -> Self {
        let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..12]));
        let keep = match path.as_str() {
            // Where the parts lie now: open tabs ask after a deploy.
            "parts.json" => Keep::AskFirst,
            path if path.starts_with("assets/") || path.starts_with("vitrine-") => Keep::ForGood,
            _ => Keep::Minutes,
        };
        Self { path, bytes, gzip: None, tag, keep }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_loader_is_in_the_binary() {
        let file = WebFiles::widget(None).find("vitrine.js").await.unwrap();
        assert_eq!(file.content_type(), "text/javascript; charset=utf-8");
        assert!(file.keep == Keep::Minutes && !file.bytes.is_empty());
        assert!(
            file.gzip.is_none_or(|gzip| gzip.len() < file.bytes.len() && gzip.starts_with(&[0x1f, 0x8b]))
        );
    }

    #[test]
    fn what_is_named_by_its_content_is_kept_and_the_list_of_names_is_not() {
        for (path, keep) in [
            ("assets/app-0a1b.js", Keep::ForGood),
            ("vitrine-0a1b.js", Keep::ForGood),
            ("vitrine.js", Keep::Minutes),
            ("parts.json", Keep::AskFirst),
        ] {
            assert_eq!(WebFile::new(path.to_owned(), Bytes::new()).keep, keep, "{path}");
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
