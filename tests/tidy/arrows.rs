//! Who may use whom: between crates, and between the rooms of the cloud.

use crate::source::Tree;

/// The ladder: a room uses rooms before it, never after.
const LADDER: [&str; 29] = [
    "config",
    "base",
    "db",
    "secrets",
    "jobs",
    "replays",
    "events",
    "bus",
    "blobs",
    "mail",
    "plan",
    "org",
    "billing",
    "webhooks",
    "catalog",
    "import",
    "show",
    "ingest",
    "edge",
    "health",
    "rtm",
    "social",
    "storefront",
    "leaving",
    "operator",
    "notify",
    "analytics",
    "reporting",
    "demo",
];
/// The files above the rooms: they may use them all.
const ROOF: [&str; 7] = ["app.rs", "http.rs", "worker.rs", "lib.rs", "main.rs", "serve.rs", "admin.rs"];

/// Crate, its manifest, and the only crates of ours that it may name.
const CRATES: [(&str, &str, &[&str]); 7] = [
    ("vitrine-protocol", "cloud/protocol/Cargo.toml", &[]),
    ("vitrine-rtmp", "media-core/rtmp/Cargo.toml", &[]),
    ("vitrine-media", "media-core/Cargo.toml", &["vitrine-rtmp"]),
    (
        "vitrine-transmission",
        "cloud/transmission/Cargo.toml",
        &["vitrine-protocol", "vitrine-rtmp", "vitrine-media"],
    ),
    (
        "vitrine-cloud",
        "cloud/Cargo.toml",
        &["vitrine-protocol", "vitrine-rtmp", "vitrine-media", "vitrine-transmission"],
    ),
    ("vitrine-studio", "studio/Cargo.toml", &["vitrine-protocol", "vitrine-rtmp", "vitrine-media"]),
    (
        "vitrine-tests",
        "tests/Cargo.toml",
        &["vitrine-protocol", "vitrine-rtmp", "vitrine-media", "vitrine-cloud"],
    ),
];

pub fn crates(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, manifest, allowed) in CRATES {
        let Some(text) = tree.text(manifest) else { continue };
        for (other, ..) in CRATES {
            let named = text
                .lines()
                .any(|line| line.starts_with(other) && line[other.len()..].starts_with([' ', '.', '=']));
            if named && other != name && !allowed.contains(&other) {
                findings.push(format!("{manifest}: {name} may not use {other}"));
            }
        }
    }
    findings
}

pub fn ladder(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, code) in tree.rust_below("cloud/src/") {
        let Some(room) = room_of(path) else { continue };
        let Some(own) = rung(room) else { continue };
        for other in rooms_named(&code) {
            if rung(&other).is_some_and(|theirs| theirs > own) {
                findings.push(format!("{path}: {room} reaches down to {other}; leave a fact instead"));
            }
        }
    }
    findings
}

pub fn rooms_are_listed(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in &tree.files {
        let Some(rest) = path.strip_prefix("cloud/src/") else { continue };
        match rest.split_once('/') {
            Some((room, "mod.rs")) => {
                if rung(room).is_none() {
                    findings
                        .push(format!("{path}: put the room {room} on the ladder in tests/tidy/arrows.rs"));
                }
                if !text.starts_with("//!") {
                    findings
                        .push(format!("{path}: a room starts with its card (//! owns, records, leans on)"));
                }
                for line in text.lines().filter(|line| line.starts_with("pub mod ")) {
                    if line != "pub mod testing;" {
                        findings.push(format!("{path}: `{line}` is a second door; export the names instead"));
                    }
                }
            }
            None if rest.ends_with(".rs") && !ROOF.contains(&rest) => {
                findings.push(format!("{path}: a file beside the rooms; put it into one"));
            }
            _ => {}
        }
    }
    findings
}

fn room_of(path: &str) -> Option<&str> {
    path.strip_prefix("cloud/src/")?.split_once('/').map(|(room, _)| room)
}

fn rung(room: &str) -> Option<usize> {
    LADDER.iter().position(|name| *name == room)
}

/// The rooms that a text names by `crate::room` or `use crate::{room::…, room}`.
fn rooms_named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(top_level_names(list)),
            None => names.push(leading_name(rest)),
        }
    }
    names
}

/// The first names of a brace list, up to its closing brace: `{a::{b, c}, d}` gives a and d.
fn top_level_names(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if c.is_whitespace() => {}
            _ if start && depth == 0 => {
                names.push(leading_name(&list[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_turns_back_is_found_in_every_spelling() {
        for text in
            ["use crate::rtm::Rtm;", "use crate::{base::Actor, rtm::{Rtm}};", "fn f() { crate::rtm::say() }"]
        {
            let found = ladder(&Tree::of(&[("cloud/src/show/service.rs", text)]));
            assert_eq!(found.len(), 1, "{text}");
        }
        let fine = "use crate::{base::{Actor, rtm}, db::Db};";
        assert!(ladder(&Tree::of(&[("cloud/src/show/service.rs", fine)])).is_empty());
    }

    #[test]
    fn a_crate_that_reaches_up_is_found() {
        let tree = Tree::of(&[("studio/Cargo.toml", "[dependencies]\nvitrine-cloud.workspace = true\n")]);
        assert_eq!(crates(&tree).len(), 1);
    }

    #[test]
    fn an_unlisted_room_and_a_second_door_are_found() {
        let tree = Tree::of(&[
            ("cloud/src/attic/mod.rs", "//! Attic.\n"),
            ("cloud/src/show/mod.rs", "//! Card.\npub mod store;\n"),
        ]);
        assert_eq!(rooms_are_listed(&tree).len(), 2);
    }
}
