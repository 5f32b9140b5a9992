//! SQL of the pictures that lists say.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use vitrine_protocol::{ImportId, OrgId, ProductId};

use crate::base::to_ms;
use crate::db::{Db, DbError, Tx};
use crate::import::pictures::Wanted;
use crate::import::{Import, PictureCounts};
use crate::{on, row};

/// Rows of one statement.
const ROWS: usize = 1_000;
/// Problems with pictures stand behind those of rows.
const BEHIND_ROWS: i64 = 1_000_000_000;
/// The most that are kept of one import, and of one sentence in characters.
const MOST_PROBLEMS: i64 = 1_000;
const MOST_OF_A_SENTENCE: usize = 300;

row! {
    struct Known {
        product_id: ProductId,
        wanted: String,
    }
}

row! {
    struct WishRow {
        product_id: ProductId,
        import_id: ImportId,
        line: i64,
        wanted: String,
        attempts: i64,
    }
}

row! {
    struct Sums {
        waiting: i64,
        taken: i64,
        failed: i64,
    }
}

/// What is to be fetched for a product.
pub(in crate::import) struct Wish {
    pub(in crate::import) product: ProductId,
    /// How often it was tried before.
    pub(in crate::import) attempts: i64,
    import: ImportId,
    line: i64,
    text: String,
}

/// What came of it.
pub(in crate::import) struct Settled {
    /// Pictures that the product has.
    pub(in crate::import) taken: i64,
    /// Pictures that could not be had.
    pub(in crate::import) failed: i64,
    /// When to try again.
    pub(in crate::import) again: Option<DateTime<Utc>>,
}

impl Wish {
    /// The pictures, in their order.
    pub(in crate::import) fn wanted(&self) -> Result<Vec<Wanted>, DbError> {
        Ok(serde_json::from_str(&self.text)?)
    }
}

/// What lists said of products last.
pub(in crate::import) async fn known(
    tx: &mut Tx,
    products: &[ProductId],
) -> Result<HashMap<ProductId, String>, DbError> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Known> = on!(tx, c => {
        let mut query =
            sqlx::QueryBuilder::new("SELECT product_id, wanted FROM picture_wishes WHERE product_id IN (");
        let mut list = query.separated(", ");
        for product in products {
            list.push_bind(*product);
        }
        query.push(")");
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.wanted)).collect())
}

/// Keeps what a list says of products, each with its line, to be fetched from now on.
pub(in crate::import) async fn wish(
    tx: &mut Tx,
    import: &Import,
    wishes: &BTreeMap<ProductId, (u64, String)>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let wishes: Vec<_> = wishes.iter().collect();
    for wishes in wishes.chunks(ROWS) {
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "INSERT INTO picture_wishes (product_id, org_id, import_id, line, wanted, run_after_ms, attempts, taken, failed) ",
            );
            query.push_values(wishes, |mut row, (product, (line, wanted))| {
                row.push_bind(**product).push_bind(import.org).push_bind(import.id)
                    .push_bind(i64::try_from(*line).unwrap_or(i64::MAX)).push_bind(wanted).push_bind(to_ms(now))
                    .push("0, 0, 0");
            });
            query.push(
                " ON CONFLICT (product_id) DO UPDATE SET import_id = excluded.import_id, line = excluded.line,
                     wanted = excluded.wanted, run_after_ms = excluded.run_after_ms, attempts = 0, taken = 0, failed = 0",
            );
            query.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The next of an organisation that is due.
pub(in crate::import) async fn next(
    db: &Db,
    org: OrgId,
    now: DateTime<Utc>,
) -> Result<Option<Wish>, DbError> {
    let row: Option<WishRow> = on!(db, c => sqlx::query_as(
        "SELECT product_id, import_id, line, wanted, attempts FROM picture_wishes
         WHERE org_id = $1 AND run_after_ms <= $2 ORDER BY run_after_ms LIMIT 1"
    ).bind(org).bind(to_ms(now)).fetch_optional(c).await)?;
    Ok(row.map(|row| Wish {
        product: row.product_id,
        attempts: row.attempts,
        import: row.import_id,
        line: row.line,
        text: row.wanted,
    }))
}

/// Organisations that may go on and have some that are due.
pub(in crate::import) async fn due(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrgId>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar(
        "SELECT w.org_id FROM picture_wishes w JOIN organizations o ON o.id = w.org_id
         WHERE w.run_after_ms <= $1 AND o.suspended_ms IS NULL GROUP BY w.org_id ORDER BY MIN(w.run_after_ms) LIMIT $2"
    ).bind(to_ms(now)).bind(limit).fetch_all(c).await)?)
}

/// Says what came of a wish; false when a list has said something else meanwhile.
pub(in crate::import) async fn settle(tx: &mut Tx, wish: &Wish, settled: &Settled) -> Result<bool, DbError> {
    let rows = on!(tx, c => sqlx::query(
        "UPDATE picture_wishes SET run_after_ms = $4, attempts = attempts + 1, taken = $5, failed = $6
         WHERE product_id = $1 AND import_id = $2 AND wanted = $3 AND run_after_ms IS NOT NULL"
    ).bind(wish.product).bind(wish.import).bind(&wish.text).bind(settled.again.map(to_ms)).bind(settled.taken)
        .bind(settled.failed).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Takes back what the import's report says of these pictures of a product: they were asked for again.
pub(in crate::import) async fn forget_problems(
    tx: &mut Tx,
    wish: &Wish,
    wanted: &[Wanted],
) -> Result<(), DbError> {
    if wish.attempts == 0 {
        return Ok(());
    }
    for one in wanted {
        let begin = told(&format!("`{}`", one.address));
        on!(tx, c => sqlx::query(
            "DELETE FROM import_errors WHERE import_id = $1 AND number >= $2 AND line = $3
                 AND SUBSTR(sentence, 1, LENGTH($4)) = $4"
        ).bind(wish.import).bind(BEHIND_ROWS).bind(wish.line).bind(&begin).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// A sentence as it is kept.
fn told(sentence: &str) -> String {
    sentence.chars().filter(|c| !c.is_control()).take(MOST_OF_A_SENTENCE).collect()
}

/// Says in the import's report why pictures were not had. Of an import that is forgotten nothing is said.
pub(in crate::import) async fn add_problems(
    tx: &mut Tx,
    wish: &Wish,
    sentences: &[String],
) -> Result<(), DbError> {
    for sentence in sentences {
        let sentence = told(sentence);
        on!(tx, c => sqlx::query(
            "INSERT INTO import_errors (import_id, number, line, field, sentence)
             SELECT i.id, e.next, $4, 'image_link', $5 FROM imports i, (
                 SELECT COUNT(*) AS kept, COALESCE(MAX(number) + 1, $3) AS next
                 FROM import_errors WHERE import_id = $1 AND number >= $3) e
             WHERE i.id = $1 AND e.kept < $2"
        ).bind(wish.import).bind(MOST_PROBLEMS).bind(BEHIND_ROWS).bind(wish.line).bind(&sentence)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// How far the pictures of an import are.
pub(in crate::import) async fn counts(db: &Db, import: ImportId) -> Result<PictureCounts, DbError> {
    let sums: Sums = on!(db, c => sqlx::query_as(
        "SELECT COUNT(run_after_ms) AS waiting, CAST(COALESCE(SUM(taken), 0) AS BIGINT) AS taken,
             CAST(COALESCE(SUM(failed), 0) AS BIGINT) AS failed
         FROM picture_wishes WHERE import_id = $1"
    ).bind(import).fetch_one(c).await)?;
    Ok(PictureCounts { waiting: sums.waiting, taken: sums.taken, failed: sums.failed })
}
