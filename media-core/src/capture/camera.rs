//! A camera, behind a trait of our own: drivers block without a time-out, so each camera has a thread that may be left
//! behind, and a second one that watches it.

mod nokhwa;

use std::{
    sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    time::Duration,
};

pub(crate) use self::nokhwa::{FORMATS, Nokhwa};
use super::{Door, Frame, Lost, spawn};
use crate::{MediaError, format::VideoFormat};

/// A camera that has not delivered for so long is lost.
const SILENT: Duration = Duration::from_secs(3);
/// Opening a camera and its first picture may take longer.
const FIRST: Duration = Duration::from_secs(8);

/// Attempts to open a camera, and the pause between them.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);

/// A way to open cameras.
pub(crate) trait Cameras: Send + 'static {
    type Camera: Camera;

    /// Opens a camera in the format nearest to `wish`. May block.
    fn open(&self, id: &str, wish: VideoFormat) -> Result<Self::Camera, String>;
}

/// An open camera. Made, used and dropped on one thread.
pub(crate) trait Camera {
    /// The next picture. May block for ever.
    fn frame(&mut self) -> Result<Frame, String>;
}

/// A format that a camera offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offer {
    width: u32,
    height: u32,
    fps: u32,
    compressed: bool,
}

/// The place of the best offer for `wish`: enough frames first, then the nearest size (rather larger than smaller), then pictures
/// that need no decompressing.
fn choose(offers: &[Offer], wish: VideoFormat) -> Option<usize> {
    let fps = wish.fps.as_f64();
    let cost = |offer: &Offer| {
        let missing = (fps - f64::from(offer.fps)).max(0.0) / fps;
        let surplus = (f64::from(offer.fps) - fps).max(0.0) / fps;
        let wanted = f64::from(wish.width) * f64::from(wish.height);
        let pixels = f64::from(offer.width) * f64::from(offer.height);
        let size =
            if pixels < wanted { 2.0 * (1.0 - pixels / wanted) } else { 0.5 * (pixels / wanted - 1.0) };
        missing * 4.0 + surplus * 0.1 + size + if offer.compressed { 0.05 } else { 0.0 }
    };
    (0..offers.len()).min_by(|a, b| cost(&offers[*a]).total_cmp(&cost(&offers[*b])))
}

/// Captures from the camera `id` into `door` until the door closes or the camera is lost.
pub(crate) fn start<C: Cameras>(
    cameras: C,
    id: &str,
    wish: VideoFormat,
    door: &Door,
    lost: Lost,
) -> Result<(), MediaError> {
    let (pictures, received) = sync_channel(1);
    let id = id.to_owned();
    spawn("camera", {
        let door = door.clone();
        move || capture(&cameras, &id, wish, &door, &pictures)
    })?;
    let door = door.clone();
    spawn("camera-watch", move || {
        let mut patience = FIRST;
        let reason = loop {
            match received.recv_timeout(patience) {
                Ok(Ok(frame)) => {
                    if !door.push(frame) {
                        return;
                    }
                    patience = SILENT;
                }
                Ok(Err(reason)) => break reason,
                Err(RecvTimeoutError::Timeout) => {
                    break format!("no picture for {} seconds", patience.as_secs());
                }
                Err(RecvTimeoutError::Disconnected) => break "its driver gave up".to_owned(),
            }
        };
        if door.is_open() {
            door.close();
            lost(reason);
        }
    })
}

fn capture<C: Cameras>(
    cameras: &C,
    id: &str,
    wish: VideoFormat,
    door: &Door,
    pictures: &SyncSender<Result<Frame, String>>,
) {
    let mut attempt = 1;
    let mut camera = loop {
        match cameras.open(id, wish) {
            Ok(camera) => break camera,
            // its last use may not be over yet
            Err(_) if attempt < ATTEMPTS && door.is_open() => {
                attempt += 1;
                std::thread::sleep(PAUSE);
            }
            Err(reason) => {
                let _ = pictures.send(Err(reason));
                return;
            }
        }
    };
    while door.is_open() {
        match camera.frame() {
            Ok(frame) => match pictures.try_send(Ok(frame)) {
                Ok(()) | Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => return,
            },
            Err(reason) => {
                let _ = pictures.send(Err(reason));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::capture::{Picture, Pixels};

    const fn offer(width: u32, height: u32, fps: u32, compressed: bool) -> Offer {
        Offer { width, height, fps, compressed }
    }

    #[test]
    fn a_compressed_format_wins_where_raw_pictures_come_too_slowly() {
        let offers = [offer(1280, 720, 10, false), offer(1280, 720, 30, true), offer(640, 360, 30, false)];
        assert_eq!(choose(&offers, VideoFormat::HD), Some(1));
    }

    #[test]
    fn raw_pictures_win_where_both_are_quick_enough() {
        let offers = [offer(640, 360, 30, true), offer(640, 360, 30, false), offer(1920, 1080, 30, false)];
        assert_eq!(choose(&offers, VideoFormat::SMALL), Some(1));
    }

    #[test]
    fn nothing_is_chosen_from_nothing() {
        assert_eq!(choose(&[], VideoFormat::HD), None);
    }

    /// Delivers `good` pictures, then fails or hangs.
    struct Fake {
        good: usize,
        hangs: bool,
    }

    impl Cameras for Fake {
        type Camera = Self;

        fn open(&self, id: &str, _: VideoFormat) -> Result<Self, String> {
            if id == "gone" { Err("no such camera".into()) } else { Ok(Self { ..*self }) }
        }
    }

    impl Camera for Fake {
        fn frame(&mut self) -> Result<Frame, String> {
            std::thread::sleep(Duration::from_millis(5));
            if self.good > 0 {
                self.good -= 1;
                return Ok(Frame {
                    pixels: Pixels::Gray,
                    width: 64,
                    height: 64,
                    data: vec![0; 4096],
                    color: None,
                    seen: None,
                });
            }
            if self.hangs {
                std::thread::sleep(Duration::from_secs(60));
            }
            Err("unplugged".into())
        }
    }

    fn run(fake: Fake, id: &str) -> (usize, String) {
        let (seen, pictures) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let door = Door::new(Arc::new(move |picture: Picture| drop(seen.send(picture))));
        let lost: Lost = Arc::new(move |reason| drop(tell.send(reason)));
        start(fake, id, VideoFormat::SMALL, &door, lost).unwrap();
        let reason = told.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(!door.is_open());
        (pictures.try_iter().count(), reason)
    }

    #[test]
    fn a_camera_that_is_pulled_out_is_reported_with_the_drivers_words() {
        let (pictures, reason) = run(Fake { good: 8, hangs: false }, "x");
        assert!((4..=8).contains(&pictures), "{pictures}");
        assert_eq!(reason, "unplugged");
    }

    #[test]
    fn a_camera_that_hangs_is_left_behind() {
        let (_, reason) = run(Fake { good: 3, hangs: true }, "x");
        assert_eq!(reason, "no picture for 3 seconds");
    }

    #[test]
    fn a_camera_that_is_not_there_is_reported() {
        assert_eq!(run(Fake { good: 0, hangs: false }, "gone").1, "no such camera");
    }
}
