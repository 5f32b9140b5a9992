//! The socket's address and the moderators' addresses.

use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use tokio_tungstenite::tungstenite;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::rtm::MAX_CLIENT_FRAME_BYTES;
use vitrine_protocol::{BanId, Code, MessageId, OrgId, ShowId};

use super::conn::{Close, Incoming, Peer, Wire, serve};
use super::error::RtmError;
use super::model::{Ban, ModeratedMessage};
use super::service::Rtm;
use crate::base::{
    Actor, ApiError, Created, Json, Page, PageQuery, Path, Problems, Query, Remote, foreign_page, trimmed,
};

/// A frame's text, shared by everybody who gets it.
pub(super) use axum::extract::ws::Utf8Bytes as Text;

/// Reads and writes go through buffers of this size: the default of 128 KiB is what an idle socket costs.
const BUFFER_BYTES: usize = 4_096;
/// More than the largest frame that we write; beyond it a write fails.
const MAX_WRITE_BYTES: usize = 1_024 * 1_024;

/// The chat's addresses.
pub fn router(rtm: Rtm) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(get_message, remove_message))
        .routes(routes!(list_bans, ban))
        .routes(routes!(get_ban, lift_ban))
        .route("/v1/rtm", axum::routing::get(connect))
        .with_state(rtm)
}

async fn connect(
    State(rtm): State<Rtm>,
    Remote(address): Remote,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|rejection| ApiError::new(Code::InvalidRequest, rejection.body_text()))?;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = foreign_page(&headers).map(str::to_owned);
    // Read tolerantly: what a later page asks for beside it is nothing to this server.
    let query = query.unwrap_or_default();
    let knows_offers = query.split('&').any(|one| one == "offers=1");
    let peer = Peer { network: Some(rtm.tokens().network(address, browser)), page, knows_offers };
    Ok(upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(MAX_WRITE_BYTES)
        .max_message_size(MAX_CLIENT_FRAME_BYTES)
        .max_frame_size(MAX_CLIENT_FRAME_BYTES)
        .on_upgrade(move |socket| serve(socket, rtm, peer)))
}

impl Wire for WebSocket {
    async fn recv(&mut self) -> Incoming {
        match WebSocket::recv(self).await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Binary(_))) => Incoming::Binary,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) => {
                // Reading on writes our half of the closing handshake.
                let rest = async { while let Some(Ok(_)) = WebSocket::recv(self).await {} };
                let _ = tokio::time::timeout(Duration::from_secs(1), rest).await;
                Incoming::Gone
            }
            None => Incoming::Gone,
            Some(Err(error)) => match error.into_inner().downcast_ref::<tungstenite::Error>() {
                Some(tungstenite::Error::Capacity(_)) => Incoming::TooBig,
                _ => Incoming::Gone,
            },
        }
    }

    async fn send(&mut self, text: Text) -> bool {
        WebSocket::send(self, Message::Text(text)).await.is_ok()
    }

    async fn ping(&mut self) -> bool {
        WebSocket::send(self, Message::Ping(Default::default())).await.is_ok()
    }

    async fn close(&mut self, close: Close) {
        let frame = CloseFrame { code: close.code(), reason: close.reason().as_str().into() };
        let _ = WebSocket::send(self, Message::Close(Some(frame))).await;
        // The peer's own close frame ends the conversation; reading on lets it arrive.
        while let Some(Ok(_)) = WebSocket::recv(self).await {}
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Before {
    /// The oldest message of the page before.
    before: Option<MessageId>,
    /// How many at most: 1 to 200, 50 when not said.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewBan {
    /// The message whose author is meant.
    message_id: MessageId,
    /// Why; for the other moderators.
    reason: Option<String>,
}

/// Messages of a show, newest first, removed ones included.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/messages", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), Before),
    responses((status = 200, body = Page<ModeratedMessage>), Problems))]
async fn list_messages(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Query(page): Query<Before>,
) -> Result<Json<Page<ModeratedMessage>>, ApiError> {
    let limit = i64::from(page.limit.unwrap_or(50).clamp(1, 200));
    Ok(Json(rtm.messages(&actor, org, show, page.before, limit).await?))
}

/// Removes a message for everybody.
#[utoipa::path(delete, path = "/v1/orgs/{org}/shows/{show}/messages/{message}", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("message" = MessageId, Path)),
    responses((status = 204), Problems))]
async fn remove_message(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show, message)): Path<(OrgId, ShowId, MessageId)>,
) -> Result<StatusCode, ApiError> {
    rtm.remove_message(&actor, org, show, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A message, removed or not.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/messages/{message}", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("message" = MessageId, Path)),
    responses((status = 200, body = ModeratedMessage), Problems))]
async fn get_message(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show, message)): Path<(OrgId, ShowId, MessageId)>,
) -> Result<Json<ModeratedMessage>, ApiError> {
    Ok(Json(rtm.message(&actor, org, show, message).await?))
}

/// The running bans of a show, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/bans", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), PageQuery),
    responses((status = 200, body = Page<Ban>), Problems))]
async fn list_bans(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Ban>>, ApiError> {
    Ok(Json(rtm.bans(&actor, org, show, page.after()?, page.limit()).await?))
}

/// A running ban.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/bans/{ban}", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("ban" = BanId, Path)),
    responses((status = 200, body = Ban), Problems))]
async fn get_ban(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show, ban)): Path<(OrgId, ShowId, BanId)>,
) -> Result<Json<Ban>, ApiError> {
    Ok(Json(rtm.running_ban(&actor, org, show, ban).await?))
}

/// Bans the author of a message and removes all they said in the show.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/bans", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)), request_body = NewBan,
    responses((status = 201, body = Ban, headers(("Location" = String, description = "Its address."))), Problems))]
async fn ban(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Json(body): Json<NewBan>,
) -> Result<Created<Json<Ban>>, ApiError> {
    let reason = body.reason.map(|reason| trimmed("reason", &reason, 0, 200)).transpose()?;
    let reason = reason.filter(|reason| !reason.is_empty());
    let ban = rtm.ban(&actor, org, show, body.message_id, reason).await?;
    Ok(Created(format!("/v1/orgs/{org}/shows/{show}/bans/{}", ban.id), Json(ban)))
}

/// How a ban is lifted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct LiftQuery {
    /// Brings back what the ban removed: for a ban by mistake.
    #[serde(default)]
    restore: bool,
}

/// Lifts a ban. What it removed stays away unless `restore` says otherwise.
#[utoipa::path(delete, path = "/v1/orgs/{org}/shows/{show}/bans/{ban}", tag = "chat",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("ban" = BanId, Path), LiftQuery),
    responses((status = 204), Problems))]
async fn lift_ban(
    State(rtm): State<Rtm>,
    actor: Actor,
    Path((org, show, ban)): Path<(OrgId, ShowId, BanId)>,
    Query(query): Query<LiftQuery>,
) -> Result<StatusCode, ApiError> {
    rtm.lift_ban(&actor, org, show, ban, query.restore).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<RtmError> for ApiError {
    fn from(error: RtmError) -> Self {
        match error {
            RtmError::Inside(cause) => Self::internal(cause.as_ref()),
            RtmError::Denied(denied) => denied.into(),
            RtmError::HelloExpected
            | RtmError::BadFrame
            | RtmError::Unauthenticated
            | RtmError::NotFound
            | RtmError::Stranger
            | RtmError::Page
            | RtmError::Forbidden
            | RtmError::BadMessage
            | RtmError::Full
            | RtmError::Banned
            | RtmError::TooFast
            | RtmError::ShowEnded
            | RtmError::BanOfMember
            | RtmError::Busy
            | RtmError::Restarting => Self::new(error.code(), error.to_string()),
        }
    }
}
