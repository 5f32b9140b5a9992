//! Guards the cells of an export: a table program takes what begins like a formula for one, and runs it.

use std::borrow::Cow;

/// What a guarded value begins with. Table programs take what follows for text.
const GUARD: char = '\'';

fn is_risky(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | GUARD)
}

/// The value as an export writes it.
pub fn guarded(value: &str) -> Cow<'_, str> {
    if value.starts_with(is_risky) { format!("{GUARD}{value}").into() } else { value.into() }
}

/// The value that an export wrote.
pub fn unguarded(value: &str) -> &str {
    match value.strip_prefix(GUARD) {
        Some(rest) if rest.starts_with(is_risky) => rest,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_comes_back_as_it_was() {
        assert_eq!(guarded("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        for value in ["=1+1", "+49", "-5", "@x", "'tis", "'=x", "''", "\tx", "Scarf", "5-6", ""] {
            assert_eq!(unguarded(&guarded(value)), value);
        }
        assert_eq!(unguarded("'tis the season"), "'tis the season", "of another program's list");
    }
}
