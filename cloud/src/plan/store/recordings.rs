//! SQL of how long recordings are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ShowId};

use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::on;

/// How long an organisation's recordings are kept, and were before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Terms {
    /// Days; `None` is without limit.
    pub(in crate::plan) days: Option<i64>,
    /// How many it was before, and since when it is fewer.
    pub(in crate::plan) before: Option<(Option<i64>, DateTime<Utc>)>,
}

type TermsRow = (Option<i64>, Option<i64>, Option<i64>);

fn read((days, before, since): TermsRow) -> Terms {
    Terms { days, before: since.map(|since| (before, from_ms(since))) }
}

const TERMS: &str = "SELECT days, before_days, since_ms FROM recording_terms WHERE org_id = $1";

/// What was noted of an organisation.
pub(in crate::plan) async fn terms(db: &Db, org: OrgId) -> Result<Option<Terms>, DbError> {
    let row: Option<TermsRow> = on!(db, c => sqlx::query_as(TERMS).bind(org).fetch_optional(c).await)?;
    Ok(row.map(read))
}

/// The same within a transaction.
pub(in crate::plan) async fn terms_in(tx: &mut Tx, org: OrgId) -> Result<Option<Terms>, DbError> {
    let row: Option<TermsRow> = on!(tx, c => sqlx::query_as(TERMS).bind(org).fetch_optional(c).await)?;
    Ok(row.map(read))
}

/// Notes it.
pub(in crate::plan) async fn save_terms(tx: &mut Tx, org: OrgId, terms: Terms) -> Result<(), DbError> {
    let (before, since) =
        (terms.before.and_then(|(days, _)| days), terms.before.map(|(_, since)| to_ms(since)));
    on!(tx, c => sqlx::query(
        "INSERT INTO recording_terms (org_id, days, before_days, since_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id) DO UPDATE SET days = excluded.days, before_days = excluded.before_days,
            since_ms = excluded.since_ms"
    ).bind(org).bind(terms.days).bind(before).bind(since).execute(c).await.map(drop))?;
    Ok(())
}

/// Whose the shows are, of those that are known.
pub(in crate::plan) async fn owners(
    db: &Db,
    shows: &[ShowId],
) -> Result<HashMap<OrgId, Vec<ShowId>>, DbError> {
    let mut found: HashMap<OrgId, Vec<ShowId>> = HashMap::new();
    for show in shows {
        let org: Option<OrgId> = on!(db, c => sqlx::query_scalar("SELECT org_id FROM shows WHERE id = $1")
            .bind(*show).fetch_optional(c).await)?;
        if let Some(org) = org {
            found.entry(org).or_default().push(*show);
        }
    }
    Ok(found)
}

/// Whether anything of an organisation was ever on air.
pub(in crate::plan) async fn has_aired(db: &Db, org: OrgId) -> Result<bool, DbError> {
    let aired: i64 = on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 AS found FROM shows WHERE org_id = $1 AND live_ms IS NOT NULL LIMIT 1) AS aired"
    ).bind(org).fetch_one(c).await)?;
    Ok(aired > 0)
}
