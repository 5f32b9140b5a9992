//! Passkeys, with an authenticator of software.

use serde_json::Value;

use super::factors::{PASSWORD, enrol};
use super::links::{letters, letters_once, orgs, token};
use super::people::owner;
use super::*;
use crate::db::testing::{number, run};
use crate::events::Event;
use crate::mail::Mailbox;
use crate::org::{Authenticator, Passkey, PasskeyChallenge, SignedIn};
use crate::secrets::KeyRing;

const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
const HERE: &str = "https://cloud.example";

async fn add(orgs: &Orgs, actor: &Actor, key: &mut Authenticator) -> Result<Passkey, OrgError> {
    let asked = orgs.begin_passkey(actor, PASSWORD.into(), None).await?;
    orgs.finish_passkey(actor, &asked.challenge, "Laptop", &key.make(&asked.options)).await
}

async fn ask(orgs: &Orgs) -> PasskeyChallenge {
    orgs.ask_passkey(&AWAY.into()).await.unwrap()
}

async fn answer(orgs: &Orgs, asked: &PasskeyChallenge, answer: &Value) -> Result<SignedIn, OrgError> {
    orgs.sign_in_by_passkey(&asked.challenge, answer, &AWAY.into()).await
}

async fn sign_in(orgs: &Orgs, key: &mut Authenticator) -> Result<SignedIn, OrgError> {
    let asked = ask(orgs).await;
    answer(orgs, &asked, &key.answer(&asked.options)).await
}

fn why<T>(answer: Result<T, OrgError>) -> String {
    match answer {
        Ok(_) => "in".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_passkey_that_is_added_at_the_page_opens_the_account_without_password_and_code() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, org, user) = owner(&db, &orgs).await;
        let (phone, _) = enrol(&orgs, &ada, &hands).await;
        let wrong = orgs.ask_passkey_link(&ada, "wrong horse".into(), Some(&phone.next())).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let half = orgs.ask_passkey_link(&ada, PASSWORD.into(), None).await;
        assert!(matches!(half, Err(OrgError::BadCode)), "the account asks for both");
        let first = orgs.ask_passkey_link(&ada, PASSWORD.into(), Some(&phone.next())).await.unwrap();
        let link = orgs.ask_passkey_link(&ada, PASSWORD.into(), Some(&phone.next())).await.unwrap();
        let token_of = |url: &str| url.split_once("/account/passkey?token=").unwrap().1.to_owned();
        assert!(link.url.starts_with(HERE));
        let (first, link) = (token_of(&first.url), token_of(&link.url));
        for over in [first.as_str(), "", "vtl_", "vtc_x"] {
            assert!(
                matches!(orgs.check_passkey_link(over).await, Err(OrgError::BadLink)),
                "the newest counts"
            );
        }
        assert_eq!(orgs.check_passkey_link(&link).await.unwrap(), "ada@example.com");

        let mut key = Authenticator { backed_up: true, ..Authenticator::at(HERE) };
        let asked = orgs.begin_passkey_by_link(&link).await.unwrap();
        let options = &asked.options;
        assert_eq!(
            (options["rp"]["id"].as_str(), options["user"]["name"].as_str()),
            (Some("cloud.example"), Some("ada@example.com"))
        );
        let choice = &options["authenticatorSelection"];
        assert_eq!(
            (choice["residentKey"].as_str(), choice["userVerification"].as_str()),
            (Some("required"), Some("required"))
        );
        // One that was asked again is answered; the one before is over.
        let again = orgs.begin_passkey_by_link(&link).await.unwrap();
        let answer = key.make(&again.options);
        let finish = async |challenge: &str| {
            orgs.finish_passkey_by_link(&link, challenge, " Ada’s laptop ", &answer).await
        };
        assert!(matches!(finish(&asked.challenge).await, Err(OrgError::ChallengeOver)));
        let added = finish(&again.challenge).await.unwrap();
        assert_eq!((added.name.as_str(), added.used_at, added.backed_up), ("Ada’s laptop", None, true));
        assert!(matches!(finish(&again.challenge).await, Err(OrgError::BadLink)), "once");
        assert!(matches!(orgs.begin_passkey_by_link(&link).await, Err(OrgError::BadLink)));

        hands.advance(Duration::from_secs(60));
        let signed_in = sign_in(&orgs, &mut key).await.unwrap();
        assert_eq!((signed_in.user.id, signed_in.organizations[0].id), (user.id, org));
        orgs.authenticate(&signed_in.token).await.unwrap();
        let listed = orgs.passkeys(&ada).await.unwrap();
        let used_at = Some(hands.clock().now());
        assert_eq!(listed, [Passkey { used_at, ..added.clone() }]);
        let told = letters(&db).await;
        assert!(told.last().unwrap().1.contains("Ada’s laptop"), "{told:?}");
        let deed = orgs.audit(&ada, org, None, 1).await.unwrap().items.remove(0);
        assert_eq!(deed.fact.event, Event::PasskeyAdded { user: user.id, passkey: added.id });
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_an_authenticator_is_one_sessions_and_ends_with_it() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let other = orgs.sign_in("ada@example.com", PASSWORD.into(), HOME).await.unwrap();
        let other = orgs.authenticate(&other.token).await.unwrap();
        let begin = async |by: &Actor| orgs.begin_passkey(by, PASSWORD.into(), None).await.unwrap();
        let finish = async |by: &Actor, asked: &PasskeyChallenge| {
            let answer = Authenticator::at(HERE).make(&asked.options);
            why(orgs.finish_passkey(by, &asked.challenge, "Laptop", &answer).await)
        };
        let over = OrgError::ChallengeOver.to_string();

        let asked = begin(&ada).await;
        assert_eq!(finish(&other, &asked).await, over, "another session's");
        hands.advance(Duration::from_secs(299));
        assert_eq!(finish(&ada, &asked).await, "in");
        assert_eq!(finish(&ada, &asked).await, over, "once");
        let asked = begin(&ada).await;
        hands.advance(Duration::from_secs(300));
        assert_eq!(finish(&ada, &asked).await, over, "five minutes");
        let asked = ask(&orgs).await;
        let other_kind = orgs.finish_passkey(&ada, &asked.challenge, "Laptop", &Value::Null).await;
        assert_eq!(why(other_kind), over, "it was asked for something else");

        let asked = begin(&other).await;
        orgs.sign_out(&other).await.unwrap();
        assert_eq!(finish(&other, &asked).await, over, "the session has ended");
        let (asked, link) = (begin(&ada).await, orgs.ask_passkey_link(&ada, PASSWORD.into(), None).await);
        let link = link.unwrap().url.split_once("token=").unwrap().1.to_owned();
        // As who holds the database sets a password, but for the sessions.
        run(&db, "UPDATE users SET password_hash = 'another'").await;
        assert_eq!(finish(&ada, &asked).await, over, "the password that was shown is another's");
        assert!(matches!(orgs.check_passkey_link(&link).await, Err(OrgError::BadLink)));
        assert_eq!(number(&db, "SELECT COUNT(*) FROM passkeys").await, 1);
        hands.advance(Duration::from_secs(3600));
        orgs.sweep_sessions().await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM passkey_ceremonies").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_fit_says_why_and_changes_nothing() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada, ..) = owner(&db, &orgs).await;
        let bo =
            Registration { email: "bo@example.com".into(), organization_name: "Bo".into(), ..super::ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        let mut key = Authenticator { count: 7, ..Authenticator::at(HERE) };
        add(&orgs, &ada, &mut key).await.unwrap();
        let signed_in = sign_in(&orgs, &mut key).await.unwrap();
        assert_ne!(signed_in.user.id, bo.user.id);
        let right = key.user.clone();
        let before = (
            number(&db, "SELECT COUNT(*) FROM sessions").await,
            number(&db, "SELECT COALESCE(SUM(LENGTH(passkey)), 0) FROM passkeys").await,
        );
        let (refused, unknown) = (OrgError::PasskeyRefused.to_string(), OrgError::PasskeyUnknown.to_string());

        key.origin = "https://cloud.example.evil.example".into();
        assert_eq!(why(sign_in(&orgs, &mut key).await), refused, "another page asked");
        key.origin = "http://cloud.example".into();
        assert_eq!(why(sign_in(&orgs, &mut key).await), refused, "without HTTPS");
        key.origin = HERE.into();
        key.party = Some("evil.example".into());
        assert_eq!(why(sign_in(&orgs, &mut key).await), refused, "for another party");
        key.party = None;
        key.verifies = false;
        assert_eq!(why(sign_in(&orgs, &mut key).await), refused, "it has not asked who somebody is");
        key.verifies = true;
        key.user = bo.user.id.0.as_bytes().to_vec();
        assert_eq!(why(sign_in(&orgs, &mut key).await), unknown, "another person's");
        key.user = UserId::new().0.as_bytes().to_vec();
        assert_eq!(why(sign_in(&orgs, &mut key).await), unknown, "nobody's");
        key.user = Vec::new();
        assert_eq!(why(sign_in(&orgs, &mut key).await), unknown, "it does not say whose");
        key.user = right.clone();
        let mut stranger = Authenticator { user: right.clone(), ..Authenticator::at(HERE) };
        assert_eq!(why(sign_in(&orgs, &mut stranger).await), unknown, "nobody knows it");
        stranger.id = key.id.clone();
        stranger.count = 90;
        assert_eq!(why(sign_in(&orgs, &mut stranger).await), refused, "another key by its name");
        let asked = ask(&orgs).await;
        let mut tampered = key.answer(&asked.options);
        let data = tampered["response"]["authenticatorData"].as_str().unwrap().replace("AAAA", "AAAB");
        tampered["response"]["authenticatorData"] = data.into();
        tampered["response"]["signature"] =
            key.answer(&ask(&orgs).await.options)["response"]["signature"].clone();
        assert_eq!(why(answer(&orgs, &asked, &tampered).await), refused, "the signature is another's");

        let (one, two) = (ask(&orgs).await, ask(&orgs).await);
        let said = key.answer(&one.options);
        assert_eq!(why(answer(&orgs, &two, &said).await), refused, "it was asked something else");
        assert_eq!(why(answer(&orgs, &two, &said).await), OrgError::ChallengeOver.to_string(), "and once");
        for strange in ["", "vtc_", "vtq_x", &"vtc_x".repeat(99)] {
            let asked = PasskeyChallenge { challenge: strange.to_owned(), ..one.clone() };
            assert_eq!(
                why(answer(&orgs, &asked, &said).await),
                OrgError::ChallengeOver.to_string(),
                "{strange}"
            );
        }
        let many = "x".repeat(20_000);
        for no_answer in
            [Value::Null, "text".into(), serde_json::json!({"id": many}), key.make(&making(&one))]
        {
            let asked = ask(&orgs).await;
            let told = answer(&orgs, &asked, &no_answer).await;
            assert!(matches!(told, Err(OrgError::Invalid(_))), "{}", why(told));
        }

        key.user = right.clone();
        key.count = 3;
        assert!(matches!(sign_in(&orgs, &mut key).await, Err(OrgError::PasskeyCopied)), "a copy lags behind");
        let after = (
            number(&db, "SELECT COUNT(*) FROM sessions").await,
            number(&db, "SELECT COALESCE(SUM(LENGTH(passkey)), 0) FROM passkeys").await,
        );
        assert_eq!(before, after);
        key.count = 40;
        sign_in(&orgs, &mut key).await.expect("the right one goes on");
    })
    .await;
}

/// What somebody is asked who makes a passkey, of what is asked at a sign-in.
fn making(asked: &PasskeyChallenge) -> Value {
    let mut options = asked.options.clone();
    options["user"] = serde_json::json!({"id": "AAAA"});
    options["rp"] = serde_json::json!({"id": "cloud.example"});
    options
}

#[tokio::test]
async fn a_key_that_is_made_wrongly_is_not_added_and_a_person_has_ten() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let (refused, here) = (OrgError::PasskeyRefused.to_string(), || Authenticator::at(HERE));
        let evil = || "evil.example".to_owned();
        for mut wrong in [
            Authenticator { origin: "https://evil.example".into(), ..here() },
            Authenticator { party: Some(evil()), ..here() },
            Authenticator { verifies: false, ..here() },
        ] {
            assert_eq!(why(add(&orgs, &ada, &mut wrong).await), refused);
        }
        for name in ["", "  ", "a\u{202e}b", &"x".repeat(61)] {
            let asked = orgs.begin_passkey(&ada, PASSWORD.into(), None).await.unwrap();
            let said = here().make(&asked.options);
            let bad = orgs.finish_passkey(&ada, &asked.challenge, name, &said).await;
            assert!(matches!(bad, Err(OrgError::Invalid(_))), "{name}");
            orgs.finish_passkey(&ada, &asked.challenge, "x", &Value::Null).await.expect_err("no answer");
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM passkeys").await, 0);

        let mut key = here();
        let mine = add(&orgs, &ada, &mut key).await.unwrap();
        let asked = orgs.begin_passkey(&ada, PASSWORD.into(), None).await.unwrap();
        assert_eq!(asked.options["excludeCredentials"][0]["id"], key.id_text(), "the browser is told");
        assert!(matches!(add(&orgs, &ada, &mut key).await, Err(OrgError::PasskeyExists)), "one of each");
        let bo =
            Registration { email: "bo@example.com".into(), organization_name: "Bo".into(), ..super::ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        let bo = orgs.authenticate(&bo.token).await.unwrap();
        assert!(matches!(add(&orgs, &bo, &mut key).await, Err(OrgError::PasskeyExists)), "of everybody");
        assert!(matches!(orgs.passkey(&bo, mine.id).await, Err(OrgError::NoPasskey)));
        assert!(matches!(orgs.rename_passkey(&bo, mine.id, "Mine").await, Err(OrgError::NoPasskey)));
        let removed = orgs.remove_passkey(&bo, mine.id, PASSWORD.into(), None).await;
        assert!(matches!(removed, Err(OrgError::NoPasskey)));
        for _ in 1..10 {
            add(&orgs, &ada, &mut here()).await.unwrap();
        }
        let full = add(&orgs, &ada, &mut here()).await;
        assert!(matches!(full, Err(OrgError::TooMany(_))));
        let full = orgs.ask_passkey_link(&ada, PASSWORD.into(), None).await;
        assert!(matches!(full, Err(OrgError::TooMany(_))));
        assert_eq!(orgs.passkeys(&ada).await.unwrap().len(), 10);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_renamed_and_removed_by_who_shows_what_the_account_asks_for() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, org, user) = owner(&db, &orgs).await;
        let mut key = Authenticator::at(HERE);
        let added = add(&orgs, &ada, &mut key).await.unwrap();
        let renamed = orgs.rename_passkey(&ada, added.id, " Old laptop ").await.unwrap();
        assert_eq!(renamed, Passkey { name: "Old laptop".into(), ..added.clone() });
        let facts = number(&db, "SELECT COUNT(*) FROM events").await;
        for _ in 0..100 {
            orgs.rename_passkey(&ada, added.id, "Old laptop").await.expect("the same name is no change");
        }
        let mut named = 0;
        for n in 0..50 {
            named += usize::from(orgs.rename_passkey(&ada, added.id, &format!("Laptop {n}")).await.is_ok());
        }
        assert_eq!(named, 19, "twenty at once");
        assert_eq!(number(&db, "SELECT COUNT(*) FROM events").await, facts, "no fact of a shop");
        hands.advance(Duration::from_secs(10));
        orgs.rename_passkey(&ada, added.id, "Old laptop").await.unwrap();
        let (phone, _) = enrol(&orgs, &ada, &hands).await;
        let proof = phone.next();
        let wrong = orgs.remove_passkey(&ada, added.id, "wrong horse".into(), Some(&proof)).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let half = orgs.remove_passkey(&ada, added.id, PASSWORD.into(), None).await;
        assert!(matches!(half, Err(OrgError::BadCode)));
        orgs.remove_passkey(&ada, added.id, PASSWORD.into(), Some(&proof)).await.unwrap();
        assert!(matches!(sign_in(&orgs, &mut key).await, Err(OrgError::PasskeyUnknown)));
        let gone = orgs.remove_passkey(&ada, added.id, PASSWORD.into(), Some(&phone.next())).await;
        assert!(matches!(gone, Err(OrgError::NoPasskey)));
        let told = letters(&db).await;
        assert!(told.last().unwrap().1.contains("no longer: Old laptop"), "{told:?}");
        let deeds = orgs.audit(&ada, org, None, 4).await.unwrap().items;
        let (id, passkey) = (user.id, added.id);
        assert_eq!(deeds[0].fact.event, Event::PasskeyRemoved { user: id, passkey });
        assert_eq!(deeds[2].fact.event, Event::PasskeyAdded { user: id, passkey });
    })
    .await;
}

#[tokio::test]
async fn any_node_hears_the_answer_and_of_two_at_once_one() {
    each_db(async |db| {
        let hands = TestClock::new();
        let (one, two) = (orgs(&db, &hands), orgs(&db, &hands));
        let (ada, ..) = owner(&db, &one).await;
        let mut key = Authenticator { count: 1, ..Authenticator::at(HERE) };
        let asked = one.begin_passkey(&ada, PASSWORD.into(), None).await.unwrap();
        two.finish_passkey(&ada, &asked.challenge, "Laptop", &key.make(&asked.options)).await.unwrap();
        let asked = one.ask_passkey(&AWAY.into()).await.unwrap();
        let said = key.answer(&asked.options);
        let mut tasks = tokio::task::JoinSet::new();
        for orgs in [one.clone(), two.clone(), one.clone(), two.clone()] {
            let (asked, said) = (asked.clone(), said.clone());
            tasks.spawn(async move { answer(&orgs, &asked, &said).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|opened| *opened).count(), 1);
        // Two challenges, answered with one count, as a copy of the key does.
        let (first, second) = (ask(&one).await, ask(&two).await);
        let said_first = key.answer(&first.options);
        key.count -= 1;
        let said_second = key.answer(&second.options);
        let (a, b) = tokio::join!(answer(&one, &first, &said_first), answer(&two, &second, &said_second));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
    })
    .await;
}

#[tokio::test]
async fn one_network_has_only_so_many_challenges_and_right_answers_give_theirs_back() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let mut key = Authenticator::at(HERE);
        add(&orgs, &ada, &mut key).await.unwrap();
        for _ in 0..60 {
            sign_in(&orgs, &mut key).await.expect("right answers count for nothing");
        }
        let given = async |visit: Visit| {
            let mut given = 0;
            while orgs.ask_passkey(&visit).await.is_ok() {
                given += 1;
            }
            given
        };
        assert_eq!(given(AWAY.into()).await, 30);
        orgs.ask_passkey(&HOME.into()).await.expect("another network");
        let proxy: Visit = IpAddr::from([198, 51, 100, 1]).into();
        assert_eq!(given(Visit { shared: true, ..proxy }).await, 120, "many come from there");
    })
    .await;
}

#[tokio::test]
async fn wrong_answers_hold_up_nobody_else_behind_the_same_address_and_nobody_at_home() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let bo =
            Registration { email: "bo@example.com".into(), organization_name: "Bo".into(), ..super::ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        let bo = orgs.authenticate(&bo.token).await.unwrap();
        let (mut key, mut theirs) = (Authenticator::at(HERE), Authenticator::at(HERE));
        add(&orgs, &ada, &mut key).await.unwrap();
        add(&orgs, &bo, &mut theirs).await.unwrap();
        theirs.origin = "https://evil.example".into();
        let mut refused = 0;
        for _ in 0..60 {
            hands.advance(Duration::from_secs(5));
            let wrong = sign_in(&orgs, &mut theirs).await;
            refused += usize::from(matches!(wrong, Err(OrgError::TooManyTries)));
        }
        assert!((40..=45).contains(&refused), "{refused}: one passkey has only so many");
        sign_in(&orgs, &mut key).await.expect("another behind the same address");

        // A stranger who knows what the passkey is called holds up who comes from nowhere known, and nobody else.
        let elsewhere: Visit = IpAddr::from([198, 51, 100, 1]).into();
        let from = async |key: &mut Authenticator, visit: &Visit| {
            let asked = orgs.ask_passkey(visit).await.unwrap();
            orgs.sign_in_by_passkey(&asked.challenge, &key.answer(&asked.options), visit).await
        };
        let mut copy =
            Authenticator { user: key.user.clone(), id: key.id.clone(), ..Authenticator::at(HERE) };
        for _ in 0..10 {
            assert!(matches!(from(&mut copy, &elsewhere).await, Err(OrgError::PasskeyRefused)));
        }
        assert!(matches!(from(&mut key, &elsewhere).await, Err(OrgError::TooManyTries)));
        from(&mut key, &AWAY.into()).await.expect("where Ada has signed in");
    })
    .await;
}

#[tokio::test]
async fn one_site_takes_the_places_of_its_own_and_keeps_nobody_from_signing_in() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada, ..) = owner(&db, &orgs).await;
        let mut key = Authenticator::at(HERE);
        add(&orgs, &ada, &mut key).await.unwrap();
        let from =
            |site: u16, line: u16| -> Visit { IpAddr::from([0x2001, 0xdb8, site, line, 0, 0, 0, 1]).into() };
        let mine = ask(&orgs).await;
        let mut refused = 0;
        for line in 0..200 {
            let asked = orgs.ask_passkey(&from(1, line)).await;
            refused += usize::from(matches!(asked, Err(OrgError::TooManyTries)));
        }
        assert_eq!(refused, 140, "the lines of a site have two shares of thirty");
        let of_site = "SELECT COUNT(*) FROM passkey_ceremonies WHERE site LIKE '2001:db8:1:%'";
        assert_eq!(number(&db, of_site).await, 30, "and the oldest of it go");
        // Many sites together fill the table: the largest gives room.
        for site in 2..40 {
            for line in 0..2 {
                orgs.ask_passkey(&from(site, line)).await.unwrap();
            }
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM passkey_ceremonies").await, 60);
        answer(&orgs, &mine, &key.answer(&mine.options)).await.expect("who asked before them");
        sign_in(&orgs, &mut key).await.expect("and who asks after them");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_leaves_passkeys_and_a_stranger_who_made_the_account_keeps_none() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada, org, _) = owner(&db, &orgs).await;
        let mut key = Authenticator::at(HERE);
        add(&orgs, &ada, &mut key).await.unwrap();
        let reset = async |email: &str| {
            let before = letters(&db).await.len();
            orgs.ask_reset(email, HOME.into()).unwrap();
            let link = token(letters_once(&db, before + 1).await.last().unwrap(), "/account/reset");
            orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap()
        };
        let asked = ask(&orgs).await;
        let said = key.answer(&asked.options);
        reset("ada@example.com").await;
        answer(&orgs, &asked, &said).await.expect("as an authenticator stays");
        orgs.reset_password("ada@example.com", "third horse".into()).await.unwrap();
        sign_in(&orgs, &mut key).await.unwrap();

        let squatter = Registration { email: "bo@example.com".into(), ..super::ada() };
        let squatter = orgs.register(squatter, AWAY).await.unwrap();
        let actor = orgs.authenticate(&squatter.token).await.unwrap();
        let mut stranger = Authenticator::at(HERE);
        add(&orgs, &actor, &mut stranger).await.unwrap();
        sign_in(&orgs, &mut stranger).await.unwrap();
        reset("bo@example.com").await;
        assert!(matches!(sign_in(&orgs, &mut stranger).await, Err(OrgError::PasskeyUnknown)));

        let bo = orgs.sign_in("bo@example.com", "another horse".into(), HOME).await.unwrap();
        let bo = orgs.authenticate(&bo.token).await.unwrap();
        let asked = orgs.begin_passkey(&bo, "another horse".into(), None).await.unwrap();
        let mut own = Authenticator::at(HERE);
        orgs.finish_passkey(&bo, &asked.challenge, "Own", &own.make(&asked.options)).await.unwrap();
        run(
            &db,
            "DELETE FROM members WHERE user_id IN (SELECT id FROM users WHERE email = 'bo@example.com')",
        )
        .await;
        orgs.delete_account(&bo, "another horse".into(), None).await.unwrap();
        assert!(
            matches!(sign_in(&orgs, &mut own).await, Err(OrgError::PasskeyUnknown)),
            "it went with the account"
        );
        assert_eq!(number(&db, "SELECT COUNT(*) FROM passkeys").await, 1);
        assert_ne!(org, squatter.organizations[0].id);
    })
    .await;
}

#[tokio::test]
async fn where_the_address_can_have_none_nobody_is_asked_for_one() {
    each_db(async |db| {
        let hands = TestClock::new();
        let there = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &there).await;
        assert!(there.factors(&ada).await.unwrap().offers_passkeys);
        let mut key = Authenticator::at(HERE);
        let added = add(&there, &ada, &mut key).await.unwrap();
        let mailbox = Mailbox::new(KeyRing::for_testing(), "http://192.0.2.7:8080");
        let absent = Orgs::new(db.clone(), hands.clock()).mailing(mailbox).sealing(KeyRing::for_testing());
        assert!(!absent.factors(&ada).await.unwrap().offers_passkeys);
        let refused = OrgError::PasskeysUnavailable.to_string();
        assert_eq!(why(absent.ask_passkey(&HOME.into()).await), refused);
        assert_eq!(why(absent.begin_passkey(&ada, PASSWORD.into(), None).await), refused);
        assert_eq!(why(absent.ask_passkey_link(&ada, PASSWORD.into(), None).await), refused);
        let asked = ask(&there).await;
        assert_eq!(why(answer(&absent, &asked, &key.answer(&asked.options)).await), refused);
        assert_eq!(absent.passkeys(&ada).await.unwrap().len(), 1, "those of before are seen");
        absent.remove_passkey(&ada, added.id, PASSWORD.into(), None).await.expect("and go");
    })
    .await;
}
