//! SQL of organisations, users, members and sessions.

mod accounts;
mod channels;
mod factors;
mod identities;
mod invitations;
mod keys;
mod passkeys;
mod people;
mod platform;
mod requests;
mod settings;
mod subjects;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, SessionId, UserId};

use super::{Organization, User};
use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;
use accounts::user_of;

pub(super) use accounts::{
    CLAIMS, Candidate, Purpose, candidate, candidate_in, candidates, claims, claims_since,
    delete_expired_links, delete_links, end_other_sessions, end_session, forget_places, insert_claim,
    insert_link, is_owned, know_places, knows_place, link, mark_of, network_of, owner_of_address, sessions,
    set_email, set_locale, set_name, stand_in_line, take_link, use_session,
};

pub(super) use channels::{former_names, free_names, keep_name, organization_by_slug, rename_channel};
pub(super) use factors::{
    challenged, confirm_totp, count_code, delete_challenge, delete_expired_challenges, delete_old_tries,
    delete_totp, enrol_totp, factors, forget_codes, has_factor, insert_challenge, places_of, recovery_left,
    set_recovery, take_recovery, take_step, totp, try_challenge, uncount_code,
};

pub(super) use identities::{
    delete_identity, identities, insert_identity, set_passwordless, user_of_identity, ways_in,
};
pub(super) use invitations::{
    Waiting, delete_expired_invitations, delete_invitation, delete_invitations, delete_invitations_by,
    insert_invitation, invitation, invitation_of, invitations, is_invited, waiting, waits_for,
};
pub(super) use keys::{
    delete_old_keys, insert_key, key, key_of, keys, keys_by, keys_that_hold, revoke_key, revoke_keys,
    thin_old_keys, use_key,
};
pub(super) use passkeys::{
    Ceremony, Kept, Kind, ceremony, ceremony_count, delete_expired_ceremonies, delete_passkey,
    delete_passkeys, drop_oldest_ceremony, insert_ceremony, insert_passkey, kept_passkeys,
    largest_site_of_ceremonies, passkey, passkey_of, passkeys, rename_passkey, take_ceremony, use_passkey,
};
pub(super) use people::{
    delete_member, delete_role, first_owner, insert_member, insert_role, is_member, is_role_used, member,
    member_count, members, organization_ids_of, organizations_in, organizations_of, other_members, owners,
    owners_addresses, owners_to_write, role, role_count, roles, save_role, set_standing, standing_in,
    version_of_member,
};
pub(super) use platform::{
    UnreadablePeople, operators, set_operator, set_sign_up, sign_up, unreadable_people,
};
pub(super) use requests::{
    Asked, State, decide_request, delete_expired_requests, drop_oldest_request, end_waiting, insert_request,
    largest_site, request_count, request_seen, request_state, set_proof, take_request,
};
pub(super) use settings::{names_of, save_settings, settings, settings_in};
pub(super) use subjects::{Subject, names_of_subjects};

/// The most sessions of a person; the oldest end first.
const SESSIONS: i64 = 100;

/// False when its channel's name is another's, or is kept for who had it.
pub(super) async fn insert_organization(
    tx: &mut Tx,
    organization: &Organization,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let made = on!(tx, c => sqlx::query(
        "INSERT INTO organizations (id, name, slug, created_ms, version) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (slug) DO NOTHING"
    ).bind(organization.id).bind(&organization.name).bind(&organization.slug).bind(to_ms(now))
        .execute(c).await.map(|done| done.rows_affected()))?;
    if made == 0 {
        return Ok(false);
    }
    if channels::is_kept(tx, organization.id, &organization.slug, owner, now).await? {
        on!(tx, c => sqlx::query("DELETE FROM organizations WHERE id = $1")
            .bind(organization.id).execute(c).await.map(drop))?;
        return Ok(false);
    }
    Ok(true)
}

/// Holds a person's row; false when there is no such person any more.
pub(super) async fn hold_person(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let held = on!(tx, c => sqlx::query("UPDATE users SET password_hash = password_hash WHERE id = $1")
        .bind(user).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(held == 1)
}

/// Holds a person's row; false when the password has another hash by now.
pub(super) async fn hold_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<bool, DbError> {
    let held = on!(tx, c => sqlx::query(
        "UPDATE users SET password_hash = password_hash WHERE id = $1 AND password_hash = $2"
    ).bind(user).bind(hash).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(held == 1)
}

pub(super) async fn insert_session(
    tx: &mut Tx,
    user: UserId,
    token_hash: &str,
    (network, agent): (&str, &str),
    (now, expires): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, created_ms, used_ms, expires_ms, network, agent)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)"
    ).bind(SessionId::new()).bind(user).bind(token_hash).bind(to_ms(now)).bind(to_ms(expires)).bind(network).bind(agent)
        .execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "DELETE FROM sessions WHERE user_id = $1 AND id NOT IN (
             SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_ms DESC, id DESC LIMIT $2)"
    ).bind(user).bind(SESSIONS).execute(c).await.map(drop))?;
    Ok(())
}

/// The user and session behind a token that has not expired, when it was used last, and whether the user runs this cloud.
pub(super) async fn session(
    db: &Db,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(SessionId, UserId, String, i64, bool)>, DbError> {
    Ok(on!(db, c => sqlx::query_as(
        "SELECT s.id, u.id, u.name, s.used_ms, (u.operator_ms IS NOT NULL AND u.claimed_email IS NULL) FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.expires_ms > $2"
    ).bind(token_hash).bind(to_ms(now)).fetch_optional(c).await)?)
}

pub(super) async fn delete_session(tx: &mut Tx, session: SessionId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sessions WHERE id = $1").bind(session).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete_sessions_of(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn set_password(tx: &mut Tx, user: UserId, password_hash: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE users SET password_hash = $2, passwordless = FALSE WHERE id = $1")
        .bind(user).bind(password_hash).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn delete_expired_sessions(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query("DELETE FROM sessions WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?)
}

/// Forgets a person, with their sessions, places, links and invitations.
pub(super) async fn delete_user(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM users WHERE id = $1").bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn user(db: &Db, id: UserId) -> Result<Option<User>, DbError> {
    let row: Option<(UserId, String, Option<String>, String)> = on!(db, c => sqlx::query_as(
        "SELECT id, email, claimed_email, name FROM users WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(id, email, claimed, name)| user_of(id, email, claimed, name)))
}

fn organization_of((id, name, slug, suspended): (OrgId, String, String, Option<i64>)) -> Organization {
    Organization { id, name, slug, suspended: suspended.is_some() }
}

pub(super) async fn organization(db: &Db, id: OrgId) -> Result<Option<Organization>, DbError> {
    let row: Option<(OrgId, String, String, Option<i64>)> = on!(db, c => sqlx::query_as(
        "SELECT id, name, slug, suspended_ms FROM organizations WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(organization_of))
}

/// The same within a transaction.
pub(super) async fn organization_in(tx: &mut Tx, id: OrgId) -> Result<Option<Organization>, DbError> {
    let row: Option<(OrgId, String, String, Option<i64>)> = on!(tx, c => sqlx::query_as(
        "SELECT id, name, slug, suspended_ms FROM organizations WHERE id = $1"
    ).bind(id).fetch_optional(c).await)?;
    Ok(row.map(organization_of))
}

/// Locks the organisation for a change of its members; false when there is none.
pub(super) async fn lock(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let locked = on!(tx, c => sqlx::query("UPDATE organizations SET version = version + 1 WHERE id = $1")
        .bind(org).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(locked == 1)
}
