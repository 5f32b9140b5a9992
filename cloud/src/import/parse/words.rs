//! Dates, addresses and HTML of lists.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

/// The longest tag that is taken for one, in bytes.
const LONGEST_TAG: usize = 2_048;

/// Whether `now` is in an interval of ISO 8601; in one that cannot be read it is not.
pub(super) fn is_within(dates: &str, now: DateTime<Utc>) -> bool {
    let read = |text: &str| {
        let text = text.trim();
        let formats = ["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"];
        DateTime::parse_from_rfc3339(text)
            .ok()
            .or_else(|| formats.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()))
    };
    dates
        .split_once('/')
        .and_then(|(from, to)| Some((read(from)?, read(to)?)))
        .is_some_and(|(from, to)| from <= now && now < to)
}

/// Where a product's page is in a shop that a list says nothing of.
pub(super) fn page_in(shop: &str, key: &str) -> String {
    let escaped: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    format!("{}/products/{}", shop.trim_end_matches('/'), escaped.replace('+', "%20"))
}

/// The text of HTML, its tags gone. Good enough for a description; nobody shows it as HTML.
pub(super) fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let tag = &rest[at..];
        let Some(end) = end_of_tag(tag) else {
            // It stands for itself: `< 3 kg`.
            text.push('<');
            rest = &tag[1..];
            continue;
        };
        let ends_line = ["</p", "<br", "</li", "</div", "</h"].iter().any(|begin| starts_like(tag, begin));
        text.push(if ends_line { '\n' } else { ' ' });
        rest = &tag[end + 1..];
    }
    text.push_str(rest);
    let text = without_entities(&text);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The same of what may be HTML or not: a text without tags and entities stays as it is.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let has_tags = || text.match_indices('<').any(|(at, _)| end_of_tag(&text[at..]).is_some());
    let has_entities = || text.match_indices('&').any(|(at, _)| entity(&text[at..]).is_some());
    if has_tags() {
        without_tags(text).into()
    } else if has_entities() {
        without_entities(text).into()
    } else {
        text.into()
    }
}

/// Where the tag or comment ends that begins here, if one does: `< 3 kg` and `<m or >l` are none.
fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = bytes.iter().take(LONGEST_TAG).position(|byte| *byte == b'>')?;
    let inside = text.get(1..end)?;
    if inside.starts_with('!') {
        return Some(end);
    }
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let name =
        inside.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':')).count();
    let rest = inside[name..].trim();
    let is_named = inside.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (is_named && (rest.is_empty() || rest == "/" || rest.contains('='))).then_some(end)
}

fn without_entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((char, length)) => {
                plain.push(char);
                rest = &rest[length..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The character that an entity at the beginning stands for, and how long that is.
fn entity(text: &str) -> Option<(char, usize)> {
    const NAMED: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("euro", '€'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("bull", '•'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("deg", '°'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("agrave", 'à'),
        ("ccedil", 'ç'),
    ];
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let char = match name.strip_prefix('#') {
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|char| !char.is_control())?
        }
    };
    Some((char, end + 1))
}

fn starts_like(text: &str, begin: &str) -> bool {
    text.as_bytes().get(..begin.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(begin.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text_and_text_stays() {
        for (html, text) in [
            ("<b>Warm</b> scarf", "Warm scarf"),
            ("<p>Hello &amp; bye</p>", "Hello & bye"),
            ("Hello &amp;amp; bye", "Hello &amp; bye"),
            ("Gr&ouml;&szlig;e&nbsp;M &#8211; &#x20AC; 5", "Größe M – € 5"),
            ("one<br/>two", "one\ntwo"),
            ("Bag < 3 kg & > 1 kg", "Bag < 3 kg & > 1 kg"),
            ("Q&A; Tom & Jerry", "Q&A; Tom & Jerry"),
            ("a <b", "a <b"),
            ("from <m or >l on", "from <m or >l on"),
            ("<a href='x'>here</a>", "here"),
            ("&#0; &#x110000;", "&#0; &#x110000;"),
            ("<!-- nothing -->Hat", "Hat"),
            ("two\n\nlines", "two\n\nlines"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }
}
