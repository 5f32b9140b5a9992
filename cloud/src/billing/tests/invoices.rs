//! Where nobody takes payments, invoices are written.

use std::time::Duration;

use vitrine_protocol::InvoiceId;

use super::*;
use crate::app::testing::each_app;
use crate::billing::{Invoice, InvoiceMove, InvoiceState};

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

/// The same stories without Stripe.
async fn each_book(story: impl AsyncFn(Story)) {
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
        story(Story { app, hands, stripe, router, actor, org, token }).await;
    })
    .await;
}

impl Story {
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
        let end = story.view().await.period_end.unwrap();
        story.hands.advance((end - story.app.clock.now()).to_std().unwrap() / 2);
        story.change("pro", 0).await;
        story.change("starter", 0).await;
        assert_eq!(story.plan().await.0, "pro", "less holds from the next period on");
        let invoices = story.invoices().await;
        let told: Vec<_> = invoices.iter().map(|one| (one.number, one.total_minor, one.state)).collect();
        assert_eq!(told, [(2, 3500, InvoiceState::Open), (1, 2900, InvoiceState::Open)]);
        assert_eq!((invoices[0].lines.len(), invoices[0].seller.as_str()), (2, "Nord AG"));
        assert_eq!(
            (invoices[0].tax_note.as_str(), invoices[0].customer_name.as_str()),
            ("No VAT, §19 UStG.", "Nord")
        );
        for invoice in &invoices {
            story.close(invoice.id, InvoiceMove::Paid).await;
        }
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
            orgs.push((actor, org));
        }
        let pro: crate::billing::BillingChoice = serde_json::from_value(choice("pro", 0)).unwrap();
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
