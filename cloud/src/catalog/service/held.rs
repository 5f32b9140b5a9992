//! What other rooms may count on until their transaction ends.

use std::collections::HashMap;

use vitrine_protocol::{CouponId, OrgId, ProductId, VariantId};

use crate::base::{Actor, Page};
use crate::catalog::{Catalog, CatalogError, Product, Variant, store};
use crate::db::Tx;

/// How often products are read until nobody changes one meanwhile.
const READ_AGAIN: u32 = 5;

impl Catalog {
    /// A page of products, and how many pieces a shop that knows nothing of what is held here has of each variant: fewer than
    /// none when more was sold than was there.
    ///
    /// # Errors
    /// [`CatalogError::Denied`].
    pub async fn products_on_shelf(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<(Page<Product>, HashMap<VariantId, i64>), CatalogError> {
        let mut page = self.products(actor, org, after, limit).await?;
        for _ in 0..READ_AGAIN {
            let variants: Vec<&Variant> = page.items.iter().flat_map(|product| &product.variants).collect();
            let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
            let mut held = HashMap::new();
            for ids in ids.chunks(500) {
                held.extend(store::reservations::held_now(&self.db, ids).await?);
            }
            let count = |one: &&Variant| (one.id, one.balance() + held.get(&one.id).copied().unwrap_or(0));
            let shelf = variants.iter().map(count).collect();
            let again = self.products(actor, org, after, limit).await?;
            if again.items == page.items {
                return Ok((page, shelf));
            }
            page = again; // Somebody bought meanwhile.
        }
        let shelf =
            page.items.iter().flat_map(|one| &one.variants).map(|one| (one.id, one.balance())).collect();
        Ok((page, shelf))
    }

    /// The first product or coupon, in words, that the organisation does not have; the others stay at least until `tx` ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn missing(
        &self,
        tx: &mut Tx,
        org: OrgId,
        products: &[ProductId],
        coupons: &[CouponId],
    ) -> Result<Option<String>, CatalogError> {
        let held = store::held::products(tx, org, products).await?;
        if let Some(missing) = products.iter().find(|id| !held.contains(id)) {
            return Ok(Some(format!("product {missing}")));
        }
        let held = store::held::coupons(tx, org, coupons).await?;
        Ok(coupons.iter().find(|id| !held.contains(id)).map(|missing| format!("coupon {missing}")))
    }
}
