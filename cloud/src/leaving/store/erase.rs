//! Every table in which something of an organisation stands, those that point at others first.

use vitrine_protocol::OrgId;

use crate::db::{DbError, Side, Tx};
use crate::on;

/// The rows of a table that are an organisation's.
pub(in crate::leaving) struct Rows {
    sqlite: &'static str,
    pg: &'static str,
}

macro_rules! rows {
    ($($table:literal: $condition:literal;)*) => {
        &[$(Rows {
            sqlite: concat!(
                "DELETE FROM ", $table, " WHERE rowid IN (SELECT rowid FROM ", $table, " WHERE ", $condition, " LIMIT $2)"
            ),
            pg: concat!(
                "DELETE FROM ", $table, " WHERE ctid = ANY(ARRAY(SELECT ctid FROM ", $table, " WHERE ", $condition, " LIMIT $2))"
            ),
        },)*]
    };
}

/// All but shows, and what stays until others have heard of their end.
pub(in crate::leaving) const ITS_OWN: &[Rows] = rows! {
    "chat_messages": "org_id = $1";
    "chat_bans": "org_id = $1";
    "webhook_deliveries": "org_id = $1";
    "webhooks": "org_id = $1";
    "coupon_uses": "coupon_id IN (SELECT id FROM coupons WHERE org_id = $1)";
    "reservation_lines": "reservation_id IN (SELECT id FROM reservations WHERE org_id = $1)";
    "reservations": "org_id = $1";
    "order_flags": "org_id = $1";
    "order_changes": "order_id IN (SELECT id FROM orders WHERE org_id = $1)";
    "order_lines": "order_id IN (SELECT id FROM orders WHERE org_id = $1)";
    "orders": "org_id = $1";
    "import_errors": "import_id IN (SELECT id FROM imports WHERE org_id = $1)";
    "imports": "org_id = $1";
    "import_addresses": "org_id = $1";
    "imported_products": "org_id = $1";
    "listed_names": "org_id = $1";
    "listed_variants": "org_id = $1";
    "import_turns": "org_id = $1";
    "coupon_showings": "org_id = $1";
    "picture_wishes": "org_id = $1";
    "product_tags": "org_id = $1";
    "external_ids": "org_id = $1";
    "variant_details": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "stock_changes": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "product_texts": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "variant_prices": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "market_price_changes": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "price_changes": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "variant_stock": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "variants": "product_id IN (SELECT id FROM products WHERE org_id = $1)";
    "products": "org_id = $1";
    "coupons": "org_id = $1";
    "picture_files": "org_id = $1";
    "picture_turns": "org_id = $1";
    "counted_blobs": "org_id = $1";
    "blob_use": "org_id = $1";
    "metered_shows": "org_id = $1";
    "org_usage": "org_id = $1";
    "billing_records": "org_id = $1";
    "billing_accounts": "org_id = $1";
    "org_plans": "org_id = $1";
    "recording_terms": "org_id = $1";
    "watching": "org_id = $1";
    "highlights": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "lineup_items": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "media_states": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "publish_keys": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "publish_sessions": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "show_leases": "show_id IN (SELECT id FROM shows WHERE org_id = $1)";
    "former_channels": "org_id = $1";
    "invitations": "org_id = $1";
    "api_keys": "org_id = $1";
    "members": "org_id = $1";
    "org_roles": "org_id = $1";
    "org_exports": "org_id = $1";
    "jobs": "org_id = $1";
};

/// What goes when others have heard.
pub(in crate::leaving) const LAST: &[Rows] = rows! {
    "event_dead_letters": "seq IN (SELECT seq FROM events WHERE org_id = $1)";
    "event_unknown": "seq IN (SELECT seq FROM events WHERE org_id = $1)";
    "events": "org_id = $1";
};

/// Deletes up to `limit` rows; how many.
pub(in crate::leaving) async fn erase(
    tx: &mut Tx,
    rows: &Rows,
    org: OrgId,
    limit: i64,
) -> Result<u64, DbError> {
    let sql = match tx.side() {
        Side::Sqlite(_) => rows.sqlite,
        Side::Pg(_) => rows.pg,
    };
    Ok(
        on!(tx, c => sqlx::query(sql).bind(org).bind(limit).execute(c).await.map(|done| done.rows_affected()))?,
    )
}
