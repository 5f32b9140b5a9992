//! The command line that the launcher writes. Nobody types it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use vitrine_protocol::ShowId;

use super::recorder::Budget;
use super::{Options, TOKEN_ENV};
use crate::hls::LiveFrom;

/// Arguments of the role `transmission`; the token comes by environment, where other users cannot read it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
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
    /// The largest recording of one show, in bytes
    #[arg(long, default_value_t = 100 << 30)]
    recording_bytes: u64,
    /// What stays free of the disk, in bytes
    #[arg(long, default_value_t = 2 << 30)]
    free_bytes: u64,
    /// Whether the public part begins at the newest segment instead of the next key frame
    #[arg(long)]
    live_from_newest: bool,
    /// The wanted rungs
    #[arg(long, default_value = "source,480p")]
    ladder: String,
}

impl Arguments {
    /// With the token, and `program` to run the encoder from.
    ///
    /// # Errors
    /// The token is not in the environment.
    pub fn into_options(self, program: PathBuf) -> Result<Options, std::env::VarError> {
        Ok(Options {
            show: self.show,
            epoch: self.epoch,
            control: self.control,
            dir: self.dir,
            clock_epoch: self.clock_epoch,
            token: std::env::var(TOKEN_ENV)?,
            ladder: self.ladder,
            budget: Budget { show_bytes: self.recording_bytes, free_bytes: self.free_bytes },
            live_from: if self.live_from_newest { LiveFrom::Newest } else { LiveFrom::Next },
            program,
        })
    }
}
