//! People who come from an issuer for the first time.

use super::links::orgs;
use super::people::{new, owner};
use super::*;
use crate::mail::Locale;
use crate::org::SignUp;
use crate::org::oidc::{Oidc, OidcSettings, Person};

fn issuer(trusts_addresses: bool) -> Oidc {
    Oidc::new(OidcSettings {
        issuer: "https://issuer.example".into(),
        client_id: "vitrine".into(),
        client_secret: None,
        label: "Example".into(),
        trusts_addresses,
        redirect: "https://cloud.example/account/oidc/callback".into(),
    })
    .unwrap()
}

fn somebody(email: &str) -> Person {
    Person { subject: email.into(), email: Some(email.into()), name: Some("Mo".into()), tells_address: true }
}

#[tokio::test]
async fn where_not_everybody_may_make_an_account_nobody_comes_to_one_from_an_issuer() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (actor, org, _) = owner(&db, &orgs).await;
        let come = async |email: &str, trusted| {
            orgs.first_time(&issuer(trusted), &somebody(email), Locale::En).await.map(drop)
        };
        come("first@example.com", false).await.unwrap();
        for (n, mode) in [SignUp::Invitation, SignUp::Closed].into_iter().enumerate() {
            let mut tx = db.begin().await.unwrap();
            orgs.set_sign_up(&mut tx, mode).await.unwrap();
            tx.commit().await.unwrap();
            let email = format!("mo{n}@example.com");
            assert!(matches!(come(&email, false).await, Err(OrgError::SignUpClosed)), "{mode:?}");
            orgs.invite(&actor, org, new(&email, Role::Host)).await.unwrap();
            come(&email, false).await.expect("invited");
            come(&format!("own{n}@example.com"), true).await.expect("the operator's own people");
        }
        let users: i64 =
            crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(c).await).unwrap();
        assert_eq!(users, 6);
    })
    .await;
}

/// What somebody who comes from an issuer goes on with, when an account says that their address is its own.
async fn ticket(orgs: &Orgs, request: vitrine_protocol::SignInRequestId, email: &str) -> String {
    let asked = orgs.first_time(&issuer(false), &somebody(email), Locale::En).await.unwrap();
    let identities::First::Asked { email, claimed } = asked else { panic!("nobody is asked") };
    orgs.ticket_for_tests(request, "https://issuer.example", &email, claimed)
}

#[tokio::test]
async fn who_registered_and_then_comes_from_an_issuer_keeps_the_account_that_holds_their_work() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new()).trusting(Some(issuer(false)));
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let (first, org) = (signed_in.user.id, signed_in.organizations[0].id);
        assert!(!signed_in.user.email_verified, "no letter was read yet");
        let new = crate::org::NewSignInRequest { device_name: "Laptop".into() };
        let request = orgs.ask_sign_in(&new, &HOME.into()).await.unwrap();
        let sealed = ticket(&orgs, request.id, "ada@example.com").await;
        let wrong = orgs.link_identity(request.id, &sealed, "wrong horse".into(), &HOME.into()).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let proved =
            orgs.link_identity(request.id, &sealed, "correct horse".into(), &HOME.into()).await.unwrap();
        assert_eq!(proved.email, "ada@example.com");
        let user = orgs.decide_sign_in(request.id, &proved.proof, true).await.unwrap();
        assert_eq!(
            (user.id, user.email_verified),
            (first, true),
            "the issuer says that the address is theirs"
        );
        let signed_in = orgs.take_session(request.id, &request.secret, &HOME.into()).await.unwrap();
        assert_eq!(signed_in.organizations[0].id, org);
        let users = crate::db::testing::number(&db, "SELECT COUNT(*) FROM users").await;
        assert_eq!(users, 1, "nobody has two accounts");
    })
    .await;
}

#[tokio::test]
async fn whose_address_a_stranger_took_first_begins_with_an_account_of_their_own() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new()).trusting(Some(issuer(false)));
        let squatter = orgs.register(ada(), HOME).await.unwrap();
        let new = crate::org::NewSignInRequest { device_name: "Laptop".into() };
        let request = orgs.ask_sign_in(&new, &HOME.into()).await.unwrap();
        let sealed = ticket(&orgs, request.id, "ada@example.com").await;
        for _ in 0..2 {
            // Sent twice, it makes one account.
            let proved = orgs.begin_anew(request.id, &sealed, Locale::En, &HOME.into()).await.unwrap();
            assert_eq!(proved.email, "ada@example.com");
        }
        assert_eq!(crate::db::testing::number(&db, "SELECT COUNT(*) FROM users").await, 2);
        let owned = "SELECT COUNT(*) FROM users WHERE email = 'ada@example.com' AND claimed_email IS NULL";
        assert_eq!(crate::db::testing::number(&db, owned).await, 1);
        // The other's ticket is of no use any more to whoever knows the squatter's password.
        let late = orgs.link_identity(request.id, &sealed, "correct horse".into(), &HOME.into()).await;
        assert!(late.is_err(), "the address is somebody's own by now");
        orgs.authenticate(&squatter.token).await.unwrap();
        let unclaimed = orgs.ticket_for_tests(request.id, "https://issuer.example", "bo@example.com", false);
        let refused = orgs.begin_anew(request.id, &unclaimed, Locale::En, &HOME.into()).await;
        assert!(matches!(refused, Err(OrgError::BadLink)));
    })
    .await;
}

#[tokio::test]
async fn who_comes_back_with_a_state_that_was_made_for_something_else_is_not_believed() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands).trusting(Some(issuer(false)));
        let new = crate::org::NewSignInRequest { device_name: "Laptop".into() };
        let (one, other) = (
            orgs.ask_sign_in(&new, &HOME.into()).await.unwrap().id,
            orgs.ask_sign_in(&new, &HOME.into()).await.unwrap().id,
        );
        let (word, foreign) = (crate::base::Secret::new("vto_"), crate::base::Secret::new("vto_"));
        let state = |word: &crate::base::Secret, purpose, id| identities::made(word.expose(), purpose, id);
        let come = async |word: &str, state: String, code: &str| {
            orgs.finish_oidc(one, word, (&state, code), Locale::En, &HOME.into()).await.map(drop)
        };
        let right = || state(&word, "state", one);
        for (word, state, code) in [
            (word.expose(), state(&word, "state", other), "code"),
            (word.expose(), state(&foreign, "state", one), "code"),
            (word.expose(), state(&word, "nonce", one), "code"),
            (foreign.expose(), right(), "code"),
            ("", state(&crate::base::Secret::new(""), "state", one), "code"),
            (word.expose(), right(), &*"c".repeat(5000)),
        ] {
            assert!(matches!(come(word, state, code).await, Err(OrgError::BadLink)));
        }
        hands.advance(Duration::from_secs(11 * 60));
        let late = come(word.expose(), right(), "code").await;
        assert!(matches!(late, Err(OrgError::BadLink)), "the request it was made for is over");
    })
    .await;
}
