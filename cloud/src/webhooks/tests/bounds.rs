//! Nothing grows without end.

use vitrine_protocol::ProductId;

use super::*;

async fn write(app: &App, sql: &'static str) {
    let mut tx = app.db.begin().await.unwrap();
    on!(tx, c => sqlx::query(sql).execute(c).await.map(drop)).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn there_are_so_many_webhooks_and_so_many_messages_and_old_ones_go() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 200).await;
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        for _ in 1..10 {
            let idle = NewWebhook { active: Some(false), ..new(&server.url, &ALL_OF_SHOWS) };
            app.webhooks.create(&actor, org, idle).await.unwrap();
        }
        let one_more = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await;
        assert!(matches!(one_more, Err(WebhooksError::TooMany(_))));

        happen(&app, org, 1).await;
        until_waiting(&app, &actor, org, id, 1).await;
        write(&app, "UPDATE webhooks SET waiting = 20000 WHERE waiting = 1").await;
        happen(&app, org, 2).await;
        for _ in 0..500 {
            if app.webhooks.get(&actor, org, id).await.unwrap().missed == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(app.webhooks.get(&actor, org, id).await.unwrap().missed, 2);
        assert!(matches!(app.webhooks.test(&actor, org, id).await, Err(WebhooksError::TooMany(_))));
        write(&app, "UPDATE webhooks SET waiting = 1 WHERE waiting = 20000").await;

        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        assert_eq!(states(&app, &actor, org, id).await.len(), 1);
        hands.advance(Duration::from_secs(7 * 24 * 3600 - 1));
        assert_eq!(app.webhooks.sweep().await.unwrap(), 0);
        app.webhooks.test(&actor, org, id).await.unwrap();
        hands.advance(Duration::from_secs(2));
        assert_eq!(app.webhooks.sweep().await.unwrap(), 1);
        hands.advance(Duration::from_secs(30 * 24 * 3600));
        assert_eq!(app.webhooks.sweep().await.unwrap(), 0, "what waits is not forgotten");
    })
    .await;
}

const OF_PRODUCTS: [WebhookEvent; 3] =
    [WebhookEvent::ProductChanged, WebhookEvent::StockChanged, WebhookEvent::ShowCreated];

/// Leaves one fact.
async fn tell(app: &App, org: OrgId, event: Event) {
    let mut tx = app.db.begin().await.unwrap();
    record(&mut tx, &Actor::service("test"), app.clock.now(), org, None, event).unwrap();
    tx.commit().await.unwrap();
    app.relay.nudge().nudge();
}

#[tokio::test]
async fn a_list_that_fills_the_queue_with_products_leaves_room_for_what_else_happens() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 200).await;
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &OF_PRODUCTS)).await.unwrap().webhook.id;
        let known = ProductId::new();
        tell(&app, org, Event::ProductChanged { product: known }).await;
        until_waiting(&app, &actor, org, id, 1).await;
        write(&app, "UPDATE webhooks SET waiting = 10000 WHERE waiting = 1").await;
        tell(&app, org, Event::ProductChanged { product: ProductId::new() }).await;
        tell(&app, org, Event::ProductChanged { product: known }).await;
        happen(&app, org, 1).await;
        until_waiting(&app, &actor, org, id, 10_001).await;
        let webhook = app.webhooks.get(&actor, org, id).await.unwrap();
        assert_eq!(webhook.missed, 1, "there is room for the show, and what waits anyhow is told anew");
    })
    .await;
}

#[tokio::test]
async fn what_waits_of_a_product_is_told_as_it_is_last_and_nothing_is_lost_once_it_is_being_sent() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 200).await;
        listen(&app).await;
        let id = app.webhooks.create(&actor, org, new(&server.url, &OF_PRODUCTS)).await.unwrap().webhook.id;
        let (product, other) = (ProductId::new(), ProductId::new());
        for stock in [9, 8, 7] {
            tell(&app, org, Event::StockChanged { product, stock }).await;
        }
        tell(&app, org, Event::ProductChanged { product }).await;
        tell(&app, org, Event::StockChanged { product: other, stock: 5 }).await;
        until_waiting(&app, &actor, org, id, 3).await;
        let sent = app.webhooks.deliveries(&actor, org, id, None, 10).await.unwrap().items.pop().unwrap();
        let mut tx = app.db.begin().await.unwrap();
        let body: Value =
            serde_json::from_str(&store::take(&mut tx, sent.id).await.unwrap().unwrap()).unwrap();
        tx.commit().await.unwrap();
        assert_eq!((body["data"]["stock"].as_i64(), body["seq"].as_i64()), (Some(7), sent.seq));
        // Somebody calls the server with that at this moment.
        tell(&app, org, Event::StockChanged { product, stock: 6 }).await;
        until_waiting(&app, &actor, org, id, 4).await;
        tell(&app, org, Event::StockChanged { product, stock: 4 }).await;
        tell(&app, org, Event::ShowCreated { show: ShowId::new() }).await;
        until_waiting(&app, &actor, org, id, 5).await;
        app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
        let heard = server.heard();
        let stocks: Vec<Option<i64>> = heard
            .iter()
            .map(|one| serde_json::from_str::<Value>(&one.body).unwrap()["data"]["stock"].as_i64())
            .collect();
        assert_eq!(stocks, [Some(7), None, Some(5), Some(4), None]);
        assert_eq!(app.webhooks.get(&actor, org, id).await.unwrap().waiting, 0);
    })
    .await;
}
