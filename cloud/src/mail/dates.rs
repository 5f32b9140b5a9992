//! Days and moments as each language says them. Pure.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::Locale;

/// `31 January 2026`, `31. Januar 2026`, `31 janvier 2026`.
fn day(day: NaiveDate, locale: Locale) -> String {
    let months = match locale {
        Locale::En => "January February March April May June July August September October November December",
        Locale::De => "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        Locale::Fr => "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    };
    let month = months.split(' ').nth(day.month0() as usize).unwrap_or_default();
    match (locale, day.day()) {
        (Locale::De, number) => format!("{number}. {month} {}", day.year()),
        (Locale::Fr, 1) => format!("1er {month} {}", day.year()),
        (_, number) => format!("{number} {month} {}", day.year()),
    }
}

/// A day that is written `2026-01-31`; what is none stays as it is.
pub(super) fn day_of(written: &str, locale: Locale) -> String {
    written.parse::<NaiveDate>().map_or_else(|_| written.to_owned(), |parsed| day(parsed, locale))
}

/// A day with its time, which is that of no place.
pub(super) fn moment(at: DateTime<Utc>, locale: Locale) -> String {
    let (day, time) = (day(at.date_naive(), locale), at.format("%H:%M"));
    match locale {
        Locale::En => format!("{day} at {time} UTC"),
        Locale::De => format!("{day} um {time} Uhr (UTC)"),
        Locale::Fr => format!("{day} à {time} (UTC)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_as_its_language_says_it() {
        let said = |written| Locale::ALL.map(|locale| day_of(written, locale));
        assert_eq!(said("2026-12-13"), ["13 December 2026", "13. Dezember 2026", "13 décembre 2026"]);
        assert_eq!(said("2026-03-01"), ["1 March 2026", "1. März 2026", "1er mars 2026"]);
        assert_eq!(said("soon"), ["soon"; 3]);
        let at: DateTime<Utc> = "2026-12-13T10:38:59Z".parse().unwrap();
        assert_eq!(
            Locale::ALL.map(|locale| moment(at, locale)),
            [
                "13 December 2026 at 10:38 UTC",
                "13. Dezember 2026 um 10:38 Uhr (UTC)",
                "13 décembre 2026 à 10:38 (UTC)"
            ]
        );
    }
}
