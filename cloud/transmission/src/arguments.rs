//! The command line that the launcher writes. Nobody types it.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use vitrine_protocol::ShowId;

use super::link::ControlAddress;
use super::recorder::Budget;
use super::{ORIGIN_TOKEN_ENV, Options, TOKEN_ENV};
use crate::encoder::CoreShare;
use crate::hls::{LiveFrom, MediaTime};

/// Arguments of the role `transmission`; the tokens come by environment, where other users cannot read them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The show
    #[arg(long)]
    show: ShowId,
    /// The epoch that stands in its URLs
    #[arg(long)]
    epoch: u32,
    /// The control server of `serve`: unix:/PATH or tcp:HOST:PORT
    #[arg(long)]
    control: ControlAddress,
    /// The number of the show's owner; it grows with each
    #[arg(long, default_value_t = 0)]
    fence: u64,
    /// The host or address by which other machines reach this origin
    #[arg(long, default_value = "127.0.0.1")]
    origin_host: String,
    /// The address that this origin listens on; that of its host when that is one, else every interface
    #[arg(long)]
    origin_listen: Option<IpAddr>,
    /// The first media sequence number of a new epoch
    #[arg(long, default_value_t = 0)]
    first_msn: u64,
    /// The first discontinuity sequence number of a new epoch
    #[arg(long, default_value_t = 0)]
    first_discontinuity: u64,
    /// Where media time of a new epoch begins at the earliest, in milliseconds
    #[arg(long, default_value_t = 0)]
    first_media_ms: i64,
    /// Where journal and recording go
    #[arg(long)]
    dir: PathBuf,
    /// Zero of the media clock
    #[arg(long)]
    clock_epoch: DateTime<Utc>,
    /// The folder in which the encoders of this machine count its cores
    #[arg(long)]
    cores_dir: Option<PathBuf>,
    /// Thousandths of a core that all encoders of this machine may take
    #[arg(long, default_value_t = 1_600)]
    millicores: u32,
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
    /// The shorter side, in pixels, that the largest picture may have
    #[arg(long)]
    ladder_top: Option<u32>,
}

impl Arguments {
    /// With the tokens, and `program` to run the encoder from.
    ///
    /// # Errors
    /// A token is not in the environment.
    pub fn into_options(self, program: PathBuf) -> Result<Options, std::env::VarError> {
        Ok(Options {
            show: self.show,
            epoch: self.epoch,
            control: self.control,
            fence: self.fence,
            origin_host: self.origin_host,
            origin_listen: self.origin_listen,
            origin_token: std::env::var(ORIGIN_TOKEN_ENV)?,
            first_msn: self.first_msn,
            first_discontinuity: self.first_discontinuity,
            first_media: MediaTime::from_ms(self.first_media_ms),
            dir: self.dir,
            clock_epoch: self.clock_epoch,
            token: std::env::var(TOKEN_ENV)?,
            ladder: self.ladder,
            ladder_top: self.ladder_top,
            cores: self.cores_dir.map(|folder| CoreShare {
                folder,
                millicores: self.millicores,
                name: self.show.to_string(),
            }),
            budget: Budget { show_bytes: self.recording_bytes, free_bytes: self.free_bytes },
            live_from: if self.live_from_newest { LiveFrom::Newest } else { LiveFrom::Next },
            program,
        })
    }
}
