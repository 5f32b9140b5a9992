//! What an organisation chooses for itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{Currency, OrgId};

use crate::base::{Invalid, check_text, patch_field, trimmed};
use crate::mail::Locale;

/// The most pages' origins that are named.
const ORIGINS: usize = 50;
/// The most characters that a picture of an interruption has room for.
const SLATE_TEXT: usize = 140;
/// How long a show may go on after its planned end where it is to end by itself.
const LONGEST_OVERRUN_MIN: u16 = 720;

/// An organisation and its settings, for its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganizationView {
    /// The organisation.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Its channel's name in addresses.
    pub slug: String,
    /// What it chose.
    pub settings: Settings,
    /// Grows with each change; the answer's `ETag`.
    pub version: i64,
}

impl OrganizationView {
    /// The fields that differ from those of an earlier view.
    pub(in crate::org) fn fields_changed_since(&self, before: &Self) -> Vec<String> {
        let settings = |view: &Self| serde_json::to_value(&view.settings).unwrap_or_default();
        let (now, then) = (settings(self), settings(before));
        let own = [("name", self.name != before.name), ("slug", self.slug != before.slug)];
        let own = own.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.to_owned());
        let chosen = now.as_object().into_iter().flatten();
        own.chain(
            chosen.filter(|(field, value)| then[field.as_str()] != **value).map(|(field, _)| field.clone()),
        )
        .collect()
    }
}

/// What an organisation chose. Kept as JSON: fields of a later version are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Settings {
    /// The colour of buttons in the shop page, `#rrggbb`.
    pub accent_colour: Option<String>,
    /// The address of its logo, shown before and after a show.
    pub logo_url: Option<String>,
    /// The address of the picture that shoppers see while a show is interrupted; without one, the last of the show.
    pub slate_url: Option<String>,
    /// The language that new things are written in.
    #[serde(deserialize_with = "known_or_none")]
    pub locale: Option<Locale>,
    /// The currency that new products have.
    #[serde(deserialize_with = "known_or_none")]
    pub currency: Option<Currency>,
    /// The time zone that times are shown in, by its name in the IANA database: `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// The address of the shop's imprint.
    pub imprint_url: Option<String>,
    /// The address of its privacy notice.
    pub privacy_url: Option<String>,
    /// The address of its terms.
    pub terms_url: Option<String>,
    /// The pages that may show the organisation's shows: `https://shop.example`, or `https://*.shop.example` for every name below
    /// that. Empty: all.
    pub allowed_origins: Vec<String>,
    /// What shoppers read while a show is interrupted, instead of the built-in words.
    pub slate_text: Option<String>,
    /// How many minutes after its planned end a show that is still on air ends by itself. Absent: it never does.
    pub end_after_planned_min: Option<u16>,
}

/// What is to change of an organisation; what is absent stays, what is null is not set any more.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct OrganizationPatch {
    /// Its name, 1 to 80 characters. Its channel's name stays.
    #[serde(default)]
    pub name: Option<String>,
    /// Its channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between. The
    /// one before leads to the channel for another year. Owners alone change it.
    #[serde(default)]
    pub slug: Option<String>,
    /// The colour of buttons in the shop page, `#rrggbb`.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub accent_colour: Option<Option<String>>,
    /// The address of its logo.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub logo_url: Option<Option<String>>,
    /// The address of the picture that shoppers see while a show is interrupted.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub slate_url: Option<Option<String>>,
    /// The language that new things are written in.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<Locale>)]
    pub locale: Option<Option<Locale>>,
    /// The currency that new products have.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<Currency>)]
    pub currency: Option<Option<Currency>>,
    /// The time zone that times are shown in, by its name in the IANA database.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<Option<String>>,
    /// The address of the shop's imprint.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub imprint_url: Option<Option<String>>,
    /// The address of its privacy notice.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub privacy_url: Option<Option<String>>,
    /// The address of its terms.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub terms_url: Option<Option<String>>,
    /// The pages that may show the organisation's shows; empty: all.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
    /// What shoppers read while a show is interrupted, at most 140 characters.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<String>)]
    pub slate_text: Option<Option<String>>,
    /// How many minutes after its planned end a show ends by itself, 0 to 720; null: it never does.
    #[serde(default, deserialize_with = "patch_field")]
    #[schema(value_type = Option<u16>)]
    pub end_after_planned_min: Option<Option<u16>>,
}

impl OrganizationPatch {
    /// What becomes of a name and settings.
    pub(in crate::org) fn apply(self, name: &mut String, settings: &mut Settings) -> Result<(), Invalid> {
        if let Some(new) = self.name {
            *name = trimmed("name", &new, 1, 80)?;
        }
        if let Some(colour) = self.accent_colour {
            settings.accent_colour = colour.map(check_colour).transpose()?;
        }
        if let Some(locale) = self.locale {
            settings.locale = locale;
        }
        if let Some(currency) = self.currency {
            if let Some(one) = currency.filter(|one| !one.is_in_use()) {
                return Err(Invalid::new(format!("`currency` {one} is no currency in use (ISO 4217)")));
            }
            settings.currency = currency;
        }
        if let Some(zone) = self.time_zone {
            settings.time_zone = zone.map(check_zone).transpose()?;
        }
        for (field, new, kept) in [
            ("logo_url", self.logo_url, &mut settings.logo_url),
            ("slate_url", self.slate_url, &mut settings.slate_url),
            ("imprint_url", self.imprint_url, &mut settings.imprint_url),
            ("privacy_url", self.privacy_url, &mut settings.privacy_url),
            ("terms_url", self.terms_url, &mut settings.terms_url),
        ] {
            if let Some(new) = new {
                *kept = new.map(|url| check_url(field, url)).transpose()?;
            }
        }
        if let Some(origins) = self.allowed_origins {
            if origins.len() > ORIGINS {
                return Err(Invalid::new(format!("`allowed_origins` takes at most {ORIGINS}")));
            }
            let mut origins = origins.into_iter().map(check_origin).collect::<Result<Vec<_>, _>>()?;
            origins.sort_unstable();
            origins.dedup();
            settings.allowed_origins = origins;
        }
        if let Some(text) = self.slate_text {
            settings.slate_text = text.map(|text| trimmed("slate_text", &text, 1, SLATE_TEXT)).transpose()?;
        }
        if let Some(minutes) = self.end_after_planned_min {
            if minutes.is_some_and(|minutes| minutes > LONGEST_OVERRUN_MIN) {
                return Err(Invalid::new(format!(
                    "`end_after_planned_min` is at most {LONGEST_OVERRUN_MIN}"
                )));
            }
            settings.end_after_planned_min = minutes;
        }
        Ok(())
    }
}

impl Settings {
    /// Whether a page may show the organisation's shows. Source of `origin`: the `Origin` header (RFC 6454, section 7).
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.is_empty()
            || self.allowed_origins.iter().any(|allowed| match allowed.split_once("://*.") {
                None => allowed.eq_ignore_ascii_case(origin),
                Some((scheme, domain)) => origin.split_once("://").is_some_and(|(other, host)| {
                    scheme.eq_ignore_ascii_case(other)
                        && host
                            .to_ascii_lowercase()
                            .strip_suffix(domain)
                            .is_some_and(|before| before.len() > 1 && before.ends_with('.'))
                }),
            })
    }
}

/// What a later version knows and this one does not is not set here.
fn known_or_none<'de, T: serde::de::DeserializeOwned, D: serde::Deserializer<'de>>(
    de: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(serde_json::Value::deserialize(de)?).ok())
}

fn check_colour(colour: String) -> Result<String, Invalid> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6);
    if digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
        Ok(colour.to_ascii_lowercase())
    } else {
        Err(Invalid::new("`accent_colour` takes six hexadecimal digits after `#`: `#4c7dff`"))
    }
}

fn check_zone(zone: String) -> Result<String, Invalid> {
    match zone.parse::<chrono_tz::Tz>() {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => Err(Invalid::new("`time_zone` takes a name of the IANA database: `Europe/Berlin`")),
    }
}

fn check_url(field: &str, text: String) -> Result<String, Invalid> {
    check_text(field, &text, 1, 2048)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text),
        _ => Err(Invalid::new(format!("`{field}` is no http address"))),
    }
}

/// An origin in its one form: scheme, name, and a port that is not the scheme's own.
fn check_origin(text: String) -> Result<String, Invalid> {
    let refused = || {
        Invalid::new(
            "`allowed_origins` takes `https://shop.example` and `https://*.shop.example`, without a path",
        )
    };
    check_text("allowed_origins", &text, 8, 253)?;
    let plain = text.replacen("://*.", "://", 1);
    let url = url::Url::parse(plain.trim()).map_err(|_| refused())?;
    let bare =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !bare || !matches!(url.scheme(), "http" | "https") || plain.contains('*') {
        return Err(refused());
    }
    let origin = url.origin().ascii_serialization();
    match plain == text {
        true => Ok(origin),
        false if url.host_str().is_some_and(|host| host.contains('.')) => {
            Ok(origin.replacen("://", "://*.", 1))
        }
        false => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowing(origins: &[&str]) -> Result<Settings, Invalid> {
        let mut settings = Settings::default();
        let allowed_origins = Some(origins.iter().map(|one| (*one).to_owned()).collect());
        OrganizationPatch { allowed_origins, ..OrganizationPatch::default() }
            .apply(&mut String::new(), &mut settings)?;
        Ok(settings)
    }

    #[test]
    fn only_pages_that_are_named_show_a_show_and_all_do_when_none_is() {
        assert!(Settings::default().allows("https://anything.example"));
        let settings =
            allowing(&["https://Shop.example/", "https://*.brand.example", "http://localhost:5173"]).unwrap();
        for (origin, allowed) in [
            ("https://shop.example", true),
            ("https://SHOP.example", true),
            ("http://shop.example", false),
            ("https://shop.example:8443", false),
            ("https://evilshop.example", false),
            ("https://a.brand.example", true),
            ("https://a.b.brand.example", true),
            ("https://brand.example", false),
            ("https://evilbrand.example", false),
            ("https://.brand.example", false),
            ("http://localhost:5173", true),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(settings.allows(origin), allowed, "{origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "shop.example",
            "https://shop.example/path",
            "https://shop.example?x",
            "ftp://shop.example",
            "https://*.com",
            "https://*",
            "https://a.*.example",
            "https://user@shop.example",
            "javascript:alert(1)",
        ] {
            assert!(allowing(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_are_checked_and_null_is_not_absence() {
        let (mut name, mut settings) = ("Nord".to_owned(), Settings::default());
        let patch = |json: &str| serde_json::from_str::<OrganizationPatch>(json).unwrap();
        let good = r##"{"accent_colour": "#4C7DFF", "time_zone": "Europe/Berlin", "currency": "EUR", "privacy_url": "https://x.y/p"}"##;
        patch(good).apply(&mut name, &mut settings).unwrap();
        assert_eq!(settings.accent_colour.as_deref(), Some("#4c7dff"));
        patch(r#"{"time_zone": null, "name": "Sud"}"#).apply(&mut name, &mut settings).unwrap();
        assert_eq!((name.as_str(), &settings.time_zone), ("Sud", &None));
        assert_eq!(settings.accent_colour.as_deref(), Some("#4c7dff"), "what is absent stays");
        for bad in [
            r#"{"accent_colour": "red"}"#,
            r#"{"time_zone": "Mars/Olympus"}"#,
            r#"{"currency": "XXX"}"#,
            r#"{"imprint_url": "javascript:alert(1)"}"#,
            r#"{"name": " "}"#,
        ] {
            assert!(patch(bad).apply(&mut name, &mut settings).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_of_a_later_version_are_read() {
        let read: Settings =
            serde_json::from_str(r##"{"moon_phase": 3, "locale": "tlh", "accent_colour": "#000000"}"##)
                .unwrap();
        assert_eq!(read.accent_colour.as_deref(), Some("#000000"));
    }
}
