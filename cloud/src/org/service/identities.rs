//! Signing in with an account elsewhere (OpenID Connect).
//!
//! What a browser needs on its way to the issuer and back is made of one random word, which a cookie keeps in that browser alone:
//! no stranger makes us remember anything, and who comes back is who went.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use vitrine_protocol::{IdentityId, SignInRequestId, UserId};

use super::accounts::{Known, of_person, person};
use super::{Orgs, clash_is_email};
use crate::base::{Actor, Secret, trimmed};
use crate::db::{DbError, Tx};
use crate::events::{Event, record};
use crate::mail::{Letter, Locale};
use crate::org::model::normal_email;
use crate::org::oidc::{Oidc, Person};
use crate::org::store::{self, Candidate};
use crate::org::throttle::Lane;
use crate::org::{Came, Identity, OrgError, Proved, SignUp, User, Visit};
use crate::secrets::Place;

/// Ways to the issuer and back that one network begins or ends.
const WAYS: Lane = Lane { at_once: 30, every: Duration::from_secs(5), patience: Duration::ZERO };
/// So long the page that asks for the password of an account may stay open.
const TICKET: TimeDelta = TimeDelta::minutes(10);

/// Who came back from the issuer and is to show that an account is theirs. It waits sealed in the page.
#[derive(Serialize, Deserialize)]
pub(super) struct Ticket {
    issuer: String,
    subject: String,
    email: String,
    until_ms: i64,
    /// The address is nobody's own yet, and accounts say that it is theirs: which of them is, or none, says a password.
    #[serde(default)]
    claimed: bool,
    /// What the issuer calls them.
    #[serde(default)]
    name: Option<String>,
}

impl Orgs {
    /// What people call the issuer with whose accounts they sign in, when there is one.
    #[must_use]
    pub fn oidc_label(&self) -> Option<&str> {
        self.oidc.as_ref().map(|oidc| oidc.settings.label.as_str())
    }

    /// Where a browser goes to say at the issuer who somebody is, for a studio that waits. `word` stays in that browser.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when the request does not wait; [`OrgError::Oidc`]; [`OrgError::TooManyTries`].
    pub async fn begin_oidc(
        &self,
        id: SignInRequestId,
        word: &Secret,
        visit: &Visit,
    ) -> Result<String, OrgError> {
        let oidc = self.oidc()?;
        let now = self.clock.now();
        store::request_seen(&self.db, id, now).await?.ok_or(OrgError::BadLink)?;
        if !self.throttle.try_from("o", visit.network, WAYS, now) {
            return Err(OrgError::TooManyTries);
        }
        let word = word.expose();
        let (state, nonce, verifier) =
            (made(word, "state", id), made(word, "nonce", id), made(word, "verifier", id));
        Ok(oidc.ask_at(&state, &nonce, &verifier, now).await?)
    }

    /// Somebody comes back from the issuer, with the `word` that their browser kept.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] for who did not go from here; [`OrgError::NoAddress`]; [`OrgError::SecondFactor`];
    /// [`OrgError::SignUpClosed`] for who has no account, where not everybody may make one;
    /// [`OrgError::Oidc`]; [`OrgError::TooManyTries`].
    pub async fn finish_oidc(
        &self,
        id: SignInRequestId,
        word: &str,
        (state, code): (&str, &str),
        locale: Locale,
        visit: &Visit,
    ) -> Result<Came, OrgError> {
        let (oidc, now) = (self.oidc()?, self.clock.now());
        let right = made(word, "state", id);
        if word.len() < 40 || !bool::from(right.as_bytes().ct_eq(state.as_bytes())) || code.len() > 4096 {
            return Err(OrgError::BadLink);
        }
        store::request_seen(&self.db, id, now).await?.ok_or(OrgError::BadLink)?;
        if !self.throttle.try_from("o", visit.network, WAYS, now) {
            return Err(OrgError::TooManyTries);
        }
        let who = oidc.who(code, &made(word, "nonce", id), &made(word, "verifier", id), now).await?;
        let issuer = oidc.settings.issuer.as_str();
        let known = match self.known_by(issuer, &who.subject).await? {
            Some(known) => known,
            None => match self.first_time(oidc, &who, locale).await? {
                First::Known(known) => known,
                First::Asked { email, claimed } => {
                    let ticket = Ticket {
                        claimed,
                        name: who.name,
                        issuer: issuer.to_owned(),
                        subject: who.subject,
                        email: email.clone(),
                        until_ms: (now + TICKET).timestamp_millis(),
                    };
                    let ticket = self.seal_ticket(id, &ticket)?;
                    return Ok(Came::Asked { email, ticket, claimed });
                }
            },
        };
        Ok(Came::Known(self.prove_known(id, known, visit).await?))
    }

    /// Links an account to who came back from the issuer, by its password: what the page goes on with. Where the account asks for a
    /// second factor, [`Orgs::prove_with_factor`] links it.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; [`OrgError::BadCredentials`]; [`OrgError::SecondFactor`]; [`OrgError::TooManyTries`].
    pub async fn link_identity(
        &self,
        id: SignInRequestId,
        ticket: &str,
        password: String,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        let ticket = self.open_ticket(id, ticket)?;
        let known = self.recognise(&ticket.email, password, visit, None).await?;
        if !known.user.email_verified && !ticket.claimed {
            return Err(OrgError::BadCredentials);
        }
        let place = self.place_or_site(known.user.id, visit).await?;
        let mut tx = self.db.begin().await?;
        if !store::hold_password(&mut tx, known.user.id, &known.hash).await? {
            return Err(OrgError::BadCredentials);
        }
        if let Some(challenge) = self.challenge(&mut tx, (known.user.id, &place), &known.hash).await? {
            tx.commit().await?;
            return Err(OrgError::SecondFactor(challenge));
        }
        let one = store::candidate_in(&mut tx, known.user.id).await?.ok_or(OrgError::BadLink)?;
        self.link_by_ticket(&mut tx, &one, &ticket).await?;
        self.note_proof(tx, id, &known.user, &known.hash).await
    }

    /// Makes an account for who came back from the issuer, though others say that their address is theirs: what the page goes on with.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when the address is somebody's own by now; [`OrgError::SignUpClosed`].
    pub async fn begin_anew(
        &self,
        id: SignInRequestId,
        ticket: &str,
        locale: Locale,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        let (ticket, oidc) = (self.open_ticket(id, ticket)?, self.oidc()?);
        if !ticket.claimed || oidc.settings.issuer != ticket.issuer {
            return Err(OrgError::BadLink);
        }
        let known = match self.known_by(&ticket.issuer, &ticket.subject).await? {
            // The form was sent twice.
            Some(known) => known,
            None => {
                self.check_welcome(oidc, &ticket.email).await?;
                let who = (ticket.name.as_deref(), ticket.subject.as_str());
                match self.make_account(who, ticket.email, &ticket.issuer, locale).await {
                    Err(OrgError::Db(DbError::Clash) | OrgError::EmailTaken) => {
                        let known = self.known_by(&ticket.issuer, &ticket.subject).await?;
                        known.ok_or(OrgError::BadLink)?
                    }
                    made => made?,
                }
            }
        };
        self.prove_known(id, known, visit).await
    }

    /// Links what a ticket is about to the account of its address. A ticket that was used already has done so.
    pub(super) async fn link_by_ticket(
        &self,
        tx: &mut Tx,
        one: &Candidate,
        ticket: &Ticket,
    ) -> Result<(), OrgError> {
        if one.user.email != ticket.email || !one.user.email_verified && !ticket.claimed {
            return Err(OrgError::BadLink);
        }
        if !one.user.email_verified {
            // The issuer says that the address is theirs, as a letter would.
            store::set_email(tx, one.user.id, &ticket.email).await.map_err(clash_is_email)?;
        }
        match store::user_of_identity(&self.db, &ticket.issuer, &ticket.subject).await? {
            Some(user) if user == one.user.id => Ok(()),
            Some(_) => Err(OrgError::BadLink),
            None => self.link_to(tx, one, &ticket.issuer, &ticket.subject).await,
        }
    }

    /// The caller's accounts elsewhere, oldest first.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn identities(&self, actor: &Actor) -> Result<Vec<Identity>, OrgError> {
        let (id, _) = person(actor)?;
        let mut all = store::identities(&self.db, id).await?;
        for one in &mut all {
            let ours = self.oidc.as_ref().filter(|oidc| oidc.settings.issuer == one.issuer);
            one.label = ours.map(|oidc| oidc.settings.label.clone());
        }
        Ok(all)
    }

    /// Ends one of the caller's accounts elsewhere as a way in, unless it is the last way.
    ///
    /// # Errors
    /// [`OrgError::NoIdentity`]; [`OrgError::LastWayIn`] for who has no password.
    pub async fn unlink_identity(&self, actor: &Actor, identity: IdentityId) -> Result<(), OrgError> {
        let (id, _) = person(actor)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        let mut tx = self.db.begin().await?;
        if !store::hold_password(&mut tx, id, &one.hash).await? {
            return Err(OrgError::NoSession);
        }
        let (count, passwordless) = store::ways_in(&mut tx, id).await?;
        if !store::delete_identity(&mut tx, id, identity).await? {
            return Err(OrgError::NoIdentity);
        }
        if passwordless && count < 2 {
            return Err(OrgError::LastWayIn);
        }
        self.record_everywhere(&mut tx, actor, id, &Event::IdentityUnlinked { user: id }).await?;
        Ok(tx.commit().await?)
    }

    async fn known_by(&self, issuer: &str, subject: &str) -> Result<Option<Known>, OrgError> {
        let Some(id) = store::user_of_identity(&self.db, issuer, subject).await? else { return Ok(None) };
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::BadLink)?;
        Ok(Some(Known { user: one.user, hash: one.hash }))
    }

    /// Somebody comes from the issuer for the first time. An address that it does not vouch for is no address.
    pub(super) async fn first_time(
        &self,
        oidc: &Oidc,
        who: &Person,
        locale: Locale,
    ) -> Result<First, OrgError> {
        let email = who.email.as_deref().and_then(|email| normal_email(email).ok());
        let email = email.ok_or(OrgError::NoAddress)?;
        let issuer = oidc.settings.issuer.as_str();
        let first = store::candidates(&self.db, &email, &[]).await?.into_iter().next();
        let made = match first {
            Some(one) if one.user.email_verified && oidc.settings.trusts_addresses => {
                self.link_trusted(&one, issuer, &who.subject).await
            }
            Some(one) if one.user.email_verified => return Ok(First::Asked { email, claimed: false }),
            // They may have made it themselves, and all that they have is in it: another account would be of no use to them.
            Some(_) => return Ok(First::Asked { email, claimed: true }),
            None => {
                self.check_welcome(oidc, &email).await?;
                self.make_account((who.name.as_deref(), &who.subject), email, issuer, locale).await
            }
        };
        match made {
            // The same came twice at once.
            Err(OrgError::Db(DbError::Clash) | OrgError::EmailTaken) => {
                let known = self.known_by(issuer, &who.subject).await?;
                known.map(First::Known).ok_or(OrgError::EmailTaken)
            }
            made => made.map(First::Known),
        }
    }

    /// Whether somebody who has no account here may come to one: where not everybody does, the issuer's people do if it is the
    /// operator's own, and whoever is invited.
    async fn check_welcome(&self, oidc: &Oidc, email: &str) -> Result<(), OrgError> {
        let welcome = self.sign_up().await? == SignUp::Open
            || oidc.settings.trusts_addresses
            || store::waits_for(&self.db, email, self.clock.now()).await?;
        if welcome { Ok(()) } else { Err(OrgError::SignUpClosed) }
    }

    async fn link_trusted(&self, one: &Candidate, issuer: &str, subject: &str) -> Result<Known, OrgError> {
        let mut tx = self.db.begin().await?;
        self.link_to(&mut tx, one, issuer, subject).await?;
        tx.commit().await?;
        Ok(Known { user: one.user.clone(), hash: one.hash.clone() })
    }

    async fn link_to(
        &self,
        tx: &mut Tx,
        one: &Candidate,
        issuer: &str,
        subject: &str,
    ) -> Result<(), OrgError> {
        let (id, now, email) = (one.user.id, self.clock.now(), one.user.email.as_str());
        store::insert_identity(tx, id, (issuer, subject, email), now).await?;
        self.record_everywhere(tx, &of_person(id), id, &Event::IdentityLinked { user: id }).await?;
        let with = self.oidc_label().unwrap_or_default().to_owned();
        self.mail(tx, email, &Letter::IdentityLinked { with }, one.locale).await
    }

    /// Makes an account with an address that the issuer vouches for, and a password that nobody knows.
    async fn make_account(
        &self,
        (name, subject): (Option<&str>, &str),
        email: String,
        issuer: &str,
        locale: Locale,
    ) -> Result<Known, OrgError> {
        let local = email.split('@').next().unwrap_or_default();
        let named = |name: &str| trimmed("name", name, 1, 80).ok();
        let name = name.and_then(named).or_else(|| named(local)).unwrap_or_else(|| "Member".to_owned());
        let hash = self.passwords.hash(Secret::new("").expose().to_owned()).await?;
        let (id, now) = (UserId::new(), self.clock.now());
        let user = User { id, email, email_verified: true, name };
        let mut tx = self.db.begin().await?;
        store::insert_claim(&mut tx, &user, &hash, locale, now).await?;
        store::set_email(&mut tx, id, &user.email).await.map_err(clash_is_email)?;
        store::set_passwordless(&mut tx, id).await?;
        store::insert_identity(&mut tx, id, (issuer, subject, &user.email), now).await?;
        tx.commit().await?;
        Ok(Known { user, hash })
    }

    /// Records a fact about a person wherever they belong.
    pub(super) async fn record_everywhere(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: UserId,
        event: &Event,
    ) -> Result<(), OrgError> {
        let now = self.clock.now();
        for org in store::places_of(tx, id).await? {
            record(tx, actor, now, org, None, event.clone())?;
        }
        Ok(())
    }

    fn oidc(&self) -> Result<&Oidc, OrgError> {
        self.oidc.as_ref().ok_or(OrgError::BadLink)
    }

    /// A ticket as the page of somebody who came back holds it.
    #[cfg(test)]
    pub(super) fn ticket_for_tests(
        &self,
        id: SignInRequestId,
        issuer: &str,
        email: &str,
        claimed: bool,
    ) -> String {
        let until_ms = (self.clock.now() + TICKET).timestamp_millis();
        let (issuer, subject, email) = (issuer.to_owned(), email.to_owned(), email.to_owned());
        let ticket = Ticket { issuer, subject, email, until_ms, claimed, name: Some("Mo".to_owned()) };
        self.seal_ticket(id, &ticket).unwrap()
    }

    fn seal_ticket(&self, id: SignInRequestId, ticket: &Ticket) -> Result<String, OrgError> {
        let text = serde_json::to_vec(ticket).unwrap_or_default();
        Ok(self.ring()?.seal(ticket_of(&id.to_string()), &text)?)
    }

    pub(super) fn open_ticket(&self, id: SignInRequestId, sealed: &str) -> Result<Ticket, OrgError> {
        if sealed.len() > 8192 {
            return Err(OrgError::BadLink);
        }
        let opened = self.ring()?.open(ticket_of(&id.to_string()), sealed).map_err(|_| OrgError::BadLink)?;
        let ticket: Ticket = serde_json::from_slice(opened.expose()).map_err(|_| OrgError::BadLink)?;
        if ticket.until_ms <= self.clock.now().timestamp_millis() {
            Err(OrgError::BadLink)
        } else {
            Ok(ticket)
        }
    }
}

/// How somebody is known who comes for the first time.
pub(super) enum First {
    Known(Known),
    /// An account of this address is asked for its password: the one whose own it is, or one of those that say so.
    Asked {
        email: String,
        claimed: bool,
    },
}

/// What the browser's word stands for, each use another: who sees one learns nothing of the others.
pub(super) fn made(word: &str, purpose: &str, id: SignInRequestId) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(word.as_bytes()) else { return String::new() };
    mac.update(format!("{purpose}:{id}").as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// A ticket opens for its request alone; it is kept in no table.
fn ticket_of(request: &str) -> Place<'_> {
    Place { table: "identities", column: "ticket", row: request, org: None }
}
