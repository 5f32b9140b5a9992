//! Prices as lists write them: `12.90 EUR`, `12,90`, `1.234,56 €`, `USD 5`.

use vitrine_protocol::Currency;

use super::marks::{Reading, take_reading};

/// More digits than any price has.
const MOST_DIGITS: usize = 15;

/// A price in minor units, and its currency: the one that stands with it, or `currency`. How its mark is to be read may stand
/// behind it (see `marks`).
///
/// # Errors
/// A sentence for whoever wrote it.
pub fn price(text: &str, currency: Option<Currency>) -> Result<(i64, Currency), String> {
    let (text, reading) = take_reading(text);
    if text.len() > 100 {
        return Err("a price is shorter than that".into());
    }
    if is_power(text) {
        return Err(format!("`{text}` is no price: write all of its digits, like `12.90 EUR`"));
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{text}` is no price: write it like `12.90 EUR`"));
    }
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let named = match letters.to_uppercase().as_str() {
        "" => None,
        code => Some(Currency::try_from(code).map_err(|_| format!("`{text}` names no currency like EUR"))?),
    };
    // A dollar is whose the list says; a list in no currency takes the sign's word.
    let currency = named.or(currency).or_else(|| signed(text));
    let currency =
        currency.ok_or("no currency stands there: write `12.90 EUR`, or import with a `currency`")?;
    let number: String = text
        .chars()
        .filter(|c| {
            !c.is_alphabetic() && !c.is_whitespace() && !matches!(c, '€' | '£' | '¥' | '$' | '\'' | '’')
        })
        .collect();
    let minor = minor(&number, currency, reading).map_err(|why| match why {
        Wrong::Twice => {
            let (one, other) = (number.replace([',', '.'], "."), number.replace([',', '.'], ""));
            format!(
                "`{text}` can be read in two ways, as {one} or as {other} {currency}: write it with two places, like `{other}.00`, \
                 or without a mark"
            )
        }
        Wrong::Places => {
            let places = currency.decimals();
            format!("`{text}` is no price in {currency}, which has {places} places behind the decimal mark")
        }
        Wrong::Other => format!("`{text}` is no price in {currency}"),
    })?;
    Ok((minor, currency))
}

/// The currency that a sign stands for.
fn signed(text: &str) -> Option<Currency> {
    let code = text.chars().find_map(|c| match c {
        '€' => Some("EUR"),
        '£' => Some("GBP"),
        '¥' => Some("JPY"),
        '$' => Some("USD"),
        _ => None,
    })?;
    Currency::try_from(code).ok()
}

/// Whether a number stands there as programs write large ones: `1e9`.
fn is_power(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|three| {
        three[0].is_ascii_digit()
            && three[1].eq_ignore_ascii_case(&b'e')
            && (three[2].is_ascii_digit() || matches!(three[2], b'+' | b'-'))
    })
}

/// Why digits are no price.
enum Wrong {
    /// They are two.
    Twice,
    /// More places stand behind the decimal mark than the currency has.
    Places,
    Other,
}

/// Digits with points and commas, as minor units.
fn minor(number: &str, currency: Currency, reading: Option<Reading>) -> Result<i64, Wrong> {
    let decimals = usize::try_from(currency.decimals()).map_err(|_| Wrong::Other)?;
    if !number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return Err(Wrong::Other);
    }
    let last = number.rfind(['.', ',']);
    let (whole, fraction) = match last {
        None => (number, ""),
        Some(at) => {
            let (whole, fraction) = (&number[..at], &number[at + 1..]);
            let other_kind = whole.contains(['.', ',']) && !whole.contains(&number[at..=at]);
            let again = whole.contains(&number[at..=at]);
            let thousands = again
                || match reading {
                    _ if other_kind => false,
                    Some(Reading::Decimal) => false,
                    Some(Reading::Thousands) => true,
                    // Three digits behind it are the places of a few currencies, and none of those that have no places.
                    Some(Reading::Either) if decimals == 0 => true,
                    Some(Reading::Either) if decimals != 3 => return Err(Wrong::Twice),
                    Some(Reading::Either) | None => false,
                };
            if thousands { (number, "") } else { (whole, fraction) }
        }
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if whole.is_empty() && fraction.is_empty() || whole.len() + decimals > MOST_DIGITS {
        return Err(Wrong::Other);
    }
    let (kept, rest) = fraction.split_at(fraction.len().min(decimals));
    if rest.bytes().any(|b| b != b'0') {
        return Err(Wrong::Places);
    }
    format!("{whole}{kept:0<decimals$}").parse().map_err(|_| Wrong::Other)
}

/// A price in minor units as an export writes it: `12.90`.
pub fn written(minor: i64, currency: Currency) -> String {
    let unit = 10_i64.pow(currency.decimals());
    let places = currency.decimals() as usize;
    if places == 0 { minor.to_string() } else { format!("{}.{:0places$}", minor / unit, minor % unit) }
}

#[cfg(test)]
mod tests {
    use super::super::marks::Marks;
    use super::*;

    /// As a table is read whose other prices say nothing of marks.
    fn alone(text: &str, currency: Option<Currency>) -> Result<(i64, Currency), String> {
        let settled = Marks::default().settled(text);
        price(settled.as_deref().unwrap_or(text), currency)
    }

    #[test]
    fn prices_are_read_as_people_write_them() {
        let eur = Currency::try_from("EUR").ok();
        for (text, minor, code) in [
            ("12.90 EUR", 1290, "EUR"),
            ("12,90", 1290, "EUR"),
            ("1.234,56 €", 123_456, "EUR"),
            ("1,234.56", 123_456, "EUR"),
            ("1 234,5", 123_450, "EUR"),
            ("1'234.50", 123_450, "EUR"),
            ("1.234.567", 123_456_700, "EUR"),
            ("0.5", 50, "EUR"),
            ("0.500", 50, "EUR"),
            (",99", 99, "EUR"),
            ("5", 500, "EUR"),
            ("12.9000", 1290, "EUR"),
            ("USD 5.00", 500, "USD"),
            ("$5", 500, "EUR"),
            ("1200 JPY", 1200, "JPY"),
            ("1,200 JPY", 1200, "JPY"),
            ("1.234 KWD", 1234, "KWD"),
            ("0.125 KWD", 125, "KWD"),
        ] {
            let (is, currency) = alone(text, eur).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((is, currency.as_str()), (minor, code), "{text}");
        }
        assert_eq!(alone("£7.50", None).unwrap().1.as_str(), "GBP");
        for text in
            ["", "free", "-5", "12.345 6", "1.2345", "12.90 EURO", "1e9", "99999999999999999", ".", "0.123"]
        {
            assert!(alone(text, eur).is_err(), "{text}");
        }
        for currency in [eur, None] {
            assert_eq!(alone("abc", currency).unwrap_err(), "`abc` is no price: write it like `12.90 EUR`");
        }
        assert!(alone("12.90", None).unwrap_err().contains("currency"));
        assert!(alone("1e9 EUR", None).unwrap_err().contains("all of its digits"));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_read_in_none_and_quoted_as_it_stands() {
        let eur = Currency::try_from("EUR").ok();
        for text in ["1.234 EUR", "1,234 EUR", "19.990", "€ 15,999", "123.456"] {
            let sentence = alone(text, eur).unwrap_err();
            assert!(sentence.starts_with(&format!("`{text}` can be read in two ways")), "{sentence}");
        }
        let sentence = alone("1.234 EUR", None).unwrap_err();
        assert!(sentence.contains("1.234 or as 1234 EUR") && sentence.contains("`1234.00`"), "{sentence}");
        // A feed of Google's has the dot for its decimal mark.
        let google = |text: &str| {
            let settled = Marks::of_google().settled(text);
            price(settled.as_deref().unwrap_or(text), eur)
        };
        assert_eq!(google("19.990 EUR").unwrap().0, 1999);
        assert_eq!(google("1,234 EUR").unwrap().0, 123_400);
        assert_eq!(google("12,90 EUR").unwrap().0, 1290);
        let sentence = google("15.999 EUR").unwrap_err();
        assert!(sentence.starts_with("`15.999 EUR` is no price in EUR, which has 2 places"), "{sentence}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for code in ["EUR", "JPY", "KWD"] {
            let currency = Currency::try_from(code).unwrap();
            for minor in [0, 5, 99, 1234, 123_456, 1_000_000_000_000] {
                assert_eq!(alone(&written(minor, currency), Some(currency)), Ok((minor, currency)));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = alone(&text, Currency::try_from("EUR").ok());
        }
    }
}
