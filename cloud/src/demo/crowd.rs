//! The people in the demo's chat: the host and a few shoppers, each on a socket of their own.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::{CancellationToken, DropGuard};
use vitrine_protocol::ShowId;
use vitrine_protocol::rtm::{ClientFrame, Reaction, ServerFrame};

use super::api::Cloud;
use super::error::DemoError;
use super::script::SHOPPERS;

/// How often a socket says that it is alive.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Pause before a lost socket comes back.
const BACK_AFTER: Duration = Duration::from_secs(2);

/// What somebody is asked to do.
#[derive(Debug, Clone)]
enum Line {
    Say(&'static str),
    React(Reaction),
}

/// Everybody who is in the room of one show. Dropping it sends them home.
pub(super) struct Crowd {
    host: mpsc::Sender<Line>,
    shoppers: Vec<mpsc::Sender<Line>>,
    _home: DropGuard,
}

impl Crowd {
    /// Sends everybody into the room of `show`. `host` holds the host's session.
    pub(super) fn enter(address: SocketAddr, show: ShowId, host: &Cloud) -> Self {
        let home = CancellationToken::new();
        let person = |who: Who| {
            let (lines, spoken) = mpsc::channel(16);
            tokio::spawn(attend(address, show, who, spoken, home.clone()));
            lines
        };
        let host = person(Who::Host(host.clone()));
        let shoppers = SHOPPERS.iter().map(|name| person(Who::Shopper(name))).collect();
        Self { host, shoppers, _home: home.drop_guard() }
    }

    /// Says something under the shop's name. Nobody waits for it: a socket that is away leaves it unsaid.
    pub(super) fn host_says(&self, text: &'static str) {
        let _ = self.host.try_send(Line::Say(text));
    }

    /// A shopper says something.
    pub(super) fn shopper_says(&self, who: usize, text: &'static str) {
        if let Some(shopper) = self.shoppers.get(who) {
            let _ = shopper.try_send(Line::Say(text));
        }
    }

    /// A shopper reacts.
    pub(super) fn react(&self, who: usize, kind: Reaction) {
        if let Some(shopper) = self.shoppers.get(who) {
            let _ = shopper.try_send(Line::React(kind));
        }
    }
}

enum Who {
    Host(Cloud),
    Shopper(&'static str),
}

/// Keeps somebody in the room until they are sent home.
async fn attend(
    address: SocketAddr,
    show: ShowId,
    who: Who,
    mut lines: mpsc::Receiver<Line>,
    home: CancellationToken,
) {
    let mut pass = None;
    loop {
        let visit = visit(address, show, &who, &mut pass, &mut lines);
        tokio::select! {
            () = home.cancelled() => return,
            outcome = visit => if let Err(reason) = outcome {
                tracing::debug!(reason, "a socket of the demo was lost");
            },
        }
        tokio::select! {
            () = home.cancelled() => return,
            () = sleep(BACK_AFTER) => {}
        }
        while lines.try_recv().is_ok() {} // what was to be said meanwhile is no longer of interest
    }
}

#[derive(Deserialize)]
struct Pass {
    token: String,
}

async fn visit(
    address: SocketAddr,
    show: ShowId,
    who: &Who,
    pass: &mut Option<String>,
    lines: &mut mpsc::Receiver<Line>,
) -> Result<(), String> {
    let (agent, token) = match who {
        Who::Host(cloud) => ("vitrine-demo host".to_owned(), cloud.token().ok_or("no session")?),
        Who::Shopper(name) => {
            let agent = format!("vitrine-demo shopper {name}");
            let token = shopper_pass(address, show, name, &agent, pass.as_deref()).await;
            (agent, token.map_err(|error| error.to_string())?)
        }
    };
    if matches!(who, Who::Shopper(_)) {
        *pass = Some(token.clone());
    }
    let words = |error: tokio_tungstenite::tungstenite::Error| error.to_string();
    let mut request = format!("ws://{address}/v1/rtm").into_client_request().map_err(words)?;
    let agent = agent.parse().map_err(|_| "a name that is no header")?;
    request.headers_mut().insert("user-agent", agent);
    let connect = timeout(Duration::from_secs(5), tokio_tungstenite::connect_async(request));
    let (mut socket, _) = connect.await.map_err(|_| "no answer")?.map_err(words)?;
    let write = |frame: &ClientFrame| Message::text(serde_json::to_string(frame).unwrap_or_default());
    socket.send(write(&ClientFrame::Hello { token, show, epoch: None, seq: None })).await.map_err(words)?;
    let mut ping = tokio::time::interval(PING_EVERY);
    let mut marks = 0u64;
    loop {
        tokio::select! {
            incoming = socket.next() => match incoming {
                Some(Ok(Message::Text(text))) => {
                    if let Ok(ServerFrame::Error { message, .. }) = serde_json::from_str(&text) {
                        tracing::debug!(message, "the chat refused the demo");
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or_else(String::new, |frame| frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("the line broke".into()),
            },
            line = lines.recv() => {
                marks += 1;
                let frame = match line {
                    Some(Line::Say(text)) => ClientFrame::Chat { mark: marks.to_string(), text: text.to_owned() },
                    Some(Line::React(kind)) => ClientFrame::Reaction { kind },
                    None => return Ok(()),
                };
                socket.send(write(&frame)).await.map_err(words)?;
            }
            _ = ping.tick() => socket.send(write(&ClientFrame::Ping)).await.map_err(words)?,
        }
    }
}

async fn shopper_pass(
    address: SocketAddr,
    show: ShowId,
    name: &str,
    agent: &str,
    held: Option<&str>,
) -> Result<String, DemoError> {
    let cloud = Cloud::at(address, agent)?;
    let body = json!({"nickname": name, "token": held});
    Ok(cloud.post::<Pass>(&format!("/v1/public/shows/{show}/viewers"), body).await?.token)
}
