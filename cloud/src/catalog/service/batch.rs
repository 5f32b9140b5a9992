//! The handle's third part: many products in one transaction, for lists of them.

mod counts;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use vitrine_protocol::{OrgId, ProductId, VariantId};

use super::locals::settle;
use super::{details, prices, stock};
use crate::base::{Actor, Invalid, Permission};
use crate::catalog::store::listed::Names;
use crate::catalog::store::showings::Shown;
use crate::catalog::store::stock::Cause;
use crate::catalog::{
    Catalog, CatalogError, Held, HiddenBy, Language, MarketPriceDraft, Product, ProductDraft, ProductPatch,
    ProductTextDraft, Variant, VariantDraft, store,
};
use crate::db::Tx;
use crate::events::{Event, record};
use crate::plan::Limit;

/// A product of a list.
#[derive(Debug, Clone)]
pub struct BatchItem {
    /// The product that is meant; absent, or none of the organisation's, makes a new one.
    pub id: Option<ProductId>,
    /// All that the list says of it. Its variants are found again by id, by `sku`, by title.
    pub draft: ProductDraft,
    /// Whether it says that the product has no tags, where the draft has none.
    pub has_no_tags: bool,
    /// Whether what the list says is in stock counts for variants that are there already.
    pub replace_stock: bool,
    /// What the list says of its variants beside the draft; of one that says nothing else, orders do not know its names.
    pub listed: Option<Listed>,
    /// Whether variants that it does not name are gone: a list of which a row could not be read does not say so.
    pub is_whole: bool,
    /// What the list says in other languages; others stay.
    pub texts: Vec<(Language, ProductTextDraft)>,
    /// What it says of each variant of the draft, in their order, in other currencies and for single countries; others stay.
    pub prices: Vec<Vec<MarketPriceDraft>>,
    /// Whether that is all that is taken of it: it makes no product, and changes nothing else.
    pub adds_only: bool,
}

/// What a list says of a product beside its draft.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Whose list it is.
    pub source: String,
    /// When it came: how many there are is what it says, and what was sold and moved since then.
    pub as_of: DateTime<Utc>,
    /// Whether it says what it said when it was taken last: then nothing of it is taken but what it counts.
    pub is_same: bool,
    /// Of each variant of the draft, in their order.
    pub variants: Vec<ListedVariant>,
}

/// What a list says of a variant beside its draft.
#[derive(Debug, Clone)]
pub struct ListedVariant {
    /// The list's own id for it, where that is not its number.
    pub id: Option<String>,
    /// What it calls it.
    pub names: Vec<String>,
    /// How it says how many there are.
    pub pieces: Pieces,
}

/// How a list says how many pieces there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pieces {
    /// By a number, or a word that makes none necessary; or not at all where it does for others.
    #[default]
    Told,
    /// That there are some, not how many.
    Available,
    /// Not at all, and for no product.
    Untold,
}

impl BatchItem {
    /// Whether nothing of it is taken but what it counts.
    fn only_counts(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.is_same)
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchDone {
    /// It was made.
    Created(ProductId),
    /// It was changed.
    Changed(ProductId),
    /// It was like that already; nothing was written.
    Unchanged(ProductId),
}

impl Catalog {
    /// Makes and changes products in `tx`, a few hundred at most. Gives what became of each, in their order; one that does
    /// not hold what it should leaves nothing, and the others are taken.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; the database does not answer.
    pub async fn put_many(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        org: OrgId,
        items: Vec<BatchItem>,
    ) -> Result<Vec<Result<BatchDone, Invalid>>, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let now = self.clock.now();
        let holding = counts::holding(tx, &items).await?;
        let is_left =
            |item: &&BatchItem| !item.only_counts() || item.id.is_none_or(|id| !holding.contains(&id));
        let mut ids: Vec<ProductId> = items.iter().filter(is_left).filter_map(|item| item.id).collect();
        ids.sort_unstable();
        let known = store::batch::hold_many(tx, org, &ids).await?;
        let ours: HashSet<_> = known.iter().map(|product| product.id).collect();
        let mut known: HashMap<_, _> = known.into_iter().map(|product| (product.id, product)).collect();

        let mut held = unsaid(tx, &items, &known).await?;
        let names = listed_names(tx, org, &items, &known).await?;

        let mut named = HashSet::new();
        let (mut done, mut new) = (Vec::with_capacity(items.len()), Vec::new());
        let (mut called, mut shown) = (Called::default(), Shown::default());
        for item in items {
            if let Some(id) = item.id.filter(|_| item.only_counts()) {
                let is_moved = match known.get_mut(&id) {
                    Some(product) => counts::recount(tx, (actor, now), product, &item, &names, &held).await?,
                    None => false, // It holds, or it is gone.
                };
                done.push(Ok(if is_moved { BatchDone::Changed(id) } else { BatchDone::Unchanged(id) }));
                continue;
            }
            let (place, listed) = (done.len(), item.listed.clone());
            if item.id.is_some_and(|id| ours.contains(&id) && !known.contains_key(&id)) {
                done.push(Err(Invalid::new("the product is in the list twice, under two names")));
                continue;
            }
            let before = item.id.and_then(|id| known.remove(&id));
            if before.is_none() && item.adds_only {
                done.push(Err(Invalid::new(
                    "no product of the catalogue is called so, and the list makes none",
                )));
                continue;
            }
            let Some(before) = before else {
                let (texts, prices) = (item.texts, item.prices);
                let made = Product::new(org, strange(item.draft), now).and_then(|mut product| {
                    product.add_locals(texts, prices)?;
                    Ok(product)
                });
                let made = match made {
                    Ok(product) => free(tx, None, &product, &mut named).await?.map(|()| product),
                    Err(invalid) => Err(invalid),
                };
                done.push(made.map(|product| {
                    let id = product.id;
                    called.note(place, &product, listed);
                    new.push(product);
                    BatchDone::Created(id)
                }));
                continue;
            };
            let (mut product, adds_only) = (before.clone(), item.adds_only);
            if product.hidden == Some(HiddenBy::Import) && !adds_only {
                product.hidden = None; // The list has it again.
            }
            if item.is_whole
                && !adds_only
                && item.draft.variants.iter().all(|one| one.compare_at_minor.is_none())
            {
                product.forget_own_compare(); // The list says the same of all of them.
            }
            let changed = if item.adds_only {
                add_only(&mut product, item)
            } else {
                let (texts, prices) = (item.texts.clone(), item.prices.clone());
                let patch = patch(&before.variants, item, &names, &mut held);
                product.change_beside(patch, &held).and_then(|facts| {
                    product.add_locals(texts, prices)?;
                    Ok(facts)
                })
            };
            let facts = match changed {
                Ok(facts) => facts,
                Err(CatalogError::Invalid(invalid)) => {
                    done.push(Err(invalid));
                    continue;
                }
                Err(error) => return Err(error),
            };
            if product == before {
                called.note(place, &product, listed);
                done.push(Ok(BatchDone::Unchanged(product.id)));
                if adds_only {
                    known.insert(product.id, product);
                }
                continue;
            }
            if !product.has_details_of(&before)
                && let Err(invalid) = free(tx, Some(&before), &product, &mut named).await?
            {
                done.push(Err(invalid));
                continue;
            }
            store::lock(tx, org, product.id).await?;
            if !adds_only {
                prices::note(tx, &mut shown, now, Some(&before), &mut product).await?;
                store::save(tx, &product).await?;
            }
            settle(tx, &mut shown, now, &before, &mut product).await?;
            if !product.has_details_of(&before) {
                store::details::save(tx, &product).await?;
            }
            stock::note_counts(tx, actor, now, "imported", &before.variants, &product).await?;
            for fact in facts {
                record(tx, actor, now, org, None, fact)?;
            }
            called.note(place, &product, listed);
            done.push(Ok(BatchDone::Changed(product.id)));
            if adds_only {
                known.insert(product.id, product); // Another row may add to another variant of it.
            }
        }
        if !new.is_empty() {
            let room = self.plans.room(tx, org, Limit::Products).await?;
            let (mut kept, mut hit) = (0_i64, None);
            new.retain(|_| match room.take(kept + 1) {
                Ok(()) => {
                    kept += 1;
                    true
                }
                Err(full) => {
                    hit = Some(full);
                    false
                }
            });
            if let Some(hit) = hit {
                let held: HashSet<_> = new.iter().map(|product| product.id).collect();
                for done in &mut done {
                    if matches!(done, Ok(BatchDone::Created(id)) if !held.contains(id)) {
                        *done = Err(Invalid::new(hit.to_string()));
                    }
                }
            }
        }
        store::batch::insert_many(tx, &new).await?;
        store::batch::note_many(tx, &new, Cause::of(actor, now, "imported")).await?;
        for product in new.iter_mut().filter(|product| product.has_locals()) {
            let bare = product.without_locals();
            settle(tx, &mut shown, now, &bare, product).await?;
        }
        for product in &new {
            record(tx, actor, now, org, None, Event::ProductCreated { product: product.id })?;
        }
        called.save(tx, org, &done).await?;
        Ok(done)
    }

    /// Takes products of a list off the sale in `tx`; how many were sold until now. One that a person took off stays theirs.
    ///
    /// # Errors
    /// [`CatalogError::Denied`]; the database does not answer.
    pub async fn hide_many(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        org: OrgId,
        mut ids: Vec<ProductId>,
    ) -> Result<usize, CatalogError> {
        actor.require(Permission::EditCatalog, org)?;
        let now = self.clock.now();
        ids.sort_unstable();
        let hidden = store::batch::hide_many(tx, org, &ids, HiddenBy::Import).await?;
        for product in &hidden {
            record(tx, actor, now, org, None, Event::ProductChanged { product: *product })?;
            record(tx, actor, now, org, None, Event::ProductHidden { product: *product })?;
        }
        Ok(hidden.len())
    }
}

/// How many pieces of the variants of a batch its lists do not know of: held ones, and what was sold and moved since they came.
async fn unsaid(
    tx: &mut Tx,
    items: &[BatchItem],
    known: &HashMap<ProductId, Product>,
) -> Result<Held, CatalogError> {
    let (mut counted, mut came) = (Vec::new(), BTreeMap::<DateTime<Utc>, Vec<ProductId>>::new());
    for item in items.iter().filter(|item| item.replace_stock) {
        let Some(product) = item.id.and_then(|id| known.get(&id)) else { continue };
        counted.extend(product.variants.iter().map(|one| one.id));
        if let Some(listed) = &item.listed {
            came.entry(listed.as_of).or_default().push(product.id);
        }
    }
    let mut unsaid = store::reservations::held_of(tx, &counted).await?;
    for (as_of, products) in came {
        for (variant, moved) in store::stock::moved_since(tx, &products, as_of).await? {
            let pieces: &mut i64 = unsaid.entry(variant).or_default();
            *pieces = pieces.saturating_sub(moved);
        }
    }
    Ok(unsaid)
}

/// What lists call variants that are there already.
type ListedNames = HashMap<String, HashMap<VariantId, BTreeSet<String>>>;

/// What the lists of a batch called the variants of its products until now, by their sources.
async fn listed_names(
    tx: &mut Tx,
    org: OrgId,
    items: &[BatchItem],
    known: &HashMap<ProductId, Product>,
) -> Result<ListedNames, CatalogError> {
    let mut of_sources = BTreeMap::<&str, Vec<ProductId>>::new();
    for item in items {
        let Some(listed) = item.listed.as_ref().filter(|one| one.variants.iter().any(|one| one.id.is_some()))
        else {
            continue;
        };
        let id = item.id.filter(|id| known.contains_key(id));
        of_sources.entry(&listed.source).or_default().extend(id);
    }
    let mut names = ListedNames::new();
    for (source, products) in of_sources {
        names.insert(source.to_owned(), store::listed::of_products(tx, org, source, &products).await?);
    }
    Ok(names)
}

/// What lists call the variants of a batch.
#[derive(Default)]
struct Called(Vec<(usize, ProductId, Vec<VariantId>, Listed)>);

impl Called {
    /// Keeps what the product at that place of the batch is called. Its variants stand in the order of the draft's.
    fn note(&mut self, place: usize, product: &Product, listed: Option<Listed>) {
        if let Some(listed) = listed {
            let variants = product.variants.iter().map(|variant| variant.id).collect();
            self.0.push((place, product.id, variants, listed));
        }
    }

    /// Writes it down of those that were taken. They say what their list says from now on.
    async fn save(
        self,
        tx: &mut Tx,
        org: OrgId,
        done: &[Result<BatchDone, Invalid>],
    ) -> Result<(), CatalogError> {
        let mut of_sources: HashMap<String, (Vec<ProductId>, Names)> = HashMap::new();
        for (place, product, variants, listed) in self.0 {
            if !matches!(done.get(place), Some(Ok(_))) {
                continue;
            }
            let (products, names) = of_sources.entry(listed.source).or_default();
            products.push(product);
            for (variant, said) in variants.into_iter().zip(listed.variants) {
                for name in said.names {
                    names.entry(name).or_default().insert((product, variant));
                }
            }
        }
        for (source, (products, names)) in of_sources {
            store::listed::save(tx, org, &source, &products, &names).await?;
            store::batch::forget_edits(tx, &products).await?;
        }
        Ok(())
    }
}

/// Whether the ids of platforms that a product of a batch brings are nobody else's, in the batch or in the catalogue.
async fn free(
    tx: &mut Tx,
    before: Option<&Product>,
    product: &Product,
    named: &mut HashSet<(String, String)>,
) -> Result<Result<(), Invalid>, CatalogError> {
    match details::check(tx, before, product).await {
        Err(error @ CatalogError::ExternalIdTaken(..)) => return Ok(Err(Invalid::new(error.to_string()))),
        checked => checked?,
    }
    for (platform, id, _) in product.external_ids() {
        if !named.insert((platform.to_owned(), id.to_owned())) {
            return Ok(Err(Invalid::new(format!("two products of the list are called {id} on {platform}"))));
        }
    }
    Ok(Ok(()))
}

/// A draft whose variants are nobody's yet.
fn strange(mut draft: ProductDraft) -> ProductDraft {
    for variant in &mut draft.variants {
        variant.id = None;
        variant.stock = variant.stock.map(|count| count.max(0));
    }
    draft
}

/// Whether the row at a place means a variant.
type Fits<'a> = dyn Fn(usize, &Variant) -> bool + 'a;

/// Which of the `present` variants each row means. `is_called` says whether the list called one so until now.
fn found<'a>(
    present: &'a [Variant],
    rows: &[VariantDraft],
    is_whole: bool,
    is_called: &Fits<'_>,
) -> Vec<Option<&'a Variant>> {
    let is_alone = present.len() == 1 && rows.len() == 1 && is_whole;
    let mut found: Vec<Option<&Variant>> = vec![None; rows.len()];
    let mut taken = HashSet::new();
    // All by their ids first, ours and the list's, then by their numbers, then by their names: no row takes what is another's by
    // more.
    let passes: [&Fits<'_>; 5] = [
        &|n, variant| Some(variant.id) == rows[n].id,
        is_called,
        &|n, variant| rows[n].sku.as_ref() == Some(&variant.sku),
        &|n, variant| rows[n].title.trim() == variant.title,
        &|_, _| is_alone,
    ];
    for fits in passes {
        for (n, found) in found.iter_mut().enumerate().filter(|(_, found)| found.is_none()) {
            *found = present.iter().find(|variant| !taken.contains(&variant.id) && fits(n, variant));
            taken.extend(found.map(|variant| variant.id));
        }
    }
    found
}

/// Adds what a list says in other languages and of other prices to a product, and nothing else of it.
fn add_only(product: &mut Product, item: BatchItem) -> Result<Vec<Event>, CatalogError> {
    let found = found(&product.variants, &item.draft.variants, item.is_whole, &|_, _| false);
    let places: Vec<_> = found
        .iter()
        .map(|found| product.variants.iter().position(|one| Some(one.id) == found.map(|known| known.id)))
        .collect();
    if places.iter().all(Option::is_none) && item.prices.iter().any(|prices| !prices.is_empty()) {
        return Err(Invalid::new("the product has no variant of that `sku` or name").into());
    }
    let mut prices = vec![Vec::new(); product.variants.len()];
    for (place, added) in places.iter().zip(item.prices) {
        if let Some(place) = place {
            prices[*place] = added;
        }
    }
    product.add_locals(item.texts, prices)?;
    Ok(vec![Event::ProductChanged { product: product.id }])
}

/// Which of the `present` variants each row of an item means.
fn meant<'a>(present: &'a [Variant], item: &BatchItem, names: &ListedNames) -> Vec<Option<&'a Variant>> {
    let is_called = |n: usize, variant: &Variant| {
        let listed = item.listed.as_ref();
        let id = listed.and_then(|listed| listed.variants.get(n)?.id.as_ref());
        let names = listed.and_then(|listed| names.get(&listed.source)?.get(&variant.id));
        id.zip(names).is_some_and(|(id, names)| names.contains(id))
    };
    found(present, &item.draft.variants, item.is_whole, &is_called)
}

/// The change that makes a product with `present` variants like the item. What it counts below nothing is added to what is `held`.
fn patch(present: &[Variant], item: BatchItem, names: &ListedNames, held: &mut Held) -> ProductPatch {
    let found = meant(present, &item, names);
    let said = item.listed.map(|listed| listed.variants).unwrap_or_default();
    let mut variants = item.draft.variants;
    for (n, (draft, before)) in variants.iter_mut().zip(&found).enumerate() {
        draft.id = before.map(|one| one.id);
        if let Some(before) = before {
            // Without a number of its own it keeps the one that it has.
            draft.sku.get_or_insert_with(|| before.sku.clone());
            if !item.replace_stock {
                draft.stock = None;
            }
            // What is counted here stays counted.
            match said.get(n).map(|said| said.pieces) {
                Some(Pieces::Untold) => draft.sell_when_empty = None,
                Some(Pieces::Available) if before.balance() > 0 => draft.sell_when_empty = None,
                _ => {}
            }
            if let Some(owed) = draft.stock.filter(|count| *count < 0) {
                *held.entry(before.id).or_default() -= owed;
            }
        }
        draft.stock = draft.stock.map(|count| count.max(0));
    }
    if !item.is_whole {
        let taken: HashSet<_> = found.iter().flatten().map(|variant| variant.id).collect();
        let missing = present.iter().filter(|variant| !taken.contains(&variant.id));
        variants.extend(missing.map(|variant| VariantDraft {
            id: Some(variant.id),
            title: variant.title.clone(),
            sku: Some(variant.sku.clone()),
            price_minor: Some(variant.price_minor),
            ..VariantDraft::default()
        }));
    }
    ProductPatch {
        title: Some(item.draft.title),
        description: Some(item.draft.description),
        url: Some(item.draft.url),
        currency: Some(item.draft.currency),
        price_minor: None,
        compare_at_minor: Some(item.draft.compare_at_minor),
        stock: None,
        variants: Some(variants),
        options: Some(item.draft.options).filter(|names| !names.is_empty()),
        tags: Some(item.draft.tags).filter(|tags| !tags.is_empty() || item.has_no_tags),
        pictures: None,
        on_sale: None,
    }
}
