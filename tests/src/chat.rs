//! A person in the chat: a WebSocket client of the RTM protocol.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use vitrine_protocol::rtm::{ClientFrame, RoomEvent, ServerFrame, Snapshot};

use crate::api::Api;
use crate::cloud::Cloud;

/// A connected person.
pub struct ChatClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    waiting: Vec<RoomEvent>,
    /// The room's life, and the last tick seen.
    pub seen: (String, u64),
    /// The room as it stood at the welcome.
    pub snapshot: Option<Snapshot>,
    /// The token that was used.
    pub token: String,
}

impl ChatClient {
    /// A shopper with a nickname.
    pub async fn viewer(cloud: &Cloud, show: &str, nickname: &str) -> Result<Self> {
        let body = json!({ "nickname": nickname });
        let path = format!("/v1/public/shows/{show}/viewers");
        let viewer = Api::stranger(cloud).ok(Method::POST, &path, Some(body)).await?;
        Self::with_token(cloud, show, viewer["token"].as_str().context("token")?).await
    }

    /// Anybody with a token, a session's or a viewer's.
    pub async fn with_token(cloud: &Cloud, show: &str, token: &str) -> Result<Self> {
        Self::resume(cloud, show, token, None).await
    }

    /// The same, telling what was seen before.
    pub async fn resume(cloud: &Cloud, show: &str, token: &str, seen: Option<(String, u64)>) -> Result<Self> {
        let address = format!("{}/v1/rtm", cloud.http.replacen("http", "ws", 1));
        let (socket, _) = tokio_tungstenite::connect_async(address).await?;
        let mut client = Self {
            socket,
            waiting: vec![],
            seen: Default::default(),
            snapshot: None,
            token: token.to_owned(),
        };
        let (epoch, seq) = seen.map_or((None, None), |(epoch, seq)| (Some(epoch), Some(seq)));
        client.say(&ClientFrame::Hello { token: token.to_owned(), show: show.parse()?, epoch, seq }).await?;
        match client.frame().await? {
            ServerFrame::Welcome { epoch, seq, snapshot, missed, .. } => {
                client.seen = (epoch, seq);
                client.snapshot = snapshot.map(|snapshot| *snapshot);
                client.waiting = missed;
                Ok(client)
            }
            other => bail!("wanted welcome, got {other:?}"),
        }
    }

    /// Sends one frame.
    pub async fn say(&mut self, frame: &ClientFrame) -> Result<()> {
        self.socket.send(Message::text(serde_json::to_string(frame)?)).await?;
        Ok(())
    }

    /// Sends a chat message; gives the frame that answers it (`accepted` or `error`).
    pub async fn chat(&mut self, text: &str) -> Result<Value> {
        self.answer_to(&ClientFrame::Chat { mark: "m".into(), text: text.into() }).await
    }

    /// Sends a frame; gives the frame that answers it. What happens meanwhile waits for [`Self::until`].
    pub async fn answer_to(&mut self, frame: &ClientFrame) -> Result<Value> {
        self.say(frame).await?;
        loop {
            match self.frame().await? {
                ServerFrame::Tick { seq, events } => self.take(seq, events),
                answer => return Ok(serde_json::to_value(answer)?),
            }
        }
    }

    /// Reads on until an event fits; those before it are dropped.
    pub async fn until<T>(&mut self, what: &str, fits: impl Fn(&RoomEvent) -> Option<T>) -> Result<T> {
        loop {
            while !self.waiting.is_empty() {
                let event = self.waiting.remove(0);
                if let Some(answer) = fits(&event) {
                    return Ok(answer);
                }
            }
            match self.frame().await.with_context(|| format!("waiting for {what}"))? {
                ServerFrame::Tick { seq, events } => self.take(seq, events),
                ServerFrame::Error { code, message, .. } => bail!("{code}: {message}"),
                _ => {}
            }
        }
    }

    fn take(&mut self, seq: u64, events: Vec<RoomEvent>) {
        self.seen.1 = seq;
        self.waiting.extend(events);
    }

    /// The next frame, within 20 s.
    pub async fn frame(&mut self) -> Result<ServerFrame> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.socket.next())
                .await
                .context("no frame in 20 s")?;
            match message.transpose()?.context("the socket closed")? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        }
    }
}
