//! How shows behave.

use chrono::TimeDelta;

/// Limits of a show's life.
#[derive(Debug, Clone, clap::Args)]
pub struct Show {
    /// Minutes that a show on air waits for its publisher before it ends (0 to 30)
    #[arg(long, env = "VITRINE_INTERRUPTED_MINUTES", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(0..=30))]
    pub interrupted_minutes: u16,
}

impl Show {
    pub(super) fn for_testing() -> Self {
        Self { interrupted_minutes: 10 }
    }

    /// How long a show on air waits for its publisher.
    #[must_use]
    pub fn interrupted_for(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.interrupted_minutes))
    }
}
