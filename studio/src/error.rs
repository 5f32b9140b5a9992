//! What a refused command answers.

use serde::{Deserialize, Serialize};
use specta::Type;
use vitrine_protocol::Code;

/// A command's refusal: a code for programs, a plain cause for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What programs act on.
    pub code: Code,
    /// The cause in a sentence.
    pub message: String,
    /// Whether the same command may succeed later.
    pub retryable: bool,
}

impl CommandError {
    /// A refusal with the code's own answer to "may it succeed later".
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: code.retryable() }
    }
}
