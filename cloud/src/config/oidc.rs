//! Signing in with accounts elsewhere.

use super::Hidden;

/// OpenID Connect.
#[derive(Debug, Clone, clap::Args)]
pub struct Oidc {
    /// An OpenID Connect issuer whose accounts people sign in with, https://…; its redirect address here is
    /// PUBLIC_URL/account/oidc/callback
    #[arg(long, env = "VITRINE_OIDC_ISSUER", value_name = "URL", value_parser = issuer_url, requires = "oidc_client_id")]
    pub oidc_issuer: Option<String>,

    /// The name by which the issuer knows this cloud
    #[arg(long, env = "VITRINE_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,

    /// The secret that the issuer gave with it; none for a public client
    #[arg(long, env = "VITRINE_OIDC_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<Hidden>,

    /// What people call the issuer
    #[arg(long, env = "VITRINE_OIDC_LABEL", value_name = "TEXT", default_value = "Single sign-on")]
    pub oidc_label: String,

    /// Takes the issuer's word for whose an address is: accounts with an address that it calls verified open without their password
    #[arg(long, env = "VITRINE_OIDC_TRUST_ADDRESSES")]
    pub oidc_trust_addresses: bool,
}

impl Oidc {
    pub(super) fn for_testing() -> Self {
        Self {
            oidc_issuer: None,
            oidc_client_id: None,
            oidc_client_secret: None,
            oidc_label: "Single sign-on".into(),
            oidc_trust_addresses: false,
        }
    }
}

/// HTTPS, or HTTP to this machine alone.
fn issuer_url(text: &str) -> Result<String, &'static str> {
    let url = url::Url::parse(text).map_err(|_| "it takes an address, as https://id.example")?;
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let fits = url.has_host() && (url.scheme() == "https" || url.scheme() == "http" && local);
    if fits && url.query().is_none() && url.fragment().is_none() {
        Ok(text.to_owned())
    } else {
        Err("it takes an address with https://; http:// for this machine alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_safely() {
        for good in [
            "https://id.example",
            "https://id.example/realms/shop",
            "http://127.0.0.1:9",
            "http://localhost:9",
        ] {
            assert_eq!(issuer_url(good).unwrap(), good);
        }
        for wrong in [
            "id.example",
            "http://id.example",
            "https://id.example?x",
            "https://id.example#x",
            "ftp://x",
            "http://10.0.0.1",
        ] {
            assert!(issuer_url(wrong).is_err(), "{wrong}");
        }
    }
}
