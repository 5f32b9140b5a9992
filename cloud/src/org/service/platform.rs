//! What holds for the whole cloud: who may make an account, and who runs it.

use super::Orgs;
use crate::db::Tx;
use crate::org::model::normal_email;
use crate::org::store::UnreadablePeople;
use crate::org::{OrgError, SignUp, User, store};

impl Orgs {
    /// Who may make an account here.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_up(&self) -> Result<SignUp, OrgError> {
        Ok(store::sign_up(&self.db).await?)
    }

    /// Decides who may make an account. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_sign_up(&self, tx: &mut Tx, sign_up: SignUp) -> Result<(), OrgError> {
        Ok(store::set_sign_up(tx, sign_up).await?)
    }

    /// People who run the cloud. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operators(&self) -> Result<Vec<User>, OrgError> {
        Ok(store::operators(&self.db).await?)
    }

    /// Makes whoever has a confirmed address one who runs the cloud, or no longer. The caller has checked who asks.
    ///
    /// # Errors
    /// [`OrgError::NoAccount`]; [`OrgError::Invalid`] for what is no e-mail.
    pub async fn set_operator(&self, tx: &mut Tx, email: &str, on: bool) -> Result<User, OrgError> {
        let email = normal_email(email)?;
        let since = on.then(|| self.clock.now());
        store::set_operator(tx, &email, since).await?.ok_or(OrgError::NoAccount)
    }

    /// Members whose role, and roles of which a permission, is a word that nobody knows here. The caller has checked who asks.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unreadable(&self, limit: usize) -> Result<UnreadablePeople, OrgError> {
        Ok(store::unreadable_people(&self.db, limit).await?)
    }

    /// Confirms a person's address, as a letter would.
    #[cfg(test)]
    pub(crate) async fn confirm_address(&self, user: &User) {
        let mut tx = self.db.begin().await.unwrap();
        store::set_email(&mut tx, user.id, &user.email).await.unwrap();
        tx.commit().await.unwrap();
    }
}
