//! The roles of the two per-show processes: `transmission` and `encoder`. Nobody types these.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use vitrine_cloud::base::Clock;
use vitrine_cloud::transmission::{self, EXIT_JOURNAL_UNUSABLE, Options, TOKEN_ENV, TransmissionError};
use vitrine_protocol::ShowId;

#[derive(clap::Args)]
pub struct Args {
    /// The show
    #[arg(long)]
    show: ShowId,
    /// The epoch that stands in its URLs
    #[arg(long)]
    epoch: u32,
    /// The control socket of `serve`
    #[arg(long)]
    control: PathBuf,
    /// Where journal and recording go
    #[arg(long)]
    dir: PathBuf,
    /// Zero of the media clock
    #[arg(long)]
    clock_epoch: DateTime<Utc>,
    /// The wanted rungs
    #[arg(long, default_value = "source,480p")]
    ladder: String,
}

pub async fn transmission(arguments: Args) -> anyhow::Result<()> {
    let options = Options {
        show: arguments.show,
        epoch: arguments.epoch,
        control: arguments.control,
        dir: arguments.dir,
        clock_epoch: arguments.clock_epoch,
        token: std::env::var(TOKEN_ENV).with_context(|| format!("{TOKEN_ENV} is not set"))?,
        ladder: arguments.ladder,
        program: std::env::current_exe()?,
    };
    match transmission::run(options, Clock::system()).await {
        Err(error @ TransmissionError::Journal(_)) => {
            tracing::error!(%error, "the journal is unusable");
            std::process::exit(EXIT_JOURNAL_UNUSABLE)
        }
        outcome => Ok(outcome?),
    }
}

#[cfg(feature = "encoder")]
pub async fn encoder() -> anyhow::Result<()> {
    Ok(vitrine_cloud::encoder::run().await?)
}

#[cfg(not(feature = "encoder"))]
pub async fn encoder() -> anyhow::Result<()> {
    anyhow::bail!("this program was built without the encoder")
}
