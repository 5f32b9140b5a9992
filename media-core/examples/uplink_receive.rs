//! Takes any publisher and tells when each FLV tag arrived, for tests of bad lines.
//!
//! ```text
//! uplink_receive ADDRESS:PORT
//! ```
//!
//! A line of JSON for each tag: `publish` counts connections from 0, `at` is Unix time and `ts` the tag's own, in milliseconds. Ends
//! when killed.
#![allow(clippy::print_stdout)]

use std::time::{Instant, SystemTime};

use anyhow::Context;
use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use vitrine_rtmp::{
    ServerConfig, ServerEvent, ServerSession,
    flv::{Tag, TagKind},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1).context("usage: uplink_receive ADDRESS:PORT")?;
    let listener = TcpListener::bind(address).await?;
    let mut publish = 0;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            if let Err(error) = serve(stream, publish).await {
                eprintln!("publish {publish}: {error}");
            }
        });
        publish += 1;
    }
}

async fn serve(mut stream: TcpStream, publish: u32) -> anyhow::Result<()> {
    let mut session = ServerSession::new(ServerConfig::default(), Instant::now());
    let mut buffer = BytesMut::with_capacity(64 << 10);
    loop {
        buffer.reserve(16 << 10);
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
        session.receive(buffer.split().freeze(), Instant::now())?;
        while let Some(event) = session.poll_event() {
            match event {
                ServerEvent::PublishRequested { .. } => {
                    let id = format!("session-{publish}");
                    session.accept_publish(&[("session", id.as_str().into())], Instant::now())?;
                }
                ServerEvent::Tag(tag) => tell(publish, &tag)?,
                ServerEvent::Closed => return Ok(()),
                _ => {}
            }
        }
        stream.write_all(&session.take_output()).await?;
    }
}

fn tell(publish: u32, tag: &Tag) -> anyhow::Result<()> {
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let kind = match tag.kind {
        _ if tag.is_sequence_header() => "config",
        TagKind::Audio => "sound",
        TagKind::Video if tag.is_keyframe() => "key",
        TagKind::Video => "picture",
        TagKind::Script => "script",
    };
    let (ts, bytes) = (tag.timestamp_ms, tag.payload.len());
    println!(r#"{{"publish":{publish},"at":{at},"kind":"{kind}","ts":{ts},"bytes":{bytes}}}"#);
    Ok(())
}
