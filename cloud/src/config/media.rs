//! Picture and sound.

use std::time::Duration;

use clap::ValueEnum;

/// What viewers can choose and how publishers are treated.
#[derive(Debug, Clone, clap::Args)]
pub struct Media {
    /// The rungs that viewers can choose from, best first
    #[arg(long, env = "VITRINE_LADDER", default_value = "source,720p,480p,360p", value_delimiter = ',')]
    pub ladder: Vec<RungName>,

    /// What happens to a second publisher of the same show
    #[arg(long, env = "VITRINE_PUBLISHER_CONFLICT", default_value = "refuse")]
    pub publisher_conflict: PublisherConflict,

    /// Seconds of silence after which a publisher is taken for lost
    #[arg(long, env = "VITRINE_PUBLISHER_SILENCE_SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub publisher_silence_seconds: u8,

    /// Connections of publishers that have not shown a valid key yet; where there are more, those that said nothing make room
    #[arg(long, env = "VITRINE_UNKNOWN_PUBLISHERS", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    pub unknown_publishers: u16,

    /// The same from one address, of IPv6 from one /64; behind a load balancer that hides addresses, give it the same number
    #[arg(long, env = "VITRINE_UNKNOWN_PUBLISHERS_PER_ADDRESS", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    pub unknown_publishers_per_address: u16,

    /// Cores that the encoders of all shows on this machine may take together (by default four fifths of what there is); a
    /// rung that does not fit is left out and named on the timeline
    #[arg(long, env = "VITRINE_ENCODER_CORES", value_parser = cores)]
    pub encoder_cores: Option<f64>,

    /// Where a show's public part begins when it goes live: at the next key frame, so that nothing from before the button is
    /// seen, or at the newest segment, so that viewers see a picture at once
    #[arg(long, env = "VITRINE_LIVE_FROM", default_value = "next")]
    pub live_from: LiveFrom,

    /// The largest recording of one show, in GiB; the show goes on without it
    #[arg(long, env = "VITRINE_RECORDING_GIB", default_value_t = 100)]
    pub recording_gib: u32,

    /// Days that recordings stay after their show, where its plan does not say it
    #[arg(long, env = "VITRINE_RECORDING_DAYS", default_value_t = 30)]
    pub recording_days: u32,

    /// The largest size of all recordings of this machine together, in GiB; the oldest go first. As much as there is without it
    #[arg(long, env = "VITRINE_RECORDINGS_GIB")]
    pub recordings_gib: Option<u32>,

    /// What recordings leave free on the disk that the database lives on, in MiB
    #[arg(long, env = "VITRINE_FREE_MIB", default_value_t = 2048)]
    pub free_mib: u32,

    /// Low-latency viewers of one show that a node serves; who comes later is some ten seconds further behind
    #[arg(long, env = "VITRINE_LL_VIEWERS", default_value_t = 50_000)]
    pub ll_viewers: u32,
}

/// Where a show's public part begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LiveFrom {
    /// At the next key frame.
    Next,
    /// At the newest segment.
    Newest,
}

fn cores(text: &str) -> Result<f64, String> {
    let cores: f64 = text.parse().map_err(|_| "it is a number of cores, such as 1.5".to_owned())?;
    if (0.0..=4096.0).contains(&cores) { Ok(cores) } else { Err("it lies between 0 and 4096".to_owned()) }
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum RungName {
    /// The publisher's own picture, untouched.
    Source,
    /// 720 lines, encoded here.
    #[value(name = "720p")]
    P720,
    /// 480 lines, encoded here.
    #[value(name = "480p")]
    P480,
    /// 360 lines, encoded here.
    #[value(name = "360p")]
    P360,
}

impl RungName {
    /// The name in paths and playlists.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::P720 => "720p",
            Self::P480 => "480p",
            Self::P360 => "360p",
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
    /// The ladder by its names, as `source,480p`: each once.
    #[must_use]
    pub fn ladder_text(&self) -> String {
        let rungs = self.ladder.iter().enumerate();
        let first = rungs.filter(|(at, rung)| !self.ladder[..*at].contains(rung));
        first.map(|(_, rung)| rung.as_str()).collect::<Vec<_>>().join(",")
    }

    /// How long a publisher may be silent.
    #[must_use]
    pub fn silent_after(&self) -> Duration {
        Duration::from_secs(self.publisher_silence_seconds.into())
    }

    /// Thousandths of a core for encoders.
    #[must_use]
    pub fn encoder_millicores(&self) -> u32 {
        let all = || std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64) * 0.8;
        (self.encoder_cores.unwrap_or_else(all) * 1000.0) as u32
    }

    /// Bytes of one show's recording.
    #[must_use]
    pub fn recording_bytes(&self) -> u64 {
        u64::from(self.recording_gib) << 30
    }

    /// How long and how much is kept on this machine.
    #[must_use]
    pub fn keep(&self) -> (Duration, Option<u64>) {
        let days = Duration::from_secs(u64::from(self.recording_days) * 86_400);
        (days, self.recordings_gib.map(|gib| u64::from(gib) << 30))
    }

    /// Bytes that recordings leave free.
    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        u64::from(self.free_mib) << 20
    }

    pub(super) fn for_testing() -> Self {
        Self {
            ladder: vec![RungName::Source, RungName::P480],
            publisher_conflict: PublisherConflict::Refuse,
            publisher_silence_seconds: 2,
            unknown_publishers: 256,
            unknown_publishers_per_address: 32,
            encoder_cores: None,
            live_from: LiveFrom::Next,
            recording_gib: 100,
            recording_days: 30,
            recordings_gib: None,
            free_mib: 0,
            ll_viewers: 50_000,
        }
    }
}
