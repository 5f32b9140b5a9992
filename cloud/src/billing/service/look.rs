//! Looking up how a subscription stands, and what follows from it. Webhooks, timers and changes all come here.

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::OrgId;

use super::Billing;
use crate::base::Actor;
use crate::billing::model::Account;
use crate::billing::stripe::StripeError;
use crate::billing::{BillingError, BillingState, Subscribed, store};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};
use crate::mail::Letter;

/// How long nobody asks the provider while nobody tells anything.
const LOOK_AFTER: TimeDelta = TimeDelta::hours(6);
/// When the payment of a page that was opened is looked up first.
pub(super) const FIRST_LOOK: TimeDelta = TimeDelta::minutes(2);
/// How long such a page may be paid, and a little more.
const CHECKOUT_LIVES: TimeDelta = TimeDelta::hours(25);
/// The most that one round of a timer does.
const OF_A_ROUND: i64 = 50;

impl Billing {
    /// Looks up how an organisation's subscription stands, and gives it what follows.
    ///
    /// # Errors
    /// [`BillingError::Provider`]; [`BillingError::UnknownPrice`]; [`BillingError::NotSubscribed`] without an account.
    pub(in crate::billing) async fn look(&self, org: OrgId) -> Result<Subscribed, BillingError> {
        self.look_and(org, async |_| Ok(())).await
    }

    /// The same, with `more` in the transaction that writes it.
    pub(super) async fn look_and(
        &self,
        org: OrgId,
        more: impl AsyncFnOnce(&mut Tx) -> Result<(), DbError>,
    ) -> Result<Subscribed, BillingError> {
        // What a look finds is written unless one that began later was written before it. Whatever changes at the provider is told
        // by a webhook, whose look begins after the change: so what stands in the end is what stands there.
        let mut tx = self.db.begin().await?;
        let number = store::ask(&mut tx, org).await?;
        tx.commit().await?;
        let account = store::account(&self.db, org).await?;
        let (Some(number), Some(account)) = (number, account) else {
            return Err(BillingError::NotSubscribed);
        };
        let found =
            self.provider_of(account.provider)?.look(&account.customer).await?.after(&account.subscribed);
        if found.is_living() && found.choice.is_none() {
            return Err(BillingError::UnknownPrice(account.customer));
        }

        let mut tx = self.db.begin().await?;
        if let Some(account) = store::lock_for(&mut tx, org, number).await? {
            self.write(&mut tx, account, found.clone()).await?;
        }
        more(&mut tx).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Writes how a subscription stands under the account's lock, and does what follows: plan, facts, letters.
    async fn write(&self, tx: &mut Tx, mut account: Account, found: Subscribed) -> Result<(), BillingError> {
        let (now, by, org) = (self.clock.now(), Actor::service("billing"), account.org);
        // What was read before the lock may be older than what is written now.
        let found = found.after(&account.subscribed);
        let before = std::mem::replace(&mut account.subscribed, found);
        let after = &account.subscribed;
        if let Some(assignment) = after.assignment() {
            let news = before.assignment().as_ref() != Some(&assignment);
            self.plans.assign_paid(tx, org, &assignment, news, &by).await?;
        }
        let was_late = before.state == BillingState::PastDue;
        match (after.state, after.grace_until) {
            (BillingState::PastDue, Some(grace_until))
                if !was_late || before.grace_until != after.grace_until =>
            {
                account.told_over = false;
                record(tx, &by, now, org, None, Event::PaymentFailed { grace_until })?;
                if !after.is_over(now) {
                    let until = grace_until.date_naive().to_string();
                    let letter = |link, organization| Letter::PaymentFailed {
                        link,
                        organization,
                        until: until.clone(),
                    };
                    self.write_to_owners(tx, org, letter).await?;
                }
            }
            (BillingState::Active, _) if was_late => {
                record(tx, &by, now, org, None, Event::PaymentRecovered)?;
            }
            _ => {}
        }
        self.tell_over(tx, &mut account, now).await?;
        store::save(tx, &account, next_look(&account, now)).await?;
        Ok(())
    }

    /// Tells an organisation's people that the grace is over, once.
    async fn tell_over(
        &self,
        tx: &mut Tx,
        account: &mut Account,
        now: DateTime<Utc>,
    ) -> Result<(), BillingError> {
        if !account.subscribed.is_over(now) {
            account.told_over = false;
            return Ok(());
        }
        if account.told_over {
            return Ok(());
        }
        account.told_over = true;
        record(tx, &Actor::service("billing"), now, account.org, None, Event::GraceEnded)?;
        self.write_to_owners(tx, account.org, |link, organization| Letter::GraceOver { link, organization })
            .await
    }

    /// Leaves a letter to each owner.
    async fn write_to_owners(
        &self,
        tx: &mut Tx,
        org: OrgId,
        letter: impl Fn(String, String) -> Letter,
    ) -> Result<(), BillingError> {
        let Some(owners) = self.orgs.owners_of(tx, org).await? else { return Ok(()) };
        for (email, locale) in owners.addresses {
            let letter = letter(self.mailbox.page("/account/billing", locale), owners.organization.clone());
            self.mailbox.leave(tx, self.clock.now(), &email, &letter, locale).await?;
        }
        Ok(())
    }

    /// Tells those whose grace is over. The plan has fallen by then: the room of plans reads the time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_grace(&self) -> Result<(), BillingError> {
        for org in store::over(&self.db, self.clock.now(), OF_A_ROUND).await? {
            let mut tx = self.db.begin().await?;
            let Some(mut account) = store::lock(&mut tx, org).await? else { continue };
            let now = self.clock.now();
            self.tell_over(&mut tx, &mut account, now).await?;
            store::save(&mut tx, &account, next_look(&account, now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Asks the provider about those of whom nothing was heard for long, and turns over the periods of those who pay by invoice.
    ///
    /// # Errors
    /// The database does not answer. What the provider does not answer is asked again later.
    pub async fn look_around(&self) -> Result<(), BillingError> {
        for org in self.record.turn_over(OF_A_ROUND).await? {
            if let Err(error) = self.look(org).await {
                tracing::warn!(org.id = %org, %error, "an organisation's payments could not be looked up");
            }
        }
        let now = self.clock.now();
        for org in store::due_looks(&self.db, self.name(), now, OF_A_ROUND).await? {
            let mut tx = self.db.begin().await?;
            store::put_off(&mut tx, org, now + LOOK_AFTER).await?;
            tx.commit().await?;
            match self.look(org).await {
                Ok(_) => {}
                // The others would wait as long, and for the same.
                Err(error @ BillingError::Provider(StripeError::Away(_))) => {
                    tracing::warn!(%error, "payments could not be looked up");
                    break;
                }
                Err(error) => {
                    tracing::warn!(org.id = %org, %error, "an organisation's payments could not be looked up");
                }
            }
        }
        Ok(())
    }
}

/// When the provider is asked again though nobody told anything.
fn next_look(account: &Account, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if account.subscribed.is_living() {
        return Some(now + LOOK_AFTER);
    }
    // A page to pay is open: its payment is found even if nobody tells of it. Pauses grow with its age.
    let open_for = now - account.checkout_at?;
    (open_for < CHECKOUT_LIVES).then(|| now + (open_for / 2).clamp(FIRST_LOOK, LOOK_AFTER))
}
