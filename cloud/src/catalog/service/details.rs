//! The handle's part that knows what platforms call variants.

use std::collections::BTreeMap;

use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::catalog::{Catalog, CatalogError, ExternalId, OrderDraft, Product, store};
use crate::db::{Db, DbError, Tx};

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
        let names = draft.lines.iter().map(|line| (line.external.as_ref(), line.sku.as_deref()));
        let found = named(&self.db, org, &names.collect::<Vec<_>>()).await?;
        for (line, found) in draft.lines.iter_mut().zip(found) {
            if let Some((product, variant)) = found {
                (line.product_id, line.variant_id) = (Some(product), Some(variant));
            }
        }
        Ok(())
    }
}

/// How a line names a variant: by an id of a platform or a list, and by a number.
pub(super) type Name<'a> = (Option<&'a ExternalId>, Option<&'a str>);

/// Of each, the variant that is called so: by its platform, by a list that brought it, or by its number. None when nobody is, or
/// several are; of one that is sold and others that are not, the one that is sold.
pub(super) async fn named(
    db: &Db,
    org: OrgId,
    names: &[Name<'_>],
) -> Result<Vec<Option<(ProductId, VariantId)>>, DbError> {
    let mut found: Vec<Option<(ProductId, VariantId)>> = vec![None; names.len()];
    for by_list in [false, true] {
        let mut of_platforms = BTreeMap::<String, Vec<(usize, &str)>>::new();
        for (at, (external, _)) in names.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
            let Some(ExternalId { platform, id }) = external else { continue };
            let platform = if by_list { platform.clone() } else { platform.to_lowercase() };
            of_platforms.entry(platform).or_default().push((at, id.as_str()));
        }
        for (platform, places) in of_platforms {
            let ids: Vec<&str> = places.iter().map(|(_, id)| *id).collect();
            let called = match by_list {
                false => store::details::find_many(db, org, &platform, &ids).await?,
                true => store::listed::find_many(db, org, &platform, &ids).await?,
            };
            for (at, id) in places {
                found[at] = called.get(id).copied();
            }
        }
    }
    let numbered = names.iter().enumerate().filter(|(at, _)| found[*at].is_none());
    let numbered: Vec<(usize, &str)> = numbered.filter_map(|(at, (_, sku))| Some((at, (*sku)?))).collect();
    let skus: Vec<&str> = numbered.iter().map(|(_, sku)| *sku).collect();
    let called = store::listed::numbered(db, org, &skus).await?;
    for (at, sku) in numbered {
        found[at] = called.get(sku).copied();
    }
    Ok(found)
}
