//! Money on the wire is an integer of minor units beside its currency.

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code: three upper-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "EUR"))]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text was not three upper-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three upper-case letters, like EUR")]
pub struct InvalidCurrency;

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Whether people pay with it somewhere: funds, metals, tests and what was withdrawn are no currencies of a shop. Source: ISO
    /// 4217, list one of 2026, without its entries of X that no country issues.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        const IN_USE: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
            CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL \
            HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
            MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON \
            RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
            UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
        IN_USE.split_ascii_whitespace().any(|code| code == self.as_str())
    }

    /// Decimal places of the minor unit (ISO 4217).
    #[must_use]
    pub fn decimals(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }

    /// A price in minor units as it stands on a tag: `49 €`, `$18.05`, `¥1200`. Whole prices have no decimals.
    #[must_use]
    pub fn tag(&self, minor: i64) -> String {
        let unit = 10_u64.pow(self.decimals());
        let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        let places = self.decimals() as usize;
        let sign = if minor < 0 { "-" } else { "" };
        let number =
            if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0places$}") };
        match self.as_str() {
            "EUR" => format!("{number} €"),
            "USD" => format!("${number}"),
            "GBP" => format!("£{number}"),
            "JPY" => format!("¥{number}"),
            other => format!("{number} {other}"),
        }
    }
}

impl TryFrom<&str> for Currency {
    type Error = InvalidCurrency;
    fn try_from(text: &str) -> Result<Self, InvalidCurrency> {
        match *text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(InvalidCurrency),
        }
    }
}
impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;
    fn try_from(text: String) -> Result<Self, InvalidCurrency> {
        Self::try_from(text.as_str())
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}
impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Currency({self})")
    }
}
#[cfg(feature = "specta")]
impl specta::Type for Currency {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <String as specta::Type>::definition(types)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_upper_case_letters_pass() {
        assert_eq!(Currency::try_from("EUR").unwrap().as_str(), "EUR");
        for bad in ["", "eur", "EURO", "E1R", "€"] {
            assert!(Currency::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_shop_sells_in_currencies_that_people_pay_with() {
        let in_use = |code| Currency::try_from(code).unwrap().is_in_use();
        assert!(["EUR", "USD", "JPY", "PLN", "XOF", "ZWG"].into_iter().all(in_use));
        assert!(!["XXX", "XTS", "XAU", "BTC", "DEM", "AAA"].into_iter().any(in_use));
    }

    /// The same file that the pages' reader is tested with.
    #[test]
    fn decimals_are_those_of_the_fixture() {
        #[derive(serde::Deserialize)]
        struct Fixture {
            decimals: std::collections::BTreeMap<String, u32>,
        }
        let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/currencies.json")).unwrap();
        for (currency, places) in fixture.decimals {
            assert_eq!(Currency::try_from(currency.as_str()).unwrap().decimals(), places, "{currency}");
        }
    }

    #[test]
    fn a_price_reads_as_on_a_tag() {
        let tag = |minor, currency: &str| Currency::try_from(currency).unwrap().tag(minor);
        assert_eq!(tag(4_900, "EUR"), "49 €");
        assert_eq!(tag(1_805, "USD"), "$18.05");
        assert_eq!(tag(5, "GBP"), "£0.05");
        assert_eq!(tag(1_200, "JPY"), "¥1200");
        assert_eq!(tag(1_990, "CHF"), "19.90 CHF");
        assert_eq!(tag(2_005, "KWD"), "2.005 KWD");
        assert_eq!(tag(-150, "EUR"), "-1.50 €");
    }
}
