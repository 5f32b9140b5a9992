//! What machines that watch are told.

use std::str::FromStr;

use super::Hidden;

/// Metrics and traces.
#[derive(Debug, Clone, clap::Args)]
pub struct Telemetry {
    /// The bearer token that opens /metrics to other machines; this one needs none
    #[arg(long, env = "VITRINE_METRICS_TOKEN", hide_env_values = true, value_parser = metrics_token)]
    pub metrics_token: Option<Hidden>,
}

impl Telemetry {
    pub(super) fn for_testing() -> Self {
        Self { metrics_token: None }
    }
}

/// A token that nobody guesses. An empty one, as a template leaves it, would open the door to everybody.
fn metrics_token(text: &str) -> Result<Hidden, &'static str> {
    if text.len() < 16 || text.chars().any(char::is_whitespace) {
        return Err("it takes 16 characters or more, without spaces");
    }
    Hidden::from_str(text).map_err(|never| match never {})
}
