//! Mailed links.

use super::*;
use crate::secrets::{KeyRing, Place};

/// To whom, and the text.
type Letters = Vec<(String, String)>;

pub(super) async fn letters(db: &Db) -> Letters {
    let rows: Vec<(String, String)> = crate::on!(db, c => sqlx::query_as(
        "SELECT key, body FROM jobs WHERE kind = 'mail.send' ORDER BY key"
    ).fetch_all(c).await)
    .unwrap();
    let letter = |(key, body): (String, String)| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(!body.to_string().contains('@'), "letters wait sealed");
        let place = Place { table: "jobs", column: "body", row: &key, org: None };
        let opened = KeyRing::for_testing().open(place, body["sealed"].as_str().unwrap()).unwrap();
        let letter: serde_json::Value = serde_json::from_slice(opened.expose()).unwrap();
        (letter["to"].as_str().unwrap().to_owned(), letter["text"].as_str().unwrap().to_owned())
    };
    rows.into_iter().map(letter).collect()
}

/// The letters, once there are so many: some are left while the answer is on its way.
pub(super) async fn letters_once(db: &Db, count: usize) -> Letters {
    for _ in 0..500 {
        let letters = letters(db).await;
        if letters.len() >= count {
            assert_eq!(letters.len(), count, "{letters:?}");
            return letters;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", letters(db).await);
}

/// The token of a letter's link to `path`.
pub(super) fn token(letter: &(String, String), path: &str) -> String {
    let (_, rest) = letter.1.split_once(&format!("https://cloud.example{path}?token=")).expect("a link");
    rest.split('&').next().unwrap().to_owned()
}

pub(super) fn orgs(db: &Db, hands: &TestClock) -> Orgs {
    let mailbox = Mailbox::new(KeyRing::for_testing(), "https://cloud.example/");
    Orgs::new(db.clone(), hands.clock()).mailing(mailbox).sealing(KeyRing::for_testing())
}

pub(super) const VERIFY: &str = "/account/verify";
const RESET: &str = "/account/reset";

#[tokio::test]
async fn an_address_is_anybodys_until_somebody_reads_its_mail() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let squatter = Registration { password: "squat squat".into(), ..ada() };
        let squatter = orgs.register(squatter, HOME).await.unwrap();
        let real =
            orgs.register(Registration { email: "ADA@example.com ".into(), ..ada() }, HOME).await.unwrap();
        assert_ne!(real.user.id, squatter.user.id);
        assert!(!real.user.email_verified && !squatter.user.email_verified);
        let mail = letters(&db).await;
        assert_eq!((mail.len(), mail[1].0.as_str()), (2, "ada@example.com"));
        orgs.check_link(&token(&mail[1], VERIFY), false).await.unwrap();
        let verify =
            async |n: usize, password: &str| orgs.verify(&token(&mail[n], VERIFY), password.into()).await;
        // Who opens the wrong letter gives a squatter nothing: its account has another password.
        assert!(matches!(verify(0, "correct horse").await, Err(OrgError::BadCredentials)));
        let verified = verify(1, "correct horse").await.unwrap();
        assert_eq!((verified.id, verified.email_verified), (real.user.id, true));
        assert!(matches!(verify(1, "correct horse").await, Err(OrgError::BadLink)), "once");
        assert!(matches!(verify(0, "squat squat").await, Err(OrgError::EmailTaken)));
        // Each password opens its own account; the squatter's is worth nothing more.
        let signed_in = async |password: &str| orgs.sign_in("ada@example.com", password.into(), HOME).await;
        assert_eq!(signed_in("correct horse").await.unwrap().user, verified);
        assert!(!signed_in("squat squat").await.unwrap().user.email_verified);
        // One more is answered as ever; the owner alone is told.
        let third = Registration { password: "third third".into(), ..ada() };
        assert!(!orgs.register(third, HOME).await.unwrap().user.email_verified);
        let mail = letters(&db).await;
        assert!(mail[2].1.contains("has one already"));
        orgs.check_link(&token(&mail[2], RESET), true).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_once_and_within_an_hour() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let before = orgs.register(ada(), HOME).await.unwrap();
        orgs.ask_reset("nobody@example.com", HOME.into()).unwrap();
        orgs.ask_reset("Ada@example.com", HOME.into()).unwrap();
        let mail = letters_once(&db, 2).await;
        let link = token(&mail[1], RESET);
        assert!(
            matches!(orgs.verify(&link, "correct horse".into()).await, Err(OrgError::BadLink)),
            "it is for something else"
        );
        assert!(matches!(orgs.reset(&link, "short".into(), &HOME.into()).await, Err(OrgError::Invalid(_))));
        let user = orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        assert!(user.email_verified, "who reads the mail has the address");
        assert!(matches!(
            orgs.reset(&link, "a third horse".into(), &HOME.into()).await,
            Err(OrgError::BadLink)
        ));
        assert!(orgs.authenticate(&before.token).await.is_err(), "signed out everywhere");
        let signed_in = async |password: &str| orgs.sign_in("ada@example.com", password.into(), HOME).await;
        assert!(matches!(signed_in("correct horse").await, Err(OrgError::BadCredentials)));
        assert!(signed_in("another horse").await.unwrap().user.email_verified);

        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let link = token(&letters_once(&db, 3).await[2], RESET);
        hands.advance(Duration::from_secs(3_601));
        assert!(matches!(
            orgs.reset(&link, "a third horse".into(), &HOME.into()).await,
            Err(OrgError::BadLink)
        ));
        orgs.sweep_sessions().await.unwrap();
        let left: i64 =
            crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM mailed_links").fetch_one(c).await)
                .unwrap();
        assert_eq!(left, 0, "a new password ends every link, and time the newest");
    })
    .await;
}

#[tokio::test]
async fn an_account_moves_to_an_address_whose_mail_its_owner_reads() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        orgs.verify(&token(&letters(&db).await[0], VERIFY), "correct horse".into()).await.unwrap();
        let wrong = orgs.ask_change(&actor, "new@example.com", "wrong horse".into(), None).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let of_before = token(&letters_once(&db, 2).await[1], RESET);
        orgs.check_link(&of_before, true).await.unwrap();
        orgs.ask_change(&actor, "new@example.com", "correct horse".into(), None).await.unwrap();
        let mail = letters_once(&db, 3).await;
        let mail = &mail[1..];
        assert_eq!(mail[1].0, "new@example.com");
        assert_eq!(orgs.me(&actor).await.unwrap().user.email, "ada@example.com", "not yet");
        orgs.verify(&token(&mail[1], VERIFY), "correct horse".into()).await.unwrap();
        assert_eq!(orgs.me(&actor).await.unwrap().user.email, "new@example.com");
        let mail = letters(&db).await;
        assert_eq!(mail[3].0, "ada@example.com");
        assert!(mail[3].1.contains("new@example.com"), "the old address hears of it");
        let late = orgs.reset(&of_before, "another horse".into(), &HOME.into()).await;
        assert!(matches!(late, Err(OrgError::BadLink)), "and has no say any more");
        let page = orgs.check_link(&of_before, true).await;
        assert!(matches!(page, Err(OrgError::BadLink)), "which is told before a password is typed");
        orgs.sign_in("new@example.com", "correct horse".into(), HOME).await.unwrap();
        // The address that was left is free.
        assert!(!orgs.register(ada(), HOME).await.unwrap().user.email_verified);
    })
    .await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        for _ in 0..10 {
            orgs.ask_verification(&actor).await.unwrap();
        }
        let mail = letters(&db).await;
        assert_eq!(mail.len(), 4);
        assert!(
            matches!(
                orgs.verify(&token(&mail[2], VERIFY), "correct horse".into()).await,
                Err(OrgError::BadLink)
            ),
            "the newest counts"
        );
        orgs.verify(&token(&mail[3], VERIFY), "correct horse".into()).await.unwrap();
        orgs.ask_verification(&actor).await.unwrap();
        hands.advance(Duration::from_secs(7_200));
        orgs.ask_verification(&actor).await.unwrap();
        assert_eq!(letters(&db).await.len(), 4, "there is nothing to show any more");
    })
    .await;
}

#[tokio::test]
async fn a_thief_who_asked_for_another_address_loses_the_account_with_the_password() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let thief = orgs.authenticate(&signed_in.token).await.unwrap();
        orgs.verify(&token(&letters(&db).await[0], VERIFY), "correct horse".into()).await.unwrap();
        orgs.ask_change(&thief, "thief@example.com", "correct horse".into(), None).await.unwrap();
        let change = token(&letters_once(&db, 2).await[1], VERIFY);
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let reset = token(&letters_once(&db, 3).await[2], RESET);
        orgs.reset(&reset, "another horse".into(), &HOME.into()).await.unwrap();
        assert!(matches!(orgs.verify(&change, "another horse".into()).await, Err(OrgError::BadLink)));
    })
    .await;
}

#[tokio::test]
async fn an_account_is_no_means_of_writing_to_the_world() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        let mut taken = 0;
        for n in 0..15 {
            let asked =
                orgs.ask_change(&actor, &format!("x{n}@example.com"), "correct horse".into(), None).await;
            taken += usize::from(asked.is_ok());
        }
        assert_eq!(taken, 10);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_for_an_address_of_nobody_lets_its_reader_choose_the_account() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let squatter = Registration {
            password: "squat squat".into(),
            organization_name: "Squat".into(),
            name: "Mallory".into(),
            ..ada()
        };
        orgs.register(squatter, HOME).await.unwrap();
        let real = orgs.register(ada(), HOME).await.unwrap();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let mail = letters_once(&db, 3).await;
        let text = &mail[2].1;
        assert!(text.contains("(Mallory, Squat)") && text.contains("(Ada, Atelier Nord)"), "{text}");
        let of_ada = (String::new(), text.split_once("(Ada, Atelier Nord)").unwrap().1.to_owned());
        let user = orgs.reset(&token(&of_ada, RESET), "another horse".into(), &HOME.into()).await.unwrap();
        assert_eq!((user.id, user.email_verified), (real.user.id, true));
    })
    .await;
}

#[tokio::test]
async fn however_many_say_that_an_address_is_theirs_a_person_gets_in_where_they_were_before() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        for n in 0..5 {
            let squatter = Registration { password: format!("squat squat {n}"), ..ada() };
            let away: IpAddr = [203, 0, 113, n].into();
            orgs.register(squatter, away).await.unwrap();
        }
        let real = orgs.register(ada(), HOME).await.unwrap();
        let back = orgs.sign_in("ada@example.com", "correct horse".into(), HOME).await.unwrap();
        assert_eq!(back.user.id, real.user.id);
        let away: IpAddr = [198, 51, 100, 1].into();
        let visit = Visit { device: Some(real.device), ..away.into() };
        assert!(orgs.sign_in("ada@example.com", "correct horse".into(), visit).await.is_ok());
        // Behind an address of many, nobody is at home.
        let of_many = Visit { shared: true, ..HOME.into() };
        let told = orgs.sign_in("ada@example.com", "correct horse".into(), of_many).await;
        assert!(matches!(told, Err(OrgError::BadCredentials)));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_that_was_on_its_way_ends_with_the_password_that_it_showed() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        orgs.register(ada(), HOME).await.unwrap();
        let visit = HOME.into();
        let known = orgs.recognise("ada@example.com", "correct horse".into(), &visit, None).await.unwrap();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let link = token(&letters_once(&db, 2).await[1], RESET);
        orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        assert!(matches!(orgs.begin_session(known, &visit).await, Err(OrgError::BadCredentials)));
    })
    .await;
}

#[tokio::test]
async fn ten_who_ask_at_once_for_another_letter_hold_up_nobody() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let actor = orgs.authenticate(&orgs.register(ada(), HOME).await.unwrap().token).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (orgs, actor) = (orgs.clone(), actor.clone());
            tasks.spawn(async move { orgs.ask_verification(&actor).await });
        }
        assert!(tasks.join_all().await.iter().all(Result::is_ok));
    })
    .await;
}
