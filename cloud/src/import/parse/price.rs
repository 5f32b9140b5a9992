//! Prices as lists write them: `12.90 EUR`, `12,90`, `1.234,56 €`, `USD 5`.

use vitrine_protocol::Currency;

/// More digits than any price has.
const MOST_DIGITS: usize = 15;

/// A price in minor units, and its currency: the one that stands with it, or `currency`.
///
/// # Errors
/// A sentence for whoever wrote it.
pub fn price(text: &str, currency: Option<Currency>) -> Result<(i64, Currency), String> {
    let text = text.trim();
    if text.len() > 100 {
        return Err("a price is shorter than that".into());
    }
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let named = match letters.to_uppercase().as_str() {
        "" => None,
        code => Some(Currency::try_from(code).map_err(|_| format!("`{text}` names no currency like EUR"))?),
    };
    let signed = || {
        let sign = text
            .chars()
            .find(|c| !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() || *c == '$')?;
        let code = match sign {
            '€' => "EUR",
            '£' => "GBP",
            '¥' => "JPY",
            '$' => "USD",
            _ => return None,
        };
        Currency::try_from(code).ok()
    };
    // A dollar is whose the list says; a list in no currency takes the sign's word.
    let currency = named.or(currency).or_else(signed);
    let currency =
        currency.ok_or("no currency stands there: write `12.90 EUR`, or import with a `currency`")?;
    let number: String = text
        .chars()
        .filter(|c| {
            !c.is_alphabetic() && !c.is_whitespace() && !matches!(c, '€' | '£' | '¥' | '$' | '\'' | '’')
        })
        .collect();
    Ok((minor(&number, currency).ok_or_else(|| format!("`{text}` is no price in {currency}"))?, currency))
}

/// Digits with points and commas, as minor units.
fn minor(number: &str, currency: Currency) -> Option<i64> {
    let decimals = usize::try_from(currency.decimals()).ok()?;
    if !number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return None;
    }
    let last = number.rfind(['.', ',']);
    let (whole, fraction) = match last {
        None => (number, ""),
        Some(at) => {
            let (whole, fraction) = (&number[..at], &number[at + 1..]);
            let other_kind = whole.contains(['.', ',']) && !whole.contains(&number[at..=at]);
            let again = whole.contains(&number[at..=at]);
            // One of three digits behind it sets thousands apart, unless it is the currency's own number of places.
            let thousands = again
                || (!other_kind
                    && fraction.len() == 3
                    && decimals != 3
                    && !whole.trim_start_matches('0').is_empty());
            if thousands { (number, "") } else { (whole, fraction) }
        }
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if whole.is_empty() && fraction.is_empty() || whole.len() + decimals > MOST_DIGITS {
        return None;
    }
    let (kept, rest) = fraction.split_at(fraction.len().min(decimals));
    if rest.bytes().any(|b| b != b'0') {
        return None;
    }
    format!("{whole}{kept:0<decimals$}").parse().ok()
}

/// A price in minor units as an export writes it: `12.90`.
pub fn written(minor: i64, currency: Currency) -> String {
    let unit = 10_i64.pow(currency.decimals());
    let places = currency.decimals() as usize;
    if places == 0 { minor.to_string() } else { format!("{}.{:0places$}", minor / unit, minor % unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        let eur = Currency::try_from("EUR").ok();
        for (text, minor, code) in [
            ("12.90 EUR", 1290, "EUR"),
            ("12,90", 1290, "EUR"),
            ("1.234,56 €", 123_456, "EUR"),
            ("1,234.56", 123_456, "EUR"),
            ("1.234", 123_400, "EUR"),
            ("1 234,5", 123_450, "EUR"),
            ("1'234.50", 123_450, "EUR"),
            ("1.234.567", 123_456_700, "EUR"),
            ("0.5", 50, "EUR"),
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
            let (is, currency) = price(text, eur).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((is, currency.as_str()), (minor, code), "{text}");
        }
        assert_eq!(price("£7.50", None).unwrap().1.as_str(), "GBP");
        for text in
            ["", "free", "-5", "12.345 6", "1.2345", "12.90 EURO", "1e9", "99999999999999999", ".", "0.123"]
        {
            assert!(price(text, eur).is_err(), "{text}");
        }
        assert!(price("12.90", None).unwrap_err().contains("currency"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for code in ["EUR", "JPY", "KWD"] {
            let currency = Currency::try_from(code).unwrap();
            for minor in [0, 5, 99, 1234, 123_456, 1_000_000_000_000] {
                assert_eq!(price(&written(minor, currency), Some(currency)), Ok((minor, currency)));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = price(&text, Currency::try_from("EUR").ok());
        }
    }
}
