use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use vitrine_protocol::Role;

use super::*;
use crate::base::{Actor, Denied, Permission, TestClock};
use crate::db::testing::each_db;
use crate::mail::Locale;
use crate::org::{Registration, User, Visit};

mod channels;
mod elsewhere;
mod factors;
mod keys;
mod links;
mod passkeys;
mod people;
mod profile;
mod requests;
mod squatters;
mod tries;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn ada() -> Registration {
    Registration {
        email: "Ada@example.com".into(),
        password: "correct horse".into(),
        name: "Ada".into(),
        organization_name: "Atelier Nord".into(),
        slug: None,
        locale: Locale::En,
    }
}

#[tokio::test]
async fn who_registers_owns_an_organisation_and_is_signed_in() {
    each_db(async |db| {
        let orgs = Orgs::new(db, TestClock::new().clock());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        let me = orgs.me(&actor).await.unwrap();
        assert_eq!((me.user.email.as_str(), me.organizations.len()), ("ada@example.com", 1));
        assert_eq!(
            (me.organizations[0].slug.as_str(), me.organizations[0].role),
            ("atelier-nord", Role::Owner)
        );
        assert_eq!(orgs.find_by_slug("atelier-nord").await.unwrap().unwrap().id, me.organizations[0].id);

        let again = orgs.register(ada(), HOME).await.unwrap();
        assert_eq!(again.user, signed_in.user, "an answer that was lost, or a second tap");
        assert_eq!(again.organizations, signed_in.organizations);
        let second = Registration { email: "b@example.com".into(), ..ada() };
        assert_eq!(orgs.register(second, HOME).await.unwrap().organizations[0].slug, "atelier-nord-2");
    })
    .await;
}

#[tokio::test]
async fn only_the_hash_of_a_token_is_stored() {
    each_db(async |db| {
        let orgs = Orgs::new(db.clone(), TestClock::new().clock());
        let token = orgs.register(ada(), HOME).await.unwrap().token;
        let stored: String =
            crate::on!(db, c => sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_one(c).await)
                .unwrap();
        assert!(!stored.contains(&token[4..]));
        assert_eq!(stored, hash_secret(&token));
    })
    .await;
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_get_the_same_answer() {
    each_db(async |db| {
        let orgs = Orgs::new(db, TestClock::new().clock());
        orgs.register(ada(), HOME).await.unwrap();
        let wrong = orgs.sign_in("ada@example.com", "wrong horse".into(), HOME).await;
        let unknown = orgs.sign_in("nobody@example.com", "wrong horse".into(), HOME).await;
        assert!(matches!((wrong, unknown), (Err(OrgError::BadCredentials), Err(OrgError::BadCredentials))));
        orgs.sign_in(" ADA@example.com", "correct horse".into(), HOME).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_signing_out_and_by_time() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = Orgs::new(db, hands.clock());
        let first = orgs.register(ada(), HOME).await.unwrap().token;
        let second = orgs.sign_in("ada@example.com", "correct horse".into(), HOME).await.unwrap().token;
        let actor = orgs.authenticate(&first).await.unwrap();
        orgs.sign_out(&actor).await.unwrap();
        assert!(matches!(orgs.authenticate(&first).await, Err(OrgError::NoSession)));
        orgs.authenticate(&second).await.unwrap();
        hands.advance(Duration::from_secs(31 * 24 * 3600));
        assert!(matches!(orgs.authenticate(&second).await, Err(OrgError::NoSession)));
        assert_eq!(orgs.sweep_sessions().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_person_has_a_hundred_sessions_and_the_oldest_end_first() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = Orgs::new(db.clone(), hands.clock());
        let first = orgs.register(ada(), HOME).await.unwrap();
        for _ in 0..100 {
            hands.advance(Duration::from_secs(1));
            let (mut tx, now) = (db.begin().await.unwrap(), hands.clock().now());
            let times = (now, now + chrono::TimeDelta::days(1));
            let token = uuid::Uuid::now_v7().to_string();
            store::insert_session(&mut tx, first.user.id, &token, ("", ""), times).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(matches!(orgs.authenticate(&first.token).await, Err(OrgError::NoSession)), "the oldest");
        let second = orgs.sign_in("ada@example.com", "correct horse".into(), HOME).await.unwrap();
        let actor = orgs.authenticate(&second.token).await.unwrap();
        assert_eq!(orgs.sessions(&actor).await.unwrap().len(), 100);
    })
    .await;
}

#[tokio::test]
async fn a_rank_that_an_older_version_took_does_not_come_back() {
    each_db(async |db| {
        let orgs = Orgs::new(db.clone(), TestClock::new().clock());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let (org, ada_id) = (signed_in.organizations[0].id, signed_in.user.id);
        let other = Registration { email: "mo@example.com".into(), ..ada() };
        let mo = orgs.register(other, HOME).await.unwrap().user.id;
        let give = async |role: Role| {
            let mut tx = db.begin().await.unwrap();
            store::set_standing(&mut tx, org, mo, role.into()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let standing = async || {
            let mut tx = db.begin().await.unwrap();
            store::standing_in(&mut tx, org, mo).await.unwrap().unwrap().role
        };
        // As the older version has it: it knows no ranks.
        let give_word = async |word: &str| {
            let mut tx = db.begin().await.unwrap();
            crate::on!(tx, c => sqlx::query("UPDATE members SET role = $3 WHERE org_id = $1 AND user_id = $2")
                .bind(org).bind(mo).bind(word).execute(c).await.map(drop))
            .unwrap();
            tx.commit().await.unwrap();
        };
        let mut tx = db.begin().await.unwrap();
        store::insert_member(&mut tx, org, mo, Role::Admin.into(), TestClock::new().clock().now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(standing().await, Role::Admin);
        give_word("moderator").await;
        give_word("host").await;
        assert_eq!(standing().await, Role::Host, "not an admin again");
        for role in [Role::Admin, Role::Admin, Role::Analyst, Role::Moderator, Role::Analyst] {
            give(role).await;
            assert_eq!(standing().await, role, "this version's word counts");
        }
        give_word("moderator").await;
        assert_eq!(standing().await, Role::Moderator, "the same word, and meant");
        assert_ne!(mo, ada_id);
    })
    .await;
}

#[tokio::test]
async fn what_a_later_version_lets_a_role_do_survives_a_change_by_this_one() {
    each_db(async |db| {
        let orgs = Orgs::new(db.clone(), TestClock::new().clock());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let (org, actor) =
            (signed_in.organizations[0].id, orgs.authenticate(&signed_in.token).await.unwrap());
        let draft = |name: &str, permissions: &[Permission]| crate::org::RoleDraft {
            name: name.into(),
            permissions: permissions.to_vec(),
        };
        let role = orgs.create_role(&actor, org, draft("Crew", &[Permission::ViewShows])).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE org_roles SET permissions = 'view_shows walk_on_water'")
            .execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        let changed = draft("Crew", &[Permission::ViewChat]);
        orgs.change_role_of_org(&actor, org, role.id, None, changed).await.unwrap();
        let kept: String =
            crate::on!(&db, c => sqlx::query_scalar("SELECT permissions FROM org_roles").fetch_one(c).await)
                .unwrap();
        assert_eq!(kept, "view_chat walk_on_water");
    })
    .await;
}
