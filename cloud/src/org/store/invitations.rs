//! SQL of invitations.

use chrono::{DateTime, Utc};
use vitrine_protocol::{InvitationId, OrgId, Role, RoleId, UserId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::{Invitation, RoleChoice};
use crate::{on, row};

row! {
    struct InvitationRow {
        id: InvitationId,
        email: String,
        role: String,
        role_id: Option<RoleId>,
        role_name: Option<String>,
        invited_by: UserId,
        created_ms: i64,
        expires_ms: i64,
    }
}

impl InvitationRow {
    fn into_invitation(self) -> Invitation {
        Invitation {
            id: self.id,
            email: self.email,
            role: Role::of(&self.role),
            role_id: self.role_id,
            role_name: self.role_name,
            invited_by: Some(self.invited_by),
            created_at: from_ms(self.created_ms),
            expires_at: from_ms(self.expires_ms),
        }
    }
}

/// The organisation's invitations that still hold, newest first.
pub(in crate::org) async fn invitations(
    db: &Db,
    org: OrgId,
    after: Option<InvitationId>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Invitation>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<InvitationRow> = on!(db, c => sqlx::query_as(
        "SELECT i.id, i.email, i.role, i.role_id, r.name AS role_name, i.invited_by, i.created_ms, i.expires_ms
         FROM invitations i LEFT JOIN org_roles r ON r.id = i.role_id AND r.org_id = i.org_id
         WHERE i.org_id = $1 AND i.id < $2 AND i.expires_ms > $3 ORDER BY i.id DESC LIMIT $4"
    ).bind(org).bind(before).bind(to_ms(now)).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(InvitationRow::into_invitation).collect())
}

/// One of the organisation's invitations, if it still holds.
pub(in crate::org) async fn invitation(
    db: &Db,
    org: OrgId,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, DbError> {
    let row: Option<InvitationRow> = on!(db, c => sqlx::query_as(
        "SELECT i.id, i.email, i.role, i.role_id, r.name AS role_name, i.invited_by, i.created_ms, i.expires_ms
         FROM invitations i LEFT JOIN org_roles r ON r.id = i.role_id AND r.org_id = i.org_id
         WHERE i.org_id = $1 AND i.id = $2 AND i.expires_ms > $3"
    ).bind(org).bind(id).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(InvitationRow::into_invitation))
}

/// How many invitations of an organisation wait, in one that `tx` has locked.
pub(in crate::org) async fn waiting(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM invitations WHERE org_id = $1")
        .bind(org).fetch_one(c).await)?)
}

/// Whether an invitation for the address waits in any organisation.
pub(in crate::org) async fn waits_for(db: &Db, email: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let found: Option<InvitationId> = on!(db, c => sqlx::query_scalar(
        "SELECT id FROM invitations WHERE email = $1 AND expires_ms > $2 LIMIT 1"
    ).bind(email).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// Whether an invitation for the address waits.
pub(in crate::org) async fn is_invited(
    tx: &mut Tx,
    org: OrgId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let found: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM invitations WHERE org_id = $1 AND email = $2 AND expires_ms > $3"
    ).bind(org).bind(email).bind(to_ms(now)).fetch_one(c).await)?;
    Ok(found > 0)
}

/// Keeps an invitation in the place of any other that the organisation has for the address.
pub(in crate::org) async fn insert_invitation(
    tx: &mut Tx,
    org: OrgId,
    invitation: &Invitation,
    by: UserId,
    (mail_hash, copy_hash): (Option<&str>, &str),
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM invitations WHERE org_id = $1 AND email = $2")
        .bind(org).bind(&invitation.email).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(
        "INSERT INTO invitations (id, org_id, email, role, role_id, mail_hash, copy_hash, invited_by, created_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ).bind(invitation.id).bind(org).bind(&invitation.email).bind(invitation.role.as_str()).bind(invitation.role_id)
        .bind(mail_hash).bind(copy_hash).bind(by).bind(to_ms(invitation.created_at)).bind(to_ms(invitation.expires_at))
        .execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct WaitingRow {
        id: InvitationId,
        org_id: OrgId,
        email: String,
        role: String,
        role_id: Option<RoleId>,
        role_name: Option<String>,
        organization_name: String,
        invited_by: UserId,
        inviter: String,
        mail_hash: Option<String>,
    }
}

/// An invitation as its token opens it.
pub(in crate::org) struct Waiting {
    pub id: InvitationId,
    pub org: OrgId,
    pub email: String,
    pub choice: RoleChoice,
    pub role_name: Option<String>,
    pub organization_name: String,
    pub invited_by: UserId,
    pub inviter: String,
    /// Whether the token came by mail, which shows whose the address is.
    pub mailed: bool,
}

/// The invitation of a token that still holds.
pub(in crate::org) async fn invitation_of(
    db: &Db,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>, DbError> {
    let row: Option<WaitingRow> = on!(db, c => sqlx::query_as(
        "SELECT i.id, i.org_id, i.email, i.role, i.role_id, r.name AS role_name, o.name AS organization_name,
                i.invited_by, u.name AS inviter, i.mail_hash
         FROM invitations i JOIN organizations o ON o.id = i.org_id JOIN users u ON u.id = i.invited_by
              LEFT JOIN org_roles r ON r.id = i.role_id AND r.org_id = i.org_id
         WHERE (i.mail_hash = $1 OR i.copy_hash = $1) AND i.expires_ms > $2"
    ).bind(token_hash).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(|row| Waiting {
        id: row.id,
        org: row.org_id,
        email: row.email,
        choice: RoleChoice { role: Role::of(&row.role), role_id: row.role_id },
        role_name: row.role_name,
        organization_name: row.organization_name,
        invited_by: row.invited_by,
        inviter: row.inviter,
        mailed: row.mail_hash.as_deref() == Some(token_hash),
    }))
}

/// Ends an invitation; false when there is none.
pub(in crate::org) async fn delete_invitation(
    tx: &mut Tx,
    org: OrgId,
    id: InvitationId,
) -> Result<bool, DbError> {
    let gone = on!(tx, c => sqlx::query("DELETE FROM invitations WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Ends every invitation of an organisation: those that waited.
pub(in crate::org) async fn delete_invitations(
    tx: &mut Tx,
    org: OrgId,
) -> Result<Vec<InvitationId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("DELETE FROM invitations WHERE org_id = $1 RETURNING id")
        .bind(org).fetch_all(c).await)?)
}

/// Ends what a person has invited others to.
pub(in crate::org) async fn delete_invitations_by(
    tx: &mut Tx,
    org: OrgId,
    by: UserId,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM invitations WHERE org_id = $1 AND invited_by = $2")
        .bind(org).bind(by).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn delete_expired_invitations(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM invitations WHERE expires_ms <= $1")
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}
