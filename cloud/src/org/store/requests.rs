//! SQL of studios that are signed in in a browser.

use chrono::{DateTime, Utc};
use vitrine_protocol::{SignInRequestId, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

/// A request as it is made.
pub(in crate::org) struct Asked<'a> {
    pub id: SignInRequestId,
    pub secret_hash: &'a str,
    pub code: &'a str,
    pub device_name: &'a str,
    pub network: &'a str,
    /// Whose places it takes: the network's site.
    pub site: &'a str,
    pub agent: &'a str,
}

row! {
    struct SeenRow {
        device_name: String,
        code: String,
        network: String,
        created_ms: i64,
    }
}

/// A request that waits, for its page.
pub(in crate::org) struct Seen {
    pub device_name: String,
    pub code: String,
    pub network: String,
    pub created: DateTime<Utc>,
}

row! {
    struct StateRow {
        state: String,
        user_id: Option<UserId>,
        shown: Option<String>,
    }
}

/// What became of a request.
pub(in crate::org) enum State {
    Waiting,
    Refused,
    /// By whom, and what they showed of their password's stored hash.
    Approved(UserId, String),
}

pub(in crate::org) async fn insert_request(
    tx: &mut Tx,
    asked: &Asked<'_>,
    (now, expires): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO sign_in_requests (id, secret_hash, code, device_name, network, agent, created_ms, expires_ms, site)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(asked.id).bind(asked.secret_hash).bind(asked.code).bind(asked.device_name).bind(asked.network)
        .bind(asked.agent).bind(to_ms(now)).bind(to_ms(expires)).bind(asked.site).execute(c).await.map(drop))?;
    Ok(())
}

/// How many requests there are, of a site or of all.
pub(in crate::org) async fn request_count(tx: &mut Tx, site: Option<&str>) -> Result<i64, DbError> {
    Ok(match site {
        Some(site) => {
            on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_requests WHERE site = $1")
            .bind(site).fetch_one(c).await)?
        }
        None => on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_requests").fetch_one(c).await)?,
    })
}

/// The site that most requests are of.
pub(in crate::org) async fn largest_site(tx: &mut Tx) -> Result<Option<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT site FROM sign_in_requests GROUP BY site ORDER BY COUNT(*) DESC, site LIMIT 1"
    ).fetch_optional(c).await)?)
}

/// Forgets the oldest request of a site.
pub(in crate::org) async fn drop_oldest_request(tx: &mut Tx, site: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "DELETE FROM sign_in_requests WHERE id IN (
             SELECT id FROM sign_in_requests WHERE site = $1 ORDER BY created_ms, id LIMIT 1)"
    ).bind(site).execute(c).await.map(drop))?;
    Ok(())
}

/// A request that waits.
pub(in crate::org) async fn request_seen(
    db: &Db,
    id: SignInRequestId,
    now: DateTime<Utc>,
) -> Result<Option<Seen>, DbError> {
    let row: Option<SeenRow> = on!(db, c => sqlx::query_as(
        "SELECT device_name, code, network, created_ms FROM sign_in_requests
         WHERE id = $1 AND state = 'waiting' AND expires_ms > $2"
    ).bind(id).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(|row| Seen {
        device_name: row.device_name,
        code: row.code,
        network: row.network,
        created: from_ms(row.created_ms),
    }))
}

/// Notes who has shown who they are at a request's page; false when it no longer waits.
pub(in crate::org) async fn set_proof(
    tx: &mut Tx,
    id: SignInRequestId,
    proof_hash: &str,
    (user, shown): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let noted = on!(tx, c => sqlx::query(
        "UPDATE sign_in_requests SET proof_hash = $2, user_id = $3, shown = $4
         WHERE id = $1 AND state = 'waiting' AND expires_ms > $5"
    ).bind(id).bind(proof_hash).bind(user).bind(shown).bind(to_ms(now))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(noted == 1)
}

/// Decides a request by what its page holds: who did. None when it no longer waits for that page.
pub(in crate::org) async fn decide_request(
    tx: &mut Tx,
    id: SignInRequestId,
    proof_hash: &str,
    yes: bool,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, DbError> {
    let state = if yes { "approved" } else { "refused" };
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE sign_in_requests SET state = $3, proof_hash = NULL
         WHERE id = $1 AND proof_hash = $2 AND state = 'waiting' AND expires_ms > $4 RETURNING user_id"
    ).bind(id).bind(proof_hash).bind(state).bind(to_ms(now)).fetch_optional(c).await)?)
}

/// What became of a request, for the studio that made it.
pub(in crate::org) async fn request_state(
    db: &Db,
    id: SignInRequestId,
    secret_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<State>, DbError> {
    let row: Option<StateRow> = on!(db, c => sqlx::query_as(
        "SELECT state, user_id, shown FROM sign_in_requests WHERE id = $1 AND secret_hash = $2 AND expires_ms > $3"
    ).bind(id).bind(secret_hash).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(|row| match (row.state.as_str(), row.user_id.zip(row.shown)) {
        ("approved", Some((user, shown))) => State::Approved(user, shown),
        ("waiting", _) => State::Waiting,
        _ => State::Refused,
    }))
}

/// Takes a request that was approved, once.
pub(in crate::org) async fn take_request(
    tx: &mut Tx,
    id: SignInRequestId,
    secret_hash: &str,
    user: UserId,
) -> Result<bool, DbError> {
    let taken = on!(tx, c => sqlx::query(
        "DELETE FROM sign_in_requests WHERE id = $1 AND secret_hash = $2 AND user_id = $3 AND state = 'approved'"
    ).bind(id).bind(secret_hash).bind(user).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(taken == 1)
}

/// Ends what waits for a session of a person, or for a passkey: what was said yes to, what waits for the second factor, and pages and
/// authenticators that were asked.
pub(in crate::org) async fn end_waiting(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sign_in_requests WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM sign_in_challenges WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM passkey_ceremonies WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn delete_expired_requests(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sign_in_requests WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}
