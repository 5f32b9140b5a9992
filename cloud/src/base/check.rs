//! Checks on what comes from outside: every length is bounded before it is kept.

use unicode_normalization::UnicodeNormalization as _;

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

/// Checks that `text` has `min` to `max` characters, none of them a control character (but line ends) or one that turns the
/// direction of what is around it.
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
    if text.chars().any(turns_direction) {
        return Err(Invalid(format!("`{field}` holds a character that turns the direction of writing")));
    }
    Ok(())
}

/// What a person wrote: in the composed form of Unicode (NFC), so that what looks the same is the same, without spaces around
/// it, and checked as [`check_text`] does. Where something has to be written, it can be seen.
///
/// # Errors
/// A sentence that names `field`.
pub fn trimmed(field: &str, text: &str, min: usize, max: usize) -> Result<String, Invalid> {
    // What is far too long is not worth composing.
    if text.len() > 16 * max.max(16) {
        return Err(Invalid(format!("`{field}` takes {min} to {max} characters")));
    }
    let composed: String = text.nfc().collect();
    let text = composed.trim();
    check_text(field, text, min, max)?;
    if min > 0 && text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Err(Invalid(format!("`{field}` holds nothing that can be seen")));
    }
    Ok(text.to_owned())
}

/// Embeddings, overrides and isolates: with them a text reads otherwise than it is. Marks of direction (U+200E, U+200F) are
/// part of ordinary writing. Source: Unicode Technical Report 36, section 2.5.
#[must_use]
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that leave no trace by themselves. Source: Unicode's property `Default_Ignorable_Code_Point`, with the fillers
/// and blanks that fonts leave empty.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
    fn what_looks_the_same_is_the_same() {
        assert_eq!(trimmed("name", "Ju\u{308}rgen", 1, 9).unwrap(), "J\u{fc}rgen");
        assert_eq!(
            trimmed("name", " \u{1f469}\u{200d}\u{1f373} ", 1, 9).unwrap(),
            "\u{1f469}\u{200d}\u{1f373}"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_no_title_and_what_turns_around_is_none_either() {
        for empty in ["\u{200b}", "\u{115f}\u{115f}", "\u{3164} \u{2800}", "\u{feff}"] {
            let refused = trimmed("title", empty, 1, 9).unwrap_err().to_string();
            assert!(refused.contains("can be seen"), "{refused}");
        }
        assert_eq!(trimmed("description", "\u{200b}", 0, 9).unwrap(), "\u{200b}", "it need not be there");
        for turned in ["\u{202e}gpj.exe", "a\u{2066}b"] {
            assert!(trimmed("title", turned, 1, 20).is_err() && check_text("url", turned, 1, 20).is_err());
        }
        assert!(
            trimmed("title", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f}!", 1, 9).is_ok(),
            "a mark of direction"
        );
    }

    #[test]
    fn a_text_that_composes_to_less_is_counted_as_it_is_kept() {
        assert!(trimmed("title", &"e\u{301}".repeat(9), 1, 9).is_ok());
        assert!(trimmed("title", &"e".repeat(100_000), 1, 9).is_err());
    }

    #[test]
    fn a_nul_is_refused_because_postgres_cannot_keep_it() {
        assert!(check_text("title", "a\0b", 1, 9).is_err());
    }
}
