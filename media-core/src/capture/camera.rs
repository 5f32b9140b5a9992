//! A camera, behind a trait of our own: drivers block without a time-out, so each camera has a thread that may be left
//! behind, and a second one that watches it. Whoever started it starts it again.

#[cfg(feature = "capture")]
mod nokhwa;
#[cfg(feature = "capture")]
mod platform;

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

#[cfg(feature = "capture")]
pub(crate) use self::nokhwa::FORMATS;
use super::{Door, Frame, Lost, spawn};
use crate::{MediaError, format::VideoFormat};

/// A camera that has not delivered for so long is lost.
const SILENT: Duration = Duration::from_millis(1500);
/// Opening a camera and its first picture may take longer.
const FIRST: Duration = Duration::from_secs(8);
/// So many pictures in a row may be broken: a cable that is touched spoils one, and opening the camera again takes longer.
const BROKEN: u32 = 5;
/// A camera is asked for a picture for so long at a time, and let go of in between.
const STEP: Duration = Duration::from_millis(100);
/// A camera that is lost has so long to let go of its device before it is tried again.
const LET_GO: Duration = Duration::from_millis(500);
/// A driver that fails at once is not asked more often.
const PAUSE: Duration = Duration::from_millis(20);

/// A way to open cameras.
pub trait Cameras: Send + Sync + 'static {
    /// Opens the camera with exactly this id in the format nearest to `wish`, never another one. May block.
    ///
    /// # Errors
    /// A sentence for people.
    fn open(&self, id: &str, wish: VideoFormat) -> Result<Box<dyn Camera>, String>;
}

/// An open camera. Made, used and dropped on one thread.
pub trait Camera {
    /// The next picture; nothing when none came `within` this time. While this waits the device cannot be closed and opened
    /// again, so it should not wait longer; a driver that does is left behind.
    ///
    /// # Errors
    /// A sentence for people. One that fails again and again is closed.
    fn frame(&mut self, within: Duration) -> Result<Option<Frame>, String>;
}

/// The cameras of this machine.
pub(crate) fn system() -> Arc<dyn Cameras> {
    #[cfg(feature = "capture")]
    return Arc::new(nokhwa::Nokhwa);
    #[cfg(not(feature = "capture"))]
    return Arc::new(NoCameras);
}

#[cfg(not(feature = "capture"))]
struct NoCameras;

#[cfg(not(feature = "capture"))]
impl Cameras for NoCameras {
    fn open(&self, _: &str, _: VideoFormat) -> Result<Box<dyn Camera>, String> {
        Err("this program was built without cameras".to_owned())
    }
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
#[cfg_attr(not(feature = "capture"), expect(dead_code, reason = "no camera offers any"))]
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
pub(crate) fn start(
    cameras: Arc<dyn Cameras>,
    id: &str,
    wish: VideoFormat,
    door: &Door,
    lost: Lost,
) -> Result<(), MediaError> {
    let (pictures, received) = sync_channel(1);
    let id = id.to_owned();
    spawn("camera", {
        let door = door.clone();
        move || capture(&*cameras, &id, wish, &door, &pictures)
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
                    break format!("no picture for {} seconds", patience.as_secs_f32());
                }
                Err(RecvTimeoutError::Disconnected) => break "its driver gave up".to_owned(),
            }
        };
        if door.is_open() {
            door.close();
            await_letting_go(&received);
            lost(reason);
        }
    })
}

/// Waits until the camera's thread has dropped it, or is not going to.
fn await_letting_go(received: &Receiver<Result<Frame, String>>) {
    let end = Instant::now() + LET_GO;
    while received.recv_timeout(end.saturating_duration_since(Instant::now())).is_ok() {}
}

fn capture(
    cameras: &dyn Cameras,
    id: &str,
    wish: VideoFormat,
    door: &Door,
    pictures: &SyncSender<Result<Frame, String>>,
) {
    let mut camera = match cameras.open(id, wish) {
        Ok(camera) => camera,
        Err(reason) => return drop(pictures.send(Err(reason))),
    };
    let mut broken = 0;
    while door.is_open() {
        let frame = match camera.frame(STEP) {
            Ok(None) => continue,
            Ok(Some(frame)) => whole(frame),
            Err(reason) => Err(reason),
        };
        broken = if frame.is_ok() { 0 } else { broken + 1 };
        match frame {
            Ok(frame) => match pictures.try_send(Ok(frame)) {
                Ok(()) | Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => return,
            },
            Err(reason) if broken < BROKEN => {
                tracing::debug!(camera = id, reason, "a broken picture");
                std::thread::sleep(PAUSE);
            }
            Err(reason) => return drop(pictures.send(Err(reason))),
        }
    }
}

/// Refuses a picture that is less than it says.
fn whole(frame: Frame) -> Result<Frame, String> {
    let Frame { pixels, width, height, .. } = frame;
    match pixels.bytes(width, height) {
        None => Err(format!("its pictures have an impossible size, {width} by {height}")),
        Some(bytes) if frame.data.len() < bytes => Err("its pictures are incomplete".to_owned()),
        Some(_) => Ok(frame),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    };

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

    /// Delivers `good` pictures, each followed by `broken` ones, then fails or hangs.
    #[derive(Clone, Copy)]
    struct Fake {
        good: usize,
        broken: u32,
        hangs: bool,
        bytes: usize,
    }

    const FAKE: Fake = Fake { good: 8, broken: 0, hangs: false, bytes: 4096 };

    struct Open(Fake, u32);

    fn gray(data: Vec<u8>) -> Frame {
        Frame { pixels: Pixels::Gray, width: 64, height: 64, data, color: None, seen: None }
    }

    /// A device that only one can hold, and whose pictures stop after a few.
    #[derive(Clone, Default)]
    struct Exclusive(Arc<AtomicBool>);

    struct Held(Exclusive, u32);

    impl Cameras for Exclusive {
        fn open(&self, _: &str, _: VideoFormat) -> Result<Box<dyn Camera>, String> {
            if self.0.swap(true, Ordering::SeqCst) {
                return Err("Device or resource busy (os error 16)".into());
            }
            Ok(Box::new(Held(self.clone(), 5)))
        }
    }

    impl Camera for Held {
        fn frame(&mut self, within: Duration) -> Result<Option<Frame>, String> {
            if self.1 == 0 {
                std::thread::sleep(within);
                return Ok(None);
            }
            self.1 -= 1;
            std::thread::sleep(Duration::from_millis(5));
            Ok(Some(gray(vec![0; 4096])))
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            self.0.0.store(false, Ordering::SeqCst);
        }
    }

    impl Cameras for Fake {
        fn open(&self, id: &str, _: VideoFormat) -> Result<Box<dyn Camera>, String> {
            if id == "gone" { Err("no such camera".into()) } else { Ok(Box::new(Open(*self, 0))) }
        }
    }

    impl Camera for Open {
        fn frame(&mut self, _: Duration) -> Result<Option<Frame>, String> {
            std::thread::sleep(Duration::from_millis(5));
            if self.1 > 0 {
                self.1 -= 1;
                return Err("a broken picture".into());
            }
            if self.0.good > 0 {
                (self.0.good, self.1) = (self.0.good - 1, self.0.broken);
                let data = vec![0; self.0.bytes];
                return Ok(Some(gray(data)));
            }
            if self.0.hangs {
                std::thread::sleep(Duration::from_secs(60));
            }
            Err("unplugged".into())
        }
    }

    fn run(fake: impl Cameras, id: &str) -> (usize, String) {
        let (seen, pictures) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let door = Door::new(Arc::new(move |picture: Picture| drop(seen.send(picture))));
        let lost: Lost = Arc::new(move |reason| drop(tell.send(reason)));
        start(Arc::new(fake), id, VideoFormat::SMALL, &door, lost).unwrap();
        let reason = told.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(!door.is_open());
        (pictures.try_iter().count(), reason)
    }

    #[test]
    fn a_camera_that_is_pulled_out_is_reported_with_the_drivers_words() {
        let (pictures, reason) = run(FAKE, "x");
        assert!((4..=8).contains(&pictures), "{pictures}");
        assert_eq!(reason, "unplugged");
    }

    #[test]
    fn a_camera_that_hangs_is_left_behind() {
        let (_, reason) = run(Fake { hangs: true, ..FAKE }, "x");
        assert_eq!(reason, "no picture for 1.5 seconds");
    }

    #[test]
    fn a_camera_that_stalls_is_let_go_of_and_can_be_opened_again() {
        let camera = Exclusive::default();
        for _ in 0..2 {
            let (pictures, reason) = run(camera.clone(), "x");
            assert_eq!(reason, "no picture for 1.5 seconds");
            assert!(pictures > 0);
        }
        assert!(!camera.0.load(Ordering::SeqCst), "it is nobody's");
    }

    #[test]
    fn a_camera_that_is_not_there_is_reported() {
        assert_eq!(run(FAKE, "gone").1, "no such camera");
    }

    #[test]
    fn a_few_broken_pictures_are_left_out() {
        let (pictures, reason) = run(Fake { broken: BROKEN - 1, ..FAKE }, "x");
        assert!((4..=8).contains(&pictures), "{pictures}");
        assert_eq!(reason, "unplugged");
    }

    #[test]
    fn a_camera_whose_pictures_are_all_incomplete_is_lost() {
        let (pictures, reason) = run(Fake { good: 100, bytes: 4095, ..FAKE }, "x");
        assert_eq!((pictures, reason.as_str()), (0, "its pictures are incomplete"));
    }

    #[test]
    fn a_size_that_no_picture_has_is_refused() {
        let frame = |pixels, width, height| Frame {
            pixels,
            width,
            height,
            data: vec![0; 64],
            color: None,
            seen: None,
        };
        for (pixels, width, height) in [
            (Pixels::Gray, 0, 8),
            (Pixels::Rgb, 1, 4),
            (Pixels::Yuy2, 3, 4),
            (Pixels::Nv12, 4, 3),
            (Pixels::Ayuv, u32::MAX, u32::MAX),
        ] {
            assert!(whole(frame(pixels, width, height)).is_err(), "{pixels:?} {width}x{height}");
        }
        assert!(whole(frame(Pixels::Nv12, 4, 4)).is_ok());
    }
}
