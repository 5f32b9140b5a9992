//! What lists count that say nothing else than the last time.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use vitrine_protocol::{ProductId, VariantId};

use super::{BatchItem, ListedNames, meant};
use crate::base::Actor;
use crate::catalog::store::batch::Counted;
use crate::catalog::store::stock::Cause;
use crate::catalog::{CatalogError, Held, Product, Variant, store};
use crate::db::Tx;
use crate::events::{Event, record};

/// The products of which the batch only counts the pieces, and there are as many as it says: one question for all of them, and none
/// of them has to be held for that.
pub(super) async fn holding(tx: &mut Tx, items: &[BatchItem]) -> Result<HashSet<ProductId>, CatalogError> {
    let mut came = BTreeMap::<DateTime<Utc>, Vec<(ProductId, &BatchItem)>>::new();
    for item in items.iter().filter(|item| item.only_counts()) {
        if let Some((id, listed)) = item.id.zip(item.listed.as_ref()) {
            came.entry(listed.as_of).or_default().push((id, item));
        }
    }
    let mut holding = HashSet::new();
    for (as_of, items) in came {
        let ids: Vec<ProductId> = items.iter().map(|(id, _)| *id).collect();
        let counted = store::batch::counted_many(tx, &ids, as_of).await?;
        for (id, item) in items {
            if counted.get(&id).is_some_and(|present| holds(present, item)) {
                holding.insert(id);
            }
        }
    }
    Ok(holding)
}

/// Whether an item counts what there is of the variants that it surely means. What lists called them is looked at only when it
/// does not.
fn holds(present: &[Counted], item: &BatchItem) -> bool {
    let rows = &item.draft.variants;
    let alone = present.first().filter(|_| present.len() == 1 && rows.len() == 1 && item.is_whole);
    rows.iter().all(|row| {
        let Some(count) = row.stock else { return true };
        let by_id = present.iter().find(|one| Some(one.id) == row.id);
        let is_called = |one: &&Counted| {
            row.sku.as_ref().is_none_or(|sku| *sku == one.sku) && row.title.trim() == one.title
        };
        let meant = by_id.or_else(|| present.iter().find(is_called)).or(alone);
        meant.is_some_and(|one| one.count == count)
    })
}

/// Makes the counts of a held product what the item says, less what is `unsaid` of them, and changes nothing else; whether one was
/// another.
pub(super) async fn recount(
    tx: &mut Tx,
    (actor, now): (&Actor, DateTime<Utc>),
    product: &mut Product,
    item: &BatchItem,
    names: &ListedNames,
    unsaid: &Held,
) -> Result<bool, CatalogError> {
    let delta = |found: &Variant, count: i64| {
        let unsaid = unsaid.get(&found.id).copied().unwrap_or(0);
        count.saturating_sub(unsaid).saturating_sub(found.balance())
    };
    let rows = meant(&product.variants, item, names).into_iter().zip(&item.draft.variants);
    let deltas: Vec<(VariantId, i64)> = rows
        .filter_map(|(found, row)| found.zip(row.stock))
        .map(|(found, count)| (found.id, delta(found, count)))
        .filter(|(_, delta)| *delta != 0)
        .collect();
    if deltas.is_empty() {
        return Ok(false);
    }
    let before = product.stock();
    store::lock(tx, product.org, product.id).await?;
    for variant in &mut product.variants {
        if let Some((_, delta)) = deltas.iter().find(|(id, _)| *id == variant.id) {
            let cause = Cause::of(actor, now, "imported");
            store::stock::apply(tx, product.id, variant, *delta, cause).await?;
        }
    }
    let stock = product.stock();
    if stock != before {
        record(tx, actor, now, product.org, None, Event::StockChanged { product: product.id, stock })?;
    }
    Ok(true)
}
