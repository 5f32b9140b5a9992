//! Picture and sound: drives media-core and says what it shows.

use tokio::sync::watch;
use vitrine_media::device::Devices as MediaDevices;
use vitrine_media::encode::video::Preset;
use vitrine_media::format::{Bitrate, Fps, VideoFormat};
use vitrine_media::output::{PreviewFrame, PreviewSettings, RtmpTarget};
use vitrine_media::scene::LowerThird;
use vitrine_media::{Config, Event, MediaError, MicrophoneChoice, Showing, Still, VideoSource};
use vitrine_protocol::{Code, PublishInstant};

use super::faults::{Fault, Faults};
use super::lookout::Lookout;
use super::programme::{News, Programme};
use super::settings::Settings;
use super::strain::{self, Change};
use super::view::{
    Device, FaultCode, FaultSource, LowerThirdChoice, LowerThirdView, Quality, SourceChoice, StageShowing,
    StageView,
};
use crate::error::CommandError;

mod devices;
pub use devices::Measuring;
use devices::{MOST_OFFSET_MS, capture_of, device_view};

/// The programme: what is chosen, and the pipeline while a show is open.
pub struct Stage {
    running: Option<Programme>,
    lookout: Lookout,
    pictures: watch::Sender<Option<watch::Receiver<PreviewFrame>>>,
    devices: MediaDevices,
    /// What the host chose; shown, held, or waited for.
    source: SourceChoice,
    /// What people call it, known even while it is not there.
    source_name: Option<String>,
    /// What viewers see of it.
    seen: Showing,
    /// It was there since it was chosen.
    was_there: bool,
    organization: String,
    microphone: MicrophoneChoice,
    /// What people call the chosen microphone, known even while it is not there.
    microphone_name: Option<String>,
    heard: Option<Device>,
    muted: bool,
    quality: Quality,
    sound_offset_ms: i32,
    choice: LowerThirdChoice,
    /// The card that is drawn over the picture.
    card: Option<LowerThird>,
    /// Where the programme is sent.
    target: Option<RtmpTarget>,
    faults: Faults,
}

/// Why no camera is known.
const NOT_TOLD: &str = "The system does not say what is plugged in.";
/// What viewers read below the organisation's name while the picture is away.
const STILL_LINE: &str = "Back in a moment";

impl Stage {
    /// Nothing runs yet.
    pub fn new(settings: &Settings, lookout: Lookout, faults: Faults) -> Self {
        let microphone = match &settings.microphone {
            None => MicrophoneChoice::Default,
            Some(None) => MicrophoneChoice::None,
            Some(Some(id)) => MicrophoneChoice::Device { id: id.clone() },
        };
        Self {
            running: None,
            lookout,
            pictures: watch::channel(None).0,
            devices: MediaDevices::default(),
            source: settings.source.clone().unwrap_or(SourceChoice::Still),
            source_name: settings.source_name.clone(),
            seen: Showing::Still,
            was_there: false,
            organization: String::new(),
            microphone,
            microphone_name: settings.microphone_name.clone(),
            heard: None,
            muted: false,
            quality: settings.quality,
            sound_offset_ms: settings.sound_offset_ms.clamp(-MOST_OFFSET_MS, MOST_OFFSET_MS),
            choice: LowerThirdChoice::FollowPin,
            card: None,
            target: None,
            faults,
        }
    }

    /// The pictures of whatever pipeline runs.
    pub fn pictures(&self) -> super::preview::Pictures {
        self.pictures.subscribe()
    }

    /// Whose show it is: the name stands on the still.
    pub fn set_organization(&mut self, name: &str) {
        name.clone_into(&mut self.organization);
        if let Some(running) = &self.running
            && let Err(error) = running.set_still(self.still())
        {
            tracing::warn!(%error, "the still keeps its old name");
        }
    }

    fn still(&self) -> Still {
        Still { name: self.organization.clone(), line: STILL_LINE.to_owned(), accent: None }
    }

    /// What the programme tells next; nothing while none runs.
    pub async fn news(&mut self) -> News {
        match &mut self.running {
            Some(running) => running.news().await,
            None => std::future::pending().await,
        }
    }

    /// Opens the programme, if it is not open. A host who never chose gets the first camera, or the still where there
    /// is none. What was chosen is never replaced: a camera that is not there is waited for.
    ///
    /// # Errors
    /// A sentence that names a missing plugin.
    pub async fn open(&mut self, chosen: bool) -> Result<(), CommandError> {
        if self.running.is_some() {
            return Ok(());
        }
        let devices = self.lookout.look().await;
        let looked = devices.is_some();
        if let Some(devices) = devices {
            self.devices = devices;
        }
        self.forget_faults();
        if !chosen {
            self.choose_first(looked);
        }
        self.start()
    }

    /// For a host who never chose.
    fn choose_first(&mut self, looked: bool) {
        match self.devices.cameras.first() {
            Some(camera) => {
                self.source = SourceChoice::Camera { id: camera.id.clone() };
                self.source_name = Some(camera.name.clone());
            }
            None => {
                self.source = SourceChoice::Still;
                let fault = Fault::new(FaultCode::NoCamera);
                self.faults.raise(if looked { fault } else { fault.because(NOT_TOLD) });
            }
        }
    }

    fn start(&mut self) -> Result<(), CommandError> {
        // What an earlier run's encoder and microphone could not do is not said of this one.
        self.faults.clear_source(FaultSource::Encoder);
        self.faults.clear_source(FaultSource::Microphone);
        let config = Config {
            source: capture_of(&self.source),
            still: self.still(),
            microphone: self.microphone.clone(),
            muted: self.muted,
            sound_offset_ms: self.sound_offset_ms,
            ..quality_of(self.quality)
        };
        (self.seen, self.was_there) = (Showing::Still, false);
        let running = Programme::start(config).map_err(|error| {
            if let MediaError::MissingPlugin { element, .. } = &error {
                let fault = Fault::new(FaultCode::PluginMissing).about(element.clone());
                self.faults.raise(fault.because(error.to_string()));
            }
            refusal(&error)
        })?;
        self.pictures.send_replace(Some(running.preview()));
        self.running = Some(running);
        Ok(())
    }

    /// Builds a programme that broke anew: picture, sound, card, and the broadcast to where it was sent.
    ///
    /// # Errors
    /// As [`Stage::open`].
    pub async fn rebuild(&mut self) -> Result<(), CommandError> {
        self.abandon().await;
        self.start()?;
        let Some(running) = &self.running else { return Ok(()) };
        if let Some(target) = &self.target {
            running.resume_broadcast(target.clone());
        }
        if let Some(card) = &self.card
            && let Err(error) = running.set_lower_third(Some(card.clone())).await
        {
            tracing::warn!(%error, "the lower third did not come back");
        }
        Ok(())
    }

    /// Lets go of a programme that broke. Where it was sent is remembered.
    pub async fn abandon(&mut self) {
        self.heard = None;
        self.pictures.send_replace(None);
        if let Some(running) = self.running.take() {
            running.abandon().await;
        }
    }

    /// Breaks as if an element had failed.
    #[cfg(test)]
    pub fn break_down(&self, reason: &str) {
        if let Some(running) = &self.running {
            running.break_down(reason);
        }
    }

    /// Closes the programme.
    pub async fn close(&mut self) {
        self.pictures.send_replace(None);
        (self.card, self.target, self.heard) = (None, None, None);
        self.forget_faults();
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Whether the programme runs.
    pub fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// Another size and rate; the pipeline starts anew.
    ///
    /// # Errors
    /// As [`Stage::open`].
    pub async fn set_quality(&mut self, quality: Quality) -> Result<(), CommandError> {
        self.quality = quality;
        if self.running.is_some() {
            self.rebuild().await?;
        }
        Ok(())
    }

    /// What the lower third should follow.
    pub fn choose_lower_third(&mut self, choice: LowerThirdChoice) {
        self.choice = choice;
    }

    /// What was chosen for the lower third.
    pub fn lower_third_choice(&self) -> &LowerThirdChoice {
        &self.choice
    }

    /// Draws a card over the picture, or takes it off.
    ///
    /// # Errors
    /// When it cannot be drawn; what was there stays.
    pub async fn show_card(&mut self, card: Option<LowerThird>) -> Result<(), CommandError> {
        match &self.running {
            Some(running) => {
                running.set_lower_third(card.clone()).await.map_err(|error| refusal(&error))?;
            }
            None => return Ok(()),
        }
        self.card = card;
        Ok(())
    }

    /// Opens the uplink.
    pub fn start_broadcast(&mut self, target: RtmpTarget) {
        if let Some(running) = &self.running {
            running.start_broadcast(target.clone());
        }
        self.target = Some(target);
    }

    /// The uplink is let go of: a programme that is built anew sends nothing.
    pub fn forget_target(&mut self) {
        self.target = None;
    }

    /// Opens the uplink to a server that takes this stream already, and may still hold another publisher of it.
    pub fn resume_broadcast(&mut self, target: RtmpTarget) {
        if let Some(running) = &self.running {
            running.resume_broadcast(target.clone());
        }
        self.target = Some(target);
    }

    /// Closes the uplink.
    pub async fn stop_broadcast(&mut self) {
        self.forget_target();
        if let Some(running) = &self.running {
            running.stop_broadcast().await;
        }
    }

    /// The frame on screen, as the server counts it; what a pin belongs to.
    pub fn instant(&self) -> Option<PublishInstant> {
        let position = self.running.as_ref()?.on_air()?;
        Some(PublishInstant {
            session: position.session.parse().ok()?,
            rtmp_ts_ms: i64::from(position.rtmp_ts_ms),
        })
    }

    /// Figures of the uplink.
    pub fn stats(&self) -> vitrine_media::Stats {
        self.running.as_ref().map(|running| running.stats()).unwrap_or_default()
    }

    /// Takes what a pipeline told about sources and devices; says whether the view changed.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Source { showing, .. } => {
                self.seen = *showing;
                if *showing == Showing::Source {
                    self.was_there = true;
                    self.faults.clear_source(FaultSource::Camera);
                }
            }
            Event::SourceLost { source, reason } => {
                let code = match source {
                    VideoSource::File { .. } => FaultCode::FileUnreadable,
                    // it was never there: another machine, another cable
                    _ if !self.was_there => FaultCode::CameraMissing,
                    _ => FaultCode::CameraLost,
                };
                let name = self.name_of(&self.source);
                self.faults.raise(Fault::new(code).about(name).because(reason.clone()));
            }
            Event::Microphone { device } => {
                self.heard = device.as_ref().map(device_view);
                self.faults.clear_source(FaultSource::Microphone);
            }
            Event::MicrophoneLost { reason } => {
                tracing::warn!(reason, "the microphone cannot be heard");
                let name = self.heard.take().map(|device| device.name).or_else(|| self.microphone_name());
                let fault = match name {
                    // Busy, or not plugged in: it is there, or another may be.
                    Some(name) => Fault::new(FaultCode::MicrophoneLost).about(name),
                    None if self.devices.microphones.is_empty() => Fault::new(FaultCode::NoMicrophone),
                    None => Fault::new(FaultCode::MicrophoneLost),
                };
                self.faults.raise(fault.because(reason.clone()));
            }
            Event::Devices { devices } => self.devices = devices.clone(),
            _ => {
                let format = self.format();
                let microphone = self.heard.as_ref().map(|device| device.name.as_str());
                match strain::change(event, &format, microphone) {
                    Some(Change::Raise(fault)) => self.faults.raise(fault),
                    Some(Change::Clear(code)) => self.faults.clear(code),
                    None => {}
                }
                return false;
            }
        }
        true
    }

    /// Height and rate, as people say them: `720p30`.
    fn format(&self) -> String {
        let video = quality_of(self.quality).video;
        format!("{}p{}", video.height, video.fps.as_f64().round())
    }

    /// What the window shows.
    pub fn view(&self) -> StageView {
        let video = quality_of(self.quality).video;
        StageView {
            source: self.source.clone(),
            source_name: self.name_of(&self.source),
            microphone: self.heard.as_ref().map(|device| device.id.clone()),
            microphone_name: self.heard.as_ref().map(|device| device.name.clone()),
            muted: self.muted,
            quality: self.quality,
            width: video.width,
            height: video.height,
            fps: video.fps.as_f64().round() as u32,
            showing: match self.seen {
                Showing::Source => StageShowing::Source,
                Showing::Held => StageShowing::Held,
                Showing::Still => StageShowing::Still,
            },
            sound_offset_ms: self.sound_offset_ms,
            lower_third: LowerThirdView {
                choice: self.choice.clone(),
                showing: self.card.as_ref().map(|card| card.title.clone()),
            },
        }
    }

    /// A programme that is closed, or opened anew, has no faults yet.
    fn forget_faults(&self) {
        for source in
            [FaultSource::Camera, FaultSource::Microphone, FaultSource::Encoder, FaultSource::Pipeline]
        {
            self.faults.clear_source(source);
        }
    }
}

fn quality_of(quality: Quality) -> Config {
    let (video, kbps, preset, preview_fps) = match quality {
        Quality::P360 => (VideoFormat::SMALL, 800, Preset::Ultrafast, 10),
        Quality::P540 => {
            (VideoFormat { width: 960, height: 540, fps: Fps::whole(30) }, 1800, Preset::Superfast, 15)
        }
        Quality::P720 => (VideoFormat::HD, 3000, Preset::Veryfast, 15),
    };
    let preview = PreviewSettings { width: video.width.min(960), fps: Fps::whole(preview_fps) };
    Config { video, video_bitrate: Bitrate::kbps(kbps), preset, preview, ..Config::default() }
}

fn refusal(error: &MediaError) -> CommandError {
    let code = match error {
        MediaError::MissingPlugin { .. } => Code::PluginMissing,
        MediaError::Device { .. } => Code::DeviceUnavailable,
        MediaError::BadSetting(_) => Code::InvalidRequest,
        _ => Code::Internal,
    };
    let mut message = error.to_string();
    if let Some(first) = message.get(..1) {
        message = format!("{}{}.", first.to_uppercase(), &message[1..]);
    }
    CommandError::new(code, message)
}

#[cfg(test)]
mod tests;
