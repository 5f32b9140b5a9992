//! SQL of kept answers.

use chrono::{DateTime, Utc};

use super::{Answer, Claim, Kept, Wish};
use crate::base::to_ms;
use crate::db::{DbError, Mark, Tx};
use crate::{on, row};

row! {
    struct Row {
        request: String,
        status: Option<i64>,
        kept: Option<String>,
        headers: Option<String>,
        body: Option<String>,
        stands: bool,
        claimed_until_ms: i64,
    }
}

/// What stands under a key.
pub(super) struct Standing {
    pub(super) request: String,
    /// None while somebody is at it.
    pub(super) answer: Option<Kept>,
    /// Something of it stands, and whoever did it is gone.
    pub(super) is_lost: bool,
}

/// Takes a request that is new, or whose day is over, or whose worker is gone and left nothing that stands; false when it is none of
/// these.
pub(super) async fn claim(
    tx: &mut Tx,
    wish: &Wish,
    claim: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    expires: DateTime<Utc>,
) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "INSERT INTO replays (id, request, claim, claimed_until_ms, expires_ms, caller) VALUES ($1, $2, $3, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET request = excluded.request, claim = excluded.claim,
             claimed_until_ms = excluded.claimed_until_ms, expires_ms = excluded.expires_ms,
             status = NULL, kept = NULL, headers = NULL, body = NULL, stands = FALSE
         WHERE replays.expires_ms <= $4 OR (replays.status IS NULL AND NOT replays.stands
             AND replays.claimed_until_ms <= $4 AND replays.request = excluded.request)"
    ).bind(&wish.id).bind(&wish.request).bind(claim).bind(to_ms(now)).bind(to_ms(until)).bind(to_ms(expires))
        .bind(&wish.caller).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// What the transactions of a request leave at its claim. Once that was lost, none of them commits.
pub(super) fn mark(claim: &Claim) -> Mark {
    let sql = "UPDATE replays SET stands = TRUE WHERE id = $1 AND claim = $2";
    Mark::new(sql, [claim.id.clone(), claim.name.clone()])
}

/// How many keys are kept of a caller, counted up to `most`.
pub(super) async fn count(tx: &mut Tx, wish: &Wish, most: i64) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 FROM replays WHERE caller = $1 LIMIT $2) few"
    ).bind(&wish.caller).bind(most).fetch_one(c).await)?)
}

/// Forgets up to `limit` of a caller's oldest keys that nobody is at.
pub(super) async fn forget_oldest(
    tx: &mut Tx,
    wish: &Wish,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "DELETE FROM replays WHERE id IN (
             SELECT id FROM replays WHERE caller = $1 AND (status IS NOT NULL OR claimed_until_ms <= $2)
             ORDER BY expires_ms, id LIMIT $3)"
    ).bind(&wish.caller).bind(to_ms(now)).bind(limit).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, wish: &Wish, now: DateTime<Utc>) -> Result<Option<Standing>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "SELECT request, status, kept, headers, body, stands, claimed_until_ms FROM replays WHERE id = $1"
    ).bind(&wish.id).fetch_optional(c).await)?;
    row.map(|row| row.into_standing(now)).transpose()
}

impl Row {
    fn into_standing(self, now: DateTime<Utc>) -> Result<Standing, DbError> {
        let is_lost = self.status.is_none() && self.stands && self.claimed_until_ms <= to_ms(now);
        let answer = match (self.status, self.kept.as_deref()) {
            (None, _) => None,
            (Some(status), Some("whole")) => Some(Kept::Whole(Answer {
                status: u16::try_from(status).map_err(|_| DbError::Corrupt(format!("status {status}")))?,
                headers: serde_json::from_str(&self.headers.unwrap_or_default())?,
                body: self.body.unwrap_or_default(),
            })),
            (Some(_), Some("secret")) => Some(Kept::Secret),
            (Some(_), _) => Some(Kept::NotKept),
        };
        Ok(Standing { request: self.request, answer, is_lost })
    }
}

/// Keeps an answer; nothing when the claim was lost.
pub(super) async fn finish(tx: &mut Tx, claim: &Claim, status: u16, kept: &Kept) -> Result<(), DbError> {
    let (word, answer) = match kept {
        Kept::Whole(answer) => ("whole", Some(answer)),
        Kept::Secret => ("secret", None),
        Kept::NotKept => ("not_kept", None),
    };
    let headers = answer.map(|answer| serde_json::to_string(&answer.headers)).transpose()?;
    on!(tx, c => sqlx::query(
        "UPDATE replays SET status = $3, kept = $4, headers = $5, body = $6 WHERE id = $1 AND claim = $2"
    ).bind(&claim.id).bind(&claim.name).bind(i64::from(status)).bind(word).bind(headers)
        .bind(answer.map(|answer| answer.body.as_str())).execute(c).await.map(drop))?;
    Ok(())
}

/// Holds a key until then; nothing when the claim was lost.
pub(super) async fn renew(tx: &mut Tx, claim: &Claim, until: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE replays SET claimed_until_ms = $3 WHERE id = $1 AND claim = $2 AND status IS NULL")
        .bind(&claim.id).bind(&claim.name).bind(to_ms(until)).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets a request that may be tried again.
pub(super) async fn release(tx: &mut Tx, claim: &Claim) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM replays WHERE id = $1 AND claim = $2")
        .bind(&claim.id).bind(&claim.name).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets up to `limit` requests whose day is over; how many there were.
pub(super) async fn sweep(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query(
        "DELETE FROM replays WHERE id IN (SELECT id FROM replays WHERE expires_ms <= $1 LIMIT $2)"
    ).bind(to_ms(now)).bind(limit).execute(c).await.map(|done| done.rows_affected()))?)
}
