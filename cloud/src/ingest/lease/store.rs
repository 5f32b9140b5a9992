//! SQL of leases.

use vitrine_protocol::ShowId;

use super::{Hold, Lease, Owner, Placed, Run, Written};
use crate::db::{Db, DbError, Tx};
use crate::ingest::launcher::JobHandle;
use crate::{on, row};

row! {
    struct Row {
        show_id: ShowId,
        node: String,
        boot: String,
        serve: String,
        rtmp: String,
        fence: i64,
        beat: i64,
        released: bool,
        epoch: i64,
        home: String,
        handle: Option<String>,
        token_hash: String,
        origin: Option<String>,
        origin_token: String,
        first_msn: i64,
        msn_end: i64,
        head_end_ms: i64,
    }
}

impl Row {
    fn into_lease(self) -> Lease {
        let run = Run {
            handle: self.handle.map(JobHandle),
            token_hash: self.token_hash,
            origin: self.origin,
            origin_token: self.origin_token,
        };
        let placed = u32::try_from(self.epoch).ok().filter(|epoch| *epoch > 0).map(|epoch| Placed {
            epoch,
            home: self.home,
            first_msn: number(self.first_msn),
            run: (!run.token_hash.is_empty()).then_some(run),
        });
        Lease {
            show: self.show_id,
            owner: Owner { node: self.node, boot: self.boot, serve: self.serve, rtmp: self.rtmp },
            fence: self.fence,
            beat: self.beat,
            released: self.released,
            placed,
            msn_end: number(self.msn_end),
            head_end_ms: self.head_end_ms,
        }
    }
}

fn number(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) async fn get(db: &Db, show: ShowId) -> Result<Option<Lease>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as("SELECT * FROM show_leases WHERE show_id = $1")
        .bind(show).fetch_optional(c).await)?;
    Ok(row.map(Row::into_lease))
}

pub(super) async fn held(db: &Db) -> Result<Vec<Lease>, DbError> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM show_leases WHERE NOT released OR token_hash <> '' ORDER BY show_id"
    ).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::into_lease).collect())
}

pub(super) async fn insert(
    tx: &mut Tx,
    show: ShowId,
    by: &Owner,
    expires_ms: i64,
) -> Result<Option<Lease>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "INSERT INTO show_leases (show_id, node, boot, serve, rtmp, fence, beat, expires_ms)
         VALUES ($1, $2, $3, $4, $5, 1, 1, $6) ON CONFLICT (show_id) DO NOTHING RETURNING *"
    ).bind(show).bind(&by.node).bind(&by.boot).bind(&by.serve).bind(&by.rtmp).bind(expires_ms)
        .fetch_optional(c).await)?;
    Ok(row.map(Row::into_lease))
}

/// Writes a row that still is as it was `seen`, and changes nothing in it.
pub(super) async fn touch(tx: &mut Tx, show: ShowId, (fence, beat): (i64, i64)) -> Result<bool, DbError> {
    let done = on!(tx, c => sqlx::query(
        "UPDATE show_leases SET expires_ms = expires_ms WHERE show_id = $1 AND fence = $2 AND beat = $3"
    ).bind(show).bind(fence).bind(beat).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

pub(super) async fn take(
    tx: &mut Tx,
    show: ShowId,
    by: &Owner,
    (fence, beat): (i64, i64),
    expires_ms: i64,
) -> Result<Option<Lease>, DbError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "UPDATE show_leases SET node = $2, boot = $3, serve = $4, rtmp = $5, fence = fence + 1, beat = beat + 1,
         released = FALSE, expires_ms = $6 WHERE show_id = $1 AND fence = $7 AND beat = $8 RETURNING *"
    ).bind(show).bind(&by.node).bind(&by.boot).bind(&by.serve).bind(&by.rtmp).bind(expires_ms).bind(fence).bind(beat)
        .fetch_optional(c).await)?;
    Ok(row.map(Row::into_lease))
}

pub(super) async fn beat(
    tx: &mut Tx,
    serve: &str,
    shows: &[ShowId],
    expires_ms: i64,
) -> Result<Vec<(ShowId, i64)>, DbError> {
    Ok(on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("UPDATE show_leases SET beat = beat + 1, expires_ms = ");
        query.push_bind(expires_ms).push(" WHERE NOT released AND serve = ").push_bind(serve.to_owned());
        query.push(" AND show_id IN (");
        let mut list = query.separated(", ");
        for show in shows {
            list.push_bind(*show);
        }
        query.push(") RETURNING show_id, fence");
        query.build_query_as().fetch_all(c).await
    })?)
}

pub(super) async fn write(tx: &mut Tx, hold: Hold, written: &Written) -> Result<bool, DbError> {
    let placed = written.placed.as_ref();
    let run = placed.and_then(|placed| placed.run.as_ref());
    let home = placed.map(|placed| placed.home.clone()).unwrap_or_default();
    let handle = run.and_then(|run| run.handle.as_ref()).map(|handle| handle.0.clone());
    let token_hash = run.map(|run| run.token_hash.clone()).unwrap_or_default();
    let origin = run.and_then(|run| run.origin.clone());
    let origin_token = run.map(|run| run.origin_token.clone()).unwrap_or_default();
    let done = on!(tx, c => sqlx::query(
        "UPDATE show_leases SET epoch = $3, home = $4, handle = $5, token_hash = $6, origin = $7, origin_token = $8,
         first_msn = $9, msn_end = $10, released = $11, head_end_ms = $12, beat = beat + 1
         WHERE show_id = $1 AND fence = $2 AND msn_end <= $10 AND head_end_ms <= $12"
    ).bind(hold.show).bind(hold.fence).bind(placed.map_or(0, |placed| i64::from(placed.epoch))).bind(&home)
        .bind(&handle).bind(&token_hash).bind(&origin).bind(&origin_token)
        .bind(stored(placed.map_or(0, |placed| placed.first_msn))).bind(stored(written.msn_end))
        .bind(written.released).bind(written.head_end_ms).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

pub(super) async fn release_all(tx: &mut Tx, serve: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE show_leases SET released = TRUE WHERE serve = $1")
        .bind(serve).execute(c).await.map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{BEAT, Leases, SqlLeases};
    use super::*;
    use crate::app::testing::{each_app, owner};
    use crate::db::Side;
    use crate::show::ShowDraft;

    fn serve(node: &str, run: &str) -> Owner {
        let text = |text: &str| text.to_owned();
        Owner { node: text(node), boot: text("b1"), serve: text(run), rtmp: text("127.0.0.1:1935") }
    }

    fn written(released: bool) -> Written {
        let run = Run {
            handle: Some(JobHandle("77".into())),
            token_hash: "hash".into(),
            origin: Some("http://127.0.0.1:4100".into()),
            origin_token: "secret".into(),
        };
        let placed = Placed { epoch: 4, home: "a/b1".into(), first_msn: 16_384, run: Some(run) };
        Written { placed: Some(placed), msn_end: 32_768, head_end_ms: 60_000, released }
    }

    /// Runs `test` with the rows of each database and a show.
    async fn each(test: impl AsyncFn(SqlLeases, ShowId)) {
        each_app(async |app, _| {
            let (actor, org, _) = owner(&app, "Nord").await;
            let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
            let show = app.shows.create(&actor, org, draft).await.unwrap().id;
            test(SqlLeases::new(app.db.clone(), app.clock.clone()), show).await;
        })
        .await;
    }

    #[tokio::test]
    async fn of_two_who_want_a_show_one_gets_it() {
        each(async |leases, show| {
            let (a, b) = (serve("a", "a1"), serve("b", "b1"));
            let lease = leases.take(show, &a, None).await.unwrap().unwrap();
            assert_eq!((lease.fence, &lease.owner, lease.placed), (1, &a, None));
            assert_eq!(leases.take(show, &b, None).await.unwrap(), None);
            // The owner lives: what was seen is not so any more.
            assert_eq!(leases.beat("a1", &[ShowId::new(), show]).await.unwrap(), [Hold { show, fence: 1 }]);
            assert_eq!(leases.beat("a1", &[ShowId::new()]).await.unwrap(), []);
            assert_eq!(leases.take(show, &b, Some((1, lease.beat))).await.unwrap(), None);
            let seen = leases.get(show).await.unwrap().unwrap();
            let taken = leases.take(show, &b, Some((1, seen.beat))).await.unwrap().unwrap();
            assert_eq!((taken.fence, &taken.owner), (2, &b));
            assert_eq!(
                leases.take(show, &a, Some((1, seen.beat))).await.unwrap(),
                None,
                "only one of two takers"
            );
        })
        .await;
    }

    #[tokio::test]
    async fn a_database_that_takes_no_writes_for_a_while_moves_no_show() {
        each(async |leases, show| {
            let Side::Pg(pool) = leases.db.side() else { return };
            let (a, b) = (serve("a", "a1"), serve("b", "b1"));
            let lease = leases.take(show, &a, None).await.unwrap().unwrap();
            // Until then whoever writes a lease waits for the disk, at the commit ...
            let stall = "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 PERFORM pg_sleep(extract(epoch FROM (SELECT until FROM stalled) - clock_timestamp())); RETURN NULL; END $$;
                 CREATE TABLE stalled AS SELECT clock_timestamp() + interval '1 second' AS until;
                 CREATE CONSTRAINT TRIGGER stall AFTER UPDATE ON show_leases DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION stall()";
            sqlx::raw_sql(stall).execute(pool).await.unwrap();
            let (taken, beat) = tokio::join!(leases.take(show, &b, Some((1, lease.beat))), async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                leases.beat("a1", &[show]).await
            });
            assert_eq!(taken.unwrap(), None, "the owner was as well as the database let it be");
            assert_eq!(beat.unwrap(), [Hold { show, fence: 1 }]);
            // ... and until then it is refused: there is another primary soon.
            let refusal = "CREATE OR REPLACE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF (SELECT until FROM stalled) > clock_timestamp() THEN RAISE EXCEPTION 'read only'; END IF;
                 RETURN NULL; END $$;
                 UPDATE stalled SET until = clock_timestamp() + interval '500 milliseconds'";
            sqlx::raw_sql(refusal).execute(pool).await.unwrap();
            let seen = leases.get(show).await.unwrap().unwrap();
            assert!(leases.beat("a1", &[show]).await.is_err(), "nobody tried to take it meanwhile");
            tokio::time::sleep(Duration::from_millis(600)).await;
            let (taken, beat) = tokio::join!(leases.take(show, &b, Some((1, seen.beat))), async {
                tokio::time::sleep(BEAT).await;
                leases.beat("a1", &[show]).await
            });
            assert_eq!((taken.unwrap(), beat.unwrap()), (None, vec![Hold { show, fence: 1 }]));
            let seen = leases.get(show).await.unwrap().unwrap();
            assert!(leases.take(show, &b, Some((1, seen.beat))).await.unwrap().is_some());
        })
        .await;
    }

    #[tokio::test]
    async fn who_was_replaced_writes_nothing_any_more() {
        each(async |leases, show| {
            let (a, b) = (serve("a", "a1"), serve("b", "b1"));
            let lease = leases.take(show, &a, None).await.unwrap().unwrap();
            let old = Hold { show, fence: lease.fence };
            assert!(leases.write(old, &written(false)).await.unwrap());
            let seen = leases.get(show).await.unwrap().unwrap();
            assert_eq!((seen.placed.clone(), seen.msn_end), (written(false).placed, 32_768));
            assert_eq!(seen.head_end_ms, 60_000);
            let taken = leases.take(show, &b, Some((seen.fence, seen.beat))).await.unwrap().unwrap();
            assert_eq!(taken.placed, seen.placed, "the transmission is the new owner's to adopt");
            let nothing = Written { placed: None, msn_end: 99_999, head_end_ms: 99_999, released: true };
            assert!(!leases.write(old, &nothing).await.unwrap());
            assert_eq!(leases.beat("a1", &[show]).await.unwrap(), []);
            assert_eq!(leases.get(show).await.unwrap().unwrap(), taken);
        })
        .await;
    }

    #[tokio::test]
    async fn numbers_never_go_back_and_a_row_that_is_let_go_stays() {
        each(async |leases, show| {
            let a = serve("a", "a1");
            let hold = Hold { show, fence: leases.take(show, &a, None).await.unwrap().unwrap().fence };
            assert!(leases.write(hold, &written(false)).await.unwrap());
            let back = Written { msn_end: 16_384, ..written(false) };
            assert!(!leases.write(hold, &back).await.unwrap());
            let back = Written { head_end_ms: 59_999, ..written(false) };
            assert!(!leases.write(hold, &back).await.unwrap());
            leases.release_all("a1").await.unwrap();
            let held = leases.held().await.unwrap();
            assert_eq!((held.len(), held[0].released), (1, true), "its transmission may still run");
            let gone = written(true).placed.map(|placed| Placed { run: None, ..placed });
            assert!(leases.write(hold, &Written { placed: gone.clone(), ..written(true) }).await.unwrap());
            assert_eq!(leases.held().await.unwrap(), []);
            let row = leases.get(show).await.unwrap().unwrap();
            assert_eq!((row.msn_end, row.placed), (32_768, gone), "where its journal is stays known");
        })
        .await;
    }
}
