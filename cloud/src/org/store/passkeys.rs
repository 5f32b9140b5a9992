//! SQL of passkeys and of what waits for an authenticator.

use chrono::{DateTime, Utc};
use vitrine_protocol::{PasskeyId, SessionId, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::Passkey;
use crate::{on, row};

row! {
    struct PasskeyRow {
        id: PasskeyId,
        name: String,
        created_ms: i64,
        used_ms: Option<i64>,
        backed_up: bool,
    }
}

impl PasskeyRow {
    fn into_passkey(self) -> Passkey {
        let Self { id, name, created_ms, used_ms, backed_up } = self;
        Passkey { id, name, created_at: from_ms(created_ms), used_at: used_ms.map(from_ms), backed_up }
    }
}

/// A passkey with its key.
pub(in crate::org) struct Kept<'a> {
    pub credential_id: &'a str,
    pub passkey: &'a str,
}

/// Those of a person, oldest first.
pub(in crate::org) async fn passkeys(db: &Db, user: UserId) -> Result<Vec<Passkey>, DbError> {
    let rows: Vec<PasskeyRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, created_ms, used_ms, backed_up FROM passkeys WHERE user_id = $1 ORDER BY id LIMIT 100"
    ).bind(user).fetch_all(c).await)?;
    Ok(rows.into_iter().map(PasskeyRow::into_passkey).collect())
}

/// One of a person.
pub(in crate::org) async fn passkey(
    db: &Db,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<Passkey>, DbError> {
    let row: Option<PasskeyRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, created_ms, used_ms, backed_up FROM passkeys WHERE user_id = $1 AND id = $2"
    ).bind(user).bind(id).fetch_optional(c).await)?;
    Ok(row.map(PasskeyRow::into_passkey))
}

/// The keys of a person.
pub(in crate::org) async fn kept_passkeys(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    Ok(
        on!(tx, c => sqlx::query_scalar("SELECT passkey FROM passkeys WHERE user_id = $1 ORDER BY id LIMIT 100")
        .bind(user).fetch_all(c).await)?,
    )
}

/// A person's key by what its authenticator calls it.
pub(in crate::org) async fn passkey_of(
    tx: &mut Tx,
    user: UserId,
    credential_id: &str,
) -> Result<Option<(PasskeyId, String)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "SELECT id, passkey FROM passkeys WHERE user_id = $1 AND credential_id = $2"
    ).bind(user).bind(credential_id).fetch_optional(c).await)?)
}

/// Keeps one. [`DbError::Clash`] when it is somebody's already.
pub(in crate::org) async fn insert_passkey(
    tx: &mut Tx,
    user: UserId,
    one: &Passkey,
    kept: &Kept<'_>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO passkeys (id, user_id, credential_id, name, passkey, backed_up, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ).bind(one.id).bind(user).bind(kept.credential_id).bind(&one.name).bind(kept.passkey).bind(one.backed_up)
        .bind(to_ms(one.created_at)).execute(c).await.map(drop))?;
    Ok(())
}

/// Notes what was seen of one when it was used.
pub(in crate::org) async fn use_passkey(
    tx: &mut Tx,
    id: PasskeyId,
    (passkey, backed_up): (&str, bool),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE passkeys SET passkey = $2, backed_up = $3, used_ms = $4 WHERE id = $1")
        .bind(id).bind(passkey).bind(backed_up).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// Calls one of a person's otherwise; false when there is none.
pub(in crate::org) async fn rename_passkey(
    tx: &mut Tx,
    user: UserId,
    id: PasskeyId,
    name: &str,
) -> Result<bool, DbError> {
    let named = on!(tx, c => sqlx::query("UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2")
        .bind(id).bind(user).bind(name).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(named == 1)
}

/// Ends one of a person's: its name.
pub(in crate::org) async fn delete_passkey(
    tx: &mut Tx,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING name")
        .bind(id).bind(user).fetch_optional(c).await)?)
}

/// Ends all of a person's: what they were called.
pub(in crate::org) async fn delete_passkeys(
    tx: &mut Tx,
    user: UserId,
) -> Result<Vec<(PasskeyId, String)>, DbError> {
    let mut gone: Vec<(PasskeyId, String)> = on!(tx, c => sqlx::query_as("DELETE FROM passkeys WHERE user_id = $1 RETURNING id, name")
            .bind(user).fetch_all(c).await)?;
    gone.sort();
    Ok(gone)
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::org) enum Kind {
    /// The page at which somebody adds a passkey.
    Link,
    /// An authenticator that makes one.
    Registration,
    /// One that says who somebody is.
    SignIn,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
        }
    }
}

row! {
    struct CeremonyRow {
        user_id: Option<UserId>,
        session_id: Option<SessionId>,
        shown: String,
        state: String,
    }
}

/// Something that waits.
pub(in crate::org) struct Ceremony {
    /// Whose it is, and in which session; a sign-in is nobody's yet.
    pub of: Option<(UserId, SessionId)>,
    /// What they showed of their password's stored hash.
    pub shown: String,
    /// What the answer is held against.
    pub state: String,
}

impl CeremonyRow {
    fn into_ceremony(self) -> Ceremony {
        let Self { user_id, session_id, shown, state } = self;
        Ceremony { of: user_id.zip(session_id), shown, state }
    }
}

/// Keeps what waits. Of a kind the newest of a session is the only one; a sign-in takes a place of its `site`.
pub(in crate::org) async fn insert_ceremony(
    tx: &mut Tx,
    (token_hash, kind, site): (&str, Kind, &str),
    ceremony: &Ceremony,
    expires: DateTime<Utc>,
) -> Result<(), DbError> {
    let (user, session) = ceremony.of.unzip();
    on!(tx, c => sqlx::query("DELETE FROM passkey_ceremonies WHERE session_id = $1 AND kind = $2")
        .bind(session).bind(kind.as_str()).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "INSERT INTO passkey_ceremonies (token_hash, kind, user_id, session_id, shown, state, expires_ms, site)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ).bind(token_hash).bind(kind.as_str()).bind(user).bind(session).bind(&ceremony.shown).bind(&ceremony.state)
        .bind(to_ms(expires)).bind(site).execute(c).await.map(drop))?;
    Ok(())
}

/// What waits under a token.
pub(in crate::org) async fn ceremony(
    db: &Db,
    (token_hash, kind): (&str, Kind),
    now: DateTime<Utc>,
) -> Result<Option<Ceremony>, DbError> {
    let row: Option<CeremonyRow> = on!(db, c => sqlx::query_as(
        "SELECT user_id, session_id, shown, state FROM passkey_ceremonies
         WHERE token_hash = $1 AND kind = $2 AND expires_ms > $3"
    ).bind(token_hash).bind(kind.as_str()).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(CeremonyRow::into_ceremony))
}

/// Takes what waits under a token, once, by the session whose it is.
pub(in crate::org) async fn take_ceremony(
    tx: &mut Tx,
    (token_hash, kind): (&str, Kind),
    session: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<Option<Ceremony>, DbError> {
    let row: Option<CeremonyRow> = on!(tx, c => sqlx::query_as(
        "DELETE FROM passkey_ceremonies
         WHERE token_hash = $1 AND kind = $2 AND expires_ms > $3 AND COALESCE(session_id, '') = COALESCE($4, '')
         RETURNING user_id, session_id, shown, state"
    ).bind(token_hash).bind(kind.as_str()).bind(to_ms(now)).bind(session).fetch_optional(c).await)?;
    Ok(row.map(CeremonyRow::into_ceremony))
}

/// How many sign-ins wait, of a site or of all.
pub(in crate::org) async fn ceremony_count(tx: &mut Tx, site: Option<&str>) -> Result<i64, DbError> {
    Ok(match site {
        Some(site) => on!(tx, c => sqlx::query_scalar(
                "SELECT COUNT(*) FROM passkey_ceremonies WHERE session_id IS NULL AND site = $1"
            ).bind(site).fetch_one(c).await)?,
        None => {
            on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM passkey_ceremonies WHERE session_id IS NULL")
            .fetch_one(c).await)?
        }
    })
}

/// The site that most sign-ins which wait are of.
pub(in crate::org) async fn largest_site_of_ceremonies(tx: &mut Tx) -> Result<Option<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT site FROM passkey_ceremonies WHERE session_id IS NULL
         GROUP BY site ORDER BY COUNT(*) DESC, site LIMIT 1"
    ).fetch_optional(c).await)?)
}

/// Forgets the oldest sign-in of a site that waits.
pub(in crate::org) async fn drop_oldest_ceremony(tx: &mut Tx, site: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "DELETE FROM passkey_ceremonies WHERE token_hash IN (
             SELECT token_hash FROM passkey_ceremonies WHERE session_id IS NULL AND site = $1
             ORDER BY expires_ms, token_hash LIMIT 1)"
    ).bind(site).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn delete_expired_ceremonies(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM passkey_ceremonies WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}
