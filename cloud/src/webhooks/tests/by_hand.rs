//! What somebody asks for by hand is sent at once, and `next_at` is true.

use chrono::{DateTime, Utc};

use super::*;

/// When what waits is sent, oldest message first.
async fn nexts(app: &App, actor: &Actor, org: OrgId, id: WebhookId) -> Vec<Option<DateTime<Utc>>> {
    let page = app.webhooks.deliveries(actor, org, id, None, 200).await.unwrap();
    page.items.into_iter().rev().map(|one| one.next_at).collect()
}

#[tokio::test]
async fn a_test_goes_out_before_all_that_waits_and_one_that_is_taken_ends_the_rest() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|n| if n < 3 { 500 } else { 200 }).await;
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        happen(&app, org, 2).await;
        until_waiting(&app, &actor, org, id, 2).await;
        let first = app.webhooks.test(&actor, org, id).await.unwrap().id;
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        assert_eq!(server.heard()[0].id, first.to_string());
        let rested = Some(hands.clock().now() + Duration::from_secs(5));
        assert_eq!(nexts(&app, &actor, org, id).await, [rested; 3], "nothing is sent before");
        assert_eq!(app.webhooks.wake().await.unwrap(), 0);

        hands.advance(Duration::from_secs(1));
        for _ in 0..2 {
            app.webhooks.test(&actor, org, id).await.unwrap();
        }
        let now = hands.clock().now();
        assert_eq!(nexts(&app, &actor, org, id).await[3..], [Some(now); 2]);
        assert_eq!(app.webhooks.wake().await.unwrap(), 1);
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(server.heard().len(), 3, "each test, and nothing else");
        assert_eq!(nexts(&app, &actor, org, id).await[..3], [rested; 3], "the rest is no longer for it");

        app.webhooks.test(&actor, org, id).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        let (taken, waits) =
            ((DeliveryState::Delivered, 1, Some(200)), (DeliveryState::Waiting, 1, Some(500)));
        assert_eq!(states(&app, &actor, org, id).await, [taken, taken, waits, waits, waits, taken]);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_sent_before_its_time_by_hand_and_at_once_to_another_address() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (bad, good) = (Server::start(|_| 500).await, Server::start(|_| 200).await);
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&bad.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        happen(&app, org, 2).await;
        until_waiting(&app, &actor, org, id, 2).await;
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let page = app.webhooks.deliveries(&actor, org, id, None, 10).await.unwrap();
        let first = page.items.last().unwrap().id;
        app.webhooks.send_again(&actor, org, id, first).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!(
            states(&app, &actor, org, id).await,
            [(DeliveryState::Waiting, 2, Some(500)), (DeliveryState::Waiting, 0, None)]
        );
        let moved = WebhookPatch { url: Some(good.url.clone()), ..WebhookPatch::default() };
        let webhook = app.webhooks.change(&actor, org, id, None, moved).await.unwrap();
        assert!(webhook.failing_since.is_none());
        assert_eq!(nexts(&app, &actor, org, id).await, [Some(hands.clock().now()); 2]);
        app.webhooks.call_in_turn(id, Lane::Slow).await.unwrap();
        assert_eq!((bad.heard().len(), good.heard().len()), (2, 2));
        assert_eq!(app.webhooks.get(&actor, org, id).await.unwrap().waiting, 0);
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told_as_such() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        // Longer than any name's part, so that nobody has to be asked.
        let url = format!("http://{}.example/hook", "x".repeat(64));
        let id = app.webhooks.create(&actor, org, new(&url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        app.webhooks.test(&actor, org, id).await.unwrap();
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let one = app.webhooks.deliveries(&actor, org, id, None, 1).await.unwrap().items.remove(0);
        let reason = one.reason.unwrap();
        assert!(reason.contains("no server of that name"), "{reason}");
    })
    .await;
}
