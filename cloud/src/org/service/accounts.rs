//! Making accounts, signing in and out, and sessions.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use vitrine_protocol::{InvitationId, Role, SessionId, UserId};

use super::links::Cause;
use super::{Orgs, insert_organization};
use crate::base::{Actor, ActorKind, Membership, Permissions, Secret, hash_secret, trimmed};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::mail::Letter;
use crate::org::model::{check_channel, composed, normal_email};
use crate::org::store::{self, Candidate, Purpose};
use crate::org::throttle::{Lane, lanes_of};
use crate::org::{Account, Me, OrgError, Registration, Session, SignUp, SignedIn, User, Visit};

/// How long a session lasts.
const SESSION: TimeDelta = TimeDelta::days(30);
/// That a session is used is noted so often.
pub(super) const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Characters of a program's name that are kept.
pub(super) const AGENT_CHARS: usize = 200;

const NONE: Duration = Duration::ZERO;
/// Sign-ins with one e-mail, from where its owner was never seen.
const BY_STRANGERS: Lane = Lane { at_once: 10, every: Duration::from_secs(30), patience: NONE };
/// The same from a place where its owner has signed in: a right password waits for a moment and is taken.
const AT_HOME: Lane = Lane { at_once: 10, every: Duration::from_secs(3), patience: Duration::from_secs(12) };
/// Sign-ins from one network.
const FROM_ONE_NETWORK: Lane = Lane { at_once: 50, every: Duration::from_secs(6), patience: NONE };
/// Registrations from one network.
const REGISTRATIONS: Lane = Lane { at_once: 60, every: Duration::from_secs(5), patience: NONE };

/// Registrations of one address that are looked at anew while another of them waits.
const AT_ONCE: usize = 4;
/// Accounts that are younger may have been made while a registration was on its way.
const JUST_NOW: TimeDelta = TimeDelta::minutes(1);
/// Passwords tried with one mailed invitation.
const BY_LETTER: Lane = Lane { at_once: 10, every: Duration::from_secs(30), patience: NONE };

/// An account, and the password's hash by which it was recognised.
pub(super) struct Known {
    pub user: User,
    pub hash: String,
}

/// A session whose transaction is still open.
pub(super) struct Begun {
    token: Secret,
    device: String,
    expires_at: DateTime<Utc>,
}

impl Orgs {
    /// Makes an account with an organisation of its own and signs it in. An address is anybody's until mail to it was shown to
    /// arrive, so this answers the same, after the same work, whether it has an account or not. Who has one and says the right
    /// password is signed in to that.
    ///
    /// # Errors
    /// [`OrgError::Invalid`]; [`OrgError::SecondFactor`] by who has an account; [`OrgError::TooManyTries`];
    /// [`OrgError::SignUpClosed`].
    pub async fn register(
        &self,
        registration: Registration,
        visit: impl Into<Visit>,
    ) -> Result<SignedIn, OrgError> {
        let visit = visit.into();
        let account = Account::check(&registration.email, &registration.name, registration.password)?;
        let organization_name = trimmed("organization_name", &registration.organization_name, 1, 80)?;
        let slug = registration.slug.as_deref().map(check_channel).transpose()?;
        if self.sign_up().await? != SignUp::Open {
            return Err(OrgError::SignUpClosed);
        }
        let now = self.clock.now();
        if !self.throttle.try_from("r", visit.network, REGISTRATIONS, now) {
            return Err(OrgError::TooManyTries);
        }
        let candidates = store::candidates(&self.db, &account.email, &marks(&visit)).await?;
        let (email, password) = (account.email, account.password);
        // It is no way around the count of tries.
        let key = format!("e:{email}");
        let counted = self.throttle.try_once(&key, BY_STRANGERS, now).is_some();
        let tried: Vec<_> = candidates.iter().filter(|_| counted).collect();
        if let Some(known) = self.fitting((&password, false), &tried, true).await? {
            if self.is_enough(known.user.id).await? {
                self.throttle.give_back(&key, BY_STRANGERS);
            }
            return self.begin_session(known, &visit).await;
        }
        let hash = self.passwords.hash(password.clone()).await?;
        let user = User { id: UserId::new(), email, email_verified: false, name: account.name };
        let mut seen: Vec<UserId> = candidates.iter().map(|one| one.user.id).collect();
        let mut tx = self.db.begin().await?;
        for _ in 0..AT_ONCE {
            // The same request may have come twice: the second waits here, looks again, and finds the account of the first.
            store::stand_in_line(&mut tx, &user.email).await?;
            let mut fresh = store::claims_since(&mut tx, &user.email, now - JUST_NOW).await?;
            fresh.retain(|one| !seen.contains(&one.user.id));
            if fresh.is_empty() || !counted {
                break;
            }
            drop(tx); // others need not wait for the hashing
            if let Some(known) =
                self.fitting((&password, false), &fresh.iter().collect::<Vec<_>>(), false).await?
            {
                if self.is_enough(known.user.id).await? {
                    self.throttle.give_back(&key, BY_STRANGERS);
                }
                return self.begin_session(known, &visit).await;
            }
            seen.extend(fresh.iter().map(|one| one.user.id));
            tx = self.db.begin().await?;
        }
        store::insert_claim(&mut tx, &user, &hash, registration.locale, now).await?;
        let organization = insert_organization(&mut tx, (organization_name, slug), user.id, now).await?;
        store::insert_member(&mut tx, organization.id, user.id, Role::Owner.into(), now).await?;
        let event = Event::OrganizationRegistered { owner: user.id };
        record(&mut tx, &Actor::service("register"), now, organization.id, None, event)?;
        match candidates.first().filter(|one| one.user.email_verified) {
            Some(owner) => self.mail_has_account(&mut tx, owner).await?,
            None => self.mail_verification(&mut tx, &user, &organization.name, registration.locale).await?,
        }
        tx.commit().await?;
        self.begin_session(Known { user, hash }, &visit).await
    }

    /// Opens a session. Who does not exist gets the same answer, after the same work, as who mistypes. Tries of strangers do not
    /// hold up a person where they have signed in before.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`]; [`OrgError::SecondFactor`]; [`OrgError::TooManyTries`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        visit: impl Into<Visit>,
    ) -> Result<SignedIn, OrgError> {
        let visit = visit.into();
        let known = self.recognise(email, password, &visit, None).await?;
        self.begin_session(known, &visit).await
    }

    /// Whose account an address and a password open. Who holds an invitation that was `mailed` there is no stranger to the
    /// address: the tries of strangers do not hold them up.
    pub(super) async fn recognise(
        &self,
        email: &str,
        password: String,
        visit: &Visit,
        mailed: Option<InvitationId>,
    ) -> Result<Known, OrgError> {
        let email = normal_email(email).map_err(|_| OrgError::BadCredentials)?;
        if password.len() > 1024 {
            return Err(OrgError::BadCredentials);
        }
        let password = composed(&password);
        let candidates = store::candidates(&self.db, &email, &marks(visit)).await?;
        let (mut home, mut away) = (Vec::new(), Vec::new());
        for one in &candidates {
            match self.home(one.user.id, visit).await? {
                Some(place) => home.push((format!("h:{}:{place}", one.user.id), one)),
                None => away.push(one),
            }
        }
        // Being at home with one account opens no other: each is counted for itself.
        let mut refused = false;
        for (key, one) in home {
            let Some(wait) = self.throttle.try_once(&key, AT_HOME, self.clock.now()) else {
                refused = true;
                continue;
            };
            tokio::time::sleep(wait).await;
            if self.passwords.for_known().verify(password.clone(), Some(one.hash.clone())).await? {
                if self.is_enough(one.user.id).await? {
                    self.throttle.give_back(&key, AT_HOME);
                }
                return Ok(Known { user: one.user.clone(), hash: one.hash.clone() });
            }
        }
        let owner_was_home = candidates.iter().any(|one| one.user.email_verified)
            && !away.iter().any(|one| one.user.email_verified);
        if owner_was_home && away.is_empty() {
            return Err(if refused { OrgError::TooManyTries } else { OrgError::BadCredentials });
        }
        let by_strangers = || {
            let mut lanes = lanes_of("a", visit.network, FROM_ONE_NETWORK);
            lanes.push((format!("e:{email}"), BY_STRANGERS));
            lanes
        };
        let tries = mailed.map_or_else(by_strangers, |id| vec![(format!("i:{id}"), BY_LETTER)]);
        for (key, lane) in &tries {
            self.throttle.try_once(key, *lane, self.clock.now()).ok_or(OrgError::TooManyTries)?;
        }
        let Some(known) = self.fitting((&password, mailed.is_some()), &away, !owner_was_home).await? else {
            return Err(if refused { OrgError::TooManyTries } else { OrgError::BadCredentials });
        };
        if self.is_enough(known.user.id).await? {
            for (key, lane) in tries {
                self.throttle.give_back(&key, lane);
            }
        }
        Ok(known)
    }

    /// Whether an account that says that the address is its own was signed in to from here.
    pub(super) async fn was_here(&self, email: &str, visit: &Visit) -> Result<bool, OrgError> {
        for one in store::candidates(&self.db, email, &marks(visit)).await? {
            if self.home(one.user.id, visit).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A password was a good one, as the second factor shows: it does not count as a try.
    pub(super) fn give_back_password(&self, user: &User, home: Option<&str>, visit: &Visit) {
        match home {
            Some(place) => self.throttle.give_back(&format!("h:{}:{place}", user.id), AT_HOME),
            None => {
                for (key, lane) in lanes_of("a", visit.network, FROM_ONE_NETWORK) {
                    self.throttle.give_back(&key, lane);
                }
                self.throttle.give_back(&format!("e:{}", user.email), BY_STRANGERS);
            }
        }
    }

    /// Whether a right password is all that an account asks for. Where it is not, it counts as a try until the rest has come.
    async fn is_enough(&self, user: UserId) -> Result<bool, OrgError> {
        Ok(store::factors(&self.db, user).await?.0.is_none())
    }

    /// The place of a visit, if the person has signed in there before.
    pub(super) async fn home(&self, id: UserId, visit: &Visit) -> Result<Option<String>, OrgError> {
        for mark in marks(visit) {
            if store::knows_place(&self.db, id, &mark).await? {
                return Ok(Some(mark));
            }
        }
        Ok(None)
    }

    /// Whose account of these a password opens. Whoever is told "no" is told so after the same work, however many accounts an
    /// address has. Who comes `by_letter` does not wait behind strangers.
    async fn fitting(
        &self,
        (password, by_letter): (&str, bool),
        candidates: &[&Candidate],
        with_owner: bool,
    ) -> Result<Option<Known>, OrgError> {
        let most = store::CLAIMS + usize::from(with_owner);
        let passwords = self.passwords.of(by_letter);
        for _ in candidates.len()..most {
            passwords.verify(password.to_owned(), None).await?;
        }
        for one in candidates {
            if passwords.verify(password.to_owned(), Some(one.hash.clone())).await? {
                return Ok(Some(Known { user: one.user.clone(), hash: one.hash.clone() }));
            }
        }
        Ok(None)
    }

    /// The caller behind a bearer token.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] when the token is unknown or over.
    pub async fn authenticate(&self, token: &str) -> Result<Actor, OrgError> {
        if token.len() > 100 {
            return Err(OrgError::NoSession);
        }
        if token.starts_with("vtk_") {
            return self.authenticate_key(token).await;
        }
        if !token.starts_with("vts_") {
            return Err(OrgError::NoSession);
        }
        let now = self.clock.now();
        let found = store::session(&self.db, &hash_secret(token), now).await?;
        let (session, id, name, used_ms, operator) = found.ok_or(OrgError::NoSession)?;
        if crate::base::from_ms(used_ms) + NOTED_EVERY <= now
            && let Err(error) = self.note_use(session).await
        {
            tracing::warn!(%error, "the use of a session could not be noted"); // nobody is kept out for that
        }
        let organizations = store::organizations_of(&self.db, id).await?;
        let place = |one: crate::org::OrganizationOfUser| {
            let permissions: Permissions = one.permissions.into_iter().collect();
            Membership { org: one.id, role: one.role, permissions, suspended: one.suspended }
        };
        let memberships = organizations.into_iter().map(place).collect();
        Ok(Actor { kind: ActorKind::User { id, session, name }, memberships, operator })
    }

    async fn note_use(&self, session: SessionId) -> Result<(), OrgError> {
        let mut tx = self.db.begin().await?;
        store::use_session(&mut tx, session, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the session that `actor` came with.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), OrgError> {
        let (_, session) = person(actor)?;
        let mut tx = self.db.begin().await?;
        store::delete_session(&mut tx, session).await?;
        Ok(tx.commit().await?)
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn me(&self, actor: &Actor) -> Result<Me, OrgError> {
        let (id, _) = person(actor)?;
        let one = store::candidate(&self.db, id).await?.ok_or(OrgError::NoSession)?;
        let organizations = store::organizations_of(&self.db, id).await?;
        Ok(Me { user: one.user, locale: one.locale, organizations, operator: actor.operator })
    }

    /// The caller's sessions, newest first.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<Session>, OrgError> {
        let (id, current) = person(actor)?;
        Ok(store::sessions(&self.db, id, current, self.clock.now()).await?)
    }

    /// Ends one of the caller's sessions.
    ///
    /// # Errors
    /// [`OrgError::NoSuchSession`].
    pub async fn end_session(&self, actor: &Actor, session: SessionId) -> Result<(), OrgError> {
        let (id, _) = person(actor)?;
        let mut tx = self.db.begin().await?;
        if !store::end_session(&mut tx, id, session).await? {
            return Err(OrgError::NoSuchSession);
        }
        Ok(tx.commit().await?)
    }

    /// Ends all of the caller's sessions but the one they came with, and what would become one; devices are no longer known.
    ///
    /// # Errors
    /// [`OrgError::NoSession`] for callers that are no persons.
    pub async fn end_other_sessions(&self, actor: &Actor) -> Result<(), OrgError> {
        let (id, current) = person(actor)?;
        let network = store::network_of(&self.db, current).await?;
        let mut tx = self.db.begin().await?;
        // First what may become a session meanwhile: whichever of the two is earlier, none is left.
        store::end_waiting(&mut tx, id).await?;
        store::end_other_sessions(&mut tx, id, current).await?;
        store::forget_places(&mut tx, id).await?;
        // Strangers hold nobody up at the desk from which they put their house in order.
        if let Some(network) = network {
            store::know_places(&mut tx, id, &[format!("network {network}")], self.clock.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Removes sessions and links that are over. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_sessions(&self) -> Result<u64, OrgError> {
        let (mut tx, now) = (self.db.begin().await?, self.clock.now());
        let gone = store::delete_expired_sessions(&mut tx, now).await?;
        store::delete_expired_links(&mut tx, now).await?;
        store::delete_expired_challenges(&mut tx, now).await?;
        store::delete_old_tries(&mut tx, now).await?;
        store::delete_expired_requests(&mut tx, now).await?;
        store::delete_expired_ceremonies(&mut tx, now).await?;
        store::delete_expired_invitations(&mut tx, now).await?;
        store::free_names(&mut tx, now).await?;
        store::delete_old_keys(&mut tx, now - super::keys::OLD_KEYS).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Begins a session, while the password that was shown is still the account's: it may have been changed because it was stolen.
    /// Where the account asks for a second factor, the sign-in waits for that instead.
    pub(super) async fn begin_session(&self, known: Known, visit: &Visit) -> Result<SignedIn, OrgError> {
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
        let begun = self.open_session(&mut tx, &user, visit).await?;
        tx.commit().await?;
        self.signed_in(user, begun).await
    }

    /// Opens a session for somebody who has shown all that their account asks for.
    pub(super) async fn open_session(
        &self,
        tx: &mut Tx,
        user: &User,
        visit: &Visit,
    ) -> Result<Begun, OrgError> {
        let (token, now) = (Secret::new("vts_"), self.clock.now());
        let device = visit.device.clone().filter(|device| is_device(device));
        let device = device.unwrap_or_else(|| Secret::new("vtd_").expose().to_owned());
        let agent: String = visit.agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect();
        let network = visit.network.to_string();
        let times = (now, now + SESSION);
        store::insert_session(tx, user.id, &token.hash(), (&network, &agent), times).await?;
        let visit = Visit { device: Some(device.clone()), ..visit.clone() };
        store::know_places(tx, user.id, &marks(&visit), now).await?;
        Ok(Begun { token, device, expires_at: times.1 })
    }

    /// A session that was committed, as its owner is told of it.
    pub(super) async fn signed_in(&self, user: User, begun: Begun) -> Result<SignedIn, OrgError> {
        let Begun { token, device, expires_at } = begun;
        let organizations = store::organizations_of(&self.db, user.id).await?;
        Ok(SignedIn { token: token.expose().to_owned(), device, expires_at, user, organizations })
    }

    async fn mail_has_account(&self, tx: &mut Tx, owner: &Candidate) -> Result<(), OrgError> {
        if !self.letters_left(Cause::HasAccount, &owner.user.email, Some(&owner.user)) {
            return Ok(());
        }
        let Some(link) = self.link(tx, &owner.user, Purpose::Reset, owner.locale).await? else {
            return Ok(());
        };
        self.mail(tx, &owner.user.email, &Letter::HasAccount { link }, owner.locale).await
    }
}

/// What a visit is known by: the device, and the network unless many share its address. A device is told from others of its
/// network: those may be a whole school.
pub(super) fn marks(visit: &Visit) -> Vec<String> {
    let network = (!visit.shared).then(|| store::mark_of(visit.network));
    visit.device.as_deref().map(hash_secret).into_iter().chain(network).collect()
}

/// What a visit is known by when it has shown whose it is.
pub(super) fn known_after(visit: &Visit) -> Vec<String> {
    let device = visit.device.clone().filter(|device| is_device(device));
    marks(&Visit { device, ..visit.clone() })
}

/// A person as facts name them, of whom no session has begun.
pub(super) fn of_person(id: UserId) -> Actor {
    let kind = ActorKind::User { id, session: SessionId::new(), name: String::new() };
    Actor { kind, memberships: Vec::new(), operator: false }
}

/// A word that an earlier sign-in gave.
fn is_device(text: &str) -> bool {
    text.len() == "vtd_".len() + 43
        && text
            .strip_prefix("vtd_")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
}

/// The person and session of a caller.
pub(super) fn person(actor: &Actor) -> Result<(UserId, SessionId), OrgError> {
    match actor.kind {
        ActorKind::User { id, session, .. } => Ok((id, session)),
        ActorKind::Key(_) => Err(OrgError::PeopleOnly),
        _ => Err(OrgError::NoSession),
    }
}
