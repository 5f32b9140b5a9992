//! Accounts that nobody confirmed and nobody uses.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, UserId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::on;

/// Accounts made before `before` whose address nobody confirmed, that nobody is signed in to, and whose organisations nobody else is
/// in and nothing is in; up to `limit`.
pub(in crate::leaving) async fn unused(
    db: &Db,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<UserId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT u.id FROM users u
         WHERE u.claimed_email IS NOT NULL AND u.created_ms < $1
           AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.expires_ms > $2)
           AND NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND (
               EXISTS (SELECT 1 FROM members o WHERE o.org_id = m.org_id AND o.user_id <> u.id)
               OR EXISTS (SELECT 1 FROM products x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM coupons x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM orders x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM shows x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM imports x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM import_addresses x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM api_keys x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM webhooks x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM billing_accounts x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM billing_invoices x WHERE x.org_id = m.org_id)
               OR EXISTS (SELECT 1 FROM invitations x WHERE x.org_id = m.org_id)))
         LIMIT $3"
    ).bind(to_ms(before)).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Forgets such an account, unless somebody signed in to it, or confirmed its address, meanwhile; the organisations that it was in.
pub(in crate::leaving) async fn forget(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<OrgId>, DbError> {
    let orgs: Vec<OrgId> = on!(tx, c => sqlx::query_scalar("SELECT org_id FROM members WHERE user_id = $1 ORDER BY org_id")
        .bind(user).fetch_all(c).await)?;
    let gone = on!(tx, c => sqlx::query(
        "DELETE FROM users WHERE id = $1 AND claimed_email IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = users.id AND s.expires_ms > $2)"
    ).bind(user).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(if gone == 1 { orgs } else { Vec::new() })
}
