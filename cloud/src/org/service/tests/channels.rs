//! Names of channels.

use super::links::orgs;
use super::people::{join, owner};
use super::*;

fn rename(slug: &str) -> crate::org::OrganizationPatch {
    serde_json::from_value(serde_json::json!({ "slug": slug })).unwrap()
}

async fn leads_to(orgs: &Orgs, slug: &str) -> Option<OrgId> {
    orgs.find_by_slug(slug).await.unwrap().map(|found| found.id)
}

#[tokio::test]
async fn a_name_is_chosen_when_an_organisation_is_made_or_made_of_its_own() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let chosen = Registration { slug: Some("nord".into()), ..ada() };
        let signed_in = orgs.register(chosen, HOME).await.unwrap();
        assert_eq!(signed_in.organizations[0].slug, "nord");
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        let taken = orgs.create_organization_at(&actor, "Zwei", Some("nord")).await;
        assert!(matches!(taken, Err(OrgError::ChannelTaken)), "no other is made in its place");
        for bad in ["Nord", "n", "-n", "öl"] {
            let refused = orgs.create_organization_at(&actor, "Zwei", Some(bad)).await;
            assert!(matches!(refused, Err(OrgError::Invalid(_))), "{bad}");
        }
        assert_eq!(orgs.create_organization_at(&actor, "Zwei", Some("zwei-2")).await.unwrap().slug, "zwei-2");
        assert_eq!(orgs.create_organization(&actor, "Äpfel & Öl").await.unwrap().slug, "aepfel-oel");
        let second = Registration { email: "b@example.com".into(), slug: Some("nord".into()), ..ada() };
        assert!(matches!(orgs.register(second, HOME).await, Err(OrgError::ChannelTaken)));
        let nobody = orgs.sign_in("b@example.com", "correct horse".into(), HOME).await;
        assert!(matches!(nobody, Err(OrgError::BadCredentials)), "and no account without one");
    })
    .await;
}

#[tokio::test]
async fn the_name_of_before_leads_to_the_channel_for_a_year_and_is_nobody_elses() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada_actor, org, _) = owner(&db, &orgs).await;
        let (admin, _) = join(&orgs, &ada_actor, org, "mo@example.com", Role::Admin).await;
        let refused = orgs.change_organization(&admin, org, None, rename("mos-own")).await;
        assert!(matches!(refused, Err(OrgError::AboveYou)));
        let view = orgs.change_organization(&ada_actor, org, None, rename("nordlicht")).await.unwrap();
        assert_eq!((view.slug.as_str(), view.version), ("nordlicht", 2));
        assert_eq!(leads_to(&orgs, "nordlicht").await, Some(org));
        assert_eq!(leads_to(&orgs, "atelier-nord").await, Some(org), "what is in shop pages goes on");

        let bo = Registration { email: "bo@example.com".into(), ..ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        assert_eq!(bo.organizations[0].slug, "atelier-nord-2");
        let (other, stranger) = (bo.organizations[0].id, orgs.authenticate(&bo.token).await.unwrap());
        for taken in ["atelier-nord", "nordlicht"] {
            let refused = orgs.change_organization(&stranger, other, None, rename(taken)).await;
            assert!(matches!(refused, Err(OrgError::ChannelTaken)), "{taken}");
            let refused = orgs.create_organization_at(&stranger, "Zwei", Some(taken)).await;
            assert!(matches!(refused, Err(OrgError::ChannelTaken)), "{taken}");
        }
        assert_eq!(orgs.organization(&stranger, other).await.unwrap().slug, "atelier-nord-2");

        // Back and forth, and each leads there.
        orgs.change_organization(&ada_actor, org, None, rename("atelier-nord")).await.unwrap();
        assert_eq!(leads_to(&orgs, "nordlicht").await, Some(org));
        assert_eq!(leads_to(&orgs, "atelier-nord").await, Some(org));
        hands.advance(Duration::from_secs(366 * 86_400));
        assert_eq!(leads_to(&orgs, "nordlicht").await, None);
        orgs.sweep_sessions().await.unwrap();
        let bo = orgs.sign_in("bo@example.com", "correct horse".into(), HOME).await.unwrap();
        let stranger = orgs.authenticate(&bo.token).await.unwrap();
        orgs.change_organization(&stranger, other, None, rename("nordlicht")).await.unwrap();
        assert_eq!(leads_to(&orgs, "nordlicht").await, Some(other));
        assert_eq!(leads_to(&orgs, "atelier-nord").await, Some(org));
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_names_by_the_dozen() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada_actor, org, _) = owner(&db, &orgs).await;
        for n in 0..10 {
            orgs.change_organization(&ada_actor, org, None, rename(&format!("name-{n}"))).await.unwrap();
        }
        let refused = orgs.change_organization(&ada_actor, org, None, rename("name-10")).await;
        assert!(matches!(refused, Err(OrgError::TooMany(_))));
        let same = orgs.change_organization(&ada_actor, org, None, rename("name-9")).await.unwrap();
        assert_eq!(same.slug, "name-9", "what stays is no change");
    })
    .await;
}
