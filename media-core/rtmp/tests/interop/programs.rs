//! The programs of other people that the tests run.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use vitrine_rtmp::flv::{FileReader, Tag};

const NGINX_RTMP: &str = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

#[derive(Clone, Copy, PartialEq)]
pub enum Program {
    Ffmpeg,
    FfmpegHevc,
    FfmpegAv1,
    Rtmp2Sink,
    RtmpSink,
    Nginx,
}

impl Program {
    pub fn name(self) -> &'static str {
        match self {
            Program::Ffmpeg => "ffmpeg",
            Program::FfmpegHevc => "ffmpeg from version 7 on with libx265",
            Program::FfmpegAv1 => "ffmpeg from version 7 on with libsvtav1",
            Program::Rtmp2Sink => "gst-launch-1.0 with rtmp2sink, x264enc, avenc_aac",
            Program::RtmpSink => "gst-launch-1.0 with rtmpsink, x264enc, avenc_aac",
            Program::Nginx => "nginx with its RTMP module",
        }
    }

    pub fn is_there(self) -> bool {
        match self {
            Program::Ffmpeg => runs(&ffmpeg(), &["-version"]),
            Program::FfmpegHevc => ffmpeg_major() >= 7 && has_encoder("libx265"),
            Program::FfmpegAv1 => ffmpeg_major() >= 7 && has_encoder("libsvtav1"),
            Program::Rtmp2Sink => elements(&["rtmp2sink", "x264enc", "avenc_aac", "flvmux"]),
            Program::RtmpSink => elements(&["rtmpsink", "x264enc", "avenc_aac", "flvmux"]),
            Program::Nginx => Path::new(NGINX_RTMP).exists() && runs("nginx", &["-v"]),
        }
    }

    /// Starts an encoder that publishes three seconds of picture and tone to `url`.
    pub fn publish(self, url: &str) -> Child {
        let ffmpeg_to = |codec| [&ffmpeg_source(codec)[..], &words("-f flv"), &[url.to_owned()]].concat();
        let (program, arguments) = match self {
            Program::Ffmpeg => (ffmpeg(), ffmpeg_to(H264)),
            Program::FfmpegHevc => {
                (ffmpeg(), ffmpeg_to("libx265 -preset ultrafast -x265-params log-level=none"))
            }
            Program::FfmpegAv1 => (ffmpeg(), ffmpeg_to("libsvtav1 -preset 12")),
            Program::Rtmp2Sink => ("gst-launch-1.0".to_owned(), gstreamer("rtmp2sink", url)),
            Program::RtmpSink => {
                ("gst-launch-1.0".to_owned(), gstreamer("rtmpsink", &format!("{url} live=1")))
            }
            Program::Nginx => panic!("nginx does not publish"),
        };
        Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }
}

/// Three seconds as an FLV file of ffmpeg's, read back.
pub async fn sample_tags() -> Vec<Tag> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sample.flv");
    let mut command = Command::new(ffmpeg());
    command.args(ffmpeg_source(H264)).args(["-f", "flv"]).arg(&file).stdin(Stdio::null());
    assert!(command.status().await.unwrap().success());
    read_flv(&file)
}

fn read_flv(file: &Path) -> Vec<Tag> {
    let mut reader = FileReader::new(8_000_000);
    reader.push(&std::fs::read(file).unwrap());
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// B-frames, so that composition times are seen.
const H264: &str = "libx264 -preset veryfast -threads 1 -bf 2";

/// A picture that moves and a tone, a key frame each second.
fn ffmpeg_source(codec: &str) -> Vec<String> {
    words(&format!(
        "-hide_banner -loglevel error -f lavfi -i testsrc2=size=320x180:rate=30 -f lavfi -i sine -t 3 \
         -c:v {codec} -pix_fmt yuv420p -g 30 -c:a aac -b:a 96k"
    ))
}

/// The ffmpeg to use: Debian's cannot publish HEVC and AV1, so another may be named.
fn ffmpeg() -> String {
    std::env::var("VITRINE_TEST_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned())
}

fn ffmpeg_major() -> u32 {
    let version = output(&ffmpeg(), &["-version"]);
    let number = version.strip_prefix("ffmpeg version ").and_then(|rest| rest.split('.').next());
    number.and_then(|major| major.trim_start_matches('n').parse().ok()).unwrap_or(0)
}

fn has_encoder(name: &str) -> bool {
    output(&ffmpeg(), &["-hide_banner", "-encoders"]).contains(name)
}

fn gstreamer(sink: &str, location: &str) -> Vec<String> {
    let pipeline = words(
        "-q flvmux name=mux streamable=true ! SINK videotestsrc num-buffers=90 ! \
         video/x-raw,width=320,height=180,framerate=30/1 ! x264enc tune=zerolatency threads=1 key-int-max=30 ! \
         h264parse ! queue ! mux. audiotestsrc num-buffers=130 samplesperbuffer=1024 ! \
         audio/x-raw,rate=44100,channels=2 ! avenc_aac ! aacparse ! queue ! mux.",
    );
    let sink = [sink.to_owned(), format!("location={location}")];
    pipeline.into_iter().flat_map(|word| if word == "SINK" { sink.to_vec() } else { vec![word] }).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = std::process::Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).stdin(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

fn elements(names: &[&str]) -> bool {
    names.iter().all(|name| runs("gst-inspect-1.0", &["--exists", name]))
        && runs("gst-launch-1.0", &["--version"])
}

/// An nginx of our own: one process, its own folder and port, killed when dropped.
pub struct Nginx {
    port: u16,
    folder: TempDir,
    _process: Child,
}

impl Nginx {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "load_module {NGINX_RTMP}; daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;
             events {{ worker_connections 32; }}
             rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{
                 live on; record all; record_path {at}; record_unique off; record_suffix .flv; }} }} }}"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("nginx");
        command
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(folder.path().join("start.log"));
        let process = command.stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { port, folder, _process: process }
    }

    pub fn url(&self, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/live/{key}", self.port)
    }

    /// What nginx recorded, once `last` is in it.
    pub async fn recording(&self, key: &str, last: &Tag) -> Vec<Tag> {
        let file = self.folder.path().join(format!("{key}.flv"));
        loop {
            let tags = if file.exists() { read_flv(&file) } else { Vec::new() };
            if tags.last().is_some_and(|tag| tag.payload == last.payload) {
                return tags;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
