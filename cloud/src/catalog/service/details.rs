//! The handle's part that knows what platforms call variants.

use vitrine_protocol::OrgId;

use crate::catalog::{Catalog, CatalogError, OrderDraft, Product, store};
use crate::db::{DbError, Tx};

/// Whether the ids that a change of a product brings are nobody else's.
///
/// # Errors
/// [`CatalogError::ExternalIdTaken`].
pub(super) async fn check(
    tx: &mut Tx,
    before: Option<&Product>,
    product: &Product,
) -> Result<(), CatalogError> {
    let mut seen = std::collections::HashSet::new();
    for (platform, id, _) in product.external_ids() {
        let taken = || CatalogError::ExternalIdTaken(platform.to_owned(), id.to_owned());
        if !seen.insert((platform, id)) {
            return Err(taken());
        }
        if before.is_some_and(|before| {
            before.external_ids().any(|(known, other, _)| (known, other) == (platform, id))
        }) {
            continue;
        }
        let found = store::details::find(tx, product.org, platform, id).await?;
        if found.is_some_and(|(other, _)| other != product.id) {
            return Err(taken());
        }
    }
    Ok(())
}

/// Two who write the same id at once: one of them is first.
pub(super) fn taken(error: DbError) -> CatalogError {
    match error {
        DbError::Clash => CatalogError::ExternalIdTaken("a platform".into(), "one of the ids".into()),
        error => error.into(),
    }
}

impl Catalog {
    /// Finds the variants that lines of an order name by a platform's id. One that is not known stays without.
    pub(super) async fn resolve(&self, org: OrgId, draft: &mut OrderDraft) -> Result<(), CatalogError> {
        if draft.lines.iter().all(|line| line.external.is_none()) {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        for line in &mut draft.lines {
            let Some(named) = &line.external else { continue };
            if let Some((product, variant)) =
                store::details::find(&mut tx, org, &named.platform, &named.id).await?
            {
                (line.product_id, line.variant_id) = (product, variant);
            }
        }
        Ok(())
    }
}
