//! Names of channels: what stands in addresses, and in the code that shops put into their pages. Pure.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::base::Invalid;

/// The most characters of one.
const LONGEST: usize = 40;

/// Letters that are written out, as people who have none of them on their keys do.
fn written_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'å' => "aa",
        'þ' => "th",
        'ð' | 'đ' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "ng",
        _ => return None,
    })
}

/// The channel's name for an organisation's name: `Äpfel & Öl` becomes `aepfel-oel`. 1 to 40 characters.
pub(in crate::org) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.nfc().flat_map(char::to_lowercase) {
        if matches!(c, '\'' | '’' | '‘' | 'ʼ' | '´' | '`') || is_combining_mark(c) {
            continue; // `Nora's` is one word
        }
        let plain: String = match written_out(c) {
            Some(letters) => letters.to_owned(),
            None => std::iter::once(c)
                .nfkd()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect(),
        };
        if plain.is_empty() && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() + plain.len() > LONGEST {
            break;
        }
        slug.push_str(&plain);
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "shop".to_owned() } else { slug[..slug.len().min(LONGEST)].to_owned() }
}

/// A name that somebody chose for a channel.
pub(in crate::org) fn check_channel(text: &str) -> Result<String, Invalid> {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let whole = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
    if plain && whole && (2..=LONGEST).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new("`slug` takes 2 to 40 small letters and digits, with single hyphens between them"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channels_name_is_what_people_would_write() {
        for (name, wanted) in [
            ("  Atelier Nord! ", "atelier-nord"),
            ("Äpfel & Öl GmbH", "aepfel-oel-gmbh"),
            ("A\u{308}pfel", "aepfel"),
            ("Frieda & Söhne", "frieda-soehne"),
            ("Nora's Lädchen", "noras-laedchen"),
            ("Nora’s Weiß", "noras-weiss"),
            ("Crème Brûlée Ñandú", "creme-brulee-nandu"),
            ("Łódź Żółw", "lodz-zolw"),
            ("Smørrebrød Ærø", "smoerrebroed-aeroe"),
            ("ĞÜZEL İstanbul", "guezel-istanbul"),
            ("ＳＨＯＰ №1", "shop-no1"),
            ("Demo", "demo"),
            ("日本の店", "shop"),
            ("日本の店 Tokyo", "tokyo"),
            ("--", "shop"),
        ] {
            assert_eq!(slug(name), wanted, "{name}");
        }
        for long in ["long ".repeat(50), "ß".repeat(50), "日".repeat(50)] {
            let name = slug(&long);
            assert!((1..=LONGEST).contains(&name.len()) && check_channel(&name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_chosen_is_plain() {
        for good in ["nord", "atelier-nord", "a1", "2-go"] {
            assert_eq!(check_channel(good).unwrap(), good);
        }
        for bad in ["", "a", "-a", "a-", "a--b", "Nord", "nörd", "a b", "a/b", "a\0b", &"a".repeat(41)] {
            assert!(check_channel(bad).is_err(), "{bad:?}");
        }
    }
}
