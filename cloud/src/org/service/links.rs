//! What mailed links do: an address is shown to be somebody's, a password is chosen anew.

use std::time::Duration;

use chrono::TimeDelta;

use super::accounts::person;
use super::{Orgs, clash_is_email};
use crate::base::{Actor, Network, Secret, hash_secret};
use crate::db::Tx;
use crate::mail::{Letter, Locale};
use crate::org::model::{check_password, composed, normal_email};
use crate::org::store::{self, Purpose};
use crate::org::throttle::Lane;
use crate::org::{OrgError, User};

/// How long links hold.
const VERIFY_WITHIN: TimeDelta = TimeDelta::days(3);
const RESET_WITHIN: TimeDelta = TimeDelta::hours(1);
/// Letters to one address about one account.
const ABOUT_ONE: Lane = Lane { at_once: 4, every: Duration::from_secs(20 * 60), patience: Duration::ZERO };
/// Letters to one address: nobody's mailbox is filled from here.
const LETTERS: Lane = Lane { at_once: 12, every: Duration::from_secs(10 * 60), patience: Duration::ZERO };
/// Letters that one network asks for.
const ASKED: Lane = Lane { at_once: 30, every: Duration::from_secs(60), patience: Duration::ZERO };

/// Why a letter is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    Verify,
    Change,
    Reset,
    HasAccount,
    Invitation,
}

impl Orgs {
    /// Mails the caller a link with which they show that their address is their own.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn ask_verification(&self, actor: &Actor) -> Result<(), OrgError> {
        let (id, _) = person(actor)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        if one.user.email_verified {
            return Ok(());
        }
        self.count_letter(&one.user)?;
        // Before the transaction: who holds a connection waits for no other.
        let places = store::organizations_of(&self.db, id).await?;
        let mut tx = self.db.begin().await?;
        let organization = places.first().map(|one| one.name.as_str()).unwrap_or_default();
        self.mail_verification(&mut tx, &one.user, organization, one.locale).await?;
        Ok(tx.commit().await?)
    }

    /// Mails a link to another address, which the caller's account has once it is used.
    ///
    /// # Errors
    /// [`OrgError::Invalid`]; [`OrgError::BadCredentials`] when the password is not the caller's.
    pub async fn ask_change(&self, actor: &Actor, email: &str, password: String) -> Result<(), OrgError> {
        let (id, _) = person(actor)?;
        let email = normal_email(email)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        self.check_own_password(&one.user, &one.hash, password).await?;
        if email == one.user.email && one.user.email_verified {
            return Ok(());
        }
        self.count_letter(&one.user)?;
        let to = User { email, ..one.user };
        let (orgs, locale) = (self.clone(), one.locale);
        unwatched(async move { orgs.mail_change(to, locale).await });
        Ok(())
    }

    /// Whether another account has the address is told to who reads its mail alone, and that is nobody's news.
    async fn mail_change(&self, to: User, locale: Locale) -> Result<(), OrgError> {
        if store::is_owned(&self.db, &to.email).await?
            || !self.letters_left(Cause::Change, &to.email, Some(&to))
        {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        if let Some(link) = self.link(&mut tx, &to, Purpose::Change, locale).await? {
            self.mail(&mut tx, &to.email, &Letter::ChangeAddress { link }, locale).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Counts a letter that a person asks for: they are no means of writing to the world.
    pub(super) fn count_letter(&self, user: &User) -> Result<(), OrgError> {
        const BY_ONE: Lane =
            Lane { at_once: 10, every: Duration::from_secs(10 * 60), patience: Duration::ZERO };
        let counted = self.throttle.try_once(&format!("w:{}", user.id), BY_ONE, self.clock.now());
        counted.map(drop).ok_or(OrgError::TooManyTries)
    }

    /// Uses a link that shows whose an address is. It takes the account's password as well: who reads the mail of an address has
    /// made the account that says so, and nobody else's.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::BadCredentials`], and the link goes on to hold; [`OrgError::EmailTaken`] when the
    /// address became another's meanwhile.
    pub async fn verify(&self, token: &str, password: String) -> Result<User, OrgError> {
        let (token_hash, now) = (hash_of(token)?, self.clock.now());
        let mut found = None;
        for purpose in [Purpose::Verify, Purpose::Change] {
            let link = store::link(&self.db, &token_hash, purpose, now).await?;
            found = found.or(link.map(|(id, _)| (id, purpose)));
        }
        let (id, purpose) = found.ok_or(OrgError::BadLink)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::BadLink)?;
        self.check_own_password(&one.user, &one.hash, password).await?;
        let mut tx = self.db.begin().await?;
        let taken = store::take_link(&mut tx, &token_hash, purpose, now).await?;
        let (id, email) = taken.ok_or(OrgError::BadLink)?;
        let before = store::candidate_in(&mut tx, id).await?.ok_or(OrgError::BadLink)?;
        store::set_email(&mut tx, id, &email).await.map_err(clash_is_email)?;
        if before.user.email_verified && before.user.email != email {
            let changed = Letter::AddressChanged { to: email.clone() };
            self.mail(&mut tx, &before.user.email, &changed, before.locale).await?;
        }
        tx.commit().await?;
        Ok(User { email, email_verified: true, ..before.user })
    }

    /// Mails a link with which a new password is chosen, if the address has an account. The answer is the same if not.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no address; [`OrgError::TooManyTries`].
    pub fn ask_reset(&self, email: &str, network: Network) -> Result<(), OrgError> {
        let email = normal_email(email)?;
        if self.throttle.try_once(&format!("l:{network}"), ASKED, self.clock.now()).is_none() {
            return Err(OrgError::TooManyTries);
        }
        let orgs = self.clone();
        unwatched(async move { orgs.mail_reset(email).await });
        Ok(())
    }

    /// An address that is nobody's yet may be several accounts': the letter says whose each link is, and lets the reader choose.
    async fn mail_reset(&self, email: String) -> Result<(), OrgError> {
        let mut candidates = store::candidates(&self.db, &email, &[]).await?;
        if candidates.first().is_some_and(|one| one.user.email_verified) {
            candidates.truncate(1);
        }
        let Some(first) = candidates.first() else { return Ok(()) };
        if !self.letters_left(Cause::Reset, &email, Some(&first.user)) {
            return Ok(());
        }
        let (locale, mut links) = (first.locale, Vec::new());
        let mut tx = self.db.begin().await?;
        for one in &candidates {
            let places = store::organizations_in(&mut tx, one.user.id).await?;
            let whose = std::iter::once(one.user.name.clone()).chain(places).collect::<Vec<_>>().join(", ");
            // Who has confirmed the address knows their own account.
            let whose = if one.user.email_verified { String::new() } else { whose };
            let link = self.link(&mut tx, &one.user, Purpose::Reset, locale).await?;
            links.extend(link.map(|link| (whose, link)));
        }
        if !links.is_empty() {
            self.mail(&mut tx, &email, &Letter::ResetPassword { links }, locale).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Uses a link to choose a new password: sessions end, devices are no longer known, and the address is the account's own.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::Invalid`]; [`OrgError::EmailTaken`] when the address became another's meanwhile.
    pub async fn reset(&self, token: &str, password: String) -> Result<User, OrgError> {
        let password = check_password(password)?;
        let token_hash = hash_of(token)?;
        if store::link(&self.db, &token_hash, Purpose::Reset, self.clock.now()).await?.is_none() {
            return Err(OrgError::BadLink); // before the work of hashing
        }
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.db.begin().await?;
        let taken = store::take_link(&mut tx, &token_hash, Purpose::Reset, self.clock.now()).await?;
        let (id, email) = taken.ok_or(OrgError::BadLink)?;
        // Whoever reads the mail of an address that the account has left has no say in it.
        let before = store::candidate_in(&mut tx, id).await?.filter(|one| one.user.email == email);
        let before = before.ok_or(OrgError::BadLink)?;
        store::set_password(&mut tx, id, &hash).await?;
        store::delete_sessions_of(&mut tx, id).await?;
        store::forget_places(&mut tx, id).await?;
        // Whoever asked for another address before has no say any more.
        store::delete_links(&mut tx, id).await?;
        store::set_email(&mut tx, id, &email).await.map_err(clash_is_email)?;
        tx.commit().await?;
        self.throttle.forget(&format!("e:{email}"));
        Ok(User { email_verified: true, ..before.user })
    }

    /// The address of a link that still holds, for the page that is shown before it is used.
    ///
    /// # Errors
    /// [`OrgError::BadLink`].
    pub async fn check_link(&self, token: &str, reset: bool) -> Result<String, OrgError> {
        let purpose = if reset { Purpose::Reset } else { Purpose::Verify };
        let (token_hash, now) = (hash_of(token)?, self.clock.now());
        let mut link = store::link(&self.db, &token_hash, purpose, now).await?;
        if link.is_none() && !reset {
            link = store::link(&self.db, &token_hash, Purpose::Change, now).await?;
        }
        link.map(|(_, email)| email).ok_or(OrgError::BadLink)
    }

    /// The caller's own password, asked for before something that matters. Wrong ones are counted.
    pub(super) async fn check_own_password(
        &self,
        user: &User,
        hash: &str,
        password: String,
    ) -> Result<(), OrgError> {
        const TRIES: Lane = Lane { at_once: 5, every: Duration::from_secs(30), patience: Duration::ZERO };
        let key = format!("p:{}", user.id);
        if password.len() > 1024 {
            return Err(OrgError::BadCredentials);
        }
        self.throttle.try_once(&key, TRIES, self.clock.now()).ok_or(OrgError::TooManyTries)?;
        if !self.passwords.for_known().verify(composed(&password), Some(hash.to_owned())).await? {
            return Err(OrgError::BadCredentials);
        }
        self.throttle.forget(&key);
        Ok(())
    }

    pub(super) async fn mail_verification(
        &self,
        tx: &mut Tx,
        user: &User,
        organization: &str,
        locale: Locale,
    ) -> Result<(), OrgError> {
        if !self.letters_left(Cause::Verify, &user.email, Some(user)) {
            return Ok(());
        }
        let Some(link) = self.link(tx, user, Purpose::Verify, locale).await? else { return Ok(()) };
        let (name, organization) = (user.name.clone(), organization.to_owned());
        self.mail(tx, &user.email, &Letter::VerifyAddress { link, name, organization }, locale).await
    }

    /// Whether an address, and the account that a letter is about, has room for another of late; counts it. Letters of one cause
    /// keep none of another away: what strangers can have sent is not what a person waits for.
    pub(super) fn letters_left(&self, cause: Cause, email: &str, about: Option<&User>) -> bool {
        let now = self.clock.now();
        let one = about.map(|user| format!("m:{cause:?}:{email}:{}", user.id));
        one.is_none_or(|key| self.throttle.try_once(&key, ABOUT_ONE, now).is_some())
            && self.throttle.try_once(&format!("m:{cause:?}:{email}"), LETTERS, now).is_some()
    }

    /// A fresh link for a letter to `user`; none when there is no mail.
    pub(super) async fn link(
        &self,
        tx: &mut Tx,
        user: &User,
        purpose: Purpose,
        locale: Locale,
    ) -> Result<Option<String>, OrgError> {
        let now = self.clock.now();
        let Some(mailbox) = &self.mailbox else { return Ok(None) };
        let (path, within) = match purpose {
            Purpose::Verify | Purpose::Change => ("/account/verify", VERIFY_WITHIN),
            Purpose::Reset => ("/account/reset", RESET_WITHIN),
        };
        let token = Secret::new("vtl_");
        store::insert_link(tx, &token.hash(), user.id, purpose, &user.email, now + within).await?;
        Ok(Some(mailbox.link(path, token.expose(), locale)))
    }

    pub(super) async fn mail(
        &self,
        tx: &mut Tx,
        to: &str,
        letter: &Letter,
        locale: Locale,
    ) -> Result<(), OrgError> {
        match &self.mailbox {
            Some(mailbox) => Ok(mailbox.leave(tx, self.clock.now(), to, letter, locale).await?),
            None => Ok(()),
        }
    }
}

/// Does what takes longer for an address that has an account, while the answer is on its way already.
fn unwatched(work: impl Future<Output = Result<(), OrgError>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(error) = work.await {
            tracing::error!(%error, "a letter could not be left");
        }
    });
}

fn hash_of(token: &str) -> Result<String, OrgError> {
    if token.starts_with("vtl_") && token.len() <= 100 {
        Ok(hash_secret(token))
    } else {
        Err(OrgError::BadLink)
    }
}
