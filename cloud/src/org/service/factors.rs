//! The second factor: an authenticator's codes, and recovery codes for when it is lost.

use std::time::Duration;

use chrono::TimeDelta;
use vitrine_protocol::UserId;

use super::Orgs;
use super::accounts::{of_person, person};
use crate::base::{Actor, Secret, hash_secret};
use crate::db::Tx;
use crate::events::Event;
use crate::mail::{Letter, OfPasskeys};
use crate::org::model::{RECOVERY_CODES, new_recovery_code, normal_email, recovery_hash};
use crate::org::store::{self, Candidate};
use crate::org::throttle::Lane;
use crate::org::{
    Challenge, Factors, OrgError, Proof, RecoveryCodes, SignedIn, TotpEnrolment, User, Visit, totp,
};
use crate::secrets::{KeyRing, Place};

/// So long a sign-in waits for the second factor.
const CHALLENGE: TimeDelta = TimeDelta::minutes(5);
/// Codes of one person, tried from where they were never seen. Only who knows the password tries any; of a million codes three
/// fit at a time, so that so many tries a day find one in some years.
const BY_STRANGERS: Lane = Lane { at_once: 5, every: Duration::from_secs(10 * 60), patience: Duration::ZERO };
/// The same from a place where they have signed in: whoever stole the password holds nobody up at home.
const AT_HOME: Lane = Lane { at_once: 10, every: Duration::from_secs(5 * 60), patience: Duration::ZERO };
/// Where codes of who is signed in are counted.
const SIGNED_IN: &str = "session";
/// So many sign-ins that wait for a second factor are no slip: somebody has the password alone.
const MANY: i64 = 5;
/// A person is told of that so often.
const A_DAY: Lane = Lane { at_once: 1, every: Duration::from_secs(24 * 3600), patience: Duration::ZERO };

impl Orgs {
    /// What the caller shows beside the password.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn factors(&self, actor: &Actor) -> Result<Factors, OrgError> {
        let (id, _) = person(actor)?;
        let (totp, recovery_codes) = store::factors(&self.db, id).await?;
        Ok(Factors { totp, recovery_codes, offers_passkeys: self.offers_passkeys() })
    }

    /// Makes the secret of a new authenticator. It counts once its first code came; until then another may be made in its place.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`] when the password is not the caller's; [`OrgError::HasFactor`].
    pub async fn enrol_totp(&self, actor: &Actor, password: String) -> Result<TotpEnrolment, OrgError> {
        let one = self.confirmed_caller(actor, password).await?;
        let secret = totp::Secret::new();
        let row = one.user.id.to_string();
        let sealed = self.ring()?.seal(place(&row), secret.bytes())?;
        let mut tx = self.db.begin().await?;
        if !store::enrol_totp(&mut tx, one.user.id, &sealed, self.clock.now()).await? {
            return Err(OrgError::HasFactor);
        }
        tx.commit().await?;
        Ok(TotpEnrolment { secret: secret.text(), uri: secret.uri(&one.user.email) })
    }

    /// Shows that the new authenticator makes the right codes: from now on every sign-in asks for one.
    ///
    /// # Errors
    /// [`OrgError::NoFactor`] when none waits; [`OrgError::BadCode`]; [`OrgError::TooManyTries`].
    pub async fn confirm_totp(&self, actor: &Actor, code: &str) -> Result<RecoveryCodes, OrgError> {
        let (id, _) = person(actor)?;
        let now = self.clock.now();
        self.throttle.try_once(&format!("t:{id}"), AT_HOME, now).ok_or(OrgError::TooManyTries)?;
        let mut tx = self.db.begin().await?;
        let waiting = store::totp(&mut tx, id).await?.filter(|one| !one.confirmed);
        let sealed = waiting.ok_or(OrgError::NoFactor)?.sealed;
        let secret = self.open_totp(id, &sealed)?;
        let step = totp::typed(code).and_then(|code| secret.step_of(&code, now)).ok_or(OrgError::BadCode)?;
        if !store::confirm_totp(&mut tx, id, &sealed, step, now).await? {
            return Err(OrgError::NoFactor);
        }
        let codes = renew_recovery(&mut tx, id).await?;
        self.tell(&mut tx, actor, id, Event::FactorAdded { user: id }, Letter::FactorAdded).await?;
        tx.commit().await?;
        self.throttle.forget(&format!("t:{id}"));
        Ok(codes)
    }

    /// The second factor that a person says.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons; [`OrgError::Invalid`] unless it is one of the two.
    pub fn proof_of(
        &self,
        actor: &Actor,
        code: Option<String>,
        recovery_code: Option<String>,
    ) -> Result<Proof, OrgError> {
        person(actor)?;
        Ok(Proof::of(code, recovery_code)?)
    }

    /// Takes the authenticator away, and the recovery codes with it.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`]; [`OrgError::BadCode`]; [`OrgError::NoFactor`]; [`OrgError::TooManyTries`].
    pub async fn remove_totp(&self, actor: &Actor, password: String, proof: &Proof) -> Result<(), OrgError> {
        let one = self.confirmed_caller(actor, password).await?;
        let mut tx = self.shown(&one.user, proof).await?;
        let id = one.user.id;
        store::delete_totp(&mut tx, id).await?;
        store::set_recovery(&mut tx, id, &[]).await?;
        self.tell(&mut tx, actor, id, Event::FactorRemoved { user: id }, Letter::FactorRemoved).await?;
        Ok(tx.commit().await?)
    }

    /// Takes away the second factor and the passkeys of a person who lost them, for whoever runs the cloud: the password, or a letter,
    /// opens the account again. A device that is lost may hold both. Their sessions end, and they get a letter. The caller has checked
    /// who asks.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no e-mail; [`OrgError::NoAccount`] unless it is a confirmed address;
    /// [`OrgError::NoFactor`].
    pub async fn remove_lost_factor(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        email: &str,
    ) -> Result<User, OrgError> {
        let email = normal_email(email)?;
        let owner = store::owner_of_address(tx, &email).await?.ok_or(OrgError::NoAccount)?;
        let had_totp = store::delete_totp(tx, owner).await?;
        let names = self.drop_passkeys(tx, actor, owner).await?;
        if !had_totp && names.is_empty() {
            return Err(OrgError::NoFactor);
        }
        store::set_recovery(tx, owner, &[]).await?;
        store::end_waiting(tx, owner).await?;
        store::delete_sessions_of(tx, owner).await?;
        if had_totp {
            self.tell(tx, actor, owner, Event::FactorRemoved { user: owner }, Letter::FactorRemoved).await?;
        }
        if !names.is_empty() {
            self.write_to(tx, owner, Letter::OfPasskeys(OfPasskeys::Removed { names })).await?;
        }
        Ok(store::candidate_in(tx, owner).await?.ok_or(OrgError::NoAccount)?.user)
    }

    /// Makes new recovery codes; those of before open nothing any more.
    ///
    /// # Errors
    /// As [`Orgs::remove_totp`].
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: String,
        proof: &Proof,
    ) -> Result<RecoveryCodes, OrgError> {
        let one = self.confirmed_caller(actor, password).await?;
        let mut tx = self.shown(&one.user, proof).await?;
        let id = one.user.id;
        let codes = renew_recovery(&mut tx, id).await?;
        let event = Event::RecoveryCodesRenewed { user: id };
        self.tell(&mut tx, actor, id, event, Letter::RecoveryCodesRenewed).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Goes on with a sign-in whose password was right.
    ///
    /// # Errors
    /// [`OrgError::ChallengeOver`]; [`OrgError::BadCode`], and it may be tried again a few times; [`OrgError::TooManyTries`].
    pub async fn second_factor(
        &self,
        challenge: &str,
        proof: &Proof,
        visit: impl Into<Visit>,
    ) -> Result<SignedIn, OrgError> {
        let visit = visit.into();
        let (mut tx, user) = self.answer_challenge(challenge, proof, &visit).await?;
        let begun = self.open_session(&mut tx, &user, &visit).await?;
        tx.commit().await?;
        self.signed_in(user, begun).await
    }

    /// Checks the second factor of a sign-in that waits, and ends its waiting in the transaction that it gives.
    pub(super) async fn answer_challenge(
        &self,
        challenge: &str,
        proof: &Proof,
        visit: &Visit,
    ) -> Result<(Tx, User), OrgError> {
        if !challenge.starts_with("vtc_") || challenge.len() > 100 {
            return Err(OrgError::ChallengeOver);
        }
        let (hash, now) = (hash_secret(challenge), self.clock.now());
        let id = store::challenged(&self.db, &hash, now).await?.ok_or(OrgError::ChallengeOver)?;
        let home = self.home(id, visit).await?;
        let (counted, lane) = match &home {
            Some(mark) => (mark.as_str(), AT_HOME),
            None => ("", BY_STRANGERS),
        };
        let key = format!("f:{id}:{counted}");
        self.throttle.try_once(&key, lane, now).ok_or(OrgError::TooManyTries)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::ChallengeOver)?;
        let mut tx = self.db.begin().await?;
        // The person's row first, as where a challenge is made: so no two wait for each other.
        if !store::hold_password(&mut tx, id, &one.hash).await? {
            return Err(OrgError::ChallengeOver);
        }
        let waiting = store::try_challenge(&mut tx, &hash, now).await?;
        if waiting.ok_or(OrgError::ChallengeOver)? != (id, hash_secret(&one.hash)) {
            return Err(OrgError::ChallengeOver);
        }
        // Memory refuses cheaply; what counts is what all nodes have counted.
        if !store::count_code(&mut tx, id, (counted, lane), now).await? {
            return Err(OrgError::TooManyTries);
        }
        if !self.fits(&mut tx, &one, proof).await? {
            tx.commit().await?; // the try counts
            return Err(OrgError::BadCode);
        }
        store::uncount_code(&mut tx, id, (counted, lane)).await?;
        store::delete_challenge(&mut tx, &hash).await?;
        self.throttle.give_back(&key, lane);
        self.give_back_password(&one.user, home.as_deref(), visit);
        Ok((tx, one.user))
    }

    /// Where a sign-in of a person is begun: a place where they have signed in, or else the whole site of the visit.
    pub(super) async fn place_or_site(&self, id: UserId, visit: &Visit) -> Result<String, OrgError> {
        let home = self.home(id, visit).await?;
        Ok(home.unwrap_or_else(|| format!("site {}", visit.network.site())))
    }

    /// A sign-in that showed the right password at `place` waits for the second factor, if the account asks for one.
    pub(super) async fn challenge(
        &self,
        tx: &mut Tx,
        (user, place): (UserId, &str),
        password_hash: &str,
    ) -> Result<Option<Challenge>, OrgError> {
        if !store::has_factor(tx, user).await? {
            return Ok(None);
        }
        let now = self.clock.now();
        let (token, expires_at) = (Secret::new("vtc_"), now + CHALLENGE);
        let (by, shown) = ((user, place), hash_secret(password_hash));
        let waiting = store::insert_challenge(tx, &token.hash(), by, &shown, (now, expires_at)).await?;
        if waiting >= MANY && self.throttle.try_once(&format!("k:{user}"), A_DAY, now).is_some() {
            let one = store::candidate_in(tx, user).await?.ok_or(OrgError::BadCredentials)?;
            if one.user.email_verified {
                self.mail(tx, &one.user.email, &Letter::PasswordKnown, one.locale).await?;
            }
        }
        Ok(Some(Challenge { token: token.expose().to_owned(), expires_at }))
    }

    /// A transaction in which the caller has shown their second factor.
    pub(super) async fn shown(&self, user: &User, proof: &Proof) -> Result<Tx, OrgError> {
        let (key, now) = (format!("t:{}", user.id), self.clock.now());
        self.throttle.try_once(&key, AT_HOME, now).ok_or(OrgError::TooManyTries)?;
        let mut tx = self.db.begin().await?;
        if !store::has_factor(&mut tx, user.id).await? {
            return Err(OrgError::NoFactor);
        }
        let one = store::candidate_in(&mut tx, user.id).await?.ok_or(OrgError::NoSession)?;
        if !store::count_code(&mut tx, user.id, (SIGNED_IN, AT_HOME), now).await? {
            return Err(OrgError::TooManyTries);
        }
        if !self.fits(&mut tx, &one, proof).await? {
            tx.commit().await?; // the try counts
            return Err(OrgError::BadCode);
        }
        store::forget_codes(&mut tx, user.id, SIGNED_IN).await?;
        self.throttle.forget(&key);
        Ok(tx)
    }

    /// Whether it is the person's second factor. What fits is used up, and of a recovery code the person is told.
    async fn fits(&self, tx: &mut Tx, one: &Candidate, proof: &Proof) -> Result<bool, OrgError> {
        let id = one.user.id;
        match proof {
            Proof::Code(code) => {
                let Some(known) = store::totp(tx, id).await?.filter(|known| known.confirmed) else {
                    return Ok(false);
                };
                let secret = self.open_totp(id, &known.sealed)?;
                let step = totp::typed(code).and_then(|code| secret.step_of(&code, self.clock.now()));
                match step {
                    Some(step) => Ok(store::take_step(tx, id, step).await?),
                    None => Ok(false),
                }
            }
            Proof::Recovery(code) => {
                let Some(hash) = recovery_hash(id, code) else { return Ok(false) };
                if !store::take_recovery(tx, id, &hash).await? {
                    return Ok(false);
                }
                let left = store::recovery_left(tx, id).await?;
                let event = Event::RecoveryCodeUsed { user: id, left };
                self.tell(tx, &of_person(id), id, event, Letter::RecoveryCodeUsed { left }).await?;
                Ok(true)
            }
        }
    }

    /// Records what became of a person's factors wherever they belong, and writes to them.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: UserId,
        event: Event,
        letter: Letter,
    ) -> Result<(), OrgError> {
        self.record_everywhere(tx, actor, id, &event).await?;
        self.write_to(tx, id, letter).await
    }

    async fn write_to(&self, tx: &mut Tx, id: UserId, letter: Letter) -> Result<(), OrgError> {
        let one = store::candidate_in(tx, id).await?.ok_or(OrgError::NoSession)?;
        // Until it is confirmed, the address may be a stranger's.
        if one.user.email_verified {
            self.mail(tx, &one.user.email, &letter, one.locale).await?;
        }
        Ok(())
    }

    /// The caller, once the password was shown to be theirs.
    pub(super) async fn confirmed_caller(
        &self,
        actor: &Actor,
        password: String,
    ) -> Result<Candidate, OrgError> {
        let (id, _) = person(actor)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        self.check_own_password(&one.user, &one.hash, password).await?;
        Ok(one)
    }

    /// The caller, and a transaction in which they have shown the password, and the second factor where the account asks for one.
    pub(super) async fn shown_all(
        &self,
        actor: &Actor,
        password: String,
        proof: Option<&Proof>,
    ) -> Result<(Candidate, Tx), OrgError> {
        let one = self.confirmed_caller(actor, password).await?;
        let tx = self.held(&one, proof).await?;
        Ok((one, tx))
    }

    /// A transaction in which the password that a person has shown is still theirs, and the second factor was shown.
    pub(super) async fn held(&self, one: &Candidate, proof: Option<&Proof>) -> Result<Tx, OrgError> {
        let (totp, _) = store::factors(&self.db, one.user.id).await?;
        let mut tx = match totp {
            Some(_) => self.shown(&one.user, proof.ok_or(OrgError::BadCode)?).await?,
            None => self.db.begin().await?,
        };
        if store::hold_password(&mut tx, one.user.id, &one.hash).await? {
            Ok(tx)
        } else {
            Err(OrgError::BadCredentials)
        }
    }

    fn open_totp(&self, id: UserId, sealed: &str) -> Result<totp::Secret, OrgError> {
        let row = id.to_string();
        Ok(totp::Secret::of(self.ring()?.open(place(&row), sealed)?.expose()))
    }

    pub(super) fn ring(&self) -> Result<&KeyRing, OrgError> {
        self.ring.as_ref().ok_or(OrgError::NoKeys)
    }
}

/// Fresh recovery codes in the place of all others.
async fn renew_recovery(tx: &mut Tx, id: UserId) -> Result<RecoveryCodes, OrgError> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect();
    let hashes: Vec<String> = codes.iter().filter_map(|code| recovery_hash(id, code)).collect();
    store::set_recovery(tx, id, &hashes).await?;
    Ok(RecoveryCodes { codes })
}

fn place(user: &str) -> Place<'_> {
    Place { table: "totp_factors", column: "sealed", row: user, org: None }
}
