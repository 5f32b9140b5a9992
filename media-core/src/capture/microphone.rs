//! A microphone through cpal, on a thread of its own that may be left behind: a sound server that dies can hold the call that
//! closes its stream for ever.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use cpal::{
    BufferSize, FromSample, Sample, SampleFormat, SizedSample, StreamConfig, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use parking_lot::Mutex;

use super::{MicrophoneChoice, spawn};
use crate::{
    MediaError,
    device::{Device, is_monitor, sound},
    scene::{lip_test::LipTest, strip::Strip},
};

/// A microphone from which nothing was heard for so long is lost. Its system says nothing when it is pulled out.
const SILENT: Duration = Duration::from_secs(1);
/// The first sound may take longer.
const FIRST: Duration = Duration::from_secs(4);
/// From the first call to the first sound.
const OPENING: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_millis(100);

/// What a microphone tells about itself.
pub(crate) enum News {
    Opened(Device),
    Lost(String),
}

pub(crate) type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// A microphone that is on. Dropping it ends the sound at once, and the thread when the driver lets it.
pub(crate) struct Listening {
    stop: Arc<AtomicBool>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// Opens the chosen microphone in the background. `None` has no microphone.
pub(crate) fn start(
    choice: &MicrophoneChoice,
    buffer_frames: u32,
    strip: &Arc<Mutex<Strip>>,
    test: &Arc<LipTest>,
    tell: Tell,
) -> Result<Option<Listening>, MediaError> {
    strip.lock().clear();
    if *choice == MicrophoneChoice::None {
        return Ok(None);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (choice, strip, test, stopped) = (choice.clone(), strip.clone(), test.clone(), stop.clone());
    let opening = Arc::new(Opening::default());
    mind(opening.clone(), stop.clone(), OPENING, tell.clone())?;
    spawn("microphone", move || {
        let heard = listen(&choice, buffer_frames, (&strip, &test), &stopped, &opening, &tell);
        // One that was given up has been told of.
        if let Err(reason) = heard
            && (opening.is_mine() || opening.has_opened())
            && !stopped.load(Ordering::Acquire)
        {
            tell(News::Lost(reason));
        }
    })?;
    Ok(Some(Listening { stop }))
}

/// Whether an opening came to its end, or was given up: whoever is first says which.
#[derive(Default)]
struct Opening(AtomicU8);

impl Opening {
    const OVER: u8 = 1;
    const GIVEN_UP: u8 = 2;

    /// It came to its end.
    fn is_mine(&self) -> bool {
        self.end(Self::OVER)
    }

    fn give_up(&self) -> bool {
        self.end(Self::GIVEN_UP)
    }

    fn end(&self, how: u8) -> bool {
        self.0.compare_exchange(0, how, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn has_opened(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::OVER
    }

    fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}

/// Watches over an opening from outside: the calls that open a microphone may never return.
fn mind(
    opening: Arc<Opening>,
    stop: Arc<AtomicBool>,
    within: Duration,
    tell: Tell,
) -> Result<(), MediaError> {
    spawn("microphone-opening", move || {
        let end = Instant::now() + within;
        while !opening.is_over() && !stop.load(Ordering::Acquire) {
            if Instant::now() >= end {
                if opening.give_up() {
                    stop.store(true, Ordering::Release);
                    tell(News::Lost(format!("no sound for {} seconds", within.as_secs())));
                }
                return;
            }
            std::thread::sleep(LOOK);
        }
    })
}

/// Shared with the driver's callbacks.
struct Ear {
    strip: Arc<Mutex<Strip>>,
    test: Arc<LipTest>,
    stop: Arc<AtomicBool>,
    heard: AtomicU64,
    failure: Mutex<Option<String>>,
}

fn listen(
    choice: &MicrophoneChoice,
    buffer_frames: u32,
    (strip, test): (&Arc<Mutex<Strip>>, &Arc<LipTest>),
    stop: &Arc<AtomicBool>,
    opening: &Opening,
    tell: &Tell,
) -> Result<(), String> {
    let host = sound::host().ok_or("there is no microphone")?;
    let device = match choice {
        MicrophoneChoice::Device { id } => {
            id.parse().ok().and_then(|id| host.device_by_id(&id)).ok_or("it is not plugged in")?
        }
        _ => host.default_input_device().ok_or("there is no microphone")?,
    };
    let id = device.id().map_err(|e| e.to_string())?.to_string();
    if *choice == MicrophoneChoice::Default && is_monitor(&id) {
        return Err("there is no microphone".to_owned());
    }
    let name = device.description().map(|d| d.name().to_owned()).unwrap_or_else(|_| id.clone());
    let supported = config(&device)?;
    let ear = Arc::new(Ear {
        strip: strip.clone(),
        test: test.clone(),
        stop: stop.clone(),
        heard: AtomicU64::new(0),
        failure: Mutex::new(None),
    });
    let stream = open(&device, &supported, BufferSize::Fixed(buffer_frames), &ear)
        .or_else(|_| open(&device, &supported, BufferSize::Default, &ear))?;
    // Returns with the first sound, which may never come.
    stream.play().map_err(|e| e.to_string())?;
    if !opening.is_mine() {
        return Ok(());
    }
    tracing::info!(microphone = id, config = ?supported, "microphone opened");
    tell(News::Opened(Device { id, name, default: *choice == MicrophoneChoice::Default }));
    watch(&ear)
}

/// Returns when told to stop; with the reason when the microphone is lost.
fn watch(ear: &Ear) -> Result<(), String> {
    let mut seen = (0, Instant::now());
    while !ear.stop.load(Ordering::Acquire) {
        std::thread::sleep(LOOK);
        if let Some(reason) = ear.failure.lock().take() {
            return Err(reason);
        }
        let heard = ear.heard.load(Ordering::Relaxed);
        if heard != seen.0 {
            seen = (heard, Instant::now());
        }
        let patience = if heard == 0 { FIRST } else { SILENT };
        if seen.1.elapsed() > patience {
            return Err(format!("no sound for {} seconds", patience.as_secs()));
        }
    }
    Ok(())
}

/// The device's own favourite where we can read it, else the first that we can.
fn config(device: &cpal::Device) -> Result<SupportedStreamConfig, String> {
    let readable =
        |format: SampleFormat| matches!(format, SampleFormat::F32 | SampleFormat::I16 | SampleFormat::I32);
    let favourite = device.default_input_config().map_err(|e| e.to_string())?;
    if readable(favourite.sample_format()) {
        return Ok(favourite);
    }
    let mut others = device.supported_input_configs().map_err(|e| e.to_string())?;
    let other = others.find(|c| readable(c.sample_format())).ok_or("it speaks no known sample format")?;
    let rate = 48_000.clamp(other.min_sample_rate(), other.max_sample_rate());
    Ok(other.with_sample_rate(rate))
}

fn open(
    device: &cpal::Device,
    supported: &SupportedStreamConfig,
    buffer: BufferSize,
    ear: &Arc<Ear>,
) -> Result<cpal::Stream, String> {
    let mut config = supported.config();
    config.buffer_size = buffer;
    match supported.sample_format() {
        SampleFormat::F32 => build::<f32>(device, config, ear),
        SampleFormat::I16 => build::<i16>(device, config, ear),
        SampleFormat::I32 => build::<i32>(device, config, ear),
        other => Err(format!("it speaks {other}")),
    }
}

fn build<T>(device: &cpal::Device, config: StreamConfig, ear: &Arc<Ear>) -> Result<cpal::Stream, String>
where
    T: SizedSample + Send + 'static,
    f32: FromSample<T>,
{
    let (channels, rate) = (config.channels, config.sample_rate);
    let (hears, fails) = (ear.clone(), ear.clone());
    let mut samples: Vec<f32> = Vec::with_capacity(96_000);
    let hear = move |data: &[T], info: &cpal::InputCallbackInfo| {
        if hears.stop.load(Ordering::Acquire) {
            return;
        }
        samples.clear();
        samples.extend(data.iter().map(|sample| f32::from_sample(*sample)));
        let block = Duration::from_secs_f64(
            samples.len() as f64 / f64::from(channels.max(1)) / f64::from(rate.max(1)),
        );
        let heard = heard_at(&info.timestamp(), block);
        hears.test.sound(&samples, channels, rate, heard);
        hears.strip.lock().push(&samples, channels, rate, heard);
        hears.heard.fetch_add(data.len() as u64, Ordering::Relaxed);
    };
    let fail = move |error: cpal::Error| {
        if is_fatal(&error) {
            fails.failure.lock().get_or_insert_with(|| error.to_string());
        } else {
            tracing::debug!(%error, "microphone");
        }
    };
    device.build_input_stream(config, hear, fail, Some(Duration::from_secs(3))).map_err(|e| e.to_string())
}

/// When the first frame of a block was heard: what the driver says, where that can be; else the block ends now.
fn heard_at(said: &cpal::InputStreamTimestamp, block: Duration) -> Instant {
    let now = Instant::now();
    let age = said.callback.duration_since(said.capture);
    let age = if (block..Duration::from_secs(1)).contains(&age) { age } else { block };
    now.checked_sub(age).unwrap_or(now)
}

/// Overruns and refused priorities are nothing to give up for.
fn is_fatal(error: &cpal::Error) -> bool {
    use cpal::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated
    )
}

#[cfg(test)]
mod tests {
    use std::{
        process::{Child, Command, Stdio},
        sync::mpsc,
    };

    use super::*;

    fn minded(within: Duration) -> (Arc<Opening>, Arc<AtomicBool>, mpsc::Receiver<bool>) {
        let (opening, stop) = (Arc::new(Opening::default()), Arc::new(AtomicBool::new(false)));
        let (told, news) = mpsc::channel();
        let tell: Tell = Arc::new(move |news| told.send(matches!(news, News::Lost(_))).unwrap());
        mind(opening.clone(), stop.clone(), within, tell).unwrap();
        (opening, stop, news)
    }

    #[test]
    fn a_microphone_that_never_delivers_is_lost_and_cannot_come_late() {
        let (opening, stop, news) = minded(Duration::ZERO);
        assert!(news.recv().unwrap(), "lost");
        assert!(stop.load(Ordering::Acquire), "its driver is left alone from now on");
        assert!(!opening.is_mine(), "what opens now is not told of");
    }

    #[test]
    fn a_microphone_that_opened_is_not_given_up() {
        let (opening, _stop, news) = minded(Duration::from_secs(60));
        assert!(opening.is_mine());
        assert!(news.recv().is_err(), "nothing is told, and nobody waits on");
    }

    /// A sound server that has a speaker and no microphone.
    struct Speaker {
        server: Child,
        folder: tempfile::TempDir,
    }

    impl Speaker {
        /// `None` where there is no PulseAudio to start.
        fn start() -> Option<Self> {
            let folder = tempfile::tempdir().unwrap();
            let socket = format!("socket={}", folder.path().join("socket").display());
            let modules = [
                "module-null-sink sink_name=speaker".to_owned(),
                format!("module-native-protocol-unix auth-anonymous=1 {socket}"),
            ];
            let mut program = Command::new("pulseaudio");
            program.args([
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--realtime=no",
            ]);
            program.args(modules.map(|module| format!("--load={module}")));
            program
                .env("HOME", folder.path())
                .env("XDG_RUNTIME_DIR", folder.path())
                .env_remove("PULSE_SERVER");
            let server = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
            let speaker = Self { server, folder };
            for _ in 0..100 {
                if speaker.folder.path().join("socket").exists() {
                    return Some(speaker);
                }
                std::thread::sleep(LOOK);
            }
            panic!("the sound server did not start");
        }
    }

    impl Drop for Speaker {
        fn drop(&mut self) {
            let _ = self.server.kill();
            let _ = self.server.wait();
        }
    }

    /// Set where a sound server with a speaker alone is heard.
    const ALONE: &str = "VITRINE_TEST_SPEAKER_ALONE";

    #[test]
    fn what_a_speaker_plays_is_never_the_default_microphone() {
        let Some(speaker) = Speaker::start() else {
            eprintln!("SKIP  pulseaudio is not installed");
            return;
        };
        // A process looks for its sound system once, where its environment says: one of its own does.
        let told = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "capture::microphone::tests::with_a_speaker_alone", "--nocapture"])
            .env(ALONE, "1")
            .env("PULSE_SERVER", format!("unix:{}", speaker.folder.path().join("socket").display()))
            .env("HOME", speaker.folder.path())
            .env_remove("PULSE_SOURCE")
            .output()
            .unwrap();
        let told =
            [told.stdout, told.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(told.contains("1 passed"), "{told}");
    }

    /// The other half of the test above, in its process: alone it has nothing to say.
    #[test]
    fn with_a_speaker_alone() {
        if std::env::var_os(ALONE).is_none() {
            return;
        }
        let host = sound::host().unwrap();
        let offered = host.default_input_device().unwrap().id().unwrap().to_string();
        assert!(is_monitor(&offered), "the server itself offers {offered}");
        assert_eq!(crate::device::microphones(), []);

        let (told, news) = mpsc::channel();
        let tell: Tell = Arc::new(move |news| {
            let _ = told.send(match news {
                News::Opened(device) => Ok(device.id),
                News::Lost(reason) => Err(reason),
            });
        });
        let strip = Arc::new(Mutex::new(Strip::new()));
        let test = Arc::new(LipTest::default());
        let _listening = start(&MicrophoneChoice::Default, 480, &strip, &test, tell).unwrap();
        let first = news.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(first, Err("there is no microphone".to_owned()));
    }
}
