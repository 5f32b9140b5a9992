//! HTTP of shows.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{
    Code, CouponId, Highlight, HighlightId, HighlightTarget, OrgId, ProductId, PublishInstant, ShowId,
    ShowState,
};

use super::model::ItemKind;
use super::{LineupItem, PublishKey, PublishKeyState, Show, ShowDraft, ShowError, ShowPatch, Shows};
use crate::base::{
    Actor, ApiError, Created, IfMatch, Invalid, Json, Page, PageQuery, Path, Problems, Query, Secretive,
    Versioned,
};
use crate::events::Recorded;

/// The room's addresses.
pub fn router(shows: Shows) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_shows, create_show))
        .routes(routes!(get_show, change_show, delete_show))
        .routes(routes!(set_lineup))
        .routes(routes!(go_live))
        .routes(routes!(end_show))
        .routes(routes!(issue_publish_key, publish_key_state, revoke_publish_keys))
        .routes(routes!(show_highlight))
        .routes(routes!(get_highlight))
        .routes(routes!(clear_highlight))
        .routes(routes!(show_timeline))
        .with_state(shows)
}

/// A show as members see it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Show)]
struct ShowView {
    /// The show.
    id: ShowId,
    /// Whose it is.
    org_id: OrgId,
    /// Its title.
    title: String,
    /// A picture for before and after.
    cover_url: Option<String>,
    /// Where it is in its life.
    state: ShowState,
    /// Whether a publisher's picture arrives.
    receiving: bool,
    /// Whether it goes live by itself once a picture arrives.
    auto_live: bool,
    /// When it is announced for.
    scheduled_at: Option<DateTime<Utc>>,
    /// When it is to be over.
    planned_end_at: Option<DateTime<Utc>>,
    /// While it is on air: when it ends by itself, by the organisation's rule for shows that go on after their planned end.
    ends_at: Option<DateTime<Utc>>,
    /// When it went live.
    live_at: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// While interrupted: when it ends unless a publisher comes back.
    interrupted_until: Option<DateTime<Utc>>,
    /// What it sells, in order.
    lineup: Vec<LineupItem>,
    /// What is pinned.
    highlight: Option<Highlight>,
    /// Where its picture plays.
    playback_url: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Grows with each change; the answer's `ETag`.
    version: i64,
}

async fn view(shows: &Shows, show: Show) -> Result<Versioned<ShowView>, ApiError> {
    let highlight = shows.pinned(&show).await?;
    let ends_at = shows.ends_at(&show).await?;
    let view = ShowView {
        id: show.id,
        org_id: show.org,
        title: show.title,
        cover_url: show.cover_url,
        state: show.state,
        receiving: show.receiving,
        auto_live: show.auto_live,
        scheduled_at: show.scheduled_at,
        planned_end_at: show.planned_end_at,
        ends_at,
        live_at: show.live_at,
        ended_at: show.ended_at,
        interrupted_until: show.interrupted_until,
        lineup: show.lineup.items().to_vec(),
        highlight,
        playback_url: shows.playback_url(show.id),
        created_at: show.created_at,
        version: show.version,
    };
    Ok(Versioned(view.version, view))
}

/// Another line-up.
#[derive(Deserialize, utoipa::ToSchema)]
struct LineupUpdate {
    /// At most 200 items, none twice, in the order in which they are to be shown.
    items: Vec<LineupItem>,
}

/// What to pin, and on which frame.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(try_from = "NamedHighlight")]
struct HighlightRequest {
    /// The product or coupon.
    #[serde(flatten)]
    target: HighlightTarget,
    /// The frame on the publisher's screen; the present when absent.
    #[serde(default)]
    at: Option<PublishInstant>,
}

/// The same with its fields in the open.
#[derive(Deserialize)]
struct NamedHighlight {
    kind: ItemKind,
    product_id: Option<ProductId>,
    coupon_id: Option<CouponId>,
    at: Option<PublishInstant>,
}

impl TryFrom<NamedHighlight> for HighlightRequest {
    type Error = Invalid;

    fn try_from(named: NamedHighlight) -> Result<Self, Invalid> {
        let item = LineupItem::named(named.kind, named.product_id, named.coupon_id)?;
        Ok(Self { target: item.into(), at: named.at })
    }
}

/// On which frame the pin comes off.
#[derive(Default, Deserialize, utoipa::ToSchema)]
struct ClearRequest {
    /// The frame on the publisher's screen; the present when absent.
    #[serde(default)]
    at: Option<PublishInstant>,
}

/// Shows, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows", tag = "shows", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<ShowView>), Problems))]
async fn list_shows(
    State(shows): State<Shows>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ShowView>>, ApiError> {
    let found = shows.list(&actor, org, page.after()?, page.limit()).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for show in found.items {
        items.push(view(&shows, show).await?.1);
    }
    Ok(Json(Page { items, next: found.next }))
}

/// Makes a show; announced when it has a start.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows", tag = "shows", params(("org" = OrgId, Path)),
    responses((status = 201, body = ShowView, headers(("Location" = String, description = "Its address."))), Problems))]
async fn create_show(
    State(shows): State<Shows>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<ShowDraft>,
) -> Result<Created<Versioned<ShowView>>, ApiError> {
    let show = shows.create(&actor, org, draft).await?;
    Ok(Created(format!("/v1/orgs/{org}/shows/{}", show.id), view(&shows, show).await?))
}

/// A show.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = ShowView), Problems))]
async fn get_show(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Versioned<ShowView>, ApiError> {
    let show = shows.get(&actor, org, show).await?;
    view(&shows, show).await
}

/// Changes a show; with `If-Match` only the version that was seen.
#[utoipa::path(patch, path = "/v1/orgs/{org}/shows/{show}", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = ShowView), Problems))]
async fn change_show(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    IfMatch(seen): IfMatch,
    Json(patch): Json<ShowPatch>,
) -> Result<Versioned<ShowView>, ApiError> {
    let show = shows.change(&actor, org, show, seen, patch).await?;
    view(&shows, show).await
}

/// Deletes a show that never aired.
#[utoipa::path(delete, path = "/v1/orgs/{org}/shows/{show}", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 204), Problems))]
async fn delete_show(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<StatusCode, ApiError> {
    shows.delete(&actor, org, show).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a show another line-up; with `If-Match` only the version that was seen.
#[utoipa::path(put, path = "/v1/orgs/{org}/shows/{show}/lineup", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = ShowView), Problems))]
async fn set_lineup(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    IfMatch(seen): IfMatch,
    Json(lineup): Json<LineupUpdate>,
) -> Result<Versioned<ShowView>, ApiError> {
    let show = shows.set_lineup(&actor, org, show, seen, lineup.items).await?;
    view(&shows, show).await
}

/// Puts a show on air. It needs a picture that arrives.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/go-live", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = ShowView), Problems))]
async fn go_live(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Versioned<ShowView>, ApiError> {
    let show = shows.go_live(&actor, org, show).await?;
    view(&shows, show).await
}

/// Ends a show.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/end", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = ShowView), Problems))]
async fn end_show(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Versioned<ShowView>, ApiError> {
    let show = shows.end(&actor, org, show).await?;
    view(&shows, show).await
}

/// Makes a publish key, shown this once. Older keys open nothing any more; what they opened goes on.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/publish-key", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 201, body = PublishKey, headers(("Location" = String, description = "Its address."))), Problems))]
async fn issue_publish_key(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Created<(Extension<Secretive>, Json<PublishKey>)>, ApiError> {
    let key = shows.issue_key(&actor, org, show).await?;
    let address = format!("/v1/orgs/{org}/shows/{show}/publish-key");
    Ok(Created(address, (Extension(Secretive), Json(key))))
}

/// Whether a publish key opens the show, and since when. The key itself was shown once.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/publish-key", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = PublishKeyState), Problems))]
async fn publish_key_state(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Json<PublishKeyState>, ApiError> {
    Ok(Json(shows.key_state(&actor, org, show).await?))
}

/// Revokes every publish key of a show and closes what they opened.
#[utoipa::path(delete, path = "/v1/orgs/{org}/shows/{show}/publish-key", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 204), Problems))]
async fn revoke_publish_keys(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<StatusCode, ApiError> {
    shows.revoke_keys(&actor, org, show).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pins a product or coupon of the line-up; what was pinned before comes off.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/highlights", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 201, body = Highlight, headers(("Location" = String, description = "Its address."))), Problems))]
async fn show_highlight(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Json(request): Json<HighlightRequest>,
) -> Result<Created<Json<Highlight>>, ApiError> {
    let highlight = shows.highlight(&actor, org, show, request.target, request.at).await?;
    Ok(Created(format!("/v1/orgs/{org}/shows/{show}/highlights/{}", highlight.id), Json(highlight)))
}

/// What was pinned under this id, as it came on; whether it is on now, the show says.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/highlights/{highlight}", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), ("highlight" = HighlightId, Path)),
    responses((status = 200, body = Highlight), Problems))]
async fn get_highlight(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show, highlight)): Path<(OrgId, ShowId, HighlightId)>,
) -> Result<Json<Highlight>, ApiError> {
    Ok(Json(shows.shown(&actor, org, show, highlight).await?))
}

/// Takes off what is pinned.
#[utoipa::path(post, path = "/v1/orgs/{org}/shows/{show}/highlights/clear", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = Highlight), Problems))]
async fn clear_highlight(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Json(request): Json<ClearRequest>,
) -> Result<Json<Highlight>, ApiError> {
    Ok(Json(shows.clear_highlight(&actor, org, show, request.at).await?))
}

/// The facts of a show, oldest first; `after` is a `seq`.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/timeline", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path), PageQuery),
    responses((status = 200, body = Page<Recorded>), Problems))]
async fn show_timeline(
    State(shows): State<Shows>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Recorded>>, ApiError> {
    let after = page.after()?.unwrap_or(0);
    Ok(Json(shows.timeline(&actor, org, show, after, page.limit()).await?))
}

impl From<ShowError> for ApiError {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::Denied(denied) => denied.into(),
            ShowError::Invalid(invalid) => invalid.into(),
            ShowError::NotFound(_) => Self::not_found("show"),
            ShowError::IllegalMove(_) => Self::new(Code::IllegalMove, error.to_string()),
            ShowError::Ended => Self::new(Code::ShowEnded, "the show is over"),
            ShowError::NotReceiving => {
                Self::new(Code::NotReceiving, "no picture arrives yet; start the publisher first")
            }
            ShowError::NoHighlight => Self::not_found("highlight"),
            ShowError::NotOnSale => Self::new(
                Code::NotOnSale,
                "it is not on sale now: the product is hidden, or the coupon has ended, is used up or has not begun",
            ),
            ShowError::NotInLineup => Self::new(Code::NotInLineup, "it is not in the show's line-up"),
            ShowError::NotInCatalog(what) => {
                Self::new(Code::InvalidRequest, format!("the catalogue does not hold {what}"))
                    .with_status(StatusCode::UNPROCESSABLE_ENTITY)
            }
            ShowError::NothingPinned => Self::new(Code::IllegalMove, "nothing is pinned"),
            ShowError::BadPublishKey => Self::new(Code::BadPublishKey, "the publish key opens nothing"),
            ShowError::Stale(version) => {
                Self::new(Code::Conflict, format!("it has changed meanwhile; its version is {version}"))
                    .with_status(StatusCode::PRECONDITION_FAILED)
            }
            ShowError::OldOwner => Self::new(Code::IllegalMove, "another server looks after this show"),
            ShowError::InUse => Self::new(Code::IllegalMove, "orders name this show, so it stays"),
            ShowError::Plan(error) => error.into(),
            ShowError::Catalog(error) => error.into(),
            ShowError::Db(_) => Self::internal(&error),
        }
    }
}
