//! Picture and sound: drives media-core and says what it shows.

use std::path::Path;

use tokio::sync::{mpsc, watch};
use vitrine_media::device::{self, Devices as MediaDevices};
use vitrine_media::encode::video::Preset;
use vitrine_media::format::{Bitrate, Fps, VideoFormat};
use vitrine_media::output::{PreviewFrame, PreviewSettings, RtmpTarget};
use vitrine_media::scene::LowerThird;
use vitrine_media::{Config, Event, MediaError, MicrophoneChoice, Pipeline, VideoSource};
use vitrine_protocol::{Code, PublishInstant};

use super::faults::{Fault, Faults, source_of};
use super::settings::Settings;
use super::strain::{self, Change};
use super::view::{
    Device, Devices, FaultCode, FaultSource, LowerThirdChoice, LowerThirdView, Quality, SourceChoice,
    StageView,
};
use crate::error::CommandError;

/// The programme: what is chosen, and the pipeline while a show is open.
pub struct Stage {
    pipeline: Option<Pipeline>,
    events: mpsc::Sender<Event>,
    pictures: watch::Sender<Option<watch::Receiver<PreviewFrame>>>,
    devices: MediaDevices,
    source: SourceChoice,
    /// What the host chose; shown unless it is gone.
    wanted: SourceChoice,
    microphone: MicrophoneChoice,
    heard: Option<Device>,
    muted: bool,
    quality: Quality,
    choice: LowerThirdChoice,
    showing: Option<String>,
    faults: Faults,
}

impl Stage {
    /// Nothing runs yet; `events` gets what pipelines tell.
    pub fn new(settings: &Settings, events: mpsc::Sender<Event>, faults: Faults) -> Self {
        let microphone = match &settings.microphone {
            None => MicrophoneChoice::Default,
            Some(None) => MicrophoneChoice::None,
            Some(Some(id)) => MicrophoneChoice::Device { id: id.clone() },
        };
        let source = settings.source.clone().unwrap_or(SourceChoice::TestPattern);
        Self {
            pipeline: None,
            events,
            pictures: watch::channel(None).0,
            devices: MediaDevices::default(),
            source: source.clone(),
            wanted: source,
            microphone,
            heard: None,
            muted: false,
            quality: settings.quality,
            choice: LowerThirdChoice::FollowPin,
            showing: None,
            faults,
        }
    }

    /// The pictures of whatever pipeline runs.
    pub fn pictures(&self) -> super::preview::Pictures {
        self.pictures.subscribe()
    }

    /// Opens the programme, if it is not open. Without a chosen source the first camera is taken, and
    /// without a camera the test pattern, which the view then says.
    ///
    /// # Errors
    /// A sentence that names a missing plugin.
    pub async fn open(&mut self, chosen: bool) -> Result<(), CommandError> {
        if self.pipeline.is_some() {
            return Ok(());
        }
        self.devices = tokio::task::spawn_blocking(device::list).await.unwrap_or_default();
        self.forget_faults();
        let camera_there = |id: &str| self.devices.cameras.iter().any(|camera| camera.id == id);
        let lost = matches!(&self.source, SourceChoice::Camera { id } if !camera_there(id));
        let file_lost = matches!(&self.source, SourceChoice::File { path } if !Path::new(path).is_file());
        if !chosen || lost || file_lost {
            match self.devices.cameras.first() {
                Some(camera) => self.source = SourceChoice::Camera { id: camera.id.clone() },
                None => {
                    self.source = SourceChoice::TestPattern;
                    self.faults.raise(Fault::new(FaultCode::NoCamera));
                }
            }
        }
        self.wanted = self.source.clone();
        self.start()
    }

    fn start(&mut self) -> Result<(), CommandError> {
        let config = Config {
            source: capture_of(&self.source),
            microphone: self.microphone.clone(),
            muted: self.muted,
            ..quality_of(self.quality)
        };
        let pipeline = Pipeline::start(config, self.events.clone()).map_err(|error| {
            if let MediaError::MissingPlugin { element, .. } = &error {
                let fault = Fault::new(FaultCode::PluginMissing).about(element.clone());
                self.faults.raise(fault.because(error.to_string()));
            }
            refusal(&error)
        })?;
        self.pictures.send_replace(Some(pipeline.preview()));
        self.pipeline = Some(pipeline);
        Ok(())
    }

    /// Closes the programme.
    pub async fn close(&mut self) {
        self.pictures.send_replace(None);
        self.showing = None;
        self.heard = None;
        self.forget_faults();
        if let Some(pipeline) = self.pipeline.take() {
            pipeline.stop().await;
        }
    }

    /// Whether the programme runs.
    pub fn is_open(&self) -> bool {
        self.pipeline.is_some()
    }

    /// Shows another source.
    ///
    /// # Errors
    /// A file that is not there; the old source stays.
    pub fn set_source(&mut self, source: SourceChoice) -> Result<(), CommandError> {
        if let Some(pipeline) = &self.pipeline {
            pipeline.set_source(capture_of(&source)).map_err(|error| refusal(&error))?;
        }
        (self.source, self.wanted) = (source.clone(), source);
        self.faults.clear_source(FaultSource::Camera);
        Ok(())
    }

    /// Tries again what a fault stopped.
    ///
    /// # Errors
    /// When it cannot be tried at all.
    pub fn try_again(&mut self, code: FaultCode) -> Result<(), CommandError> {
        let Some(pipeline) = &self.pipeline else { return Ok(()) };
        let tried = match source_of(code) {
            FaultSource::Camera => {
                if let (FaultCode::NoCamera, Some(camera)) = (code, self.devices.cameras.first()) {
                    self.wanted = SourceChoice::Camera { id: camera.id.clone() };
                }
                pipeline.set_source(capture_of(&self.wanted))
            }
            FaultSource::Microphone => pipeline.set_microphone(self.microphone.clone()),
            _ => Ok(()),
        };
        tried.map_err(|error| refusal(&error))
    }

    /// Listens to another microphone, or none.
    ///
    /// # Errors
    /// When it cannot be tried at all.
    pub fn set_microphone(&mut self, id: Option<String>) -> Result<(), CommandError> {
        let choice = id.map_or(MicrophoneChoice::None, |id| MicrophoneChoice::Device { id });
        if let Some(pipeline) = &self.pipeline {
            pipeline.set_microphone(choice.clone()).map_err(|error| refusal(&error))?;
        }
        if choice == MicrophoneChoice::None {
            self.heard = None;
        }
        self.microphone = choice;
        self.faults.clear_source(FaultSource::Microphone);
        Ok(())
    }

    /// Mutes the microphone, or lets it be heard.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        if let Some(pipeline) = &self.pipeline {
            pipeline.set_muted(muted);
        }
    }

    /// Another size and rate; the pipeline starts anew.
    ///
    /// # Errors
    /// As [`Stage::open`].
    pub async fn set_quality(&mut self, quality: Quality) -> Result<(), CommandError> {
        self.quality = quality;
        if self.pipeline.is_some() {
            self.close().await;
            self.start()?;
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
        let title = card.as_ref().map(|card| card.title.clone());
        match &self.pipeline {
            Some(pipeline) => pipeline.set_lower_third(card).await.map_err(|error| refusal(&error))?,
            None => return Ok(()),
        }
        self.showing = title;
        Ok(())
    }

    /// Opens the uplink.
    pub fn start_broadcast(&self, target: RtmpTarget) {
        if let Some(pipeline) = &self.pipeline {
            pipeline.start_broadcast(target);
        }
    }

    /// Closes the uplink.
    pub async fn stop_broadcast(&self) {
        if let Some(pipeline) = &self.pipeline {
            pipeline.stop_broadcast().await;
        }
    }

    /// The frame on screen, as the server counts it; what a pin belongs to.
    pub fn instant(&self) -> Option<PublishInstant> {
        let position = self.pipeline.as_ref()?.on_air()?;
        Some(PublishInstant {
            session: position.session.parse().ok()?,
            rtmp_ts_ms: i64::from(position.rtmp_ts_ms),
        })
    }

    /// Figures of the uplink.
    pub fn stats(&self) -> vitrine_media::Stats {
        self.pipeline.as_ref().map(Pipeline::stats).unwrap_or_default()
    }

    /// Takes what a pipeline told about sources and devices; says whether the view changed.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Source { shown } => {
                self.source = choice_of(shown);
                if self.source != SourceChoice::TestPattern {
                    self.faults.clear_source(FaultSource::Camera);
                }
            }
            Event::SourceLost { source, reason } => {
                tracing::warn!(reason, "the source is gone");
                let code = match source {
                    VideoSource::File { .. } => FaultCode::FileUnreadable,
                    _ => FaultCode::CameraLost,
                };
                let name = self.name_of(&choice_of(source));
                self.faults.raise(Fault::new(code).about(name).because(reason.clone()));
                self.source = SourceChoice::TestPattern;
            }
            Event::Microphone { device } => {
                self.heard = device.as_ref().map(device_view);
                self.faults.clear_source(FaultSource::Microphone);
            }
            Event::MicrophoneLost { reason } => {
                tracing::warn!(reason, "the microphone cannot be heard");
                let fault = match self.heard.take() {
                    Some(device) => Fault::new(FaultCode::MicrophoneLost).about(device.name),
                    None => Fault::new(FaultCode::NoMicrophone),
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

    /// What is plugged in, as last seen.
    pub fn devices(&self) -> Devices {
        devices_view(&self.devices)
    }

    /// Remembers a fresh look at what is plugged in.
    pub fn saw(&mut self, devices: MediaDevices) {
        self.devices = devices;
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
            lower_third: LowerThirdView { choice: self.choice.clone(), showing: self.showing.clone() },
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

    fn name_of(&self, source: &SourceChoice) -> String {
        match source {
            SourceChoice::TestPattern => "Test pattern".to_owned(),
            SourceChoice::Camera { id } => {
                let camera = self.devices.cameras.iter().find(|camera| camera.id == *id);
                camera.map_or_else(|| "Camera".to_owned(), |camera| camera.name.clone())
            }
            SourceChoice::File { path } => Path::new(path)
                .file_name()
                .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
        }
    }
}

/// What is plugged in, for the window.
pub fn devices_view(devices: &MediaDevices) -> Devices {
    let view = |list: &[device::Device]| list.iter().map(device_view).collect();
    Devices { cameras: view(&devices.cameras), microphones: view(&devices.microphones) }
}

fn device_view(device: &device::Device) -> Device {
    Device { id: device.id.clone(), name: device.name.clone(), is_default: device.default }
}

fn capture_of(choice: &SourceChoice) -> VideoSource {
    match choice {
        SourceChoice::TestPattern => VideoSource::TestPattern,
        SourceChoice::Camera { id } => VideoSource::Camera { id: id.clone() },
        SourceChoice::File { path } => VideoSource::File { path: path.into() },
    }
}

fn choice_of(source: &VideoSource) -> SourceChoice {
    match source {
        VideoSource::TestPattern => SourceChoice::TestPattern,
        VideoSource::Camera { id } => SourceChoice::Camera { id: id.clone() },
        VideoSource::File { path } => SourceChoice::File { path: path.to_string_lossy().into_owned() },
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
