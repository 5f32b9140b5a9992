//! What customers do in their browsers, and what time does: payments, renewals, ends.

use chrono::{DateTime, Months};

use super::objects;
use super::params::Refused;
use super::world::{Customer, Invoice, Item, Line, Subscription, World};

/// `months` after a time in seconds, as a calendar counts.
pub fn months_after(start: i64, months: u32) -> i64 {
    let start = DateTime::from_timestamp(start, 0).unwrap();
    start.checked_add_months(Months::new(months)).unwrap().timestamp()
}

impl World {
    fn cost(&self, items: &[Item]) -> Vec<Line> {
        let line = |item: &Item| Line {
            amount: self.prices[&item.price] * item.quantity,
            price: item.price.clone(),
            proration: false,
        };
        items.iter().map(line).collect()
    }

    /// Writes an invoice and tries to have it paid at once; whether it was.
    fn invoice(
        &mut self,
        subscription: &Subscription,
        reason: &'static str,
        lines: Vec<Line>,
        at: i64,
    ) -> bool {
        let id = self.id("in");
        let paid = !self.declines || lines.iter().map(|line| line.amount).sum::<i64>() <= 0;
        self.invoices.push(Invoice {
            id,
            customer: subscription.customer.clone(),
            subscription: subscription.id.clone(),
            status: if paid { "paid" } else { "open" },
            reason,
            lines,
            created: at,
            paid_at: paid.then_some(at),
            attempts: 1,
        });
        let object = objects::invoice(self.invoices.last().unwrap());
        self.tell(if paid { "invoice.paid" } else { "invoice.payment_failed" }, object, at);
        paid
    }

    /// Invoices a change in parts of the period. Source: https://docs.stripe.com/billing/subscriptions/prorations
    pub fn prorate(
        &mut self,
        before: &Subscription,
        after: &Subscription,
        behavior: Option<&str>,
    ) -> Result<(), Refused> {
        if self.declines && behavior == Some("error_if_incomplete") {
            return Err(Refused::declined());
        }
        let (left, all) = (before.end - self.now(), before.end - before.start);
        let part = |line: Line, sign: i64| {
            let amount = (line.amount * left * 2 + all) / (2 * all);
            Line { amount: sign * amount, proration: true, ..line }
        };
        let unused = self.cost(&before.items).into_iter().map(|line| part(line, -1));
        let rest = self.cost(&after.items).into_iter().map(|line| part(line, 1));
        let lines = unused.chain(rest).collect();
        self.invoice(after, "subscription_update", lines, self.now());
        Ok(())
    }

    pub fn pay(&mut self, session: &str) -> Result<(), Refused> {
        let now = self.now();
        let session = self.sessions.iter().position(|one| one.id == session);
        let session = session.ok_or_else(|| Refused::missing("checkout.session", "-"))?;
        if self.sessions[session].status != "open" {
            return Err(Refused::invalid(None, "You're all done here, or the page has expired.", None));
        }
        if self.declines {
            return Err(Refused::declined());
        }
        let customer = self.sessions[session].customer.clone();
        let items = self.sessions[session].items.clone();
        let id = self.subscribe(&customer, &items);
        self.sessions[session].status = "complete";
        self.sessions[session].subscription = Some(id);
        let object = objects::session(&self.sessions[session], now);
        self.tell("checkout.session.completed", object, now);
        Ok(())
    }

    fn subscribe(&mut self, customer: &str, items: &[(String, i64)]) -> String {
        let (now, id) = (self.now(), self.id("sub"));
        let mut bought = Vec::new();
        for (price, quantity) in items {
            bought.push(Item { id: self.id("si"), price: price.clone(), quantity: *quantity });
        }
        let subscription = Subscription {
            id: id.clone(),
            customer: customer.to_owned(),
            status: "active",
            created: now,
            items: bought,
            periods: 1,
            start: now,
            end: months_after(now, 1),
            cancel_at_period_end: false,
            canceled_at: None,
            schedule: None,
        };
        let incomplete = Subscription { status: "incomplete", ..subscription.clone() };
        self.tell("customer.subscription.created", objects::subscription(&incomplete, &self.prices), now);
        let lines = self.cost(&subscription.items);
        self.invoice(&subscription, "subscription_create", lines, now);
        self.tell("customer.subscription.updated", objects::subscription(&subscription, &self.prices), now);
        self.subscriptions.push(subscription);
        id
    }

    pub fn stranger(&mut self) {
        let id = self.id("cus");
        let (name, email) = ("Strange".to_owned(), "strange@example.com".to_owned());
        self.customers.push(Customer { id: id.clone(), name, email, metadata: Default::default() });
        let price = self.prices.keys().next().unwrap().clone();
        self.subscribe(&id, &[(price, 1)]);
    }

    pub fn tick(&mut self) {
        loop {
            let now = self.now();
            let due = |one: &&Subscription| one.status != "canceled" && one.end <= now;
            let next =
                self.subscriptions.iter().filter(due).min_by_key(|one| one.end).map(|one| one.id.clone());
            let Some(id) = next else { break };
            self.turn(&id);
        }
    }

    /// Ends a period of a subscription at its time.
    fn turn(&mut self, id: &str) {
        let position = self.position(id).unwrap();
        let mut one = self.subscriptions[position].clone();
        let at = one.end;
        if one.cancel_at_period_end {
            one.status = "canceled";
            self.subscriptions[position] = one;
            let object = objects::subscription(&self.subscriptions[position], &self.prices);
            return self.tell("customer.subscription.deleted", object, at);
        }
        if let Some(id) = one.schedule.clone() {
            let phases = self.find_schedule(&id).unwrap().phases.clone();
            match phases.iter().find(|phase| phase.start == at) {
                Some(phase) => {
                    one.items.clear();
                    for (price, quantity) in &phase.items {
                        one.items.push(Item { id: self.id("si"), price: price.clone(), quantity: *quantity });
                    }
                }
                None if phases.last().is_none_or(|last| last.end <= at) => {
                    self.find_schedule(&id).unwrap().status = "released";
                    one.schedule = None;
                }
                None => {}
            }
        }
        one.periods += 1;
        (one.start, one.end) = (at, months_after(one.created, one.periods));
        let lines = self.cost(&one.items);
        if !self.invoice(&one, "subscription_cycle", lines, at) {
            one.status = "past_due";
        }
        self.subscriptions[position] = one;
        let object = objects::subscription(&self.subscriptions[position], &self.prices);
        self.tell("customer.subscription.updated", object, at);
    }

    pub fn pay_open(&mut self) {
        let now = self.now();
        for n in 0..self.invoices.len() {
            if self.invoices[n].status != "open" {
                continue;
            }
            (self.invoices[n].status, self.invoices[n].paid_at) = ("paid", Some(now));
            self.invoices[n].attempts += 1;
            let object = objects::invoice(&self.invoices[n]);
            self.tell("invoice.paid", object, now);
        }
        for n in 0..self.subscriptions.len() {
            if self.subscriptions[n].status == "past_due" {
                self.subscriptions[n].status = "active";
                let object = objects::subscription(&self.subscriptions[n], &self.prices);
                self.tell("customer.subscription.updated", object, now);
            }
        }
    }

    /// The newest customer subscribes once more, by a way that is none of ours.
    pub fn again(&mut self) -> String {
        let customer = self.customers.last().unwrap().id.clone();
        let price = self.prices.keys().next().unwrap().clone();
        self.subscribe(&customer, &[(price, 1)])
    }

    /// Ends one at once.
    pub fn cancel_subscription(&mut self, id: &str) -> Result<serde_json::Value, Refused> {
        let (now, position) = (self.now(), self.position(id)?);
        let one = &mut self.subscriptions[position];
        if one.status == "canceled" {
            return Err(Refused::missing("subscription", id));
        }
        (one.status, one.canceled_at) = ("canceled", Some(now));
        let object = objects::subscription(&self.subscriptions[position], &self.prices);
        self.tell("customer.subscription.deleted", object.clone(), now);
        Ok(object)
    }

    pub fn cancel_all(&mut self) {
        let now = self.now();
        for n in 0..self.subscriptions.len() {
            if self.subscriptions[n].status == "canceled" {
                continue;
            }
            (self.subscriptions[n].status, self.subscriptions[n].canceled_at) = ("canceled", Some(now));
            let object = objects::subscription(&self.subscriptions[n], &self.prices);
            self.tell("customer.subscription.deleted", object, now);
        }
    }
}
