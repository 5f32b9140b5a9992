//! Files are short enough to read and hold nothing unfinished.

use crate::source::{Tree, code};

/// Lines of code that a person wrote in one file; past 400 look for a second noun, past this it must be split.
const MOST_LINES: usize = 600;
/// Marks of unfinished work.
const UNFINISHED: [&str; 4] = ["todo!(", "unimplemented!(", "FIXME", "#[ignore"];
/// Written by a program.
const GENERATED: [&str; 2] = ["bindings.ts", "/generated/"];

pub fn check(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in &tree.files {
        let written = [".rs", ".ts", ".svelte"].iter().any(|ending| path.ends_with(ending));
        if !written || path.starts_with("tests/tidy/") || GENERATED.iter().any(|mark| path.contains(mark)) {
            continue;
        }
        let lines = if path.ends_with(".rs") { code(text).lines().count() } else { text.lines().count() };
        if lines > MOST_LINES {
            findings.push(format!("{path}: {lines} lines; split it by its second noun"));
        }
        for (number, line) in text.lines().enumerate() {
            if let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(**mark)) {
                findings.push(format!("{path}:{}: `{mark}` marks unfinished work", number + 1));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_and_an_unfinished_one_are_found() {
        let long = "x\n".repeat(MOST_LINES + 1);
        let tree = Tree::of(&[("a.rs", long.as_str()), ("b.ts", "// FIXME later")]);
        assert_eq!(check(&tree).len(), 2);
    }
}
