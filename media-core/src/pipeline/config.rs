//! What a pipeline is started with, and what it tells.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    MediaError,
    capture::{Cameras, MicrophoneChoice, Pattern, Still, VideoSource, camera},
    device::{Device, Devices},
    encode::video::Preset,
    format::{Bitrate, VideoFormat},
    output::{BroadcastState, BroadcastStats, PreviewSettings},
    scene::Levels,
    time::{WallClock, system_clock},
};

/// What a pipeline is started with.
#[derive(Clone)]
pub struct Config {
    /// Size and rate of what is composed and sent.
    pub video: VideoFormat,
    /// Of the encoded picture.
    pub video_bitrate: Bitrate,
    /// Of the encoded sound.
    pub audio_bitrate: Bitrate,
    /// Work per picture.
    pub preset: Preset,
    /// Time between key frames.
    pub key_interval: Duration,
    /// Size and rate of the preview.
    pub preview: PreviewSettings,
    /// What is shown first.
    pub source: VideoSource,
    /// How cameras are opened.
    pub cameras: Arc<dyn Cameras>,
    /// What stands in for a source that is away.
    pub still: Still,
    /// What the test picture looks like.
    pub pattern: Pattern,
    /// Which microphone is heard first.
    pub microphone: MicrophoneChoice,
    /// Whether it is muted at first.
    pub muted: bool,
    /// Sound frames that a microphone's driver delivers at once: 2400 are 50 ms. More is safer on busy machines, less is quicker; PulseAudio
    /// keeps no more than this for a reader that is late.
    pub microphone_buffer_frames: u32,
    /// The microphone is heard so many milliseconds later than its driver says (earlier when negative), at most 500: what camera and
    /// microphone do not tell about themselves.
    pub sound_offset_ms: i32,
    /// Notice devices that come and go.
    pub watch_devices: bool,
    /// The time of day that the test picture shows.
    pub wall: WallClock,
}

impl Default for Config {
    /// 720p30 at 3 Mb/s from the test picture and the default microphone.
    fn default() -> Self {
        Self {
            video: VideoFormat::HD,
            video_bitrate: Bitrate::kbps(3000),
            audio_bitrate: Bitrate::kbps(128),
            preset: Preset::Veryfast,
            key_interval: Duration::from_secs(2),
            preview: PreviewSettings::default(),
            source: VideoSource::TestPattern,
            cameras: camera::system(),
            still: Still::default(),
            pattern: Pattern::default(),
            microphone: MicrophoneChoice::Default,
            muted: false,
            microphone_buffer_frames: 2400,
            sound_offset_ms: 0,
            watch_devices: true,
            wall: system_clock(),
        }
    }
}

impl Config {
    /// Cheap enough for tests and small machines: 640x360 at 15 frames per second, no microphone.
    pub fn small() -> Self {
        Self {
            video: VideoFormat::SMALL,
            video_bitrate: Bitrate::kbps(800),
            preset: Preset::Ultrafast,
            microphone: MicrophoneChoice::None,
            watch_devices: false,
            ..Self::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), MediaError> {
        self.video.check()?;
        if !(Duration::from_millis(500)..=Duration::from_secs(10)).contains(&self.key_interval) {
            return Err(MediaError::BadSetting(format!("a key frame every {:?}", self.key_interval)));
        }
        Ok(())
    }
}

/// What viewers see of the chosen source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Showing {
    /// Its pictures.
    Source,
    /// The last picture, for a few seconds at most.
    Held,
    /// The still.
    Still,
}

/// Something that a pipeline tells. A failure of the pipeline itself is told by [`super::Pipeline::failure`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// What viewers see has changed.
    Source {
        /// What was chosen.
        source: VideoSource,
        /// What is shown of it.
        showing: Showing,
    },
    /// The chosen source is away. It is opened again and again; [`Event::Source`] tells what stands in, and when it is back.
    SourceLost {
        /// What was chosen.
        source: VideoSource,
        /// Why, for people. Told again when it is another reason.
        reason: String,
    },
    /// This microphone is heard now; `None`: silence.
    Microphone {
        /// The one that was opened.
        device: Option<Device>,
    },
    /// The microphone cannot be heard. Silence is sent, and it is tried again.
    MicrophoneLost {
        /// Why, for people.
        reason: String,
    },
    /// Something was plugged in or pulled out, or this is the first look.
    Devices {
        /// All that is there now.
        devices: Devices,
    },
    /// How loud it is, ten times a second.
    Levels {
        /// Microphone and program.
        levels: Levels,
    },
    /// The broadcast stands differently.
    Broadcast {
        /// How.
        broadcast: BroadcastState,
    },
    /// This machine is too slow for its pictures: some are left out. Told again, at most once a second, while it goes on.
    Overloaded {
        /// Pictures left out since it began.
        pictures: u64,
    },
    /// It keeps up again, for ten seconds now.
    KeepsUp {
        /// Pictures that had been left out.
        pictures: u64,
    },
    /// The microphone's sound keeps breaking off. Told again, at most once a second, while it goes on.
    SoundBroken {
        /// Gaps since it began.
        gaps: u64,
    },
    /// It is steady again, for twenty seconds now.
    SoundSteady {
        /// Gaps that it had.
        gaps: u64,
    },
}

/// Figures of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Pictures that the encoder got.
    pub frames: u64,
    /// Pictures that it did not get because it was too slow.
    pub skipped_frames: u64,
    /// How often the microphone's sound ran out or came too much at once.
    pub sound_gaps: u64,
    /// Of the broadcast that runs, or of the last one.
    pub broadcast: BroadcastStats,
}
