//! Where nobody takes payments, invoices are written.

use std::time::Duration;

use vitrine_protocol::InvoiceId;

use super::*;
use crate::app::testing::each_app;
use crate::app::testing::operator;
use crate::billing::{BillingChoice, BillingError, Invoice, InvoiceMove, InvoiceState};
use crate::db::testing::run;
use crate::plan::PlanChange;

/// Prices that the operator gave the program's plans.
async fn price_plans(app: &App) {
    for (key, price) in [("starter", 2900_i64), ("pro", 9900)] {
        let mut plan = app.plans.plans().await.unwrap().into_iter().find(|plan| plan.key == key).unwrap();
        plan.builtin = false;
        let names = serde_json::to_string(&plan.names).unwrap();
        let limits = serde_json::to_string(&plan.limits).unwrap();
        let db = &app.db;
        let mut tx = db.begin().await.unwrap();
        on!(tx, c => sqlx::query(
            "INSERT INTO plans (key, names, limits, price_minor, currency, offered, version)
             VALUES ($1, $2, $3, $4, 'EUR', TRUE, 1)"
        ).bind(key).bind(names).bind(limits).bind(price).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
    }
}

/// The same stories without Stripe, of an owner whom letters reach and an organisation that has paid before.
async fn each_book(story: impl AsyncFn(Story)) {
    each_newcomer(async |newcomer| {
        newcomer.confirm().await;
        let known = format!(
            "INSERT INTO billing_accounts (org_id, provider, customer, subscribed, state, has_paid)
             VALUES ('{0}', 'invoice', '{0}', '{{}}', 'none', TRUE)",
            newcomer.org
        );
        run(&newcomer.app.db, &known).await;
        Box::pin(story(newcomer)).await;
    })
    .await;
}

/// The same of one who was never seen before.
async fn each_newcomer(story: impl AsyncFn(Story)) {
    each_db(async |db| {
        let (dir, hands) = (tempfile::tempdir().unwrap(), TestClock::new());
        let stripe = Emulator::start(hands.clock(), &PRICES).await;
        let mut config = Config::for_testing(dir.path());
        (config.plan.default_plan, config.plan.plan_self_service) = ("free".into(), true);
        (config.billing.seller, config.billing.tax_note) = ("Nord AG".into(), "No VAT, §19 UStG.".into());
        let local = SocketAddr::from(([127, 0, 0, 1], 1));
        let addresses = Addresses { http: local, rtmp: local };
        let tokens = rtm::ViewerTokens::for_testing();
        let app = App::over(db, config, hands.clock(), addresses, KeyRing::for_testing(), tokens).unwrap();
        price_plans(&app).await;
        let (actor, org, token) = owner(&app, "Nord").await;
        let router = http::router(&app);
        Box::pin(story(Story { app, hands, stripe, router, actor, org, token })).await;
    })
    .await;
}

impl Story {
    /// The owner reads the letter that shows their address to be theirs.
    async fn confirm(&self) {
        self.app.orgs.confirm_address(&self.app.orgs.me(&self.actor).await.unwrap().user).await;
    }

    async fn invoices(&self) -> Vec<Invoice> {
        self.app.billing.invoices(&self.actor, self.org, None, 50).await.unwrap().items
    }

    /// Time goes on, and the timers with it.
    async fn later(&self, days: u64) {
        self.hands.advance(Duration::from_secs(days * 86_400));
        self.app.billing.look_around().await.unwrap();
        self.app.billing.end_grace().await.unwrap();
    }

    async fn close(&self, id: InvoiceId, to: InvoiceMove) {
        self.app.billing.close_invoice(&Actor::service("operator"), id, to).await.unwrap();
    }
}

#[tokio::test]
async fn each_period_and_each_change_has_an_invoice_and_numbers_have_no_gaps() {
    each_book(async |story| {
        let (status, refused) = story.ask("POST", "/billing/checkout", choice("pro", 0)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("no_online_payment")));
        let (status, view) = story.change("starter", 0).await;
        assert_eq!(
            (status, &view["provider"], &view["state"]),
            (200, &json!("invoice"), &json!("active")),
            "{view}"
        );
        assert_eq!(story.plan().await.0, "starter");
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        let end = story.view().await.period_end.unwrap();
        story.hands.advance((end - story.app.clock.now()).to_std().unwrap() / 2);
        story.change("pro", 0).await;
        story.change("starter", 0).await;
        assert_eq!(story.plan().await.0, "pro", "less holds from the next period on");
        let invoices = story.invoices().await;
        let told: Vec<_> = invoices.iter().map(|one| (one.number, one.total_minor, one.state)).collect();
        assert_eq!(told, [(2, 3500, InvoiceState::Open), (1, 2900, InvoiceState::Paid)]);
        assert_eq!((invoices[0].lines.len(), invoices[0].seller.as_str()), (2, "Nord AG"));
        assert_eq!(
            (invoices[0].tax_note.as_str(), invoices[0].customer_name.as_str()),
            ("No VAT, §19 UStG.", "Nord")
        );
        story.close(invoices[0].id, InvoiceMove::Paid).await;
        story.later(16).await;
        assert_eq!(story.plan().await.0, "starter");
        let third = &story.invoices().await[0];
        assert_eq!((third.number, third.total_minor, third.period_start), (3, 2900, end));

        let path = format!("/invoices/{}", third.id);
        let (status, one) = story.ask("GET", &path, Value::Null).await;
        assert_eq!((status, &one["number"], &one["state"]), (200, &json!(3), &json!("open")));
        let (_, page) = story.ask("GET", "/invoices?limit=2", Value::Null).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let (_, rest) = story
            .ask("GET", &format!("/invoices?after={}", page["next"].as_str().unwrap()), Value::Null)
            .await;
        assert_eq!((&rest["items"][0]["number"], &rest["next"]), (&json!(1), &Value::Null));
        let (status, _) = story.ask("GET", &format!("/invoices/{}", InvoiceId::new()), Value::Null).await;
        assert_eq!(status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_invoice_that_stays_open_is_a_failed_payment_and_one_that_is_paid_late_mends_it() {
    each_book(async |story| {
        story.change("pro", 0).await;
        let (letters, due) = (story.letters().await, story.invoices().await[0].due_at);
        story.later(13).await;
        assert_eq!(story.state().await, BillingState::Active);
        story.later(1).await;
        assert_eq!(story.state().await, BillingState::PastDue);
        assert_eq!(story.view().await.grace_until, Some(due + chrono::TimeDelta::days(14)));
        assert_eq!((story.letters().await, story.plan().await.2), (letters + 1, true));
        story.later(14).await;
        assert_eq!((story.letters().await, story.plan().await.2), (letters + 2, false));
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        assert_eq!((story.state().await, story.plan().await.2), (BillingState::Active, true));
        let facts = story.facts().await;
        assert!(facts.contains(&"grace_ended".to_owned()) && facts.contains(&"payment_recovered".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn who_never_pays_gets_no_invoice_for_ever() {
    each_book(async |story| {
        story.change("pro", 0).await;
        for _ in 0..12 {
            story.later(31).await;
        }
        assert_eq!((story.invoices().await.len(), story.state().await), (1, BillingState::Cancelled));
        let (status, refused) = story.change("starter", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("payment_declined")), "what is owed comes first");
        story.close(story.invoices().await[0].id, InvoiceMove::Void).await;
        let (status, _) = story.change("starter", 0).await;
        assert_eq!((status, story.invoices().await.len()), (200, 2), "it may begin anew");
    })
    .await;
}

#[tokio::test]
async fn it_ends_with_its_period_and_a_closed_invoice_stays_closed() {
    each_book(async |story| {
        story.change("pro", 0).await;
        let (_, view) = story.change("free", 0).await;
        assert_eq!(
            (&view["coming"]["choice"], view["next_amount_minor"].as_i64()),
            (&Value::Null, None),
            "{view}"
        );
        let id = story.invoices().await[0].id;
        story.close(id, InvoiceMove::Void).await;
        let again = story.app.billing.close_invoice(&Actor::service("operator"), id, InvoiceMove::Paid).await;
        assert!(again.is_err());
        story.later(32).await;
        assert_eq!((story.state().await, story.plan().await.2), (BillingState::Cancelled, false));
        assert_eq!((story.invoices().await.len(), story.invoices().await[0].state), (1, InvoiceState::Void));
        let (status, refused) = story.change("free", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_subscribed")));
    })
    .await;
}

#[tokio::test]
async fn where_the_operator_alone_changes_plans_nobody_takes_one() {
    each_app(async |app, hands| {
        let (actor, org, token) = owner(&app, "Nord").await;
        let router = http::router(&app);
        let stripe = Emulator::start(hands.clock(), &PRICES).await;
        let story = Story { app, hands, stripe, router, actor, org, token };
        let (status, refused) = story.change("pro", 0).await;
        assert_eq!((status, &refused["code"]), (403, &json!("operator_only")), "{refused}");
        let event = json!({"id": "evt_1"});
        assert_eq!(story.hand(&signed(&event, story.app.clock.now())).await.0, 404, "no webhooks either");
        assert!(story.invoices().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_many_invoices_at_once_each_has_a_number_of_its_own() {
    each_book(async |story| {
        let mut orgs = vec![(story.actor.clone(), story.org)];
        for n in 0..5 {
            let (actor, org, _) = owner(&story.app, &format!("Shop{n}")).await;
            story.app.orgs.confirm_address(&story.app.orgs.me(&actor).await.unwrap().user).await;
            orgs.push((actor, org));
        }
        let pro: BillingChoice = serde_json::from_value(choice("pro", 0)).unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for (actor, org) in orgs {
            let (billing, pro) = (story.app.billing.clone(), pro.clone());
            tasks.spawn(async move {
                billing.change(&actor, org, pro).await.unwrap();
                billing.invoices(&actor, org, None, 9).await.unwrap().items[0].number
            });
        }
        let mut numbers = tasks.join_all().await;
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    })
    .await;
}

/// Gives a plan another price, or none, as no operator can.
async fn reprice(app: &App, key: &str, price: Option<i64>) {
    let mut tx = app.db.begin().await.unwrap();
    on!(tx, c => sqlx::query("UPDATE plans SET price_minor = $2 WHERE key = $1")
        .bind(key).bind(price).execute(c).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn many_changes_at_once_wait_for_no_second_connection() {
    each_book(async |story| {
        story.change("pro", 0).await;
        let pro: BillingChoice = serde_json::from_value(choice("pro", 0)).unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..24 {
            let (billing, actor, org, pro) =
                (story.app.billing.clone(), story.actor.clone(), story.org, pro.clone());
            tasks.spawn(async move { billing.change(&actor, org, pro).await.map(drop) });
        }
        for done in tasks.join_all().await {
            done.unwrap();
        }
        assert_eq!(story.invoices().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_operator_says_what_was_paid_and_it_is_noted() {
    each_book(async |story| {
        let (ops, token) = operator(&story.app, "Ops").await;
        story.change("starter", 0).await;
        story.later(15).await;
        assert_eq!(story.state().await, BillingState::PastDue);
        let ask = async |method: &str, path: &str, token: &str, body: Value| {
            let request = Request::builder().method(method).uri(format!("/v1/operator{path}"));
            let request = request.header("authorization", format!("Bearer {token}"));
            let request = request.header("content-type", "application/json");
            answer(&story.router, request.body(Body::from(body.to_string())).unwrap()).await
        };
        let (status, page) = ask("GET", "/invoices", &token, Value::Null).await;
        assert_eq!((status, &page["items"][0]["state"]), (200, &json!("open")), "{page}");
        let path = format!("/invoices/{}/state", page["items"][0]["id"].as_str().unwrap());
        let paid = json!({"state": "paid"});
        assert_eq!(ask("PUT", &path, &story.token().await, paid.clone()).await.0, 403);
        let (status, invoice) = ask("PUT", &path, &token, paid.clone()).await;
        assert_eq!((status, &invoice["state"]), (200, &json!("paid")), "{invoice}");
        assert_eq!(story.state().await, BillingState::Active);
        let (status, refused) = ask("PUT", &path, &token, paid).await;
        assert_eq!((status, &refused["code"]), (409, &json!("illegal_move")));

        story.change("pro", 0).await;
        let (_, first) = ask("GET", "/invoices?limit=1", &token, Value::Null).await;
        assert_eq!(first["items"][0]["state"], "open", "{first}");
        let next = format!("/invoices?limit=1&after={}", first["next"].as_str().unwrap());
        let (_, rest) = ask("GET", &next, &token, Value::Null).await;
        assert_eq!((&rest["items"][0]["state"], &rest["next"]), (&json!("paid"), &Value::Null), "{rest}");

        let path = format!("/organizations/{}/subscription/end", story.org);
        let (status, view) = ask("POST", &path, &token, json!({"at_once": true})).await;
        assert_eq!((status, &view["state"]), (200, &json!("cancelled")), "{view}");
        assert!(!story.plan().await.2);
        let (status, refused) = ask("POST", &path, &token, json!({})).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_subscribed")));
        assert_eq!(ask("GET", "/payment-webhooks", &token, Value::Null).await.0, 200);
        assert_eq!(ask("POST", "/payment-webhooks/evt_1/retry", &token, Value::Null).await.0, 404);

        let deeds = story
            .app
            .operators
            .audit(&ops, &crate::operator::DeedFilter::default(), None, 50)
            .await
            .unwrap()
            .items;
        let kinds: Vec<_> = deeds.iter().map(|deed| deed.kind.as_str()).collect();
        assert_eq!(kinds, ["subscription_ended", "invoice_closed", "operator_added"]);
        assert_eq!(deeds[1].organization, Some(story.org));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_named_of_a_plan_stays_and_a_price_that_is_paid_is_not_taken_away() {
    each_book(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        story.change("pro", 0).await;
        let change = |said: Value| serde_json::from_value::<PlanChange>(said).unwrap();
        let limits = json!({"seats": 60});
        let plan =
            story.app.operators.put_plan(&ops, "pro", change(json!({"limits": limits}))).await.unwrap();
        assert_eq!((plan.price.unwrap().price_minor, plan.offered), (9900, true));
        assert_eq!((plan.names.de.as_deref(), plan.limits.seats), (Some("Pro"), Some(60)));
        let refused = story.app.operators.put_plan(&ops, "pro", change(json!({"price": null}))).await;
        assert!(refused.unwrap_err().to_string().starts_with("1 organisations pay"));
        story.app.operators.put_plan(&ops, "starter", change(json!({"price": null}))).await.unwrap();
        let new = story.app.operators.put_plan(&ops, "moon", change(json!({"offered": true}))).await;
        assert!(new.unwrap_err().to_string().contains("names.en"));
    })
    .await;
}

#[tokio::test]
async fn a_price_that_is_lost_all_the_same_ends_nothing() {
    each_book(async |story| {
        story.change("pro", 0).await;
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        reprice(&story.app, "pro", None).await;
        story.later(32).await;
        assert_eq!((story.state().await, story.plan().await.0.as_str()), (BillingState::Active, "pro"));
        assert_eq!(story.invoices().await[0].total_minor, 9900, "at the price that was asked last");
        assert_eq!(story.change("free", 0).await.0, 200, "and it can be ended");
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_is_what_was_asked_for_it() {
    each_book(async |story| {
        story.change("starter", 0).await;
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        reprice(&story.app, "starter", Some(5000)).await;
        let end = story.view().await.period_end.unwrap();
        story.hands.advance((end - story.app.clock.now()).to_std().unwrap() / 2);
        story.change("pro", 0).await;
        let amounts: Vec<_> = story.invoices().await[0].lines.iter().map(|line| line.amount_minor).collect();
        assert_eq!(amounts, [-1450, 4950]);
    })
    .await;
}

#[tokio::test]
async fn who_owns_it_gets_a_letter_with_each_invoice_that_is_to_be_paid() {
    each_book(async |story| {
        let before = story.letters().await;
        assert_eq!(story.change("starter", 0).await.0, 200);
        assert_eq!((story.invoices().await.len(), story.letters().await), (1, before + 1));
        assert_eq!(story.change("pro", 0).await.0, 200);
        assert_eq!((story.invoices().await.len(), story.letters().await), (2, before + 2));
    })
    .await;
}

#[tokio::test]
async fn an_add_on_is_sold_once_the_operator_priced_it_and_its_price_stays_while_it_is_paid() {
    each_book(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        let operators = &story.app.operators;
        let (status, refused) = story.change("starter", 2).await;
        assert_eq!((status, refused["code"].as_str()), (422, Some("invalid_request")), "{refused}");
        let price = crate::plan::Price { price_minor: 500, currency: "EUR".try_into().unwrap() };
        assert!(operators.price_add_on(&ops, "moons", Some(price)).await.is_err());
        let wrong = crate::plan::Price { price_minor: -1, ..price };
        assert!(operators.price_add_on(&ops, "seats-5", Some(wrong)).await.is_err());
        assert_eq!(operators.price_add_on(&ops, "seats-5", Some(price)).await.unwrap().price, Some(price));
        let offered = story.app.plans.view(story.org).await.unwrap().offered_add_ons;
        assert_eq!(offered.iter().filter(|one| one.price.is_some()).count(), 1, "and the owner reads it");

        let (status, changed) = story.change("starter", 2).await;
        assert_eq!(status, 200, "{changed}");
        assert_eq!(story.plan().await, ("starter".into(), Some(20), true));
        assert_eq!(story.invoices().await[0].total_minor, 2900 + 2 * 500);
        let refused = operators.price_add_on(&ops, "seats-5", None).await;
        assert!(matches!(refused, Err(crate::operator::OperatorError::PaidFor(1))), "{refused:?}");
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        // Half of the period is left: one more is paid for by its half.
        story.hands.advance(Duration::from_secs(15 * 86_400));
        assert_eq!(story.change("starter", 3).await.0, 200);
        let prorated = story.invoices().await[0].total_minor;
        assert!((200..=300).contains(&prorated), "{prorated}");
    })
    .await;
}

#[tokio::test]
async fn what_has_a_price_is_not_chosen_for_nothing_where_nobody_is_paid_for_the_plan() {
    each_book(async |story| {
        let (ops, _) = operator(&story.app, "Ops").await;
        let price = crate::plan::Price { price_minor: 500, currency: "EUR".try_into().unwrap() };
        let with = |quantity| json!({"plan": "free", "add_ons": [{"key": "seats-5", "quantity": quantity}]});
        let refused = async |asked: Value| {
            let (status, refused) = story.ask("PATCH", "/plan", asked).await;
            assert_eq!((status, refused["code"].as_str()), (409, Some("not_subscribed")), "{refused}");
        };
        refused(with(1)).await;
        let given = serde_json::from_value(with(1)).unwrap();
        story.app.operators.assign(&ops, story.org, given).await.unwrap();
        assert_eq!(story.ask("PATCH", "/plan", with(1)).await.0, 200, "what was had is kept");
        story.app.operators.price_add_on(&ops, "seats-5", Some(price)).await.unwrap();
        assert_eq!(story.ask("PATCH", "/plan", with(1)).await.0, 200);
        refused(with(2)).await;
    })
    .await;
}

#[tokio::test]
async fn a_first_plan_is_taken_by_whom_letters_reach_and_holds_once_it_is_paid() {
    each_newcomer(async |story| {
        let (status, refused) = story.change("pro", 0).await;
        assert_eq!((status, &refused["code"]), (403, &json!("forbidden")), "{refused}");
        assert!(story.invoices().await.is_empty());
        story.confirm().await;
        let (status, view) = story.change("pro", 0).await;
        let stands = (&view["state"], &view["choice"]["plan"]);
        assert_eq!((status, stands), (200, (&json!("none"), &json!("pro"))), "{view}");
        assert_eq!(story.plan().await.0, "free", "nobody paid yet");
        story.later(20).await;
        let late = story.app.billing.look(story.org).await.unwrap();
        assert_eq!((late.state, late.grace_until), (BillingState::None, None), "there is no grace either");
        assert_eq!(story.plan().await.0, "free");
        story.close(story.invoices().await[0].id, InvoiceMove::Paid).await;
        assert_eq!((story.state().await, story.plan().await.0.as_str()), (BillingState::Active, "pro"));
        story.later(12).await;
        assert_eq!(story.invoices().await[0].state, InvoiceState::Open);
        assert_eq!(
            (story.state().await, story.plan().await.2),
            (BillingState::Active, true),
            "once is enough"
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_late_with_an_invoice_takes_nothing_more_wherever_they_ask() {
    each_newcomer(async |story| {
        story.confirm().await;
        story.change("starter", 0).await;
        let second = story.app.orgs.create_organization(&story.actor, "Sud").await.unwrap().id;
        let actor = story.app.orgs.authenticate(&story.token).await.unwrap();
        let pro: BillingChoice = serde_json::from_value(choice("pro", 0)).unwrap();
        story.later(15).await;
        let (status, refused) = story.change("pro", 0).await;
        assert_eq!((status, &refused["code"]), (409, &json!("payment_declined")), "{refused}");
        let elsewhere = story.app.billing.change(&actor, second, pro.clone()).await;
        assert!(matches!(elsewhere, Err(BillingError::Overdue)));
        story.later(17).await;
        assert_eq!((story.invoices().await.len(), story.plan().await.0.as_str()), (1, "free"));
        let view = story.view().await;
        assert_eq!((view.state, view.choice), (BillingState::None, None), "it is over");
        story.close(story.invoices().await[0].id, InvoiceMove::Void).await;
        let begun = story.app.billing.change(&actor, second, pro).await.unwrap();
        assert_eq!(begun.state, BillingState::None, "and what was let off was not paid");
    })
    .await;
}
