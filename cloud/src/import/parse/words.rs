//! Dates, addresses and HTML of lists.

use chrono::{DateTime, Utc};

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
        let ends_line = ["</p", "<br", "</li", "</div", "</h"].iter().any(|begin| starts_like(tag, begin));
        text.push(if ends_line { '\n' } else { ' ' });
        rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
    }
    text.push_str(rest);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn starts_like(text: &str, begin: &str) -> bool {
    text.as_bytes().get(..begin.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(begin.as_bytes()))
}
