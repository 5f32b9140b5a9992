//! The sources as text, with comments and tests taken out where a rule speaks of code only.

use std::path::{Path, PathBuf};

/// Files by their path from the root, with `/` between folders.
pub struct Tree {
    /// Path and text.
    pub files: Vec<(String, String)>,
}

impl Tree {
    /// All text files of the project that people wrote.
    pub fn project() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the root");
        let mut files = Vec::new();
        walk(root, root, &mut files);
        Self { files }
    }

    /// A made-up tree, for trying a rule.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    /// Rust files below `folder`, as code: no comments, nothing from the first `#[cfg(test)]` on.
    pub fn rust_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, String)> + 'a {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(".rs") && !is_test(path))
            .map(|(path, text)| (path.as_str(), code(text)))
    }
}

/// A file that holds nothing but tests.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.contains("/tests/")
        || path.contains("/testing/")
        || path.ends_with("/testing.rs")
}

/// Code only: line comments and everything from the first test module on are left out.
pub fn code(text: &str) -> String {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| match line.find("//") {
            Some(at) if !line[..at].contains('"') => &line[..at],
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    const SKIPPED: [&str; 9] = [
        "target",
        "node_modules",
        "dist",
        ".git",
        ".svelte-kit",
        "gen",
        "test-results",
        "corpus",
        ".vitrine",
    ];
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(root, &path, files);
            }
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let inside = path.strip_prefix(root).expect("below the root");
            files.push((inside.to_string_lossy().replace('\\', "/"), text));
        }
    }
}
