//! Signing a studio in in a browser: the studio asks, a person shows at the page who they are and says yes, and the studio is
//! given its session. Source: the flow of RFC 8628, with a page that is opened by its whole address.

use std::time::Duration;

use chrono::TimeDelta;
use vitrine_protocol::SignInRequestId;

use super::Orgs;
use super::accounts::{AGENT_CHARS, Known};
use crate::base::{Secret, hash_secret, trimmed};
use crate::db::Tx;
use crate::org::model::new_user_code;
use crate::org::store::{self, Asked, State};
use crate::org::throttle::Lane;
use crate::org::{
    NewSignInRequest, OrgError, Proof, Proved, RequestSeen, SignInRequest, SignedIn, User, Visit,
};

/// How long a studio waits.
const WAITS: TimeDelta = TimeDelta::minutes(10);
/// Studios of one network that ask.
const ASKED: Lane = Lane { at_once: 20, every: Duration::from_secs(30), patience: Duration::ZERO };
/// How often one studio asks whether it is signed in.
const POLLED: Lane = Lane { at_once: 10, every: Duration::from_secs(1), patience: Duration::ZERO };
/// Seconds that a studio is told to leave between two questions.
const INTERVAL: u32 = 2;
/// Studios that wait at once. Where there are more, the oldest of the site that has most of them goes.
const MOST: i64 = if cfg!(test) { 60 } else { 20_000 };
/// Those of one site, and of all who come through one proxy that does not say who asks.
const MOST_OF_A_SITE: i64 = if cfg!(test) { 30 } else { 500 };

impl Orgs {
    /// A studio asks to be signed in in a browser.
    ///
    /// # Errors
    /// [`OrgError::Invalid`]; [`OrgError::TooManyTries`].
    pub async fn ask_sign_in(
        &self,
        new: &NewSignInRequest,
        visit: &Visit,
    ) -> Result<SignInRequest, OrgError> {
        let device_name = trimmed("device_name", &new.device_name, 1, 60)?;
        let (mailbox, now) = (self.mailbox.as_ref().ok_or(OrgError::NoMail)?, self.clock.now());
        let network = visit.network.to_string();
        if !self.throttle.try_from("q", visit.network, ASKED, now) {
            return Err(OrgError::TooManyTries);
        }
        let site = visit.network.site().to_string();
        let (id, secret, code) = (SignInRequestId::new(), Secret::new("vtq_"), new_user_code());
        let agent: String = visit.agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect();
        let expires_at = now + WAITS;
        let mut tx = self.db.begin().await?;
        store::delete_expired_requests(&mut tx, now).await?;
        // A stranger who asks again and again takes the places of their own, and nobody else's.
        while store::request_count(&mut tx, Some(&site)).await? >= MOST_OF_A_SITE {
            store::drop_oldest_request(&mut tx, &site).await?;
        }
        if store::request_count(&mut tx, None).await? >= MOST {
            let largest = store::largest_site(&mut tx).await?.unwrap_or_default();
            store::drop_oldest_request(&mut tx, &largest).await?;
        }
        let asked = Asked {
            id,
            secret_hash: &secret.hash(),
            code: &code,
            device_name: &device_name,
            network: &network,
            site: &site,
            agent: &agent,
        };
        store::insert_request(&mut tx, &asked, (now, expires_at)).await?;
        tx.commit().await?;
        let url = mailbox.address(&format!("/account/sign-in?request={id}"));
        Ok(SignInRequest {
            id,
            secret: secret.expose().to_owned(),
            code,
            url,
            expires_at,
            interval: INTERVAL,
        })
    }

    /// A request as its page shows it to a visitor.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when it does not wait.
    pub async fn sign_in_request(&self, id: SignInRequestId, visit: &Visit) -> Result<RequestSeen, OrgError> {
        let now = self.clock.now();
        let seen = store::request_seen(&self.db, id, now).await?.ok_or(OrgError::BadLink)?;
        Ok(RequestSeen {
            id,
            device_name: seen.device_name,
            code: seen.code,
            same_network: seen.network == visit.network.to_string(),
            network: seen.network,
            minutes_ago: (now - seen.created).num_minutes().max(0),
        })
    }

    /// Shows at a request's page who somebody is: what the page goes on with.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when it does not wait; [`OrgError::BadCredentials`]; [`OrgError::SecondFactor`];
    /// [`OrgError::TooManyTries`].
    pub async fn prove(
        &self,
        id: SignInRequestId,
        email: &str,
        password: String,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        store::request_seen(&self.db, id, self.clock.now()).await?.ok_or(OrgError::BadLink)?;
        let known = self.recognise(email, password, visit, None).await?;
        self.prove_known(id, known, visit).await
    }

    /// The same for somebody who was recognised already.
    pub(super) async fn prove_known(
        &self,
        id: SignInRequestId,
        known: Known,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        let Known { user, hash } = known;
        let place = self.place_or_site(user.id, visit).await?;
        let mut tx = self.db.begin().await?;
        if !store::hold_password(&mut tx, user.id, &hash).await? {
            return Err(OrgError::BadCredentials);
        }
        if let Some(challenge) = self.challenge(&mut tx, (user.id, &place), &hash).await? {
            tx.commit().await?;
            return Err(OrgError::SecondFactor(challenge));
        }
        self.note_proof(tx, id, &user, &hash).await
    }

    /// The same once the second factor was shown too. With a `ticket` of somebody who came back from the issuer, the account is
    /// linked to them.
    ///
    /// # Errors
    /// [`OrgError::BadLink`]; as [`Orgs::second_factor`].
    pub async fn prove_with_factor(
        &self,
        id: SignInRequestId,
        challenge: &str,
        proof: &Proof,
        ticket: Option<&str>,
        visit: &Visit,
    ) -> Result<Proved, OrgError> {
        let ticket = ticket.map(|ticket| self.open_ticket(id, ticket)).transpose()?;
        let (mut tx, user) = self.answer_challenge(challenge, proof, visit).await?;
        let one = store::candidate_in(&mut tx, user.id).await?.ok_or(OrgError::ChallengeOver)?;
        if let Some(ticket) = &ticket {
            self.link_by_ticket(&mut tx, &one, ticket).await?;
        }
        self.note_proof(tx, id, &user, &one.hash).await
    }

    pub(super) async fn note_proof(
        &self,
        mut tx: Tx,
        id: SignInRequestId,
        user: &User,
        hash: &str,
    ) -> Result<Proved, OrgError> {
        let (proof, shown) = (Secret::new("vtp_"), hash_secret(hash));
        let by = (user.id, shown.as_str());
        if !store::set_proof(&mut tx, id, &proof.hash(), by, self.clock.now()).await? {
            return Err(OrgError::BadLink);
        }
        tx.commit().await?;
        Ok(Proved { email: user.email.clone(), proof: proof.expose().to_owned() })
    }

    /// Says yes or no to a studio, by who has shown at its page who they are.
    ///
    /// # Errors
    /// [`OrgError::BadLink`] when it does not wait for that page.
    pub async fn decide_sign_in(
        &self,
        id: SignInRequestId,
        proof: &str,
        yes: bool,
    ) -> Result<User, OrgError> {
        if !proof.starts_with("vtp_") || proof.len() > 100 {
            return Err(OrgError::BadLink);
        }
        let mut tx = self.db.begin().await?;
        let by = store::decide_request(&mut tx, id, &hash_secret(proof), yes, self.clock.now()).await?;
        let by = by.ok_or(OrgError::BadLink)?;
        let one = store::candidate_in(&mut tx, by).await?.ok_or(OrgError::BadLink)?;
        tx.commit().await?;
        Ok(one.user)
    }

    /// Gives a studio its session once somebody said yes.
    ///
    /// # Errors
    /// [`OrgError::SignInPending`]; [`OrgError::SignInRefused`]; [`OrgError::ChallengeOver`] for what is unknown, over, or was
    /// taken; [`OrgError::TooManyTries`].
    pub async fn take_session(
        &self,
        id: SignInRequestId,
        secret: &str,
        visit: &Visit,
    ) -> Result<SignedIn, OrgError> {
        if !secret.starts_with("vtq_") || secret.len() > 100 {
            return Err(OrgError::ChallengeOver);
        }
        let (hash, now) = (hash_secret(secret), self.clock.now());
        self.throttle.try_once(&format!("s:{id}:{hash}"), POLLED, now).ok_or(OrgError::TooManyTries)?;
        let state = store::request_state(&self.db, id, &hash, now).await?;
        let (user, shown) = match state.ok_or(OrgError::ChallengeOver)? {
            State::Waiting => return Err(OrgError::SignInPending),
            State::Refused => return Err(OrgError::SignInRefused),
            State::Approved(user, shown) => (user, shown),
        };
        let one = store::candidate(&self.db, user).await?.ok_or(OrgError::ChallengeOver)?;
        let mut tx = self.db.begin().await?;
        // The person's row first, as everywhere.
        if hash_secret(&one.hash) != shown
            || !store::hold_password(&mut tx, user, &one.hash).await?
            || !store::take_request(&mut tx, id, &hash, user).await?
        {
            return Err(OrgError::ChallengeOver);
        }
        let begun = self.open_session(&mut tx, &one.user, visit).await?;
        tx.commit().await?;
        self.signed_in(one.user, begun).await
    }
}
