//! Settings: command line first, then environment, then default. A wrong one stops the start.
//!
//! One file for each section. Everything has a default, so that `vitrine-cloud serve` starts alone.

mod billing;
mod listen;
mod mail;
mod media;
mod oidc;
mod plan;
mod server;
mod show;
mod storage;
mod telemetry;

pub use billing::{Billing, BillingSettingError, StripeAccess};
pub use listen::{Listen, NotAnAddress};
pub use mail::Mail;
pub use media::{LiveFrom, Media, PublisherConflict, RungName};
pub use oidc::Oidc;
pub use plan::Plan;
pub use server::{ServeRole, Server};
pub use show::Show;
pub use storage::{Hidden, Storage};
pub use telemetry::Telemetry;

/// All settings of `serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Where it listens and how the world reaches it.
    #[command(flatten)]
    pub server: Server,
    /// Where things are kept.
    #[command(flatten)]
    pub storage: Storage,
    /// How shows behave.
    #[command(flatten)]
    pub show: Show,
    /// Picture and sound.
    #[command(flatten)]
    pub media: Media,
    /// How letters leave.
    #[command(flatten)]
    pub mail: Mail,
    /// What organisations may use.
    #[command(flatten)]
    pub plan: Plan,
    /// Who takes the money.
    #[command(flatten)]
    pub billing: Billing,
    /// Signing in with accounts elsewhere.
    #[command(flatten)]
    pub oidc: Oidc,
    /// What machines that watch are told.
    #[command(flatten)]
    pub telemetry: Telemetry,
}

impl Config {
    /// Free ports of this machine and everything under `dir`.
    #[must_use]
    pub fn for_testing(dir: &std::path::Path) -> Self {
        Self {
            server: Server::for_testing(),
            storage: Storage::for_testing(dir),
            show: Show::for_testing(),
            media: Media::for_testing(),
            mail: Mail::for_testing(),
            plan: Plan::for_testing(),
            billing: Billing::for_testing(),
            oidc: Oidc::for_testing(),
            telemetry: Telemetry::for_testing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        config: Config,
    }

    #[test]
    fn everything_has_a_default() {
        let cli = Cli::try_parse_from(["x"]).unwrap();
        assert_eq!(cli.config.server.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(cli.config.server.roles, ServeRole::ALL);
        let all = [RungName::Source, RungName::P720, RungName::P480, RungName::P360];
        assert_eq!(cli.config.media.ladder, all);
        assert_eq!(cli.config.storage.database_url(), "sqlite:./vitrine-data/vitrine.db");
    }

    #[test]
    fn a_rung_that_is_named_twice_is_one_rung() {
        let cli = Cli::try_parse_from(["x", "--ladder", "source,480p,source,480p,360p"]).unwrap();
        assert_eq!(cli.config.media.ladder_text(), "source,480p,360p");
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (arguments, word) in [
            (["x", "--listen", "nowhere"], "--listen"),
            (["x", "--ladder", "source,9000p"], "--ladder"),
            (["x", "--roles", "api,king"], "--roles"),
            (["x", "--publisher-conflict", "fight"], "--publisher-conflict"),
            (["x", "--interrupted-minutes", "31"], "--interrupted-minutes"),
            (["x", "--unknown-publishers", "0"], "--unknown-publishers"),
            (["x", "--origin-listen", "node-a"], "--origin-listen"),
            (["x", "--ll-viewers", "many"], "--ll-viewers"),
            (["x", "--public-url", "ftp://x"], "--public-url"),
            (["x", "--tls-certificate", "chain.pem"], "--tls-key"),
            (["x", "--tls-key", "key.pem"], "--tls-certificate"),
            (["x", "--trusted-proxies", "10.0.0.0/8,proxy"], "--trusted-proxies"),
            (["x", "--node", "a/b"], "--node"),
            (["x", "--node-address", "http://x"], "--node-address"),
            (["x", "--control-listen", "localhost"], "--control-listen"),
            (["x", "--metrics-token", "short"], "--metrics-token"),
            (["x", "--otlp", "collector:4318"], "--otlp"),
            (["x", "--stripe-prices", "pro"], "--stripe-prices"),
            (["x", "--stripe-key-file", "key"], "--stripe-webhook-secrets-file"),
            (["x", "--stripe-webhook-secrets-file", "secrets"], "--stripe-key-file"),
            (["x", "--billing-seller", " "], "--billing-seller"),
            (["x", "--oidc-issuer", "http://id.example"], "--oidc-issuer"),
            (["x", "--oidc-issuer", "https://id.example"], "--oidc-client-id"),
        ] {
            let Err(error) = Cli::try_parse_from(arguments) else { panic!("{arguments:?} was taken") };
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn keys_are_never_printed() {
        let arguments = [
            "x",
            "--secret-keys",
            "a:AAEC",
            "--metrics-token",
            "0123456789abcdef",
            "--smtp-url",
            "smtps://u:hush@h",
            "--oidc-client-secret",
            "whispered",
        ];
        let printed = format!("{:?}", Cli::try_parse_from(arguments).unwrap().config);
        assert!(
            ["AAEC", "0123456789abcdef", "hush", "whispered"].iter().all(|secret| !printed.contains(secret))
        );
    }
}
