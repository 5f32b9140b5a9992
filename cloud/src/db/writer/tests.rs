use std::time::Duration;

use futures_util::future::join_all;

use crate::db::{Db, DbError};
use crate::on;

async fn open(dir: &tempfile::TempDir) -> Db {
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    on!(tx, c => sqlx::raw_sql(
        "CREATE TABLE log (name TEXT PRIMARY KEY); CREATE TABLE parent (id TEXT PRIMARY KEY);
         CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
    ).execute(c).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
    db
}

async fn write(db: &Db, name: String) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    on!(tx, c => sqlx::query("INSERT INTO log (name) VALUES ($1)").bind(name).execute(c).await.map(drop))?;
    tx.commit().await
}

async fn names(db: &Db) -> Vec<String> {
    on!(db, c => sqlx::query_scalar("SELECT name FROM log ORDER BY name").fetch_all(c).await).unwrap()
}

/// Begins, writes, and lets go of it.
async fn give_up(db: &Db, name: &str) {
    let mut tx = db.begin().await.unwrap();
    on!(tx, c => sqlx::query("INSERT INTO log (name) VALUES ($1)").bind(name).execute(c).await.map(drop))
        .unwrap();
}

#[tokio::test]
async fn who_is_told_that_it_stands_is_seen_by_all() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let done = join_all((0..200).map(|at| {
        let db = db.clone();
        tokio::spawn(async move {
            let name = format!("{at:03}");
            write(&db, name.clone()).await.unwrap();
            names(&db).await.contains(&name)
        })
    }));
    assert!(done.await.into_iter().all(Result::unwrap));
    assert_eq!(names(&db).await.len(), 200);
}

#[tokio::test]
async fn what_is_given_up_or_refused_takes_nothing_from_those_who_share_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let (first, (), clash, (), last) = tokio::join!(
        write(&db, "a".into()),
        give_up(&db, "b"),
        write(&db, "a".into()),
        give_up(&db, "c"),
        write(&db, "d".into()),
    );
    (first.unwrap(), last.unwrap());
    assert!(matches!(clash, Err(DbError::Clash)));
    assert_eq!(names(&db).await, ["a", "d"]);
    give_up(&db, "e").await;
    write(&db, "f".into()).await.unwrap();
    assert_eq!(names(&db).await, ["a", "d", "f"]);
}

#[tokio::test]
async fn where_the_commit_fails_nobody_is_told_that_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let orphan = async {
        let mut tx = db.begin().await?;
        on!(tx, c => sqlx::query("INSERT INTO child (id) VALUES ('nobody')").execute(c).await.map(drop))?;
        tx.commit().await
    };
    let (first, orphan, last) = tokio::join!(write(&db, "a".into()), orphan, write(&db, "b".into()));
    assert!(first.is_err() && orphan.is_err() && last.is_err(), "they share a commit");
    assert!(names(&db).await.is_empty());
    write(&db, "c".into()).await.unwrap();
    assert_eq!(names(&db).await, ["c"]);
}

#[tokio::test]
async fn a_caller_who_leaves_while_the_commit_is_due_does_not_keep_it_from_standing() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let (first, second) = (db.begin().await.unwrap(), db.begin());
    let (begun, go) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let leaves = async {
        let mut first = first;
        on!(first, c => sqlx::query("INSERT INTO log (name) VALUES ('a')").execute(c).await.map(drop))
            .unwrap();
        tokio::select! {
            done = first.commit() => panic!("{done:?}: the other holds the line"),
            () = begun.notified() => {}
        }
        go.notify_one();
    };
    let holds = async {
        let second = second.await.unwrap();
        begun.notify_one();
        go.notified().await;
        drop(second);
    };
    tokio::join!(leaves, holds);
    while names(&db).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    write(&db, "b".into()).await.unwrap();
    assert_eq!(names(&db).await, ["a", "b"]);
}

#[tokio::test]
async fn one_that_takes_long_keeps_no_other_waiting_for_its_commit() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let (ready, go) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let first = async {
        let mut tx = db.begin().await.unwrap();
        ready.notify_one();
        tokio::task::yield_now().await; // The other stands in line.
        on!(tx, c => sqlx::query("INSERT INTO log (name) VALUES ('a')").execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        go.notify_one();
    };
    let long = async {
        ready.notified().await;
        let tx = db.begin_alone().await.unwrap();
        go.notified().await; // It is told while this one goes on.
        tx.commit().await.unwrap();
    };
    tokio::join!(first, long);
    assert_eq!(names(&db).await, ["a"]);
}

#[tokio::test]
async fn what_is_done_is_committed_before_the_file_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir).await;
    let (first, second, ()) = tokio::join!(write(&db, "a".into()), write(&db, "b".into()), async {
        tokio::task::yield_now().await;
        db.close().await;
    });
    let told = [first.is_ok(), second.is_ok()].iter().filter(|one| **one).count();
    drop(db);
    let again = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
    assert_eq!(names(&again).await.len(), told);
    assert!(told > 0);
}
