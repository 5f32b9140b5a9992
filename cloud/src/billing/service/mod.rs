//! The handle of billing.

mod invoices;
mod look;
mod operated;
mod webhooks;

use std::sync::Arc;

use vitrine_protocol::{OrgId, Role};

use super::model::Account;
use super::provider::{Payer, Provider};
use super::record::{Record, Seller};
use super::stripe::{Client, Prices, Stripe};
use super::{BillingChoice, BillingError, BillingOrder, BillingView, ProviderName, store};
use crate::base::{Actor, Clock, Invalid, Permission};
use crate::config::{self, BillingSettingError};
use crate::db::Db;
use crate::mail::Mailbox;
use crate::org::Orgs;
use crate::plan::Plans;

/// Who pays for what. Clones share everything.
#[derive(Clone)]
pub struct Billing {
    db: Db,
    clock: Clock,
    orgs: Orgs,
    plans: Plans,
    mailbox: Mailbox,
    provider: Arc<dyn Provider>,
    /// The books of those who pay by invoice, whoever the provider is now.
    record: Arc<Record>,
    /// What Stripe signs its webhooks with; none where Stripe is not asked.
    webhook_secrets: Arc<[String]>,
    /// The plan that nobody pays for.
    default_plan: String,
    /// Whether owners take plans that are paid for by invoice.
    self_service: bool,
}

/// What billing works with.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Organisations and their owners.
    pub orgs: Orgs,
    /// Plans.
    pub plans: Plans,
    /// Letters.
    pub mailbox: Mailbox,
    /// The plan that nobody pays for.
    pub default_plan: String,
    /// Whether owners take plans themselves that are paid for by invoice.
    pub self_service: bool,
    /// How the world reaches this server.
    pub public_url: String,
}

impl Billing {
    /// Billing as `settings` say: by Stripe where it has a key, by invoices else.
    ///
    /// # Errors
    /// A setting or its file cannot be used; the system has no certificates.
    pub fn new(parts: Parts, settings: &config::Billing) -> Result<Self, BillingSettingError> {
        let Parts { db, clock, orgs, plans, mailbox, default_plan, self_service, public_url } = parts;
        let seller = Seller { name: settings.seller.clone(), tax_note: settings.tax_note.clone() };
        let record = Arc::new(Record::new(db.clone(), clock.clone(), orgs.clone(), plans.clone(), seller));
        let (provider, webhook_secrets): (Arc<dyn Provider>, Vec<String>) = match settings.stripe()? {
            None => (record.clone(), Vec::new()),
            Some(stripe) => {
                let client =
                    Client::new(&settings.stripe_url, stripe.key).map_err(BillingSettingError::Client)?;
                let back = settings.back(&public_url);
                (Arc::new(Stripe::new(client, Prices::new(stripe.prices), back)), stripe.webhook_secrets)
            }
        };
        Ok(Self {
            db,
            clock,
            orgs,
            plans,
            mailbox,
            provider,
            record,
            webhook_secrets: webhook_secrets.into(),
            default_plan,
            self_service,
        })
    }

    /// Whom new subscriptions are paid to.
    fn name(&self) -> ProviderName {
        self.provider.name()
    }

    /// Whom an account is with. Those who pay by invoice go on with that when the server gets another provider.
    fn provider_of(&self, name: ProviderName) -> Result<&dyn Provider, BillingError> {
        match name {
            name if name == self.name() => Ok(&*self.provider),
            ProviderName::Invoice => Ok(&*self.record),
            ProviderName::Stripe | ProviderName::Unknown => Err(BillingError::NotOnline),
        }
    }

    /// How payments stand, as far as is known here.
    ///
    /// # Errors
    /// [`BillingError::Denied`].
    pub async fn view(&self, actor: &Actor, org: OrgId) -> Result<BillingView, BillingError> {
        actor.require(Permission::ViewPlan, org)?;
        self.standing(org).await
    }

    /// Opens a page where a plan is paid for the first time; its address. An earlier page is closed.
    ///
    /// # Errors
    /// [`BillingError::Denied`]; [`BillingError::Invalid`]; [`BillingError::Subscribed`]; [`BillingError::NotOnline`];
    /// [`BillingError::Plan`] for what would take the place of a plan that was given, unless that is meant;
    /// [`BillingError::Provider`], and then nothing was opened.
    pub async fn checkout(
        &self,
        actor: &Actor,
        org: OrgId,
        order: impl Into<BillingOrder>,
    ) -> Result<String, BillingError> {
        actor.require(Permission::ManagePlan, org)?;
        let order: BillingOrder = order.into();
        let overrides = order.overrides;
        let choice = self.offered(order.choice(), self.name()).await?;
        if self.name() == ProviderName::Invoice {
            return Err(BillingError::NotOnline);
        }
        let account = self.enrolled(actor, org).await?;
        // What was paid for a moment ago may not have been told yet.
        if account.subscribed.is_living() || account.checkout.is_some() && self.look(org).await?.is_living() {
            return Err(BillingError::Subscribed);
        }
        self.make_room(org, overrides).await?;
        // Of two at once, the one that begins later closes the other's page, or that one its own: only one can be paid.
        let mut tx = self.db.begin().await?;
        let begun = store::begin_checkout(&mut tx, org).await?;
        tx.commit().await?;
        let (turn, before) = begun.ok_or(BillingError::NotSubscribed)?;
        let once = format!("checkout-{org}-{turn}");
        let opened = self.provider.checkout(&account.customer, before.as_deref(), &choice, &once).await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let kept =
            store::set_checkout(&mut tx, (org, turn), &opened.id, (now, now + look::FIRST_LOOK)).await?;
        tx.commit().await?;
        if !kept {
            self.provider.close_checkout(&account.customer, &opened.id).await?;
            return Err(BillingError::AnotherCheckout);
        }
        Ok(opened.url)
    }

    /// Opens a page of the provider where invoices are seen and the card is changed; its address.
    ///
    /// # Errors
    /// [`BillingError::Denied`]; [`BillingError::NotOnline`]; [`BillingError::NotSubscribed`] before the first checkout;
    /// [`BillingError::Provider`].
    pub async fn portal(&self, actor: &Actor, org: OrgId) -> Result<String, BillingError> {
        actor.require_to_end(Permission::ManagePlan, org)?;
        if self.name() == ProviderName::Invoice {
            return Err(BillingError::NotOnline);
        }
        let account = store::account(&self.db, org).await?.ok_or(BillingError::NotSubscribed)?;
        self.provider_of(account.provider)?.portal(&account.customer).await
    }

    /// Changes what is paid for: to more now, to less at the end of the period; to the default plan is to end it then.
    ///
    /// # Errors
    /// [`BillingError::Denied`]; [`BillingError::Invalid`]; [`BillingError::OperatorOnly`]; [`BillingError::NotSubscribed`];
    /// [`BillingError::Unconfirmed`]; [`BillingError::Overdue`]; [`BillingError::Declined`]; [`BillingError::Provider`].
    pub async fn change(
        &self,
        actor: &Actor,
        org: OrgId,
        order: impl Into<BillingOrder>,
    ) -> Result<BillingView, BillingError> {
        let order: BillingOrder = order.into();
        let (overrides, choice) = (order.overrides, order.choice());
        let ends = choice.plan == self.default_plan;
        match ends {
            true => actor.require_to_end(Permission::ManagePlan, org)?,
            false => actor.require(Permission::ManagePlan, org)?,
        }
        let account = store::account(&self.db, org).await?;
        let living = account.as_ref().filter(|account| account.subscribed.is_living());
        let name = living.map_or(self.name(), |account| account.provider);
        if name == ProviderName::Invoice && !ends {
            if !self.self_service {
                return Err(BillingError::OperatorOnly);
            }
            self.check_payer(actor, living.is_none()).await?;
        }
        if ends && !choice.add_ons.is_empty() {
            return Err(Invalid::new("`add_ons` go with a plan that is paid for").into());
        }
        let choice = if ends { None } else { Some(self.offered(choice, name).await?) };
        let account = match account.filter(|account| account.provider == name) {
            Some(account) => account,
            None if name == ProviderName::Invoice && !ends => self.enrolled(actor, org).await?,
            None => return Err(BillingError::NotSubscribed),
        };
        if !ends {
            self.make_room(org, overrides).await?;
        }
        // A task of its own: who goes away in the middle leaves nothing half done. What comes of it is looked up soon, even if this
        // process ends before it does so itself.
        let mut tx = self.db.begin().await?;
        store::put_off(&mut tx, org, self.clock.now() + look::FIRST_LOOK).await?;
        tx.commit().await?;
        let billing = self.clone();
        let changed = tokio::spawn(async move {
            billing.provider_of(name)?.change(&account.customer, choice.as_ref()).await?;
            billing.look(org).await
        });
        let subscribed = changed.await.map_err(|_| BillingError::BrokenOff)??;
        Ok(BillingView::of(name, subscribed))
    }

    /// Invoices go to whom letters reach, and who is late with one begins nothing else, whatever it is called.
    async fn check_payer(&self, actor: &Actor, begins: bool) -> Result<(), BillingError> {
        if !self.orgs.is_confirmed(actor).await? {
            return Err(BillingError::Unconfirmed);
        }
        let now = self.clock.now();
        for place in actor.memberships.iter().filter(|place| begins && place.role == Role::Owner) {
            if store::oldest_open(&self.db, place.org).await?.is_some_and(|due| due <= now) {
                return Err(BillingError::Overdue);
            }
        }
        Ok(())
    }

    /// What an owner is about to pay for takes the place of what the operator gave, if that is meant.
    async fn make_room(&self, org: OrgId, meant: bool) -> Result<(), BillingError> {
        if self.plans.standing(org).await?.is_given() {
            let mut tx = self.db.begin().await?;
            self.plans.make_room(&mut tx, org, meant).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends what an organisation pays for, with the period that is paid: it is about to go. Safe to do twice.
    ///
    /// # Errors
    /// The provider or the database does not answer.
    pub async fn part(&self, org: OrgId) -> Result<(), BillingError> {
        let Some(account) = store::account(&self.db, org).await? else { return Ok(()) };
        let Ok(provider) = self.provider_of(account.provider) else {
            tracing::error!(org.id = %org, "an organisation goes that pays by Stripe, which is not set up any more");
            return Ok(());
        };
        // A checkout that began before this is closed by whoever opens it, and one that is open now here: nobody could end what is
        // paid for there later. What is paid for all the same is told by a webhook.
        let mut tx = self.db.begin().await?;
        if account.provider == ProviderName::Stripe {
            store::note_parted(&mut tx, &account.customer, self.clock.now()).await?;
        }
        let begun = store::begin_checkout(&mut tx, org).await?;
        tx.commit().await?;
        if let Some((_, Some(checkout))) = begun {
            match provider.close_checkout(&account.customer, &checkout).await {
                // Just paid: it is ended with the rest.
                Ok(()) | Err(BillingError::Subscribed) => {}
                Err(error) => return Err(error),
            }
        }
        Self::end_all(provider, &account.customer).await
    }

    /// Ends what a customer pays for, with the period that is paid. Safe to do twice.
    async fn end_all(provider: &dyn Provider, customer: &str) -> Result<(), BillingError> {
        let found = provider.look(customer).await?;
        // Nobody will be here to see what goes on beside it.
        for other in &found.others {
            provider.end_other(customer, other).await?;
        }
        if found.is_living() {
            provider.change(customer, None).await?;
        }
        Ok(())
    }

    /// The choice in its one form, of a plan that is offered and sold by `from`.
    async fn offered(
        &self,
        choice: BillingChoice,
        from: ProviderName,
    ) -> Result<BillingChoice, BillingError> {
        let choice = choice.checked()?;
        let plans = self.plans.plans().await?;
        match plans.iter().find(|plan| plan.key == choice.plan) {
            Some(plan) if plan.offered && plan.key != self.default_plan => {
                self.provider_of(from)?.sells(&choice)?;
                Ok(choice)
            }
            Some(_) => Err(Invalid::new("`plan` takes a plan that is offered and has a price").into()),
            None => Err(Invalid::new("`plan` takes the key of a plan").into()),
        }
    }

    /// The organisation's account with this server's provider, made when it is needed first; a living one of another stays. The provider's name for it is kept before anything is opened for
    /// it, so that no webhook comes for somebody unknown.
    async fn enrolled(&self, actor: &Actor, org: OrgId) -> Result<Account, BillingError> {
        let known = store::account(&self.db, org).await?;
        let stays = |account: &Account| account.provider == self.name() || account.subscribed.is_living();
        if let Some(account) = known.filter(stays) {
            return Ok(account);
        }
        let name = self.orgs.find(org).await?.map(|found| found.name).unwrap_or_default();
        let email = self.orgs.email_of(actor).await?.unwrap_or_default();
        let customer = self.provider.enrol(&Payer { org, name, email }).await?;
        let mut tx = self.db.begin().await?;
        store::enrol(&mut tx, org, self.name(), &customer).await?;
        tx.commit().await?;
        // Of two at once, the first stays.
        let account = store::account(&self.db, org).await?;
        account.ok_or_else(|| crate::db::DbError::Corrupt("a billing account is gone".to_owned()).into())
    }
}
