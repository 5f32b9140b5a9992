//! Payments that fail, grace, and a Stripe that does not answer.

use super::emulator::Trouble;
use super::*;

#[tokio::test]
async fn after_a_failed_payment_the_plan_holds_for_fourteen_days_and_owners_are_told() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        let (letters, end) = (story.letters().await, story.view().await.period_end.unwrap());
        story.stripe.decline(true);
        story.days(31);
        story.tell_all().await;
        let view = story.view().await;
        assert_eq!(
            (view.state, view.grace_until),
            (BillingState::PastDue, Some(end + chrono::TimeDelta::days(14)))
        );
        assert_eq!(story.plan().await, ("pro".into(), Some(50), true), "all goes on");
        assert_eq!(story.letters().await, letters + 1);
        let (status, refused) = story.change("starter", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("payment_declined")), "{refused}");

        story.days(13);
        story.app.billing.end_grace().await.unwrap();
        assert!(story.plan().await.2, "one day is left");
        story.days(1);
        assert_eq!(
            story.plan().await,
            ("pro".into(), Some(3), false),
            "the default plan holds by time alone"
        );
        for _ in 0..2 {
            story.app.billing.end_grace().await.unwrap();
            story.app.billing.look_around().await.unwrap();
        }
        assert_eq!(story.letters().await, letters + 2, "told once more, and once only");
        assert_eq!(story.facts().await, ["plan_changed", "plan_changed", "payment_failed", "grace_ended"]);

        story.stripe.decline(false);
        story.stripe.pay_open();
        story.tell_all().await;
        assert_eq!(
            (story.state().await, story.plan().await),
            (BillingState::Active, ("pro".into(), Some(50), true))
        );
    })
    .await;
}

#[tokio::test]
async fn who_pays_within_the_grace_loses_nothing() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.stripe.decline(true);
        story.days(31);
        story.tell_all().await;
        let letters = story.letters().await;
        story.stripe.decline(false);
        story.stripe.pay_open();
        story.tell_all().await;
        assert_eq!((story.state().await, story.view().await.grace_until), (BillingState::Active, None));
        story.days(20);
        story.app.billing.end_grace().await.unwrap();
        assert!(story.plan().await.2);
        assert_eq!(story.letters().await, letters);
        assert_eq!(story.facts().await.last().unwrap(), "payment_recovered");
    })
    .await;
}

#[tokio::test]
async fn a_declined_upgrade_changes_nothing_and_what_was_to_come_still_comes() {
    each_story(async |story| {
        story.subscribe("starter", 2).await;
        story.change("starter", 0).await;
        let before = story.view().await;
        story.stripe.decline(true);
        let (status, refused) = story.change("pro", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("payment_declined")), "{refused}");
        story.tell_all().await;
        assert_eq!(story.view().await, before);
        assert_eq!(story.plan().await, ("starter".into(), Some(20), true));
        story.stripe.decline(false);
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.plan().await, ("starter".into(), Some(10), true));
    })
    .await;
}

#[tokio::test]
async fn while_stripe_is_down_there_is_a_sentence_and_nothing_half_written() {
    each_story(async |story| {
        story.stripe.set_down(true);
        for (method, path) in [("POST", "/billing/checkout"), ("PATCH", "/billing/subscription")] {
            let (status, refused) = story.ask(method, path, choice("pro", 0)).await;
            match method {
                "POST" => assert_eq!((status, &refused["code"]), (502, &json!("far_side"))),
                _ => assert_eq!((status, &refused["code"]), (409, &json!("not_subscribed"))),
            }
            assert!(refused["detail"].as_str().unwrap().len() > 20 && !refused.to_string().contains("sk_"));
        }
        let db = &story.app.db;
        let accounts: i64 =
            on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM billing_accounts").fetch_one(c).await)
                .unwrap();
        assert_eq!(accounts, 0);
        story.stripe.set_down(false);
        story.subscribe("starter", 0).await;

        let before = story.view().await;
        story.stripe.set_down(true);
        let (status, refused) = story.change("pro", 0).await;
        assert_eq!(
            (status, &refused["code"], &refused["retryable"]),
            (502, &json!("far_side"), &json!(true))
        );
        assert_eq!((story.view().await, story.plan().await.0.as_str()), (before, "starter"));
        // A webhook is taken all the same, and is followed once Stripe is back.
        story.stripe.set_down(false);
        story.change("pro", 0).await;
        let events = story.stripe.events();
        story.stripe.set_down(true);
        let last = events.last().unwrap();
        assert_eq!(story.hand(&signed(last, story.app.clock.now())).await.0, 200);
        assert!(story.app.billing.follow_webhook(last["id"].as_str().unwrap()).await.is_err(), "later");
        story.stripe.set_down(false);
        story.follow(last).await;
        assert_eq!(story.plan().await.0, "pro");
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_or_a_busy_stripe_does_nothing_twice() {
    each_story(async |story| {
        use Trouble::{LostAnswer, Nothing, Status};
        story.stripe.trouble(&[LostAnswer, Status(429), Nothing, Status(409), Status(500)]);
        story.subscribe("starter", 0).await;
        assert_eq!((story.stripe.count("customers"), story.stripe.count("sessions")), (1, 1));
        let invoices = story.stripe.invoices().len();
        // The subscription and the new price are read, and then the answer to the change is lost twice.
        story.stripe.trouble(&[Nothing, Nothing, LostAnswer, LostAnswer]);
        let (status, view) = story.change("pro", 0).await;
        assert_eq!((status, &view["choice"]["plan"]), (200, &json!("pro")), "{view}");
        assert_eq!(story.stripe.invoices().len(), invoices + 1, "paid for once");
    })
    .await;
}

#[tokio::test]
async fn a_subscription_that_the_operator_ends_at_stripe_ends_here() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.stripe.cancel_all();
        story.tell_all().await;
        assert_eq!((story.state().await, story.plan().await.1), (BillingState::Cancelled, Some(3)));
    })
    .await;
}
