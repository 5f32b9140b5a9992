//! The handle of webhooks.

use std::time::Duration;

use chrono::TimeDelta;
use vitrine_protocol::{OrgId, WebhookDeliveryId, WebhookId};

use super::deliver::{Lane, call_job};
use super::sign::new_secret;
use super::turns::Turns;
use super::{
    CreatedWebhook, DeliveryState, NewWebhook, Webhook, WebhookDelivery, WebhookEvent, WebhookMessage,
    WebhookPatch, WebhookSecret, WebhooksError, store,
};
use crate::base::{Actor, Clock, Egress, EgressError, Invalid, Page, Permission, check_text};
use crate::db::{Db, DbError};
use crate::events::{Event, record};
use crate::jobs::enqueue;
use crate::org::Orgs;
use crate::secrets::{KeyRing, Place};

/// The most webhooks of an organisation.
const WEBHOOKS: i64 = 10;
/// The most messages that wait for one webhook, and that wait before those about products are not kept any more: a list fills
/// the queue with those, and what is told of orders and shows has room of its own.
const WAITING: i64 = 20_000;
const WAITING_OF_PRODUCTS: i64 = 10_000;
/// The most that are kept of those that do not.
const KEPT: i64 = 10_000;
/// How long those are kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// How many are forgotten in one transaction.
const SWEEP: i64 = 1_000;
/// How long a secret signs along after there is another one.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// What a server has to answer in.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Webhooks. Clones share everything.
#[derive(Clone)]
pub struct Webhooks {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) orgs: Orgs,
    pub(super) ring: KeyRing,
    pub(super) egress: Egress,
    pub(super) answer_within: Duration,
    pub(super) turns: Turns,
}

impl Webhooks {
    /// The handle over `db`: secrets are sealed with `ring`, servers called by `egress`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, orgs: Orgs, ring: KeyRing, egress: Egress) -> Self {
        Self { db, clock, orgs, ring, egress, answer_within: ANSWER_WITHIN, turns: Turns::default() }
    }

    /// The organisation's webhooks, oldest first.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`].
    pub async fn list(&self, actor: &Actor, org: OrgId) -> Result<Vec<Webhook>, WebhooksError> {
        actor.require_to_end(Permission::ManageWebhooks, org)?; // who is to end one has to find it
        Ok(store::list(&self.db, org).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`].
    pub async fn get(&self, actor: &Actor, org: OrgId, id: WebhookId) -> Result<Webhook, WebhooksError> {
        actor.require_to_end(Permission::ManageWebhooks, org)?;
        store::get(&self.db, org, id).await?.ok_or(WebhooksError::NotFound)
    }

    /// Has a server told of facts. Nobody has it told what they may not see themselves.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::Invalid`]; [`WebhooksError::Egress`]; [`WebhooksError::TooMany`].
    pub async fn create(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewWebhook,
    ) -> Result<CreatedWebhook, WebhooksError> {
        actor.require(Permission::ManageWebhooks, org)?;
        self.check_url(&new.url)?;
        let events = allowed(actor, org, new.events)?;
        let (now, secret) = (self.clock.now(), new_secret());
        let webhook = Webhook {
            id: WebhookId::new(),
            url: new.url,
            events: WebhookEvent::read(&events),
            active: new.active.unwrap_or(true),
            off_reason: None,
            failing_since: None,
            waiting: 0,
            missed: 0,
            old_secret_until: None,
            created_at: now,
            version: 1,
        };
        let sealed = self.seal(org, webhook.id, &secret)?;
        let mut tx = self.db.begin().await?;
        store::hold(&mut tx, org).await?;
        store::insert(&mut tx, org, &webhook, &events, &sealed).await?;
        if store::count(&mut tx, org).await? > WEBHOOKS {
            return Err(WebhooksError::TooMany("an organisation has at most 10 webhooks; delete one first"));
        }
        record(&mut tx, actor, now, org, None, Event::WebhookCreated { webhook: webhook.id })?;
        tx.commit().await?;
        Ok(CreatedWebhook { webhook, secret })
    }

    /// Changes where, of what, or whether a server is told. What waited for one that is switched off is given up.
    ///
    /// # Errors
    /// As [`Webhooks::create`]; [`WebhooksError::NotFound`]; [`WebhooksError::Stale`] when it is not the version that was seen.
    pub async fn change(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
        seen: Option<i64>,
        patch: WebhookPatch,
    ) -> Result<Webhook, WebhooksError> {
        let ends = patch.active == Some(false) && patch.url.is_none() && patch.events.is_none();
        if ends {
            actor.require_to_end(Permission::ManageWebhooks, org)?;
        } else {
            actor.require(Permission::ManageWebhooks, org)?;
        }
        if let Some(url) = &patch.url {
            self.check_url(url)?;
        }
        let events = patch.events.map(|events| allowed(actor, org, events)).transpose()?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut webhook = store::lock(&mut tx, org, id).await?.ok_or(WebhooksError::NotFound)?;
        if seen.is_some_and(|seen| seen != webhook.version) {
            return Err(WebhooksError::Stale(webhook.version));
        }
        let was_active = webhook.active;
        let moves = patch.url.as_ref().is_some_and(|url| *url != webhook.url);
        // Another address is told what whoever chooses it may see, and no more.
        if moves && events.is_none() {
            allowed(actor, org, webhook.events.clone())?;
        }
        webhook.url = patch.url.unwrap_or(webhook.url);
        webhook.active = patch.active.unwrap_or(was_active);
        webhook.version += 1;
        store::save(&mut tx, &webhook, events.as_deref()).await?;
        match (was_active, webhook.active) {
            (true, false) => store::give_up_waiting(&mut tx, id, "the webhook was switched off").await?,
            (false, true) => store::forgive(&mut tx, id).await?,
            _ if moves => store::move_on(&mut tx, id, now).await?,
            _ => {}
        }
        record(&mut tx, actor, now, org, None, Event::WebhookChanged { webhook: id })?;
        tx.commit().await?;
        store::get(&self.db, org, id).await?.ok_or(WebhooksError::NotFound)
    }

    /// Tells a server no more, and forgets what it was told.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`].
    pub async fn delete(&self, actor: &Actor, org: OrgId, id: WebhookId) -> Result<(), WebhooksError> {
        actor.require_to_end(Permission::ManageWebhooks, org)?;
        let mut tx = self.db.begin().await?;
        if !store::delete(&mut tx, org, id).await? {
            return Err(WebhooksError::NotFound);
        }
        record(&mut tx, actor, self.clock.now(), org, None, Event::WebhookDeleted { webhook: id })?;
        Ok(tx.commit().await?)
    }

    /// Gives a webhook another secret. For a day, the one before signs too.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`].
    pub async fn renew_secret(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
    ) -> Result<WebhookSecret, WebhooksError> {
        actor.require(Permission::ManageWebhooks, org)?;
        let (now, secret) = (self.clock.now(), new_secret());
        let sealed = self.seal(org, id, &secret)?;
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, org, id).await?.ok_or(WebhooksError::NotFound)?;
        store::set_secret(&mut tx, id, &sealed, now + OVERLAP).await?;
        record(&mut tx, actor, now, org, None, Event::WebhookChanged { webhook: id })?;
        tx.commit().await?;
        Ok(WebhookSecret { secret, old_secret_until: now + OVERLAP })
    }

    /// Sends a webhook a message about nothing, at once, whatever waits.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`]; [`WebhooksError::Off`]; [`WebhooksError::TooMany`].
    pub async fn test(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
    ) -> Result<WebhookDelivery, WebhooksError> {
        actor.require(Permission::ManageWebhooks, org)?;
        let now = self.clock.now();
        let message = WebhookMessage::test(org, actor.to_string(), now);
        let body = serde_json::to_string(&message).map_err(DbError::from)?;
        let delivery = fresh(&message, now);
        let mut tx = self.db.begin().await?;
        let webhook = store::lock(&mut tx, org, id).await?.ok_or(WebhooksError::NotFound)?;
        check_room(&webhook)?;
        store::queue(&mut tx, (org, id), None, &delivery, &body).await?;
        enqueue(&mut tx, now, &call_job(id, Lane::Quick)).await?;
        tx.commit().await?;
        Ok(delivery)
    }

    /// Messages to a webhook, newest first.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`].
    pub async fn deliveries(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
        after: Option<WebhookDeliveryId>,
        limit: i64,
    ) -> Result<Page<WebhookDelivery>, WebhooksError> {
        self.get(actor, org, id).await?;
        let all = store::deliveries(&self.db, id, after, limit + 1).await?;
        Ok(Page::cut(all, limit, |one| one.id.to_string()))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`]; [`WebhooksError::NoDelivery`].
    pub async fn delivery(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
        delivery: WebhookDeliveryId,
    ) -> Result<WebhookDelivery, WebhooksError> {
        self.get(actor, org, id).await?;
        store::delivery(&self.db, id, delivery).await?.ok_or(WebhooksError::NoDelivery)
    }

    /// Sends a message at once, under the id that it had: anew, or before its time.
    ///
    /// # Errors
    /// [`WebhooksError::Denied`]; [`WebhooksError::NotFound`]; [`WebhooksError::NoDelivery`]; [`WebhooksError::Off`];
    /// [`WebhooksError::TooMany`].
    pub async fn send_again(
        &self,
        actor: &Actor,
        org: OrgId,
        id: WebhookId,
        delivery: WebhookDeliveryId,
    ) -> Result<(), WebhooksError> {
        actor.require(Permission::ManageWebhooks, org)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let webhook = store::lock(&mut tx, org, id).await?.ok_or(WebhooksError::NotFound)?;
        check_room(&webhook)?;
        if !store::send_again(&mut tx, id, delivery, now).await? {
            return Err(WebhooksError::NoDelivery);
        }
        enqueue(&mut tx, now, &call_job(id, Lane::Quick)).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets old messages, and more of one webhook than are kept; how many. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self) -> Result<u64, WebhooksError> {
        let (mut all, before) = (0, self.clock.now() - KEPT_FOR);
        loop {
            let mut tx = self.db.begin().await?;
            let swept = store::sweep(&mut tx, before, SWEEP).await?;
            tx.commit().await?;
            all += swept;
            if swept < SWEEP.unsigned_abs() {
                break;
            }
        }
        for webhook in store::crowded(&self.db, KEPT).await? {
            loop {
                let mut tx = self.db.begin().await?;
                let swept = store::thin(&mut tx, webhook, KEPT, SWEEP).await?;
                tx.commit().await?;
                all += swept;
                if swept < SWEEP.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(all)
    }

    fn check_url(&self, text: &str) -> Result<(), WebhooksError> {
        check_text("url", text, 1, 2048)?;
        let url = url::Url::parse(text).map_err(|_| EgressError::NoAddress)?;
        if url.scheme() == "http" && !self.egress.is_local() {
            return Err(Invalid::new("`url` takes an https address").into());
        }
        Ok(self.egress.check(&url)?)
    }

    fn seal(&self, org: OrgId, id: WebhookId, secret: &str) -> Result<String, WebhooksError> {
        Ok(self.ring.seal(place(org, &id.to_string()), secret.as_bytes())?)
    }
}

/// How many messages wait at most before one of that kind is not kept.
pub(super) fn most_waiting(kind: WebhookEvent) -> i64 {
    if kind.is_of_products() { WAITING_OF_PRODUCTS } else { WAITING }
}

/// Whether one more message may wait.
fn check_room(webhook: &Webhook) -> Result<(), WebhooksError> {
    if !webhook.active {
        return Err(WebhooksError::Off);
    }
    if webhook.waiting >= WAITING {
        return Err(WebhooksError::TooMany("20000 messages wait for this webhook already"));
    }
    Ok(())
}

/// Where a secret is kept. The one before it moves to another column, and stays sealed for this place.
pub(super) fn place(org: OrgId, row: &str) -> Place<'_> {
    Place { table: "webhooks", column: "secret", row, org: Some(org) }
}

/// A message as it begins.
pub(super) fn fresh(message: &WebhookMessage, now: chrono::DateTime<chrono::Utc>) -> WebhookDelivery {
    WebhookDelivery {
        id: WebhookDeliveryId::new(),
        event: Some(message.kind),
        seq: message.seq,
        state: DeliveryState::Waiting,
        attempts: 0,
        status: None,
        reason: None,
        created_at: now,
        tried_at: None,
        next_at: Some(now),
    }
}

/// The kinds as they are kept, if the caller may see such facts.
fn allowed(actor: &Actor, org: OrgId, events: Vec<WebhookEvent>) -> Result<String, WebhooksError> {
    for one in &events {
        actor.require(one.permission(), org)?;
    }
    Ok(WebhookEvent::words(events)?)
}
