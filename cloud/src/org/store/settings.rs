//! SQL of what organisations chose, and of the names in what was done.

use vitrine_protocol::OrgId;

use crate::db::{Db, DbError, Tx};
use crate::org::OrganizationView;
use crate::{on, row};

row! {
    struct SettingsRow {
        id: OrgId,
        name: String,
        slug: String,
        settings: String,
        settings_version: i64,
    }
}

impl SettingsRow {
    fn into_view(self) -> Result<OrganizationView, DbError> {
        Ok(OrganizationView {
            id: self.id,
            name: self.name,
            slug: self.slug,
            settings: serde_json::from_str(&self.settings)?,
            version: self.settings_version,
        })
    }
}

pub(in crate::org) async fn settings(db: &Db, org: OrgId) -> Result<Option<OrganizationView>, DbError> {
    let row: Option<SettingsRow> = on!(db, c => sqlx::query_as(
        "SELECT id, name, slug, settings, settings_version FROM organizations WHERE id = $1"
    ).bind(org).fetch_optional(c).await)?;
    row.map(SettingsRow::into_view).transpose()
}

/// The same within a transaction.
pub(in crate::org) async fn settings_in(
    tx: &mut Tx,
    org: OrgId,
) -> Result<Option<OrganizationView>, DbError> {
    let row: Option<SettingsRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, name, slug, settings, settings_version FROM organizations WHERE id = $1"
    ).bind(org).fetch_optional(c).await)?;
    row.map(SettingsRow::into_view).transpose()
}

pub(in crate::org) async fn save_settings(tx: &mut Tx, view: &OrganizationView) -> Result<(), DbError> {
    let settings = serde_json::to_string(&view.settings)?;
    on!(tx, c => sqlx::query(
        "UPDATE organizations SET name = $2, settings = $3, settings_version = $4 WHERE id = $1"
    ).bind(view.id).bind(&view.name).bind(settings).bind(view.version).execute(c).await.map(drop))?;
    Ok(())
}

/// The name of whoever a fact names as its actor: a person, or a key of the organisation.
pub(in crate::org) async fn name_of(db: &Db, org: OrgId, actor: &str) -> Result<Option<String>, DbError> {
    match actor.split_once(':') {
        Some(("user", id)) => Ok(on!(db, c => sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
            .bind(id).fetch_optional(c).await)?),
        Some(("key", id)) => Ok(on!(db, c => sqlx::query_scalar(
            "SELECT name FROM api_keys WHERE id = $1 AND org_id = $2"
        ).bind(id).bind(org).fetch_optional(c).await)?),
        _ => Ok(None),
    }
}
