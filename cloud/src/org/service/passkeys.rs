//! Passkeys (WebAuthn): adding them, in a browser's page or by the API alone, and signing in with them.
//!
//! An authenticator asks who somebody is before it answers, so that its answer stands for the password and the second factor. What
//! it is asked is kept in SQL, so that any node may hear the answer, and is taken once, whatever the answer is.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use vitrine_protocol::{PasskeyId, SessionId, SignInRequestId, UserId};

use super::Orgs;
use super::accounts::{of_person, person};
use crate::base::{Actor, Secret, hash_secret, trimmed};
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::mail::{Letter, OfPasskeys};
use crate::org::relying_party::RelyingParty;
use crate::org::store::{self, Candidate, Ceremony, Kept, Kind};
use crate::org::throttle::{Lane, lanes_of};
use crate::org::{OrgError, Passkey, PasskeyChallenge, PasskeyLink, Proof, Proved, SignedIn, Visit};

/// Passkeys of one person.
const MOST: usize = 10;
/// How long an authenticator has.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// How long a page at which one is added may be opened.
const LINK: TimeDelta = TimeDelta::minutes(10);
/// Challenges that one network asks for.
const ASKED: Lane = Lane { at_once: 30, every: Duration::from_secs(5), patience: Duration::ZERO };
/// The same from an address that stands for many people.
const ASKED_BY_MANY: Lane =
    Lane { at_once: 120, every: Duration::from_millis(500), patience: Duration::ZERO };
/// Wrong answers of one passkey, from where its owner was never seen.
const BY_STRANGERS: Lane = Lane { at_once: 10, every: Duration::from_secs(30), patience: Duration::ZERO };
/// The same from a place where they have signed in: a stranger who knows of the passkey holds nobody up at home.
const AT_HOME: Lane = Lane { at_once: 10, every: Duration::from_secs(3), patience: Duration::ZERO };
/// Passkeys that one person calls otherwise.
const RENAMED: Lane = Lane { at_once: 20, every: Duration::from_secs(10), patience: Duration::ZERO };
/// Pages and authenticators that one person has asked.
const BY_ONE: Lane = Lane { at_once: 20, every: Duration::from_secs(10), patience: Duration::ZERO };
/// Sign-ins that wait at once. Where there are more, the oldest of the site that has most of them goes.
const WAITING: i64 = if cfg!(test) { 60 } else { 20_000 };
/// Those of one site, and of all who come through one proxy that does not say who asks.
const WAITING_OF_A_SITE: i64 = if cfg!(test) { 30 } else { 500 };

impl Orgs {
    /// Whether people can have passkeys at this cloud's address.
    #[must_use]
    pub fn offers_passkeys(&self) -> bool {
        self.relying_party().is_ok()
    }

    /// The caller's passkeys, oldest first.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn passkeys(&self, actor: &Actor) -> Result<Vec<Passkey>, OrgError> {
        let (id, _) = person(actor)?;
        Ok(store::passkeys(&self.db, id).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`OrgError::NoPasskey`].
    pub async fn passkey(&self, actor: &Actor, passkey: PasskeyId) -> Result<Passkey, OrgError> {
        let (id, _) = person(actor)?;
        store::passkey(&self.db, id, passkey).await?.ok_or(OrgError::NoPasskey)
    }

    /// A page at which the caller adds a passkey in a browser. It takes the password, and the second factor where there is one.
    ///
    /// # Errors
    /// [`OrgError::PasskeysUnavailable`]; [`OrgError::BadCredentials`]; [`OrgError::BadCode`]; [`OrgError::TooMany`];
    /// [`OrgError::TooManyTries`].
    pub async fn ask_passkey_link(
        &self,
        actor: &Actor,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<PasskeyLink, OrgError> {
        let (_, session) = person(actor)?;
        self.relying_party()?;
        let (one, mut tx) = self.shown_all(actor, password, proof).await?;
        self.check_room(&mut tx, &one).await?;
        let (token, expires_at) = (Secret::new("vtl_"), self.clock.now() + LINK);
        let link = Ceremony {
            of: Some((one.user.id, session)),
            shown: hash_secret(&one.hash),
            state: String::new(),
        };
        store::insert_ceremony(&mut tx, (&token.hash(), Kind::Link, ""), &link, expires_at).await?;
        tx.commit().await?;
        let mailbox = self.mailbox.as_ref().ok_or(OrgError::NoMail)?;
        let url = mailbox.address(&format!("/account/passkey?token={}", token.expose()));
        Ok(PasskeyLink { url, expires_at })
    }

    /// What an authenticator is asked to make a passkey for the caller. It takes what [`Orgs::ask_passkey_link`] takes.
    ///
    /// # Errors
    /// As [`Orgs::ask_passkey_link`].
    pub async fn begin_passkey(
        &self,
        actor: &Actor,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<PasskeyChallenge, OrgError> {
        let (_, session) = person(actor)?;
        self.relying_party()?;
        let (one, tx) = self.shown_all(actor, password, proof).await?;
        self.ask_for_one(tx, &one, session).await
    }

    /// Adds the passkey that an authenticator made for the caller, in the session that it was asked in.
    ///
    /// # Errors
    /// [`OrgError::ChallengeOver`]; [`OrgError::Invalid`]; [`OrgError::PasskeyRefused`]; [`OrgError::PasskeyExists`];
    /// [`OrgError::TooMany`].
    pub async fn finish_passkey(
        &self,
        actor: &Actor,
        challenge: &str,
        name: &str,
        credential: &Value,
    ) -> Result<Passkey, OrgError> {
        let (_, session) = person(actor)?;
        self.add_passkey(actor, session, (challenge, name, credential), None).await
    }

    /// Whose page a link opens: their address.
    ///
    /// # Errors
    /// [`OrgError::BadLink`].
    pub async fn check_passkey_link(&self, token: &str) -> Result<String, OrgError> {
        Ok(self.by_link(token).await?.0.user.email)
    }

    /// What an authenticator is asked to make a passkey for whoever was given a link.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::TooMany`]; [`OrgError::TooManyTries`].
    pub async fn begin_passkey_by_link(&self, token: &str) -> Result<PasskeyChallenge, OrgError> {
        let (one, session, _) = self.by_link(token).await?;
        let key = format!("y:{}", one.user.id);
        self.throttle.try_once(&key, BY_ONE, self.clock.now()).ok_or(OrgError::TooManyTries)?;
        self.ask_for_one(self.db.begin().await?, &one, session).await
    }

    /// Adds the passkey that an authenticator made for whoever was given a link, which works no longer then.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; as [`Orgs::finish_passkey`].
    pub async fn finish_passkey_by_link(
        &self,
        token: &str,
        challenge: &str,
        name: &str,
        credential: &Value,
    ) -> Result<Passkey, OrgError> {
        let (one, session, link) = self.by_link(token).await?;
        let actor = of_person(one.user.id);
        self.add_passkey(&actor, session, (challenge, name, credential), Some(&link)).await
    }

    /// Calls one of the caller's passkeys otherwise. What somebody calls their own is no fact of a shop.
    ///
    /// # Errors
    /// [`OrgError::NoPasskey`]; [`OrgError::Invalid`]; [`OrgError::TooManyTries`].
    pub async fn rename_passkey(
        &self,
        actor: &Actor,
        passkey: PasskeyId,
        name: &str,
    ) -> Result<Passkey, OrgError> {
        let (id, _) = person(actor)?;
        let name = check_name(name)?;
        let before = self.passkey(actor, passkey).await?;
        if before.name == name {
            return Ok(before);
        }
        self.throttle
            .try_once(&format!("n:{id}"), RENAMED, self.clock.now())
            .ok_or(OrgError::TooManyTries)?;
        let mut tx = self.db.begin().await?;
        if !store::rename_passkey(&mut tx, id, passkey, &name).await? {
            return Err(OrgError::NoPasskey);
        }
        tx.commit().await?;
        self.passkey(actor, passkey).await
    }

    /// Ends one of the caller's passkeys. It takes the password, and the second factor where there is one.
    ///
    /// # Errors
    /// [`OrgError::NoPasskey`]; [`OrgError::BadCredentials`]; [`OrgError::BadCode`]; [`OrgError::TooManyTries`].
    pub async fn remove_passkey(
        &self,
        actor: &Actor,
        passkey: PasskeyId,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<(), OrgError> {
        self.passkey(actor, passkey).await?; // no code is used up for nothing
        let (one, mut tx) = self.shown_all(actor, password, proof).await?;
        let id = one.user.id;
        let name = store::delete_passkey(&mut tx, id, passkey).await?.ok_or(OrgError::NoPasskey)?;
        let letter = Letter::OfPasskeys(OfPasskeys::Removed { names: vec![name] });
        self.tell(&mut tx, actor, id, Event::PasskeyRemoved { user: id, passkey }, letter).await?;
        Ok(tx.commit().await?)
    }

    /// What an authenticator is asked at a sign-in. It is the same for everybody.
    ///
    /// # Errors
    /// [`OrgError::PasskeysUnavailable`]; [`OrgError::TooManyTries`].
    pub async fn ask_passkey(&self, visit: &Visit) -> Result<PasskeyChallenge, OrgError> {
        let (party, now) = (self.relying_party()?, self.clock.now());
        for (key, lane) in asked_by(visit) {
            self.throttle.try_once(&key, lane, now).ok_or(OrgError::TooManyTries)?;
        }
        let (options, state) = party.ask_who()?;
        let site = visit.network.site().to_string();
        let mut tx = self.db.begin().await?;
        store::delete_expired_ceremonies(&mut tx, now).await?;
        // A stranger who asks again and again takes the places of their own, and nobody else's.
        while store::ceremony_count(&mut tx, Some(&site)).await? >= WAITING_OF_A_SITE {
            store::drop_oldest_ceremony(&mut tx, &site).await?;
        }
        if store::ceremony_count(&mut tx, None).await? >= WAITING {
            let largest = store::largest_site_of_ceremonies(&mut tx).await?.unwrap_or_default();
            store::drop_oldest_ceremony(&mut tx, &largest).await?;
        }
        let waiting = Ceremony { of: None, shown: String::new(), state };
        self.wait_for_answer(tx, (Kind::SignIn, &site), waiting, options).await
    }

    /// Opens a session for whoever a passkey says that they are.
    ///
    /// # Errors
    /// [`OrgError::PasskeysUnavailable`]; [`OrgError::ChallengeOver`]; [`OrgError::Invalid`]; [`OrgError::PasskeyUnknown`];
    /// [`OrgError::PasskeyRefused`]; [`OrgError::PasskeyCopied`]; [`OrgError::TooManyTries`].
    pub async fn sign_in_by_passkey(
        &self,
        challenge: &str,
        credential: &Value,
        visit: &Visit,
    ) -> Result<SignedIn, OrgError> {
        let (mut tx, one) = self.recognise_passkey(challenge, credential, visit).await?;
        let begun = self.open_session(&mut tx, &one.user, visit).await?;
        tx.commit().await?;
        self.signed_in(one.user, begun).await
    }

    /// Shows by a passkey at a request's page who somebody is: what the page goes on with.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when it does not wait; as [`Orgs::sign_in_by_passkey`].
    pub async fn prove_by_passkey(
        &self,
        id: SignInRequestId,
        challenge: &str,
        credential: &Value,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        store::request_seen(&self.db, id, self.clock.now()).await?.ok_or(OrgError::BadLink)?;
        let (tx, one) = self.recognise_passkey(challenge, credential, visit).await?;
        self.note_proof(tx, id, &one.user, &one.hash).await
    }

    /// Whose account a passkey opens, in the transaction that notes its use.
    async fn recognise_passkey(
        &self,
        challenge: &str,
        credential: &Value,
        visit: &Visit,
    ) -> Result<(Tx, Candidate), OrgError> {
        let (party, now) = (self.relying_party()?, self.clock.now());
        let waiting = self.take_ceremony(challenge, Kind::SignIn, None).await?;
        let answer = party.who(credential)?;
        let home = self.home(answer.user, visit).await?;
        let mut tx = self.db.begin().await?;
        let one = store::candidate_in(&mut tx, answer.user).await?.ok_or(OrgError::PasskeyUnknown)?;
        // The person's row first: of two answers of one count, one is the later.
        if !store::hold_password(&mut tx, one.user.id, &one.hash).await? {
            return Err(OrgError::ChallengeOver);
        }
        let known = store::passkey_of(&mut tx, one.user.id, &answer.credential_id).await?;
        let (id, passkey) = known.ok_or(OrgError::PasskeyUnknown)?;
        // Each passkey is counted for itself: wrong answers hold up nobody else behind the same address.
        let (key, lane) = match home {
            Some(place) => (format!("u:{id}:{place}"), AT_HOME),
            None => (format!("u:{id}"), BY_STRANGERS),
        };
        self.throttle.try_once(&key, lane, now).ok_or(OrgError::TooManyTries)?;
        let used = party.used(&waiting.state, &answer, &passkey).inspect_err(|error| {
            if matches!(error, OrgError::PasskeyCopied) {
                tracing::warn!(passkey = %id, "a passkey has counted back, as a copy does");
            }
        })?;
        store::use_passkey(&mut tx, id, (&used.passkey, used.backed_up), now).await?;
        self.throttle.give_back(&key, lane);
        for (key, lane) in asked_by(visit) {
            self.throttle.give_back(&key, lane);
        }
        Ok((tx, one))
    }

    /// Takes away all passkeys of a person; what they were called.
    pub(super) async fn drop_passkeys(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: UserId,
    ) -> Result<Vec<String>, OrgError> {
        let gone = store::delete_passkeys(tx, id).await?;
        for (passkey, _) in &gone {
            let event = Event::PasskeyRemoved { user: id, passkey: *passkey };
            self.record_everywhere(tx, actor, id, &event).await?;
        }
        Ok(gone.into_iter().map(|(_, name)| name).collect())
    }

    /// Asks an authenticator for a passkey of a person, whose answer comes in the same session.
    async fn ask_for_one(
        &self,
        mut tx: Tx,
        one: &Candidate,
        session: SessionId,
    ) -> Result<PasskeyChallenge, OrgError> {
        let kept = self.check_room(&mut tx, one).await?;
        let (options, state) = self.relying_party()?.ask_for_one(&one.user, &kept)?;
        let of = Some((one.user.id, session));
        let waiting = Ceremony { of, shown: hash_secret(&one.hash), state };
        self.wait_for_answer(tx, (Kind::Registration, ""), waiting, options).await
    }

    /// Keeps what an answer is held against.
    async fn wait_for_answer(
        &self,
        mut tx: Tx,
        (kind, site): (Kind, &str),
        waiting: Ceremony,
        options: Value,
    ) -> Result<PasskeyChallenge, OrgError> {
        let (token, expires_at) = (Secret::new("vtc_"), self.clock.now() + ANSWERED_WITHIN);
        store::insert_ceremony(&mut tx, (&token.hash(), kind, site), &waiting, expires_at).await?;
        tx.commit().await?;
        Ok(PasskeyChallenge { challenge: token.expose().to_owned(), options, expires_at })
    }

    /// Takes what an answer is held against: it is gone then, whatever becomes of the answer.
    async fn take_ceremony(
        &self,
        challenge: &str,
        kind: Kind,
        session: Option<SessionId>,
    ) -> Result<Ceremony, OrgError> {
        if !challenge.starts_with("vtc_") || challenge.len() > 100 {
            return Err(OrgError::ChallengeOver);
        }
        let (hash, now) = (hash_secret(challenge), self.clock.now());
        // What is made up costs no write.
        if store::ceremony(&self.db, (&hash, kind), now).await?.is_none() {
            return Err(OrgError::ChallengeOver);
        }
        let mut tx = self.db.begin().await?;
        let taken = store::take_ceremony(&mut tx, (&hash, kind), session, now).await?;
        tx.commit().await?;
        taken.ok_or(OrgError::ChallengeOver)
    }

    async fn add_passkey(
        &self,
        actor: &Actor,
        session: SessionId,
        (challenge, name, credential): (&str, &str, &Value),
        link: Option<&str>,
    ) -> Result<Passkey, OrgError> {
        let (id, _) = person(actor)?;
        let (party, name) = (self.relying_party()?, check_name(name)?);
        let waiting = self.take_ceremony(challenge, Kind::Registration, Some(session)).await?;
        let made = party.made(&waiting.state, credential)?;
        let now = self.clock.now();
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        if hash_secret(&one.hash) != waiting.shown {
            return Err(OrgError::ChallengeOver);
        }
        let mut tx = self.db.begin().await?;
        self.check_room(&mut tx, &one).await?;
        if let Some(link) = link {
            let taken = store::take_ceremony(&mut tx, (link, Kind::Link), Some(session), now).await?;
            taken.ok_or(OrgError::BadLink)?;
        }
        let passkey =
            Passkey { id: PasskeyId::new(), name, created_at: now, used_at: None, backed_up: made.backed_up };
        let kept = Kept { credential_id: &made.credential_id, passkey: &made.passkey };
        store::insert_passkey(&mut tx, id, &passkey, &kept).await.map_err(|error| match error {
            DbError::Clash => OrgError::PasskeyExists,
            error => error.into(),
        })?;
        let event = Event::PasskeyAdded { user: id, passkey: passkey.id };
        let letter = Letter::OfPasskeys(OfPasskeys::Added { name: passkey.name.clone() });
        self.tell(&mut tx, actor, id, event, letter).await?;
        tx.commit().await?;
        Ok(passkey)
    }

    /// Holds a person's row, with the password they showed, and sees that there is room for one more passkey: those there are.
    async fn check_room(&self, tx: &mut Tx, one: &Candidate) -> Result<Vec<String>, OrgError> {
        if !store::hold_password(tx, one.user.id, &one.hash).await? {
            return Err(OrgError::ChallengeOver);
        }
        let kept = store::kept_passkeys(tx, one.user.id).await?;
        if kept.len() >= MOST {
            return Err(OrgError::TooMany(format!("a person has at most {MOST} passkeys; remove one first")));
        }
        Ok(kept)
    }

    /// Who was given a link, in which session, and what is kept of it.
    async fn by_link(&self, token: &str) -> Result<(Candidate, SessionId, String), OrgError> {
        if !token.starts_with("vtl_") || token.len() > 100 {
            return Err(OrgError::BadLink);
        }
        let (hash, now) = (hash_secret(token), self.clock.now());
        let link = store::ceremony(&self.db, (&hash, Kind::Link), now).await?.ok_or(OrgError::BadLink)?;
        let (id, session) = link.of.ok_or(OrgError::BadLink)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::BadLink)?;
        if hash_secret(&one.hash) == link.shown { Ok((one, session, hash)) } else { Err(OrgError::BadLink) }
    }

    fn relying_party(&self) -> Result<&RelyingParty, OrgError> {
        self.relying_party.as_deref().ok_or(OrgError::PasskeysUnavailable)
    }
}

/// The lanes of who asks for a challenge.
fn asked_by(visit: &Visit) -> Vec<(String, Lane)> {
    lanes_of("y", visit.network, if visit.shared { ASKED_BY_MANY } else { ASKED })
}

fn check_name(name: &str) -> Result<String, OrgError> {
    Ok(trimmed("name", name, 1, 60)?)
}
