//! A plan is paid for, changed and ended.

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::billing::TakeWebhooks;

#[tokio::test]
async fn after_the_checkout_the_plan_stands() {
    each_story(async |story| {
        assert_eq!(story.state().await, BillingState::None);
        let (status, page) = story.ask("POST", "/billing/checkout", choice("pro", 2)).await;
        assert_eq!(status, 200, "{page}");
        assert_eq!(story.plan().await.0, "free", "nobody paid yet");
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        story.tell_all().await;

        let view = story.view().await;
        assert_eq!((view.state, view.next_amount_minor), (BillingState::Active, Some(10_900)));
        assert_eq!(view.currency.unwrap().as_str(), "EUR");
        assert_eq!(serde_json::to_value(&view.choice).unwrap(), choice("pro", 2));
        assert_eq!(view.period_start, Some(story.app.clock.now()));
        assert_eq!(story.plan().await, ("pro".into(), Some(60), true));
        assert_eq!(story.app.plans.standing(story.org).await.unwrap().period_end, view.period_end);
        assert_eq!(story.facts().await, ["plan_changed"], "every webhook says the same");

        let (status, refused) = story.ask("POST", "/billing/checkout", choice("starter", 0)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("already_subscribed")));
        let (status, portal) = story.ask("POST", "/billing/portal", Value::Null).await;
        assert!(status == 200 && portal["url"].as_str().unwrap().starts_with("https://"), "{portal}");
    })
    .await;
}

#[tokio::test]
async fn whoever_opens_a_second_checkout_cannot_pay_twice() {
    each_story(async |story| {
        let (_, first) = story.ask("POST", "/billing/checkout", choice("starter", 0)).await;
        let (_, second) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        assert!(story.stripe.pay(first["url"].as_str().unwrap()).is_err(), "the first page is closed");
        story.stripe.pay(second["url"].as_str().unwrap()).unwrap();
        // Nobody was told yet.
        let (status, refused) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("already_subscribed")));
        assert_eq!(story.plan().await.0, "pro", "asking has found it");
        assert_eq!((story.stripe.count("customers"), story.stripe.count("subscriptions")), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn more_holds_at_once_and_is_paid_for_in_parts_of_the_period() {
    each_story(async |story| {
        story.subscribe("starter", 1).await;
        let end = story.view().await.period_end;
        story.hands.advance((end.unwrap() - story.app.clock.now()).to_std().unwrap() / 2);
        let (status, view) = story.change("pro", 3).await;
        assert_eq!((status, &view["choice"]), (200, &choice("pro", 3)), "{view}");
        assert_eq!((view["next_amount_minor"].as_i64(), &view["coming"]), (Some(11_400), &Value::Null));
        assert_eq!(story.plan().await, ("pro".into(), Some(65), true));
        let (lines, state) = story.stripe.invoices().pop().unwrap();
        assert_eq!((lines, state), (vec![-1450, -250, 4950, 750], "paid"));
        story.tell_all().await;
        assert_eq!(story.view().await.period_end, end, "the period stays");
        assert_eq!(story.plan().await, ("pro".into(), Some(65), true));

        let (status, _) = story.change("pro", 0).await;
        assert_eq!(status, 200);
        assert_eq!(story.plan().await.1, Some(65), "fewer members hold from the next period on");
    })
    .await;
}

#[tokio::test]
async fn less_holds_from_the_next_period_on_and_can_be_taken_back() {
    each_story(async |story| {
        story.subscribe("pro", 1).await;
        let end = story.view().await.period_end.unwrap();
        let (status, view) = story.change("starter", 0).await;
        assert_eq!((status, &view["coming"]["choice"]["plan"]), (200, &json!("starter")), "{view}");
        assert_eq!((view["next_amount_minor"].as_i64(), story.plan().await.0.as_str()), (Some(2900), "pro"));
        assert_eq!(story.view().await.coming.unwrap().at, end);

        let (_, back) = story.change("pro", 1).await;
        assert_eq!((&back["coming"], back["next_amount_minor"].as_i64()), (&Value::Null, Some(10_400)));
        story.change("starter", 0).await;
        let (_, other) = story.change("starter", 2).await;
        assert_eq!(other["coming"]["choice"], choice("starter", 2), "the last word counts");
        story.tell_all().await;
        assert_eq!(story.plan().await.0, "pro");
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.plan().await, ("starter".into(), Some(20), true));
        let (lines, state) = story.stripe.invoices().pop().unwrap();
        assert_eq!((lines, state), (vec![2900, 1000], "paid"), "a whole period, and nothing in parts");
        assert!(story.view().await.coming.is_none());
        story.days(62);
        story.tell_all().await;
        assert_eq!((story.plan().await.0.as_str(), story.stripe.count("subscriptions")), ("starter", 1));
    })
    .await;
}

#[tokio::test]
async fn the_default_plan_ends_the_subscription_with_its_period() {
    each_story(async |story| {
        let (status, refused) = story.change("free", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_subscribed")));
        story.subscribe("starter", 0).await;
        story.change("free", 0).await;
        let (_, view) = story.change("free", 0).await;
        assert_eq!(
            (&view["coming"]["choice"], view["next_amount_minor"].as_i64()),
            (&Value::Null, None),
            "{view}"
        );
        assert!(view["coming"]["at"].is_string());
        let (_, kept) = story.change("starter", 0).await;
        assert_eq!(kept["coming"], Value::Null, "asked for again, it goes on");
        story.change("free", 0).await;
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.state().await, BillingState::Cancelled);
        assert!(!story.plan().await.2, "the default plan holds");
        story.subscribe("pro", 0).await;
        assert_eq!(
            (story.plan().await, story.stripe.count("customers")),
            (("pro".into(), Some(50), true), 1)
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_not_sold_is_refused_before_anybody_is_asked() {
    each_story(async |story| {
        for wrong in [
            json!({"plan": "moon"}),
            json!({"plan": "open"}),
            json!({"plan": "free"}),
            json!({"plan": ""}),
            json!({"plan": "x".repeat(500)}),
            json!({"plan": "pro", "add_ons": [{"key": "viewers-1000", "quantity": 1}]}),
            json!({"plan": "pro", "add_ons": [{"key": "moons", "quantity": 1}]}),
            json!({"plan": "pro", "add_ons": [{"key": "seats-5", "quantity": 0}]}),
            json!({"plan": "pro", "add_ons": [{"key": "seats-5", "quantity": 1001}]}),
            json!({"plan": "pro", "add_ons": [{"key": "seats-5", "quantity": 1}, {"key": "seats-5", "quantity": 1}]}),
        ] {
            let (status, refused) = story.ask("POST", "/billing/checkout", wrong.clone()).await;
            assert_eq!((status, &refused["code"]), (422, &json!("invalid_request")), "{wrong}: {refused}");
        }
        assert_eq!(story.stripe.count("sessions"), 0);
        let (status, refused) = story.ask("POST", "/billing/portal", Value::Null).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_subscribed")));
    })
    .await;
}

#[tokio::test]
async fn webhooks_are_answered_first_and_followed_by_whoever_runs_jobs() {
    each_story(async |story| {
        let (_, page) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        for event in story.stripe.events() {
            let webhook = signed(&event, story.app.clock.now());
            assert_eq!(story.hand(&webhook).await.0, 200);
        }
        assert_eq!(story.plan().await.0, "free", "answered, and nothing done yet");
        let stop = CancellationToken::new();
        let runner = std::sync::Arc::new(TakeWebhooks::new(story.app.billing.clone()));
        story.app.jobs.run(runner, &story.app.tasks, stop.clone());
        let db = &story.app.db;
        let waiting = async || -> i64 {
            on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'billing.event'")
                .fetch_one(c).await)
            .unwrap()
        };
        let began = std::time::Instant::now();
        while waiting().await > 0 && began.elapsed().as_secs() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        stop.cancel();
        assert_eq!((waiting().await, story.plan().await.0.as_str()), (0, "pro"));
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_never_comes_is_made_up_for() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.change("free", 0).await;
        story.days(31);
        drop(story.stripe.events());
        assert_eq!(story.state().await, BillingState::Active, "nobody told");
        story.app.billing.look_around().await.unwrap();
        assert_eq!(story.state().await, BillingState::Cancelled);
        let before = story.stripe.requests();
        story.hands.advance(TimeDelta::days(9).to_std().unwrap());
        story.app.billing.look_around().await.unwrap();
        assert_eq!(story.stripe.requests(), before, "what is over is not asked for again");
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_nobody_tells_of_is_found() {
    each_story(async |story| {
        let (_, page) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        story.app.billing.look_around().await.unwrap();
        // It is paid after the first look, and no webhook ever comes.
        for _ in 0..10 {
            story.hands.advance(std::time::Duration::from_secs(121));
            story.app.billing.look_around().await.unwrap();
        }
        assert_eq!(story.plan().await.0, "free");
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        story.hands.advance(std::time::Duration::from_secs(3600));
        story.app.billing.look_around().await.unwrap();
        assert_eq!((story.state().await, story.plan().await.0.as_str()), (BillingState::Active, "pro"));
    })
    .await;
}

#[tokio::test]
async fn of_two_checkouts_at_once_one_can_be_paid() {
    each_story(async |story| {
        // The account is made before, so that both begin at the same point.
        story.ask("POST", "/billing/checkout", choice("starter", 0)).await;
        let (one, other) = tokio::join!(
            story.ask("POST", "/billing/checkout", choice("starter", 0)),
            story.ask("POST", "/billing/checkout", choice("pro", 0))
        );
        let mut paid = 0;
        for (status, page) in [one, other] {
            match status {
                200 => paid += u32::from(story.stripe.pay(page["url"].as_str().unwrap()).is_ok()),
                _ => assert_eq!((status, &page["code"]), (409, &json!("conflict")), "{page}"),
            }
        }
        assert!(paid <= 1, "{paid}");
        assert_eq!(story.stripe.count("subscriptions"), usize::try_from(paid).unwrap());
        if paid == 0 {
            story.subscribe("pro", 0).await;
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_cannot_pay_may_leave() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.stripe.decline(true);
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.state().await, BillingState::PastDue);
        let (status, view) = story.change("free", 0).await;
        assert_eq!((status, &view["coming"]["choice"]), (200, &Value::Null), "{view}");
        assert!(view["coming"]["at"].is_string(), "{view}");
    })
    .await;
}

#[tokio::test]
async fn in_a_suspended_organisation_what_is_paid_for_can_be_ended() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        let console = Actor::service("console");
        let file = story.app.operators.suspend(&console, story.org, "unpaid", false).await.unwrap();
        assert_eq!(file.billing.state, BillingState::Active, "the operator sees what goes on being charged");
        let (status, refused) = story.change("starter", 0).await;
        assert_eq!((status, &refused["code"]), (403, &json!("organization_suspended")));
        assert_eq!(story.ask("POST", "/billing/portal", Value::Null).await.0, 200);
        let (status, view) = story.change("free", 0).await;
        assert_eq!((status, &view["coming"]["choice"]), (200, &Value::Null), "{view}");
    })
    .await;
}
