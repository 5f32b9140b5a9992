//! Opening the database and beginning transactions.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, SqlSafeStr as _};
use tokio::sync::watch;

use super::tx::Commits;
use super::{DbError, Side, Tx};

/// Every change of the tables, in order; forward only.
const MIGRATIONS: [(i64, &str, &str); 70] = [
    (1, "events", include_str!("../../migrations/0001_events.sql")),
    (2, "org", include_str!("../../migrations/0002_org.sql")),
    (3, "show", include_str!("../../migrations/0003_show.sql")),
    (4, "catalog", include_str!("../../migrations/0004_catalog.sql")),
    (40, "chat", include_str!("../../migrations/0040_chat.sql")),
    (41, "chat_marks", include_str!("../../migrations/0041_chat_marks.sql")),
    (42, "chat_restore", include_str!("../../migrations/0042_chat_restore.sql")),
    (50, "secrets", include_str!("../../migrations/0050_secrets.sql")),
    (51, "event_partitions", include_str!("../../migrations/0051_event_partitions.sql")),
    (52, "jobs", include_str!("../../migrations/0052_jobs.sql")),
    (60, "show_leases", include_str!("../../migrations/0060_show_leases.sql")),
    (61, "shared_marks", include_str!("../../migrations/0061_shared_marks.sql")),
    (62, "viewer_key", include_str!("../../migrations/0062_viewer_key.sql")),
    (63, "picture_clock", include_str!("../../migrations/0063_picture_clock.sql")),
    (64, "leased_time", include_str!("../../migrations/0064_leased_time.sql")),
    (65, "media_states", include_str!("../../migrations/0065_media_states.sql")),
    (66, "accounts", include_str!("../../migrations/0066_accounts.sql")),
    (67, "people", include_str!("../../migrations/0067_people.sql")),
    (68, "audit", include_str!("../../migrations/0068_audit.sql")),
    (70, "orders", include_str!("../../migrations/0070_orders.sql")),
    (71, "reservations", include_str!("../../migrations/0071_reservations.sql")),
    (72, "coupons", include_str!("../../migrations/0072_coupons.sql")),
    (73, "prices", include_str!("../../migrations/0073_prices.sql")),
    (75, "picture_sizes", include_str!("../../migrations/0075_picture_sizes.sql")),
    (76, "imports", include_str!("../../migrations/0076_imports.sql")),
    (77, "import_addresses", include_str!("../../migrations/0077_import_addresses.sql")),
    (78, "replays", include_str!("../../migrations/0078_replays.sql")),
    (79, "unknown_facts", include_str!("../../migrations/0079_unknown_facts.sql")),
    (80, "factors", include_str!("../../migrations/0080_factors.sql")),
    (81, "sign_in_requests", include_str!("../../migrations/0081_sign_in_requests.sql")),
    (82, "identities", include_str!("../../migrations/0082_identities.sql")),
    (84, "plans", include_str!("../../migrations/0084_plans.sql")),
    (85, "usage", include_str!("../../migrations/0085_usage.sql")),
    (86, "operators", include_str!("../../migrations/0086_operators.sql")),
    (88, "billing", include_str!("../../migrations/0088_billing.sql")),
    (89, "invoices", include_str!("../../migrations/0089_invoices.sql")),
    (90, "sale", include_str!("../../migrations/0090_sale.sql")),
    (91, "import_lines", include_str!("../../migrations/0091_import_lines.sql")),
    (92, "options", include_str!("../../migrations/0092_options.sql")),
    (95, "webhooks", include_str!("../../migrations/0095_webhooks.sql")),
    (96, "leaving", include_str!("../../migrations/0096_leaving.sql")),
    (97, "overlap", include_str!("../../migrations/0097_overlap.sql")),
    (100, "billing_mend", include_str!("../../migrations/0100_billing_mend.sql")),
    (104, "order_lines", include_str!("../../migrations/0104_order_lines.sql")),
    (105, "compare_at", include_str!("../../migrations/0105_compare_at.sql")),
    (108, "challenge_places", include_str!("../../migrations/0108_challenge_places.sql")),
    (109, "leaving_organizations", include_str!("../../migrations/0109_leaving_organizations.sql")),
    (110, "fast_webhooks", include_str!("../../migrations/0110_fast_webhooks.sql")),
    (111, "passkeys", include_str!("../../migrations/0111_passkeys.sql")),
    (112, "passkey_ceremonies", include_str!("../../migrations/0112_passkey_ceremonies.sql")),
    (113, "product_texts", include_str!("../../migrations/0113_product_texts.sql")),
    (114, "variant_prices", include_str!("../../migrations/0114_variant_prices.sql")),
    (115, "market_price_changes", include_str!("../../migrations/0115_market_price_changes.sql")),
    (116, "order_markets", include_str!("../../migrations/0116_order_markets.sql")),
    (117, "pictures", include_str!("../../migrations/0117_pictures.sql")),
    (118, "picture_wishes", include_str!("../../migrations/0118_picture_wishes.sql")),
    (120, "plan_sources", include_str!("../../migrations/0120_plan_sources.sql")),
    (121, "plan_media", include_str!("../../migrations/0121_plan_media.sql")),
    (122, "request_sites", include_str!("../../migrations/0122_request_sites.sql")),
    (125, "planned_end", include_str!("../../migrations/0125_planned_end.sql")),
    (126, "listed_variants", include_str!("../../migrations/0126_listed_variants.sql")),
    (127, "edited", include_str!("../../migrations/0127_edited.sql")),
    (128, "former_channels", include_str!("../../migrations/0128_former_channels.sql")),
    (130, "passkey_sites", include_str!("../../migrations/0130_passkey_sites.sql")),
    (131, "first_payment", include_str!("../../migrations/0131_first_payment.sql")),
    (134, "code_tries", include_str!("../../migrations/0134_code_tries.sql")),
    (135, "trade_indexes", include_str!("../../migrations/0135_trade_indexes.sql")),
    (136, "fresh_messages", include_str!("../../migrations/0136_fresh_messages.sql")),
    (137, "webhooks_by_hand", include_str!("../../migrations/0137_webhooks_by_hand.sql")),
    (138, "marked_replays", include_str!("../../migrations/0138_marked_replays.sql")),
];

/// The same where the two databases have no words in common: for SQLite, and for Postgres.
const OF_EACH: [(i64, &str, &str, &str); 3] = [
    (
        98,
        "standing",
        include_str!("../../migrations/sqlite/0098_standing.sql"),
        include_str!("../../migrations/postgres/0098_standing.sql"),
    ),
    (
        106,
        "product_search",
        include_str!("../../migrations/sqlite/0106_product_search.sql"),
        include_str!("../../migrations/postgres/0106_product_search.sql"),
    ),
    (
        133,
        "trade",
        include_str!("../../migrations/sqlite/0133_trade.sql"),
        include_str!("../../migrations/postgres/0133_trade.sql"),
    ),
];

/// How long a statement waits for a connection before it gives up.
pub(super) const ACQUIRE_WITHIN: Duration = Duration::from_secs(5);

/// The database. Clones share its pools.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pools: Pools,
    commits: Commits,
}

enum Pools {
    /// One connection writes, a few read. The lock file is held as long as a clone lives.
    Sqlite { writer: SqlitePool, readers: SqlitePool, _lock: Option<Arc<File>> },
    /// A pool for both.
    Pg(PgPool),
}

impl Db {
    fn over(pools: Pools, commits: Commits) -> Self {
        Self { inner: Arc::new(Inner { pools, commits }) }
    }

    /// Opens `url`: `sqlite:PATH` (made when missing) or `postgres:…`. Runs no migration.
    ///
    /// # Errors
    /// [`DbError::Held`] when another process owns the file; [`DbError::Unwritable`],
    /// [`DbError::Unreachable`], [`DbError::UnknownUrl`].
    pub async fn connect(url: &str) -> Result<Self, DbError> {
        let pools = if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(DbError::Unreachable)?;
            let pool = PgPoolOptions::new()
                .max_connections(10)
                .acquire_timeout(ACQUIRE_WITHIN)
                .connect_with(options.application_name("vitrine-cloud"))
                .await
                .map_err(DbError::Unreachable)?;
            Pools::Pg(pool)
        } else {
            return Err(DbError::UnknownUrl);
        };
        Ok(Self::over(pools, Commits::default()))
    }

    /// Opens `url` as [`Db::connect`] does, beside a process that owns the file: for a person's single acts. What it records is heard by
    /// that process within seconds.
    ///
    /// # Errors
    /// As [`Db::connect`], but never [`DbError::Held`].
    pub async fn connect_beside(url: &str) -> Result<Self, DbError> {
        match url.strip_prefix("sqlite:") {
            Some(path) => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                Ok(Self::over(sqlite_pools(path, None).await?, Commits::default()))
            }
            None => Self::connect(url).await,
        }
    }

    /// The same database by up to `connections` of its own, so that what must not wait does not stand in line with
    /// everything else. On SQLite, the same pools. Needs a running tokio runtime.
    #[must_use]
    pub fn apart(&self, connections: u32) -> Self {
        let Pools::Pg(pool) = &self.inner.pools else { return self.clone() };
        let options = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_WITHIN);
        let pool = options.connect_lazy_with(pool.connect_options().as_ref().clone());
        Self::over(Pools::Pg(pool), self.inner.commits.clone())
    }

    /// Brings the tables up to date. Safe while another version still serves, and when run twice at once.
    ///
    /// Migrations of a later version may have run already: they only add, so this one goes on working.
    ///
    /// # Errors
    /// A migration failed, or is not the one that ran under its number.
    pub async fn migrate(&self) -> Result<(), DbError> {
        self.migrate_to(i64::MAX).await
    }

    /// Runs the migrations up to `version`, for tests of those that follow.
    pub(super) async fn migrate_to(&self, version: i64) -> Result<(), DbError> {
        let of_each = OF_EACH.map(|(number, name, sqlite, pg)| match &self.inner.pools {
            Pools::Sqlite { .. } => (number, name, sqlite),
            Pools::Pg(_) => (number, name, pg),
        });
        let wanted = MIGRATIONS.into_iter().chain(of_each).filter(|(number, ..)| *number <= version);
        let migrations: Vec<_> = wanted
            .map(|(version, name, sql)| {
                Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
            })
            .collect();
        let mut migrator = Migrator::with_migrations(migrations);
        migrator.set_ignore_missing(true);
        match &self.inner.pools {
            Pools::Sqlite { writer, .. } => migrator.run(writer).await,
            Pools::Pg(pool) => migrator.run(pool).await,
        }
        .map_err(DbError::Migrate)
    }

    /// Begins a transaction that may write. On SQLite it is the only one until it ends.
    ///
    /// # Errors
    /// No connection within 5 s, or the database does not answer.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let inner = match &self.inner.pools {
            Pools::Sqlite { writer, .. } => Side::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Pg(pool) => Side::Pg(pool.begin().await?),
        };
        Ok(Tx::new(inner, self.inner.commits.clone()))
    }

    /// The pool that reads, for [`on!`](crate::on).
    #[must_use]
    pub fn side(&self) -> Side<&SqlitePool, &PgPool> {
        match &self.inner.pools {
            Pools::Sqlite { readers, .. } => Side::Sqlite(readers),
            Pools::Pg(pool) => Side::Pg(pool),
        }
    }

    /// Changes with each commit of this process that gives listeners something to do; counts them.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.inner.commits.facts.subscribe()
    }

    /// Changes with each commit of this process that left a job; counts them.
    #[must_use]
    pub fn jobs_left(&self) -> watch::Receiver<u64> {
        self.inner.commits.jobs.subscribe()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        crate::on!(self, c => sqlx::query("SELECT 1").execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes SQLite's log back into the file, so that it does not grow. Nothing on Postgres.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn checkpoint(&self) -> Result<(), DbError> {
        if let Pools::Sqlite { writer, .. } = &self.inner.pools {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await?;
        }
        Ok(())
    }

    /// Closes every connection; on SQLite the log is written back first.
    pub async fn close(&self) {
        match &self.inner.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Pg(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<Pools, DbError> {
    let lock = lock(path)?;
    sqlite_pools(path, Some(lock)).await
}

async fn sqlite_pools(path: &Path, lock: Option<File>) -> Result<Pools, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(ACQUIRE_WITHIN)
        .pragma("cache_size", "-1024")
        .statement_cache_capacity(64);
    // A file does not go away: its connections are not asked before each use, which takes as long as most statements.
    // One writer: SQLite has one anyway, and a queue in front of it waits fairly where `database is locked` would not.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(ACQUIRE_WITHIN)
        .test_before_acquire(false)
        // On a full disk SQLite may end a transaction by itself; the driver goes on counting it, and begins no other.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        // Lists write into many tables at once; what they share stays in memory, and is written back less often.
        .connect_with(options.clone().pragma("cache_size", "-8192").pragma("wal_autocheckpoint", "4000"))
        .await
        .map_err(DbError::Unreachable)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(3)
        .min_connections(1)
        .max_lifetime(None)
        .idle_timeout(Duration::from_secs(60))
        .acquire_timeout(ACQUIRE_WITHIN)
        .test_before_acquire(false)
        .connect_with(options.read_only(true).create_if_missing(false))
        .await
        .map_err(DbError::Unreachable)?;
    Ok(Pools::Sqlite { writer, readers, _lock: lock.map(Arc::new) })
}

/// Takes the lock file beside the database. The system lets go of it when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, DbError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let unwritable = |source| DbError::Unwritable { path: path.to_owned(), source };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(DbError::Held(path.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(unwritable(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::each_db;
    use super::*;

    #[tokio::test]
    async fn a_second_process_is_told_that_the_file_is_held() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/v.db", dir.path().display());
        let first = Db::connect(&url).await.unwrap();
        assert!(matches!(Db::connect(&url).await, Err(DbError::Held(_))));
        drop(first);
        Db::connect(&url).await.unwrap();
    }

    #[tokio::test]
    async fn a_person_acts_beside_the_process_that_has_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/v.db", dir.path().display());
        let owner = Db::connect(&url).await.unwrap();
        owner.migrate().await.unwrap();
        let beside = Db::connect_beside(&url).await.unwrap();
        let mut tx = beside.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE event_counters SET seq = 99").execute(c).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
        beside.close().await;
        let seq: i64 =
            crate::on!(owner, c => sqlx::query_scalar("SELECT MAX(seq) FROM event_counters").fetch_one(c).await)
                .unwrap();
        assert_eq!(seq, 99);
    }

    #[tokio::test]
    async fn migrating_twice_changes_nothing() {
        each_db(async |db| db.migrate().await.unwrap()).await;
    }

    #[tokio::test]
    async fn a_version_starts_on_the_tables_of_a_later_one_and_never_on_changed_ones() {
        each_db(async |db| {
            let mut tx = db.begin().await.unwrap();
            crate::on!(tx, c => sqlx::raw_sql(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'of a later version', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1"
            ).execute(c).await.map(drop))
            .unwrap();
            tx.commit().await.unwrap();
            db.migrate().await.unwrap();
            let mut tx = db.begin().await.unwrap();
            crate::on!(tx, c => sqlx::raw_sql(
                "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 2)
                 WHERE version = 1"
            ).execute(c).await.map(drop))
            .unwrap();
            tx.commit().await.unwrap();
            assert!(matches!(db.migrate().await, Err(DbError::Migrate(_))));
        })
        .await;
    }

    #[tokio::test]
    async fn a_dropped_transaction_leaves_nothing() {
        each_db(async |db| {
            let mut tx = db.begin().await.unwrap();
            crate::on!(tx, c => sqlx::query("UPDATE event_counters SET seq = 99").execute(c).await.map(drop))
                .unwrap();
            drop(tx);
            let seq: i64 =
                crate::on!(db, c => sqlx::query_scalar("SELECT MAX(seq) FROM event_counters").fetch_one(c).await)
                    .unwrap();
            assert_eq!(seq, 15);
        })
        .await;
    }

    #[tokio::test]
    async fn a_transaction_that_the_database_ended_by_itself_leaves_room_for_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
        db.migrate().await.unwrap();
        for commits in [true, false] {
            let mut tx = db.begin().await.unwrap();
            // As it does when there is no space left.
            crate::on!(tx, c => sqlx::raw_sql("ROLLBACK").execute(c).await.map(drop)).unwrap();
            if commits {
                assert!(tx.commit().await.is_err());
            }
        }
        let mut tx = db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE event_counters SET seq = 99").execute(c).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
    }

    #[test]
    fn every_migration_of_the_folder_is_in_the_list() {
        let files = |below: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(below);
            let all = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
            let files = all.filter(|file| file.file_type().unwrap().is_file());
            let mut files: Vec<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
            files.sort();
            files
        };
        let of_each: Vec<_> =
            OF_EACH.iter().map(|(version, name, ..)| format!("{version:04}_{name}.sql")).collect();
        assert_eq!((&of_each, &of_each), (&files("sqlite"), &files("postgres")));
        let listed: Vec<_> =
            MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect();
        assert_eq!(listed, files(""));
    }

    #[tokio::test]
    async fn a_url_of_something_else_is_refused() {
        assert!(matches!(Db::connect("mysql://x").await, Err(DbError::UnknownUrl)));
    }
}
