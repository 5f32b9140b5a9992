//! What is wrong with a JSON body, in words of ours: which field, and what it takes.

use serde_json::Error;
use serde_json::error::Category;

/// The sentence about `error`, which was met at `path`, as `lines[0].price_minor` (`.` for the body itself).
pub(super) fn sentence(path: &str, error: &Error) -> String {
    let place = if path == "." { "the body".to_owned() } else { format!("`{path}`") };
    let whole = error.to_string();
    if error.classify() != Category::Data {
        return format!("{place}: {whole}");
    }
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = whole.strip_suffix(&position).unwrap_or(&whole);
    let below = |name: &str| if path == "." { format!("`{name}`") } else { format!("`{path}.{name}`") };
    if let Some(name) = named(text, "missing field `") {
        return format!("{} is missing", below(name));
    }
    if let Some(name) = named(text, "duplicate field `") {
        return format!("{} stands there twice", below(name));
    }
    if text.starts_with("unknown variant `")
        && let Some((_, words)) = text.rsplit_once("`, expected ")
    {
        return format!("{place} takes {words}");
    }
    let is_value = text.starts_with("invalid value: ");
    if (is_value || text.starts_with("invalid type: "))
        && let Some((_, kind)) = text.rsplit_once(", expected ")
    {
        return format!("{place} takes {}", taken(kind, is_value));
    }
    format!("{place}: {text}")
}

fn named<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    text.strip_prefix(begin)?.strip_suffix('`')
}

/// What a type of Rust is to somebody who writes JSON; `of_kind` when the value is of that type, and does not fit it.
fn taken(kind: &str, of_kind: bool) -> String {
    let words = match kind {
        "i64" | "i128" if of_kind => "a whole number of at most 18 digits",
        "i64" | "i128" | "isize" => "a whole number",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "i16" => "a whole number from -32768 to 32767",
        "i8" => "a whole number from -128 to 127",
        "u64" | "u128" | "usize" => "a whole number, not below 0",
        "u32" => "a whole number from 0 to 4294967295",
        "u16" => "a whole number from 0 to 65535",
        "u8" => "a whole number from 0 to 255",
        "f64" | "f32" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "a borrowed string" | "a character" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "string or map" | "variant identifier" => "one of its words",
        _ if kind.starts_with("struct ") => "an object",
        _ if kind.starts_with("enum ") => "one of its words",
        _ => kind,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
        Blue,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Order {
        total_minor: i64,
        #[serde(default)]
        minutes: Option<u32>,
        #[serde(default)]
        gift: bool,
        #[serde(default)]
        colour: Option<Colour>,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Line {
        sku: String,
    }

    fn told(body: &str) -> String {
        let mut reader = serde_json::Deserializer::from_str(body);
        let read: Result<Order, _> = serde_path_to_error::deserialize(&mut reader);
        let error = read.map(drop).expect_err(body);
        sentence(&error.path().to_string(), error.inner())
    }

    #[test]
    fn a_field_is_named_with_what_it_takes() {
        for (body, words) in [
            (r#"{"total_minor": 29.0}"#, "`total_minor` takes a whole number"),
            (r#"{"total_minor": "2, expected i64"}"#, "`total_minor` takes a whole number"),
            (
                r#"{"total_minor": 9999999999999999999}"#,
                "`total_minor` takes a whole number of at most 18 digits",
            ),
            (r#"{"lines": []}"#, "`total_minor` is missing"),
            (r#"{"total_minor": 1, "lines": [{}]}"#, "`lines[0].sku` is missing"),
            (r#"{"total_minor": 1, "lines": [{"sku": 7}]}"#, "`lines[0].sku` takes a text"),
            (r#"{"total_minor": 1, "lines": {}}"#, "`lines` takes a list"),
            (r#"{"total_minor": 1, "minutes": -5}"#, "`minutes` takes a whole number from 0 to 4294967295"),
            (r#"{"total_minor": 1, "gift": "yes"}"#, "`gift` takes `true` or `false`"),
            (r#"{"total_minor": 1, "colour": "boss"}"#, "`colour` takes one of `red`, `green`, `blue`"),
            (r#"{"total_minor": 1, "total_minor": 2}"#, "`total_minor` stands there twice"),
            ("7", "the body takes an object"),
        ] {
            assert_eq!(told(body), words, "{body}");
        }
        assert!(told("{").contains("line 1 column"), "of what is no JSON it is told where");
    }
}
