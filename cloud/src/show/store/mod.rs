//! SQL of shows, line-ups and highlights.

pub(super) mod media;
pub(super) mod publish;

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use vitrine_protocol::{
    CouponCard, Highlight, HighlightAction, HighlightCard, HighlightId, OrgId, ProductId, PublishSessionId,
    ShowId, ShowState,
};

use super::{Lineup, LineupItem, Show};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: ShowId,
        org_id: OrgId,
        title: String,
        cover_url: Option<String>,
        state: String,
        receiving: bool,
        auto_live: bool,
        scheduled_ms: Option<i64>,
        planned_end_ms: Option<i64>,
        live_ms: Option<i64>,
        ended_ms: Option<i64>,
        interrupted_until_ms: Option<i64>,
        clock_epoch_ms: Option<i64>,
        ladder_top: Option<i64>,
        transmission_epoch: i64,
        publish_session: Option<PublishSessionId>,
        highlight_id: Option<HighlightId>,
        created_ms: i64,
        version: i64,
    }
}

impl Row {
    fn into_show(self, lineup: Lineup) -> Result<Show, DbError> {
        Ok(Show {
            id: self.id,
            org: self.org_id,
            title: self.title,
            cover_url: self.cover_url,
            state: ShowState::from_str(&self.state)
                .map_err(|_| DbError::Corrupt(format!("show state {}", self.state)))?,
            receiving: self.receiving,
            auto_live: self.auto_live,
            scheduled_at: self.scheduled_ms.map(from_ms),
            planned_end_at: self.planned_end_ms.map(from_ms),
            live_at: self.live_ms.map(from_ms),
            ended_at: self.ended_ms.map(from_ms),
            interrupted_until: self.interrupted_until_ms.map(from_ms),
            clock_epoch: self.clock_epoch_ms.map(from_ms),
            ladder_top: self.ladder_top,
            transmission_epoch: u32::try_from(self.transmission_epoch).unwrap_or(u32::MAX),
            publish_session: self.publish_session,
            highlight: self.highlight_id,
            lineup,
            created_at: from_ms(self.created_ms),
            version: self.version,
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, show: &Show) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO shows (id, org_id, title, cover_url, state, auto_live, scheduled_ms, created_ms, version, planned_end_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ).bind(show.id).bind(show.org).bind(&show.title).bind(&show.cover_url).bind(show.state.as_str())
        .bind(show.auto_live).bind(show.scheduled_at.map(to_ms)).bind(to_ms(show.created_at)).bind(show.version)
        .bind(show.planned_end_at.map(to_ms)).execute(c).await.map(drop))?;
    Ok(())
}

/// Locks a show of `org` until the transaction ends and bumps its version.
pub(super) async fn lock(tx: &mut Tx, org: OrgId, id: ShowId) -> Result<Option<Show>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE shows SET version = version + 1 WHERE org_id = $1 AND id = $2 RETURNING *"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    locked(tx, row).await
}

/// [`lock`] for parts of this program, which know the show alone.
pub(super) async fn lock_any(tx: &mut Tx, id: ShowId) -> Result<Option<Show>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE shows SET version = version + 1 WHERE id = $1 RETURNING *"
    ).bind(id).fetch_optional(c).await)?;
    locked(tx, row).await
}

async fn locked(tx: &mut Tx, row: Option<Row>) -> Result<Option<Show>, DbError> {
    let Some(row) = row else { return Ok(None) };
    let items: Vec<(String, String)> = on!(tx, c => sqlx::query_as(
        "SELECT kind, target_id FROM lineup_items WHERE show_id = $1 ORDER BY position"
    ).bind(row.id).fetch_all(c).await)?;
    row.into_show(lineup(items)?).map(Some)
}

/// A kind of item that a later version wrote is left out.
fn lineup(rows: Vec<(String, String)>) -> Result<Lineup, DbError> {
    let item = |(kind, id): (String, String)| match kind.as_str() {
        "product" => id.parse().map(|product_id| Some(LineupItem::Product { product_id })),
        "coupon" => id.parse().map(|coupon_id| Some(LineupItem::Coupon { coupon_id })),
        _ => Ok(None),
    };
    Ok(Lineup::stored(rows.into_iter().filter_map(|row| item(row).transpose()).collect::<Result<_, _>>()?))
}

/// Writes everything of a locked show but its line-up.
pub(super) async fn save(tx: &mut Tx, show: &Show) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE shows SET title = $2, cover_url = $3, state = $4, receiving = $5, auto_live = $6, scheduled_ms = $7,
         live_ms = $8, ended_ms = $9, interrupted_until_ms = $10, clock_epoch_ms = $11, publish_session = $12,
         highlight_id = $13, planned_end_ms = $14, ladder_top = $15 WHERE id = $1"
    ).bind(show.id).bind(&show.title).bind(&show.cover_url).bind(show.state.as_str()).bind(show.receiving)
        .bind(show.auto_live).bind(show.scheduled_at.map(to_ms)).bind(show.live_at.map(to_ms))
        .bind(show.ended_at.map(to_ms)).bind(show.interrupted_until.map(to_ms)).bind(show.clock_epoch.map(to_ms))
        .bind(show.publish_session).bind(show.highlight).bind(show.planned_end_at.map(to_ms)).bind(show.ladder_top)
        .execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn save_lineup(tx: &mut Tx, show: &Show) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM lineup_items WHERE show_id = $1").bind(show.id).execute(c).await.map(drop))?;
    for (position, item) in (0i64..).zip(show.lineup.items()) {
        let (kind, target) = match item {
            LineupItem::Product { product_id } => ("product", product_id.to_string()),
            LineupItem::Coupon { coupon_id } => ("coupon", coupon_id.to_string()),
        };
        on!(tx, c => sqlx::query(
            "INSERT INTO lineup_items (show_id, position, kind, target_id) VALUES ($1, $2, $3, $4)"
        ).bind(show.id).bind(position).bind(kind).bind(&target).execute(c).await.map(drop))?;
    }
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, show: ShowId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM shows WHERE id = $1").bind(show).execute(c).await.map(drop))?;
    Ok(())
}

/// A show of `org`.
pub(super) async fn get(db: &Db, org: OrgId, id: ShowId) -> Result<Option<Show>, DbError> {
    Ok(find(db, id).await?.filter(|show| show.org == org))
}

pub(super) async fn find(db: &Db, id: ShowId) -> Result<Option<Show>, DbError> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as("SELECT * FROM shows WHERE id = $1").bind(id).fetch_optional(c).await)?;
    match row {
        Some(row) => read(db, row).await.map(Some),
        None => Ok(None),
    }
}

async fn read(db: &Db, row: Row) -> Result<Show, DbError> {
    let items: Vec<(String, String)> = on!(db, c => sqlx::query_as(
        "SELECT kind, target_id FROM lineup_items WHERE show_id = $1 ORDER BY position"
    ).bind(row.id).fetch_all(c).await)?;
    row.into_show(lineup(items)?)
}

async fn read_all(db: &Db, rows: Vec<Row>) -> Result<Vec<Show>, DbError> {
    let mut shows = Vec::with_capacity(rows.len());
    for row in rows {
        shows.push(read(db, row).await?);
    }
    Ok(shows)
}

/// Shows of `org`, newest first, after the show `after`.
pub(super) async fn list(
    db: &Db,
    org: OrgId,
    after: Option<ShowId>,
    limit: i64,
) -> Result<Vec<Show>, DbError> {
    // Ids are ordered by time, and `g` sorts after every hexadecimal digit in any collation.
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM shows WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?;
    read_all(db, rows).await
}

/// The show of the channel: on air, else the next announced, else the last that ended.
pub(super) async fn on_air(db: &Db, org: OrgId) -> Result<Option<Show>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM shows WHERE org_id = $1 AND state IN ('live', 'interrupted')
         ORDER BY CASE WHEN state = 'live' THEN 0 ELSE 1 END, live_ms DESC LIMIT 1"
    ).bind(org).fetch_optional(c).await)?;
    one(db, row).await
}

/// Every show of `org` that is on air.
pub(super) async fn all_on_air(db: &Db, org: OrgId) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT id FROM shows WHERE org_id = $1 AND state IN ('live', 'interrupted') ORDER BY id LIMIT 1000"
    ).bind(org).fetch_all(c).await)?)
}

/// Of those that were to start after `since`, or whose picture arrives.
pub(super) async fn next(db: &Db, org: OrgId, since: DateTime<Utc>) -> Result<Option<Show>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM shows WHERE org_id = $1 AND state = 'scheduled' AND (scheduled_ms > $2 OR receiving)
         ORDER BY scheduled_ms, id LIMIT 1"
    ).bind(org).bind(to_ms(since)).fetch_optional(c).await)?;
    one(db, row).await
}

pub(super) async fn last(db: &Db, org: OrgId) -> Result<Option<Show>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM shows WHERE org_id = $1 AND state = 'ended' ORDER BY ended_ms DESC, id DESC LIMIT 1"
    ).bind(org).fetch_optional(c).await)?;
    one(db, row).await
}

async fn one(db: &Db, row: Option<Row>) -> Result<Option<Show>, DbError> {
    match row {
        Some(row) => read(db, row).await.map(Some),
        None => Ok(None),
    }
}

/// Shows that have, or should have, a transmission.
pub(super) async fn running(db: &Db) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT id FROM shows WHERE state IN ('live', 'interrupted') OR receiving ORDER BY id LIMIT 1000"
    ).fetch_all(c).await)?)
}

/// Interrupted shows whose time is up.
pub(super) async fn deserted(db: &Db, now: DateTime<Utc>) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT id FROM shows WHERE state = 'interrupted' AND interrupted_until_ms <= $1 LIMIT 100"
    ).bind(to_ms(now)).fetch_all(c).await)?)
}

row! {
    struct OverrunRow {
        id: ShowId,
        org_id: OrgId,
        planned_end_ms: i64,
    }
}

/// A show, whose it is, and its planned end.
pub(super) type Overrun = (ShowId, OrgId, DateTime<Utc>);

/// Shows on air after the end that was planned when they went live, of organisations that want them to end by themselves. The
/// earliest end first, after the show that `after` names by its end and itself.
pub(super) async fn overrunning(
    db: &Db,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, ShowId)>,
    limit: i64,
) -> Result<Vec<Overrun>, DbError> {
    let (end, id) = after.map_or((i64::MIN, String::new()), |(end, id)| (to_ms(end), id.to_string()));
    let rows: Vec<OverrunRow> = on!(db, c => sqlx::query_as(
        "SELECT s.id, s.org_id, s.planned_end_ms FROM shows s JOIN organizations o ON o.id = s.org_id
         WHERE s.state IN ('live', 'interrupted') AND s.planned_end_ms <= $1
             AND s.planned_end_ms > COALESCE(s.live_ms, 0)
             AND (s.planned_end_ms > $2 OR (s.planned_end_ms = $2 AND s.id > $3))
             AND o.settings LIKE '%\"end_after_planned_min\":%'
             AND o.settings NOT LIKE '%\"end_after_planned_min\":null%'
         ORDER BY s.planned_end_ms, s.id LIMIT $4"
    ).bind(to_ms(now)).bind(end).bind(&id).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| (row.id, row.org_id, from_ms(row.planned_end_ms))).collect())
}

/// Shows that are not over and have `product` in their line-up or on the screen.
pub(super) async fn selling(tx: &mut Tx, org: OrgId, product: ProductId) -> Result<Vec<ShowId>, DbError> {
    let card = format!("%\"product_id\":\"{product}\"%");
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT id FROM shows WHERE org_id = $1 AND state <> 'ended' AND (
             EXISTS (SELECT 1 FROM lineup_items l WHERE l.show_id = shows.id AND l.kind = 'product' AND l.target_id = $2)
             OR EXISTS (SELECT 1 FROM highlights h WHERE h.id = shows.highlight_id AND h.card LIKE $3)
         ) ORDER BY id"
    ).bind(org).bind(product).bind(&card).fetch_all(c).await)?)
}

/// Shows that are not over and have a product in their line-up.
pub(super) async fn with_product(db: &Db, org: OrgId, product: ProductId) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT DISTINCT s.id FROM lineup_items l JOIN shows s ON s.id = l.show_id
         WHERE l.target_id = $2 AND l.kind = 'product' AND s.org_id = $1 AND s.state <> 'ended'"
    ).bind(org).bind(product).fetch_all(c).await)?)
}

/// Shows that are not over and have a card on the screen that is like `mark`.
pub(super) async fn pinning(tx: &mut Tx, org: OrgId, mark: &str) -> Result<Vec<ShowId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT id FROM shows WHERE org_id = $1 AND state <> 'ended'
             AND EXISTS (SELECT 1 FROM highlights h WHERE h.id = shows.highlight_id AND h.card LIKE $2) ORDER BY id"
    ).bind(org).bind(mark).fetch_all(c).await)?)
}

row! {
    struct PinRow {
        id: ShowId,
        org_id: OrgId,
        card: String,
    }
}

/// A show that has a coupon on its screen, whose it is, and that; None when it is something else, or cannot be read.
pub(super) type CouponPin = (ShowId, OrgId, Option<CouponCard>);

/// Coupons on the screens of shows that are on air, in the order of the shows, after the show `after`.
pub(super) async fn coupon_pins(
    db: &Db,
    after: Option<ShowId>,
    limit: i64,
) -> Result<Vec<CouponPin>, DbError> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let rows: Vec<PinRow> = on!(db, c => sqlx::query_as(
        "SELECT s.id, s.org_id, h.card FROM shows s JOIN highlights h ON h.id = s.highlight_id AND h.action = 'show'
         WHERE s.state IN ('live', 'interrupted') AND s.id > $1 AND h.card LIKE '%\"coupon_id\"%'
         ORDER BY s.id LIMIT $2"
    ).bind(&after).bind(limit).fetch_all(c).await)?;
    let coupon = |row: &PinRow| match serde_json::from_str(&row.card) {
        Ok(HighlightCard::Coupon(card)) => Some(card),
        Ok(HighlightCard::Product(_)) => None,
        Err(error) => {
            tracing::warn!(show.id = %row.id, %error, "what is pinned cannot be read");
            None
        }
    };
    Ok(rows.iter().map(|row| (row.id, row.org_id, coupon(row))).collect())
}

row! {
    struct HighlightRow {
        id: HighlightId,
        action: String,
        media_time_ms: Option<i64>,
        at_ms: i64,
        card: String,
    }
}

impl HighlightRow {
    fn into_highlight(self) -> Result<Highlight, DbError> {
        let action = match self.action.as_str() {
            "show" => HighlightAction::Show,
            "clear" => HighlightAction::Clear,
            other => return Err(DbError::Corrupt(format!("highlight action {other}"))),
        };
        let mut card = serde_json::from_str(&self.card)?;
        if let HighlightCard::Product(card) = &mut card {
            card.hide_stock(); // Earlier versions wrote all of it.
        }
        Ok(Highlight {
            id: self.id,
            action,
            media_time_ms: self.media_time_ms,
            at: from_ms(self.at_ms),
            card,
        })
    }
}

pub(super) async fn insert_highlight(
    tx: &mut Tx,
    show: ShowId,
    highlight: &Highlight,
) -> Result<(), DbError> {
    let action = match highlight.action {
        HighlightAction::Show => "show",
        HighlightAction::Clear => "clear",
    };
    let card = serde_json::to_string(&highlight.card)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO highlights (show_id, id, action, media_time_ms, at_ms, card) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(show).bind(highlight.id).bind(action).bind(highlight.media_time_ms).bind(to_ms(highlight.at)).bind(&card)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The latest transition of a show, in a transaction that holds the show.
pub(super) async fn latest_highlight(tx: &mut Tx, show: ShowId) -> Result<Option<Highlight>, DbError> {
    // Ids grow with time; at the same instant the `clear` of the old pin comes before the `show` of the new one.
    let row: Option<HighlightRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, action, media_time_ms, at_ms, card FROM highlights WHERE show_id = $1
         ORDER BY at_ms DESC, id DESC, action LIMIT 1"
    ).bind(show).fetch_optional(c).await)?;
    row.map(HighlightRow::into_highlight).transpose()
}

/// The `show` transition of a pin.
pub(super) async fn shown(db: &Db, id: HighlightId) -> Result<Option<Highlight>, DbError> {
    let row: Option<HighlightRow> = on!(db, c => sqlx::query_as(
        "SELECT id, action, media_time_ms, at_ms, card FROM highlights WHERE id = $1 AND action = 'show'"
    ).bind(id).fetch_optional(c).await)?;
    row.map(HighlightRow::into_highlight).transpose()
}

/// The same, if it is one of `show`.
pub(super) async fn shown_of(db: &Db, show: ShowId, id: HighlightId) -> Result<Option<Highlight>, DbError> {
    let row: Option<HighlightRow> = on!(db, c => sqlx::query_as(
        "SELECT id, action, media_time_ms, at_ms, card FROM highlights
         WHERE id = $1 AND show_id = $2 AND action = 'show'"
    ).bind(id).bind(show).fetch_optional(c).await)?;
    row.map(HighlightRow::into_highlight).transpose()
}

/// The same, in a transaction.
pub(super) async fn shown_in(tx: &mut Tx, id: HighlightId) -> Result<Option<Highlight>, DbError> {
    let row: Option<HighlightRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, action, media_time_ms, at_ms, card FROM highlights WHERE id = $1 AND action = 'show'"
    ).bind(id).fetch_optional(c).await)?;
    row.map(HighlightRow::into_highlight).transpose()
}

/// Transitions since `since`, oldest first; at one instant a `clear` comes before the `show` that replaces it.
pub(super) async fn highlights_since(
    db: &Db,
    show: ShowId,
    since: DateTime<Utc>,
) -> Result<Vec<Highlight>, DbError> {
    let rows: Vec<HighlightRow> = on!(db, c => sqlx::query_as(
        "SELECT id, action, media_time_ms, at_ms, card FROM highlights WHERE show_id = $1 AND at_ms >= $2
         ORDER BY at_ms, id, action DESC LIMIT 500"
    ).bind(show).bind(to_ms(since)).fetch_all(c).await)?;
    rows.into_iter().map(HighlightRow::into_highlight).collect()
}
