//! What people change of their own account.

use super::links::{letters, orgs, token};
use super::people::{join, owner};
use super::*;
use crate::org::{MePatch, Proof, totp};

const RESET: &str = "/account/reset";

#[tokio::test]
async fn a_person_is_called_and_written_to_as_they_choose() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada, org, user) = owner(&db, &orgs).await;
        assert_eq!(orgs.me(&ada).await.unwrap().locale, Locale::En);
        let patch = MePatch { name: Some("  Ada Lovelace ".into()), locale: None };
        assert_eq!(orgs.change_me(&ada, patch).await.unwrap().user.name, "Ada Lovelace");
        let patch = MePatch { name: None, locale: Some(Locale::Fr) };
        let me = orgs.change_me(&ada, patch).await.unwrap();
        assert_eq!((me.user.name.as_str(), me.locale), ("Ada Lovelace", Locale::Fr));
        assert_eq!(orgs.member(&ada, org, user.id).await.unwrap().user.name, "Ada Lovelace");
        for bad in [" ".to_owned(), "x".repeat(81), "a\u{202e}b".to_owned()] {
            let patch = MePatch { name: Some(bad.clone()), locale: None };
            assert!(matches!(orgs.change_me(&ada, patch).await, Err(OrgError::Invalid(_))), "{bad:?}");
        }
        orgs.change_password(&ada, ("correct horse".into(), "another horse".into()), None).await.unwrap();
        let mail = letters(&db).await;
        assert!(mail.last().unwrap().1.contains("mot de passe"), "{mail:?}");
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_all_other_sessions() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, org, user) = owner(&db, &orgs).await;
        let away = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
        let other = orgs.sign_in("ada@example.com", "correct horse".into(), away).await.unwrap();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let mail = links::letters_once(&db, 2).await;
        let old_link = token(mail.last().unwrap(), RESET);

        let wrong = orgs.change_password(&ada, ("wrong horse".into(), "another horse".into()), None).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let short = orgs.change_password(&ada, ("correct horse".into(), "1234567".into()), None).await;
        assert!(matches!(short, Err(OrgError::Invalid(_))));
        orgs.authenticate(&other.token).await.unwrap();
        assert_eq!(letters(&db).await.len(), 2, "nothing was changed");

        orgs.change_password(&ada, ("correct horse".into(), "another horse".into()), None).await.unwrap();
        orgs.sessions(&ada).await.unwrap();
        assert_eq!(orgs.me(&ada).await.unwrap().user.id, user.id, "the one that did it goes on");
        assert!(matches!(orgs.authenticate(&other.token).await, Err(OrgError::NoSession)));
        let old = orgs.sign_in("ada@example.com", "correct horse".into(), away).await;
        assert!(matches!(old, Err(OrgError::BadCredentials)));
        orgs.sign_in("ada@example.com", "another horse".into(), away).await.unwrap();
        let late = orgs.reset(&old_link, "thirdly horse".into(), &HOME.into()).await;
        assert!(matches!(late, Err(OrgError::BadLink)));
        let mail = letters(&db).await;
        assert!(mail.len() == 3 && mail[2].1.contains("has a new password"), "{mail:?}");

        // Until it is confirmed, the address may be a stranger's: nothing is written to it.
        let (mo, _) = join(&orgs, &ada, org, "mo@example.com", Role::Host).await;
        let before = letters(&db).await.len();
        orgs.change_password(&mo, ("battery staple".into(), "another staple".into()), None).await.unwrap();
        assert_eq!(letters(&db).await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn who_has_an_authenticator_shows_it_before_the_password_changes() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let made = orgs.enrol_totp(&ada, "correct horse".into()).await.unwrap();
        let secret = totp::Secret::of(&data_encoding::BASE32_NOPAD.decode(made.secret.as_bytes()).unwrap());
        let code = |hands: &TestClock| secret.code(totp::Secret::step_at(hands.clock().now())).unwrap();
        orgs.confirm_totp(&ada, &code(&hands)).await.unwrap();
        let words = || ("correct horse".to_owned(), "another horse".to_owned());
        let without = orgs.change_password(&ada, words(), None).await;
        assert!(matches!(without, Err(OrgError::BadCode)));
        let wrong = orgs.change_password(&ada, words(), Some(&Proof::Code("000000".into()))).await;
        assert!(matches!(wrong, Err(OrgError::BadCode)));
        hands.advance(Duration::from_secs(30));
        orgs.change_password(&ada, words(), Some(&Proof::Code(code(&hands)))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_password_that_a_letter_or_the_console_changed_is_told_of() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        owner(&db, &orgs).await;
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let mail = links::letters_once(&db, 2).await;
        let link = token(mail.last().unwrap(), RESET);
        orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        assert!(orgs.reset_password("ada@example.com", "third horse".into()).await.unwrap());
        let mail = letters(&db).await;
        assert_eq!(mail.len(), 4);
        assert!(
            mail[2..].iter().all(|(to, text)| to == "ada@example.com" && text.contains("has a new password"))
        );
    })
    .await;
}
