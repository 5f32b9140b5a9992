//! SQL of accounts: their addresses, sessions, known places and mailed links.

use chrono::{DateTime, Utc};
use vitrine_protocol::{SessionId, UserId};

use crate::base::{Network, from_ms, hash_secret, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::mail::Locale;
use crate::org::{Session, User};
use crate::{on, row};

/// Accounts that only say that an address is theirs and are tried with a password.
pub(in crate::org) const CLAIMS: usize = 3;
/// Accounts among which the reader of a letter chooses.
const LISTED: i64 = 12;
/// Lines in which registrations stand (migration 80).
const LINES: i64 = 64;
/// Places that are known of a person.
const PLACES: i64 = 40;

/// A person by their row.
pub(in crate::org) fn user_of(id: UserId, email: String, claimed: Option<String>, name: String) -> User {
    let email_verified = claimed.is_none();
    User { id, email: claimed.unwrap_or(email), email_verified, name }
}

row! {
    struct CandidateRow {
        id: UserId,
        email: String,
        claimed_email: Option<String>,
        name: String,
        password_hash: String,
        locale: String,
    }
}

/// An account that a password may open.
pub(in crate::org) struct Candidate {
    pub user: User,
    pub hash: String,
    pub locale: Locale,
}

impl CandidateRow {
    fn into_candidate(self) -> Candidate {
        let Self { id, email, claimed_email, name, password_hash: hash, locale } = self;
        let user = user_of(id, email, claimed_email, name);
        Candidate { user, hash, locale: Locale::of(&locale) }
    }
}

/// Makes an account that says that its address is its own.
pub(in crate::org) async fn insert_claim(
    tx: &mut Tx,
    user: &User,
    password_hash: &str,
    locale: Locale,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO users (id, email, claimed_email, name, password_hash, locale, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ).bind(user.id).bind(format!("claim:{}", user.id)).bind(&user.email).bind(&user.name).bind(password_hash)
        .bind(locale.as_str()).bind(to_ms(now))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The account whose address this is, then those that say so: first those that were signed in to at a place of these, then the
/// oldest. However many others say that an address is theirs, a person gets in where they were before.
pub(in crate::org) async fn candidates(
    db: &Db,
    email: &str,
    marks: &[String],
) -> Result<Vec<Candidate>, DbError> {
    let most = claimed();
    let (first, second) =
        (marks.first().cloned().unwrap_or_default(), marks.get(1).cloned().unwrap_or_default());
    let mut rows: Vec<CandidateRow> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale FROM users WHERE email = $1"
    ).bind(email).fetch_all(c).await)?;
    let claims: Vec<CandidateRow> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale FROM users
         WHERE claimed_email = $1
         ORDER BY CASE WHEN EXISTS (SELECT 1 FROM known_places WHERE user_id = users.id AND mark = $3) THEN 0
                       WHEN EXISTS (SELECT 1 FROM known_places WHERE user_id = users.id AND mark = $4) THEN 1
                       ELSE 2 END, created_ms, id LIMIT $2"
    ).bind(email).bind(most).bind(&first).bind(&second).fetch_all(c).await)?;
    rows.extend(claims);
    Ok(rows.into_iter().map(CandidateRow::into_candidate).collect())
}

row! {
    struct ClaimRow {
        id: UserId,
        email: String,
        claimed_email: Option<String>,
        name: String,
        password_hash: String,
        locale: String,
        created_ms: i64,
    }
}

impl ClaimRow {
    fn into_claim(self) -> (Candidate, DateTime<Utc>) {
        let Self { id, email, claimed_email, name, password_hash: hash, locale, created_ms } = self;
        let user = user_of(id, email, claimed_email, name);
        (Candidate { user, hash, locale: Locale::of(&locale) }, from_ms(created_ms))
    }
}

/// The accounts that say that an address is theirs, newest first, and since when.
pub(in crate::org) async fn claims(
    db: &Db,
    email: &str,
) -> Result<Vec<(Candidate, Option<DateTime<Utc>>)>, DbError> {
    let rows: Vec<ClaimRow> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale, created_ms FROM users
         WHERE claimed_email = $1 ORDER BY created_ms DESC, id LIMIT $2"
    ).bind(email).bind(LISTED).fetch_all(c).await)?;
    let claim = |row: ClaimRow| {
        let (one, since) = row.into_claim();
        (one, Some(since))
    };
    Ok(rows.into_iter().map(claim).collect())
}

/// [`CLAIMS`] as SQL takes it.
fn claimed() -> i64 {
    i64::try_from(CLAIMS).unwrap_or(i64::MAX)
}

/// The accounts that have said so since `since`.
pub(in crate::org) async fn claims_since(
    tx: &mut Tx,
    email: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Candidate>, DbError> {
    let rows: Vec<ClaimRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale, created_ms FROM users
         WHERE claimed_email = $1 AND created_ms >= $3 ORDER BY created_ms DESC, id LIMIT $2"
    ).bind(email).bind(claimed()).bind(to_ms(since)).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| row.into_claim().0).collect())
}

/// Holds the line of an address until `tx` ends: of several that register it at once, one goes on at a time.
pub(in crate::org) async fn stand_in_line(tx: &mut Tx, email: &str) -> Result<(), DbError> {
    let line = hash_secret(email).bytes().take(8).fold(0i64, |sum, byte| sum + i64::from(byte)) % LINES;
    on!(tx, c => sqlx::query("UPDATE registration_lines SET turn = turn + 1 WHERE line = $1")
        .bind(line).execute(c).await.map(drop))?;
    Ok(())
}

/// The account with its password's hash and language.
pub(in crate::org) async fn candidate(db: &Db, id: UserId) -> Result<Option<Candidate>, DbError> {
    let row: Option<CandidateRow> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale FROM users WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(CandidateRow::into_candidate))
}

/// The same within a transaction.
pub(in crate::org) async fn candidate_in(tx: &mut Tx, id: UserId) -> Result<Option<Candidate>, DbError> {
    let row: Option<CandidateRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name, password_hash, locale FROM users WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(CandidateRow::into_candidate))
}

/// Ends every link of a person.
pub(in crate::org) async fn delete_links(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM mailed_links WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// Gives an account an address that was shown to be its own. [`DbError::Clash`] when it is another's.
pub(in crate::org) async fn set_email(tx: &mut Tx, user: UserId, email: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET email = $2, claimed_email = NULL WHERE id = $1")
        .bind(user).bind(email).execute(c).await.map(drop))?;
    Ok(())
}

/// Calls a person otherwise.
pub(in crate::org) async fn set_name(tx: &mut Tx, user: UserId, name: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET name = $2 WHERE id = $1")
        .bind(user).bind(name).execute(c).await.map(drop))?;
    Ok(())
}

/// Has letters to a person written in another language.
pub(in crate::org) async fn set_locale(tx: &mut Tx, user: UserId, locale: Locale) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET locale = $2 WHERE id = $1")
        .bind(user).bind(locale.as_str()).execute(c).await.map(drop))?;
    Ok(())
}

/// Whose own an address is.
pub(in crate::org) async fn owner_of_address(tx: &mut Tx, email: &str) -> Result<Option<UserId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT id FROM users WHERE email = $1 AND claimed_email IS NULL")
        .bind(email).fetch_optional(c).await)?)
}

/// Whether an address is an account's own.
pub(in crate::org) async fn is_owned(db: &Db, email: &str) -> Result<bool, DbError> {
    let found: Option<UserId> = on!(db, c => sqlx::query_scalar("SELECT id FROM users WHERE email = $1")
        .bind(email).fetch_optional(c).await)?;
    Ok(found.is_some())
}

row! {
    struct SessionRow {
        id: SessionId,
        created_ms: i64,
        used_ms: i64,
        expires_ms: i64,
        network: String,
        agent: String,
    }
}

/// A person's sessions that are not over, newest first.
pub(in crate::org) async fn sessions(
    db: &Db,
    user: UserId,
    current: SessionId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, DbError> {
    let rows: Vec<SessionRow> = on!(db, c => sqlx::query_as(
        "SELECT id, created_ms, used_ms, expires_ms, network, agent FROM sessions
         WHERE user_id = $1 AND expires_ms > $2 ORDER BY id DESC LIMIT 200"
    ).bind(user).bind(to_ms(now)).fetch_all(c).await)?;
    let session = |row: SessionRow| Session {
        id: row.id,
        created_at: from_ms(row.created_ms),
        used_at: from_ms(row.used_ms.max(row.created_ms)),
        expires_at: from_ms(row.expires_ms),
        network: row.network,
        agent: row.agent,
        current: row.id == current,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// The network that a session began from.
pub(in crate::org) async fn network_of(db: &Db, session: SessionId) -> Result<Option<String>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT network FROM sessions WHERE id = $1")
        .bind(session).fetch_optional(c).await)?)
}

/// Notes that a session is used.
pub(in crate::org) async fn use_session(
    tx: &mut Tx,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE sessions SET used_ms = $2 WHERE id = $1")
        .bind(session).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Ends a session of a person; false when there is none.
pub(in crate::org) async fn end_session(
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
) -> Result<bool, DbError> {
    let ended = on!(tx, c => sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2")
        .bind(session).bind(user).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Ends every session of a person but one.
pub(in crate::org) async fn end_other_sessions(
    tx: &mut Tx,
    user: UserId,
    but: SessionId,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bind(user).bind(but).execute(c).await.map(drop))?;
    Ok(())
}

/// A network as a known place.
pub(in crate::org) fn mark_of(network: Network) -> String {
    format!("network {network}")
}

/// Notes that a person has signed in at these places, and forgets those that were used longest ago.
pub(in crate::org) async fn know_places(
    tx: &mut Tx,
    user: UserId,
    marks: &[String],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    for mark in marks {
        on!(tx, c => sqlx::query(
            "INSERT INTO known_places (user_id, mark, used_ms) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, mark) DO UPDATE SET used_ms = $3"
        ).bind(user).bind(mark).bind(to_ms(now)).execute(c).await.map(drop))?;
    }
    on!(tx, c => sqlx::query(
        "DELETE FROM known_places WHERE user_id = $1 AND mark NOT IN (
             SELECT mark FROM known_places WHERE user_id = $1 ORDER BY used_ms DESC, mark LIMIT $2)"
    ).bind(user).bind(PLACES).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether a person has signed in at a place.
pub(in crate::org) async fn knows_place(db: &Db, user: UserId, mark: &str) -> Result<bool, DbError> {
    let found: Option<String> = on!(db, c => sqlx::query_scalar(
        "SELECT mark FROM known_places WHERE user_id = $1 AND mark = $2"
    ).bind(user).bind(mark).fetch_optional(c).await)?;
    Ok(found.is_some())
}

pub(in crate::org) async fn forget_places(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM known_places WHERE user_id = $1")
        .bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// What a mailed link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::org) enum Purpose {
    /// Shows that the address which an account says is its own is its own.
    Verify,
    /// Gives an account another address.
    Change,
    /// Chooses a new password.
    Reset,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Change => "change",
            Self::Reset => "reset",
        }
    }
}

/// Keeps a link. The newest of a purpose is the only one of a person.
pub(in crate::org) async fn insert_link(
    tx: &mut Tx,
    token_hash: &str,
    user: UserId,
    purpose: Purpose,
    email: &str,
    expires: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM mailed_links WHERE user_id = $1 AND purpose = $2")
        .bind(user).bind(purpose.as_str()).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "INSERT INTO mailed_links (token_hash, user_id, purpose, email, expires_ms) VALUES ($1, $2, $3, $4, $5)"
    ).bind(token_hash).bind(user).bind(purpose.as_str()).bind(email).bind(to_ms(expires))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Takes a link that still holds: whose it is, and the address it was mailed to.
pub(in crate::org) async fn take_link(
    tx: &mut Tx,
    token_hash: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, String)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "DELETE FROM mailed_links WHERE token_hash = $1 AND purpose = $2 AND expires_ms > $3
         RETURNING user_id, email"
    ).bind(token_hash).bind(purpose.as_str()).bind(to_ms(now)).fetch_optional(c).await)?)
}

/// Whose a link is that still holds, and the address that it was mailed to.
pub(in crate::org) async fn link(
    db: &Db,
    token_hash: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, String)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT user_id, email FROM mailed_links WHERE token_hash = $1 AND purpose = $2 AND expires_ms > $3"
    ).bind(token_hash).bind(purpose.as_str()).bind(to_ms(now)).fetch_optional(c).await)?)
}

pub(in crate::org) async fn delete_expired_links(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM mailed_links WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}
