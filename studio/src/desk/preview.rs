//! The programme's picture for the window: JPEG over one loopback WebSocket.
//!
//! Only this machine can connect, and only with the token that the desk gave to its own window. Each
//! connection sees the newest picture; a slow one misses pictures instead of falling behind.

use std::net::Ipv4Addr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::sync::CancellationToken;
use vitrine_media::output::PreviewFrame;

use super::view::PreviewEndpoint;

/// A connection must have said its token within this time.
const TOKEN_WITHIN: Duration = Duration::from_secs(5);
/// Windows that may look at once: one, and one that is being reloaded.
const MOST_CONNECTIONS: usize = 4;

/// The pictures to show, if a pipeline runs.
pub type Pictures = watch::Receiver<Option<watch::Receiver<PreviewFrame>>>;

/// The running server; it ends with this value.
pub struct PreviewServer {
    endpoint: PreviewEndpoint,
    stop: CancellationToken,
}

impl PreviewServer {
    /// Listens on a free loopback port.
    ///
    /// # Errors
    /// What the system says about the port.
    pub async fn start(pictures: Pictures) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, token.clone(), pictures, stop.clone()));
        Ok(Self { endpoint: PreviewEndpoint { url: format!("ws://127.0.0.1:{port}/"), token }, stop })
    }

    /// Where it listens, and the token.
    pub fn endpoint(&self) -> PreviewEndpoint {
        self.endpoint.clone()
    }
}

impl Drop for PreviewServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(listener: TcpListener, token: String, pictures: Pictures, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((socket, _)) = accepted else { continue };
                if connections.len() < MOST_CONNECTIONS {
                    connections.spawn(serve(socket, token.clone(), pictures.clone()));
                }
            }
        }
    }
}

/// One connection, until it closes. Errors end it; the window connects again.
async fn serve(socket: TcpStream, token: String, mut pictures: Pictures) -> Option<()> {
    let mut socket = tokio::time::timeout(TOKEN_WITHIN, admit(socket, &token)).await.ok()??;
    loop {
        let current = pictures.borrow_and_update().clone();
        let Some(mut frames) = current else {
            tokio::select! {
                changed = pictures.changed() => changed.ok()?,
                message = socket.next() => drop(message?.ok()?),
            }
            continue;
        };
        loop {
            tokio::select! {
                changed = pictures.changed() => { changed.ok()?; break }
                message = socket.next() => drop(message?.ok()?),
                changed = frames.changed() => {
                    if changed.is_err() { break }
                    let frame = frames.borrow_and_update().clone();
                    if !frame.jpeg.is_empty() {
                        socket.send(Message::binary(message(&frame))).await.ok()?;
                    }
                }
            }
        }
    }
}

/// Who knows the token, as a WebSocket.
async fn admit(socket: TcpStream, token: &str) -> Option<WebSocketStream<TcpStream>> {
    socket.set_nodelay(true).ok()?;
    let config = WebSocketConfig::default().max_message_size(Some(1024)).read_buffer_size(1024);
    let mut socket = tokio_tungstenite::accept_async_with_config(socket, Some(config)).await.ok()?;
    let first = socket.next().await?.ok()?;
    let known = matches!(&first, Message::Text(text) if same(text.as_bytes(), token.as_bytes()));
    if !known {
        let _ = socket.close(None).await;
        return None;
    }
    Some(socket)
}

/// `u32` frame number as its programme counts, `u32` milliseconds, both big-endian and wrapping, then the JPEG.
fn message(frame: &PreviewFrame) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + frame.jpeg.len());
    bytes.extend_from_slice(&(frame.sequence as u32).to_be_bytes());
    bytes.extend_from_slice(&((frame.pts.as_nanos() / 1_000_000) as u32).to_be_bytes());
    bytes.extend_from_slice(&frame.jpeg);
    bytes
}

/// Compares without telling by its time where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    async fn connect(url: &str, first: &str) -> Option<Message> {
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        socket.send(Message::text(first)).await.unwrap();
        let next = tokio::time::timeout(Duration::from_secs(5), socket.next()).await.unwrap();
        next.and_then(Result::ok).filter(Message::is_binary)
    }

    /// Pictures without end.
    fn feed(frames: watch::Sender<PreviewFrame>) -> tokio::task::JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                frames.send_modify(|frame| {
                    frame.sequence += 1;
                    frame.jpeg = Bytes::from_static(b"jpeg");
                });
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    }

    #[tokio::test]
    async fn only_who_knows_the_token_sees_the_picture() {
        let (frames, slot) = watch::channel(PreviewFrame::default());
        let (_pictures, seen) = watch::channel(Some(slot));
        let server = PreviewServer::start(seen).await.unwrap();
        let endpoint = server.endpoint();
        assert!(endpoint.url.starts_with("ws://127.0.0.1:"));
        let feeding = feed(frames);
        let picture = connect(&endpoint.url, &endpoint.token).await.unwrap().into_data();
        assert_eq!(&picture[8..], b"jpeg");
        assert!(connect(&endpoint.url, "guess").await.is_none());
        feeding.abort();
    }

    #[tokio::test]
    async fn connections_that_say_nothing_do_not_take_the_picture_away_for_long() {
        let (frames, slot) = watch::channel(PreviewFrame::default());
        let (_pictures, seen) = watch::channel(Some(slot));
        let server = PreviewServer::start(seen).await.unwrap();
        let PreviewEndpoint { url, token } = server.endpoint();
        let address = url.trim_start_matches("ws://").trim_end_matches('/').to_owned();
        let feeding = feed(frames);
        let mut mute = Vec::new();
        for _ in 0..MOST_CONNECTIONS {
            mute.push(TcpStream::connect(&address).await.unwrap());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "all places are taken");
        tokio::time::pause();
        tokio::time::advance(TOKEN_WITHIN + Duration::from_millis(1)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(connect(&url, &token).await.is_some());
        feeding.abort();
    }
}
