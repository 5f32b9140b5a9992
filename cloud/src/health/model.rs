//! A show's health, put together from what is known of it. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::ShowId;

use crate::ingest::Measured;

/// What was measured longer ago says nothing of now: three windows.
pub(super) const FRESH: TimeDelta = TimeDelta::seconds(6);

/// What one process knows of a show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sample {
    pub show: ShowId,
    /// What its transmission measured, where the show is looked after.
    pub measured: Option<Measured>,
    /// Who watches through this process.
    pub viewers: BTreeMap<String, u64>,
}

impl Sample {
    /// Whether there is something to tell.
    pub fn says_something(&self) -> bool {
        self.measured.is_some() || !self.viewers.is_empty()
    }
}

/// How a show's media is doing.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ShowHealth {
    /// The show.
    pub show_id: ShowId,
    /// When it was measured, over the two seconds before; null while no picture is processed.
    pub measured_at: Option<DateTime<Utc>>,
    /// What arrives and how it is processed; null with `measured_at`.
    pub media: Option<MediaHealth>,
    /// What is played, by name. (Destinations will stand beside it.)
    pub rungs: Vec<RungHealth>,
    /// Who watches, about: all rungs together.
    pub viewers: u64,
}

/// What arrives from the publisher and how it is processed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MediaHealth {
    /// Pictures in a second.
    pub pictures_per_second: f64,
    /// Bits in a second, picture and sound.
    pub bits_per_second: u64,
    /// Between the last two key frames; 0 before there were two.
    pub key_interval_ms: u64,
    /// How far the newest sound is ahead of the newest picture; behind it when negative.
    pub sound_ahead_ms: i64,
    /// Whether no sound arrives that is carried.
    pub silent: bool,
    /// Pictures that lasted longer than a part (0.21 s), since the transmission started.
    pub gaps: u64,
    /// The longest time from the end of a part to its being offered to players.
    pub part_delay_ms: i64,
    /// How far the encoder is behind; null without one.
    pub encoder_behind_ms: Option<u64>,
    /// Whether the encoder leaves out every second picture, to keep up.
    pub half_rate: bool,
    /// Why nothing is recorded, in words; null while the recording goes on.
    pub recording_stopped: Option<String>,
}

/// One rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RungHealth {
    /// `source`, `480p`.
    pub name: String,
    /// Bits in a second; 0 when it does not play at present.
    pub bits_per_second: u64,
    /// Who watches it, about: those who asked for the same moment of it.
    pub viewers: u64,
    /// Why viewers cannot choose it, in words; null while they can.
    pub left_out: Option<String>,
}

impl ShowHealth {
    /// A show's health at `now`, from the samples of every process.
    pub(super) fn of(show: ShowId, samples: impl IntoIterator<Item = Sample>, now: DateTime<Utc>) -> Self {
        let mut newest: Option<Measured> = None;
        let mut rungs: BTreeMap<String, RungHealth> = BTreeMap::new();
        let blank =
            |name: &str| RungHealth { name: name.to_owned(), bits_per_second: 0, viewers: 0, left_out: None };
        for sample in samples {
            for (name, viewers) in sample.viewers {
                rungs.entry(name.clone()).or_insert_with(|| blank(&name)).viewers += viewers;
            }
            // From the future when this machine's clock was set back since: then nobody knows how old it is.
            let fresh = sample.measured.filter(|measured| (now - measured.at).abs() < FRESH);
            if let Some(measured) = fresh
                && newest.as_ref().is_none_or(|known| known.at < measured.at)
            {
                newest = Some(measured);
            }
        }
        for (name, bits) in newest.iter().flat_map(|measured| &measured.health.rungs) {
            rungs.entry(name.clone()).or_insert_with(|| blank(name)).bits_per_second = *bits;
        }
        for (name, reason) in newest.iter().flat_map(|measured| &measured.health.left_out) {
            rungs.entry(name.clone()).or_insert_with(|| blank(name)).left_out = Some(reason.clone());
        }
        let rungs: Vec<_> = rungs.into_values().collect();
        Self {
            show_id: show,
            measured_at: newest.as_ref().map(|measured| measured.at),
            media: newest.map(MediaHealth::from),
            viewers: rungs.iter().map(|rung| rung.viewers).sum(),
            rungs,
        }
    }
}

impl From<Measured> for MediaHealth {
    fn from(Measured { health, unrecorded, .. }: Measured) -> Self {
        Self {
            pictures_per_second: health.pictures_per_second,
            bits_per_second: health.bits_per_second,
            key_interval_ms: health.key_interval_ms,
            sound_ahead_ms: health.sound_ahead_ms,
            silent: health.silent,
            gaps: health.gaps,
            part_delay_ms: health.part_delay_ms,
            encoder_behind_ms: health.encoder_behind_ms,
            half_rate: health.half_rate,
            recording_stopped: unrecorded,
        }
    }
}
