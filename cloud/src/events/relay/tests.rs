use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use vitrine_protocol::{OrgId, ShowId};

use super::*;
use crate::base::{Actor, TestClock};
use crate::db::testing::{each_db, each_db_at};
use crate::db::{OutboxRow, Tx};
use crate::events::record::partition_of;
use crate::events::{DeadFacts, Event, EventsError, Heard, Recorded, record};
use crate::on;

/// Notes which shows changed; one of them is poison to it.
#[derive(Default)]
struct Ears {
    heard: Mutex<Vec<ShowId>>,
    poison: Mutex<Option<ShowId>>,
    past: bool,
}

impl Listener for Ears {
    fn name(&self) -> &'static str {
        "ears"
    }
    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::ShowChanged { .. })
    }
    fn hears_the_past(&self) -> bool {
        self.past
    }
    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move {
            let Event::ShowChanged { show } = fact.event else { return Ok(()) };
            on!(tx, c => sqlx::query("INSERT INTO heard (show_id) VALUES ($1)").bind(show).execute(c).await
                .map(drop))?;
            if *self.poison.lock() == Some(show) {
                return Err("poison".into());
            }
            self.heard.lock().push(show);
            Ok(())
        }
        .boxed()
    }
}

impl Follower for Ears {
    fn name(&self) -> &'static str {
        "ears"
    }
    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
        async move {
            if let Event::ShowChanged { show } = fact.event {
                self.heard.lock().push(show);
            }
        }
        .boxed()
    }
}

/// Leaves the change of a new show for each of `orgs`, all in one transaction.
async fn leave(db: &Db, orgs: &[OrgId]) -> Vec<ShowId> {
    let (mut tx, now) = (db.begin().await.unwrap(), TestClock::new().clock().now());
    let shows: Vec<_> = orgs.iter().map(|_| ShowId::new()).collect();
    for (org, show) in orgs.iter().zip(&shows) {
        let event = Event::ShowChanged { show: *show };
        record(&mut tx, &Actor::service("test"), now, *org, None, event).unwrap();
    }
    tx.commit().await.unwrap();
    shows
}

async fn until(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within 10 s");
}

async fn scratch(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    on!(tx, c => sqlx::query("CREATE TABLE heard (show_id TEXT NOT NULL)").execute(c).await.map(drop))
        .unwrap();
    tx.commit().await.unwrap();
}

/// What the listener's transactions left, as often as they did.
async fn effects(db: &Db) -> Vec<ShowId> {
    on!(db, c => sqlx::query_scalar("SELECT show_id FROM heard ORDER BY show_id").fetch_all(c).await).unwrap()
}

struct Listening {
    ears: Arc<Ears>,
    relay: Relay,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Listening {
    async fn start(db: &Db, ears: Ears) -> Self {
        let mut relay = Relay::new(db.clone(), TestClock::new().clock());
        relay.first_retry = Duration::from_millis(1);
        let (ears, stop, tasks) = (Arc::new(ears), CancellationToken::new(), TaskTracker::new());
        relay.listen(ears.clone(), &tasks, stop.clone()).await.unwrap();
        Self { ears, relay, stop, tasks }
    }

    /// Waits until it has heard `shows`, in this order.
    async fn hears(&self, shows: &[ShowId]) {
        self.relay.nudge().nudge();
        until(async || self.ears.heard.lock().len() >= shows.len()).await;
        assert_eq!(*self.ears.heard.lock(), shows);
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[tokio::test]
async fn a_listener_hears_each_fact_once_even_after_a_restart() {
    each_db(async |db| {
        scratch(&db).await;
        let org = OrgId::new();
        for _ in 0..2 {
            let listening = Listening::start(&db, Ears::default()).await;
            let first = leave(&db, &[org]).await;
            listening.hears(&first).await;
            listening.end().await;
            let meanwhile = leave(&db, &[org, org]).await;
            let listening = Listening::start(&db, Ears::default()).await;
            listening.hears(&meanwhile).await;
            listening.end().await;
        }
        assert_eq!(effects(&db).await.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_new_listener_starts_at_the_head_unless_it_asks_for_the_past() {
    each_db(async |db| {
        scratch(&db).await;
        let org = OrgId::new();
        let past = leave(&db, &[org, org]).await;
        let listening = Listening::start(&db, Ears::default()).await;
        let later = leave(&db, &[org]).await;
        listening.hears(&later).await;
        listening.end().await;

        forget(&db).await;
        let listening = Listening::start(&db, Ears { past: true, ..Ears::default() }).await;
        listening.hears(&[past, later].concat()).await;
        listening.end().await;
    })
    .await;
}

async fn forget(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    on!(tx, c => sqlx::query("DELETE FROM event_partition_cursors").execute(c).await.map(drop)).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_poisonous_fact_is_buried_alone_and_the_rest_of_its_batch_has_its_effect_once() {
    each_db(async |db| {
        scratch(&db).await;
        let org = OrgId::new();
        let shows = leave(&db, &[org; 250]).await;
        let poison = shows[130];
        let ears = Ears { poison: Mutex::new(Some(poison)), past: true, ..Ears::default() };
        let listening = Listening::start(&db, ears).await;
        until(async || effects(&db).await.len() == 249).await;
        listening.end().await;
        let mut expected: Vec<_> = shows.into_iter().filter(|show| *show != poison).collect();
        expected.sort();
        assert_eq!(effects(&db).await, expected);
        let letters = store::dead_letters(&db).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].0.as_str(), letters[0].2.as_str()), ("ears", "poison"));
    })
    .await;
}

#[tokio::test]
async fn a_dead_letter_is_seen_by_its_organisation_alone_and_replayed() {
    each_db(async |db| {
        scratch(&db).await;
        let (org, us) = (OrgId::new(), Actor::service("test"));
        let letters = DeadFacts::new(db.clone(), TestClock::new().clock());
        let seen = async |org| letters.list(&us, org, None, 10).await.unwrap().items;
        let poison = leave(&db, &[org]).await[0];
        let ears = Ears { poison: Mutex::new(Some(poison)), past: true, ..Ears::default() };
        let listening = Listening::start(&db, ears).await;
        until(async || seen(org).await.len() == 1).await;
        let letter = seen(org).await.remove(0);
        assert_eq!((letter.listener.as_str(), letter.reason.as_str()), ("ears", "poison"));
        assert_eq!(letter.fact.event, Event::ShowChanged { show: poison });
        assert!(seen(OrgId::new()).await.is_empty());
        let one = letters.one(&us, org, "ears", letter.fact.seq).await.unwrap();
        assert_eq!(one, letter);
        assert!(letters.one(&us, OrgId::new(), "ears", letter.fact.seq).await.is_err());
        let after = Some(super::super::dead::Place { seq: letter.fact.seq, listener: "ears".into() });
        assert!(letters.list(&us, org, after, 10).await.unwrap().items.is_empty());

        let replay = async |org, seq| letters.replay(&us, org, "ears", seq).await;
        let seq = letter.fact.seq;
        assert!(matches!(replay(OrgId::new(), seq).await, Err(EventsError::NotFound)));
        assert!(matches!(replay(org, seq + 16).await, Err(EventsError::NotFound)));
        let commits = db.commits();
        replay(org, seq).await.unwrap();
        assert!(commits.has_changed().unwrap(), "its listener is woken");
        listening.relay.nudge().nudge();
        until(async || seen(org).await.first().is_some_and(|letter| letter.replay_asked_at.is_none())).await;
        assert_eq!((seen(org).await.len(), effects(&db).await.len()), (1, 0), "it is still poison");

        *listening.ears.poison.lock() = None;
        replay(org, seq).await.unwrap();
        listening.hears(&[poison]).await;
        until(async || seen(org).await.is_empty()).await;
        assert_eq!(effects(&db).await, [poison]);
        listening.end().await;
    })
    .await;
}

#[tokio::test]
async fn one_organisations_poison_does_not_delay_another() {
    each_db(async |db| {
        scratch(&db).await;
        let org = OrgId::new();
        let poison = leave(&db, &[org]).await[0];
        let ears = Ears { poison: Mutex::new(Some(poison)), past: true, ..Ears::default() };
        let mut relay = Relay::new(db.clone(), TestClock::new().clock());
        relay.first_retry = Duration::from_secs(3600);
        let (ears, stop, tasks) = (Arc::new(ears), CancellationToken::new(), TaskTracker::new());
        relay.listen(ears.clone(), &tasks, stop.clone()).await.unwrap();
        let other =
            std::iter::repeat_with(OrgId::new).find(|other| partition_of(*other) != partition_of(org));
        let shows = leave(&db, &[other.unwrap()]).await;
        relay.nudge().nudge();
        // Where they shared a transaction with the poison, they are told once more.
        until(async || ears.heard.lock().contains(&shows[0])).await;
        stop.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_follower_hears_only_what_commits_after_its_start() {
    each_db(async |db| {
        let (org, other) = (OrgId::new(), OrgId::new());
        leave(&db, &[org, other]).await;
        let (ears, stop, tasks) = (Arc::new(Ears::default()), CancellationToken::new(), TaskTracker::new());
        let relay = Relay::new(db.clone(), TestClock::new().clock());
        relay.follow(ears.clone(), &tasks, stop.clone()).await.unwrap();
        let mut shows = leave(&db, &[org, other]).await;
        relay.nudge().nudge();
        until(async || ears.heard.lock().len() == 2).await;
        shows.sort();
        let mut heard = ears.heard.lock().clone();
        heard.sort();
        assert_eq!(heard, shows);
        stop.cancel();
    })
    .await;
}

/// A fact as the version before partitions wrote it.
async fn leave_unpartitioned(db: &Db, org: OrgId) -> ShowId {
    let (mut tx, show) = (db.begin().await.unwrap(), ShowId::new());
    let row = OutboxRow {
        partition: 0,
        at_ms: 0,
        org_id: org.to_string(),
        show_id: Some(show.to_string()),
        actor: "service:test".into(),
        body: serde_json::to_string(&Event::ShowChanged { show }).unwrap(),
    };
    let seq: i64 =
        on!(tx, c => sqlx::query_scalar("UPDATE event_counter SET seq = seq + 1 WHERE id = 1 RETURNING seq")
        .fetch_one(c).await)
        .unwrap();
    on!(tx, c => sqlx::query(
        "INSERT INTO events (seq, at_ms, org_id, show_id, actor, body) VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(seq).bind(row.at_ms).bind(&row.org_id).bind(&row.show_id).bind(&row.actor).bind(&row.body)
        .execute(c).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
    show
}

#[tokio::test]
async fn facts_and_cursors_of_the_version_before_partitions_keep_their_place() {
    each_db_at(42, async |db| {
        scratch(&db).await;
        let org = OrgId::new();
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(leave_unpartitioned(&db, org).await);
        }
        let mut tx = db.begin().await.unwrap();
        on!(tx, c => sqlx::query("INSERT INTO event_cursors (listener, seq) VALUES ('ears', 1)").execute(c).await
            .map(drop)).unwrap();
        tx.commit().await.unwrap();
        db.migrate().await.unwrap();

        all.extend(leave(&db, &[org, org]).await);
        let listening = Listening::start(&db, Ears::default()).await;
        listening.hears(&all[1..]).await;
        // The older version still writes, on Postgres.
        all.push(leave_unpartitioned(&db, org).await);
        listening.hears(&all[1..]).await;
        all.extend(leave(&db, &[org]).await);
        listening.hears(&all[1..]).await;
        listening.end().await;

        let seqs: Vec<i64> =
            on!(db, c => sqlx::query_scalar("SELECT seq FROM events ORDER BY seq").fetch_all(c).await).unwrap();
        assert_eq!(seqs[..4], [1, 2, 3, 4]);
        assert!(seqs[4] > 1 << 20 && seqs[4] % 16 == partition_of(org), "{seqs:?}");
    })
    .await;
}

#[tokio::test]
async fn where_nothing_was_ever_said_nothing_is_looked_for_again() {
    each_db(async |db| {
        scratch(&db).await;
        let ears = Arc::new(Ears { past: true, ..Ears::default() });
        let mut delivery =
            Delivery::new(db.clone(), TestClock::new().clock(), ears.clone(), Duration::from_millis(1));
        delivery.begin().await.unwrap();
        assert!(!store::unheard(&db, "ears").await.unwrap().is_empty(), "counters begin above zero");
        let told = leave(&db, &[OrgId::new()]).await;
        while delivery.round().await.unwrap().is_none() {}
        assert_eq!(store::unheard(&db, "ears").await.unwrap(), []);
        assert_eq!(*ears.heard.lock(), told);
        let later = leave(&db, &(0..40).map(|_| OrgId::new()).collect::<Vec<_>>()).await;
        while delivery.round().await.unwrap().is_none() {}
        assert_eq!(ears.heard.lock().len(), 1 + later.len(), "of whatever partition");
    })
    .await;
}
