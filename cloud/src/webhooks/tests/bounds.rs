//! Nothing grows without end.

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
        write(&app, "UPDATE webhooks SET waiting = 10000 WHERE waiting = 1").await;
        happen(&app, org, 2).await;
        for _ in 0..500 {
            if app.webhooks.get(&actor, org, id).await.unwrap().missed == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(app.webhooks.get(&actor, org, id).await.unwrap().missed, 2);
        assert!(matches!(app.webhooks.test(&actor, org, id).await, Err(WebhooksError::TooMany(_))));
        write(&app, "UPDATE webhooks SET waiting = 1 WHERE waiting = 10000").await;

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
