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
