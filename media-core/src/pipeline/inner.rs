//! The parts of a pipeline and how they follow each other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use gstreamer::prelude::*;
use parking_lot::Mutex;
use tokio::{
    runtime,
    sync::{Notify, mpsc, watch},
    task,
};
use tokio_util::sync::CancellationToken;

use super::{
    config::{Config, Event, Stats},
    sound,
    source::{Source, StillSlot},
    strain,
};
use crate::{
    MediaError,
    capture::MicrophoneChoice,
    device::Device,
    encode::live::{Audio, Encoded, Video, VideoSettings},
    gst,
    output::{
        self, Hub, PreviewFrame, PreviewSlot,
        rtmp::{self, BroadcastState, BroadcastStats},
        tags::StreamInfo,
    },
    scene::{Compositor, Desk, Scene},
    time::Pts,
};

const CHAIN: &str = "pipeline";

pub(super) struct Inner {
    pub config: Config,
    pub events: mpsc::Sender<Event>,
    pub runtime: runtime::Handle,
    pub stop: CancellationToken,
    pub compositor: Compositor,
    pub video: Video,
    pub desk: Desk,
    pub hub: Arc<Hub>,
    pub preview: PreviewSlot,
    /// Why the pipeline broke: the first reason, kept.
    pub failure: watch::Sender<Option<String>>,
    /// Wakes the supervision of the source.
    pub sources: Arc<Notify>,
    pub still: StillSlot,
    pub scene: Mutex<Scene>,
    pub state: Mutex<State>,
    pipeline: gstreamer::Pipeline,
    clock: Arc<PictureClock>,
    mixer: Mutex<Option<JoinHandle<()>>>,
}

pub(super) struct State {
    pub source: Source,
    pub microphone: Microphone,
    pub broadcast: Option<OnAir>,
    pub recording: Option<Recording>,
    pub last_broadcast: BroadcastStats,
    #[cfg(feature = "capture")]
    pub watch: Option<crate::device::Watch>,
}

#[cfg_attr(not(feature = "capture"), expect(dead_code, reason = "without microphones nothing is opened"))]
pub(super) struct Microphone {
    pub choice: MicrophoneChoice,
    pub open: Option<Device>,
    /// What was plugged in at the last look.
    pub listed: Vec<Device>,
    pub turn: u64,
    /// Failures since it was last heard.
    pub failures: u32,
    #[cfg(feature = "capture")]
    pub listening: Option<crate::capture::microphone::Listening>,
}

pub(super) struct OnAir {
    pub shared: Arc<rtmp::Shared>,
    pub stop: CancellationToken,
    pub task: task::JoinHandle<()>,
    pub told: task::JoinHandle<()>,
}

pub(super) struct Recording {
    pub stop: CancellationToken,
    pub task: task::JoinHandle<Result<u64, MediaError>>,
}

/// Follows the pictures on their way into the encoder.
struct PictureClock {
    frame: Duration,
    last: AtomicU64,
    frames: AtomicU64,
    skipped: AtomicU64,
}

impl PictureClock {
    fn handed_in(&self, pts: Pts) {
        let last = Pts::from_nanos(self.last.swap(pts.as_nanos(), Ordering::Relaxed));
        if self.frames.fetch_add(1, Ordering::Relaxed) > 0 {
            let steps = (pts.since(last).as_secs_f64() / self.frame.as_secs_f64()).round() as u64;
            self.skipped.fetch_add(steps.saturating_sub(1), Ordering::Relaxed);
        }
    }
}

impl OnAir {
    pub(super) async fn end(self, patience: Duration) {
        self.stop.cancel();
        let (task, told) = (self.task, self.told);
        let ended = async move {
            let _ = task.await;
            let _ = told.await;
        };
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!("the broadcast did not end in time");
        }
    }
}

impl Inner {
    pub(super) fn start(config: Config, events: mpsc::Sender<Event>) -> Result<Arc<Self>, MediaError> {
        config.check()?;
        crate::encode::probe::live()?;
        let runtime = runtime::Handle::try_current().map_err(|e| MediaError::build(CHAIN, e))?;
        let pipeline = gstreamer::Pipeline::new();
        pipeline.use_clock(Some(&gstreamer::SystemClock::obtain()));
        let hub = Arc::new(Hub::default());
        let taker: Arc<dyn Fn(Encoded) + Send + Sync> = {
            let hub = hub.clone();
            Arc::new(move |encoded| hub.take(encoded))
        };
        let clock = Arc::new(PictureClock {
            frame: config.video.fps.frame(),
            last: AtomicU64::new(0),
            frames: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        });
        let compositor = Compositor::add_to(&pipeline, config.video)?;
        let settings = VideoSettings {
            preset: config.preset,
            bitrate: config.video_bitrate,
            key_interval: config.key_interval,
        };
        let handed_in = {
            let clock = clock.clone();
            move |pts| clock.handed_in(pts)
        };
        let video = Video::add_to(&pipeline, &compositor.program, settings, handed_in, taker.clone())?;
        let audio = Audio::add_to(&pipeline, config.audio_bitrate, taker)?;
        let preview = PreviewSlot::new(PreviewFrame::default());
        output::preview::add_to(
            &pipeline,
            &compositor.program,
            config.video,
            config.preview,
            preview.clone(),
        )?;

        let desk = Desk::new(config.muted);
        desk.microphone_sync.set_offset(config.sound_offset_ms);
        let sources = Arc::new(Notify::new());
        let state = State {
            source: Source::new(sources.clone()),
            microphone: Microphone {
                choice: MicrophoneChoice::None,
                open: None,
                listed: Vec::new(),
                turn: 0,
                failures: 0,
                #[cfg(feature = "capture")]
                listening: None,
            },
            broadcast: None,
            recording: None,
            last_broadcast: BroadcastStats::default(),
            #[cfg(feature = "capture")]
            watch: None,
        };
        let inner = Arc::new(Self {
            scene: Mutex::new(Scene::new(config.video, None)),
            config,
            events,
            runtime,
            stop: CancellationToken::new(),
            compositor,
            video,
            desk,
            hub,
            preview,
            failure: watch::Sender::new(None),
            sources,
            still: StillSlot::default(),
            state: Mutex::new(state),
            pipeline,
            clock,
            mixer: Mutex::new(None),
        });
        inner.listen_to_bus()?;
        inner.pipeline.set_state(gstreamer::State::Playing).map_err(|e| MediaError::build(CHAIN, e))?;
        *inner.mixer.lock() =
            Some(sound::start(&inner.pipeline, audio, &inner.desk, &inner.events, inner.stop.clone())?);
        inner.set_still(inner.config.still.clone())?;
        inner.choose(inner.config.source.clone());
        inner.supervise();
        inner.set_microphone(inner.config.microphone.clone())?;
        #[cfg(feature = "capture")]
        inner.watch_devices()?;
        strain::watch(&inner);
        Ok(inner)
    }

    fn listen_to_bus(self: &Arc<Self>) -> Result<(), MediaError> {
        let bus = self.pipeline.bus().ok_or_else(|| MediaError::build(CHAIN, "no bus"))?;
        let failure = self.failure.clone();
        bus.set_sync_handler(move |_, message| {
            match message.view() {
                gstreamer::MessageView::Error(error) => {
                    let reason = gst::sentence(error);
                    tracing::error!(reason, "the pipeline failed");
                    // the first is the cause, what follows are its consequences
                    failure.send_if_modified(|known| {
                        let first = known.is_none();
                        known.get_or_insert(reason);
                        first
                    });
                }
                gstreamer::MessageView::Warning(warning) => {
                    tracing::warn!(warning = %warning.error(), "pipeline");
                }
                _ => {}
            }
            gstreamer::BusSyncReply::Drop
        });
        Ok(())
    }

    /// Posts an error of an element, as if one had failed.
    pub(super) fn break_down(&self, reason: &str) {
        gstreamer::element_error!(self.pipeline, gstreamer::CoreError::Failed, ("{reason}"));
    }

    pub(super) fn tell(&self, event: Event) {
        if let Err(error) = self.events.try_send(event) {
            tracing::debug!(%error, "an event was left out");
        }
    }

    #[cfg(feature = "capture")]
    fn watch_devices(self: &Arc<Self>) -> Result<(), MediaError> {
        if !self.config.watch_devices {
            return Ok(());
        }
        let weak = Arc::downgrade(self);
        let watch = crate::device::watch(move |devices| {
            let Some(inner) = weak.upgrade() else { return };
            inner.cameras_changed(&devices.cameras);
            inner.microphones_changed(&devices.microphones);
            inner.tell(Event::Devices { devices });
        })?;
        self.state.lock().watch = Some(watch);
        Ok(())
    }

    pub(super) fn last_picture(&self) -> Pts {
        Pts::from_nanos(self.clock.last.load(Ordering::Relaxed))
    }

    pub(super) fn stream_info(&self) -> StreamInfo {
        StreamInfo {
            video: self.config.video,
            video_bitrate: self.config.video_bitrate,
            audio_bitrate: self.config.audio_bitrate,
        }
    }

    /// Hands a broadcast's states on as events.
    pub(super) fn tell_broadcast(&self, shared: &rtmp::Shared) -> task::JoinHandle<()> {
        let mut states = shared.subscribe();
        let events = self.events.clone();
        states.mark_changed();
        self.runtime.spawn(async move {
            while states.changed().await.is_ok() {
                let broadcast = states.borrow_and_update().clone();
                let over = matches!(broadcast, BroadcastState::Off | BroadcastState::Refused { .. });
                if events.send(Event::Broadcast { broadcast }).await.is_err() || over {
                    return;
                }
            }
        })
    }

    pub(super) fn stats(&self) -> Stats {
        let mut state = self.state.lock();
        if let Some(stats) = state.broadcast.as_ref().map(|on_air| on_air.shared.stats()) {
            state.last_broadcast = stats;
        }
        Stats {
            frames: self.clock.frames.load(Ordering::Relaxed),
            sound_gaps: self.desk.microphone.lock().gaps(),
            skipped_frames: self.clock.skipped.load(Ordering::Relaxed),
            broadcast: state.last_broadcast,
        }
    }

    /// Ends threads and elements. May be called twice.
    pub(super) fn end(&self) {
        self.stop.cancel();
        {
            let mut state = self.state.lock();
            state.source.running = None;
            #[cfg(feature = "capture")]
            {
                state.watch = None;
                state.microphone.listening = None;
            }
        }
        let mixer = self.mixer.lock().take();
        if let Some(Err(_)) = mixer.map(JoinHandle::join) {
            tracing::error!("the mixer had panicked");
        }
        if let Err(error) = self.pipeline.set_state(gstreamer::State::Null) {
            tracing::warn!(%error, "the pipeline did not stop");
        }
    }
}
