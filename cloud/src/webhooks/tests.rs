use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vitrine_protocol::{OrgId, Permission, Role, ShowId, WebhookId};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::{Actor, Denied, Egress, Membership};
use crate::events::{Event, record};
use crate::on;

mod bounds;
mod by_hand;
mod documented;
mod people;

/// What a server was sent.
#[derive(Debug, Clone)]
struct Request {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

/// A server that answers request after request with the status that `answer` gives for its number; 0: not at all.
struct Server {
    url: String,
    heard: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn start(answer: impl Fn(usize) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (heard, count, answer) =
            (Arc::<Mutex<Vec<Request>>>::default(), Arc::<AtomicUsize>::default(), Arc::new(answer));
        let kept = heard.clone();
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (heard, count, answer) = (kept.clone(), count.clone(), answer.clone());
                tokio::spawn(async move {
                    let text = read(&mut socket).await;
                    let (head, body) = text.split_once("\r\n\r\n").unwrap();
                    let header = |name: &str| {
                        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
                        line.unwrap_or_default().to_owned()
                    };
                    heard.lock().push(Request {
                        id: header("webhook-id"),
                        timestamp: header("webhook-timestamp"),
                        signature: header("webhook-signature"),
                        body: body.to_owned(),
                    });
                    let status = answer(count.fetch_add(1, Ordering::SeqCst));
                    if status == 0 {
                        return tokio::time::sleep(Duration::from_secs(600)).await;
                    }
                    let to = if status == 302 { "location: http://169.254.169.254/latest/\r\n" } else { "" };
                    let answer =
                        format!("HTTP/1.1 {status} X\r\n{to}content-length: 0\r\nconnection: close\r\n\r\n");
                    socket.write_all(answer.as_bytes()).await.unwrap();
                });
            }
        });
        Self { url, heard }
    }

    fn heard(&self) -> Vec<Request> {
        self.heard.lock().clone()
    }
}

async fn read(socket: &mut tokio::net::TcpStream) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = socket.read(&mut piece).await.unwrap();
        all.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse::<usize>().unwrap() {
                return text;
            }
        }
        assert!(count > 0, "the request breaks off");
    }
}

fn new(url: &str, events: &[WebhookEvent]) -> NewWebhook {
    NewWebhook { url: url.into(), events: events.to_vec(), active: None }
}

const ALL_OF_SHOWS: [WebhookEvent; 2] = [WebhookEvent::ShowCreated, WebhookEvent::ShowChanged];

/// Leaves facts of shows.
async fn happen(app: &App, org: OrgId, count: usize) -> Vec<ShowId> {
    let mut shows = Vec::new();
    for _ in 0..count {
        let (mut tx, show) = (app.db.begin().await.unwrap(), ShowId::new());
        let by = Actor::service("test");
        record(&mut tx, &by, app.clock.now(), org, Some(show), Event::ShowCreated { show }).unwrap();
        tx.commit().await.unwrap();
        shows.push(show);
    }
    app.relay.nudge().nudge();
    shows
}

/// Listens, and comes back when so many messages wait for the webhook.
async fn listen(app: &App) {
    let listener = Arc::new(QueueDeliveries::new(app.webhooks.clone()));
    app.relay.listen(listener, &app.tasks, app.stop.clone()).await.unwrap();
}

async fn until_waiting(app: &App, actor: &Actor, org: OrgId, id: WebhookId, count: i64) {
    for _ in 0..500 {
        if app.webhooks.get(actor, org, id).await.unwrap().waiting == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", app.webhooks.get(actor, org, id).await.unwrap());
}

async fn states(
    app: &App,
    actor: &Actor,
    org: OrgId,
    id: WebhookId,
) -> Vec<(DeliveryState, u32, Option<u16>)> {
    let page = app.webhooks.deliveries(actor, org, id, None, 200).await.unwrap();
    page.items.into_iter().rev().map(|one| (one.state, one.attempts, one.status)).collect()
}

#[tokio::test]
async fn what_happens_is_told_in_its_order_once_and_signed() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 204).await;
        listen(&app).await;
        let made = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap();
        let id = made.webhook.id;
        let shows = happen(&app, org, 3).await;
        let (_, elsewhere, _) = owner(&app, "Sud").await;
        happen(&app, elsewhere, 1).await;
        until_waiting(&app, &actor, org, id, 3).await;
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let heard = server.heard();
        assert_eq!(heard.len(), 3, "of another organisation nothing, and nothing twice");
        let mut before = 0;
        for (request, show) in heard.iter().zip(shows) {
            let wanted =
                sign::signatures(&[&made.secret], &request.id, hands.clock().now(), &request.body).unwrap();
            assert_eq!(
                (&request.signature, request.timestamp.parse()),
                (&wanted, Ok(hands.clock().now().timestamp()))
            );
            let body: Value = serde_json::from_str(&request.body).unwrap();
            assert_eq!(
                (&body["type"], &body["data"]),
                (&"show_created".into(), &serde_json::json!({"show": show}))
            );
            assert!(body["seq"].as_i64().unwrap() > before && body["actor"] == "service:test");
            before = body["seq"].as_i64().unwrap();
        }
        assert_eq!(states(&app, &actor, org, id).await, [(DeliveryState::Delivered, 1, Some(204)); 3]);
        let webhook = app.webhooks.get(&actor, org, id).await.unwrap();
        assert_eq!((webhook.waiting, webhook.failing_since), (0, None));
    })
    .await;
}

#[tokio::test]
async fn what_a_server_did_not_take_comes_again_and_later_facts_do_not_wait_for_it() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|n| if [0, 2, 3].contains(&n) { 500 } else { 200 }).await;
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        happen(&app, org, 2).await;
        until_waiting(&app, &actor, org, id, 2).await;
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let waits = (DeliveryState::Waiting, 1, Some(500));
        assert_eq!(
            states(&app, &actor, org, id).await,
            [waits, (DeliveryState::Waiting, 0, None)],
            "it rests"
        );
        assert_eq!(app.webhooks.wake().await.unwrap(), 0);
        hands.advance(Duration::from_secs(5));
        assert_eq!(app.webhooks.wake().await.unwrap(), 1);
        // Both are due: what was never sent goes first. The server is called by those for slow ones.
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        assert_eq!(server.heard().len(), 1, "not by the quick ones");
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        let (failed, taken) =
            ((DeliveryState::Waiting, 2, Some(500)), (DeliveryState::Delivered, 1, Some(200)));
        assert_eq!(states(&app, &actor, org, id).await, [failed, taken]);
        let heard = server.heard();
        assert_eq!((&heard[0].id, &heard[0].body), (&heard[2].id, &heard[2].body), "the same message");
        assert_ne!(heard[0].id, heard[1].id);
        // Another one fails, and what comes now overtakes both.
        hands.advance(Duration::from_secs(5));
        happen(&app, org, 1).await;
        until_waiting(&app, &actor, org, id, 2).await;
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(states(&app, &actor, org, id).await, [failed, taken, waits]);
        happen(&app, org, 1).await;
        until_waiting(&app, &actor, org, id, 3).await;
        hands.advance(Duration::from_secs(10));
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        let again = (DeliveryState::Delivered, 2, Some(200));
        assert_eq!(states(&app, &actor, org, id).await, [failed, taken, again, taken]);
        let heard = server.heard();
        assert_eq!(heard[3].id, heard[5].id, "after what was never sent");
        hands.advance(Duration::from_secs(60));
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        assert_eq!(
            app.webhooks.get(&actor, org, id).await.unwrap().waiting,
            1,
            "one good answer is no proof"
        );
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(app.webhooks.get(&actor, org, id).await.unwrap().waiting, 0);
        // One that was delivered is sent again by hand, under its id.
        let delivery = app.webhooks.deliveries(&actor, org, id, None, 10).await.unwrap().items[2].id;
        app.webhooks.send_again(&actor, org, id, delivery).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(server.heard().last().unwrap().id, delivery.to_string());
    })
    .await;
}

#[tokio::test]
async fn who_leads_inside_is_refused_when_it_is_entered_and_when_it_is_called() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        for url in [
            "http://169.254.169.254/",
            "https://10.0.0.1/",
            "https://[fd00:ec2::254]/",
            "ftp://example.com/",
            "https://me:secret@example.com/",
            "nonsense",
        ] {
            let refused = app.webhooks.create(&actor, org, new(url, &ALL_OF_SHOWS)).await;
            assert!(matches!(refused, Err(WebhooksError::Egress(_))), "{url}");
        }
        let server = Server::start(|_| 302).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        app.webhooks.test(&actor, org, id).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let one = app.webhooks.deliveries(&actor, org, id, None, 1).await.unwrap().items.remove(0);
        assert_eq!((one.state, one.status, server.heard().len()), (DeliveryState::Waiting, Some(302), 1));
        assert!(one.reason.unwrap().contains("nobody goes"));

        // A name that leads inside, on a server that takes public addresses alone.
        let strict = Webhooks { egress: Egress::new(false), ..app.webhooks.clone() };
        let refused = strict.create(&actor, org, new("http://shop.example/", &ALL_OF_SHOWS)).await;
        assert!(matches!(refused, Err(WebhooksError::Invalid(_))), "not in plain text");
        let inside = || new("https://localhost:9/", &ALL_OF_SHOWS);
        assert!(matches!(strict.create(&actor, org, inside()).await, Err(WebhooksError::Egress(_))));
        let made = app.webhooks.create(&actor, org, inside()).await.unwrap();
        strict.test(&actor, org, made.webhook.id).await.unwrap();
        strict.call_in_turn(made.webhook.id, Lane::Quick).await.unwrap();
        let one =
            app.webhooks.deliveries(&actor, org, made.webhook.id, None, 1).await.unwrap().items.remove(0);
        assert!(one.status.is_none() && one.reason.unwrap().contains("public internet"));
    })
    .await;
}

#[tokio::test]
async fn servers_that_hang_hold_up_nobody_elses() {
    each_app(async |app, hands| {
        listen(&app).await;
        let (hanging, good) = (Server::start(|_| 0).await, Server::start(|_| 200).await);
        let mut hung = Vec::new();
        for name in ["A", "B", "C", "D"] {
            let (actor, org, _) = owner(&app, name).await;
            for _ in 0..10 {
                let made = app.webhooks.create(&actor, org, new(&hanging.url, &ALL_OF_SHOWS)).await.unwrap();
                app.webhooks.test(&actor, org, made.webhook.id).await.unwrap();
                hung.push(made.webhook.id);
            }
        }
        // They are known by what they did before.
        let hasty = Webhooks { answer_within: Duration::from_millis(1), ..app.webhooks.clone() };
        for id in &hung {
            hasty.call_in_turn(*id, Lane::Quick).await.unwrap();
        }
        hands.advance(Duration::from_secs(60));
        assert_eq!(app.webhooks.wake().await.unwrap(), hung.len());
        let patient = Webhooks { answer_within: Duration::from_secs(120), ..app.webhooks.clone() };
        let runner = |lane| Arc::new(CallWebhooks::new(patient.clone(), lane));
        app.jobs.run(runner(Lane::Slow), &app.tasks, app.stop.clone());
        app.jobs.run(runner(Lane::Quick), &app.tasks, app.stop.clone());
        app.jobs.nudge().nudge();
        while hanging.heard().len() < 16 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (actor, org, _) = owner(&app, "Nord").await;
        let id = app.webhooks.create(&actor, org, new(&good.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        happen(&app, org, 5).await;
        let told = async {
            while good.heard().len() < 5 {
                app.jobs.nudge().nudge();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), told).await.expect("nobody waits for those who hang");
        until_waiting(&app, &actor, org, id, 0).await;
        assert!(states(&app, &actor, org, id).await.iter().all(|one| one.0 == DeliveryState::Delivered));
    })
    .await;
}

#[tokio::test]
async fn one_persons_servers_that_hang_for_the_first_time_leave_places_for_others() {
    each_app(async |app, _| {
        listen(&app).await;
        let (hanging, good) = (Server::start(|_| 0).await, Server::start(|_| 200).await);
        let (mallory, first, token) = owner(&app, "A").await;
        let mut orgs = vec![first];
        for name in ["B", "C", "D"] {
            orgs.push(app.orgs.create_organization(&mallory, name).await.unwrap().id);
        }
        let mallory = app.orgs.authenticate(&token).await.unwrap();
        for org in orgs {
            for _ in 0..10 {
                let made =
                    app.webhooks.create(&mallory, org, new(&hanging.url, &ALL_OF_SHOWS)).await.unwrap();
                app.webhooks.test(&mallory, org, made.webhook.id).await.unwrap();
            }
        }
        let patient = Webhooks { answer_within: Duration::from_secs(120), ..app.webhooks.clone() };
        let runner = Arc::new(CallWebhooks::new(patient, Lane::Quick));
        app.jobs.run(runner, &app.tasks, app.stop.clone());
        app.jobs.nudge().nudge();
        while hanging.heard().len() < 8 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (actor, org, _) = owner(&app, "Nord").await;
        app.webhooks.create(&actor, org, new(&good.url, &ALL_OF_SHOWS)).await.unwrap();
        happen(&app, org, 5).await;
        let told = async {
            while good.heard().len() < 5 {
                app.jobs.nudge().nudge();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), told).await.expect("a place is left");
        assert_eq!(hanging.heard().len(), 8, "their share");
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_the_same_jobs_in_another_order_waits_for_nobody() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 200).await;
        for _ in 0..2 {
            let made = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap();
            app.webhooks.test(&actor, org, made.webhook.id).await.unwrap();
        }
        if !app.db.is_shared() {
            return; // There is one writer at a time.
        }
        let (mut tx, now) = (app.db.begin().await.unwrap(), app.clock.now());
        for webhook in app.webhooks.list(&actor, org).await.unwrap() {
            crate::jobs::enqueue(&mut tx, now, &deliver::call_job(webhook.id, Lane::Quick)).await.unwrap();
        }
        let woken = tokio::time::timeout(Duration::from_secs(5), app.webhooks.wake()).await;
        assert_eq!(woken.expect("nobody holds a job that is there").unwrap(), 2);
    })
    .await;
}

/// Makes the addresses of all accounts their own.
async fn confirm_everybody(app: &App) {
    let mut tx = app.db.begin().await.unwrap();
    on!(tx, c => sqlx::query("UPDATE users SET email = claimed_email, claimed_email = NULL WHERE claimed_email IS NOT NULL")
        .execute(c).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
}

async fn letters(app: &App) -> i64 {
    on!(&app.db, c => sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'").fetch_one(c).await).unwrap()
}

#[tokio::test]
async fn a_server_that_takes_nothing_for_days_is_switched_off_and_the_owners_are_told() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        confirm_everybody(&app).await;
        let (server, before) = (Server::start(|_| 503).await, letters(&app).await);
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        let mut lane = Lane::Quick;
        for _ in 0..8 {
            app.webhooks.test(&actor, org, id).await.unwrap();
            app.webhooks.call_in_turn(id, lane).await.unwrap();
            (lane, _) = (Lane::Slow, hands.advance(Duration::from_secs(10 * 3600)));
            assert!(app.webhooks.get(&actor, org, id).await.unwrap().active);
        }
        app.webhooks.call_in_turn(id, lane).await.unwrap();
        let webhook = app.webhooks.get(&actor, org, id).await.unwrap();
        assert!(!webhook.active && webhook.off_reason.is_some() && webhook.waiting == 0, "{webhook:?}");
        assert!(states(&app, &actor, org, id).await.iter().all(|one| one.0 == DeliveryState::Failed));
        assert_eq!(letters(&app).await, before + 1);
        assert!(matches!(app.webhooks.test(&actor, org, id).await, Err(WebhooksError::Off)));
        assert!(app.orgs.audit(&actor, org, None, 10).await.is_ok());
        let on = WebhookPatch { active: Some(true), ..WebhookPatch::default() };
        let webhook = app.webhooks.change(&actor, org, id, None, on).await.unwrap();
        assert!(webhook.active && webhook.off_reason.is_none() && webhook.failing_since.is_none());
        app.webhooks.test(&actor, org, id).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        assert!(app.webhooks.get(&actor, org, id).await.unwrap().active, "it has days again");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_says_that_it_is_gone_is_not_called_again() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 410).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        app.webhooks.test(&actor, org, id).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        hands.advance(Duration::from_secs(600));
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(server.heard().len(), 1);
        assert!(!app.webhooks.get(&actor, org, id).await.unwrap().active);
    })
    .await;
}
