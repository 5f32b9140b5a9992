//! SQL of what organisations chose, and of the names in what was done.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use vitrine_protocol::OrgId;

use crate::db::{Db, DbError, Tx};
use crate::org::{OrganizationView, Settings};
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
    let before: String = on!(tx, c => sqlx::query_scalar("SELECT settings FROM organizations WHERE id = $1")
        .bind(view.id).fetch_one(c).await)?;
    let settings = merged(&before, &view.settings)?;
    on!(tx, c => sqlx::query(
        "UPDATE organizations SET name = $2, settings = $3, settings_version = $4 WHERE id = $1"
    ).bind(view.id).bind(&view.name).bind(settings).bind(view.version).execute(c).await.map(drop))?;
    Ok(())
}

/// What was kept with what changed of it: fields and values of a later version stay as they are.
fn merged(before: &str, settings: &Settings) -> Result<String, DbError> {
    let mut all: Map<String, Value> = serde_json::from_str(before)?;
    let known = serde_json::to_value(serde_json::from_str::<Settings>(before)?)?;
    if let Value::Object(after) = serde_json::to_value(settings)? {
        all.extend(after.into_iter().filter(|(field, value)| known[field] != *value));
    }
    Ok(serde_json::to_string(&all)?)
}

/// The names of those that facts name as their actors: people, and keys of the organisation.
pub(in crate::org) async fn names_of(
    db: &Db,
    org: OrgId,
    actors: &BTreeSet<&str>,
) -> Result<HashMap<String, String>, DbError> {
    let ids = |kind: &str| {
        let ids = actors.iter().filter_map(|actor| actor.strip_prefix(kind)?.strip_prefix(':'));
        ids.map(str::to_owned).collect::<Vec<_>>()
    };
    let (people, keys) = (ids("user"), ids("key"));
    if people.is_empty() && keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String)> = on!(db, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT 'user:' || id, name FROM users WHERE id IN (''");
        people.iter().for_each(|id| { query.push(", ").push_bind(id.clone()); });
        query.push(") UNION ALL SELECT 'key:' || id, name FROM api_keys WHERE org_id = ").push_bind(org);
        query.push(" AND id IN (''");
        keys.iter().for_each(|id| { query.push(", ").push_bind(id.clone()); });
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_version_chose_survives_a_change_by_this_one() {
        let before =
            r##"{"locale":"it","moon_phase":3,"accent_colour":"#000000","time_zone":"Europe/Berlin"}"##;
        let mut settings: Settings = serde_json::from_str(before).unwrap();
        assert_eq!(settings.locale, None);
        (settings.accent_colour, settings.time_zone) = (Some("#ffffff".into()), None);
        let after: Value = serde_json::from_str(&merged(before, &settings).unwrap()).unwrap();
        assert_eq!((&after["locale"], &after["moon_phase"]), (&"it".into(), &3.into()));
        assert_eq!((&after["accent_colour"], &after["time_zone"]), (&"#ffffff".into(), &Value::Null));
        settings.locale = Some(crate::mail::Locale::De);
        assert!(
            merged(before, &settings).unwrap().contains(r#""locale":"de""#),
            "what is chosen here is kept"
        );
    }
}
