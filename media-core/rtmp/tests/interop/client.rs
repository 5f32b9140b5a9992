//! A socket around a client session: reads while it writes, and sends tags only when the socket is ready.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vitrine_rtmp::flv::Tag;
use vitrine_rtmp::url::RtmpUrl;
use vitrine_rtmp::{Amf0Value, ClientEvent, ClientSession};

/// What the server said to a publish that went through.
#[derive(Debug)]
pub struct Published {
    pub session: Option<String>,
}

/// Publishes `tags` as fast as the server takes them, then says goodbye.
pub async fn publish(url: &str, tags: &[Tag]) -> Result<Published, String> {
    let (url, key) = RtmpUrl::parse_with_key(url).map_err(|error| error.to_string())?;
    let mut socket =
        TcpStream::connect((url.host.as_str(), url.port)).await.map_err(|error| error.to_string())?;
    let (mut reader, mut writer) = socket.split();
    let mut session = ClientSession::new(url.client(key), Instant::now());
    let mut tags = tags.iter();
    let mut pending = Bytes::new();
    let mut buffer = BytesMut::new();
    let mut published = None;
    loop {
        while let Some(event) = session.poll_event() {
            match event {
                ClientEvent::Publishing { info } => {
                    let session = info.get("session").and_then(Amf0Value::as_str).map(str::to_owned);
                    published = Some(Published { session });
                }
                ClientEvent::Rejected { code, description } => {
                    return Err(format!("rejected: {code}, {description}"));
                }
                ClientEvent::Status { level, code, .. } if level == "error" => return Err(code),
                _ => {}
            }
        }
        if session.is_publishing() && pending.is_empty() && session.bytes_queued() == 0 {
            match tags.next() {
                Some(tag) => session.send_tag(tag).map_err(|error| error.to_string())?,
                None => session.close(),
            }
        }
        if pending.is_empty() {
            pending = session.take_output();
        }
        if pending.is_empty() && session.is_closed() {
            let _ = writer.shutdown().await;
            return published.ok_or_else(|| "server closed the connection".to_owned());
        }
        buffer.reserve(16_384);
        let limit =
            session.deadline().map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
        tokio::select! {
            written = writer.write(&pending), if !pending.is_empty() => {
                pending.advance(written.map_err(|error| error.to_string())?);
            }
            read = reader.read_buf(&mut buffer) => match read {
                Ok(1..) => session.receive(buffer.split().freeze(), Instant::now()).map_err(|e| e.to_string())?,
                _ => session.peer_closed(),
            },
            () = tokio::time::sleep(limit) => session.check(Instant::now()).map_err(|e| e.to_string())?,
        }
    }
}
