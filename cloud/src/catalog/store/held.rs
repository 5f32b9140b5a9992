//! SQL of what must stay in the catalogue until a transaction ends.

use vitrine_protocol::{CouponId, OrgId, ProductId};

use crate::db::{DbError, Side, Tx};
use crate::on;

/// Asks for rows of one table by their ids. Where rows can be locked, they stay until the transaction ends.
macro_rules! held {
    ($tx:ident, $table:literal, $org:ident, $ids:ident) => {{
        let lock = match $tx.side() {
            Side::Sqlite(_) => "",
            Side::Pg(_) => " FOR KEY SHARE",
        };
        on!($tx, c => {
            let mut query = sqlx::QueryBuilder::new(concat!("SELECT id FROM ", $table, " WHERE org_id = "));
            query.push_bind($org).push(" AND id IN (");
            let mut list = query.separated(", ");
            for id in $ids {
                list.push_bind(*id);
            }
            query.push(")").push(" ORDER BY id").push(lock);
            query.build_query_scalar().fetch_all(c).await
        })?
    }};
}

/// Those of `ids` that `org` has. Nobody removes them before `tx` ends.
pub(in crate::catalog) async fn products(
    tx: &mut Tx,
    org: OrgId,
    ids: &[ProductId],
) -> Result<Vec<ProductId>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(held!(tx, "products", org, ids))
}

/// The same of coupons.
pub(in crate::catalog) async fn coupons(
    tx: &mut Tx,
    org: OrgId,
    ids: &[CouponId],
) -> Result<Vec<CouponId>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(held!(tx, "coupons", org, ids))
}
