//! Writes facts as fast as the database takes them, for sixteen organisations at once, while a listener hears them all.
//!
//! `facts URL SECONDS [WRITERS]` migrates the database at `URL`, and prints what came of it as one line of JSON:
//! `{"transactions": …, "seconds": …, "heard": …, "lag": …}`. `lag` is how many facts the listener had not heard yet when the
//! writers stopped. `tests/bench/facts.mjs` runs it beside its peers.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vitrine_cloud::base::{Actor, Clock};
use vitrine_cloud::db::Db;
use vitrine_cloud::events::{Event, Heard, Listener, Recorded, Relay, record};
use vitrine_protocol::{OrgId, ProductId};

/// Counts what it hears; its cursor is all that it writes.
struct Counter(AtomicU64);

impl Listener for Counter {
    fn name(&self) -> &'static str {
        "bench"
    }

    fn wants(&self, _: &Event) -> bool {
        true
    }

    fn handle<'a>(&'a self, _: &'a mut vitrine_cloud::db::Tx, _: &'a Recorded) -> Heard<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let url = args.next().context("usage: facts URL SECONDS [WRITERS]")?;
    let seconds: u64 = args.next().context("how many seconds?")?.parse()?;
    let writers: usize = args.next().map_or(Ok(16), |text| text.parse())?;

    let db = Db::connect(&url).await?;
    db.migrate().await?;
    let clock = Clock::system();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let counter = Arc::new(Counter(AtomicU64::new(0)));
    let relay = Relay::new(db.clone(), clock.clone());
    relay.listen(Arc::clone(&counter) as Arc<dyn Listener>, &tasks, stop.clone()).await?;
    let (mut commits, nudge) = (db.commits(), relay.nudge());
    tokio::spawn(async move {
        while commits.changed().await.is_ok() {
            nudge.nudge();
        }
    });

    // One organisation for each of the sixteen counters: the last digit of an id says which.
    let mut orgs: Vec<OrgId> = Vec::new();
    while orgs.len() < 16 {
        let one = OrgId::new();
        let last = one.to_string().pop();
        if orgs.iter().all(|org| org.to_string().pop() != last) {
            orgs.push(one);
        }
    }
    let (start, until) = (Instant::now(), Duration::from_secs(seconds));
    let mut busy = tokio::task::JoinSet::new();
    for at in 0..writers {
        let (db, clock, org) = (db.clone(), clock.clone(), orgs[at % orgs.len()]);
        busy.spawn(async move {
            let mut written = 0_u64;
            while start.elapsed() < until {
                let mut tx = db.begin().await?;
                let event = Event::StockChanged { product: ProductId::new(), stock: 7 };
                record(&mut tx, &Actor::service("bench"), clock.now(), org, None, event)?;
                tx.commit().await?;
                written += 1;
            }
            anyhow::Ok(written)
        });
    }
    let mut written = 0;
    while let Some(one) = busy.join_next().await {
        written += one??;
    }
    let (took, heard) = (start.elapsed().as_secs_f64(), counter.0.load(Ordering::Relaxed));
    // Whoever keeps up has the rest at once.
    let patience = Instant::now();
    while counter.0.load(Ordering::Relaxed) < written && patience.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = counter.0.load(Ordering::Relaxed);
    println!(
        "{{\"transactions\":{written},\"seconds\":{took:.3},\"heard\":{all},\"lag\":{}}}",
        written.saturating_sub(heard)
    );
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    db.close().await;
    Ok(())
}
