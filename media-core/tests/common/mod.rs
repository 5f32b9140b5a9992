//! A small RTMP server and eyes for JPEG, shared by the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use gstreamer::prelude::*;
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use vitrine_media::{Event, output::RtmpTarget};
use vitrine_rtmp::{ServerConfig, ServerEvent, ServerSession, flv::Tag};

/// How the server treats a publisher.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    Refuses,
    /// Says "not now" to the first who comes, then takes.
    NotYet,
    /// Accepts, then reads nothing more.
    Freezes,
    /// Reads so many bytes a second: the line to it is slow.
    Slow(u32),
}

/// What one publish brought.
#[derive(Default)]
pub struct Publish {
    pub tags: Vec<Tag>,
}

/// An RTMP server on a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub publishes: Arc<Mutex<Vec<Publish>>>,
    accepting: JoinHandle<()>,
    connections: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Server {
    pub async fn start(manner: Manner) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), manner, Arc::default()).await
    }

    async fn start_at(address: SocketAddr, manner: Manner, publishes: Arc<Mutex<Vec<Publish>>>) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        if matches!(manner, Manner::Slow(_)) {
            // what lies in the system here has arrived, for the sender
            socket.set_recv_buffer_size(8 << 10).unwrap();
        }
        socket.bind(address).unwrap();
        let listener: TcpListener = socket.listen(8).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let (seen, open) = (publishes.clone(), connections.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut open = open.lock();
                let manner =
                    if manner == Manner::NotYet && !open.is_empty() { Manner::Takes } else { manner };
                open.push(tokio::spawn(serve(stream, manner, seen.clone())));
            }
        });
        Self { address, publishes, accepting, connections }
    }

    pub fn target(&self) -> RtmpTarget {
        RtmpTarget::new(&format!("rtmp://{}/live", self.address), "vtp_test").unwrap()
    }

    /// Ends it with all connections; gives what it takes to start again on the same port.
    pub async fn stop(self) -> Stopped {
        self.accepting.abort();
        let _ = self.accepting.await;
        let connections: Vec<_> = std::mem::take(&mut *self.connections.lock());
        for connection in connections {
            connection.abort();
            let _ = connection.await;
        }
        Stopped { address: self.address, publishes: self.publishes }
    }

    /// All tags of publish `n`.
    pub fn tags(&self, n: usize) -> Vec<Tag> {
        self.publishes.lock().get(n).map(|p| p.tags.clone()).unwrap_or_default()
    }

    /// Waits until `wanted` is true of the tags of publish `n`.
    pub async fn wait(&self, n: usize, what: &str, wanted: impl Fn(&[Tag]) -> bool) -> Vec<Tag> {
        let started = Instant::now();
        loop {
            let tags = self.tags(n);
            if wanted(&tags) {
                return tags;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{what}: only {} tags came", tags.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A server that was stopped.
pub struct Stopped {
    address: SocketAddr,
    publishes: Arc<Mutex<Vec<Publish>>>,
}

impl Stopped {
    pub async fn start(self, manner: Manner) -> Server {
        Server::start_at(self.address, manner, self.publishes).await
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, publishes: Arc<Mutex<Vec<Publish>>>) {
    let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
    let mut buffer = BytesMut::with_capacity(64 << 10);
    let mut number = None;
    let (started, mut read) = (Instant::now(), 0);
    loop {
        buffer.reserve(16 << 10);
        match stream.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(bytes) => read += bytes,
        }
        if session.receive(buffer.split().freeze(), Instant::now()).is_err() {
            return;
        }
        if let Manner::Slow(bytes) = manner {
            let due = started + Duration::from_secs_f64(read as f64 / f64::from(bytes));
            tokio::time::sleep_until(due.into()).await;
        }
        let mut frozen = false;
        while let Some(event) = session.poll_event() {
            match event {
                ServerEvent::PublishRequested { .. } if manner == Manner::Refuses => {
                    session.reject_publish("NetStream.Publish.BadName", "This key is not known.").unwrap();
                }
                ServerEvent::PublishRequested { .. } if manner == Manner::NotYet => {
                    session.reject_publish("NetStream.Publish.Failed", "Not now.").unwrap();
                }
                ServerEvent::PublishRequested { .. } => {
                    let mut publishes = publishes.lock();
                    let id = format!("session-{}", publishes.len());
                    session.accept_publish(&[("session", id.as_str().into())], Instant::now()).unwrap();
                    number = Some(publishes.len());
                    publishes.push(Publish::default());
                    frozen = manner == Manner::Freezes;
                }
                ServerEvent::Tag(tag) | ServerEvent::Metadata { tag, .. } => {
                    let mut publishes = publishes.lock();
                    if let Some(publish) = number.and_then(|n: usize| publishes.get_mut(n)) {
                        publish.tags.push(tag);
                    }
                }
                ServerEvent::Closed => return,
                _ => {}
            }
        }
        let out = session.take_output();
        if !out.is_empty() && stream.write_all(&out).await.is_err() {
            return;
        }
        if frozen {
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
    }
}

/// Waits for an event that `wanted` picks.
pub async fn event<T>(
    events: &mut mpsc::Receiver<Event>,
    what: &str,
    wanted: impl Fn(&Event) -> Option<T>,
) -> T {
    let found = async {
        loop {
            let event = events.recv().await.expect("the pipeline ended");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap_or_else(|_| panic!("no event: {what}"))
}

/// A decoded picture: RGB, three bytes a pixel.
pub struct Seen {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Seen {
    /// Decodes a JPEG.
    pub fn jpeg(jpeg: &Bytes) -> Self {
        gstreamer::init().unwrap();
        let line = "appsrc name=in caps=image/jpeg ! jpegdec ! videoconvert ! video/x-raw,format=RGB ! appsink name=out sync=false";
        let pipeline = gstreamer::parse::launch(line).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
        let source = pipeline.by_name("in").unwrap().downcast::<gstreamer_app::AppSrc>().unwrap();
        let sink = pipeline.by_name("out").unwrap().downcast::<gstreamer_app::AppSink>().unwrap();
        pipeline.set_state(gstreamer::State::Playing).unwrap();
        source.push_buffer(gstreamer::Buffer::from_slice(jpeg.clone())).unwrap();
        source.end_of_stream().unwrap();
        let sample = sink.pull_sample().unwrap();
        let caps = sample.caps().unwrap().structure(0).unwrap();
        let (width, height) =
            (caps.get::<i32>("width").unwrap() as usize, caps.get::<i32>("height").unwrap() as usize);
        let map = sample.buffer().unwrap().map_readable().unwrap();
        let stride = map.len() / height;
        let rgb = map.chunks(stride).flat_map(|row| row[..width * 3].to_vec()).collect();
        drop(map);
        pipeline.set_state(gstreamer::State::Null).unwrap();
        Self { width, height, rgb }
    }

    /// Mean brightness, 0 to 255, of a part of the picture given in parts of its size.
    pub fn brightness(&self, x: f64, y: f64, width: f64, height: f64) -> f64 {
        let (mut sum, mut count) = (0u64, 0u64);
        for row in (y * self.height as f64) as usize..((y + height) * self.height as f64) as usize {
            for column in (x * self.width as f64) as usize..((x + width) * self.width as f64) as usize {
                let at = (row * self.width + column) * 3;
                sum += self.rgb[at..at + 3].iter().map(|v| u64::from(*v)).sum::<u64>();
                count += 3;
            }
        }
        sum as f64 / count.max(1) as f64
    }

    /// Share of pixels that differ clearly from another picture.
    pub fn differs(&self, other: &Self) -> f64 {
        let pairs = self.rgb.chunks(3).zip(other.rgb.chunks(3));
        let changed = pairs.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 40)).count();
        changed as f64 / (self.rgb.len() / 3) as f64
    }
}
