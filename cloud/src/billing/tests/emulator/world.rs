//! What the emulator knows, and what requests do to it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};

use super::params::{Params, Refused};
use super::{Trouble, objects};
use crate::base::Clock;

/// What is sold and how many of it.
pub type Items = Vec<(String, i64)>;

pub struct Customer {
    pub id: String,
    pub name: String,
    pub email: String,
    pub metadata: BTreeMap<String, String>,
}

pub struct Session {
    pub id: String,
    pub customer: String,
    pub items: Items,
    pub status: &'static str,
    pub subscription: Option<String>,
    pub success_url: String,
}

#[derive(Clone)]
pub struct Item {
    pub id: String,
    pub price: String,
    pub quantity: i64,
}

#[derive(Clone)]
pub struct Subscription {
    pub id: String,
    pub customer: String,
    pub status: &'static str,
    pub created: i64,
    pub items: Vec<Item>,
    pub periods: u32,
    pub start: i64,
    pub end: i64,
    pub cancel_at_period_end: bool,
    pub canceled_at: Option<i64>,
    pub schedule: Option<String>,
}

#[derive(Clone)]
pub struct Phase {
    pub start: i64,
    pub end: i64,
    pub items: Items,
}

pub struct Schedule {
    pub id: String,
    pub subscription: String,
    pub status: &'static str,
    pub end_behavior: String,
    pub phases: Vec<Phase>,
}

pub struct Line {
    pub amount: i64,
    pub price: String,
    pub proration: bool,
}

pub struct Invoice {
    pub id: String,
    pub customer: String,
    pub subscription: String,
    pub status: &'static str,
    pub reason: &'static str,
    pub lines: Vec<Line>,
    pub created: i64,
    pub paid_at: Option<i64>,
    pub attempts: u32,
}

impl Invoice {
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }
}

pub struct World {
    pub clock: Clock,
    pub prices: BTreeMap<String, i64>,
    pub customers: Vec<Customer>,
    pub sessions: Vec<Session>,
    pub subscriptions: Vec<Subscription>,
    pub schedules: Vec<Schedule>,
    pub invoices: Vec<Invoice>,
    pub events: Vec<Value>,
    pub troubles: VecDeque<Trouble>,
    pub down: bool,
    pub declines: bool,
    pub requests: usize,
    made: u32,
    answers: HashMap<String, (String, u16, Value)>,
}

impl World {
    pub fn new(clock: Clock, prices: &[(&str, i64)]) -> Self {
        Self {
            clock,
            prices: prices.iter().map(|(id, amount)| ((*id).to_owned(), *amount)).collect(),
            customers: Vec::new(),
            sessions: Vec::new(),
            subscriptions: Vec::new(),
            schedules: Vec::new(),
            invoices: Vec::new(),
            events: Vec::new(),
            troubles: VecDeque::new(),
            down: false,
            declines: false,
            requests: 0,
            made: 0,
            answers: HashMap::new(),
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    pub fn id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_emulator{:04}", self.made)
    }

    /// The answer of an earlier request with the key, if there was one. Source: https://docs.stripe.com/api/idempotent_requests
    pub fn once(&self, key: &str, request: &str) -> Result<Option<(u16, Value)>, Refused> {
        match self.answers.get(key) {
            None => Ok(None),
            Some((first, status, answer)) if first == request => Ok(Some((*status, answer.clone()))),
            Some(_) => Err(Refused {
                kind: "idempotency_error",
                ..Refused::invalid(
                    None,
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                    None,
                )
            }),
        }
    }

    pub fn keep(&mut self, key: &str, request: &str, status: u16, answer: &Value) {
        self.answers.insert(key.to_owned(), (request.to_owned(), status, answer.clone()));
    }

    /// Tells of `object` as it is now.
    pub fn tell(&mut self, kind: &str, object: Value, at: i64) {
        let event = json!({
            "id": self.id("evt"), "object": "event", "api_version": crate::billing::stripe::VERSION, "created": at,
            "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null }, "type": kind,
        });
        self.events.push(event);
    }

    fn known(&self, params: &Params, name: &str) -> Result<(String, i64), Refused> {
        let quantity = params.number(&format!("{name}[quantity]")).unwrap_or(1);
        let price = params.text(&format!("{name}[price]"));
        let missing = || {
            Refused::invalid(
                Some("parameter_missing"),
                format!("Missing required param: {name}[price]."),
                Some(name),
            )
        };
        let price = price.ok_or_else(missing)?;
        if !self.prices.contains_key(price) {
            return Err(Refused { status: 400, ..Refused::missing("price", price) });
        }
        Ok((price.to_owned(), quantity))
    }

    pub fn create_customer(&mut self, params: &Params) -> Result<Value, Refused> {
        let customer = Customer {
            id: self.id("cus"),
            name: params.text("name").unwrap_or_default().to_owned(),
            email: params.text("email").unwrap_or_default().to_owned(),
            metadata: params.metadata("metadata"),
        };
        let answer = objects::customer(&customer, self.now());
        self.customers.push(customer);
        Ok(answer)
    }

    fn check_customer(&self, id: &str) -> Result<(), Refused> {
        let found = self.customers.iter().any(|customer| customer.id == id);
        if found { Ok(()) } else { Err(Refused { status: 400, ..Refused::missing("customer", id) }) }
    }

    pub fn create_session(&mut self, params: &Params) -> Result<Value, Refused> {
        let customer = params.text("customer").unwrap_or_default().to_owned();
        self.check_customer(&customer)?;
        let entries = params.entries("line_items")?;
        let items = entries.iter().map(|entry| self.known(params, entry)).collect::<Result<_, _>>()?;
        let session = Session {
            id: self.id("cs"),
            customer,
            items,
            status: "open",
            subscription: None,
            success_url: params.text("success_url").unwrap_or_default().to_owned(),
        };
        let answer = objects::session(&session, self.now());
        self.sessions.push(session);
        Ok(answer)
    }

    fn find_session(&mut self, id: &str) -> Result<&mut Session, Refused> {
        let found = self.sessions.iter_mut().find(|session| session.id == id);
        found.ok_or_else(|| Refused::missing("checkout.session", id))
    }

    pub fn session(&mut self, id: &str) -> Result<Value, Refused> {
        let now = self.now();
        Ok(objects::session(self.find_session(id)?, now))
    }

    pub fn expire_session(&mut self, id: &str) -> Result<Value, Refused> {
        let now = self.now();
        let session = self.find_session(id)?;
        if session.status != "open" {
            let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
            return Err(Refused::invalid(None, message, None));
        }
        session.status = "expired";
        Ok(objects::session(session, now))
    }

    pub fn create_portal(&mut self, params: &Params) -> Result<Value, Refused> {
        let customer = params.text("customer").unwrap_or_default().to_owned();
        self.check_customer(&customer)?;
        let id = self.id("bps");
        Ok(objects::portal(&id, &customer, params.text("return_url"), self.now()))
    }

    pub fn price(&self, id: &str) -> Result<Value, Refused> {
        let amount = self.prices.get(id).ok_or_else(|| Refused::missing("price", id))?;
        Ok(objects::price(id, *amount))
    }

    pub fn list_subscriptions(&self, params: &Params) -> Result<Value, Refused> {
        if let Some(customer) = params.text("customer") {
            self.check_customer(customer)?;
        }
        let of =
            |one: &&Subscription| params.text("customer").is_none_or(|customer| one.customer == customer);
        let status = params.text("status");
        let wanted = |one: &&Subscription| match status {
            // Source: https://docs.stripe.com/api/subscriptions/list
            None => one.status != "canceled",
            Some("all") => true,
            Some(status) => one.status == status,
        };
        let found: Vec<_> = self.subscriptions.iter().rev().filter(of).filter(wanted).collect();
        let found = found.into_iter().map(|one| objects::subscription(one, &self.prices)).collect();
        Ok(objects::list("/v1/subscriptions", found, params.number("limit")))
    }

    pub fn list_invoices(&self, params: &Params) -> Result<Value, Refused> {
        let of = |one: &&Invoice| params.text("subscription").is_none_or(|id| one.subscription == id);
        let wanted = |one: &&Invoice| params.text("status").is_none_or(|status| one.status == status);
        let found = self.invoices.iter().rev().filter(of).filter(wanted).map(objects::invoice).collect();
        Ok(objects::list("/v1/invoices", found, params.number("limit")))
    }

    pub fn position(&self, id: &str) -> Result<usize, Refused> {
        let found = self.subscriptions.iter().position(|one| one.id == id);
        found.ok_or_else(|| Refused::missing("subscription", id))
    }

    pub fn update_subscription(&mut self, id: &str, params: &Params) -> Result<Value, Refused> {
        let position = self.position(id)?;
        let before = self.subscriptions[position].clone();
        if before.status == "canceled" {
            let message = "A canceled subscription can only update its cancellation_details and metadata.";
            return Err(Refused::invalid(None, message, None));
        }
        let mut after = before.clone();
        if let Some(ends) = params.flag("cancel_at_period_end") {
            if before.schedule.is_some() {
                let message = "The subscription is managed by a subscription schedule, and updating any cancelation \
                     behavior directly is not allowed.";
                return Err(Refused::invalid(None, message, Some("cancel_at_period_end")));
            }
            after.cancel_at_period_end = ends;
            after.canceled_at = ends.then(|| self.now());
        }
        for entry in params.entries("items")? {
            self.change_item(&mut after, params, &entry)?;
        }
        if after.items.is_empty() {
            return Err(Refused::invalid(
                None,
                "A subscription must have at least one active plan.",
                Some("items"),
            ));
        }
        let mut prices: Vec<_> = after.items.iter().map(|item| &item.price).collect();
        prices.sort();
        if prices.windows(2).any(|two| two[0] == two[1]) {
            let message = "Cannot add multiple subscription items with the same plan.";
            return Err(Refused::invalid(None, message, Some("items")));
        }
        if params.text("proration_behavior") == Some("always_invoice") {
            self.prorate(&before, &after, params.text("payment_behavior"))?;
        }
        self.subscriptions[position] = after;
        let object = objects::subscription(&self.subscriptions[position], &self.prices);
        self.tell("customer.subscription.updated", object.clone(), self.now());
        Ok(object)
    }

    fn change_item(&mut self, after: &mut Subscription, params: &Params, entry: &str) -> Result<(), Refused> {
        let Some(id) = params.text(&format!("{entry}[id]")) else {
            let (price, quantity) = self.known(params, entry)?;
            let id = self.id("si");
            after.items.push(Item { id, price, quantity });
            return Ok(());
        };
        let found = after.items.iter().position(|item| item.id == id);
        let found =
            found.ok_or_else(|| Refused { status: 400, ..Refused::missing("subscription item", id) })?;
        if params.flag(&format!("{entry}[deleted]")) == Some(true) {
            after.items.remove(found);
            return Ok(());
        }
        if params.text(&format!("{entry}[price]")).is_some() {
            let (price, quantity) = self.known(params, entry)?;
            (after.items[found].price, after.items[found].quantity) = (price, quantity);
        }
        Ok(())
    }

    pub fn find_schedule(&mut self, id: &str) -> Result<&mut Schedule, Refused> {
        let found = self.schedules.iter_mut().find(|schedule| schedule.id == id);
        found.ok_or_else(|| Refused::missing("subscription_schedule", id))
    }

    pub fn schedule(&mut self, id: &str) -> Result<Value, Refused> {
        Ok(objects::schedule(self.find_schedule(id)?))
    }

    pub fn create_schedule(&mut self, params: &Params) -> Result<Value, Refused> {
        let position = self.position(params.text("from_subscription").unwrap_or_default())?;
        let subscription = self.subscriptions[position].clone();
        if subscription.schedule.is_some() || subscription.cancel_at_period_end {
            let message =
                "You cannot migrate a subscription that is already attached to a schedule, or ends.";
            return Err(Refused::invalid(None, message, Some("from_subscription")));
        }
        let id = self.id("sub_sched");
        let items = subscription.items.iter().map(|item| (item.price.clone(), item.quantity)).collect();
        let schedule = Schedule {
            id: id.clone(),
            subscription: subscription.id,
            status: "active",
            end_behavior: "release".to_owned(),
            phases: vec![Phase { start: subscription.start, end: subscription.end, items }],
        };
        let answer = objects::schedule(&schedule);
        self.schedules.push(schedule);
        self.subscriptions[position].schedule = Some(id);
        let object = objects::subscription(&self.subscriptions[position], &self.prices);
        self.tell("customer.subscription.updated", object, self.now());
        Ok(answer)
    }

    pub fn update_schedule(&mut self, id: &str, params: &Params) -> Result<Value, Refused> {
        let now = self.now();
        let present = self.find_schedule(id)?.phases.iter().rfind(|phase| phase.start <= now).cloned();
        let present = present.ok_or_else(|| Refused::missing("phase", id))?;
        if self.find_schedule(id)?.status != "active" {
            return Err(Refused::invalid(None, "You cannot update a schedule that is not active.", None));
        }
        let mut phases: Vec<Phase> = Vec::new();
        for entry in params.entries("phases")? {
            let items = params.entries(&format!("{entry}[items]"))?;
            let items = items.iter().map(|item| self.known(params, item)).collect::<Result<Items, _>>()?;
            let start = params.number(&format!("{entry}[start_date]"));
            let start = start.or(phases.last().map(|phase| phase.end)).unwrap_or_default();
            if phases.is_empty() && start != present.start {
                let message = "The start date of the current phase cannot be changed.";
                return Err(Refused::invalid(None, message, Some("phases")));
            }
            let months = params.number(&format!("{entry}[iterations]"));
            let end = params.number(&format!("{entry}[end_date]"));
            let end =
                end.or(months.map(|months| super::time::months_after(start, months.unsigned_abs() as u32)));
            let missing =
                || Refused::invalid(Some("parameter_missing"), "A phase needs an end.", Some("phases"));
            let end = end.ok_or_else(missing)?;
            if end <= start || end <= now {
                return Err(Refused::invalid(
                    None,
                    "A phase must end after it begins, and not in the past.",
                    None,
                ));
            }
            phases.push(Phase { start, end, items });
        }
        let end_behavior = params.text("end_behavior").map(str::to_owned);
        let schedule = self.find_schedule(id)?;
        if !phases.is_empty() {
            schedule.phases = phases;
        }
        schedule.end_behavior = end_behavior.unwrap_or_else(|| schedule.end_behavior.clone());
        Ok(objects::schedule(schedule))
    }

    pub fn release_schedule(&mut self, id: &str) -> Result<Value, Refused> {
        let schedule = self.find_schedule(id)?;
        if schedule.status != "active" {
            let message = "You cannot release a schedule that is not active.";
            return Err(Refused::invalid(None, message, None));
        }
        schedule.status = "released";
        let (answer, subscription) = (objects::schedule(schedule), schedule.subscription.clone());
        let position = self.position(&subscription)?;
        self.subscriptions[position].schedule = None;
        let object = objects::subscription(&self.subscriptions[position], &self.prices);
        self.tell("customer.subscription.updated", object, self.now());
        Ok(answer)
    }
}
