//! Each store test runs on both databases.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::{Mutex, OnceCell};

use super::{Db, DbError};

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COPYING: Mutex<()> = Mutex::const_new(());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Runs `test` on a fresh, migrated SQLite file, then on a fresh Postgres database.
///
/// Postgres is a running server named by `VITRINE_TEST_PG` (`./x test` starts one). Without it the
/// second half is skipped with a visible line, except under `CI`, where that fails.
pub async fn each_db(test: impl AsyncFn(Db)) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.expect("SQLite opens");
    db.migrate().await.expect("SQLite migrates");
    test(db.clone()).await;
    db.close().await;
    if let Some(server) = postgres() {
        let template = TEMPLATE.get_or_init(|| make_template(&server)).await;
        on_postgres(&server, template, async |url| {
            let db = Db::connect(&url).await.expect("the test database opens");
            test(db.clone()).await;
            db.close().await;
        })
        .await;
    }
}

/// As [`each_db`], with the tables as the migration `version` left them. [`Db::migrate`] does the rest.
pub async fn each_db_at(version: i64, test: impl AsyncFn(Db)) {
    let at = async |url: String| -> Result<Db, DbError> {
        let db = Db::connect(&url).await?;
        db.migrate_to(version).await?;
        Ok(db)
    };
    let dir = tempfile::tempdir().expect("a temporary folder");
    let db = at(format!("sqlite:{}/v.db", dir.path().display())).await.expect("SQLite migrates");
    test(db.clone()).await;
    db.close().await;
    if let Some(server) = postgres() {
        on_postgres(&server, "template0", async |url| {
            let db = at(url).await.expect("Postgres migrates");
            test(db.clone()).await;
            db.close().await;
        })
        .await;
    }
}

/// Runs `test` with two processes' worth of handles on one Postgres database; nothing on SQLite, which has
/// one process.
pub async fn two_processes(test: impl AsyncFn(Db, Db)) {
    if let Some(server) = postgres() {
        let template = TEMPLATE.get_or_init(|| make_template(&server)).await;
        on_postgres(&server, template, async |url| {
            let one = Db::connect(&url).await.expect("the test database opens");
            let other = Db::connect(&url).await.expect("the test database opens");
            test(one.clone(), other.clone()).await;
            one.close().await;
            other.close().await;
        })
        .await;
    }
}

/// A table, as the migrations made it.
pub struct Table {
    /// Its name.
    pub name: String,
    /// Name, type, and whether a row needs a value, of each column.
    pub columns: Vec<(String, String, bool)>,
    /// Columns that point at others: which, at which table, at which column there.
    pub references: Vec<(String, String, String)>,
}

/// Every table there is.
pub async fn tables() -> Vec<Table> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.expect("SQLite opens");
    db.migrate().await.expect("SQLite migrates");
    let super::Side::Sqlite(pool) = db.side() else { unreachable!("it is SQLite") };
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlx%'",
    )
    .fetch_all(pool)
    .await
    .expect("tables");
    let mut tables = Vec::new();
    for name in names {
        let columns: Vec<(String, String, bool)> = sqlx::query_as(
            "SELECT name, type, (\"notnull\" AND dflt_value IS NULL) OR pk > 0 FROM pragma_table_info($1)",
        )
        .bind(&name)
        .fetch_all(pool)
        .await
        .expect("columns");
        let references =
            sqlx::query_as("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(pool)
                .await
                .expect("references");
        tables.push(Table { name, columns, references });
    }
    db.close().await;
    tables
}

/// Runs a statement that a test put together.
pub async fn run(db: &Db, sql: &str) {
    let mut tx = db.begin().await.expect("a transaction");
    let done = crate::on!(tx, c => sqlx::query(AssertSqlSafe(sql.to_owned())).execute(c).await.map(drop));
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    tx.commit().await.expect("a commit");
}

/// The number that a statement gives which a test put together.
pub async fn number(db: &Db, sql: &str) -> i64 {
    let found: Result<Option<i64>, sqlx::Error> =
        crate::on!(db, c => sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(c).await);
    found.unwrap_or_else(|error| panic!("{sql}: {error}")).unwrap_or(0)
}

fn postgres() -> Option<String> {
    let server = std::env::var("VITRINE_TEST_PG").ok();
    if server.is_none() {
        assert!(std::env::var_os("CI").is_none(), "VITRINE_TEST_PG must be set under CI");
        eprintln!("SKIPPED on Postgres: VITRINE_TEST_PG is not set (tests/postgres.sh start)");
    }
    server
}

async fn on_postgres(server: &str, template: &str, test: impl AsyncFn(String)) {
    let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(server).await.expect("Postgres answers");
    {
        let _one_copy_at_a_time = COPYING.lock().await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut admin).await.expect("a test database");
    }
    test(database(server, &name)).await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await.expect("the test database goes");
}

async fn make_template(server: &str) -> String {
    let name = format!("template_{}", std::process::id());
    let mut admin = PgConnection::connect(server).await.expect("Postgres answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await.expect("the template database");
    }
    let db = Db::connect(&database(server, &name)).await.expect("the template opens");
    db.migrate().await.expect("Postgres migrates");
    db.close().await;
    name
}

/// The server's URL with another database's name.
fn database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("VITRINE_TEST_PG is a URL");
    url.set_path(name);
    url.into()
}
