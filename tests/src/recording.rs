//! Streams that were encoded once and are sent as an encoder sends them: tag by tag, each at its own time. Two cores
//! cannot encode, run a ladder and play at once; and what real encoders do wrong is a change of tags, not of pictures.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vitrine_rtmp::flv::{FileReader, Tag, TagKind};
use vitrine_rtmp::url::RtmpUrl;
use vitrine_rtmp::{ClientEvent, ClientSession};

const LARGEST_TAG: usize = 8 << 20;

/// A tag, and when it is sent: milliseconds since the first one.
#[derive(Debug, Clone)]
pub struct Step {
    /// When it is sent.
    pub at_ms: u64,
    /// What is sent.
    pub tag: Tag,
}

impl Step {
    /// Whether it carries a picture (a decoder configuration is none).
    pub fn is_picture(&self) -> bool {
        self.tag.kind == TagKind::Video && !self.tag.is_sequence_header()
    }

    /// Whether it carries sound (a decoder configuration is none).
    pub fn is_sound(&self) -> bool {
        self.tag.kind == TagKind::Audio && !self.tag.is_sequence_header()
    }

    /// The same with its stamp moved by `ms`, which may wrap below zero.
    pub fn stamped(mut self, ms: i64) -> Self {
        self.tag.timestamp_ms = self.tag.timestamp_ms.wrapping_add(ms as u32);
        self
    }
}

/// A stream to be sent.
#[derive(Debug, Clone)]
pub struct Recording(Arc<Vec<Step>>);

/// One run's recordings by what made them; one is made at a time.
static MADE: LazyLock<Mutex<HashMap<Vec<String>, Recording>>> = LazyLock::new(Mutex::default);

impl Recording {
    /// A moving test picture of this size, `seconds` long with a tone, made by Debian's ffmpeg with these options for
    /// the pictures. Made once in a run.
    ///
    /// # Errors
    /// ffmpeg failed.
    pub fn of_pattern(seconds: u32, size: &str, video: &[&str]) -> Result<Self> {
        Self::of_pattern_with_sound(seconds, size, video, &["-ac", "2"])
    }

    /// The same with options for the sound.
    ///
    /// # Errors
    /// ffmpeg failed.
    pub fn of_pattern_with_sound(seconds: u32, size: &str, video: &[&str], sound: &[&str]) -> Result<Self> {
        let (seconds, source) = (seconds.to_string(), format!("testsrc2=size={size}:rate=30"));
        let mut words = vec!["-f", "lavfi", "-i", source.as_str(), "-f", "lavfi", "-i"];
        words.extend(["sine=frequency=440:sample_rate=48000", "-t", seconds.as_str()]);
        words.extend(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
        words.extend(["-sc_threshold", "0"]);
        words.extend(video);
        words.extend(["-c:a", "aac", "-b:a", "96k"]);
        words.extend(sound);
        Self::made_by("ffmpeg", &words)
    }

    /// What this ffmpeg writes as FLV when it is given `words`. Made once in a run.
    ///
    /// # Errors
    /// It failed, or wrote no FLV.
    pub fn made_by(ffmpeg: &str, words: &[&str]) -> Result<Self> {
        let key: Vec<String> = [ffmpeg].iter().chain(words).map(|word| (*word).to_owned()).collect();
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&key) {
            return Ok(known.clone());
        }
        let output = Command::new(ffmpeg)
            .args(["-nostdin", "-loglevel", "error"])
            .args(words)
            .args(["-flvflags", "no_duration_filesize", "-f", "flv", "-"])
            .stdin(Stdio::null())
            .output()
            .with_context(|| ffmpeg.to_owned())?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{ffmpeg} {words:?}: {said}");
        let recording = Self::read(&output.stdout)?;
        made.insert(key, recording.clone());
        Ok(recording)
    }

    fn read(flv: &[u8]) -> Result<Self> {
        let mut reader = FileReader::new(LARGEST_TAG);
        reader.push(flv);
        let mut steps = Vec::new();
        while let Some(tag) = reader.next_tag()? {
            steps.push(Step { at_ms: u64::from(tag.timestamp_ms), tag });
        }
        ensure!(!steps.is_empty(), "there is nothing to send");
        Ok(Self(Arc::new(steps)))
    }

    /// The same with each step changed into none, one or several; they are sent in the order of their times.
    #[must_use]
    pub fn changed(&self, change: impl FnMut(Step) -> Vec<Step>) -> Self {
        let mut steps: Vec<_> = self.0.iter().cloned().flat_map(change).collect();
        steps.sort_by_key(|step| step.at_ms);
        Self(Arc::new(steps))
    }

    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Sends it to an `rtmp://` address, each step at its time. The connection stays open behind the last one.
    pub fn publish(&self, address: &str) -> Sending {
        let (stop, stopped) = oneshot::channel();
        let said = Arc::new(Mutex::new(Vec::new()));
        let send = send(address.to_owned(), self.0.clone(), said.clone(), stopped);
        Sending { task: tokio::spawn(send), stop: Some(stop), said }
    }
}

/// Codes and sentences that the server said.
type Said = Arc<Mutex<Vec<(String, String)>>>;

/// A recording that is being sent; the connection ends with this value.
#[derive(Debug)]
pub struct Sending {
    task: JoinHandle<Result<()>>,
    stop: Option<oneshot::Sender<()>>,
    said: Said,
}

impl Sending {
    /// What the server said since it took the publish: code and sentence.
    pub fn said(&self) -> Vec<(String, String)> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the connection is over.
    pub fn ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Ends it as a person does: the stream is closed properly.
    ///
    /// # Errors
    /// It had ended already because the server closed it.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.stop.take());
        (&mut self.task).await?
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn send(
    address: String,
    steps: Arc<Vec<Step>>,
    said: Said,
    mut stopped: oneshot::Receiver<()>,
) -> Result<()> {
    let (url, key) = RtmpUrl::parse_with_key(&address)?;
    let mut socket = TcpStream::connect((url.host.as_str(), url.port)).await?;
    socket.set_nodelay(true)?;
    let (mut reader, mut writer) = socket.split();
    let mut session = ClientSession::new(url.client(key), Instant::now());
    let (mut pending, mut buffer) = (Bytes::new(), BytesMut::new());
    let (mut next, mut started, mut stopping) = (0, None, false);
    loop {
        while let Some(event) = session.poll_event() {
            match event {
                ClientEvent::Publishing { .. } => started = Some(Instant::now()),
                ClientEvent::Rejected { code, description }
                | ClientEvent::Status { code, description, .. } => {
                    said.lock().unwrap_or_else(PoisonError::into_inner).push((code, description));
                }
                _ => {}
            }
        }
        let mut due = None;
        if let Some(since) = started.filter(|_| session.is_publishing()) {
            let passed = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            while let Some(step) = steps.get(next).filter(|step| step.at_ms <= passed) {
                session.send_tag(&step.tag)?;
                next += 1;
            }
            due = steps.get(next).map(|step| since + Duration::from_millis(step.at_ms));
        }
        if pending.is_empty() {
            pending = session.take_output();
        }
        if session.is_closed() && pending.is_empty() {
            let _ = writer.shutdown().await;
            if stopping {
                return Ok(());
            }
            bail!("the server closed the connection");
        }
        let due = due.or(session.deadline()).unwrap_or_else(|| Instant::now() + Duration::from_secs(60));
        buffer.reserve(16_384);
        tokio::select! {
            written = writer.write(&pending), if !pending.is_empty() => pending.advance(written?),
            read = reader.read_buf(&mut buffer) => match read {
                Ok(1..) => session.receive(buffer.split().freeze(), Instant::now())?,
                _ => session.peer_closed(),
            },
            () = tokio::time::sleep_until(due.into()) => session.check(Instant::now())?,
            _ = &mut stopped, if !stopping => {
                stopping = true;
                session.close();
            }
        }
    }
}

/// An ffmpeg that publishes HEVC and AV1, as Debian's cannot: the one that `VITRINE_TEST_FFMPEG` names.
pub fn enhanced_ffmpeg() -> Option<String> {
    let output = |program: &str, words: &[&str]| {
        let output =
            Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let ffmpeg = std::env::var("VITRINE_TEST_FFMPEG").ok()?;
    let version = output(&ffmpeg, &["-version"])?;
    let number = version.strip_prefix("ffmpeg version ")?.trim_start_matches('n').split('.').next()?;
    let encoders = output(&ffmpeg, &["-hide_banner", "-encoders"])?;
    let able = number.parse::<u32>().is_ok_and(|major| major >= 7);
    (able && encoders.contains("libx265") && encoders.contains("libsvtav1")).then_some(ffmpeg)
}
