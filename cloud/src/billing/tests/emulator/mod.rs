//! Stripe's API as far as this room uses it, for tests: strict where Stripe is, with a clock that tests move, cards that are
//! declined on demand, and webhooks that are handed over in whatever order a test wants.
//!
//! What is known of it: <https://docs.stripe.com/api> in the version that the client asks for.

mod objects;
mod params;
mod routes;
mod time;
mod world;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::Value;

use crate::base::Clock;
use crate::billing::stripe::sign;
use params::Refused;
use world::World;

/// The secret key that is let in, and what webhooks are signed with.
pub const KEY: &str = "sk_test_emulator";
pub const WEBHOOK_SECRET: &str = "whsec_emulator";

/// What goes wrong with requests, once each, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing, this once.
    Nothing,
    /// The status is answered, and nothing was done.
    Status(u16),
    /// It was done, and the answer is lost.
    LostAnswer,
}

/// A running emulator. Clones are the same one.
#[derive(Clone)]
pub struct Emulator {
    pub url: String,
    world: Arc<Mutex<World>>,
}

/// A webhook on its way: the body and its signature.
#[derive(Debug, Clone)]
pub struct Signed {
    pub body: Vec<u8>,
    pub signature: String,
}

impl Emulator {
    /// Starts one on a free port. It sells `prices`: their names and minor units of EUR a month.
    pub async fn start(clock: Clock, prices: &[(&str, i64)]) -> Self {
        let world = Arc::new(Mutex::new(World::new(clock, prices)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        routes::serve(listener, world.clone());
        Self { url, world }
    }

    /// What goes wrong with the next requests.
    pub fn trouble(&self, troubles: &[Trouble]) {
        self.world.lock().troubles.extend(troubles);
    }

    /// From now on every request is answered with 503, or none is any more.
    pub fn set_down(&self, down: bool) {
        self.world.lock().down = down;
    }

    /// From now on the customer's card is declined, or none is any more.
    pub fn decline(&self, declines: bool) {
        self.world.lock().declines = declines;
    }

    /// The customer pays on the page of the checkout at `url`; the error is what the page would show.
    pub fn pay(&self, url: &str) -> Result<(), String> {
        let mut world = self.world.lock();
        let id = url.rsplit('/').next().unwrap_or_default().to_owned();
        world.pay(&id).map_err(|refused: Refused| refused.message)
    }

    /// Lets everything happen whose time has come: periods end, payments are tried.
    pub fn tick(&self) {
        self.world.lock().tick();
    }

    /// The customer pays what is open, on the portal's page.
    pub fn pay_open(&self) {
        self.world.lock().pay_open();
    }

    /// Somebody ends every subscription at once, as the operator does in Stripe's dashboard.
    pub fn cancel_all(&self) {
        self.world.lock().cancel_all();
    }

    /// The newest customer subscribes once more, in the dashboard; the subscription's name.
    pub fn again(&self) -> String {
        self.world.lock().again()
    }

    /// Somebody makes a customer that is none of ours, with a subscription.
    pub fn stranger(&self) {
        self.world.lock().stranger();
    }

    /// Events since the last time, oldest first.
    pub fn events(&self) -> Vec<Value> {
        std::mem::take(&mut self.world.lock().events)
    }

    /// How often something of a kind was made: `customers`, `sessions`, `subscriptions`, `schedules`, `invoices`.
    pub fn count(&self, what: &str) -> usize {
        let world = self.world.lock();
        match what {
            "customers" => world.customers.len(),
            "sessions" => world.sessions.len(),
            "subscriptions" => world.subscriptions.len(),
            "schedules" => world.schedules.len(),
            _ => world.invoices.len(),
        }
    }

    /// Every invoice: its lines' amounts, and its state.
    pub fn invoices(&self) -> Vec<(Vec<i64>, &'static str)> {
        let world = self.world.lock();
        let lines = |invoice: &world::Invoice| invoice.lines.iter().map(|line| line.amount).collect();
        world.invoices.iter().map(|invoice| (lines(invoice), invoice.status)).collect()
    }

    /// How many requests were answered.
    pub fn requests(&self) -> usize {
        self.world.lock().requests
    }
}

/// An event as Stripe sends it at `at`.
pub fn signed(event: &Value, at: DateTime<Utc>) -> Signed {
    let body = serde_json::to_vec_pretty(event).unwrap();
    let signature = sign(&body, WEBHOOK_SECRET, at);
    Signed { body, signature }
}
