//! Studios that are signed in in a browser.

use super::factors::enrol;
use super::links::{letters, letters_once, orgs, token};
use super::people::owner;
use super::*;
use crate::org::{NewSignInRequest, SignInRequest, SignedIn};

const STUDIO: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

async fn ask(orgs: &Orgs) -> SignInRequest {
    let new = NewSignInRequest { device_name: " Ada’s laptop ".into() };
    let studio = Visit { agent: "Vitrine Studio/1".into(), ..STUDIO.into() };
    orgs.ask_sign_in(&new, &studio).await.unwrap()
}

async fn take(orgs: &Orgs, request: &SignInRequest) -> Result<SignedIn, OrgError> {
    orgs.take_session(request.id, &request.secret, &STUDIO.into()).await
}

async fn prove(orgs: &Orgs, request: &SignInRequest) -> Result<String, OrgError> {
    let proved = orgs.prove(request.id, " ADA@example.com", "correct horse".into(), &HOME.into()).await?;
    assert_eq!(proved.email, "ada@example.com", "as the account has it");
    Ok(proved.proof)
}

#[tokio::test]
async fn a_studio_gets_its_session_once_and_only_after_somebody_said_yes_at_its_page() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (_, org, user) = owner(&db, &orgs).await;
        let request = ask(&orgs).await;
        assert_eq!(request.url, format!("https://cloud.example/account/sign-in?request={}", request.id));
        hands.advance(Duration::from_secs(61));
        let seen = orgs.sign_in_request(request.id, &HOME.into()).await.unwrap();
        assert_eq!((seen.device_name.as_str(), seen.code == request.code), ("Ada’s laptop", true));
        assert_eq!((seen.network.as_str(), seen.same_network, seen.minutes_ago), ("198.51.100.7", false, 1));
        assert!(matches!(take(&orgs, &request).await, Err(OrgError::SignInPending)));
        let wrong = orgs.prove(request.id, "ada@example.com", "wrong horse".into(), &HOME.into()).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let first = prove(&orgs, &request).await.unwrap();
        let proof = prove(&orgs, &request).await.unwrap();
        assert!(
            matches!(take(&orgs, &request).await, Err(OrgError::SignInPending)),
            "a proof alone is no yes"
        );
        for other in [&first, "vtp_", "", &request.secret] {
            assert!(
                matches!(orgs.decide_sign_in(request.id, other, true).await, Err(OrgError::BadLink)),
                "{other}"
            );
        }
        let another = ask(&orgs).await;
        assert!(matches!(orgs.decide_sign_in(another.id, &proof, true).await, Err(OrgError::BadLink)));
        assert_eq!(orgs.decide_sign_in(request.id, &proof, true).await.unwrap().id, user.id);
        assert!(matches!(orgs.sign_in_request(request.id, &HOME.into()).await, Err(OrgError::BadLink)));
        let stolen = orgs.take_session(request.id, &another.secret, &STUDIO.into()).await;
        assert!(matches!(stolen, Err(OrgError::ChallengeOver)));
        let signed_in = take(&orgs, &request).await.unwrap();
        assert_eq!(signed_in.organizations[0].id, org);
        orgs.authenticate(&signed_in.token).await.unwrap();
        assert!(matches!(take(&orgs, &request).await, Err(OrgError::ChallengeOver)), "once");

        let proof = prove(&orgs, &another).await.unwrap();
        orgs.decide_sign_in(another.id, &proof, false).await.unwrap();
        assert!(matches!(take(&orgs, &another).await, Err(OrgError::SignInRefused)));
    })
    .await;
}

#[tokio::test]
async fn of_two_questions_at_once_one_is_given_the_session() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        owner(&db, &orgs).await;
        let request = ask(&orgs).await;
        let proof = prove(&orgs, &request).await.unwrap();
        orgs.decide_sign_in(request.id, &proof, true).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let (orgs, request) = (orgs.clone(), request.clone());
            tasks.spawn(async move { take(&orgs, &request).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|given| *given).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_studio_waits_ten_minutes_and_a_new_password_ends_what_the_old_one_allowed() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        owner(&db, &orgs).await;
        let request = ask(&orgs).await;
        let proof = prove(&orgs, &request).await.unwrap();
        orgs.decide_sign_in(request.id, &proof, true).await.unwrap();
        let before = letters(&db).await.len();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let link = token(letters_once(&db, before + 1).await.last().unwrap(), "/account/reset");
        orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        assert!(matches!(take(&orgs, &request).await, Err(OrgError::ChallengeOver)));

        let late = ask(&orgs).await;
        hands.advance(Duration::from_secs(601));
        assert!(matches!(take(&orgs, &late).await, Err(OrgError::ChallengeOver)));
        assert!(matches!(prove(&orgs, &late).await, Err(OrgError::BadLink)));
        orgs.sweep_sessions().await.unwrap();
        let left: i64 =
            crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_requests").fetch_one(c).await)
                .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn one_network_has_only_so_many_studios_that_wait_and_names_are_checked() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let new = |name: &str| NewSignInRequest { device_name: name.into() };
        for bad in ["", "   ", "a\u{202e}b", &"x".repeat(61)] {
            let refused = orgs.ask_sign_in(&new(bad), &HOME.into()).await;
            assert!(matches!(refused, Err(OrgError::Invalid(_))), "{bad}");
        }
        let mut taken = 0;
        for _ in 0..25 {
            taken += usize::from(orgs.ask_sign_in(&new("Laptop"), &HOME.into()).await.is_ok());
        }
        assert_eq!(taken, 20);
        orgs.ask_sign_in(&new("Laptop"), &STUDIO.into()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_site_takes_the_places_of_its_own_and_locks_nobody_out() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        owner(&db, &orgs).await;
        let mine = ask(&orgs).await;
        let new = NewSignInRequest { device_name: "Flood".into() };
        let from =
            |site: u16, line: u16| -> Visit { IpAddr::from([0x2001, 0xdb8, site, line, 0, 0, 0, 1]).into() };
        let mut first = None;
        for n in 0..100_u16 {
            // Slow enough for the count of tries: each line is a network of its own.
            hands.advance(Duration::from_secs(5));
            let asked = orgs.ask_sign_in(&new, &from(1, n)).await;
            if let (None, Ok(asked)) = (&first, asked) {
                first = Some(asked.id);
            }
        }
        let count = async |site: &str| {
            crate::db::testing::number(
                &db,
                &format!("SELECT COUNT(*) FROM sign_in_requests WHERE site LIKE '{site}%'"),
            )
            .await
        };
        assert!(count("2001:db8:1").await <= 30, "{}", count("2001:db8:1").await);
        assert!(
            matches!(orgs.sign_in_request(first.unwrap(), &HOME.into()).await, Err(OrgError::BadLink)),
            "the oldest went"
        );
        // Many sites together fill the table: the largest gives room.
        for site in 2..40_u16 {
            for line in 0..2 {
                orgs.ask_sign_in(&new, &from(site, line)).await.unwrap();
            }
        }
        assert!(count("").await <= 60);
        let again = ask(&orgs).await;
        let proof = prove(&orgs, &again).await.unwrap();
        orgs.decide_sign_in(again.id, &proof, true).await.unwrap();
        take(&orgs, &again).await.unwrap();
        let _ = mine;
    })
    .await;
}

#[tokio::test]
async fn a_new_line_of_the_same_site_for_each_try_is_no_way_around_the_count() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let new = NewSignInRequest { device_name: "Flood".into() };
        let line = |n: u16| -> Visit { IpAddr::from([0x2001, 0xdb8, 7, n, 0, 0, 0, 1]).into() };
        let mut taken = 0;
        for n in 0..200 {
            match orgs.ask_sign_in(&new, &line(n)).await {
                Ok(_) => taken += 1,
                Err(OrgError::TooManyTries) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(taken, 40, "two shares of twenty");
        ask(&orgs).await;
    })
    .await;
}

#[tokio::test]
async fn who_ends_their_other_sessions_leaves_none_that_is_still_to_begin() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let say_yes = async || {
            let request = ask(&orgs).await;
            let proof = prove(&orgs, &request).await.unwrap();
            orgs.decide_sign_in(request.id, &proof, true).await.unwrap();
            request
        };
        let (said_yes, seen) = (say_yes().await, ask(&orgs).await);
        let (proof, untouched) = (prove(&orgs, &seen).await.unwrap(), ask(&orgs).await);
        let link = orgs.ask_passkey_link(&ada, "correct horse".into(), None).await.unwrap().url;
        orgs.end_other_sessions(&ada).await.unwrap();
        assert!(matches!(take(&orgs, &said_yes).await, Err(OrgError::ChallengeOver)));
        assert!(matches!(orgs.decide_sign_in(seen.id, &proof, true).await, Err(OrgError::BadLink)));
        let link = link.split_once("token=").unwrap().1;
        assert!(matches!(orgs.check_passkey_link(link).await, Err(OrgError::BadLink)));
        assert!(matches!(take(&orgs, &untouched).await, Err(OrgError::SignInPending)), "it is nobody's yet");

        let said_yes = say_yes().await;
        enrol(&orgs, &ada, &hands).await;
        let mut tx = db.begin().await.unwrap();
        orgs.remove_lost_factor(&mut tx, &Actor::service("operator"), "ada@example.com").await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(take(&orgs, &said_yes).await, Err(OrgError::ChallengeOver)), "a lost factor");

        say_yes().await;
        let passwords = ("correct horse".to_owned(), "another horse".to_owned());
        orgs.change_password(&ada, passwords, None).await.unwrap();
        let left = "SELECT COUNT(*) FROM sign_in_requests WHERE user_id IS NOT NULL";
        assert_eq!(crate::db::testing::number(&db, left).await, 0, "another password");
    })
    .await;
}
