//! What becomes of it when an owner chooses another plan.

use std::time::Duration;

use chrono::Datelike as _;

use super::*;
use crate::app::App;
use crate::base::Denied;
use crate::plan::PlanChoice;

fn choice(plan: &str) -> PlanChoice {
    PlanChoice { plan: plan.into(), add_ons: None, overrides: true }
}

/// Plans that owners choose themselves.
fn own(app: &App) -> Plans {
    Plans::new(app.db.clone(), app.clock.clone(), "free").self_service(true)
}

#[tokio::test]
async fn owners_choose_only_where_the_operator_lets_them() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let closed = app.plans.choose(&actor, org, choice("pro")).await;
        assert!(matches!(closed, Err(PlanError::OperatorOnly)));
        let (stranger, _, _) = owner(&app, "Sud").await;
        let strange = own(&app).choose(&stranger, org, choice("pro")).await;
        assert!(matches!(strange, Err(PlanError::Denied(Denied::Stranger))));
        assert!(matches!(own(&app).choose(&actor, org, choice("open")).await, Err(PlanError::NoPlan(_))));
        let view = own(&app).choose(&actor, org, choice("pro")).await.unwrap();
        assert_eq!((view.plan.key.as_str(), view.scheduled), ("pro", None), "more is had at once");
        assert!(view.offered.iter().all(|plan| plan.key != "open"));
    })
    .await;
}

#[tokio::test]
async fn less_comes_when_the_period_ends_and_takes_nothing_away() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let plans = own(&app);
        let end = app.clock.now() + TimeDelta::days(20);
        give(&plans, org, Assignment { period_end: Some(end), ..Assignment::of("pro") }).await.unwrap();
        for _ in 0..5 {
            let draft = crate::show::ShowDraft { title: "A".into(), ..Default::default() };
            app.shows.create(&actor, org, draft).await.unwrap();
        }
        let view = plans.choose(&actor, org, choice("free")).await.unwrap();
        assert_eq!((view.plan.key.as_str(), view.over.len()), ("pro", 0));
        assert_eq!(view.scheduled.unwrap().at, end);
        assert_eq!(view.over_then, [Limit::ShowsAMonth], "it is named before it comes");
        assert_eq!(plans.apply_due().await.unwrap(), 0, "not yet");
        // Who thinks again keeps what there is.
        assert_eq!(plans.choose(&actor, org, choice("pro")).await.unwrap().scheduled, None);
        plans.choose(&actor, org, choice("free")).await.unwrap();
        hands.advance(Duration::from_secs(20 * 86_400));
        assert_eq!(plans.apply_due().await.unwrap(), 1);
        assert_eq!(plans.apply_due().await.unwrap(), 0, "once");
        assert_eq!(plans.standing(org).await.unwrap().plan.key, "free");
        assert_eq!(app.shows.list(&actor, org, None, 50).await.unwrap().items.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn recordings_are_kept_for_fourteen_days_more_and_else_less_comes_with_the_month() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (plans, now) = (own(&app), app.clock.now());
        let period_end = Some(now + TimeDelta::days(2));
        give(&plans, org, Assignment { period_end, ..Assignment::of("pro") }).await.unwrap();
        let view = plans.choose(&actor, org, choice("starter")).await.unwrap();
        assert_eq!(view.scheduled.unwrap().at, now + TimeDelta::days(14));
        // Fewer seats alone.
        let add_ons = vec![AddOnCount { key: "seats-5".into(), quantity: 1 }];
        give(&plans, org, Assignment { add_ons, ..Assignment::of("pro") }).await.unwrap();
        let fewer = PlanChoice { plan: "pro".into(), add_ons: Some(Vec::new()), overrides: true };
        let at = plans.choose(&actor, org, fewer).await.unwrap().scheduled.unwrap().at;
        assert!(at.day() == 1 && at > now && at < now + TimeDelta::days(32), "{at}");
    })
    .await;
}

#[tokio::test]
async fn where_something_is_sold_nothing_of_it_is_had_for_nothing() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let plans = own(&app);
        let with = |key: &str, quantity| PlanChoice {
            add_ons: Some(vec![AddOnCount { key: key.into(), quantity }]),
            ..choice("free")
        };
        plans.choose(&actor, org, with("seats-5", 3)).await.expect("nothing is sold yet");
        let gold = serde_json::json!({"names": {"en": "Gold"}, "offered": true,
            "price": {"price_minor": 9900, "currency": "EUR"}});
        let gold: PlanChange = serde_json::from_value(gold).unwrap();
        let mut tx = app.db.begin().await.unwrap();
        plans.put_plan(&mut tx, "gold", gold).await.unwrap();
        tx.commit().await.unwrap();

        for built_in in ["starter", "pro"] {
            let refused = plans.choose(&actor, org, choice(built_in)).await;
            assert!(matches!(refused, Err(PlanError::NoPlan(_))), "{built_in}");
        }
        for (key, quantity) in [("seats-5", 4), ("viewers-1000", 1000), ("pictures-10", 1)] {
            let refused = plans.choose(&actor, org, with(key, quantity)).await;
            assert!(matches!(refused, Err(PlanError::Paid)), "{key}");
        }
        assert!(matches!(plans.choose(&actor, org, choice("gold")).await, Err(PlanError::Paid)));
        plans.choose(&actor, org, with("seats-5", 3)).await.expect("what was had is kept");
        let view = plans.choose(&actor, org, with("seats-5", 1)).await.unwrap();
        assert!(view.scheduled.is_some(), "and given back");
        let offered: Vec<_> = view.offered.iter().map(|plan| plan.key.as_str()).collect();
        assert_eq!(offered, ["free", "gold"]);
    })
    .await;
}
