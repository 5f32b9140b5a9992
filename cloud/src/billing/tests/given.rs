//! What the operator gives beside what is paid for, and what is paid for twice.

use super::*;
use crate::app::testing::operator;
use crate::operator::{OperatorError, PlanAssignment};
use crate::plan::PlanSource;

fn said(json: Value) -> PlanAssignment {
    serde_json::from_value(json).unwrap()
}

impl Story {
    async fn source(&self) -> Option<PlanSource> {
        self.app.plans.standing(self.org).await.unwrap().source
    }
}

#[tokio::test]
async fn what_the_operator_gave_stays_whatever_billing_hears_until_it_is_taken_back() {
    each_story(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        let operators = &story.app.operators;
        story.subscribe("starter", 0).await;
        assert_eq!(
            (story.plan().await.0.as_str(), story.source().await),
            ("starter", Some(PlanSource::Billing))
        );
        let refused = operators.assign(&ops, story.org, said(json!({"plan": "pro"}))).await;
        assert!(matches!(&refused, Err(OperatorError::Paying(plan)) if plan == "starter"), "{refused:?}");
        let problem = crate::base::ApiError::from(refused.unwrap_err());
        assert_eq!((problem.code.as_str(), problem.status.as_u16()), ("already_subscribed", 409));
        let file =
            operators.assign(&ops, story.org, said(json!({"plan": "pro", "override": true}))).await.unwrap();
        assert_eq!(file.plan.source, Some(PlanSource::Operator));

        // The period turns over, a payment fails and is made good again: the plan is the operator's.
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.plan().await, ("pro".into(), Some(50), true));
        story.stripe.decline(true);
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.state().await, BillingState::PastDue);
        story.hands.advance(std::time::Duration::from_secs(20 * 86_400));
        story.app.billing.end_grace().await.unwrap();
        assert_eq!(story.plan().await, ("pro".into(), Some(50), true), "what was given has no grace to end");
        story.stripe.decline(false);
        story.stripe.pay_open();
        story.tell_all().await;

        let file = operators.take_back(&ops, story.org).await.unwrap();
        assert_eq!((file.plan.plan.key.as_str(), file.plan.source), ("starter", Some(PlanSource::Billing)));
        assert!(matches!(operators.take_back(&ops, story.org).await, Err(OperatorError::NotGiven)));
        let kinds: Vec<_> = operators.audit(&ops, &Default::default(), None, 2).await.unwrap().items;
        assert_eq!((kinds[0].kind.as_str(), kinds[1].kind.as_str()), ("plan_taken_back", "plan_assigned"));
        assert_eq!(kinds[1].detail["override"], true);
    })
    .await;
}

#[tokio::test]
async fn an_owner_pays_for_another_than_what_was_given_only_on_purpose() {
    each_story(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        story.app.operators.assign(&ops, story.org, said(json!({"plan": "starter"}))).await.unwrap();
        let (status, refused) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        assert_eq!((status, refused["code"].as_str()), (409, Some("plan_given")), "{refused}");
        assert_eq!(story.stripe.count("sessions"), 0, "nothing was opened");
        let order = json!({"plan": "pro", "override": true});
        let (status, page) = story.ask("POST", "/billing/checkout", order).await;
        assert_eq!(status, 200, "{page}");
        assert_eq!(story.plan().await.0, "starter", "it holds until the other is paid");
        story.stripe.pay(page["url"].as_str().unwrap()).unwrap();
        story.tell_all().await;
        assert_eq!((story.plan().await.0.as_str(), story.source().await), ("pro", Some(PlanSource::Billing)));
        // A gift beside it again; ending what is paid for asks for nothing, and takes nothing away.
        let gift = said(json!({"plan": "starter", "override": true}));
        story.app.operators.assign(&ops, story.org, gift).await.unwrap();
        assert_eq!(story.change("starter", 0).await.0, 409);
        assert_eq!(story.change("free", 0).await.0, 200);
        story.days(31);
        story.tell_all().await;
        assert_eq!(story.state().await, BillingState::Cancelled);
        assert_eq!(story.plan().await, ("starter".into(), Some(10), true));
    })
    .await;
}

#[tokio::test]
async fn who_pays_twice_is_seen_and_the_second_subscription_is_ended_with_a_note() {
    each_story(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        let operators = &story.app.operators;
        story.subscribe("pro", 0).await;
        assert!(operators.several_subscriptions(&ops, None, 50).await.unwrap().items.is_empty());
        let first = story.app.billing.view(&story.actor, story.org).await.unwrap();
        assert!(first.others.is_empty());
        story.hands.advance(std::time::Duration::from_secs(60));
        story.stripe.again();
        story.tell_all().await;
        let found = operators.several_subscriptions(&ops, None, 50).await.unwrap().items;
        assert_eq!((found.len(), found[0].organization, found[0].others.len()), (1, story.org, 1));
        let (other, counts) = (found[0].others[0].clone(), found[0].subscription.clone().unwrap());
        for wrong in [counts.as_str(), "sub_nobodys", "../v1/customers", ""] {
            let refused = operators.end_other_subscription(&ops, story.org, wrong).await;
            assert!(refused.is_err(), "{wrong}");
        }
        assert!(operators.end_other_subscription(&story.actor, story.org, &other).await.is_err());
        let view = operators.end_other_subscription(&ops, story.org, &other).await.unwrap();
        assert!(view.others.is_empty() && view.state == BillingState::Active);
        story.tell_all().await;
        assert!(operators.several_subscriptions(&ops, None, 50).await.unwrap().items.is_empty());
        let deed = operators.audit(&ops, &Default::default(), None, 1).await.unwrap().items.remove(0);
        assert_eq!(
            (deed.kind.as_str(), deed.detail["subscription"].as_str()),
            ("subscription_ended", Some(&*other))
        );
    })
    .await;
}

#[tokio::test]
async fn an_organisation_that_goes_pays_for_nothing_any_more_however_often_it_subscribed() {
    each_story(async |story| {
        story.subscribe("pro", 0).await;
        story.hands.advance(std::time::Duration::from_secs(60));
        story.stripe.again();
        story.stripe.events();
        for _ in 0..2 {
            story.app.billing.part(story.org).await.unwrap();
        }
        story.days(31);
        let ended = |event: &Value| event["type"] == "customer.subscription.deleted";
        assert_eq!(story.stripe.events().iter().filter(|event| ended(event)).count(), 2);
        let before = story.stripe.count("invoices");
        story.days(31);
        assert_eq!(story.stripe.count("invoices"), before, "nothing is charged any more");
    })
    .await;
}

#[tokio::test]
async fn a_page_to_pay_that_is_open_is_closed_and_what_was_paid_there_late_is_ended() {
    each_story(async |story| {
        let (_, page) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        story.app.billing.part(story.org).await.unwrap();
        assert!(story.stripe.pay(page["url"].as_str().unwrap()).is_err(), "nobody pays there any more");

        // Somebody was quicker all the same, and the organisation is gone by the time that it is told.
        story.stripe.again();
        crate::db::testing::run(&story.app.db, "DELETE FROM billing_accounts").await;
        story.tell_all().await;
        assert!(story.app.billing.dead_webhooks(50).await.unwrap().is_empty());
        story.days(31);
        let before = story.stripe.count("invoices");
        story.days(62);
        assert_eq!(story.stripe.count("invoices"), before, "nothing is charged any more");
        story.tell_all().await;
    })
    .await;
}
