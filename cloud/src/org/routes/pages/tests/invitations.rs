//! The page of an invitation, as those see it who have an account and who have none.

use vitrine_protocol::Role;

use super::*;
use crate::org::{NewInvitation, OrgError};

async fn post(router: &Router, fields: &[(&str, &str)]) -> (u16, String) {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post("/account/invitation").header("content-type", kind).body(Body::from(body));
    let (status, _, body) = ask(router, request.unwrap()).await;
    (status, body)
}

fn invitation(email: &str) -> NewInvitation {
    NewInvitation { email: email.into(), role: Role::Moderator, role_id: None, locale: None }
}

/// The token of a link that is handed on.
fn token(link: &str) -> String {
    link.split_once("token=").unwrap().1.split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_has_an_account_types_its_password_alone_and_who_has_none_chooses_one() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let home: std::net::IpAddr = std::net::Ipv4Addr::LOCALHOST.into();
        let mo = crate::org::Registration {
            email: "mo@example.com".into(),
            password: "battery staple".into(),
            name: "Mo".into(),
            organization_name: "Mo".into(),
            slug: None,
            locale: crate::mail::Locale::En,
        };
        let mo = app.orgs.register(mo, home).await.unwrap().user;
        let router = crate::http::router(&app);
        let link = app.orgs.invite(&actor, org, invitation("mo@example.com")).await.unwrap().link;
        let token_of_mo = token(&link);
        for (lang, role, new, own) in [
            ("en", "Your role: <strong>moderator</strong>", "I am new here", "I have an account"),
            ("de", "Deine Rolle: <strong>Moderator</strong>", "Ich bin neu hier", "Ich habe ein Konto"),
            ("fr", "Votre rôle : <strong>modérateur</strong>", "Je suis nouveau ici", "J’ai un compte"),
        ] {
            let path = format!("/account/invitation?token={token_of_mo}&lang={lang}");
            let (status, _, page) = get(&router, &path).await;
            assert!(
                status == 200 && page.contains(role) && page.contains(new) && page.contains(own),
                "{page}"
            );
            assert!(
                page.contains("autocomplete=\"current-password\"")
                    && page.contains("autocomplete=\"new-password\"")
            );
        }
        let own = |password| {
            [("token", token_of_mo.as_str()), ("lang", "de"), ("way", "own"), ("password", password)]
        };
        let (status, page) = post(&router, &own("wrong staple")).await;
        assert!(
            status == 422 && page.contains("nicht das Passwort") && page.contains("role=\"alert\""),
            "{page}"
        );
        let users = "SELECT COUNT(*) FROM users";
        assert_eq!(
            crate::db::testing::number(&app.db, users).await,
            2,
            "who says to have an account gets no other"
        );
        let (status, page) = post(&router, &own("battery staple")).await;
        assert!(status == 200 && page.contains("Du gehörst jetzt zu <strong>Nord</strong>."), "{page}");
        let opens = "vitrine://open?cloud=http%3A%2F%2F127.0.0.1%3A1\"";
        assert!(page.contains(opens) && page.contains("<strong>http://127.0.0.1:1</strong>"), "{page}");
        assert!(page.contains("<strong>mo@example.com</strong>"), "{page}");
        assert_eq!(app.orgs.member(&actor, org, mo.id).await.unwrap().role, Role::Moderator);

        // The link is over: who used it is told that they are in.
        let path = format!("/account/invitation?token={token_of_mo}&lang=en");
        let (status, _, page) = get(&router, &path).await;
        assert!(status == 410 && page.contains("you are in") && page.contains("vitrine://open"), "{page}");

        let link = app.orgs.invite(&actor, org, invitation("jo@example.com")).await.unwrap().link;
        let token_of_jo = token(&link);
        let new = |name| {
            let token = token_of_jo.as_str();
            [("token", token), ("lang", "fr"), ("way", "new"), ("name", name), ("password", "pomme verte")]
        };
        assert_eq!(post(&router, &new(" ")).await.0, 422, "a new account has a name");
        let (status, page) = post(&router, &new("Jo")).await;
        assert!(status == 200 && page.contains("Vous faites maintenant partie de"), "{page}");
        let jo = app.orgs.sign_in("jo@example.com", "pomme verte".into(), home).await.unwrap();
        let jo = app.orgs.authenticate(&jo.token).await.unwrap();
        assert_eq!(app.orgs.me(&jo).await.unwrap().locale, crate::mail::Locale::Fr, "as they read the page");
    })
    .await;
}

#[tokio::test]
async fn who_accepts_with_an_authenticator_by_the_document_is_a_member_only_once_it_was_shown() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let home: std::net::IpAddr = std::net::Ipv4Addr::LOCALHOST.into();
        let (sud, ..) = owner(&app, "Sud").await;
        let made = app.orgs.enrol_totp(&sud, "correct horse".into()).await.unwrap();
        let bytes = data_encoding::BASE32_NOPAD.decode(made.secret.as_bytes()).unwrap();
        let secret = crate::org::totp::Secret::of(&bytes);
        let step = crate::org::totp::Secret::step_at(app.clock.now());
        let codes = app.orgs.confirm_totp(&sud, &secret.code(step).unwrap()).await.unwrap();
        let link = app.orgs.invite(&actor, org, invitation("sud@example.com")).await.unwrap().link;
        let router = crate::http::router(&app);
        let body = json!({"token": token(&link), "password": "correct horse"});
        let (status, problem) = json_of(&router, "/v1/invitation-acceptances", body).await;
        assert_eq!((status, &problem["code"]), (401, &json!("second_factor_required")), "{problem}");
        let member = app.orgs.member(&actor, org, sud.user().unwrap()).await;
        assert!(matches!(member, Err(OrgError::NoMember)));
        let shown = json!({"challenge": problem["challenge"]["token"], "recovery_code": codes.codes[0]});
        let (status, signed_in) = json_of(&router, "/v1/sign-ins/second-factor", shown).await;
        assert_eq!(status, 201, "{signed_in}");
        let request = Request::post("/v1/me/invitations")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", signed_in["token"].as_str().unwrap()))
            .body(Body::from(json!({"token": token(&link)}).to_string()));
        let (status, _, joined) = ask(&router, request.unwrap()).await;
        assert_eq!(status, 200, "{joined}");
        app.orgs.sign_in("nord@example.com", "correct horse".into(), home).await.unwrap();
        app.orgs.member(&actor, org, sud.user().unwrap()).await.unwrap();
    })
    .await;
}
