//! The synthetic host's studio: picture, sound, encoders and the way to the cloud.
//!
//! The media room does the work; the host only says what is on the card and where to publish.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use vitrine_media::encode::video::Preset;
use vitrine_media::format::{Bitrate, Fps, VideoFormat};
use vitrine_media::output::{BroadcastState, RtmpTarget};
use vitrine_media::scene::LowerThird;
use vitrine_media::{Config, Event, MediaError, MicrophoneChoice, Pattern, Pipeline, VideoSource};
use vitrine_protocol::{Currency, PublishInstant, PublishSessionId};

use super::error::DemoError;
use super::goods::Product;

/// Sized so that two cores carry it beside the cloud's own 480p rung and a browser.
const PICTURE: VideoFormat = VideoFormat { width: 960, height: 540, fps: Fps::whole(25) };

/// A running production. Dropping it ends it.
pub(super) struct Studio {
    pipeline: Pipeline,
    events: mpsc::Receiver<Event>,
}

impl Studio {
    /// Starts to compose; nothing is sent yet.
    ///
    /// # Errors
    /// [`DemoError::Media`] with one sentence, for example which package is missing.
    pub(super) fn start() -> Result<Self, DemoError> {
        let (tell, events) = mpsc::channel(64);
        let config = Config {
            video: PICTURE,
            video_bitrate: Bitrate::kbps(1_800),
            audio_bitrate: Bitrate::kbps(96),
            preset: Preset::Ultrafast,
            key_interval: Duration::from_secs(2),
            source: VideoSource::TestPattern,
            pattern: Pattern::Showroom,
            microphone: MicrophoneChoice::None,
            watch_devices: false,
            ..Config::default()
        };
        let pipeline = Pipeline::start(config, tell).map_err(media)?;
        Ok(Self { pipeline, events })
    }

    /// Publishes until [`Studio::leave`].
    pub(super) fn publish(&mut self, url: &str, key: &str) -> Result<(), DemoError> {
        while self.events.try_recv().is_ok() {}
        self.pipeline.start_broadcast(RtmpTarget::new(url, key).map_err(media)?);
        Ok(())
    }

    /// Waits until the server takes the stream; gives the publish session.
    pub(super) async fn published(&mut self) -> Result<Option<PublishSessionId>, DemoError> {
        loop {
            match self.pipeline.broadcast() {
                BroadcastState::Publishing { session } => {
                    return Ok(session.and_then(|session| session.parse().ok()));
                }
                BroadcastState::Refused { reason, .. } | BroadcastState::Reconnecting { reason, .. } => {
                    return Err(DemoError::Stream(reason));
                }
                BroadcastState::Off | BroadcastState::Connecting => self.news().await?,
            }
        }
    }

    /// Waits until the stream is over, and says why.
    pub(super) async fn lost(&mut self) -> DemoError {
        loop {
            match self.pipeline.broadcast() {
                BroadcastState::Publishing { .. } => {
                    if let Err(error) = self.news().await {
                        return error;
                    }
                }
                BroadcastState::Refused { reason, .. } | BroadcastState::Reconnecting { reason, .. } => {
                    return DemoError::Stream(reason);
                }
                BroadcastState::Off | BroadcastState::Connecting => {
                    return DemoError::Stream("it was stopped".into());
                }
            }
        }
    }

    /// Stops publishing.
    pub(super) async fn leave(&self) {
        self.pipeline.stop_broadcast().await;
        let _ = self.pipeline.set_lower_third(None).await;
    }

    /// Which frame is being shown.
    pub(super) fn instant(&self) -> Option<PublishInstant> {
        let position = self.pipeline.on_air()?;
        let session = position.session.parse().ok()?;
        Some(PublishInstant { session, rtmp_ts_ms: i64::from(position.rtmp_ts_ms) })
    }

    /// Puts a product's card on the picture, or takes it off.
    pub(super) async fn card(&self, product: Option<(&Product, Currency)>) {
        let card = product.map(|(product, currency)| LowerThird {
            title: product.title.clone(),
            price: Some(currency.tag(product.price_minor)),
            picture: product.picture().map(Bytes::from_static),
            ..LowerThird::default()
        });
        if let Err(error) = self.pipeline.set_lower_third(card).await {
            tracing::warn!(%error, "the card could not be drawn");
        }
    }

    /// Ends everything.
    pub(super) async fn stop(self) {
        self.pipeline.stop().await;
    }

    async fn news(&mut self) -> Result<(), DemoError> {
        if let Some(reason) = self.pipeline.failure().borrow().clone() {
            return Err(DemoError::Media(reason));
        }
        match tokio::time::timeout(Duration::from_millis(200), self.events.recv()).await {
            Ok(None) => Err(DemoError::Media("the media engine ended".into())),
            Ok(Some(_)) | Err(_) => Ok(()),
        }
    }
}

fn media(error: MediaError) -> DemoError {
    DemoError::Media(error.to_string())
}
