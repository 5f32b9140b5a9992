//! SQL of webhooks and their messages. `waiting` of a webhook is counted along, so that nobody counts rows for each fact.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ProductId, WebhookDeliveryId, WebhookId};

use super::model::{Due, Target};
use super::{DeliveryState, Webhook, WebhookDelivery, WebhookEvent};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: WebhookId,
        url: String,
        events: String,
        active: bool,
        off_reason: Option<String>,
        failing_since_ms: Option<i64>,
        waiting: i64,
        missed: i64,
        old_until_ms: Option<i64>,
        created_ms: i64,
        version: i64,
    }
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            url: row.url,
            events: WebhookEvent::read(&row.events),
            active: row.active,
            off_reason: row.off_reason,
            failing_since: row.failing_since_ms.map(from_ms),
            waiting: row.waiting,
            missed: row.missed,
            old_secret_until: row.old_until_ms.map(from_ms),
            created_at: from_ms(row.created_ms),
            version: row.version,
        }
    }
}

/// The columns of [`Row`].
macro_rules! webhook {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, url, events, active, off_reason, failing_since_ms, waiting, missed, old_until_ms, created_ms, version ",
            $after
        )
    };
}

/// The organisation's webhooks, oldest first.
pub(super) async fn list(db: &Db, org: OrgId) -> Result<Vec<Webhook>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        webhook!("SELECT", "FROM webhooks WHERE org_id = $1 ORDER BY id LIMIT 100")
    ).bind(org).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

pub(super) async fn get(db: &Db, org: OrgId, id: WebhookId) -> Result<Option<Webhook>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(
        webhook!("SELECT", "FROM webhooks WHERE org_id = $1 AND id = $2")
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Webhook::from))
}

/// The webhook, held until the end of `tx`.
pub(super) async fn lock(tx: &mut Tx, org: OrgId, id: WebhookId) -> Result<Option<Webhook>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        webhook!("UPDATE webhooks SET version = version WHERE org_id = $1 AND id = $2 RETURNING", "")
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Webhook::from))
}

/// Holds the organisation, so that what it has is counted by one at a time.
pub(super) async fn hold(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE organizations SET version = version WHERE id = $1")
        .bind(org).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn count(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM webhooks WHERE org_id = $1")
        .bind(org).fetch_one(c).await)?)
}

pub(super) async fn insert(
    tx: &mut Tx,
    org: OrgId,
    webhook: &Webhook,
    events: &str,
    sealed: &str,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO webhooks (id, org_id, url, events, active, secret, created_ms, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ).bind(webhook.id).bind(org).bind(&webhook.url).bind(events).bind(webhook.active).bind(sealed)
        .bind(to_ms(webhook.created_at)).bind(webhook.version).execute(c).await.map(drop))?;
    Ok(())
}

/// Keeps where, of what, and whether it is told. `events` as it was when none: words of a later version may be among them.
pub(super) async fn save(tx: &mut Tx, webhook: &Webhook, events: Option<&str>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET url = $2, events = COALESCE($3, events), active = $4, version = $5 WHERE id = $1"
    ).bind(webhook.id).bind(&webhook.url).bind(events).bind(webhook.active).bind(webhook.version)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// It begins anew: nothing of what it failed counts.
pub(super) async fn forgive(tx: &mut Tx, id: WebhookId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET failing_since_ms = NULL, failures = 0, rest_until_ms = 0, slow = FALSE, fast = 0, off_reason = NULL,
         missed = 0 WHERE id = $1"
    ).bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// It is at another address: nothing of what the one before failed counts, and what that did not take is sent anew at `now`.
pub(super) async fn move_on(tx: &mut Tx, id: WebhookId, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET failing_since_ms = NULL, failures = 0, rest_until_ms = 0, fast = 0 WHERE id = $1"
    ).bind(id).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries SET next_ms = $2 WHERE webhook_id = $1 AND state = 'waiting' AND next_ms > $2"
    ).bind(id).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Gives it another secret; the one before signs along until then.
pub(super) async fn set_secret(
    tx: &mut Tx,
    id: WebhookId,
    sealed: &str,
    old_until: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET old_secret = secret, secret = $2, old_until_ms = $3, version = version + 1 WHERE id = $1"
    ).bind(id).bind(sealed).bind(to_ms(old_until)).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, org: OrgId, id: WebhookId) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query("DELETE FROM webhooks WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Deletes the organisation's webhooks that were made until `then`; which.
pub(super) async fn delete_made_before(
    tx: &mut Tx,
    org: OrgId,
    then: DateTime<Utc>,
) -> Result<Vec<WebhookId>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("DELETE FROM webhooks WHERE org_id = $1 AND created_ms <= $2 RETURNING id")
        .bind(org).bind(to_ms(then)).fetch_all(c).await)?,
    )
}

row! {
    struct WantingRow {
        id: WebhookId,
        events: String,
        waiting: i64,
        slow: bool,
    }
}

/// A webhook that may want a fact.
pub(super) struct Wanting {
    pub(super) id: WebhookId,
    pub(super) events: Vec<WebhookEvent>,
    pub(super) waiting: i64,
    pub(super) slow: bool,
}

/// The organisation's webhooks that are told of anything.
pub(super) async fn wanting(tx: &mut Tx, org: OrgId) -> Result<Vec<Wanting>, DbError> {
    let rows: Vec<WantingRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, events, waiting, slow FROM webhooks WHERE org_id = $1 AND active ORDER BY id"
    ).bind(org).fetch_all(c).await)?;
    let wanting = |row: WantingRow| Wanting {
        id: row.id,
        events: WebhookEvent::read(&row.events),
        waiting: row.waiting,
        slow: row.slow,
    };
    Ok(rows.into_iter().map(wanting).collect())
}

/// Notes that a message was not kept.
pub(super) async fn miss(tx: &mut Tx, id: WebhookId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE webhooks SET missed = missed + 1 WHERE id = $1")
        .bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// Lets a message take the place of an earlier one of its kind about the same, if that waits and was never sent; whether it did.
pub(super) async fn replace(
    tx: &mut Tx,
    webhook: WebhookId,
    subject: ProductId,
    delivery: &WebhookDelivery,
    body: &str,
) -> Result<bool, DbError> {
    let event = delivery.event.map(WebhookEvent::word).unwrap_or_default();
    let waiting: Option<WebhookDeliveryId> = on!(tx, c => sqlx::query_scalar(
        "SELECT id FROM webhook_deliveries
         WHERE webhook_id = $1 AND event = $2 AND subject = $3 AND state = 'waiting' AND attempts = 0 LIMIT 1"
    ).bind(webhook).bind(&event).bind(subject).fetch_optional(c).await)?;
    let Some(id) = waiting else { return Ok(false) };
    // The webhook before its messages, as everybody else holds them.
    on!(tx, c => sqlx::query("UPDATE webhooks SET version = version WHERE id = $1")
        .bind(webhook).execute(c).await.map(drop))?;
    let replaced = on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries SET seq = $3, body = $4
         WHERE id = $2 AND subject IS NOT NULL AND state = 'waiting' AND attempts = 0 AND seq < $3
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries other WHERE other.webhook_id = $1 AND other.seq = $3)"
    ).bind(webhook).bind(id).bind(delivery.seq).bind(body).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(replaced == 1)
}

/// From here on nothing takes the place of a message; what it says. None when it does not wait any more.
pub(super) async fn take(tx: &mut Tx, id: WebhookDeliveryId) -> Result<Option<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE webhook_deliveries SET subject = NULL WHERE id = $1 AND state = 'waiting' RETURNING body"
    ).bind(id).fetch_optional(c).await)?)
}

/// Leaves a message; nothing when there is one of that fact. One of no fact somebody asks for by hand. `subject`: what it is
/// the newest word on.
pub(super) async fn queue(
    tx: &mut Tx,
    (org, webhook): (OrgId, WebhookId),
    subject: Option<ProductId>,
    delivery: &WebhookDelivery,
    body: &str,
) -> Result<(), DbError> {
    let event = delivery.event.map(WebhookEvent::word).unwrap_or_default();
    let left = on!(tx, c => sqlx::query(
        "INSERT INTO webhook_deliveries
             (id, webhook_id, org_id, seq, event, body, state, next_ms, created_ms, subject, by_hand)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7, $8, $9) ON CONFLICT (webhook_id, seq) DO NOTHING"
    ).bind(delivery.id).bind(webhook).bind(org).bind(delivery.seq).bind(event).bind(body)
        .bind(to_ms(delivery.created_at)).bind(subject).bind(delivery.seq.is_none())
        .execute(c).await.map(|done| done.rows_affected()))?;
    add_waiting(tx, webhook, i64::try_from(left).unwrap_or(0)).await
}

async fn add_waiting(tx: &mut Tx, webhook: WebhookId, more: i64) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE webhooks SET waiting = waiting + $2 WHERE id = $1")
        .bind(webhook).bind(more).execute(c).await.map(drop))?;
    Ok(())
}

/// Gives up what waits for a webhook.
pub(super) async fn give_up_waiting(tx: &mut Tx, webhook: WebhookId, reason: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries SET state = 'failed', reason = $2, by_hand = FALSE
         WHERE webhook_id = $1 AND state = 'waiting'"
    ).bind(webhook).bind(reason).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("UPDATE webhooks SET waiting = 0 WHERE id = $1")
        .bind(webhook).execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct DeliveryRow {
        id: WebhookDeliveryId,
        seq: Option<i64>,
        event: String,
        state: String,
        attempts: i64,
        next_ms: i64,
        status: Option<i64>,
        reason: Option<String>,
        created_ms: i64,
        tried_ms: Option<i64>,
    }
}

impl From<DeliveryRow> for WebhookDelivery {
    fn from(row: DeliveryRow) -> Self {
        let state = match row.state.as_str() {
            "waiting" => DeliveryState::Waiting,
            "delivered" => DeliveryState::Delivered,
            _ => DeliveryState::Failed,
        };
        Self {
            id: row.id,
            event: WebhookEvent::read(&row.event).first().copied(),
            seq: row.seq,
            state,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            reason: row.reason,
            created_at: from_ms(row.created_ms),
            tried_at: row.tried_ms.map(from_ms),
            next_at: (state == DeliveryState::Waiting).then(|| from_ms(row.next_ms)),
        }
    }
}

/// The columns of [`DeliveryRow`]. Of a webhook that rests, nothing is sent before but what somebody asks for by hand.
macro_rules! delivery {
    ($after:literal) => {
        concat!(
            "SELECT d.id, d.seq, d.event, d.state, d.attempts, d.status, d.reason, d.created_ms, d.tried_ms,
                 CASE WHEN d.by_hand OR d.next_ms > w.rest_until_ms THEN d.next_ms ELSE w.rest_until_ms END AS next_ms
             FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.webhook_id = $1 ",
            $after
        )
    };
}

/// Messages to a webhook, newest first.
pub(super) async fn deliveries(
    db: &Db,
    webhook: WebhookId,
    after: Option<WebhookDeliveryId>,
    limit: i64,
) -> Result<Vec<WebhookDelivery>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<DeliveryRow> = on!(db, c => sqlx::query_as(
        delivery!("AND d.id < $2 ORDER BY d.id DESC LIMIT $3")
    ).bind(webhook).bind(before).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(WebhookDelivery::from).collect())
}

pub(super) async fn delivery(
    db: &Db,
    webhook: WebhookId,
    id: WebhookDeliveryId,
) -> Result<Option<WebhookDelivery>, DbError> {
    let row: Option<DeliveryRow> = on!(db, c => sqlx::query_as(
        delivery!("AND d.id = $2")
    ).bind(webhook).bind(id).fetch_optional(c).await)?;
    Ok(row.map(WebhookDelivery::from))
}

/// Has a message sent at once, anew when it does not wait; whether there is such a message.
pub(super) async fn send_again(
    tx: &mut Tx,
    webhook: WebhookId,
    id: WebhookDeliveryId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let again = on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_ms = $3, by_hand = TRUE
         WHERE webhook_id = $1 AND id = $2 AND state <> 'waiting'"
    ).bind(webhook).bind(id).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    if again == 1 {
        add_waiting(tx, webhook, 1).await?;
        return Ok(true);
    }
    let waiting = on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries SET next_ms = $3, by_hand = TRUE WHERE webhook_id = $1 AND id = $2 AND state = 'waiting'"
    ).bind(webhook).bind(id).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(waiting == 1)
}

row! {
    struct TargetRow {
        id: WebhookId,
        org_id: OrgId,
        url: String,
        active: bool,
        slow: bool,
        secret: String,
        old_secret: Option<String>,
        old_until_ms: Option<i64>,
        rest_until_ms: i64,
        failing_since_ms: Option<i64>,
        failures: i64,
        fast: i64,
    }
}

impl From<TargetRow> for Target {
    fn from(row: TargetRow) -> Self {
        Self {
            id: row.id,
            org: row.org_id,
            url: row.url,
            active: row.active,
            slow: row.slow,
            secret: row.secret,
            old_secret: row.old_secret,
            old_until: row.old_until_ms.map(from_ms),
            rest_until: from_ms(row.rest_until_ms),
            failing_since: row.failing_since_ms.map(from_ms),
            failures: row.failures,
            fast: row.fast,
        }
    }
}

/// The columns of [`TargetRow`].
macro_rules! target {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, org_id, url, active, slow, secret, old_secret, old_until_ms, rest_until_ms, failing_since_ms, failures, fast ",
            $after
        )
    };
}

pub(super) async fn target(db: &Db, id: WebhookId) -> Result<Option<Target>, DbError> {
    let row: Option<TargetRow> = on!(db, c => sqlx::query_as(target!("SELECT", "FROM webhooks WHERE id = $1"))
        .bind(id).fetch_optional(c).await)?;
    Ok(row.map(Target::from))
}

/// The same, held until the end of `tx`.
pub(super) async fn lock_target(tx: &mut Tx, id: WebhookId) -> Result<Option<Target>, DbError> {
    let row: Option<TargetRow> = on!(tx, c => sqlx::query_as(
        target!("UPDATE webhooks SET version = version WHERE id = $1 RETURNING", "")
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Target::from))
}

/// The message that is sent next: one that somebody asked for by hand, also while the webhook rests. Then the first of those that
/// were tried least, so that nothing waits for what was not taken before.
pub(super) async fn due(db: &Db, target: &Target, now: DateTime<Utc>) -> Result<Option<Due>, DbError> {
    let mut row: Option<(WebhookDeliveryId, String, i64, Option<String>)> = on!(db, c => sqlx::query_as(
        "SELECT id, body, attempts, subject FROM webhook_deliveries
         WHERE webhook_id = $1 AND by_hand AND state = 'waiting' ORDER BY id LIMIT 1"
    ).bind(target.id).fetch_optional(c).await)?;
    if row.is_none() && target.rest_until <= now {
        // The `+` keeps SQLite from sorting all that is due: it is to follow the index that has them in this order.
        row = on!(db, c => sqlx::query_as(
            "SELECT id, body, attempts, subject FROM webhook_deliveries
             WHERE webhook_id = $1 AND state = 'waiting' AND +next_ms <= $2 ORDER BY attempts, id LIMIT 1"
        ).bind(target.id).bind(to_ms(now)).fetch_optional(c).await)?;
    }
    Ok(row.map(|(id, body, attempts, subject)| Due {
        id,
        body,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        is_open: subject.is_some(),
    }))
}

/// Notes a try. `next`: when it is sent again; none when it is over.
pub(super) async fn note_try(
    tx: &mut Tx,
    webhook: WebhookId,
    delivery: &WebhookDelivery,
) -> Result<(), DbError> {
    let state = match delivery.state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Failed => "failed",
    };
    let noted = on!(tx, c => sqlx::query(
        "UPDATE webhook_deliveries
         SET state = $3, attempts = $4, next_ms = $5, status = $6, reason = $7, tried_ms = $8, by_hand = FALSE
         WHERE webhook_id = $1 AND id = $2 AND state = 'waiting'"
    ).bind(webhook).bind(delivery.id).bind(state).bind(i64::from(delivery.attempts))
        .bind(delivery.next_at.map_or(0, to_ms)).bind(delivery.status.map(i64::from)).bind(&delivery.reason)
        .bind(delivery.tried_at.map(to_ms)).execute(c).await.map(|done| done.rows_affected()))?;
    if noted == 1 && delivery.state != DeliveryState::Waiting {
        add_waiting(tx, webhook, -1).await?;
    }
    Ok(())
}

/// Notes how a webhook does.
pub(super) async fn note_health(tx: &mut Tx, target: &Target) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET failing_since_ms = $2, failures = $3, rest_until_ms = $4, slow = $5, fast = $6 WHERE id = $1"
    ).bind(target.id).bind(target.failing_since.map(to_ms)).bind(target.failures).bind(to_ms(target.rest_until))
        .bind(target.slow).bind(target.fast).execute(c).await.map(drop))?;
    Ok(())
}

/// Switches a webhook off that nobody switched off by hand.
pub(super) async fn switch_off(tx: &mut Tx, id: WebhookId, reason: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE webhooks SET active = FALSE, off_reason = $2, version = version + 1 WHERE id = $1"
    ).bind(id).bind(reason).execute(c).await.map(drop))?;
    Ok(())
}

/// Webhooks for which something is due, those that rested longest first, and whether they are slow.
pub(super) async fn ready(
    db: &Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(WebhookId, bool)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT id, slow FROM webhooks w
         WHERE waiting > 0 AND active AND rest_until_ms <= $1 AND EXISTS (
             SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_ms <= $1)
         ORDER BY rest_until_ms, id LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Webhooks that rest and for which somebody asked by hand, and whether they are slow.
pub(super) async fn asked(
    db: &Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(WebhookId, bool)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT id, slow FROM webhooks
         WHERE waiting > 0 AND active AND rest_until_ms > $1 AND id IN (
             SELECT webhook_id FROM webhook_deliveries WHERE by_hand AND state = 'waiting')
         ORDER BY id LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Forgets up to `limit` messages that do not wait and were left before `before`; how many.
pub(super) async fn sweep(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query(
        "DELETE FROM webhook_deliveries WHERE id IN (
             SELECT id FROM webhook_deliveries WHERE created_ms < $1 AND state <> 'waiting' LIMIT $2)"
    ).bind(to_ms(before)).bind(limit).execute(c).await.map(|done| done.rows_affected()))?)
}

/// Webhooks with more than `most` messages that do not wait, or so many that it may be so.
pub(super) async fn crowded(db: &Db, most: i64) -> Result<Vec<WebhookId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT webhook_id FROM webhook_deliveries WHERE state <> 'waiting' GROUP BY webhook_id HAVING COUNT(*) > $1 LIMIT 1000"
    ).bind(most).fetch_all(c).await)?)
}

/// Forgets up to `limit` messages of a webhook that do not wait and are not among the newest `most`; how many.
pub(super) async fn thin(tx: &mut Tx, webhook: WebhookId, most: i64, limit: i64) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query(
        "DELETE FROM webhook_deliveries WHERE id IN (
             SELECT id FROM webhook_deliveries WHERE webhook_id = $1 AND state <> 'waiting'
             ORDER BY id DESC LIMIT $3 OFFSET $2)"
    ).bind(webhook).bind(most).bind(limit).execute(c).await.map(|done| done.rows_affected()))?)
}
