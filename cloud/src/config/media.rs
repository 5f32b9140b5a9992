//! Picture and sound.

use std::time::Duration;

use clap::ValueEnum;

/// What viewers can choose and how publishers are treated.
#[derive(Debug, Clone, clap::Args)]
pub struct Media {
    /// The rungs that viewers can choose from, best first
    #[arg(long, env = "VITRINE_LADDER", default_value = "source,480p", value_delimiter = ',')]
    pub ladder: Vec<RungName>,

    /// What happens to a second publisher of the same show
    #[arg(long, env = "VITRINE_PUBLISHER_CONFLICT", default_value = "refuse")]
    pub publisher_conflict: PublisherConflict,

    /// Seconds of silence after which a publisher is taken for lost
    #[arg(long, env = "VITRINE_PUBLISHER_SILENCE_SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub publisher_silence_seconds: u8,

    /// Low-latency viewers of one show that a node serves; who comes later is some ten seconds further behind
    #[arg(long, env = "VITRINE_LL_VIEWERS", default_value_t = 50_000)]
    pub ll_viewers: u32,
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum RungName {
    /// The publisher's own picture, untouched.
    Source,
    /// 480 lines, encoded here.
    #[value(name = "480p")]
    P480,
}

impl RungName {
    /// The name in paths and playlists.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::P480 => "480p",
        }
    }
}

/// What happens to a second publisher of the same show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PublisherConflict {
    /// The second is refused.
    Refuse,
    /// The second replaces the first.
    Takeover,
}

impl Media {
    /// How long a publisher may be silent.
    #[must_use]
    pub fn silent_after(&self) -> Duration {
        Duration::from_secs(self.publisher_silence_seconds.into())
    }

    pub(super) fn for_testing() -> Self {
        Self {
            ladder: vec![RungName::Source, RungName::P480],
            publisher_conflict: PublisherConflict::Refuse,
            publisher_silence_seconds: 2,
            ll_viewers: 50_000,
        }
    }
}
