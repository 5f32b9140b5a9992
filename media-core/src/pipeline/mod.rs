//! The live production: sources, scene, encoders and ways out, linked, with one owner and one stop.

mod config;
mod inner;
mod sound;
mod source;
mod strain;
mod supervisor;

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::sync::{mpsc, watch};

pub use self::config::{Config, Event, Showing, Stats};
use self::inner::Inner;
use crate::{
    MediaError,
    capture::{MicrophoneChoice, Still, VideoSource},
    output::{
        BroadcastState, PreviewFrame, RtmpTarget,
        rtmp::{AirPosition, Broadcast},
    },
    scene::{LipMeasure, LowerThird, Scene},
};

/// How long a stop may take.
const STOP: Duration = Duration::from_secs(3);

/// A running production. Everything can be changed while it is on air. Dropping it ends it; [`Pipeline::stop`] also waits for the end.
pub struct Pipeline {
    inner: Arc<Inner>,
}

impl Pipeline {
    /// Starts composing and encoding. Nothing is sent yet. `events` is never waited for: events that do not fit are left out.
    ///
    /// Call it inside a tokio runtime.
    ///
    /// # Errors
    /// [`MediaError::MissingPlugin`] names what to install; [`MediaError::BadSetting`]; [`MediaError::Build`].
    pub fn start(config: Config, events: mpsc::Sender<Event>) -> Result<Self, MediaError> {
        let inner = Inner::start(config, events)?;
        Ok(Self { inner })
    }

    /// Shows another source, without a break in what is sent: what is shown now stands until its first picture. A source that cannot
    /// be opened or fails later is told by [`Event::SourceLost`] and opened again and again; [`Event::Source`] tells what stands in.
    ///
    /// # Errors
    /// [`MediaError::Device`] when a file is not there: the old source stays.
    pub fn set_source(&self, source: VideoSource) -> Result<(), MediaError> {
        self.inner.set_source(source)
    }

    /// What was chosen.
    pub fn source(&self) -> VideoSource {
        self.inner.state.lock().source.wanted.clone()
    }

    /// What viewers see of it.
    pub fn showing(&self) -> Showing {
        self.inner.state.lock().source.showing()
    }

    /// Opens the chosen source now, if it is away.
    pub fn try_source(&self) {
        self.inner.try_source();
    }

    /// Another still, drawn in the background.
    ///
    /// # Errors
    /// [`MediaError::Build`] when the system gives no thread.
    pub fn set_still(&self, still: Still) -> Result<(), MediaError> {
        self.inner.set_still(still)
    }

    /// Why the composer or an encoder broke; `None` while all is well. Once there is a reason, it stays: stop this pipeline and
    /// start another. A latch rather than an event, so that nothing can crowd it out.
    pub fn failure(&self) -> watch::Receiver<Option<String>> {
        self.inner.failure.subscribe()
    }

    /// Breaks as if an element had failed, for tests of what follows.
    #[doc(hidden)]
    pub fn break_down(&self, reason: &str) {
        self.inner.break_down(reason);
    }

    /// Listens to another microphone. What becomes of it is told by [`Event::Microphone`] and [`Event::MicrophoneLost`].
    ///
    /// # Errors
    /// [`MediaError::Build`] when the system gives no thread.
    pub fn set_microphone(&self, choice: MicrophoneChoice) -> Result<(), MediaError> {
        self.inner.set_microphone(choice)
    }

    /// Mutes the microphone, or lets it be heard again. A file's own sound goes on.
    pub fn set_muted(&self, muted: bool) {
        self.inner.desk.muted.store(muted, Ordering::Relaxed);
    }

    /// Moves the microphone's sound against the camera's picture by `ms` (later when positive, at most 500 either way).
    pub fn set_sound_offset(&self, ms: i32) {
        self.inner.desk.microphone_sync.set_offset(ms);
    }

    /// As [`Pipeline::set_sound_offset`], in milliseconds.
    pub fn sound_offset(&self) -> i32 {
        self.inner.desk.microphone_sync.offset()
    }

    /// Whether the microphone is muted.
    pub fn is_muted(&self) -> bool {
        self.inner.desk.muted.load(Ordering::Relaxed)
    }

    /// Watches and listens for `time`: how much later a beep is heard than the flash of the same moment is seen. `None`: too few were seen
    /// or heard. One measurement at a time; another one begins anew.
    pub fn measure_sound(&self, time: Duration) -> impl Future<Output = Option<LipMeasure>> + Send + use<> {
        let test = self.inner.desk.lip_test.clone();
        async move {
            test.start();
            tokio::time::sleep(time).await;
            test.end()
        }
    }

    /// Shows a lower third, changes it, or lets it go.
    ///
    /// # Errors
    /// [`MediaError::MissingPlugin`], [`MediaError::Failed`] when it cannot be drawn: what was there stays.
    pub async fn set_lower_third(&self, card: Option<LowerThird>) -> Result<(), MediaError> {
        let inner = self.inner.clone();
        let shown = tokio::task::spawn_blocking(move || {
            let canvas = inner.config.video;
            let mut state = inner.scene.lock();
            let scene = Scene::new(canvas, card);
            inner.compositor.show(&scene)?;
            *state = scene;
            Ok(())
        });
        shown.await.map_err(|_| MediaError::Stopped)?
    }

    /// What is on the picture.
    pub fn scene(&self) -> Scene {
        self.inner.scene.lock().clone()
    }

    /// The newest picture of the preview, in a slot for one. Nothing is drawn while nobody holds a receiver.
    pub fn preview(&self) -> watch::Receiver<PreviewFrame> {
        self.inner.preview.subscribe()
    }

    /// Starts to publish, in place of any broadcast that runs. How it goes is told by [`Event::Broadcast`].
    pub fn start_broadcast(&self, target: RtmpTarget) {
        self.publish(target, false);
    }

    /// Goes on with a broadcast of a pipeline that broke: as [`Pipeline::start_broadcast`], but a server that still holds the
    /// stream of before is asked again.
    pub fn resume_broadcast(&self, target: RtmpTarget) {
        self.publish(target, true);
    }

    fn publish(&self, target: RtmpTarget, resumes: bool) {
        let shared = crate::output::rtmp::Shared::new();
        let stop = self.inner.stop.child_token();
        let (keys, pace) = (Arc::downgrade(&self.inner), Arc::downgrade(&self.inner));
        let broadcast = Broadcast {
            hub: self.inner.hub.clone(),
            info: self.inner.stream_info(),
            target,
            resumes,
            ask_for_key: Arc::new(move || {
                if let Some(inner) = keys.upgrade() {
                    inner.video.ask_for_key();
                }
            }),
            steer: Arc::new(move |to| {
                if let Some(inner) = pace.upgrade() {
                    inner.video.steer(to);
                }
            }),
            shared: shared.clone(),
            stop: stop.clone(),
        };
        let told = self.inner.tell_broadcast(&shared);
        let task = self.inner.runtime.spawn(broadcast.run());
        let before = self.inner.state.lock().broadcast.replace(inner::OnAir { shared, stop, task, told });
        if let Some(before) = before {
            before.stop.cancel();
        }
    }

    /// Stops publishing and says goodbye to the server. The preview goes on.
    pub async fn stop_broadcast(&self) {
        let running = self.inner.state.lock().broadcast.take();
        if let Some(running) = running {
            running.end(STOP).await;
        }
    }

    /// How the broadcast stands.
    pub fn broadcast(&self) -> BroadcastState {
        let state = self.inner.state.lock();
        state.broadcast.as_ref().map(|on_air| on_air.shared.subscribe().borrow().clone()).unwrap_or_default()
    }

    /// Where the picture that was composed last is on the server's timeline: what a pin that is made now belongs to. `None` unless
    /// publishing to a server that names its sessions.
    pub fn on_air(&self) -> Option<AirPosition> {
        let state = self.inner.state.lock();
        state.broadcast.as_ref()?.shared.position(self.inner.last_picture())
    }

    /// Records what is sent into an FLV file, from the next key frame on, in place of any recording that runs.
    pub fn start_recording(&self, path: PathBuf) {
        let stop = self.inner.stop.child_token();
        let (hub, info, stopped) = (self.inner.hub.clone(), self.inner.stream_info(), stop.clone());
        let task = self
            .inner
            .runtime
            .spawn(async move { crate::output::record::run(hub, info, &path, stopped).await });
        self.inner.video.ask_for_key();
        let before = self.inner.state.lock().recording.replace(inner::Recording { stop, task });
        if let Some(before) = before {
            before.stop.cancel();
        }
    }

    /// Ends the recording; gives the number of FLV tags written, 0 without one.
    ///
    /// # Errors
    /// [`MediaError::Device`] when the file could not be made or written.
    pub async fn stop_recording(&self) -> Result<u64, MediaError> {
        let running = self.inner.state.lock().recording.take();
        match running {
            None => Ok(0),
            Some(recording) => {
                recording.stop.cancel();
                recording.task.await.map_err(|_| MediaError::Stopped)?
            }
        }
    }

    /// Figures of this moment.
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// Ends everything and waits for it.
    pub async fn stop(self) {
        self.stop_broadcast().await;
        if let Err(error) = self.stop_recording().await {
            tracing::warn!(%error, "the recording is incomplete");
        }
        let inner = self.inner.clone();
        let ended = tokio::task::spawn_blocking(move || inner.end());
        if tokio::time::timeout(STOP, ended).await.is_err() {
            tracing::warn!("the pipeline did not end in time");
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.inner.end();
    }
}
