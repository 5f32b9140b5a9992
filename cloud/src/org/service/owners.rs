//! Letters to those who own an organisation.

use vitrine_protocol::{OrgId, UserId};

use super::Orgs;
use crate::db::Tx;
use crate::mail::{Letter, Locale, ToOwners};
use crate::org::{OrgError, store};

impl Orgs {
    /// Who was first to own an organisation, of those who do.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_owner(&self, org: OrgId) -> Result<Option<UserId>, OrgError> {
        Ok(store::first_owner(&self.db, org).await?)
    }

    /// Leaves a letter for each owner whose address is confirmed; `letter` is given the organisation's name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn write_to_owners(
        &self,
        tx: &mut Tx,
        org: OrgId,
        letter: impl Fn(String) -> ToOwners,
    ) -> Result<(), OrgError> {
        let Some(organization) = store::organization_in(tx, org).await? else { return Ok(()) };
        let letter = Letter::ToOwners(letter(organization.name));
        for (email, locale) in store::owners_to_write(tx, org).await? {
            self.mail(tx, &email, &letter, Locale::of(&locale)).await?;
        }
        Ok(())
    }
}
