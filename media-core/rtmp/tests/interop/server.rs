//! A socket around a server session: the loop that every owner of one needs.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vitrine_rtmp::flv::Tag;
use vitrine_rtmp::{Amf0Value, Error, ServerConfig, ServerEvent, ServerSession};

/// What our servers add to `NetStream.Publish.Start`.
pub const SESSION: &str = "0198c1f0-0000-7000-8000-000000000001";

pub struct Listener(TcpListener);

#[derive(Clone, Copy, PartialEq)]
pub enum Answer {
    Accept,
    Reject,
}

/// What one publisher did.
#[derive(Default)]
pub struct Seen {
    pub app: String,
    pub key: String,
    pub metadata: Vec<(String, Amf0Value)>,
    pub tags: Vec<Tag>,
    pub unpublished: bool,
}

impl Listener {
    pub async fn bind() -> Self {
        Self(TcpListener::bind(("127.0.0.1", 0)).await.unwrap())
    }

    pub fn url(&self, key: &str) -> String {
        format!("rtmp://{}/live/{key}", self.0.local_addr().unwrap())
    }

    /// Takes one connection until it ends.
    pub async fn serve_one(&self, answer: Answer) -> Result<Seen, Error> {
        let (mut socket, _) = self.0.accept().await.unwrap();
        let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
        let mut seen = Seen::default();
        let outcome = serve(&mut socket, &mut session, answer, &mut seen).await;
        drain(&mut session, answer, &mut seen);
        outcome.map(|()| seen)
    }
}

async fn serve(
    socket: &mut TcpStream,
    session: &mut ServerSession,
    answer: Answer,
    seen: &mut Seen,
) -> Result<(), Error> {
    let mut buffer = BytesMut::new();
    loop {
        let rejected = drain(session, answer, seen);
        let output = session.take_output();
        if socket.write_all(&output).await.is_err() || rejected || session.is_closed() {
            session.peer_closed();
            return Ok(());
        }
        if buffer.capacity() - buffer.len() < 4096 {
            buffer.reserve(65_536); // reads share one allocation, which tags keep alive
        }
        let limit =
            session.deadline().map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
        match tokio::time::timeout(limit, socket.read_buf(&mut buffer)).await {
            Err(_) => session.check(Instant::now())?,
            Ok(Ok(1..)) => session.receive(buffer.split().freeze(), Instant::now())?,
            Ok(_) => session.peer_closed(),
        }
    }
}

/// Handles the events that are there; true when the publisher was turned away.
fn drain(session: &mut ServerSession, answer: Answer, seen: &mut Seen) -> bool {
    while let Some(event) = session.poll_event() {
        match event {
            ServerEvent::PublishRequested { app, stream_key, .. } => {
                seen.app = app;
                seen.key = stream_key.expose().to_owned();
                if answer == Answer::Reject {
                    session.reject_publish("NetStream.Publish.BadName", "No show has this key.").unwrap();
                    return true;
                }
                session.accept_publish(&[("session", SESSION.into())], Instant::now()).unwrap();
            }
            ServerEvent::Tag(tag) => seen.tags.push(tag),
            ServerEvent::Metadata { properties, .. } => seen.metadata = properties,
            ServerEvent::Unpublished => seen.unpublished = true,
            ServerEvent::Connected(_) | ServerEvent::Closed => {}
        }
    }
    false
}
