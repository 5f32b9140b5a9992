//! Languages and markets.

use serde::{Deserialize, Serialize};

use crate::base::Invalid;

/// Letters of the longest tag that is taken. Source: RFC 5646, section 4.4.1.
const LONGEST: usize = 35;

/// A language as a BCP 47 tag in its regular form: `de`, `pt-BR`, `zh-Hant-TW`. Extensions and private tags are none.
///
/// Source: RFC 5646, sections 2.1 and 2.1.1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(value_type = String, example = "de-AT")]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `pt` of `pt-BR`.
    pub(super) fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Itself, then what is left when its last parts are left out: `zh-Hant-TW`, `zh-Hant`, `zh`.
    pub(super) fn wider(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |tag| tag.rsplit_once('-').map(|(wider, _)| wider))
    }
}

impl TryFrom<&str> for Language {
    type Error = Invalid;

    /// Shop systems also write `pl_PL`.
    fn try_from(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("`language` takes a BCP 47 tag like `de`, `pt-BR` or `zh-Hant`");
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(wrong());
        }
        let mut parts = text.split(['-', '_']).peekable();
        let is_letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
        let primary = parts.next().filter(|part| matches!(part.len(), 2 | 3) && is_letters(part));
        let mut tag = primary.ok_or_else(wrong)?.to_ascii_lowercase();
        let mut push = |part: String| {
            tag.push('-');
            tag.push_str(&part);
        };
        if let Some(script) = parts.next_if(|part| part.len() == 4 && is_letters(part)) {
            push(script[..1].to_ascii_uppercase() + &script[1..].to_ascii_lowercase());
        }
        let is_region = |part: &str| {
            part.len() == 2 && is_letters(part) || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())
        };
        if let Some(region) = parts.next_if(|part| is_region(part)) {
            push(region.to_ascii_uppercase());
        }
        for variant in parts {
            let is_plain = variant.bytes().all(|b| b.is_ascii_alphanumeric());
            let is_short = variant.len() == 4 && variant.starts_with(|c: char| c.is_ascii_digit());
            if !is_plain || !(is_short || (5..=8).contains(&variant.len())) {
                return Err(wrong());
            }
            push(variant.to_ascii_lowercase());
        }
        Ok(Self(tag))
    }
}

impl TryFrom<String> for Language {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::try_from(text.as_str())
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A country that something is sold to: ISO 3166-1 alpha-2, in capitals.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[schema(value_type = String, example = "AT")]
#[serde(try_from = "String", into = "String")]
pub struct Market([u8; 2]);

/// Source: ISO 3166-1, the officially assigned codes of 2026.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE \
    NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM \
    SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT \
    ZA ZM ZW";

impl Market {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<&str> for Market {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        let text = text.trim().to_ascii_uppercase();
        match *text.as_bytes() {
            [a, b] if COUNTRIES.split_ascii_whitespace().any(|code| code == text) => Ok(Self([a, b])),
            _ => Err(Invalid::new("`market` takes a country of two letters (ISO 3166-1), like `AT`")),
        }
    }
}

impl TryFrom<String> for Market {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::try_from(text.as_str())
    }
}

impl From<Market> for String {
    fn from(market: Market) -> Self {
        market.as_str().to_owned()
    }
}

impl std::fmt::Display for Market {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_kept_in_their_regular_form() {
        for (text, tag) in [
            ("de", "de"),
            ("DE-at", "de-AT"),
            ("pl_PL", "pl-PL"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("sl-rozaj-1994", "sl-rozaj-1994"),
            (" fil ", "fil"),
        ] {
            assert_eq!(Language::try_from(text).unwrap().as_str(), tag, "{text}");
        }
        for bad in [
            "",
            "d",
            "german",
            "xx-<script>",
            "x-klingon",
            "de--AT",
            "de-",
            "de-DE-u-co-phonebk",
            "i-default",
            "de-A1",
            "d€",
            "12",
            "de-AT-AT",
            "*",
            "de;q=0.8",
            "zh-hant-tw-aaaaaaaa-bbbbbbbb-cccccccc",
        ] {
            assert!(Language::try_from(bad).is_err(), "{bad}");
        }
        let wide: Vec<_> = Language::try_from("zh-Hant-TW").unwrap().wider().map(str::to_owned).collect();
        assert_eq!(wide, ["zh-Hant-TW", "zh-Hant", "zh"]);
    }

    #[test]
    fn markets_are_countries() {
        assert_eq!(Market::try_from("at").unwrap().as_str(), "AT");
        for bad in ["ZZ", "EU", "UK", "XK", "", "A", "AUT", "4T", "<>"] {
            assert!(Market::try_from(bad).is_err(), "{bad}");
        }
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
    }
}
