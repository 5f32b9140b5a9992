//! Requests and their answers, as they are kept. Pure.

use sha2::{Digest as _, Sha256};

/// The longest body of an answer that is kept, in bytes.
pub const MOST_BODY: usize = 64 * 1024;

/// A request that is to be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub(super) id: String,
    pub(super) request: String,
    /// Who asks, hashed.
    pub(super) caller: String,
}

/// Who does a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub(super) id: String,
    pub(super) name: String,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody did it: it is the caller's to do.
    New(Claim),
    /// It is done.
    Done(Kept),
    /// Somebody is at it.
    UnderWay,
    /// Something of it stands, and whoever did it is gone with the answer.
    Lost,
    /// The key came with another request.
    Reused,
}

/// What is left of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// All of it.
    Whole(Answer),
    /// It held a secret.
    Secret,
    /// Its body was too large to be kept, or no text.
    NotKept,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers that belong to the body: name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Wish {
    /// What `actor` asks for: `address` is the path, `sent` everything that makes the request what it is.
    #[must_use]
    pub fn new(actor: &str, address: &str, key: &str, sent: &[&[u8]]) -> Self {
        let id = digest(&[actor.as_bytes(), address.as_bytes(), key.as_bytes()]);
        Self { id, request: digest(sent), caller: digest(&[actor.as_bytes()]) }
    }
}

/// Of all parts, each with its length before it.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_callers_and_its_addresss_own() {
        let ids: std::collections::HashSet<_> = [
            ("user:1", "/a", "k"),
            ("user:2", "/a", "k"),
            ("user:1", "/b", "k"),
            ("user:1", "/a", "l"),
            ("user:1", "/ak", ""),
        ]
        .map(|(actor, address, key)| Wish::new(actor, address, key, &[b"{}"]).id)
        .into();
        assert_eq!(ids.len(), 5);
    }
}
