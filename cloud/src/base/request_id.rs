//! The name of a request, by which a caller and our log speak of the same one.

use axum::http::HeaderValue;

/// The longest name that a caller may give.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// A request's name: 1 to 64 of `[A-Za-z0-9._-]`. The caller's where it is such a name, else ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// Where it stands, in requests and answers.
    pub const HEADER: &str = "x-request-id";

    /// What the caller calls its request, or a name of ours.
    #[must_use]
    pub fn of(given: Option<&HeaderValue>) -> Self {
        given.filter(|given| is_sane(given.as_bytes())).cloned().map_or_else(Self::new, Self)
    }

    /// A name that no other request has.
    fn new() -> Self {
        let text = uuid::Uuid::new_v4().simple().to_string();
        Self(HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("unnamed")))
    }

    /// That of the request that is being answered, if it has one.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers a request under this name.
    pub async fn scope<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }

    /// As [`scope`](Self::scope), where nothing is waited for.
    pub fn within<T>(self, answer: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, answer)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The name as a header's value.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_sane(name: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=LONGEST).contains(&name.len()) && name.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_name_is_taken_when_it_can_stand_in_a_log() {
        let of = |name: &[u8]| RequestId::of(HeaderValue::from_bytes(name).ok().as_ref());
        for name in ["7", "checkout-2026.11.28_7", &"x".repeat(64)] {
            assert_eq!(of(name.as_bytes()).as_str(), name);
        }
        for name in ["", "a b", "a\"b", "caf\u{e9}", "a/b", &"x".repeat(65)] {
            let id = of(name.as_bytes());
            assert!(id.as_str() != name && id.as_str().len() == 32, "{name:?} became {}", id.as_str());
        }
        assert_ne!(RequestId::of(None), RequestId::of(None));
    }
}
