//! SQL of imports.

pub(super) mod addresses;
pub(super) mod line;
pub(super) mod missing;
pub(super) mod pictures;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use vitrine_protocol::{Currency, ImportId, OrgId, ProductId};

use super::{Counts, Format, Import, ImportProblem, ImportState, Options};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: ImportId,
        org_id: OrgId,
        source: String,
        format: String,
        options: String,
        address: Option<String>,
        state: String,
        reason: Option<String>,
        taken: i64,
        counts: String,
        confirmed: bool,
        created_ms: i64,
        fetched_ms: Option<i64>,
        started_ms: Option<i64>,
        ended_ms: Option<i64>,
    }
}

row! {
    struct ProblemRow {
        number: i64,
        line: i64,
        field: Option<String>,
        sentence: String,
    }
}

row! {
    struct KnownRow {
        external_id: String,
        product_id: ProductId,
        row_hash: String,
        edited_ms: Option<i64>,
    }
}

/// What stands for a list's name, and what was said of it last.
pub(super) struct Known {
    pub(super) id: ProductId,
    pub(super) hash: String,
    /// Whether somebody has changed it since.
    pub(super) is_edited: bool,
}

fn word_of<T: serde::Serialize>(value: &T) -> Result<String, DbError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(DbError::Corrupt(other.to_string())),
    }
}

/// What a word stands for; None of one that a later version wrote.
fn of_word<T: serde::de::DeserializeOwned>(word: String) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word)).ok()
}

/// The options that were kept, and whether this version knows all that they say.
fn options_of(text: &str) -> (Options, bool) {
    match serde_json::from_str(text) {
        Ok(options) => (options, true),
        Err(_) => (Options::default(), false),
    }
}

impl TryFrom<Row> for Import {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let (options, is_known) = options_of(&row.options);
        let format = of_word(row.format).unwrap_or(Format::Unknown);
        let counts: Counts = serde_json::from_str(&row.counts)?;
        Ok(Self {
            id: row.id,
            org: row.org_id,
            source: row.source,
            format,
            options,
            is_readable: is_known && format != Format::Unknown,
            confirmed: row.confirmed,
            address: row.address,
            state: of_word(row.state).unwrap_or(ImportState::Unknown),
            reason: row.reason,
            notes: counts.notes(),
            counts,
            taken: u64::try_from(row.taken).unwrap_or(0),
            created_at: from_ms(row.created_ms),
            fetched_at: row.fetched_ms.map(from_ms),
            started_at: row.started_ms.map(from_ms),
            ended_at: row.ended_ms.map(from_ms),
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, import: &Import) -> Result<(), DbError> {
    let (format, state) = (word_of(&import.format)?, word_of(&import.state)?);
    let (options, counts) = (serde_json::to_string(&import.options)?, serde_json::to_string(&import.counts)?);
    on!(tx, c => sqlx::query(
        "INSERT INTO imports (id, org_id, source, format, options, address, state, counts, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ).bind(import.id).bind(import.org).bind(&import.source).bind(&format).bind(&options).bind(&import.address)
        .bind(&state).bind(&counts).bind(to_ms(import.created_at))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// How many of the organisation's are waiting or running.
pub(super) async fn under_way(tx: &mut Tx, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM imports WHERE org_id = $1 AND state IN ('waiting', 'running')"
    ).bind(org).fetch_one(c).await)?)
}

/// The same, now.
pub(super) async fn under_way_now(db: &Db, org: OrgId) -> Result<i64, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM imports WHERE org_id = $1 AND state IN ('waiting', 'running')"
    ).bind(org).fetch_one(c).await)?)
}

/// An import as it is in a transaction.
pub(super) async fn get_in(tx: &mut Tx, org: OrgId, id: ImportId) -> Result<Option<Import>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as("SELECT * FROM imports WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Import::try_from).transpose()
}

pub(super) async fn get(db: &Db, org: OrgId, id: ImportId) -> Result<Option<Import>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as("SELECT * FROM imports WHERE org_id = $1 AND id = $2")
        .bind(org).bind(id).fetch_optional(c).await)?;
    row.map(Import::try_from).transpose()
}

/// Imports of `org`, newest first.
pub(super) async fn list(
    db: &Db,
    org: OrgId,
    after: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM imports WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    ).bind(org).bind(&before).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Import::try_from).collect()
}

/// Why rows of an import were not taken, in the order of the list.
pub(super) async fn problems(
    db: &Db,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<ImportProblem>, DbError> {
    let rows: Vec<ProblemRow> = on!(db, c => sqlx::query_as(
        "SELECT number, line, field, sentence FROM import_errors WHERE import_id = $1 AND number > $2
         ORDER BY number LIMIT $3"
    ).bind(import).bind(after).bind(limit).fetch_all(c).await)?;
    let problem = |row: ProblemRow| ImportProblem {
        number: row.number,
        line: u64::try_from(row.line).unwrap_or(0),
        field: row.field,
        sentence: row.sentence,
    };
    Ok(rows.into_iter().map(problem).collect())
}

/// Keeps why rows were not taken.
pub(super) async fn add_problems(
    tx: &mut Tx,
    import: ImportId,
    problems: &[ImportProblem],
) -> Result<(), DbError> {
    if problems.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("INSERT INTO import_errors (import_id, number, line, field, sentence) ");
        query.push_values(problems, |mut row, problem| {
            row.push_bind(import).push_bind(problem.number).push_bind(i64::try_from(problem.line).unwrap_or(i64::MAX))
                .push_bind(&problem.field).push_bind(&problem.sentence);
        });
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Says that an import runs; false when it is over, gone, or when it is not its turn: one of an organisation runs at a time, and
/// those of a source in the order in which they came.
pub(super) async fn begin(tx: &mut Tx, id: ImportId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE imports SET state = 'running', started_ms = COALESCE(started_ms, $2)
         WHERE id = $1 AND state IN ('waiting', 'running') AND NOT EXISTS (
             SELECT 1 FROM imports o WHERE o.org_id = imports.org_id AND o.id <> imports.id AND (
                 o.state = 'running' OR (o.state = 'waiting' AND o.source = imports.source AND o.id < imports.id)))"
    ).bind(id).bind(to_ms(now)).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Says how far a running import is; false when somebody else has got further, or it is over.
pub(super) async fn advance(
    tx: &mut Tx,
    id: ImportId,
    before: u64,
    taken: u64,
    counts: &Counts,
) -> Result<bool, DbError> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let counts = serde_json::to_string(counts)?;
    let rows = on!(tx, c => sqlx::query(
        "UPDATE imports SET taken = $3, counts = $4 WHERE id = $1 AND taken = $2 AND state = 'running'"
    ).bind(id).bind(number(before)).bind(number(taken)).bind(&counts)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Says when the address of an import was asked for its list, once.
pub(super) async fn fetched(tx: &mut Tx, id: ImportId, at: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE imports SET fetched_ms = $2 WHERE id = $1 AND fetched_ms IS NULL")
        .bind(id).bind(to_ms(at)).execute(c).await.map(drop))?;
    Ok(())
}

/// Says that an import is over.
pub(super) async fn end(
    tx: &mut Tx,
    id: ImportId,
    state: ImportState,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let state = word_of(&state)?;
    on!(tx, c => sqlx::query(
        "UPDATE imports SET state = $2, reason = $3, ended_ms = $4 WHERE id = $1 AND state IN ('waiting', 'running')"
    ).bind(id).bind(&state).bind(reason).bind(to_ms(now)).execute(c).await.map(drop))?;
    Ok(())
}

/// What stands for those names of a source, and what was said of it last.
pub(super) async fn known(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    names: &[&str],
) -> Result<HashMap<String, Known>, DbError> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<KnownRow> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT i.external_id, i.product_id, i.row_hash, p.edited_ms FROM imported_products i
             JOIN products p ON p.id = i.product_id WHERE i.org_id = ",
        );
        query.push_bind(org).push(" AND i.source = ").push_bind(source).push(" AND i.external_id IN (");
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(*name);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })?;
    let known = |row: KnownRow| {
        let is_edited = row.edited_ms.is_some();
        (row.external_id, Known { id: row.product_id, hash: row.row_hash, is_edited })
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Keeps what stands for names of a source, and what was said of it.
pub(super) async fn remember(
    tx: &mut Tx,
    org: OrgId,
    source: &str,
    products: &[(String, ProductId, String)],
) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new(
            "INSERT INTO imported_products (org_id, source, external_id, product_id, row_hash) ",
        );
        query.push_values(products, |mut row, (name, product, hash)| {
            row.push_bind(org).push_bind(source).push_bind(name).push_bind(*product).push_bind(hash);
        });
        query.push(
            " ON CONFLICT (org_id, source, external_id)
              DO UPDATE SET product_id = excluded.product_id, row_hash = excluded.row_hash",
        );
        query.build().execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Whether an import waits or runs.
pub(super) async fn is_under_way(db: &Db, id: ImportId) -> Result<bool, DbError> {
    let found: Option<ImportId> = on!(db, c => sqlx::query_scalar(
        "SELECT id FROM imports WHERE id = $1 AND state IN ('waiting', 'running')"
    ).bind(id).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// Forgets imports that were over before `before`.
pub(super) async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM imports WHERE ended_ms < $1")
        .bind(to_ms(before)).execute(c).await.map(drop))?;
    Ok(())
}

/// Whoever has called this is alone with the organisation's imports until `tx` ends.
pub(super) async fn turn(tx: &mut Tx, org: OrgId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO import_turns (org_id, turn) VALUES ($1, 1)
         ON CONFLICT (org_id) DO UPDATE SET turn = import_turns.turn + 1"
    ).bind(org).execute(c).await.map(drop))?;
    Ok(())
}

/// The currency that the organisation sells in, where it says so.
pub(super) async fn currency_of(db: &Db, org: OrgId) -> Result<Option<Currency>, DbError> {
    let settings: Option<String> = on!(db, c => sqlx::query_scalar("SELECT settings FROM organizations WHERE id = $1")
        .bind(org).fetch_optional(c).await)?;
    let settings: serde_json::Value = serde_json::from_str(settings.as_deref().unwrap_or("{}"))?;
    Ok(settings.get("currency").and_then(|code| Currency::try_from(code.as_str()?).ok()))
}

/// Whether the operator suspended the organisation.
pub(in crate::import) async fn is_suspended(tx: &mut Tx, org: OrgId) -> Result<bool, DbError> {
    let since: Option<Option<i64>> = on!(tx, c => sqlx::query_scalar("SELECT suspended_ms FROM organizations WHERE id = $1")
        .bind(org).fetch_optional(c).await)?;
    Ok(since.flatten().is_some())
}
