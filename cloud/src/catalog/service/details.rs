//! The handle's part that knows what platforms call variants.

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::catalog::store::listed::CalledSo;
use crate::catalog::{Catalog, CatalogError, ExternalId, OrderDraft, Product, store};
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
    /// Finds the variants that lines of an order name by an id of a platform or a list, or by their numbers. One that is not known
    /// stays as it is.
    pub(super) async fn resolve(&self, org: OrgId, draft: &mut OrderDraft) -> Result<(), CatalogError> {
        if draft.lines.iter().all(|line| line.external.is_none() && line.sku.is_none()) {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        for line in &mut draft.lines {
            let found = named(&mut tx, org, line.external.as_ref(), line.sku.as_deref()).await?;
            if let Some((product, variant)) = found {
                (line.product_id, line.variant_id) = (Some(product), Some(variant));
            }
        }
        Ok(())
    }
}

/// The variant that is called so: by its platform, by a list that brought it, or by its number. None when nobody is, or several are.
pub(super) async fn named(
    tx: &mut Tx,
    org: OrgId,
    external: Option<&ExternalId>,
    sku: Option<&str>,
) -> Result<Option<(ProductId, VariantId)>, DbError> {
    if let Some(ExternalId { platform, id }) = external {
        let of_platform = store::details::find(tx, org, &platform.to_lowercase(), id).await?;
        let found = match of_platform {
            Some(found) => Some(found),
            None => meant(&store::listed::find(tx, org, platform, id).await?),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    let Some(sku) = sku else { return Ok(None) };
    Ok(meant(&store::listed::with_sku(tx, org, sku).await?))
}

/// The one that is meant: of one that is sold and others that are not, the one that is sold.
fn meant(all: &[CalledSo]) -> Option<(ProductId, VariantId)> {
    let sold: Vec<_> = all.iter().filter(|one| one.is_sold).collect();
    let meant = match (all, sold.as_slice()) {
        ([one], _) => one,
        (_, [one]) => *one,
        _ => return None,
    };
    Some((meant.product_id, meant.variant_id))
}
