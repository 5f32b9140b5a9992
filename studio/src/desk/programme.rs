//! One run of the media engine, with a mailbox of its own: what an earlier run still says never reaches a later one.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use vitrine_media::{Config, Event, MediaError, Pipeline};

/// A broken run's goodbye to the server may take so long; the server should let go of the key before the next asks for it.
const GOODBYE: Duration = Duration::from_millis(700);

/// What a run tells.
#[derive(Debug)]
pub enum News {
    /// Something happened.
    Event(Event),
    /// It broke, and why. Nothing follows.
    Failed(String),
}

/// A running pipeline.
pub struct Programme {
    pipeline: Pipeline,
    events: mpsc::Receiver<Event>,
    failure: watch::Receiver<Option<String>>,
}

impl std::ops::Deref for Programme {
    type Target = Pipeline;

    fn deref(&self) -> &Pipeline {
        &self.pipeline
    }
}

impl Programme {
    /// Starts one.
    ///
    /// # Errors
    /// As [`Pipeline::start`].
    pub fn start(config: Config) -> Result<Self, MediaError> {
        let (tell, events) = mpsc::channel(64);
        let pipeline = Pipeline::start(config, tell)?;
        let failure = pipeline.failure();
        Ok(Self { pipeline, events, failure })
    }

    /// What it tells next; a failure before all else.
    pub async fn news(&mut self) -> News {
        tokio::select! {
            biased;
            Ok(failed) = self.failure.wait_for(Option::is_some) => News::Failed(failed.clone().unwrap_or_default()),
            Some(event) = self.events.recv() => News::Event(event),
            else => News::Failed("the media engine ended by itself".to_owned()),
        }
    }

    /// Ends it and waits for the end.
    pub async fn stop(self) {
        self.pipeline.stop().await;
    }

    /// Ends one that broke: it says goodbye to the server and ends behind our back, however long that takes.
    pub async fn abandon(self) {
        if tokio::time::timeout(GOODBYE, self.pipeline.stop_broadcast()).await.is_err() {
            tracing::warn!("the broken programme said no goodbye");
        }
        tokio::spawn(self.pipeline.stop());
    }
}
