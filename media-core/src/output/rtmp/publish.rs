//! One connection: reads what the server says, writes what waits, and notices when either stops.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vitrine_rtmp::{Amf0Value, ClientConfig, ClientEvent, ClientSession};

use super::{
    Broadcast, BroadcastState, LossCause,
    connect::{Connection, Failure},
    ledger::Ledger,
};
use crate::output::{adapt::Adapt, queue::Queue, tags::Tagger};

/// A server that takes nothing for so long is frozen: TCP itself would wait for minutes.
const STALLED: Duration = Duration::from_secs(5);
/// Sound is never left out; a line on which even it comes so late is given up and made again.
const TOO_LATE: Duration = Duration::from_secs(15);
/// A key frame that was asked for is on its way for so long.
const ASK_AGAIN: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);
const GOODBYE: Duration = Duration::from_millis(500);

/// Why a connection is over.
pub(super) enum Ended {
    Stopped,
    /// There never was a server that spoke.
    Unreachable(Failure),
    Lost(String),
    Refused {
        code: String,
        reason: String,
    },
}

/// The law of the uplink, and the moment that its time counts from.
pub(super) struct Law<'a> {
    pub adapt: &'a mut Adapt,
    pub began: Instant,
}

/// Publishes over `connection` until something ends it.
pub(super) async fn publish(
    connection: Connection,
    config: ClientConfig,
    broadcast: &Broadcast,
    queue: &Queue,
    tagger: &mut Tagger,
    law: Law<'_>,
) -> Ended {
    let Connection { stream, unsent, .. } = connection;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut ledger = Ledger::default();
    let mut session = ClientSession::new(config, Instant::now());
    let mut tick = tokio::time::interval(TICK);
    let mut incoming = BytesMut::with_capacity(16 << 10);
    let mut outgoing = Bytes::new();
    let mut progress = Instant::now();
    let mut asked = None::<Instant>;
    loop {
        if outgoing.is_empty() {
            outgoing = session.take_output();
            progress = Instant::now();
        }
        tokio::select! {
            read = reader.read_buf(&mut incoming) => {
                match read {
                    Ok(0) => return Ended::Lost("the server closed the connection".into()),
                    Ok(_) => {}
                    Err(error) => return Ended::Lost(error.to_string()),
                }
                let said = session.receive(incoming.split().freeze(), Instant::now());
                while let Some(event) = session.poll_event() {
                    if let Some(ended) = heard(event, broadcast, queue) {
                        return ended;
                    }
                }
                if let Err(error) = said {
                    return Ended::Lost(error.to_string());
                }
            }
            written = writer.write(&outgoing), if !outgoing.is_empty() => {
                match written {
                    Ok(0) => return Ended::Lost("the connection takes nothing more".into()),
                    Ok(bytes) => {
                        outgoing.advance(bytes);
                        ledger.wrote(bytes);
                        progress = Instant::now();
                        broadcast.shared.numbers.lock().stats.sent_bytes += bytes as u64;
                    }
                    Err(error) => return Ended::Lost(error.to_string()),
                }
            }
            packet = queue.next(), if session.is_publishing() && outgoing.is_empty() => {
                for tag in tagger.tags(&packet, &broadcast.hub.headers()) {
                    if let Err(error) = session.send_tag(&tag) {
                        return Ended::Lost(error.to_string());
                    }
                }
                outgoing = session.take_output();
                progress = Instant::now();
                ledger.handed(outgoing.len(), packet.time());
                broadcast.shared.numbers.lock().origin = tagger.origin();
            }
            _ = tick.tick() => {
                let now = Instant::now();
                let fill = queue.fill();
                let look = ledger.look(now.duration_since(law.began), unsent.bytes(), outgoing.len(), &fill);
                let pace = if session.is_publishing() { law.adapt.look(look) } else { law.adapt.pace() };
                (broadcast.steer)(pace);
                if fill.wants_key && asked.is_none_or(|asked| now.duration_since(asked) > ASK_AGAIN) {
                    asked = Some(now);
                    (broadcast.ask_for_key)();
                }
                broadcast.shared.count(now, &look, &fill, pace, &broadcast.info);
                if session.is_publishing() && look.behind > TOO_LATE {
                    return Ended::Lost("the line is too slow even for the sound".into());
                }
                if let Err(error) = session.check(now) {
                    return Ended::Unreachable(Failure { cause: LossCause::NoAnswer, reason: error.to_string() });
                }
                if !outgoing.is_empty() && now.duration_since(progress) > STALLED {
                    return Ended::Lost(format!("the server takes nothing for {} seconds", STALLED.as_secs()));
                }
            }
            () = broadcast.stop.cancelled() => break,
        }
    }
    session.close();
    let goodbye = async {
        writer.write_all(&outgoing).await?;
        writer.write_all(&session.take_output()).await?;
        writer.shutdown().await
    };
    if let Ok(Err(error)) = tokio::time::timeout(GOODBYE, goodbye).await {
        tracing::debug!(%error, "the server was gone before our goodbye");
    }
    Ended::Stopped
}

/// What an event means; `Some` ends the connection.
fn heard(event: ClientEvent, broadcast: &Broadcast, queue: &Queue) -> Option<Ended> {
    match event {
        ClientEvent::Publishing { info } => {
            let session = info.get("session").and_then(Amf0Value::as_str).map(str::to_owned);
            tracing::info!(session, "publishing");
            queue.restart();
            (broadcast.ask_for_key)();
            broadcast.shared.set(BroadcastState::Publishing { session });
            None
        }
        ClientEvent::Rejected { code, description } => Some(Ended::Refused { code, reason: description }),
        ClientEvent::Status { level, code, description } if level == "error" => {
            Some(Ended::Lost(if description.is_empty() { code } else { description }))
        }
        ClientEvent::Status { .. } => None,
        ClientEvent::ReconnectRequested { description, .. } => Some(Ended::Lost(description)),
        ClientEvent::Closed => Some(Ended::Lost("the server ended the session".into())),
    }
}
