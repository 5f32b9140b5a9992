//! What is wrong, and which section of the draft says so.

/// Findings, one sentence each with its section.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<String>);

impl Findings {
    /// Notes `words` when something is `bad` by `section`.
    pub fn find(&mut self, section: &str, bad: bool, words: impl FnOnce() -> String) {
        if bad {
            let sentence = format!("{} (section {section})", words());
            // A playlist is read again and again: once is enough.
            if !self.0.contains(&sentence) {
                self.0.push(sentence);
            }
        }
    }

    /// Takes in what others found.
    pub fn extend(&mut self, others: impl IntoIterator<Item = String>) {
        for sentence in others {
            if !self.0.contains(&sentence) {
                self.0.push(sentence);
            }
        }
    }
}

impl From<Findings> for Vec<String> {
    fn from(findings: Findings) -> Self {
        findings.0
    }
}
