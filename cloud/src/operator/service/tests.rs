//! Stories of whoever runs the cloud, on both databases.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;
use vitrine_protocol::{Permission, Role, ShowState};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, each_app_at, operator, owner};
use crate::base::Denied;
use crate::catalog::{CatalogError, ProductDraft};
use crate::mail::Locale;
use crate::org::{Authenticator, NewInvitation, OrgError, Registration};
use crate::plan::{Limit, Limits, Names, PlanDraft};
use crate::show::{MediaFact, ShowDraft, Told};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn draft(json: Value) -> PlanAssignment {
    serde_json::from_value(json).unwrap()
}

fn registration(name: &str) -> Registration {
    Registration {
        email: format!("{name}@example.com"),
        password: "correct horse".into(),
        name: "Ada".into(),
        organization_name: name.into(),
        slug: None,
        locale: Locale::En,
    }
}

/// A show on air, and the key that its publisher came with.
async fn live(app: &App, actor: &Actor, org: OrgId) -> (ShowId, String) {
    let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
    let show = app.shows.create(actor, org, draft).await.unwrap().id;
    let key = app.shows.issue_key(actor, org, show).await.unwrap().key;
    let session = app.shows.admit(&key).await.unwrap().session;
    let told = Told { fence: 1, at: app.clock.now() };
    app.shows.report(show, told, MediaFact::Receiving { session }).await.unwrap();
    app.shows.go_live(actor, org, show).await.unwrap();
    (show, key)
}

/// What a browser gets.
async fn get(app: &App, path: &str) -> (u16, Value) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = crate::http::router(app).oneshot(request).await.unwrap();
    let (status, body) = (response.status().as_u16(), to_bytes(response.into_body(), 1 << 20).await.unwrap());
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn only_an_operator_with_a_confirmed_address_may_look_above_organisations() {
    each_app(async |app, _| {
        let (ada, org, token) = owner(&app, "Nord").await;
        let refused = app.operators.organizations(&ada, None, None, 50).await;
        assert!(matches!(refused, Err(OperatorError::Denied(Denied::NotOperator))));
        // An address that was only claimed makes nobody an operator: others may claim it, too.
        let console = Actor::service("console");
        let claimed = app.operators.set_operator(&console, "nord@example.com", true).await;
        assert!(matches!(claimed, Err(OperatorError::Org(OrgError::NoAccount))));
        let (ops, ops_token) = operator(&app, "Ops").await;
        assert!(ops.operator && app.orgs.me(&ops).await.unwrap().operator);
        let seen = app.operators.organizations(&ops, Some("nor"), None, 50).await.unwrap().items;
        assert_eq!((seen.len(), seen[0].id, seen[0].members, seen[0].plan.as_str()), (1, org, 1, "open"));
        let by_address = app.operators.organizations(&ops, Some("NORD@example.com"), None, 50).await.unwrap();
        assert_eq!(by_address.items[0].id, org);
        for nothing in ["%", "_", "moon"] {
            let none = app.operators.organizations(&ops, Some(nothing), None, 50).await.unwrap();
            assert!(none.items.is_empty(), "{nothing}");
        }
        let page = app.operators.organizations(&ops, None, None, 1).await.unwrap();
        let after = page.next.unwrap().parse().unwrap();
        let rest = app.operators.organizations(&ops, None, Some(after), 1).await.unwrap();
        assert_ne!(page.items[0].id, rest.items[0].id);
        assert!(app.shows.list(&ops, org, None, 50).await.is_err(), "they see no shop from within");
        app.operators.set_operator(&ops, "ops@example.com", false).await.unwrap();
        assert!(!app.orgs.authenticate(&ops_token).await.unwrap().operator, "from the next request on");
        assert!(!app.orgs.authenticate(&token).await.unwrap().operator);
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_does_is_noted_and_told_to_the_organisation() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let limits = Limits { seats: Some(1), ..Limits::default() };
        let names = Names { en: "Tiny".into(), de: None, fr: None };
        let tiny = PlanDraft { names, limits, price: None, offered: true };
        app.operators.put_plan(&ops, "tiny", tiny.clone()).await.unwrap();
        let bad = PlanDraft { limits: Limits { seats: Some(-1), ..limits }, ..tiny.clone() };
        assert!(matches!(
            app.operators.put_plan(&ops, "tiny", bad).await,
            Err(OperatorError::Plan(PlanError::Invalid(_)))
        ));
        assert!(app.operators.put_plan(&ops, "No Key", tiny).await.is_err());
        let add_ons = json!([{"key": "seats-5", "quantity": 1}]);
        let file = app
            .operators
            .assign(&ops, org, draft(json!({"plan": "tiny", "add_ons": add_ons})))
            .await
            .unwrap();
        assert_eq!((file.plan.limits.seats, file.plan.used.seats), (Some(6), Some(1)));
        assert_eq!(file.organization.plan, "tiny");
        assert!(app.operators.assign(&ops, org, draft(json!({"plan": "moon"}))).await.is_err());
        app.operators.suspend(&ops, org, "unpaid", false).await.unwrap();
        app.operators.resume(&ops, org).await.unwrap();
        app.operators.resume(&ops, org).await.unwrap();
        let deeds = app.operators.audit(&ops, &DeedFilter::default(), None, 50).await.unwrap().items;
        let kinds: Vec<_> = deeds.iter().map(|deed| deed.kind).collect();
        assert_eq!(
            kinds,
            [
                DeedKind::OrganizationResumed,
                DeedKind::OrganizationSuspended,
                DeedKind::PlanAssigned,
                DeedKind::PlanSaved,
                DeedKind::OperatorAdded
            ]
        );
        assert_eq!((deeds[1].organization, deeds[1].actor_name.as_deref()), (Some(org), Some("Ada")));
        assert_eq!(deeds[1].detail["reason"], "unpaid");
        let told = app.orgs.audit(&ada, org, None, 50).await.unwrap().items;
        let by_operator = told.iter().filter(|deed| deed.fact.actor == "service:operator").count();
        assert_eq!(by_operator, 3, "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_suspended_organisation_looks_and_changes_nothing_and_its_show_goes_on() {
    each_app(async |app, _| {
        let (ada, org, token) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let (show, key) = live(&app, &ada, org).await;
        let other = app
            .shows
            .create(&ada, org, ShowDraft { title: "B".into(), ..ShowDraft::default() })
            .await
            .unwrap();
        let other_key = app.shows.issue_key(&ada, org, other.id).await.unwrap().key;
        assert_eq!(get(&app, &format!("/v1/public/shows/{show}")).await.0, 200);
        app.operators.suspend(&ops, org, "unpaid", false).await.unwrap();

        let ada = app.orgs.authenticate(&token).await.unwrap();
        assert_eq!(ada.require(Permission::ViewShows, org), Ok(()));
        let refused = app.shows.create(&ada, org, ShowDraft::default()).await;
        assert!(matches!(refused, Err(ShowError::Denied(Denied::Suspended))));
        assert!(app.orgs.me(&ada).await.unwrap().organizations[0].suspended);
        let scarf = ProductDraft {
            title: "Scarf".into(),
            description: String::new(),
            url: "https://shop.example/scarf".into(),
            currency: vitrine_protocol::Currency::try_from("EUR").unwrap(),
            price_minor: Some(1),
            compare_at_minor: None,
            stock: None,
            variants: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
        };
        let by_import = app.catalog.create_product(&Actor::service("import"), org, scarf).await;
        assert!(matches!(by_import, Err(CatalogError::Plan(PlanError::Suspended(_)))));
        assert!(matches!(app.shows.admit(&other_key).await, Err(ShowError::Plan(PlanError::Suspended(_)))));
        app.shows.admit(&key).await.unwrap();
        assert!(app.shows.find(show).await.unwrap().unwrap().state.on_air(), "it goes on");
        for path in [format!("/v1/public/shows/{show}"), "/v1/public/channels/nord".to_owned()] {
            let (status, body) = get(&app, &path).await;
            assert_eq!((status, body["code"].as_str()), (403, Some("organization_suspended")), "{body}");
        }
        app.operators.resume(&ops, org).await.unwrap();
        assert_eq!(get(&app, "/v1/public/channels/nord").await.0, 200);
        app.operators.suspend(&ops, org, "unpaid", true).await.unwrap();
        assert_eq!(app.shows.find(show).await.unwrap().unwrap().state, ShowState::Ended);
    })
    .await;
}

#[tokio::test]
async fn an_operator_ends_a_show_and_nobody_elses_word_does() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let (show, _) = live(&app, &ada, org).await;
        assert!(matches!(app.operators.end_show(&ada, show).await, Err(OperatorError::Denied(_))));
        assert!(matches!(app.operators.end_show(&ops, ShowId::new()).await, Err(OperatorError::NoShow)));
        assert_eq!(app.operators.end_show(&ops, show).await.unwrap().state, ShowState::Ended);
        let again = app.operators.end_show(&ops, show).await;
        assert!(matches!(again, Err(OperatorError::Show(ShowError::Ended))));
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_second_factor_comes_in_again_by_an_operator_alone() {
    each_app(async |app, _| {
        let (ada, _, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let refused = app.operators.remove_factor(&ops, "nord@example.com").await;
        assert!(matches!(refused, Err(OperatorError::Org(OrgError::NoAccount))), "nobody has confirmed it");
        let me = app.orgs.me(&ada).await.unwrap().user;
        app.orgs.confirm_address(&me).await;
        let refused = app.operators.remove_factor(&ops, "nord@example.com").await;
        assert!(matches!(refused, Err(OperatorError::Org(OrgError::NoFactor))));
        app.orgs.enrol_totp(&ada, "correct horse".into()).await.unwrap();
        crate::db::testing::run(&app.db, "UPDATE totp_factors SET confirmed_ms = 1").await;
        let sign_in = || app.orgs.sign_in("nord@example.com", "correct horse".into(), HOME);
        assert!(matches!(sign_in().await, Err(OrgError::SecondFactor(_))));
        assert!(matches!(app.operators.remove_factor(&ada, &me.email).await, Err(OperatorError::Denied(_))));
        let letters = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'";
        let before = crate::db::testing::number(&app.db, letters).await;
        assert_eq!(app.operators.remove_factor(&ops, "NORD@example.com").await.unwrap().id, me.id);
        assert_eq!(crate::db::testing::number(&app.db, letters).await, before + 1);
        sign_in().await.expect("the password alone");
        let deed = app.operators.audit(&ops, &DeedFilter::default(), None, 1).await.unwrap().items.remove(0);
        assert_eq!(
            (deed.kind, deed.detail["user"].as_str()),
            (DeedKind::FactorRemoved, Some(&*me.id.to_string()))
        );
    })
    .await;
}

#[tokio::test]
async fn with_a_lost_factor_passkeys_go_too_as_the_device_that_was_lost_may_hold_both() {
    each_app_at(Some("https://live.example"), async |app, _| {
        let (ada, ..) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let me = app.orgs.me(&ada).await.unwrap().user;
        app.orgs.confirm_address(&me).await;
        let mut key = Authenticator::at("https://live.example");
        for name in ["Laptop", "Phone"] {
            key = Authenticator::at("https://live.example");
            let asked = app.orgs.begin_passkey(&ada, "correct horse".into(), None).await.unwrap();
            let said = key.make(&asked.options);
            app.orgs.finish_passkey(&ada, &asked.challenge, name, &said).await.unwrap();
        }
        let letters = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'";
        let before = crate::db::testing::number(&app.db, letters).await;
        app.operators.remove_factor(&ops, &me.email).await.expect("passkeys alone are factors too");
        assert_eq!(crate::db::testing::number(&app.db, letters).await, before + 1, "one letter names both");
        assert!(app.orgs.passkeys(&ada).await.unwrap().is_empty());
        let asked = app.orgs.ask_passkey(&HOME.into()).await.unwrap();
        let said = key.answer(&asked.options);
        let gone = app.orgs.sign_in_by_passkey(&asked.challenge, &said, &HOME.into()).await;
        assert!(matches!(gone, Err(OrgError::PasskeyUnknown)));
        let refused = app.operators.remove_factor(&ops, &me.email).await;
        assert!(matches!(refused, Err(OperatorError::Org(OrgError::NoFactor))));
    })
    .await;
}

#[tokio::test]
async fn while_sign_up_is_not_open_only_who_is_invited_comes_in() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        for (n, mode) in [SignUp::Invitation, SignUp::Closed].into_iter().enumerate() {
            app.operators.set_sign_up(&ops, mode).await.unwrap();
            let refused = app.orgs.register(registration("late"), HOME).await;
            assert!(matches!(refused, Err(OrgError::SignUpClosed)), "{mode:?}");
            assert!(matches!(app.orgs.create_organization(&ada, "Two").await, Err(OrgError::SignUpClosed)));
            let email = format!("mo{n}@example.com");
            let new = NewInvitation { email, role: Role::Host, role_id: None, locale: None };
            let invited = app.orgs.invite(&ada, org, new).await.unwrap();
            let token = invited.link.split(['=', '&']).nth(1).unwrap().to_owned();
            app.orgs.accept_as_new(&token, "Mo", "battery staple".into(), HOME).await.unwrap();
        }
        app.orgs.create_organization(&ops, "Three").await.unwrap();
        app.operators.set_sign_up(&ops, SignUp::Open).await.unwrap();
        app.orgs.register(registration("late"), HOME).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_the_plan_has_no_more_of_is_said_with_its_name_and_numbers() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        app.operators.assign(&ops, org, draft(json!({"plan": "free"}))).await.unwrap();
        let make = || app.shows.create(&ada, org, ShowDraft { title: "A".into(), ..ShowDraft::default() });
        for _ in 0..4 {
            make().await.unwrap();
        }
        let error = crate::base::ApiError::from(make().await.unwrap_err());
        assert_eq!((error.code.as_str(), error.status.as_u16()), ("plan_limit", 409));
        let limit = error.plan_limit.unwrap();
        assert_eq!((limit.limit, limit.allowed, limit.used), (Limit::ShowsAMonth.as_str(), 4, 4));
    })
    .await;
}

#[tokio::test]
async fn in_a_suspended_shop_what_goes_on_can_be_ended() {
    each_app(async |app, _| {
        let (ada, org, token) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let (show, _) = live(&app, &ada, org).await;
        app.operators.suspend(&ops, org, "unpaid", false).await.unwrap();
        let ada = app.orgs.authenticate(&token).await.unwrap();
        assert_eq!(app.shows.end(&ada, org, show).await.unwrap().state, ShowState::Ended);
        let refused = app.shows.go_live(&ada, org, show).await;
        assert!(matches!(refused, Err(ShowError::Denied(Denied::Suspended))));
        // What is not there is answered as everywhere: it was not refused.
        let released = app.catalog.release(&ada, org, vitrine_protocol::ReservationId::new()).await;
        assert!(matches!(released, Err(CatalogError::NoReservation(_))));
    })
    .await;
}

#[tokio::test]
async fn a_plan_of_a_later_version_closes_nothing_here() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        app.operators.assign(&ops, org, draft(json!({"plan": "free"}))).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE org_plans SET plan = 'galaxy', next_plan = 'galaxy', next_ms = 1")
            .execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        live(&app, &ada, org).await;
        assert_eq!(app.orgs.most_viewers(org).await.unwrap(), None);
        assert_eq!(app.plans.view(org).await.unwrap().plan.key, "galaxy");
        assert_eq!(app.plans.apply_due().await.unwrap(), 0, "a process that knows it does that");
        assert!(app.operators.assign(&ops, org, draft(json!({"plan": "galaxy"}))).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_show_is_ended_with_its_note_or_not_at_all() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        let (show, _) = live(&app, &ada, org).await;
        crate::db::testing::run(&app.db, "ALTER TABLE operator_deeds RENAME TO away").await;
        assert!(app.operators.end_show(&ops, show).await.is_err());
        assert!(app.shows.find(show).await.unwrap().unwrap().state.on_air(), "no end without a note");
        crate::db::testing::run(&app.db, "ALTER TABLE away RENAME TO operator_deeds").await;
        app.operators.end_show(&ops, show).await.unwrap();
        let deeds = "SELECT COUNT(*) FROM operator_deeds WHERE kind = 'show_ended'";
        assert_eq!(crate::db::testing::number(&app.db, deeds).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_was_not_meant_is_stopped_with_a_note() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        assert!(matches!(app.operators.stop_deletion(&ops, org).await, Err(OperatorError::Leaving(_))));
        let meant = serde_json::from_value(json!({"name": "Nord", "password": "correct horse"})).unwrap();
        app.leaving.schedule(&ada, org, meant).await.unwrap();
        let file = app.operators.organization(&ops, org).await.unwrap();
        assert!(file.deletion.is_some_and(|deletion| !deletion.begun));
        assert!(matches!(app.operators.stop_deletion(&ada, org).await, Err(OperatorError::Denied(_))));
        app.operators.stop_deletion(&ops, org).await.unwrap();
        assert!(app.operators.organization(&ops, org).await.unwrap().deletion.is_none());
        let kind = Some(DeedKind::DeletionStopped);
        let filter = DeedFilter { kind, organization: Some(org), ..DeedFilter::default() };
        assert_eq!(app.operators.audit(&ops, &filter, None, 9).await.unwrap().items.len(), 1);
        let told = app.orgs.audit(&ada, org, None, 1).await.unwrap().items.remove(0).fact;
        assert_eq!(
            (told.actor.as_str(), told.event),
            ("service:operator", crate::events::Event::OrganizationDeletionCancelled)
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_closes_nobody_else() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (_, well, _) = owner(&app, "Sud").await;
        let (ops, _) = operator(&app, "Ops").await;
        assert!(app.operators.unreadable(&ops).await.unwrap().is_empty());
        app.operators.assign(&ops, org, draft(json!({"plan": "free"}))).await.unwrap();
        let run = async |sql: String| crate::db::testing::run(&app.db, &sql).await;
        run(format!("UPDATE members SET role = 'captain' WHERE org_id = '{org}'")).await;
        run("UPDATE org_plans SET add_ons = '{'".into()).await;
        run("INSERT INTO plans (key, names, limits, offered, version) VALUES ('odd', '{}', '{}', TRUE, 1)"
            .into())
        .await;
        run(format!(
            "INSERT INTO billing_accounts (org_id, provider, customer, subscribed, state)
             VALUES ('{org}', 'stripe', 'cus_1', 'no json', 'active')"
        ))
        .await;
        run(format!(
            "INSERT INTO org_roles (id, org_id, name, permissions, created_ms, version)
             VALUES ('{}', '{org}', 'Odd', 'view_shows fly', 1, 1)",
            vitrine_protocol::RoleId::new()
        ))
        .await;
        let found = app.operators.unreadable(&ops).await.unwrap();
        let kinds: Vec<_> = found.iter().map(|row| serde_json::to_value(row.what).unwrap()).collect();
        assert_eq!(kinds, ["role", "role_permissions", "plan", "plan_offer", "billing"], "{found:?}");
        assert!(found[0].reason.contains("captain") && found[1].reason.contains("fly"), "{found:?}");
        assert!(found.iter().all(|row| row.organization == Some(org) || row.id.as_deref() == Some("odd")));
        assert_eq!(
            app.plans.view(well).await.unwrap().plan.key,
            "open",
            "one odd plan closes no other organisation"
        );
        assert!(matches!(app.operators.unreadable(&ada).await, Err(OperatorError::Denied(_))));
    })
    .await;
}

#[tokio::test]
async fn deeds_are_found_by_kind_actor_organisation_and_time() {
    each_app(async |app, hands| {
        let (_, org, _) = owner(&app, "Nord").await;
        let (ops, _) = operator(&app, "Ops").await;
        app.operators.suspend(&ops, org, "unpaid", false).await.unwrap();
        hands.advance(std::time::Duration::from_secs(3600));
        app.operators.resume(&ops, org).await.unwrap();
        let count = async |filter: DeedFilter| {
            app.operators.audit(&ops, &filter, None, 50).await.unwrap().items.len()
        };
        let none = DeedFilter::default;
        assert_eq!(count(none()).await, 3);
        assert_eq!(count(DeedFilter { kind: Some(DeedKind::OrganizationSuspended), ..none() }).await, 1);
        assert_eq!(count(DeedFilter { organization: Some(org), ..none() }).await, 2);
        assert_eq!(count(DeedFilter { actor: Some("service:console".into()), ..none() }).await, 1);
        let now = Some(app.clock.now());
        assert_eq!(count(DeedFilter { from: now, ..none() }).await, 1);
        assert_eq!(count(DeedFilter { until: now, organization: Some(org), ..none() }).await, 1);
    })
    .await;
}
