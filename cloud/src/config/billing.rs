//! Who takes the money.

use std::path::{Path, PathBuf};

use super::Hidden;

/// Billing.
#[derive(Debug, Clone, clap::Args)]
pub struct Billing {
    /// The file of Stripe's secret key; without one invoices are written, and nobody takes payments
    #[arg(
        long,
        env = "VITRINE_STRIPE_KEY_FILE",
        value_name = "FILE",
        requires = "stripe_webhook_secrets_file",
        requires = "stripe_prices"
    )]
    pub stripe_key_file: Option<PathBuf>,

    /// The file of what Stripe signs its webhooks with (whsec_…), one on each line: to change it, put the new one beside the old one
    #[arg(
        long,
        env = "VITRINE_STRIPE_WEBHOOK_SECRETS_FILE",
        value_name = "FILE",
        requires = "stripe_key_file"
    )]
    pub stripe_webhook_secrets_file: Option<PathBuf>,

    /// Which of Stripe's prices stands for which plan and add-on: pro=price_1,+seats-5=price_2; a + before the key of an add-on. Earlier prices, whose customers go on, stand behind the one that is sold: pro=price_3|price_1
    #[arg(long, env = "VITRINE_STRIPE_PRICES", value_name = "PRICES", value_delimiter = ',', value_parser = price)]
    pub stripe_prices: Vec<(String, String)>,

    /// The address of Stripe's API
    #[arg(
        long,
        env = "VITRINE_STRIPE_URL",
        value_name = "URL",
        default_value = "https://api.stripe.com",
        value_parser = super::server::http_url
    )]
    pub stripe_url: String,

    /// Where people come back to from the payment provider's pages; a page of this server when not set
    #[arg(long, env = "VITRINE_BILLING_RETURN_URL", value_name = "URL", value_parser = super::server::http_url)]
    pub billing_return_url: Option<String>,

    /// Who sells, as invoices say it; their numbers have no gaps for each name
    #[arg(long = "billing-seller", env = "VITRINE_BILLING_SELLER", default_value = "Vitrine", value_parser = name)]
    pub seller: String,

    /// What invoices say about taxes
    #[arg(long = "billing-tax-note", env = "VITRINE_BILLING_TAX_NOTE", default_value = "")]
    pub tax_note: String,
}

/// What Stripe is asked with.
#[derive(Debug, Clone)]
pub struct StripeAccess {
    /// The secret key.
    pub key: Hidden,
    /// What its webhooks are signed with.
    pub webhook_secrets: Vec<String>,
    /// What its prices stand for.
    pub prices: Vec<(String, String)>,
}

/// Why payments cannot be taken as they are set to.
#[derive(Debug, thiserror::Error)]
pub enum BillingSettingError {
    /// A file of a secret cannot be read.
    #[error("the file {path} of {setting} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It holds no secret.
    #[error("the file {path} of {setting} holds none of Stripe's secrets; they begin with {begin}")]
    NoSecret {
        /// The file.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// How they begin.
        begin: &'static str,
    },
    /// Two prices stand for the same, or one for two things.
    #[error("VITRINE_STRIPE_PRICES names {0} twice")]
    Twice(String),
    /// A client cannot be built.
    #[error("Stripe cannot be asked from here")]
    Client(#[source] reqwest::Error),
}

impl Billing {
    pub(super) fn for_testing() -> Self {
        Self {
            stripe_key_file: None,
            stripe_webhook_secrets_file: None,
            stripe_prices: Vec::new(),
            stripe_url: "https://api.stripe.com".into(),
            billing_return_url: None,
            seller: "Vitrine".into(),
            tax_note: String::new(),
        }
    }

    /// What Stripe is asked with, where it is.
    ///
    /// # Errors
    /// A file cannot be read or holds no secret; a price is named twice.
    pub fn stripe(&self) -> Result<Option<StripeAccess>, BillingSettingError> {
        let Some(key_file) = &self.stripe_key_file else { return Ok(None) };
        let keys = secrets(key_file, "VITRINE_STRIPE_KEY_FILE", "sk_ or rk_", &["sk_", "rk_"])?;
        let mut webhook_secrets = Vec::new();
        if let Some(file) = &self.stripe_webhook_secrets_file {
            webhook_secrets = secrets(file, "VITRINE_STRIPE_WEBHOOK_SECRETS_FILE", "whsec_", &["whsec_"])?;
        }
        for (n, (what, price)) in self.stripe_prices.iter().enumerate() {
            for (other, other_price) in &self.stripe_prices[..n] {
                let shared = price.split('|').find(|one| other_price.split('|').any(|other| other == *one));
                if let Some(twice) = shared.or((other == what).then_some(what.as_str())) {
                    return Err(BillingSettingError::Twice(twice.to_owned()));
                }
            }
        }
        let key = keys.into_iter().next().unwrap_or_default();
        let key = key.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
        Ok(Some(StripeAccess { key, webhook_secrets, prices: self.stripe_prices.clone() }))
    }

    /// Where people come back to.
    #[must_use]
    pub fn back(&self, public_url: &str) -> String {
        self.billing_return_url.clone().unwrap_or_else(|| format!("{public_url}/account/billing"))
    }
}

/// The secrets of a file, one on each line.
fn secrets(
    path: &Path,
    setting: &'static str,
    begin: &'static str,
    prefixes: &[&str],
) -> Result<Vec<String>, BillingSettingError> {
    let text = std::fs::read_to_string(path).map_err(|source| BillingSettingError::File {
        path: path.to_owned(),
        setting,
        source,
    })?;
    let lines: Vec<_> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let fits = |line: &String| prefixes.iter().any(|prefix| line.starts_with(prefix)) && line.len() <= 255;
    if lines.is_empty() || !lines.iter().all(fits) {
        return Err(BillingSettingError::NoSecret { path: path.to_owned(), setting, begin });
    }
    Ok(lines)
}

fn price(text: &str) -> Result<(String, String), &'static str> {
    let pair = text.split_once('=').filter(|(what, price)| {
        let key = what.strip_prefix('+').unwrap_or(what);
        let prices = price.split('|').all(|one| one.trim().starts_with("price_") && one.len() <= 255);
        !key.is_empty() && prices && price.len() <= 4096
    });
    let (what, price) = pair.ok_or(
        "it takes pairs as pro=price_1,+seats-5=price_2, and earlier prices behind one: pro=price_3|price_1",
    )?;
    let prices: Vec<_> = price.split('|').map(str::trim).collect();
    Ok((what.trim().to_owned(), prices.join("|")))
}

fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=120).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("it takes 1 to 120 characters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(dir: &Path, key: &str, secrets: &str) -> Billing {
        std::fs::write(dir.join("key"), key).unwrap();
        std::fs::write(dir.join("secrets"), secrets).unwrap();
        Billing {
            stripe_key_file: Some(dir.join("key")),
            stripe_webhook_secrets_file: Some(dir.join("secrets")),
            stripe_prices: vec![("pro".into(), "price_1".into())],
            ..Billing::for_testing()
        }
    }

    #[test]
    fn secrets_come_from_files_and_are_never_printed() {
        let dir = tempfile::tempdir().unwrap();
        let access = set(dir.path(), "sk_test_hush\n", "whsec_a\n\nwhsec_b\n").stripe().unwrap().unwrap();
        assert_eq!((access.key.expose(), access.webhook_secrets.len()), ("sk_test_hush", 2));
        assert!(!format!("{:?}", access.key).contains("hush"));
        assert!(Billing::for_testing().stripe().unwrap().is_none(), "nobody is asked where nothing is set");
    }

    #[test]
    fn what_cannot_be_a_secret_stops_the_start_with_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        for (key, secrets, word) in
            [("pk_test_x", "whsec_a", "KEY_FILE"), ("", "whsec_a", "KEY_FILE"), ("sk_x", "sk_x", "WEBHOOK")]
        {
            let error = set(dir.path(), key, secrets).stripe().unwrap_err().to_string();
            assert!(error.contains(word) && !error.contains(key.get(..9).unwrap_or("\n")), "{error}");
        }
        let mut gone = set(dir.path(), "sk_x", "whsec_a");
        gone.stripe_key_file = Some(dir.path().join("none"));
        assert!(gone.stripe().is_err());
        let mut twice = set(dir.path(), "sk_x", "whsec_a");
        twice.stripe_prices.push(("starter".into(), "price_1".into()));
        assert!(twice.stripe().unwrap_err().to_string().contains("price_1 twice"));
    }

    #[test]
    fn prices_are_pairs() {
        assert_eq!(price("+seats-5=price_2"), Ok(("+seats-5".into(), "price_2".into())));
        assert_eq!(price("pro=price_3|price_1"), Ok(("pro".into(), "price_3|price_1".into())));
        for wrong in ["pro=price_1|", "pro", "pro=", "=price_1", "pro=prod_1", "+=price_1"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
    }
}
