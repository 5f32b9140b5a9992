//! Stories of plans, on both databases.

mod choosing;
mod pictures;
mod quotas;

use chrono::TimeDelta;
use vitrine_protocol::OrgId;

use super::*;
use crate::app::testing::{each_app, owner};

/// Gives an organisation a plan.
async fn give(plans: &Plans, org: OrgId, assignment: Assignment) -> Result<Standing, PlanError> {
    let mut tx = plans.db.begin().await?;
    let standing = plans.assign(&mut tx, org, &assignment, &Actor::service("test")).await?;
    tx.commit().await?;
    Ok(standing)
}

#[tokio::test]
async fn who_was_given_no_plan_has_the_default_one_and_nothing_stops() {
    each_app(async |app, _| {
        let (_, org, _) = owner(&app, "Nord").await;
        let standing = app.plans.standing(org).await.unwrap();
        assert_eq!((standing.plan.key.as_str(), standing.since, standing.holds), ("open", None, true));
        assert_eq!(standing.limits.shows_a_month, None);
        assert!(matches!(app.plans.limits(OrgId::new()).await, Err(PlanError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn a_plan_holds_until_the_grace_ends_and_then_the_default_one_does() {
    each_app(async |app, hands| {
        let (_, org, _) = owner(&app, "Nord").await;
        let plans = Plans::new(app.db.clone(), app.clock.clone(), "free");
        let add_ons = vec![AddOnCount { key: "seats-5".into(), quantity: 2 }];
        let paid = Assignment { add_ons, ..Assignment::of("pro") };
        assert_eq!(give(&plans, org, paid.clone()).await.unwrap().limits.seats, Some(60));
        let grace_until = Some(app.clock.now() + TimeDelta::days(14));
        let failed = Assignment { state: PlanState::PastDue, grace_until, ..paid.clone() };
        assert_eq!(give(&plans, org, failed).await.unwrap().limits.seats, Some(60));
        hands.advance(std::time::Duration::from_secs(14 * 86_400));
        let over = plans.standing(org).await.unwrap();
        assert_eq!((over.limits.seats, over.holds, over.plan.key.as_str()), (Some(3), false, "pro"));
        let cancelled = Assignment { state: PlanState::Cancelled, ..paid };
        assert_eq!(give(&plans, org, cancelled).await.unwrap().limits.seats, Some(3));
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_does_not_exist_is_given_to_nobody_and_no_fact_is_left() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let before = app.orgs.audit(&actor, org, None, 50).await.unwrap().items.len();
        assert!(matches!(give(&app.plans, org, Assignment::of("moon")).await, Err(PlanError::NoPlan(_))));
        let add_ons = vec![AddOnCount { key: "moons".into(), quantity: 1 }];
        let odd = Assignment { add_ons, ..Assignment::of("pro") };
        assert!(matches!(give(&app.plans, org, odd).await, Err(PlanError::NoAddOn(_))));
        assert_eq!(app.plans.standing(org).await.unwrap().plan.key, "open");
        assert_eq!(app.orgs.audit(&actor, org, None, 50).await.unwrap().items.len(), before);
    })
    .await;
}

#[test]
fn what_is_taken_is_held_against_the_limit() {
    let room = Room { plan: "p".into(), limit: Limit::Seats, allowed: Some(3), used: 3 };
    assert_eq!(Room { used: 2, ..room.clone() }.take(1), Ok(()));
    assert_eq!(Room { allowed: None, used: i64::MAX, ..room.clone() }.take(1), Ok(()));
    let hit = room.take(1).unwrap_err();
    assert_eq!((hit.limit, hit.allowed, hit.used), (Limit::Seats, 3, 3));
    assert!(hit.to_string().contains("3 members"), "{hit}");
}
