//! Guessing, and who it holds up.

use super::*;

const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
const HOTEL: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

async fn orgs(hands: &TestClock) -> (tempfile::TempDir, Orgs) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/v.db", dir.path().display())).await.unwrap();
    db.migrate().await.unwrap();
    (dir, Orgs::new(db, hands.clock()))
}

async fn guess(orgs: &Orgs, from: IpAddr) -> Result<(), OrgError> {
    orgs.sign_in("ada@example.com", "wrong horse".into(), from).await.map(drop)
}

#[tokio::test]
async fn guessing_from_elsewhere_is_stopped_and_holds_up_nobody_at_home_or_with_a_device_that_is_known() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    let device = orgs.register(ada(), HOME).await.unwrap().device;
    let mut tries = 0;
    while matches!(guess(&orgs, STRANGER).await, Err(OrgError::BadCredentials)) {
        tries += 1;
    }
    assert!((9..=10).contains(&tries), "{tries}");
    let right = async |visit: Visit| orgs.sign_in("ada@example.com", "correct horse".into(), visit).await;
    assert!(matches!(right(HOTEL.into()).await, Err(OrgError::TooManyTries)));
    right(HOME.into()).await.unwrap();
    let known = right(Visit { device: Some(device.clone()), ..HOTEL.into() }).await.unwrap();
    assert_eq!(known.device, device);
    right(HOTEL.into()).await.expect("it is known by now");
    let made_up = Visit { device: Some("vtd_made-up".into()), ..STRANGER.into() };
    assert!(matches!(right(made_up).await, Err(OrgError::TooManyTries)));
    // A guess every half a minute.
    hands.advance(Duration::from_secs(31));
    assert!(matches!(guess(&orgs, STRANGER).await, Err(OrgError::BadCredentials)));
    assert!(matches!(guess(&orgs, STRANGER).await, Err(OrgError::TooManyTries)));
}

#[tokio::test]
async fn at_home_a_right_password_after_ten_wrong_ones_waits_and_is_taken() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    orgs.register(ada(), HOME).await.unwrap();
    for _ in 0..10 {
        assert!(guess(&orgs, HOME).await.is_err());
    }
    orgs.sign_in("ada@example.com", "correct horse".into(), HOME).await.unwrap();
}

#[tokio::test]
async fn many_addresses_from_one_network_are_stopped_too() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    orgs.register(ada(), HOME).await.unwrap();
    let mut refused = 0;
    for n in 0..60 {
        let tried = orgs.sign_in(&format!("x{n}@example.com"), "wrong horse".into(), STRANGER).await;
        refused += usize::from(matches!(tried, Err(OrgError::TooManyTries)));
    }
    assert_eq!(refused, 10);
    orgs.sign_in("ada@example.com", "correct horse".into(), HOTEL).await.expect("from another network");
}

#[tokio::test]
async fn registering_is_no_way_around_the_count_of_tries() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    let ada_id = orgs.register(ada(), HOME).await.unwrap().user.id;
    for n in 0..12 {
        let guess = Registration { password: format!("wrong horse {n}"), ..ada() };
        assert_ne!(orgs.register(guess, STRANGER).await.unwrap().user.id, ada_id);
    }
    let right = orgs.register(ada(), STRANGER).await.unwrap();
    assert_ne!(
        right.user.id, ada_id,
        "too many have guessed of late: nobody is told that this one was right"
    );
    hands.advance(Duration::from_secs(3_600));
    assert_eq!(orgs.register(ada(), HOME).await.unwrap().user.id, ada_id);
}

#[tokio::test]
async fn sessions_are_seen_and_ended_one_by_one_or_all_others() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    let studio = Visit { agent: "Vitrine Studio\n1.0".into(), ..HOME.into() };
    let first = orgs.register(ada(), studio).await.unwrap();
    let actor = orgs.authenticate(&first.token).await.unwrap();
    hands.advance(Duration::from_secs(60));
    let phone = orgs.sign_in("ada@example.com", "correct horse".into(), HOTEL).await.unwrap();
    hands.advance(Duration::from_secs(600));
    orgs.authenticate(&first.token).await.unwrap();
    let sessions = orgs.sessions(&actor).await.unwrap();
    let seen: Vec<_> =
        sessions.iter().map(|one| (one.network.as_str(), one.agent.as_str(), one.current)).collect();
    assert_eq!(seen, [("198.51.100.7", "", false), ("127.0.0.1", "Vitrine Studio1.0", true)]);
    assert_eq!((sessions[1].used_at - sessions[1].created_at).num_seconds(), 660);
    orgs.end_session(&actor, sessions[0].id).await.unwrap();
    assert!(matches!(orgs.authenticate(&phone.token).await, Err(OrgError::NoSession)));
    assert!(matches!(orgs.end_session(&actor, sessions[0].id).await, Err(OrgError::NoSuchSession)));

    let other = orgs.register(Registration { email: "bo@example.com".into(), ..ada() }, HOME).await.unwrap();
    let bo = orgs.authenticate(&other.token).await.unwrap();
    assert!(matches!(orgs.end_session(&bo, sessions[1].id).await, Err(OrgError::NoSuchSession)), "not yours");
    let tablet = orgs.sign_in("ada@example.com", "correct horse".into(), HOTEL).await.unwrap();
    orgs.end_other_sessions(&actor).await.unwrap();
    assert!(orgs.authenticate(&tablet.token).await.is_err() && orgs.authenticate(&other.token).await.is_ok());
    orgs.authenticate(&first.token).await.unwrap();
}

#[tokio::test]
async fn a_claim_of_ones_own_is_no_home_for_guessing_the_owners_password() {
    let hands = TestClock::new();
    let (_dir, orgs) = orgs(&hands).await;
    orgs.register(ada(), HOME).await.unwrap();
    let mut tries = 0;
    for n in 0..5 {
        let claim = Registration { password: "my own claim".into(), ..ada() };
        let mine = orgs.register(claim, STRANGER).await.unwrap();
        let device = Visit { device: Some(mine.device), ..STRANGER.into() };
        for m in 0..6 {
            let guess = orgs.sign_in("ada@example.com", format!("guess {n} {m}"), device.clone()).await;
            tries += usize::from(matches!(guess, Err(OrgError::BadCredentials)));
            hands.advance(Duration::from_secs(4)); // at home there is a place again
        }
    }
    assert!(tries <= 15, "{tries} guesses at the owner's password in two minutes");
}

#[tokio::test]
async fn a_wrong_password_is_the_same_work_whoever_has_the_address() {
    each_db(async |db| {
        let orgs = Orgs::new(db.clone(), TestClock::new().clock());
        let elsewhere: IpAddr = "198.51.100.7".parse().unwrap();
        for (email, count) in [("one@example.com", 1), ("three@example.com", 3), ("owner@example.com", 1)] {
            for n in 0..count {
                let password = format!("correct horse {n}");
                orgs.register(Registration { email: email.into(), password, ..ada() }, HOME).await.unwrap();
            }
        }
        let mut tx = db.begin().await.unwrap();
        let own =
            "UPDATE users SET email = claimed_email, claimed_email = NULL WHERE claimed_email LIKE 'owner%'";
        crate::on!(tx, c => sqlx::query(own).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        let done = || orgs.passwords.done.load(std::sync::atomic::Ordering::SeqCst);
        let _ = orgs.sign_in("warm@example.com", "wrong horse".into(), elsewhere).await;
        let mut work = Vec::new();
        for email in ["nobody@example.com", "one@example.com", "three@example.com", "owner@example.com"] {
            let before = done();
            let refused = orgs.sign_in(email, "wrong horse".into(), elsewhere).await;
            assert!(matches!(refused, Err(OrgError::BadCredentials)));
            work.push(done() - before);
        }
        assert!(work.iter().all(|one| *one == work[0]), "{work:?}");
    })
    .await;
}

#[tokio::test]
async fn who_holds_a_letter_waits_behind_no_strangers_for_the_work_of_hashing() {
    each_db(async |db| {
        let orgs = links::orgs(&db, &TestClock::new());
        people::owner(&db, &orgs).await;
        let before = links::letters(&db).await.len();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let mail = links::letters_once(&db, before + 1).await;
        let link = links::token(mail.last().unwrap(), "/account/reset");
        orgs.passwords.verify("wrong".into(), None).await.unwrap();
        let mut strangers = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let passwords = orgs.passwords.clone();
            strangers.spawn(async move { passwords.verify("wrong".into(), None).await });
        }
        tokio::task::yield_now().await;
        orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        let mut served = 0;
        while strangers.try_join_next().is_some() {
            served += 1;
        }
        assert!(served < 20, "{served} strangers were served first");
    })
    .await;
}
