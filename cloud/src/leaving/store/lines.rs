//! What an export holds: a file for each kind of thing, a JSON object on each line. Secrets, their hashes, and what only this
//! server understands are left out.

use futures_util::TryStreamExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use vitrine_protocol::OrgId;

use crate::db::{Db, DbError, Side};
use crate::leaving::LeavingError;
use crate::on;

/// One file of an export.
pub(in crate::leaving) struct Section {
    /// Its name, without the ending.
    pub(in crate::leaving) name: &'static str,
    sqlite: &'static str,
    pg: &'static str,
}

/// `name: columns, rest of the query`; a column is its own name, or a name and what it is.
macro_rules! sections {
    ($($name:literal [$($column:literal $(= $what:literal)?),+] $rest:literal;)*) => {
        &[$(Section {
            name: $name,
            sqlite: concat!("SELECT json_object('kind', '", $name, "'", $(sections!(@one $column $(= $what)?),)+ ") ", $rest),
            pg: concat!(
                "SELECT CAST(json_build_object('kind', '", $name, "'", $(sections!(@one $column $(= $what)?),)+ ") AS TEXT) ", $rest
            ),
        },)*]
    };
    (@one $column:literal) => { concat!(", '", $column, "', ", $column) };
    (@one $column:literal = $what:literal) => { concat!(", '", $column, "', ", $what) };
}

/// Every file. Times are milliseconds since 1970, money is in minor units, as everywhere in the database.
pub(in crate::leaving) const SECTIONS: &[Section] = sections! {
    "organization" ["id", "name", "slug", "settings", "created_ms"] "FROM organizations WHERE id = $1";
    "members" ["user_id" = "m.user_id", "email" = "COALESCE(u.claimed_email, u.email)", "name" = "u.name", "role" = "m.role",
        "rank" = "m.rank", "role_id" = "m.role_id", "created_ms" = "m.created_ms"]
        "FROM members m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1";
    "roles" ["id", "name", "permissions", "created_ms"] "FROM org_roles WHERE org_id = $1";
    "invitations" ["id", "email", "role", "role_id", "invited_by", "created_ms", "expires_ms"]
        "FROM invitations WHERE org_id = $1";
    "api_keys" ["id", "name", "hint", "permissions", "created_by", "created_ms", "expires_ms", "used_ms", "revoked_ms"]
        "FROM api_keys WHERE org_id = $1";
    "webhooks" ["id", "url", "events", "created_ms"] "FROM webhooks WHERE org_id = $1";
    "products" ["id", "title", "description", "url", "image", "currency", "compare_at_minor", "option_names", "tags",
        "pictures", "created_ms", "version"]
        "FROM products WHERE org_id = $1 ORDER BY id";
    "variants" ["id" = "v.id", "product_id" = "v.product_id", "position" = "v.position", "title" = "v.title", "sku" = "v.sku",
        "price_minor" = "v.price_minor", "stock" = "v.stock"]
        "FROM products p JOIN variants v ON v.product_id = p.id WHERE p.org_id = $1";
    "variant_details" ["variant_id" = "d.variant_id", "product_id" = "d.product_id", "options" = "d.options",
        "external_ids" = "d.external_ids"]
        "FROM products p JOIN variant_details d ON d.product_id = p.id WHERE p.org_id = $1";
    "price_changes" ["product_id" = "c.product_id", "variant_id" = "c.variant_id", "currency" = "c.currency",
        "price_minor" = "c.price_minor", "at_ms" = "c.at_ms"]
        "FROM products p JOIN price_changes c ON c.product_id = p.id WHERE p.org_id = $1";
    "product_texts" ["product_id" = "t.product_id", "language" = "t.language", "title" = "t.title",
        "description" = "t.description"]
        "FROM products p JOIN product_texts t ON t.product_id = p.id WHERE p.org_id = $1";
    "variant_prices" ["product_id" = "v.product_id", "variant_id" = "v.variant_id", "currency" = "v.currency",
        "market" = "v.market", "price_minor" = "v.price_minor", "compare_at_minor" = "v.compare_at_minor"]
        "FROM products p JOIN variant_prices v ON v.product_id = p.id WHERE p.org_id = $1";
    "market_price_changes" ["product_id" = "c.product_id", "variant_id" = "c.variant_id", "currency" = "c.currency",
        "market" = "c.market", "price_minor" = "c.price_minor", "ended" = "c.ended", "at_ms" = "c.at_ms"]
        "FROM products p JOIN market_price_changes c ON c.product_id = p.id WHERE p.org_id = $1";
    "stock_changes" ["product_id" = "c.product_id", "variant_id" = "c.variant_id", "delta" = "c.delta",
        "balance" = "c.balance", "reason" = "c.reason", "note" = "c.note", "order_id" = "c.order_id", "actor" = "c.actor",
        "at_ms" = "c.at_ms"]
        "FROM products p JOIN stock_changes c ON c.product_id = p.id WHERE p.org_id = $1";
    "coupons" ["id", "code", "title", "percent_off", "amount_off_minor", "currency", "quota", "per_shopper", "used",
        "valid_from_ms", "valid_until_ms", "ended_ms", "product_ids", "created_ms"]
        "FROM coupons WHERE org_id = $1";
    "orders" ["id", "show_id", "viewer_id", "market", "currency", "total_minor", "shipping_minor", "tax_minor", "refunded_minor",
        "coupon_code", "source", "external_ref" = "COALESCE(source_ref, external_ref)", "cancelled_ms", "created_ms"]
        "FROM orders WHERE org_id = $1 ORDER BY id";
    "order_lines" ["order_id" = "l.order_id", "position" = "l.position", "product_id" = "l.product_id",
        "variant_id" = "l.variant_id", "title" = "l.title", "quantity" = "l.quantity", "price_minor" = "l.price_minor",
        "oversold" = "l.oversold"]
        "FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.org_id = $1";
    "order_flags" ["order_id", "flag"] "FROM order_flags WHERE org_id = $1";
    "order_changes" ["order_id" = "c.order_id", "change" = "c.kind", "external_ref" = "c.external_ref",
        "amount_minor" = "c.amount_minor", "reason" = "c.reason", "lines" = "c.lines", "created_ms" = "c.created_ms"]
        "FROM orders o JOIN order_changes c ON c.order_id = o.id WHERE o.org_id = $1";
    "usage" ["month", "shows", "on_air_ms", "peak_viewers", "orders"] "FROM org_usage WHERE org_id = $1 ORDER BY month";
    "invoices" ["id", "seller", "number", "customer_name", "state", "lines", "total_minor", "currency", "tax_note",
        "period_start_ms", "period_end_ms", "issued_ms", "due_ms", "closed_ms"]
        "FROM billing_invoices WHERE org_id = $1 ORDER BY id";
    "shows" ["id", "title", "cover_url", "state", "scheduled_ms", "live_ms", "ended_ms", "created_ms"]
        "FROM shows WHERE org_id = $1 ORDER BY id";
    "lineups" ["show_id" = "l.show_id", "position" = "l.position", "what" = "l.kind", "target_id" = "l.target_id"]
        "FROM shows s JOIN lineup_items l ON l.show_id = s.id WHERE s.org_id = $1";
    "highlights" ["show_id" = "h.show_id", "id" = "h.id", "action" = "h.action", "media_time_ms" = "h.media_time_ms",
        "at_ms" = "h.at_ms", "card" = "h.card"]
        "FROM shows s JOIN highlights h ON h.show_id = s.id WHERE s.org_id = $1";
    "chat" ["id", "show_id", "at_ms", "author_id", "author_name", "author_role", "body", "removed_at_ms", "removed_by"]
        "FROM chat_messages WHERE org_id = $1";
    "chat_bans" ["id", "show_id", "viewer_id", "nickname", "reason", "created_by", "created_at_ms", "lifted_at_ms"]
        "FROM chat_bans WHERE org_id = $1";
    "timeline" ["seq", "at_ms", "show_id", "actor", "fact" = "body"] "FROM events WHERE org_id = $1 ORDER BY seq";
};

/// Writes a section, row by row.
pub(in crate::leaving) async fn write_lines(
    db: &Db,
    section: &Section,
    org: OrgId,
    file: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<(), LeavingError> {
    let sql = match db.side() {
        Side::Sqlite(_) => section.sqlite,
        Side::Pg(_) => section.pg,
    };
    on!(db, c => {
        let mut rows = sqlx::query_scalar::<_, String>(sql).bind(org).fetch(c);
        while let Some(line) = rows.try_next().await.map_err(DbError::from)? {
            file.write_all(line.as_bytes()).await?;
            file.write_all(b"\n").await?;
        }
    });
    Ok(())
}
