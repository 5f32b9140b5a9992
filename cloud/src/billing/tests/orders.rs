//! Webhooks that are forged, late, come twice or in any order, or belong to nobody.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::db::testing::two_processes;

#[tokio::test]
async fn a_webhook_that_comes_twice_is_followed_once() {
    each_story(async |story| {
        let (_, page) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        let events = story.stripe.events();
        for event in &events {
            story.tell(event).await;
        }
        let (facts, requests) = (story.facts().await, story.stripe.requests());
        for event in &events {
            story.tell(event).await;
        }
        assert_eq!((story.facts().await, story.stripe.requests()), (facts, requests), "nobody is even asked");
    })
    .await;
}

#[tokio::test]
async fn an_old_webhook_after_a_newer_one_changes_nothing() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.stripe.decline(true);
        story.days(31);
        let failed = story.stripe.events();
        story.stripe.decline(false);
        story.stripe.pay_open();
        story.tell_all().await;
        let letters = story.letters().await;
        for event in &failed {
            story.tell(event).await;
        }
        assert_eq!((story.state().await, story.letters().await), (BillingState::Active, letters), "no alarm");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_signed_by_stripe_or_long_ago_is_refused_and_not_kept() {
    each_story(async |story| {
        story.subscribe("starter", 0).await;
        story.stripe.cancel_all();
        let event = story.stripe.events().pop().unwrap();
        let now = story.app.clock.now();
        let good = signed(&event, now);
        let forged = Signed { signature: good.signature.replace("v1=", "v1=ff"), body: good.body.clone() };
        let moved = Signed { body: good.body.iter().rev().copied().collect(), signature: good.signature.clone() };
        let old = signed(&event, now - chrono::TimeDelta::seconds(301));
        let none = Signed { body: good.body.clone(), signature: "nothing".into() };
        for wrong in [&forged, &moved, &old, &none] {
            assert_eq!(story.hand(wrong).await, (400, json!("bad_signature")));
        }
        let odd = json!({"id": "evt_\u{0}", "type": "invoice.paid", "created": 1, "data": {"object": {}}});
        for none in [json!([]), json!({"id": "evt_1"}), odd] {
            assert_eq!(story.hand(&signed(&none, now)).await, (400, json!("invalid_request")), "{none}");
        }
        let large = json!({"id": "evt_1", "type": "x", "created": 1, "data": {"object": {}}, "more": "x".repeat(300_000)});
        assert_eq!(story.hand(&signed(&large, now)).await.0, 413);
        let db = &story.app.db;
        let kept: i64 = on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM billing_webhooks WHERE state <> 'done'")
            .fetch_one(c).await)
        .unwrap();
        assert_eq!((kept, story.state().await), (0, BillingState::Active));
        story.tell(&event).await;
        assert_eq!(story.state().await, BillingState::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_of_nobody_here_is_kept_where_it_is_seen() {
    each_story(async |story| {
        story.subscribe("starter", 0).await;
        story.stripe.stranger();
        let events = story.stripe.events();
        for event in &events {
            story.tell(event).await;
        }
        let dead = story.app.billing.dead_webhooks(50).await.unwrap();
        assert_eq!(dead.len(), events.len());
        assert!(dead[0].customer.as_deref().is_some_and(|customer| customer.starts_with("cus_")));
        assert!(dead.iter().all(|one| one.reason.contains("no organisation")));
        assert_eq!(story.plan().await.0, "starter");
        story.hands.advance(std::time::Duration::from_secs(40 * 86_400));
        story.app.billing.sweep_webhooks().await.unwrap();
        assert!(story.app.billing.dead_webhooks(50).await.unwrap().is_empty(), "and not for ever");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_are_told_the_same_at_once_do_it_once() {
    two_processes(async |one, other| {
        let story = Story::begin(one).await;
        let dir = tempfile::tempdir().unwrap();
        let node = app(other, &story.hands, dir.path(), &story.stripe);
        let second = Story {
            router: http::router(&node),
            app: node,
            hands: story.hands.clone(),
            stripe: story.stripe.clone(),
            actor: story.actor.clone(),
            org: story.org,
            token: story.token.clone(),
        };
        let (_, page) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        let events = story.stripe.events();
        for event in &events {
            let webhook = signed(event, story.app.clock.now());
            let (here, there) = tokio::join!(story.hand(&webhook), second.hand(&webhook));
            assert_eq!((here.0, there.0), (200, 200));
            tokio::join!(story.follow(event), second.follow(event));
        }
        assert_eq!(
            (story.plan().await.0.as_str(), story.facts().await),
            ("pro", vec!["plan_changed".to_owned()])
        );
        let db = &story.app.db;
        let jobs: i64 =
            on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'billing.event'")
            .fetch_one(c).await)
            .unwrap();
        assert_eq!(usize::try_from(jobs).unwrap(), events.len(), "one each");
    })
    .await;
}

/// A step of a history that has it all: raised, to be lowered, failed, paid after all, lowered.
async fn step(story: &Story, number: usize) {
    match number {
        0 => drop(story.change("pro", 1).await),
        1 => drop(story.change("starter", 0).await),
        2 => {
            story.stripe.decline(true);
            story.days(31);
        }
        3 => {
            story.stripe.decline(false);
            story.stripe.pay_open();
        }
        _ => story.days(31),
    }
}

#[tokio::test]
async fn any_order_delay_and_repetition_of_one_history_ends_in_the_same() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    // Of what Stripe has told so far, which webhooks arrive after each step; the rest arrives in the end, shuffled by the last.
    let arrivals = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..5), 6);
    for _ in 0..8 {
        let arrivals = arrivals.new_tree(&mut runner).unwrap().current();
        each_story(async |story| {
            story.subscribe("starter", 1).await;
            let (mut told, mut late) = (Vec::new(), Vec::new());
            for (number, arriving) in arrivals[..5].iter().enumerate() {
                step(&story, number).await;
                for event in story.stripe.events() {
                    told.push(event.clone());
                    late.push(event);
                }
                for index in arriving.iter().filter(|_| !told.is_empty()) {
                    let event = index.get(&told);
                    late.retain(|other| other != event);
                    story.tell(event).await;
                }
            }
            assert!(told.len() > 8, "{}", told.len());
            while !late.is_empty() {
                let index = arrivals[5].first().map_or(0, |index| index.index(late.len()));
                story.tell(&late.swap_remove(index)).await;
            }
            let view = story.view().await;
            assert_eq!(
                (view.state, view.next_amount_minor),
                (BillingState::Active, Some(2900)),
                "{arrivals:?}"
            );
            assert_eq!((view.coming, view.grace_until), (None, None));
            assert_eq!(story.plan().await, ("starter".into(), Some(10), true));
            let facts = story.facts().await;
            let count = |kind: &str| facts.iter().filter(|fact| *fact == kind).count();
            assert!(
                count("payment_failed") <= 1 && count("payment_recovered") == count("payment_failed"),
                "{facts:?}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_look_that_began_earlier_and_took_longer_is_not_written() {
    each_story(async |story| {
        use crate::billing::store;
        story.subscribe("pro", 0).await;
        let db = &story.app.db;
        let ask = async || {
            let mut tx = db.begin().await.unwrap();
            let number = store::ask(&mut tx, story.org).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            number
        };
        let (slow, quick) = (ask().await, ask().await);
        let mut tx = db.begin().await.unwrap();
        assert!(store::lock_for(&mut tx, story.org, quick).await.unwrap().is_some());
        assert!(store::lock_for(&mut tx, story.org, slow).await.unwrap().is_none());
        assert!(store::lock_for(&mut tx, story.org, quick).await.unwrap().is_none(), "nor the same twice");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_nobody_listens_to_may_have_any_shape() {
    each_story(async |story| {
        let event = json!({"id": "evt_odd", "type": "charge.refunded", "created": 1,
            "data": {"object": {"customer": {"id": "cus_1"}}}});
        assert_eq!(story.hand(&signed(&event, story.app.clock.now())).await, (200, Value::Null));
        let event = json!({"id": "evt_odd", "type": "invoice.paid", "created": 1,
            "data": {"object": {"customer": {"id": "cus_1"}}}});
        assert_eq!(story.hand(&signed(&event, story.app.clock.now())).await.0, 400);
    })
    .await;
}
