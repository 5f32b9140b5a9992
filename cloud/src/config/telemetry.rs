//! What machines that watch are told.

use std::str::FromStr;

use super::Hidden;

/// Metrics and traces.
#[derive(Debug, Clone, clap::Args)]
pub struct Telemetry {
    /// The bearer token that opens /metrics to other machines; this one needs none
    #[arg(long, env = "VITRINE_METRICS_TOKEN", hide_env_values = true, value_parser = metrics_token)]
    pub metrics_token: Option<Hidden>,

    /// The collector of traces, http://HOST:PORT (OTLP over HTTP); none are kept when not set
    #[arg(long, env = "VITRINE_OTLP", value_name = "URL", value_parser = collector)]
    pub otlp: Option<String>,

    /// The same, by the name that other programs know it by
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide = true, value_parser = collector)]
    pub otel_exporter_otlp_endpoint: Option<String>,
}

impl Telemetry {
    pub(super) fn for_testing() -> Self {
        Self { metrics_token: None, otlp: None, otel_exporter_otlp_endpoint: None }
    }

    /// Where traces go, if anywhere.
    #[must_use]
    pub fn collector(&self) -> Option<&str> {
        let set = [&self.otlp, &self.otel_exporter_otlp_endpoint].into_iter().flatten();
        set.map(String::as_str).find(|url| !url.is_empty())
    }
}

/// An empty one is none: OpenTelemetry says so of its variables.
fn collector(text: &str) -> Result<String, &'static str> {
    let parsed = url::Url::parse(text);
    if text.is_empty() || parsed.is_ok_and(|url| url.scheme() == "http" && url.has_host()) {
        Ok(text.to_owned())
    } else {
        Err("it takes http://HOST:PORT; for TLS put a collector beside this program")
    }
}

/// A token that nobody guesses. An empty one, as a template leaves it, would open the door to everybody.
fn metrics_token(text: &str) -> Result<Hidden, &'static str> {
    if text.len() < 16 || text.chars().any(char::is_whitespace) {
        return Err("it takes 16 characters or more, without spaces");
    }
    Hidden::from_str(text).map_err(|never| match never {})
}
