//! Checks on what comes from outside: every length is bounded before it is kept.

/// What is wrong with a field, for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// A sentence about the field.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Checks that `text` has `min` to `max` characters and no control characters but line ends.
///
/// # Errors
/// A sentence that names `field`.
pub fn check_text(field: &str, text: &str, min: usize, max: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if length < min || length > max {
        return Err(Invalid(format!("`{field}` takes {min} to {max} characters")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err(Invalid(format!("`{field}` holds a control character")));
    }
    Ok(())
}

/// `text` without spaces around it, checked as [`check_text`] does.
///
/// # Errors
/// A sentence that names `field`.
pub fn trimmed(field: &str, text: &str, min: usize, max: usize) -> Result<String, Invalid> {
    let text = text.trim();
    check_text(field, text, min, max)?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!(check_text("title", "ééé", 1, 3).is_ok());
        assert!(check_text("title", "éééé", 1, 3).is_err());
    }

    #[test]
    fn spaces_alone_are_no_title() {
        assert_eq!(trimmed("title", "   ", 1, 9).unwrap_err().to_string(), "`title` takes 1 to 9 characters");
    }

    #[test]
    fn a_nul_is_refused_because_postgres_cannot_keep_it() {
        assert!(check_text("title", "a\0b", 1, 9).is_err());
    }
}
