//! The mixer's thread, and the microphone's ups and downs.

use std::{
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use gstreamer::prelude::*;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{config::Event, inner::Inner};
#[cfg(feature = "capture")]
use crate::device::Device;
use crate::{
    MediaError,
    capture::MicrophoneChoice,
    encode::live::Audio,
    scene::{BLOCK, Desk, Mixer, RATE},
    time::Pts,
};

const STEP: Duration = Duration::from_millis(10);
#[cfg(feature = "capture")]
const FIRST_RETRY: Duration = Duration::from_secs(2);
#[cfg(feature = "capture")]
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// Starts to mix: as many samples as the pipeline's clock has come to, without a gap, whatever the devices do.
pub(super) fn start(
    pipeline: &gstreamer::Pipeline,
    audio: Audio,
    desk: &Desk,
    events: &mpsc::Sender<Event>,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, MediaError> {
    let (pipeline, events) = (pipeline.downgrade(), events.clone());
    let mut mixer = Mixer::new(desk.clone());
    let work = move || {
        let mut frames = 0u64;
        while !stop.is_cancelled() {
            let Some(pipeline) = pipeline.upgrade() else { return };
            let now = pipeline.current_running_time().map_or(0, gstreamer::ClockTime::nseconds);
            drop(pipeline);
            let (now, here) = (Pts::from_nanos(now), Instant::now());
            loop {
                let due = at(frames + BLOCK as u64);
                if due > now || stop.is_cancelled() || !mixer.is_ready(now.since(due)) {
                    break;
                }
                let heard_at = here.checked_sub(now.since(at(frames))).unwrap_or(here);
                let (block, levels) = mixer.block(heard_at);
                if let Err(error) = audio.push(at(frames), &block) {
                    tracing::debug!(%error, "the mixer ends");
                    return;
                }
                frames += BLOCK as u64;
                if let Some(levels) = levels {
                    let _ = events.try_send(Event::Levels { levels });
                }
            }
            std::thread::sleep(STEP);
        }
    };
    std::thread::Builder::new()
        .name("mixer".to_owned())
        .spawn(work)
        .map_err(|e| MediaError::build("thread", format!("mixer: {e}")))
}

/// The moment of a frame, exact over days.
fn at(frames: u64) -> Pts {
    let rate = u128::from(RATE);
    Pts::from_nanos((u128::from(frames) * 1_000_000_000 / rate) as u64)
}

#[cfg(feature = "capture")]
impl Inner {
    pub(super) fn set_microphone(self: &Arc<Self>, choice: MicrophoneChoice) -> Result<(), MediaError> {
        {
            let mut state = self.state.lock();
            state.microphone.choice = choice.clone();
            state.microphone.failures = 0;
        }
        if choice == MicrophoneChoice::None {
            self.tell(Event::Microphone { device: None });
        }
        self.open_microphone()
    }

    fn open_microphone(self: &Arc<Self>) -> Result<(), MediaError> {
        use crate::capture::microphone;
        let mut state = self.state.lock();
        let microphone = &mut state.microphone;
        microphone.turn += 1;
        (microphone.listening, microphone.open) = (None, None);
        let (turn, weak) = (microphone.turn, Arc::downgrade(self));
        let tell: microphone::Tell = Arc::new(move |news| {
            if let Some(inner) = weak.upgrade() {
                inner.microphone_news(turn, news);
            }
        });
        let frames = self.config.microphone_buffer_frames;
        microphone.listening =
            microphone::start(&microphone.choice, frames, &self.desk.microphone, &self.desk.lip_test, tell)?;
        Ok(())
    }

    fn microphone_news(self: &Arc<Self>, turn: u64, news: crate::capture::microphone::News) {
        use crate::capture::microphone::News;
        let mut state = self.state.lock();
        let microphone = &mut state.microphone;
        if microphone.turn != turn || self.stop.is_cancelled() {
            return;
        }
        match news {
            News::Opened(device) => {
                microphone.open = Some(device.clone());
                microphone.failures = 0;
                self.tell(Event::Microphone { device: Some(device) });
            }
            News::Lost(reason) => {
                (microphone.listening, microphone.open) = (None, None);
                microphone.failures += 1;
                let failures = microphone.failures;
                drop(state);
                self.desk.microphone.lock().clear();
                if failures == 1 {
                    tracing::warn!(reason, "microphone lost");
                    self.tell(Event::MicrophoneLost { reason });
                }
                self.retry_microphone(turn, failures);
            }
        }
    }

    fn retry_microphone(self: &Arc<Self>, turn: u64, failures: u32) {
        let pause = FIRST_RETRY.saturating_mul(1 << failures.saturating_sub(1).min(8)).min(LONGEST_RETRY);
        let (weak, stop) = (Arc::downgrade(self), self.stop.clone());
        self.runtime.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            let Some(inner) = weak.upgrade() else { return };
            if inner.state.lock().microphone.turn == turn
                && let Err(error) = inner.open_microphone()
            {
                tracing::warn!(%error, "the microphone cannot be tried again");
            }
        });
    }

    /// A microphone that is no longer listed is lost, even where its sound system plays another in its place; one that is back is
    /// opened at once.
    pub(super) fn microphones_changed(self: &Arc<Self>, listed: &[Device]) {
        use crate::capture::microphone::News;
        let mut state = self.state.lock();
        let microphone = &mut state.microphone;
        let turn = microphone.turn;
        let gone = microphone
            .open
            .as_ref()
            .is_some_and(|open| is_gone(&microphone.choice, open, &microphone.listed, listed));
        let back = microphone.listening.is_none()
            && match &microphone.choice {
                MicrophoneChoice::None => false,
                MicrophoneChoice::Default => !listed.is_empty(),
                MicrophoneChoice::Device { id } => listed.iter().any(|d| d.id == *id),
            };
        microphone.listed = listed.to_vec();
        drop(state);
        if gone {
            self.microphone_news(turn, News::Lost("it was unplugged".to_owned()));
        } else if back && let Err(error) = self.open_microphone() {
            tracing::warn!(%error, "the microphone did not come back");
        }
    }
}

/// Whether the open microphone was pulled out, by what was listed before and what is now. The default one may have a name
/// that is on no list (`alsa:default`): only one that was on it can leave it.
#[cfg(feature = "capture")]
fn is_gone(choice: &MicrophoneChoice, open: &Device, before: &[Device], now: &[Device]) -> bool {
    let listed = |list: &[Device]| list.iter().any(|device| device.id == open.id);
    !listed(now) && (*choice != MicrophoneChoice::Default || listed(before))
}

#[cfg(not(feature = "capture"))]
impl Inner {
    pub(super) fn set_microphone(self: &Arc<Self>, choice: MicrophoneChoice) -> Result<(), MediaError> {
        self.state.lock().microphone.choice = choice;
        self.tell(Event::Microphone { device: None });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "capture")]
    #[test]
    fn a_default_microphone_is_gone_only_when_it_leaves_the_list() {
        let device = |id: &str| Device { id: id.to_owned(), name: id.to_owned(), default: false };
        let card = |id: &str| MicrophoneChoice::Device { id: id.to_owned() };
        let (camera, usb, pulse) =
            (device("alsa:hw:CARD=Camera,DEV=0"), device("alsa:hw:CARD=USB,DEV=0"), device("pulseaudio:mic"));
        let both = [camera.clone(), usb.clone()];
        let default = MicrophoneChoice::Default;
        for nameless in ["alsa:default", "default", "pulseaudio:@DEFAULT_SOURCE@"] {
            let open = device(nameless);
            assert!(!is_gone(&default, &open, &both, &both[..1]), "{nameless}: another one was unplugged");
            assert!(!is_gone(&default, &open, &[], &both), "{nameless}: the first look");
        }
        assert!(
            is_gone(&default, &pulse, &[pulse.clone(), usb.clone()], std::slice::from_ref(&usb)),
            "itself"
        );
        assert!(!is_gone(&default, &pulse, &[], std::slice::from_ref(&usb)), "never on the list");
        assert!(is_gone(&card(&usb.id), &usb, &both, &both[..1]));
        assert!(is_gone(&card(&usb.id), &usb, &[], &both[..1]), "a chosen one is known to be listed");
        assert!(!is_gone(&card(&camera.id), &camera, &both, &both[..1]));
    }

    #[test]
    fn sample_times_do_not_drift_over_days() {
        let three_days = u64::from(RATE) * 3 * 86_400;
        assert_eq!(at(three_days), Pts::from_millis(3 * 86_400_000));
        assert_eq!(at(960), Pts::from_millis(20));
    }
}
