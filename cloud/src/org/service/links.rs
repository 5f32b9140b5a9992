//! What mailed links do: an address is shown to be somebody's, a password is chosen anew.

use std::time::Duration;

use chrono::TimeDelta;
use vitrine_protocol::{Role, UserId};

use super::accounts::{known_after, of_person, person};
use super::{Orgs, clash_is_email};
use crate::base::{Actor, Network, Secret, hash_secret};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::mail::{Letter, Locale, ResetLink};
use crate::org::model::{check_password, composed, new_email, normal_email};
use crate::org::store::{self, Purpose};
use crate::org::throttle::Lane;
use crate::org::{OrgError, Proof, User, Visit};

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
    /// [`OrgError::Invalid`]; [`OrgError::BadCredentials`] when the password is not the caller's; [`OrgError::BadCode`] where the
    /// account asks for a second factor and `proof` is none, or does not fit.
    pub async fn ask_change(
        &self,
        actor: &Actor,
        email: &str,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<(), OrgError> {
        person(actor)?;
        let email = new_email(email)?;
        let (one, tx) = self.shown_all(actor, password, proof).await?;
        tx.commit().await?; // the code is used up
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
        if !self.throttle.try_from("l", network, ASKED, self.clock.now()) {
            return Err(OrgError::TooManyTries);
        }
        let orgs = self.clone();
        unwatched(async move { orgs.mail_reset(email).await });
        Ok(())
    }

    /// An address that is nobody's yet may be several accounts': the letter says whose each link is, and lets the reader choose.
    async fn mail_reset(&self, email: String) -> Result<(), OrgError> {
        let owner = store::candidates(&self.db, &email, &[]).await?.into_iter().next();
        // Who has confirmed the address knows their own account.
        let found = match owner.filter(|one| one.user.email_verified) {
            Some(owner) => vec![(owner, None)],
            None => store::claims(&self.db, &email).await?,
        };
        let Some((first, _)) = found.first() else { return Ok(()) };
        if !self.letters_left(Cause::Reset, &email, Some(&first.user)) {
            return Ok(());
        }
        let (locale, mut links) = (first.locale, Vec::new());
        let mut tx = self.db.begin().await?;
        for (one, since) in &found {
            let places = store::organizations_in(&mut tx, one.user.id).await?;
            let whose = std::iter::once(one.user.name.clone()).chain(places).collect::<Vec<_>>().join(", ");
            let claimed = since.map(|since| (whose, since.format("%Y-%m-%d").to_string()));
            let link = self.link(&mut tx, &one.user, Purpose::Reset, locale).await?;
            links.extend(link.map(|link| ResetLink { claimed, link }));
        }
        if !links.is_empty() {
            self.mail(&mut tx, &email, &Letter::ResetPassword { links }, locale).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Uses a link to choose a new password: sessions end, no device is known but the one at which it was chosen, and the address
    /// is the account's own. Where nobody had confirmed it, whoever made the account may have been a stranger: nobody keeps a part
    /// in what it owns, and its second factor and passkeys go; those of an account whose address was confirmed stay.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::Invalid`]; [`OrgError::EmailTaken`] when the address became another's meanwhile.
    pub async fn reset(&self, token: &str, password: String, visit: &Visit) -> Result<User, OrgError> {
        let password = check_password(password)?;
        let token_hash = hash_of(token)?;
        if store::link(&self.db, &token_hash, Purpose::Reset, self.clock.now()).await?.is_none() {
            return Err(OrgError::BadLink); // before the work of hashing
        }
        // Who reads the letter is no stranger: those who guess passwords keep nobody from it.
        let hash = self.passwords.for_known().hash(password).await?;
        let mut tx = self.db.begin().await?;
        let taken = store::take_link(&mut tx, &token_hash, Purpose::Reset, self.clock.now()).await?;
        let (id, email) = taken.ok_or(OrgError::BadLink)?;
        // Whoever reads the mail of an address that the account has left has no say in it.
        let before = store::candidate_in(&mut tx, id).await?.filter(|one| one.user.email == email);
        let before = before.ok_or(OrgError::BadLink)?;
        store::set_password(&mut tx, id, &hash).await?;
        store::end_waiting(&mut tx, id).await?;
        store::delete_sessions_of(&mut tx, id).await?;
        store::forget_places(&mut tx, id).await?;
        // Whoever asked for another address before has no say any more.
        store::delete_links(&mut tx, id).await?;
        store::set_email(&mut tx, id, &email).await.map_err(clash_is_email)?;
        // Strangers who guess hold nobody up where the letter was read.
        store::know_places(&mut tx, id, &known_after(visit), self.clock.now()).await?;
        if before.user.email_verified {
            self.tell_password_changed(&mut tx, &before).await?;
        } else {
            self.let_others_go(&mut tx, id).await?;
        }
        tx.commit().await?;
        self.throttle.forget(&format!("e:{email}"));
        Ok(User { email_verified: true, ..before.user })
    }

    /// Ends what others have in organisations of an account: members, keys and invitations of those that it owns alone. It leaves
    /// those that it owns with others.
    async fn let_others_go(&self, tx: &mut Tx, id: UserId) -> Result<(), OrgError> {
        let (by, now) = (of_person(id), self.clock.now());
        // A stranger's passkey would let them in again, and their authenticator would keep the reader of the letter out.
        self.drop_passkeys(tx, &by, id).await?;
        if store::delete_totp(tx, id).await? {
            store::set_recovery(tx, id, &[]).await?;
            self.record_everywhere(tx, &by, id, &Event::FactorRemoved { user: id }).await?;
        }
        for org in store::places_of(tx, id).await? {
            store::lock(tx, org).await?;
            store::delete_invitations_by(tx, org, id).await?;
            if store::standing_in(tx, org, id).await?.is_none_or(|own| own.role != Role::Owner) {
                continue;
            }
            if store::owners(tx, org).await? > 1 {
                store::delete_member(tx, org, id).await?;
                self.end_keys_by(tx, &by, (org, id), None).await?;
                record(tx, &by, now, org, None, Event::MemberRemoved { user: id })?;
                continue;
            }
            for other in store::other_members(tx, org, id).await? {
                store::delete_member(tx, org, other).await?;
                record(tx, &by, now, org, None, Event::MemberRemoved { user: other })?;
            }
            for key in store::revoke_keys(tx, org, now).await? {
                record(tx, &by, now, org, None, Event::ApiKeyRevoked { key })?;
            }
            for invitation in store::delete_invitations(tx, org).await? {
                record(tx, &by, now, org, None, Event::InvitationRevoked { invitation })?;
            }
            // The rooms below take away what a stranger may have set up in them.
            record(tx, &by, now, org, None, Event::OrganizationReclaimed { owner: id })?;
        }
        Ok(())
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
        let (id, email) = link.ok_or(OrgError::BadLink)?;
        if reset {
            // One of an address that the account has left changes nothing.
            let one = store::candidate(&self.db, id).await?;
            one.filter(|one| one.user.email == email).ok_or(OrgError::BadLink)?;
        }
        Ok(email)
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
