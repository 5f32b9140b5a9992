use std::time::Duration;

use serde_json::json;
use vitrine_protocol::OrgId;

use super::*;
use crate::app::testing::{each_app, owner};
use crate::base::Actor;
use crate::db::testing::{number, run};
use crate::events::{Event, Recorded};
use crate::leaving::Confirmation;
use crate::show::ShowError;

/// Has all listeners hear that an organisation was taken back.
async fn take_back(app: &App, org: OrgId, actor: &Actor) {
    let event = Event::OrganizationReclaimed { owner: actor.user().unwrap() };
    let fact = Recorded { seq: 1, at: app.clock.now(), org, show: None, actor: "user:1".into(), event };
    let mut tx = app.db.begin().await.unwrap();
    for listener in listeners(app) {
        if listener.wants(&fact.event) {
            listener.handle(&mut tx, &fact).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn who_takes_an_organisation_back_keeps_nothing_that_a_stranger_set_up() {
    each_app(async |app, hands| {
        let (other, elsewhere, _) = owner(&app, "Sud").await;
        let (mallory, org, _) = owner(&app, "Nord").await;
        run(&app.db, "UPDATE users SET email = claimed_email, claimed_email = NULL").await;
        let mut keys = Vec::new();
        for (actor, org) in [(&mallory, org), (&other, elsewhere)] {
            let webhook = json!({"url": "http://127.0.0.1:9/hook", "events": ["show_created"]});
            app.webhooks.create(actor, org, serde_json::from_value(webhook).unwrap()).await.unwrap();
            let list = json!({"address": "http://127.0.0.1:9/list.csv", "format": "csv", "every_minutes": 15});
            let list = serde_json::from_value(list).unwrap();
            app.imports.set_address(actor, org, "mine".into(), list).await.unwrap();
            let draft = serde_json::from_value(json!({"title": "Autumn"})).unwrap();
            let show = app.shows.create(actor, org, draft).await.unwrap().id;
            keys.push(app.shows.issue_key(actor, org, show).await.unwrap().key);
            app.leaving.export(actor, org).await.unwrap();
            let meant = Confirmation {
                name: app.orgs.find(org).await.unwrap().unwrap().name,
                password: "correct horse".into(),
                code: None,
                recovery_code: None,
            };
            app.leaving.schedule(actor, org, meant).await.unwrap();
        }
        run(&app.db, "UPDATE org_exports SET state = 'ready', size_bytes = 1, ended_ms = created_ms").await;
        let url = app.leaving.exports(&mallory, org).await.unwrap()[0].url.clone().unwrap();
        let (path, token) = url.split_once("?token=").unwrap();
        let id = path.rsplit('/').next().unwrap().parse().unwrap();

        hands.advance(Duration::from_secs(60));
        take_back(&app, org, &mallory).await;
        take_back(&app, org, &mallory).await;
        assert!(app.webhooks.list(&mallory, org).await.unwrap().is_empty());
        assert!(app.imports.addresses(&mallory, org).await.unwrap().is_empty());
        assert!(matches!(app.shows.admit(&keys[0]).await, Err(ShowError::BadPublishKey)));
        let open = app.leaving.open(id, token).await;
        assert!(open.is_err());
        assert!(app.leaving.deletion(&mallory, org).await.is_err());
        app.leaving.sweep().await.unwrap();
        assert!(app.leaving.exports(&mallory, org).await.unwrap().is_empty());
        let told = "SELECT COUNT(*) FROM events WHERE body LIKE '%webhook_deleted%' OR body LIKE '%publish_key_revoked%'";
        assert_eq!(number(&app.db, told).await, 2);

        // Of another's nothing is gone, and what is set up from now on stays.
        assert_eq!(app.webhooks.list(&other, elsewhere).await.unwrap().len(), 1);
        assert_eq!(app.imports.addresses(&other, elsewhere).await.unwrap().len(), 1);
        assert_eq!(app.leaving.exports(&other, elsewhere).await.unwrap().len(), 1);
        app.leaving.deletion(&other, elsewhere).await.unwrap();
        app.shows.admit(&keys[1]).await.unwrap();
    })
    .await;
}
