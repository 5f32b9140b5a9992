//! SQL of reservations. Whoever deletes the row has what it holds: twice at once, or on two nodes, one of them does.

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ProductId, ReservationId, ShowId, VariantId, ViewerId};

use crate::base::{from_ms, to_ms};
use crate::catalog::model::Held;
use crate::catalog::{Reservation, ReservedLine};
use crate::db::{Db, DbError, Tx};
use crate::{on, row};

row! {
    struct Row {
        id: ReservationId,
        org_id: OrgId,
        show_id: Option<ShowId>,
        viewer_id: Option<ViewerId>,
        created_ms: i64,
        expires_ms: i64,
    }
}

row! {
    struct LineRow {
        product_id: ProductId,
        variant_id: VariantId,
        quantity: i64,
    }
}

impl From<LineRow> for ReservedLine {
    fn from(row: LineRow) -> Self {
        Self { product_id: row.product_id, variant_id: row.variant_id, quantity: row.quantity }
    }
}

pub(in crate::catalog) async fn insert(tx: &mut Tx, reservation: &Reservation) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO reservations (id, org_id, show_id, viewer_id, created_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ).bind(reservation.id).bind(reservation.org).bind(reservation.show_id).bind(reservation.viewer_id)
        .bind(to_ms(reservation.created_at)).bind(to_ms(reservation.expires_at))
        .execute(c).await.map(drop))?;
    for (position, line) in (0i64..).zip(&reservation.lines) {
        on!(tx, c => sqlx::query(
            "INSERT INTO reservation_lines (reservation_id, position, product_id, variant_id, quantity)
             VALUES ($1, $2, $3, $4, $5)"
        ).bind(reservation.id).bind(position).bind(line.product_id).bind(line.variant_id).bind(line.quantity)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Ends a reservation of `org`; what it held, or None when it is gone.
pub(in crate::catalog) async fn take(
    tx: &mut Tx,
    org: OrgId,
    id: ReservationId,
) -> Result<Option<Vec<ReservedLine>>, DbError> {
    // Lines never change, and go with their reservation.
    let lines: Vec<LineRow> = on!(tx, c => sqlx::query_as(
        "SELECT product_id, variant_id, quantity FROM reservation_lines WHERE reservation_id = $1 ORDER BY position"
    ).bind(id).fetch_all(c).await)?;
    let taken: Option<String> = on!(tx, c => sqlx::query_scalar(
        "DELETE FROM reservations WHERE org_id = $1 AND id = $2 RETURNING id"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    Ok(taken.map(|_| lines.into_iter().map(ReservedLine::from).collect()))
}

pub(in crate::catalog) async fn get(
    db: &Db,
    org: OrgId,
    id: ReservationId,
) -> Result<Option<Reservation>, DbError> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(
        "SELECT * FROM reservations WHERE org_id = $1 AND id = $2"
    ).bind(org).bind(id).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let lines: Vec<LineRow> = on!(db, c => sqlx::query_as(
        "SELECT product_id, variant_id, quantity FROM reservation_lines WHERE reservation_id = $1 ORDER BY position"
    ).bind(id).fetch_all(c).await)?;
    Ok(Some(Reservation {
        id: row.id,
        org: row.org_id,
        show_id: row.show_id,
        viewer_id: row.viewer_id,
        lines: lines.into_iter().map(ReservedLine::from).collect(),
        created_at: from_ms(row.created_ms),
        expires_at: from_ms(row.expires_ms),
    }))
}

row! {
    struct DueRow {
        id: ReservationId,
        org_id: OrgId,
        expires_ms: i64,
    }
}

/// A reservation, whose it is, and when its time is over.
pub(in crate::catalog) type Due = (ReservationId, OrgId, DateTime<Utc>);

/// Those whose time is over at `now`, the first of them first, after the one that `after` names by its time and itself.
pub(in crate::catalog) async fn due(
    db: &Db,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, ReservationId)>,
    limit: i64,
) -> Result<Vec<Due>, DbError> {
    let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (to_ms(at), id.to_string()));
    let rows: Vec<DueRow> = on!(db, c => sqlx::query_as(
        "SELECT id, org_id, expires_ms FROM reservations
         WHERE expires_ms <= $1 AND (expires_ms > $2 OR (expires_ms = $2 AND id > $3))
         ORDER BY expires_ms, id LIMIT $4"
    ).bind(to_ms(now)).bind(at).bind(&id).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| (row.id, row.org_id, from_ms(row.expires_ms))).collect())
}

row! {
    struct HeldRow {
        variant_id: VariantId,
        pieces: i64,
    }
}

macro_rules! held_rows {
    ($at:ident, $variants:ident) => {
        on!($at, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT variant_id, CAST(SUM(quantity) AS BIGINT) AS pieces FROM reservation_lines WHERE variant_id IN (",
            );
            let mut list = query.separated(", ");
            for variant in $variants {
                list.push_bind(*variant);
            }
            query.push(") GROUP BY variant_id");
            query.build_query_as().fetch_all(c).await
        })?
    };
}

/// How many pieces are held now of a few hundred variants.
pub(in crate::catalog) async fn held_now(db: &Db, variants: &[VariantId]) -> Result<Held, DbError> {
    if variants.is_empty() {
        return Ok(Held::new());
    }
    let rows: Vec<HeldRow> = held_rows!(db, variants);
    Ok(rows.into_iter().map(|row| (row.variant_id, row.pieces)).collect())
}

/// How many pieces are held of variants of products that `tx` has locked.
pub(in crate::catalog) async fn held_of(tx: &mut Tx, variants: &[VariantId]) -> Result<Held, DbError> {
    let mut held = Held::new();
    for variants in variants.chunks(1_000) {
        let rows: Vec<HeldRow> = held_rows!(tx, variants);
        held.extend(rows.into_iter().map(|row| (row.variant_id, row.pieces)));
    }
    Ok(held)
}
