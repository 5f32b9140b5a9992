//! SQL of members and roles.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, Permission, Permissions, Role, RoleId, UserId};

use super::accounts::user_of;
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::org::{CustomRole, Member, OrganizationOfUser, RoleChoice, Standing};
use crate::{on, row};

/// What a member is by their row: `rank` counts while `role` is the word that stands for it.
fn standing_of(
    word: &str,
    rank: Option<&str>,
    custom: Option<RoleId>,
    (name, permissions): (Option<String>, Option<String>),
) -> Standing {
    let role = rank.map(Role::of).filter(|role| Standing::word_before(*role) == word);
    match (role.unwrap_or_else(|| Role::of(word)), custom.zip(name)) {
        (Role::Custom, Some(custom)) => {
            let permissions = Permissions::read(permissions.as_deref().unwrap_or_default());
            Standing { role: Role::Custom, custom: Some(custom), permissions }
        }
        (role, _) => Standing::of(role),
    }
}

/// The columns that [`standing_of`] reads; `m` are the members, `r` the roles.
macro_rules! standing {
    ($before:literal, $after:literal) => {
        concat!(
            "SELECT ",
            $before,
            "m.role AS role_word, m.rank AS rank_word, m.role_id AS custom_id, r.name AS custom_name, ",
            "r.permissions AS custom_permissions FROM members m ",
            "LEFT JOIN org_roles r ON r.id = m.role_id AND r.org_id = m.org_id ",
            $after
        )
    };
}

row! {
    struct PlaceRow {
        id: OrgId,
        name: String,
        slug: String,
        suspended_ms: Option<i64>,
        role_word: String,
        rank_word: Option<String>,
        custom_id: Option<RoleId>,
        custom_name: Option<String>,
        custom_permissions: Option<String>,
    }
}

/// Where a person belongs, oldest first.
pub(in crate::org) async fn organizations_of(
    db: &Db,
    user: UserId,
) -> Result<Vec<OrganizationOfUser>, DbError> {
    let rows: Vec<PlaceRow> = on!(db, c => sqlx::query_as(standing!(
        "o.id, o.name, o.slug, o.suspended_ms, ",
        "JOIN organizations o ON o.id = m.org_id WHERE m.user_id = $1 ORDER BY o.created_ms, o.id"
    )).bind(user).fetch_all(c).await)?;
    let place = |row: PlaceRow| {
        let own = (row.custom_name, row.custom_permissions);
        let standing = standing_of(&row.role_word, row.rank_word.as_deref(), row.custom_id, own);
        let permissions = standing.permissions.iter().collect();
        let (role_id, role_name) = standing.custom.unzip();
        let Standing { role, .. } = standing;
        OrganizationOfUser {
            id: row.id,
            name: row.name,
            slug: row.slug,
            role,
            role_id,
            role_name,
            permissions,
            suspended: row.suspended_ms.is_some(),
        }
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Where a person belongs, in the order of ids.
pub(in crate::org) async fn organization_ids_of(tx: &mut Tx, user: UserId) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT org_id FROM members WHERE user_id = $1 ORDER BY org_id")
        .bind(user).fetch_all(c).await)?)
}

/// The names of where a person belongs, oldest first.
pub(in crate::org) async fn organizations_in(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT o.name FROM members m JOIN organizations o ON o.id = m.org_id
         WHERE m.user_id = $1 ORDER BY o.created_ms, o.id LIMIT 3"
    ).bind(user).fetch_all(c).await)?)
}

row! {
    struct MemberRow {
        id: UserId,
        email: String,
        claimed_email: Option<String>,
        name: String,
        created_ms: i64,
        standing: i64,
        role_word: String,
        rank_word: Option<String>,
        custom_id: Option<RoleId>,
        custom_name: Option<String>,
        custom_permissions: Option<String>,
    }
}

impl MemberRow {
    fn into_member(self) -> Member {
        let own = (self.custom_name, self.custom_permissions);
        let standing = standing_of(&self.role_word, self.rank_word.as_deref(), self.custom_id, own);
        let user = user_of(self.id, self.email, self.claimed_email, self.name);
        Member::new(user, standing, from_ms(self.created_ms), self.standing)
    }
}

/// The members who came after `after`, in the order of their accounts.
pub(in crate::org) async fn members(
    db: &Db,
    org: OrgId,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<Member>, DbError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<MemberRow> = on!(db, c => sqlx::query_as(standing!(
        "u.id, u.email, u.claimed_email, u.name, m.created_ms, m.standing, ",
        "JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3"
    )).bind(org).bind(after).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(MemberRow::into_member).collect())
}

/// One member.
pub(in crate::org) async fn member(db: &Db, org: OrgId, user: UserId) -> Result<Option<Member>, DbError> {
    let row: Option<MemberRow> = on!(db, c => sqlx::query_as(standing!(
        "u.id, u.email, u.claimed_email, u.name, m.created_ms, m.standing, ",
        "JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 AND m.user_id = $2"
    )).bind(org).bind(user).fetch_optional(c).await)?;
    Ok(row.map(MemberRow::into_member))
}

row! {
    struct StandingRow {
        role_word: String,
        rank_word: Option<String>,
        custom_id: Option<RoleId>,
        custom_name: Option<String>,
        custom_permissions: Option<String>,
    }
}

/// What a person is in an organisation that `tx` has locked; none when they are no member.
pub(in crate::org) async fn standing_in(
    tx: &mut Tx,
    org: OrgId,
    user: UserId,
) -> Result<Option<Standing>, DbError> {
    let row: Option<StandingRow> = on!(tx, c => sqlx::query_as(standing!(
        "", "WHERE m.org_id = $1 AND m.user_id = $2"
    )).bind(org).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|row| {
        let own = (row.custom_name, row.custom_permissions);
        standing_of(&row.role_word, row.rank_word.as_deref(), row.custom_id, own)
    }))
}

/// How often a member of an organisation that `tx` has locked was given a role.
pub(in crate::org) async fn version_of_member(tx: &mut Tx, org: OrgId, user: UserId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT standing FROM members WHERE org_id = $1 AND user_id = $2")
        .bind(org).bind(user).fetch_one(c).await)?)
}

/// How many members an organisation has that `tx` has locked.
pub(in crate::org) async fn member_count(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM members WHERE org_id = $1")
        .bind(org).fetch_one(c).await)?)
}

/// Whether an account with that address, its own or claimed, is a member.
pub(in crate::org) async fn is_member(tx: &mut Tx, org: OrgId, email: &str) -> Result<bool, DbError> {
    let found: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND (u.email = $2 OR u.claimed_email = $2)"
    ).bind(org).bind(email).fetch_one(c).await)?;
    Ok(found > 0)
}

pub(in crate::org) async fn insert_member(
    tx: &mut Tx,
    org: OrgId,
    user: UserId,
    choice: RoleChoice,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO members (org_id, user_id, role, rank, role_id, created_ms) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(org).bind(user).bind(Standing::word_before(choice.role)).bind(choice.role.as_str()).bind(choice.role_id)
        .bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn set_standing(
    tx: &mut Tx,
    org: OrgId,
    user: UserId,
    choice: RoleChoice,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE members SET role = $3, rank = $4, role_id = $5, standing = standing + 1 WHERE org_id = $1 AND user_id = $2"
    ).bind(org).bind(user).bind(Standing::word_before(choice.role)).bind(choice.role.as_str()).bind(choice.role_id)
        .execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::org) async fn owners(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM members WHERE org_id = $1 AND role = 'owner'")
        .bind(org).fetch_one(c).await)?)
}

/// The owners' addresses and languages, confirmed or not, those who came first first.
pub(in crate::org) async fn owners_addresses(
    tx: &mut Tx,
    org: OrgId,
    limit: i64,
) -> Result<Vec<(String, String)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "SELECT COALESCE(u.claimed_email, u.email), u.locale FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.role = 'owner' ORDER BY m.created_ms, u.id LIMIT $2"
    ).bind(org).bind(limit).fetch_all(c).await)?)
}

/// Address and language of those who own it and whose address is their own.
pub(in crate::org) async fn owners_to_write(
    tx: &mut Tx,
    org: OrgId,
) -> Result<Vec<(String, String)>, DbError> {
    Ok(on!(tx, c => sqlx::query_as(
        "SELECT u.email, u.locale FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.role = 'owner' AND u.claimed_email IS NULL ORDER BY m.created_ms, u.id LIMIT 20"
    ).bind(org).fetch_all(c).await)?)
}

/// Everybody in an organisation that `tx` has locked, but one.
pub(in crate::org) async fn other_members(
    tx: &mut Tx,
    org: OrgId,
    but: UserId,
) -> Result<Vec<UserId>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT user_id FROM members WHERE org_id = $1 AND user_id <> $2")
        .bind(org).bind(but).fetch_all(c).await)?)
}

/// The owner who has been a member longest.
pub(in crate::org) async fn first_owner(db: &Db, org: OrgId) -> Result<Option<UserId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT user_id FROM members WHERE org_id = $1 AND role = 'owner' ORDER BY created_ms, user_id LIMIT 1"
    ).bind(org).fetch_optional(c).await)?)
}

pub(in crate::org) async fn delete_member(tx: &mut Tx, org: OrgId, user: UserId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM members WHERE org_id = $1 AND user_id = $2")
        .bind(org).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

row! {
    struct RoleRow {
        id: RoleId,
        name: String,
        permissions: String,
        created_ms: i64,
        version: i64,
    }
}

impl RoleRow {
    fn into_role(self) -> CustomRole {
        let permissions = Permissions::read(&self.permissions);
        CustomRole::new(self.id, self.name, permissions, (from_ms(self.created_ms), self.version))
    }
}

/// The organisation's own roles, by name.
pub(in crate::org) async fn roles(db: &Db, org: OrgId) -> Result<Vec<CustomRole>, DbError> {
    let rows: Vec<RoleRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, permissions, created_ms, version FROM org_roles WHERE org_id = $1 ORDER BY name LIMIT 200"
    ).bind(org).fetch_all(c).await)?;
    Ok(rows.into_iter().map(RoleRow::into_role).collect())
}

/// How many roles of its own an organisation has that `tx` has locked.
pub(in crate::org) async fn role_count(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM org_roles WHERE org_id = $1")
        .bind(org).fetch_one(c).await)?)
}

/// One of the organisation's own roles.
pub(in crate::org) async fn role(tx: &mut Tx, org: OrgId, id: RoleId) -> Result<Option<CustomRole>, DbError> {
    let row: Option<RoleRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, name, permissions, created_ms, version FROM org_roles WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(row.map(RoleRow::into_role))
}

/// [`DbError::Clash`] when the organisation has a role of that name.
pub(in crate::org) async fn insert_role(tx: &mut Tx, org: OrgId, role: &CustomRole) -> Result<(), DbError> {
    let words = role.permissions.iter().copied().collect::<Permissions>().words();
    on!(tx, c => sqlx::query(
        "INSERT INTO org_roles (id, org_id, name, permissions, created_ms, version) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(role.id).bind(org).bind(&role.name).bind(&words).bind(to_ms(role.created_at)).bind(role.version)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// A list with those words of the one before that only a later version knows: what it lets people do is not this one's to take.
fn with_words_of_others(words: String, before: &str) -> String {
    let unknown = before.split(' ').filter(|word| !word.is_empty() && word.parse::<Permission>().is_err());
    let all: Vec<_> = words.split(' ').filter(|word| !word.is_empty()).chain(unknown).collect();
    all.join(" ")
}

/// [`DbError::Clash`] when the organisation has another role of that name.
pub(in crate::org) async fn save_role(tx: &mut Tx, org: OrgId, role: &CustomRole) -> Result<(), DbError> {
    let before: Option<String> = on!(tx, c => sqlx::query_scalar(
        "SELECT permissions FROM org_roles WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(role.id).fetch_optional(c).await)?;
    let words = role.permissions.iter().copied().collect::<Permissions>().words();
    let words = with_words_of_others(words, before.as_deref().unwrap_or_default());
    on!(tx, c => sqlx::query(
        "UPDATE org_roles SET name = $3, permissions = $4, version = $5 WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(role.id).bind(&role.name).bind(&words).bind(role.version).execute(c).await.map(drop))?;
    Ok(())
}

/// Whether a member, or somebody who is invited, has the role.
pub(in crate::org) async fn is_role_used(tx: &mut Tx, org: OrgId, id: RoleId) -> Result<bool, DbError> {
    let used: i64 = on!(tx, c => sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM members WHERE org_id = $1 AND role_id = $2)
              + (SELECT COUNT(*) FROM invitations WHERE org_id = $1 AND role_id = $2)"
    ).bind(org).bind(id).fetch_one(c).await)?;
    Ok(used > 0)
}

pub(in crate::org) async fn delete_role(tx: &mut Tx, org: OrgId, id: RoleId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM org_roles WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).execute(c).await.map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_version_wrote_since_is_what_counts() {
        let read = |word, rank| standing_of(word, rank, None, (None, None)).role;
        assert_eq!(read("host", Some("admin")), Role::Admin);
        assert_eq!(read("moderator", Some("admin")), Role::Moderator);
        assert_eq!(read("owner", Some("analyst")), Role::Owner);
        assert_eq!(read("moderator", None), Role::Moderator);
        assert_eq!(read("wizard", None), Role::Unknown);
    }

    #[test]
    fn a_role_that_is_gone_lets_nobody_do_anything() {
        let standing = standing_of("moderator", Some("custom"), Some(RoleId::new()), (None, None));
        assert_eq!((standing.role, standing.permissions), (Role::Custom, Permissions::NONE));
    }
}
