//! Who may have servers told of what, and their secrets.

use super::*;

fn with(actor: &Actor, org: OrgId, permissions: &[Permission]) -> Actor {
    let permissions = permissions.iter().copied().collect();
    Actor {
        memberships: vec![Membership { org, role: Role::Custom, permissions, suspended: false }],
        ..actor.clone()
    }
}

#[tokio::test]
async fn nobody_has_a_server_told_what_they_may_not_see() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (stranger, ..) = owner(&app, "Sud").await;
        let url = "https://93.184.215.14/";
        let orders = || new(url, &[WebhookEvent::OrderRecorded]);
        let refused = app.webhooks.create(&stranger, org, orders()).await;
        assert!(matches!(refused, Err(WebhooksError::Denied(Denied::Stranger))));
        let moderator = with(&actor, org, &[Permission::ModerateChat]);
        assert!(matches!(
            app.webhooks.list(&moderator, org).await,
            Err(WebhooksError::Denied(Denied::Role(_)))
        ));
        let agency = with(&actor, org, &[Permission::ManageWebhooks, Permission::ViewTimeline]);
        let refused = app.webhooks.create(&agency, org, orders()).await;
        assert!(matches!(refused, Err(WebhooksError::Denied(Denied::Role(Permission::ViewOrders)))));
        let own = app.webhooks.create(&agency, org, new(url, &ALL_OF_SHOWS)).await.unwrap().webhook.id;
        let events = Some(vec![WebhookEvent::OrderRecorded]);
        let more = WebhookPatch { events, ..WebhookPatch::default() };
        assert!(app.webhooks.change(&agency, org, own, None, more).await.is_err());
        // Nor does anybody lead what others chose to an address of their own.
        let theirs = app.webhooks.create(&actor, org, orders()).await.unwrap().webhook.id;
        let moved = WebhookPatch { url: Some("https://93.184.215.15/".into()), ..WebhookPatch::default() };
        assert!(app.webhooks.change(&agency, org, theirs, None, moved.clone()).await.is_err());
        assert_eq!(
            app.webhooks.change(&actor, org, theirs, Some(1), moved.clone()).await.unwrap().version,
            2
        );
        let stale = app.webhooks.change(&actor, org, theirs, Some(1), moved).await;
        assert!(matches!(stale, Err(WebhooksError::Stale(2))));
        app.webhooks.delete(&actor, org, theirs).await.unwrap();
        assert!(matches!(app.webhooks.get(&actor, org, theirs).await, Err(WebhooksError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_sealed_and_signs_along_for_a_day_after_there_is_another() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let server = Server::start(|_| 200).await;
        let made = app.webhooks.create(&actor, org, new(&server.url, &ALL_OF_SHOWS)).await.unwrap();
        let id = made.webhook.id;
        let kept: String =
            on!(&app.db, c => sqlx::query_scalar("SELECT secret FROM webhooks").fetch_one(c).await).unwrap();
        assert!(!kept.contains(&made.secret[6..]));
        let renewed = app.webhooks.renew_secret(&actor, org, id).await.unwrap();
        for (hours, secrets) in [(0, vec![&renewed.secret, &made.secret]), (24, vec![&renewed.secret])] {
            hands.advance(Duration::from_secs(hours * 3600));
            app.webhooks.test(&actor, org, id).await.unwrap();
            app.webhooks.call_in_turn(id, Lane::Quick).await.unwrap();
            let request = server.heard().pop().unwrap();
            let secrets: Vec<_> = secrets.into_iter().map(String::as_str).collect();
            let wanted = sign::signatures(&secrets, &request.id, hands.clock().now(), &request.body);
            assert_eq!(Some(request.signature), wanted);
        }
        let shown = serde_json::to_string(&app.webhooks.list(&actor, org).await.unwrap()).unwrap();
        assert!(!shown.contains("whsec_"), "{shown}");
    })
    .await;
}
