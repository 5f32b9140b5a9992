//! What people change of their own account while they are signed in: name, language, password.

use super::Orgs;
use super::accounts::person;
use crate::base::{Actor, trimmed};
use crate::db::Tx;
use crate::mail::{Letter, ToPerson};
use crate::org::model::{MePatch, check_password};
use crate::org::store::Candidate;
use crate::org::{Me, OrgError, Proof, store};

impl Orgs {
    /// Changes the caller's name, as others see it, and the language that letters to them are written in.
    ///
    /// # Errors
    /// [`OrgError::Invalid`]; [`OrgError::PeopleOnly`].
    pub async fn change_me(&self, actor: &Actor, patch: MePatch) -> Result<Me, OrgError> {
        let (id, _) = person(actor)?;
        let name = patch.name.map(|name| trimmed("name", &name, 1, 80)).transpose()?;
        let mut tx = self.db.begin().await?;
        if let Some(name) = name {
            store::set_name(&mut tx, id, &name).await?;
        }
        if let Some(locale) = patch.locale {
            store::set_locale(&mut tx, id, locale).await?;
        }
        tx.commit().await?;
        self.me(actor).await
    }

    /// Gives the caller's account another password. Their other sessions end, no device is known any more, and links in letters of before
    /// open nothing; they get a letter.
    ///
    /// # Errors
    /// [`OrgError::BadCredentials`] when the password of now is not the caller's; [`OrgError::BadCode`] where the account asks for a
    /// second factor and `proof` is none, or does not fit; [`OrgError::Invalid`]; [`OrgError::TooManyTries`].
    pub async fn change_password(
        &self,
        actor: &Actor,
        (now, new): (String, String),
        proof: Option<&Proof>,
    ) -> Result<(), OrgError> {
        let (id, session) = person(actor)?;
        let new = check_password(new)?;
        let one = self.confirmed_caller(actor, now).await?;
        let (totp, _) = store::factors(&self.db, id).await?;
        let network = store::network_of(&self.db, session).await?;
        // Before the transaction: nobody waits for the hashing.
        let hash = self.passwords.for_known().hash(new).await?;
        let mut tx = match totp {
            Some(_) => self.shown(&one.user, proof.ok_or(OrgError::BadCode)?).await?,
            None => self.db.begin().await?,
        };
        if !store::hold_password(&mut tx, id, &one.hash).await? {
            return Err(OrgError::BadCredentials);
        }
        store::set_password(&mut tx, id, &hash).await?;
        store::end_waiting(&mut tx, id).await?;
        store::end_other_sessions(&mut tx, id, session).await?;
        store::forget_places(&mut tx, id).await?;
        store::delete_links(&mut tx, id).await?;
        if let Some(network) = network {
            store::know_places(&mut tx, id, &[format!("network {network}")], self.clock.now()).await?;
        }
        self.tell_password_changed(&mut tx, &one).await?;
        Ok(tx.commit().await?)
    }

    /// Writes to a person whose password was changed, where the address is known to be theirs.
    pub(super) async fn tell_password_changed(&self, tx: &mut Tx, one: &Candidate) -> Result<(), OrgError> {
        if !one.user.email_verified {
            return Ok(());
        }
        self.mail(tx, &one.user.email, &Letter::ToPerson(ToPerson::PasswordChanged), one.locale).await
    }
}
