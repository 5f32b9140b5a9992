//! What other rooms may count on until their transaction ends.

use vitrine_protocol::{CouponId, OrgId, ProductId};

use crate::catalog::{Catalog, CatalogError, store};
use crate::db::Tx;

impl Catalog {
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
