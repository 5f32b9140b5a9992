//! Accounts that strangers made with somebody's address, and requests that come twice.

use super::links::{letters, letters_once, orgs, token};
use super::people::{join, new, owner};
use super::*;
use crate::org::NewApiKey;

const RESET: &str = "/account/reset";
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// Chooses a new password by a letter, for the account that the letter calls so.
async fn reset(db: &Db, orgs: &Orgs, email: &str, whose: &str, from: IpAddr) -> User {
    let before = letters(db).await.len();
    orgs.ask_reset(email, from.into()).unwrap();
    let mail = letters_once(db, before + 1).await;
    let text = &mail.last().unwrap().1;
    let (_, rest) = text.split_once(whose).unwrap_or_else(|| panic!("no {whose} in {text}"));
    let link = token(&(String::new(), rest.to_owned()), RESET);
    orgs.reset(&link, "another horse".into(), &from.into()).await.unwrap()
}

#[tokio::test]
async fn whoever_made_an_account_with_a_strangers_address_keeps_no_part_in_it() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let mallory = orgs.register(ada(), AWAY).await.unwrap();
        let (org, actor) = (mallory.organizations[0].id, orgs.authenticate(&mallory.token).await.unwrap());
        let (_, second) = join(&orgs, &actor, org, "second@example.com", Role::Admin).await;
        let key =
            NewApiKey { name: "Shop".into(), permissions: vec![Permission::ViewOrders], expires_at: None };
        let key = orgs.create_key(&actor, org, key).await.unwrap();
        let made = orgs.enrol_totp(&actor, "correct horse".into()).await.unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(made.secret.as_bytes()).unwrap();
        let secret = crate::org::totp::Secret::of(&secret);
        let step = crate::org::totp::Secret::step_at(TestClock::new().clock().now());
        orgs.confirm_totp(&actor, &secret.code(step).unwrap()).await.unwrap();
        let waiting = orgs.invite(&actor, org, new("third@example.com", Role::Owner)).await.unwrap();
        // A shop that is somebody else's too, who stays in it.
        let shared = orgs.create_organization(&actor, "Shared").await.unwrap().id;
        let actor = orgs.authenticate(&mallory.token).await.unwrap();
        let (other, _) = join(&orgs, &actor, shared, "other@example.com", Role::Owner).await;

        let ada =
            reset(&db, &orgs, "ada@example.com", "(Ada, Atelier Nord, Shared), made on 2026-01-02", HOME)
                .await;
        assert_eq!((ada.id, ada.email_verified), (mallory.user.id, true));
        assert!(orgs.authenticate(&mallory.token).await.is_err());
        assert!(orgs.authenticate(&key.token).await.is_err());
        let link = token(&(String::new(), waiting.link), "/account/invitation");
        assert!(matches!(orgs.see_invitation(&link).await, Err(OrgError::BadLink)));
        let signed_in = orgs.sign_in("ada@example.com", "another horse".into(), HOME).await.unwrap();
        let places: Vec<_> = signed_in.organizations.iter().map(|one| one.id).collect();
        assert_eq!(places, [org]);
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        let members = orgs.members(&actor, org, None, 10).await.unwrap().items;
        assert_eq!(members.iter().map(|one| one.user.id).collect::<Vec<_>>(), [ada.id]);
        assert_ne!(second.id, ada.id);
        assert_eq!(orgs.members(&other, shared, None, 10).await.unwrap().items.len(), 1);
        // Rooms below hear of it for the shop that is hers now, and for no other.
        let told: Vec<OrgId> = crate::on!(db, c => sqlx::query_scalar(
            "SELECT org_id FROM events WHERE body LIKE '%organization_reclaimed%'"
        ).fetch_all(c).await)
        .unwrap();
        assert_eq!(told, [org]);
    })
    .await;
}

#[tokio::test]
async fn whose_address_was_confirmed_loses_nobody_by_a_new_password() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (actor, org, _) = owner(&db, &orgs).await;
        join(&orgs, &actor, org, "mo@example.com", Role::Admin).await;
        reset(&db, &orgs, "ada@example.com", "Choose a new password:", HOME).await;
        let again = orgs.sign_in("ada@example.com", "another horse".into(), HOME).await.unwrap();
        let actor = orgs.authenticate(&again.token).await.unwrap();
        assert_eq!(orgs.members(&actor, org, None, 10).await.unwrap().items.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn however_many_squatters_there_are_the_letter_names_the_newest_account_too() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        for n in 0..4 {
            let squatter =
                Registration { password: format!("squat squat {n}"), name: "Mallory".into(), ..ada() };
            orgs.register(squatter, AWAY).await.unwrap();
        }
        hands.advance(Duration::from_secs(86_400));
        let real = orgs.register(ada(), HOME).await.unwrap();
        let user =
            reset(&db, &orgs, "ada@example.com", "(Ada, Atelier Nord), made on 2026-01-03", HOME).await;
        assert_eq!(user.id, real.user.id);
    })
    .await;
}

#[tokio::test]
async fn strangers_who_guess_hold_up_nobody_who_holds_a_letter() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (actor, org, _) = owner(&db, &orgs).await;
        let guess = async |email: &str| {
            while orgs
                .sign_in(email, "wrong horse".into(), AWAY)
                .await
                .is_err_and(|error| matches!(error, OrgError::BadCredentials))
            {}
        };
        guess("mo@example.com").await;
        orgs.invite(&actor, org, new("mo@example.com", Role::Host)).await.unwrap();
        let link = token(letters(&db).await.last().unwrap(), "/account/invitation");
        let hotel: IpAddr = [198, 51, 100, 7].into();
        orgs.accept_as_new(&link, "Mo", "battery staple".into(), hotel).await.unwrap();

        guess("ada@example.com").await;
        reset(&db, &orgs, "ada@example.com", "Choose a new password:", hotel).await;
        guess("ada@example.com").await;
        orgs.sign_in("ada@example.com", "another horse".into(), hotel).await.expect("known since the letter");
    })
    .await;
}

#[tokio::test]
async fn a_registration_that_comes_twice_at_once_makes_one_account() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let orgs = orgs.clone();
            tasks.spawn(async move { orgs.register(ada(), HOME).await.unwrap().user.id });
        }
        let mut users = tasks.join_all().await;
        users.dedup();
        let made: i64 =
            crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(c).await).unwrap();
        assert_eq!((users.len(), made), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn who_mistypes_the_password_of_an_account_made_here_is_told_so_and_makes_no_second() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (actor, org, _) = owner(&db, &orgs).await;
        let mo = Registration { email: "mo@example.com".into(), password: "battery staple".into(), ..ada() };
        let mo = orgs.register(mo, AWAY).await.unwrap();
        orgs.invite(&actor, org, new("mo@example.com", Role::Host)).await.unwrap();
        let link = token(letters(&db).await.last().unwrap(), "/account/invitation");
        let wrong = orgs.accept_as_new(&link, "Mo", "batery staple".into(), AWAY).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let right = orgs.accept_as_new(&link, "Mo", "battery staple".into(), AWAY).await.unwrap();
        assert_eq!((right.user.id, right.user.email_verified), (mo.user.id, true));
    })
    .await;
}
