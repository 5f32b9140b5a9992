//! SQL of second factors and of sign-ins that wait for one.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::TotpFactor;
use crate::org::throttle::Lane;
use crate::{on, row};

/// Wrong codes that end a sign-in.
const TRIES: i64 = 5;
/// Sign-ins of one person that wait at once, begun at one place.
const WAITING: i64 = 20;

row! {
    struct TotpRow {
        sealed: String,
        confirmed_ms: Option<i64>,
    }
}

/// A person's authenticator by its row.
pub(in crate::org) struct Totp {
    pub sealed: String,
    pub confirmed: bool,
}

/// What a person shows beside the password, and how many recovery codes are left.
pub(in crate::org) async fn factors(db: &Db, user: UserId) -> Result<(Option<TotpFactor>, i64), DbError> {
    let confirmed: Option<i64> = on!(db, c => sqlx::query_scalar(
        "SELECT confirmed_ms FROM totp_factors WHERE user_id = $1 AND confirmed_ms IS NOT NULL"
    ).bind(user).fetch_optional(c).await)?;
    let recovery_codes: i64 = on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1"
    ).bind(user).fetch_one(c).await)?;
    Ok((confirmed.map(|at| TotpFactor { confirmed_at: from_ms(at) }), recovery_codes))
}

/// Whether a person's sign-ins ask for a second factor.
pub(in crate::org) async fn has_factor(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let found: Option<i64> = on!(tx, c => sqlx::query_scalar(
        "SELECT confirmed_ms FROM totp_factors WHERE user_id = $1 AND confirmed_ms IS NOT NULL"
    ).bind(user).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// A person's authenticator, confirmed or not.
pub(in crate::org) async fn totp(tx: &mut Tx, user: UserId) -> Result<Option<Totp>, DbError> {
    let row: Option<TotpRow> = on!(tx, c => sqlx::query_as(
        "SELECT sealed, confirmed_ms FROM totp_factors WHERE user_id = $1"
    ).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|row| Totp { sealed: row.sealed, confirmed: row.confirmed_ms.is_some() }))
}

/// Keeps an authenticator that waits for its first code, in the place of one that does; false when one is confirmed.
pub(in crate::org) async fn enrol_totp(
    tx: &mut Tx,
    user: UserId,
    sealed: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let kept = on!(tx, c => sqlx::query(
        "INSERT INTO totp_factors (user_id, sealed, created_ms) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET sealed = $2, created_ms = $3, last_step = 0
         WHERE totp_factors.confirmed_ms IS NULL"
    ).bind(user).bind(sealed).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(kept == 1)
}

/// Confirms the authenticator of that secret with a code of `step`; false when it was confirmed, or changed, meanwhile.
pub(in crate::org) async fn confirm_totp(
    tx: &mut Tx,
    user: UserId,
    sealed: &str,
    step: i64,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = on!(tx, c => sqlx::query(
        "UPDATE totp_factors SET confirmed_ms = $4, last_step = $3
         WHERE user_id = $1 AND sealed = $2 AND confirmed_ms IS NULL"
    ).bind(user).bind(sealed).bind(step).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Takes the code of a step, once: false when it, or a later one, was taken before.
pub(in crate::org) async fn take_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, DbError> {
    let taken = on!(tx, c => sqlx::query(
        "UPDATE totp_factors SET last_step = $2 WHERE user_id = $1 AND confirmed_ms IS NOT NULL AND last_step < $2"
    ).bind(user).bind(step).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(taken == 1)
}

/// Takes a recovery code, once; false when a person has none such.
pub(in crate::org) async fn take_recovery(
    tx: &mut Tx,
    user: UserId,
    code_hash: &str,
) -> Result<bool, DbError> {
    let taken = on!(tx, c => sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2")
        .bind(user).bind(code_hash).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(taken == 1)
}

/// Counts a try of a code at a place before it is made, so that many at once count too; false when it is one too many.
pub(in crate::org) async fn count_code(
    tx: &mut Tx,
    user: UserId,
    (place, lane): (&str, Lane),
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let counted = on!(tx, c => sqlx::query(
        "INSERT INTO code_tries (user_id, place, until_ms) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, place) DO UPDATE
         SET until_ms = CASE WHEN code_tries.until_ms > $4 THEN code_tries.until_ms + $5 ELSE excluded.until_ms END
         WHERE code_tries.until_ms <= $6"
    ).bind(user).bind(place).bind(to_ms(now + lane.step())).bind(to_ms(now)).bind(lane.step().num_milliseconds())
        .bind(to_ms(now + lane.ahead())).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(counted == 1)
}

/// Takes a try back: it was a good one.
pub(in crate::org) async fn uncount_code(
    tx: &mut Tx,
    user: UserId,
    (place, lane): (&str, Lane),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE code_tries SET until_ms = until_ms - $3 WHERE user_id = $1 AND place = $2")
        .bind(user).bind(place).bind(lane.step().num_milliseconds()).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets the tries at a place.
pub(in crate::org) async fn forget_codes(tx: &mut Tx, user: UserId, place: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM code_tries WHERE user_id = $1 AND place = $2")
        .bind(user).bind(place).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets tries that hold nobody up any more.
pub(in crate::org) async fn delete_old_tries(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM code_tries WHERE until_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// How many recovery codes are left.
pub(in crate::org) async fn recovery_left(tx: &mut Tx, user: UserId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1")
        .bind(user).fetch_one(c).await)?)
}

/// Gives a person these recovery codes and no others.
pub(in crate::org) async fn set_recovery(
    tx: &mut Tx,
    user: UserId,
    hashes: &[String],
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    for hash in hashes {
        on!(tx, c => sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)")
            .bind(user).bind(hash).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Ends a person's authenticator; false when they have none.
pub(in crate::org) async fn delete_totp(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query("DELETE FROM totp_factors WHERE user_id = $1")
        .bind(user).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Keeps a sign-in that waits for the second factor. Of one person only so many wait that were begun at one place: the oldest of
/// that place go. How many of the person wait now, of all places.
pub(in crate::org) async fn insert_challenge(
    tx: &mut Tx,
    token_hash: &str,
    (user, place): (UserId, &str),
    shown: &str,
    (now, expires): (DateTime<Utc>, DateTime<Utc>),
) -> Result<i64, DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO sign_in_challenges (token_hash, user_id, shown, expires_ms, place) VALUES ($1, $2, $3, $4, $5)"
    ).bind(token_hash).bind(user).bind(shown).bind(to_ms(expires)).bind(place).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "DELETE FROM sign_in_challenges WHERE user_id = $1 AND place = $2 AND token_hash NOT IN (
             SELECT token_hash FROM sign_in_challenges WHERE user_id = $1 AND place = $2
             ORDER BY expires_ms DESC, token_hash LIMIT $3)"
    ).bind(user).bind(place).bind(WAITING).execute(c).await.map(drop))?;
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM sign_in_challenges WHERE user_id = $1 AND expires_ms > $2"
    ).bind(user).bind(to_ms(now)).fetch_one(c).await)?)
}

/// Whose sign-in a token goes on with.
pub(in crate::org) async fn challenged(
    db: &Db,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT user_id FROM sign_in_challenges WHERE token_hash = $1 AND expires_ms > $2 AND tries < $3"
    ).bind(token_hash).bind(to_ms(now)).bind(TRIES).fetch_optional(c).await)?)
}

/// Counts a try of a sign-in that waits, and holds its row: whose it is, and the password that was shown.
pub(in crate::org) async fn try_challenge(
    tx: &mut Tx,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, String)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "UPDATE sign_in_challenges SET tries = tries + 1 WHERE token_hash = $1 AND expires_ms > $2 AND tries < $3
         RETURNING user_id, shown"
    ).bind(token_hash).bind(to_ms(now)).bind(TRIES).fetch_optional(c).await)?)
}

pub(in crate::org) async fn delete_challenge(tx: &mut Tx, token_hash: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sign_in_challenges WHERE token_hash = $1")
        .bind(token_hash).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn delete_expired_challenges(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sign_in_challenges WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Every organisation that a person belongs to.
pub(in crate::org) async fn places_of(tx: &mut Tx, user: UserId) -> Result<Vec<OrgId>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT org_id FROM members WHERE user_id = $1 ORDER BY org_id LIMIT 200")
        .bind(user).fetch_all(c).await)?,
    )
}
