//! API keys.

use chrono::TimeDelta;

use super::links::orgs;
use super::people::{join, owner};
use super::*;
use crate::events::Event;
use crate::org::NewApiKey;

fn key(permissions: &[Permission]) -> NewApiKey {
    NewApiKey { name: "Shop".into(), permissions: permissions.to_vec(), expires_at: None }
}

#[tokio::test]
async fn a_shops_server_may_what_its_key_was_given_until_it_is_revoked() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (owner, org, ada) = owner(&db, &orgs).await;
        let made = orgs.create_key(&owner, org, key(&[Permission::RecordOrders])).await.unwrap();
        assert!(made.token.starts_with(&made.key.hint) && made.key.hint.len() == 10);
        let server = orgs.authenticate(&made.token).await.unwrap();
        assert_eq!(server.require(Permission::RecordOrders, org), Ok(()));
        assert_eq!(server.require(Permission::ViewOrders, org), Err(Denied::Key(Permission::ViewOrders)));
        assert_eq!(server.require(Permission::RecordOrders, OrgId::new()), Err(Denied::Stranger));
        // It is nobody's account.
        assert!(matches!(orgs.me(&server).await, Err(OrgError::PeopleOnly)));
        assert!(matches!(orgs.sessions(&server).await, Err(OrgError::PeopleOnly)));
        assert!(orgs.remove_member(&server, org, ada.id).await.is_err());

        let stored: String =
            crate::on!(db, c => sqlx::query_scalar("SELECT token_hash FROM api_keys").fetch_one(c).await)
                .unwrap();
        assert!(!stored.contains(&made.token[4..]));
        let used = orgs.key(&owner, org, made.key.id).await.unwrap().used_at.expect("it was used");
        hands.advance(Duration::from_secs(60));
        orgs.authenticate(&made.token).await.unwrap();
        assert_eq!(orgs.key(&owner, org, made.key.id).await.unwrap().used_at, Some(used), "to some minutes");
        hands.advance(Duration::from_secs(600));
        orgs.authenticate(&made.token).await.unwrap();
        assert_ne!(orgs.key(&owner, org, made.key.id).await.unwrap().used_at, Some(used));

        orgs.revoke_key(&owner, org, made.key.id).await.unwrap();
        assert!(matches!(orgs.authenticate(&made.token).await, Err(OrgError::NoSession)));
        assert!(matches!(orgs.revoke_key(&owner, org, made.key.id).await, Err(OrgError::NoKey)));
        assert!(orgs.keys(&owner, org, None, 10).await.unwrap().items[0].revoked_at.is_some());
        hands.advance(Duration::from_secs(91 * 24 * 3600));
        orgs.sweep_sessions().await.unwrap();
        let signed_in = orgs.sign_in("ada@example.com", "correct horse".into(), HOME).await.unwrap();
        let owner = orgs.authenticate(&signed_in.token).await.unwrap();
        assert!(orgs.keys(&owner, org, None, 10).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_when_it_was_said_to() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (owner, org, _) = owner(&db, &orgs).await;
        let soon = |days| Some(hands.clock().now() + TimeDelta::days(days));
        for bad in [soon(-1), soon(2000)] {
            let bad = NewApiKey { expires_at: bad, ..key(&[Permission::ViewShows]) };
            assert!(matches!(orgs.create_key(&owner, org, bad).await, Err(OrgError::Invalid(_))));
        }
        let week = NewApiKey { expires_at: soon(7), ..key(&[Permission::ViewShows]) };
        let made = orgs.create_key(&owner, org, week).await.unwrap();
        orgs.authenticate(&made.token).await.unwrap();
        hands.advance(Duration::from_secs(7 * 24 * 3600));
        assert!(matches!(orgs.authenticate(&made.token).await, Err(OrgError::NoSession)));
    })
    .await;
}

#[tokio::test]
async fn a_key_gets_nothing_that_only_a_person_may_or_that_its_maker_may_not() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        for bad in [key(&[]), key(&[Permission::ManageApiKeys]), key(&[Permission::ManageMembers])] {
            assert!(matches!(orgs.create_key(&owner, org, bad).await, Err(OrgError::Invalid(_))));
        }
        let draft =
            crate::org::RoleDraft { name: "Keys".into(), permissions: vec![Permission::ManageApiKeys] };
        let role = orgs.create_role(&owner, org, draft).await.unwrap();
        let (_, user) = join(&orgs, &owner, org, "keys@example.com", Role::Host).await;
        let choice = crate::org::RoleChoice { role: Role::Custom, role_id: Some(role.id) };
        orgs.change_role(&owner, org, user.id, choice).await.unwrap();
        let signed_in = orgs.sign_in("keys@example.com", "battery staple".into(), HOME).await.unwrap();
        let keeper = orgs.authenticate(&signed_in.token).await.unwrap();
        let above = orgs.create_key(&keeper, org, key(&[Permission::ViewOrders])).await;
        assert!(matches!(above, Err(OrgError::AboveYou)));
    })
    .await;
}

#[tokio::test]
async fn keys_end_with_whoever_made_them_unless_somebody_else_keeps_them() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let shops = orgs.create_key(&owner, org, key(&[Permission::RecordOrders])).await.unwrap();
        let (admin, user) = join(&orgs, &owner, org, "first@example.com", Role::Admin).await;
        let made = orgs.create_key(&admin, org, key(&[Permission::RefundOrders])).await.unwrap();
        orgs.remove_member(&owner, org, user.id).await.unwrap();
        assert!(matches!(orgs.authenticate(&made.token).await, Err(OrgError::NoSession)));
        orgs.authenticate(&shops.token).await.expect("another's goes on");
        let deeds = orgs.audit(&owner, org, None, 2).await.unwrap().items;
        let told: Vec<_> = deeds.into_iter().map(|deed| deed.fact.event).collect();
        assert_eq!(
            told,
            [Event::MemberRemoved { user: user.id }, Event::ApiKeyRevoked { key: made.key.id }],
            "owners read of it"
        );

        let (admin, user) = join(&orgs, &owner, org, "second@example.com", Role::Admin).await;
        let made = orgs.create_key(&admin, org, key(&[Permission::RecordOrders])).await.unwrap();
        let own = orgs.remove_member_keeping(&admin, org, user.id, true).await;
        assert!(matches!(own, Err(OrgError::Invalid(_))), "nobody leaves a door open for themselves");
        orgs.remove_member_keeping(&owner, org, user.id, true).await.unwrap();
        orgs.authenticate(&made.token).await.expect("the shop's server works with it");

        let (admin, user) = join(&orgs, &owner, org, "third@example.com", Role::Admin).await;
        let made = orgs.create_key(&admin, org, key(&[Permission::RecordOrders])).await.unwrap();
        orgs.remove_member(&admin, org, user.id).await.unwrap();
        assert!(orgs.authenticate(&made.token).await.is_err());

        let (admin, _) = join(&orgs, &owner, org, "fourth@example.com", Role::Admin).await;
        let made = orgs.create_key(&admin, org, key(&[Permission::RecordOrders])).await.unwrap();
        orgs.delete_account(&admin, "battery staple".into(), None).await.unwrap();
        assert!(orgs.authenticate(&made.token).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn who_may_less_from_now_on_keeps_no_key_that_may_more() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        for keep in [false, true] {
            let email = format!("{keep}@example.com");
            let (admin, user) = join(&orgs, &owner, org, &email, Role::Admin).await;
            let strong = [Permission::ViewOrders, Permission::RecordOrders];
            let strong = orgs.create_key(&admin, org, key(&strong)).await.unwrap();
            let weak = orgs.create_key(&admin, org, key(&[Permission::ViewOrders])).await.unwrap();
            orgs.change_role_keeping(&owner, org, (user.id, keep), Role::Analyst).await.unwrap();
            assert_eq!(orgs.authenticate(&strong.token).await.is_ok(), keep);
            orgs.authenticate(&weak.token).await.expect("an analyst sees orders");
            orgs.change_role(&owner, org, user.id, Role::Admin).await.unwrap();
            assert_eq!(orgs.authenticate(&strong.token).await.is_ok(), keep, "who may more loses nothing");
        }
    })
    .await;
}

#[tokio::test]
async fn keys_that_are_over_take_no_places_of_those_that_hold() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        for _ in 0..110 {
            let made = orgs.create_key(&owner, org, key(&[Permission::ViewShows])).await.unwrap();
            orgs.revoke_key(&owner, org, made.key.id).await.unwrap();
        }
        let over = crate::db::testing::number(&db, "SELECT COUNT(*) FROM api_keys").await;
        assert!(over <= 101, "{over}");
        let mut last = None;
        for _ in 0..100 {
            last = Some(orgs.create_key(&owner, org, key(&[Permission::ViewShows])).await.unwrap().key.id);
        }
        let one_more = orgs.create_key(&owner, org, key(&[Permission::ViewShows])).await;
        assert!(matches!(one_more, Err(OrgError::TooMany(_))));
        orgs.revoke_key(&owner, org, last.unwrap()).await.unwrap();
        orgs.create_key(&owner, org, key(&[Permission::ViewShows])).await.expect("in its place");
    })
    .await;
}
