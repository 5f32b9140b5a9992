//! The catalogue as a list that an import takes again, a row at a time: no piece of it is ever in memory whole.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use csv::Writer;
use futures_util::stream::{self, Stream};
use serde_json::json;
use vitrine_protocol::{OrgId, ProductId, VariantId};

use super::guard::guarded;
use super::parse::{Place, column, place_word, written};
use super::{Format, Imports, ImportsError};
use crate::base::Actor;
use crate::catalog::{Catalog, CatalogError, Language, Picture, Product, Variant};

/// Products that are read at once: the largest are a hundred kilobytes each.
const PAGE: i64 = 20;
/// A piece of the answer is sent when it has so many bytes: it has no more than a row above, in JSON a product.
const PIECE: usize = 64 * 1024;

/// Bytes of texts in other languages after which a row takes no more: it is to be read again, whatever else it holds.
const TEXTS_OF_A_ROW: usize = 4 * 1024;

/// How many options a list has columns for, as many as a product takes.
const OPTIONS: usize = 5;

const COLUMNS: [&str; 28] = [
    "vitrine_id",
    "vitrine_variant_id",
    "title",
    "description",
    "link",
    "currency",
    "price",
    "compare_at_price",
    "variant_title",
    "sku",
    "quantity",
    "sell_when_empty",
    "status",
    "tags",
    "image_link",
    "additional_image_link",
    "image_alt_text",
    "external_ids",
    "option1_name",
    "option1_value",
    "option2_name",
    "option2_value",
    "option3_name",
    "option3_value",
    "option4_name",
    "option4_value",
    "option5_name",
    "option5_value",
];

impl Imports {
    /// Every product, newest first, as CSV or JSON.
    ///
    /// # Errors
    /// [`ImportsError::Catalog`]: the caller may not, or the database does not answer. Later it ends the stream.
    pub async fn export(
        &self,
        actor: &Actor,
        org: OrgId,
        format: Format,
    ) -> Result<impl Stream<Item = Result<Bytes, CatalogError>> + Send + use<>, ImportsError> {
        let (languages, places) = self.catalog.locals(actor, org).await?;
        let mut export = Export {
            catalog: self.catalog.clone(),
            actor: actor.clone(),
            org,
            format,
            products: VecDeque::new(),
            row: 0,
            shelf: HashMap::new(),
            languages,
            places,
            texts: 0,
            after: None,
            is_begun: false,
            is_read: false,
            is_done: false,
        };
        export.read().await?;
        Ok(stream::try_unfold(export, |mut export| async move {
            Ok(export.piece().await?.map(|piece| (piece, export)))
        }))
    }
}

/// How far an export is.
struct Export {
    catalog: Catalog,
    actor: Actor,
    org: OrgId,
    format: Format,
    /// What was read and is not written, and how many rows of the first are.
    products: VecDeque<Product>,
    row: usize,
    /// What is counted of each variant, held pieces and what is owed included.
    shelf: HashMap<VariantId, i64>,
    /// What a table has columns for, and in how many of the languages the first product was written.
    languages: Vec<Language>,
    places: Vec<Place>,
    texts: usize,
    after: Option<ProductId>,
    is_begun: bool,
    is_read: bool,
    is_done: bool,
}

impl Export {
    async fn read(&mut self) -> Result<(), CatalogError> {
        let (page, shelf) = self.catalog.products_on_shelf(&self.actor, self.org, self.after, PAGE).await?;
        self.shelf = shelf;
        self.after = page.next.as_deref().and_then(|id| id.parse().ok());
        self.is_read = self.after.is_none();
        self.products = page.items.into();
        Ok(())
    }

    /// Where the pictures of a product are served, the first one first.
    fn addresses(&self, product: &Product) -> Vec<String> {
        let address = |one: &Picture| self.catalog.media_url(self.org, one.largest());
        product.pictures.iter().map(address).collect()
    }

    /// The next piece; None at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>, CatalogError> {
        if self.is_done {
            return Ok(None);
        }
        let is_json = self.format == Format::Json;
        let mut piece = Vec::with_capacity(PIECE);
        if !self.is_begun && !is_json {
            record(&mut piece, self.columns().iter().map(|name| &**name));
        }
        while piece.len() < PIECE {
            if self.products.is_empty() && !self.is_read {
                self.read().await?;
            }
            let Some(product) = self.products.front() else {
                if is_json {
                    piece.extend_from_slice(if self.is_begun { b"\n]\n" } else { b"[\n]\n" });
                }
                self.is_done = true;
                break;
            };
            if is_json {
                piece.extend_from_slice(if self.is_begun { b",\n" } else { b"[\n" });
                let pictures = self.addresses(product);
                piece.extend_from_slice(json_of(product, &self.shelf, pictures).as_bytes());
                self.row = product.variants.len();
            } else if let Some(variant) = product.variants.get(self.row) {
                let (texts, cells) = texts(&self.languages, product, self.texts);
                let prices = prices(&self.places, variant);
                let pictures = if self.row == 0 { self.addresses(product) } else { Vec::new() };
                csv_of(
                    &mut piece,
                    product,
                    variant,
                    &self.shelf,
                    (self.row == 0, pictures),
                    cells.into_iter().chain(prices),
                );
                (self.row, self.texts) = (self.row + 1, texts);
            } else {
                // What found no room on the rows of its variants.
                let (texts, cells) = texts(&self.languages, product, self.texts);
                let id = product.id.to_string();
                let none = || std::iter::repeat_n("", COLUMNS.len() - 1);
                let rest = std::iter::repeat_n("", 2 * self.places.len());
                record(
                    &mut piece,
                    [&*id].into_iter().chain(none()).chain(cells.iter().map(|text| &**text)).chain(rest),
                );
                self.texts = texts;
            }
            self.is_begun = true;
            let is_told = is_json || self.texts >= self.languages.len();
            if self.row >= product.variants.len() && is_told {
                self.products.pop_front();
                (self.row, self.texts) = (0, 0);
            }
        }
        Ok(Some(piece.into()))
    }
}

impl Export {
    /// What the table's columns are called.
    fn columns(&self) -> Vec<String> {
        let texts =
            self.languages.iter().flat_map(|one| ["title", "description"].map(|word| column(word, one)));
        let prices = self
            .places
            .iter()
            .flat_map(|place| ["price", "compare_at_price"].map(|word| column(word, place_word(*place))));
        COLUMNS.iter().map(|name| (*name).to_owned()).chain(texts).chain(prices).collect()
    }
}

/// The cells of a row in other languages, those from `from` on as far as the row has room; and which is the next.
fn texts(languages: &[Language], product: &Product, from: usize) -> (usize, Vec<String>) {
    let (mut bytes, mut next, mut cells) = (0, from, vec![String::new(); from * 2]);
    while let Some(language) = languages.get(next).filter(|_| bytes < TEXTS_OF_A_ROW) {
        let pair = product.texts.get(language).map(|text| [guarded(&text.title), guarded(&text.description)]);
        for cell in pair.unwrap_or_default() {
            bytes += cell.len();
            cells.push(cell.into_owned());
        }
        next += 1;
    }
    cells.resize(languages.len() * 2, String::new());
    (next, cells)
}

/// The cells of a variant's prices in other currencies and markets.
fn prices(places: &[Place], variant: &Variant) -> impl Iterator<Item = String> {
    places.iter().flat_map(|place| {
        let price = variant.prices.iter().find(|price| (price.currency, price.market) == *place);
        let money = |minor: Option<i64>| minor.map(|minor| written(minor, place.0)).unwrap_or_default();
        [money(price.map(|price| price.price_minor)), money(price.and_then(|price| price.compare_at_minor))]
    })
}

fn record<'a>(piece: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) {
    // Writing into memory does not fail.
    let mut table = Writer::from_writer(piece);
    drop(table.write_record(cells));
    drop(table.flush());
}

fn status(product: &Product) -> &'static str {
    if product.hidden.is_none() { "active" } else { "archived" }
}

fn count(variant: &Variant, shelf: &HashMap<VariantId, i64>) -> i64 {
    shelf.get(&variant.id).copied().unwrap_or_else(|| variant.balance())
}

/// What is long stands on a product's first row.
fn csv_of(
    piece: &mut Vec<u8>,
    product: &Product,
    variant: &Variant,
    shelf: &HashMap<VariantId, i64>,
    (is_first, mut pictures): (bool, Vec<String>),
    locals: impl Iterator<Item = String>,
) {
    let before =
        product.compare_at(variant).map(|minor| written(minor, product.currency)).unwrap_or_default();
    let main = if pictures.is_empty() { String::new() } else { pictures.remove(0) };
    let alt = product.image().map(|main| main.alt.as_str()).unwrap_or_default();
    let once = |text| if is_first { guarded(text) } else { "".into() };
    let options = options(product, variant);
    let pairs = (0..OPTIONS).flat_map(|n| match options.get(n) {
        Some((name, value)) => [guarded(name), guarded(value)],
        None => ["".into(), "".into()],
    });
    let pairs: Vec<_> = pairs.chain(locals.map(Into::into)).collect();
    record(
        piece,
        [
            product.id.to_string().as_str(),
            &variant.id.to_string(),
            &once(&product.title),
            &once(&product.description),
            &once(&product.url),
            product.currency.as_str(),
            &written(variant.price_minor, product.currency),
            &before,
            &guarded(&variant.title),
            &guarded(&variant.sku),
            &count(variant, shelf).to_string(),
            if variant.sell_when_empty { "true" } else { "false" },
            status(product),
            &guarded(&if is_first { product.tags.join(",") } else { String::new() }),
            &main,
            &pictures.join(","),
            &once(alt),
            &guarded(&external_ids(variant)),
        ]
        .into_iter()
        .chain(pairs.iter().map(|text| &**text)),
    );
}

/// A variant's options in the order of their names.
fn options<'a>(product: &'a Product, variant: &'a Variant) -> Vec<(&'a str, &'a str)> {
    let pair = |name: &'a String| Some((name.as_str(), variant.options.get(name)?.as_str()));
    product.options.iter().filter_map(pair).take(OPTIONS).collect()
}

/// `shopify=123; woocommerce=9`.
fn external_ids(variant: &Variant) -> String {
    let pairs = variant.external_ids.iter().map(|(platform, id)| format!("{platform}={id}"));
    pairs.collect::<Vec<_>>().join("; ")
}

fn json_of(product: &Product, shelf: &HashMap<VariantId, i64>, mut pictures: Vec<String>) -> String {
    let main = if pictures.is_empty() { None } else { Some(pictures.remove(0)) };
    let variants: Vec<_> = product
        .variants
        .iter()
        .map(|variant| {
            let mut row = json!({
                "vitrine_variant_id": variant.id, "title": variant.title, "sku": variant.sku,
                "price": written(variant.price_minor, product.currency), "quantity": count(variant, shelf),
                "sell_when_empty": variant.sell_when_empty, "external_ids": external_ids(variant),
                "compare_at_price": product.compare_at(variant).map(|minor| written(minor, product.currency)),
            });
            for (n, (name, value)) in (1..).zip(options(product, variant)) {
                row[format!("option{n}_name")] = name.into();
                row[format!("option{n}_value")] = value.into();
            }
            for price in &variant.prices {
                let place = (price.currency, price.market);
                row[column("price", place_word(place))] = written(price.price_minor, price.currency).into();
                if let Some(before) = price.compare_at_minor {
                    row[column("compare_at_price", place_word(place))] =
                        written(before, price.currency).into();
                }
            }
            row
        })
        .collect();
    let mut whole = json!({
        "vitrine_id": product.id, "title": product.title, "description": product.description,
        "link": product.url, "currency": product.currency, "status": status(product),
        "tags": product.tags, "image_link": main, "additional_image_link": pictures,
        "image_alt_text": product.image().map(|main| &main.alt), "variants": variants,
    });
    for (language, text) in &product.texts {
        whole[column("title", language)] = text.title.as_str().into();
        whole[column("description", language)] = text.description.as_str().into();
    }
    whole.to_string()
}
