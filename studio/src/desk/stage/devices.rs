//! What is plugged in and chosen: camera, file, microphone, and how they fit together.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use vitrine_media::device::{self, Devices as MediaDevices};
use vitrine_media::scene::LipMeasure;
use vitrine_media::{MicrophoneChoice, Showing, VideoSource};
use vitrine_protocol::Code;

use super::{Stage, refusal};
use crate::desk::faults::source_of;
use crate::desk::view::{Device, Devices, FaultCode, FaultSource, SourceChoice};
use crate::error::CommandError;

/// The microphone can be moved by so much (milliseconds).
pub(super) const MOST_OFFSET_MS: i32 = 500;
/// How long flashes and beeps are looked for.
const MEASURE_FOR: Duration = Duration::from_secs(10);

/// A measurement under way.
pub type Measuring = Pin<Box<dyn Future<Output = Option<LipMeasure>> + Send>>;

impl Stage {
    /// Shows another source.
    ///
    /// # Errors
    /// A file that is not there; the old source stays.
    pub fn set_source(&mut self, source: SourceChoice) -> Result<(), CommandError> {
        if let Some(running) = &self.running {
            running.set_source(capture_of(&source)).map_err(|error| refusal(&error))?;
        }
        self.source = source;
        (self.source_name, self.was_there) = (None, false);
        self.source_name = Some(self.name_of(&self.source));
        self.faults.clear_source(FaultSource::Camera);
        Ok(())
    }

    /// What people call the chosen source.
    pub fn source_name(&self) -> Option<String> {
        self.source_name.clone()
    }

    /// Tries again what a fault stopped.
    ///
    /// # Errors
    /// When it cannot be tried at all.
    pub fn try_again(&mut self, code: FaultCode) -> Result<(), CommandError> {
        match source_of(code) {
            FaultSource::Camera if code == FaultCode::NoCamera => {
                if let Some(camera) = self.devices.cameras.first() {
                    self.set_source(SourceChoice::Camera { id: camera.id.clone() })?;
                }
            }
            FaultSource::Camera => {
                if let Some(running) = &self.running {
                    running.try_source();
                }
            }
            FaultSource::Microphone => {
                if let Some(running) = &self.running {
                    let tried = running.set_microphone(self.microphone.clone());
                    tried.map_err(|error| refusal(&error))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Listens to another microphone, or none.
    ///
    /// # Errors
    /// When it cannot be tried at all.
    pub fn set_microphone(&mut self, id: Option<String>) -> Result<(), CommandError> {
        let choice = id.map_or(MicrophoneChoice::None, |id| MicrophoneChoice::Device { id });
        if let Some(running) = &self.running {
            running.set_microphone(choice.clone()).map_err(|error| refusal(&error))?;
        }
        // Another one is heard when it says so.
        self.heard = None;
        self.microphone = choice;
        self.microphone_name = None;
        self.microphone_name = self.microphone_name();
        self.faults.clear_source(FaultSource::Microphone);
        Ok(())
    }

    /// Mutes the microphone, or lets it be heard.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        if let Some(running) = &self.running {
            running.set_muted(muted);
        }
    }

    /// Moves the microphone against the camera.
    ///
    /// # Errors
    /// Further than half a second.
    pub fn set_sound_offset(&mut self, ms: i32) -> Result<(), CommandError> {
        if ms.unsigned_abs() > MOST_OFFSET_MS.unsigned_abs() {
            let sentence = "The sound can be moved by half a second at most.";
            return Err(CommandError::new(Code::InvalidRequest, sentence));
        }
        self.sound_offset_ms = ms;
        if let Some(running) = &self.running {
            running.set_sound_offset(ms);
        }
        Ok(())
    }

    /// Watches and listens for flashes and beeps, and tells how far apart they are; nothing: too few were seen or heard.
    ///
    /// # Errors
    /// While no programme runs, or without a camera or a microphone.
    pub fn measure_sound(&self) -> Result<Measuring, CommandError> {
        let camera = matches!(self.source, SourceChoice::Camera { .. }) && self.seen == Showing::Source;
        let running = self.running.as_ref().filter(|_| camera && self.heard.is_some());
        let running = running.ok_or_else(|| {
            let sentence = "Choose a camera and a microphone first: they are what is measured.";
            CommandError::new(Code::DeviceUnavailable, sentence)
        })?;
        Ok(Box::pin(running.measure_sound(MEASURE_FOR)))
    }

    /// What people call the microphone that is to be heard.
    pub fn microphone_name(&self) -> Option<String> {
        let listed = &self.devices.microphones;
        let found = match &self.microphone {
            MicrophoneChoice::Default => listed.iter().find(|one| one.default).or(listed.first()),
            MicrophoneChoice::Device { id } => listed.iter().find(|one| one.id == *id),
            MicrophoneChoice::None => None,
        };
        found.map(|device| device.name.clone()).or_else(|| self.microphone_name.clone())
    }

    /// What is plugged in, as last seen.
    pub fn devices(&self) -> Devices {
        let view = |list: &[device::Device]| list.iter().map(device_view).collect();
        Devices { cameras: view(&self.devices.cameras), microphones: view(&self.devices.microphones) }
    }

    /// Remembers a fresh look at what is plugged in.
    pub fn saw(&mut self, devices: MediaDevices) {
        self.devices = devices;
    }

    pub(super) fn name_of(&self, source: &SourceChoice) -> String {
        match source {
            SourceChoice::TestPattern => "Test pattern".to_owned(),
            SourceChoice::Still => "Still picture".to_owned(),
            SourceChoice::Camera { id } => {
                let camera = self.devices.cameras.iter().find(|camera| camera.id == *id);
                let name = camera.map(|camera| camera.name.clone()).or_else(|| self.source_name.clone());
                name.unwrap_or_else(|| "Camera".to_owned())
            }
            SourceChoice::File { path } => Path::new(path)
                .file_name()
                .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
        }
    }
}

pub(super) fn device_view(device: &device::Device) -> Device {
    Device { id: device.id.clone(), name: device.name.clone(), is_default: device.default }
}

pub(super) fn capture_of(choice: &SourceChoice) -> VideoSource {
    match choice {
        SourceChoice::TestPattern => VideoSource::TestPattern,
        SourceChoice::Still => VideoSource::Still,
        SourceChoice::Camera { id } => VideoSource::Camera { id: id.clone() },
        SourceChoice::File { path } => VideoSource::File { path: path.into() },
    }
}
