//! Rows to products: what stands on one row, and what several rows in a sequence say of one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use vitrine_protocol::{Currency, ProductId, VariantId};

use super::added::added;
use super::apart::{Apart, Next, Part, hash_of};
use super::count::yes_or_no;
use super::field::OPTIONS;
use super::local::texts;
use super::marks::add_currency;
use super::pictures::{IncomingPicture, pictures};
use super::variant::Taken;
use super::words::{page_in, plain, without_tags};
use super::{Field, FileError, NOBODY, Options, Row, RowError, Rows};
use crate::catalog::{Language, MarketPriceDraft, Pieces, ProductTextDraft, fitting_tags};

/// Rows of one product that are kept; more than a product takes, and room for what our export says in other languages.
pub(super) const MOST_ROWS: usize = 125;
/// The most products of a file. What was seen of each stays in memory, 16 bytes or so.
pub(super) const MOST_PRODUCTS: usize = 1_000_000;
/// Characters that the catalogue takes: of a title and of a page's address.
const TITLE: usize = 200;
const LINK: usize = 2_048;
/// Characters of a description that are kept.
const DESCRIPTION: usize = 5_000;

/// A product as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its first line.
    pub line: u64,
    /// The list's name for it.
    pub external_id: String,
    /// Ours, as an export has it.
    pub vitrine_id: Option<ProductId>,
    /// Its name.
    pub title: String,
    /// In words.
    pub description: String,
    /// Its page.
    pub url: String,
    /// Of every price.
    pub currency: Currency,
    /// The price before.
    pub compare_at_minor: Option<i64>,
    /// The names of options, in the order of their columns.
    pub options: Vec<String>,
    /// What it is found by, where the list says that: nothing is something that it can say.
    pub tags: Option<Vec<String>>,
    /// Where its pictures are, where the list says that.
    pub pictures: Option<Vec<IncomingPicture>>,
    /// In the order of their rows.
    pub variants: Vec<IncomingVariant>,
    /// What it is called in other languages.
    pub texts: Vec<(Language, ProductTextDraft)>,
    /// Whether every row of it could be read: what is missing from one that is not says nothing.
    pub is_whole: bool,
}

/// A variant as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingVariant {
    /// Ours, as an export has it.
    pub vitrine_id: Option<VariantId>,
    /// Its name.
    pub title: String,
    /// The shop's number.
    pub sku: Option<String>,
    /// The list's own name for it, where that is not its number.
    pub name: Option<String>,
    /// Its price.
    pub price_minor: i64,
    /// How many there are, where the list says so; below nothing only where our own export does.
    pub stock: Option<i64>,
    /// Whether it is sold when none is left, where the list says so.
    pub sell_when_empty: Option<bool>,
    /// How the list says how many there are.
    pub pieces: Pieces,
    /// What it cost before, where variants differ in that.
    pub compare_at_minor: Option<Option<i64>>,
    /// What tells it apart; empty where the list does not say it of all of them.
    pub options: BTreeMap<String, String>,
    /// What platforms call it.
    pub external_ids: BTreeMap<String, String>,
    /// What it costs in other currencies and in single countries.
    pub prices: Vec<MarketPriceDraft>,
}

/// What rows of one product came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It can be taken.
    Product(Box<Incoming>),
    /// The list says that it is not sold; our own id of it, where an export has that.
    NotSold(Option<ProductId>),
    /// Nothing of it can be taken.
    Bad,
}

/// A product of the list and what is wrong with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many rows it has.
    pub rows: u64,
    /// What they came to.
    pub found: Found,
    /// What is wrong with some of them.
    pub errors: Vec<RowError>,
    /// The list's name for it; None when no row says it.
    pub name: Option<String>,
    /// Rows of which it cannot be told whose they are.
    pub unnamed: u64,
}

impl Incoming {
    /// How many bytes it holds, roughly.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.external_id, &self.title, &self.description, &self.url];
        let variants = self.variants.iter().map(|variant| {
            let pairs = variant.options.iter().chain(&variant.external_ids);
            let pairs: usize = pairs.map(|(name, value)| name.len() + value.len()).sum();
            let names = [&variant.sku, &variant.name].into_iter().flatten().map(String::len).sum::<usize>();
            let prices = size_of_val(variant.prices.as_slice());
            prices + size_of_val(variant) + variant.title.len() + names + pairs
        });
        let words: usize = self.tags.iter().flatten().chain(&self.options).map(String::len).sum();
        let pictures = self.pictures.iter().flatten();
        let pictures: usize =
            pictures.map(|one| one.address.len() + one.alt.as_ref().map_or(0, String::len)).sum();
        let locals =
            self.texts.iter().map(|(_, text)| size_of_val(text) + text.title.len() + text.description.len());
        size_of_val(self)
            + words
            + pictures
            + locals.sum::<usize>()
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + variants.sum::<usize>()
    }

    /// The same for the same content, with what is in stock or without.
    pub fn digest(&self, with_stock: bool) -> String {
        let mut hash = Sha256::new();
        let mut say = |text: &str| {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        };
        for text in [&self.title, &self.description, &self.url] {
            say(text);
        }
        say(self.currency.as_str());
        say(&format!("{:?}", self.compare_at_minor));
        for variant in &self.variants {
            say(&variant.title);
            say(variant.sku.as_deref().unwrap_or_default());
            let stock = variant.stock.filter(|_| with_stock);
            say(&format!("{} {stock:?} {:?}", variant.price_minor, variant.vitrine_id));
            // Only where they are: the same list as before they were read stays the same.
            for (name, value) in variant.options.iter().chain(&variant.external_ids) {
                say(&format!("{name}={value}"));
            }
            if let Some(name) = &variant.name {
                say(&format!("called {name}"));
            }
            if let Some(sells) = variant.sell_when_empty {
                say(if sells { "sells when empty" } else { "does not sell when empty" });
            }
            if let Some(before) = variant.compare_at_minor {
                say(&format!("before {before:?}"));
            }
            for price in &variant.prices {
                say(&format!("price {price:?}"));
            }
        }
        for (language, text) in &self.texts {
            say(&format!("text {language}"));
            say(&text.title);
            say(&text.description);
        }
        for word in self.options.iter().chain(self.tags.iter().flatten()) {
            say(word);
        }
        if self.tags.as_ref().is_some_and(Vec::is_empty) {
            say("no tags");
        }
        // The same rows say more once all can be read: then what is not among them is gone.
        if !self.is_whole {
            say("not whole");
        }
        hex::encode(&hash.finalize()[..16])
    }
}

/// A row with what it belongs to, or why it belongs to nothing.
type Keyed = Result<(String, Row), RowError>;

/// Products of a list, in its order.
pub(super) struct Products {
    rows: Box<dyn Rows>,
    apart: Apart,
    options: Options,
    /// Of prices that name none in a list that names none.
    own: Option<Currency>,
    now: DateTime<Utc>,
    seen: HashSet<u64>,
    /// The first row of the product after this one.
    next: Option<(String, Row)>,
    done: bool,
}

impl Products {
    pub(super) fn new(
        rows: Box<dyn Rows>,
        apart: Apart,
        (options, own): (Options, Option<Currency>),
        now: DateTime<Utc>,
    ) -> Self {
        Self { rows, apart, options, own, now, seen: HashSet::new(), next: None, done: false }
    }

    /// The next row that belongs to some product, or why one belongs to none.
    fn keyed(&mut self) -> Result<Option<Keyed>, FileError> {
        if let Some(kept) = self.next.take() {
            return Ok(Some(Ok(kept)));
        }
        let (marks, own) = (self.apart.marks, self.own);
        Ok(self.rows.next_row()?.map(|row| {
            let mut row = row?;
            marks.settle(&mut row);
            if let Some(own) = own {
                add_currency(&mut row, own);
            }
            Ok((key(&row)?, row))
        }))
    }

    /// Reads the other rows of a group whose first is in `part`.
    fn rest_of(&mut self, group: &str, part: &mut Part) -> Result<(), FileError> {
        while part.errors.len() < MOST_ROWS {
            match self.keyed()? {
                None => break,
                Some(Ok((key, row))) if key == group => {
                    if part.rows.len() < MOST_ROWS {
                        part.rows.push(row);
                    }
                }
                Some(Ok(other)) => {
                    self.next = Some(other);
                    break;
                }
                // It may be one of this product's or not: it is told here, and nothing else is lost.
                Some(Err(error)) => part.errors.push(error),
            }
            part.count += 1;
        }
        Ok(())
    }

    fn outcome(&mut self) -> Result<Option<Outcome>, FileError> {
        let bad = |error| Outcome { rows: 1, found: Found::Bad, errors: vec![error], name: None, unnamed: 1 };
        loop {
            let (key, first) = match self.keyed()? {
                None => {
                    return Ok(self.apart.rest().map(|(key, part)| self.settle(key, part, false, None)));
                }
                Some(Err(error)) => return Ok(Some(bad(error))),
                Some(Ok(keyed)) => keyed,
            };
            let is_grouped = is_grouped(&first);
            let mut part = Part { rows: vec![first], count: 1, errors: Vec::new() };
            // What is in no group is one row.
            if is_grouped {
                self.rest_of(&key, &mut part)?;
            }
            let is_again = self.seen.contains(&hash_of(&key));
            let (part, is_whole, refusal) = match self.apart.add(&key, part) {
                Next::Wait => continue,
                Next::Whole(part) | Next::OneOfSeveral(part) if is_again => {
                    let sentence = format!("`{key}` was in the list before");
                    (part, false, Some(sentence))
                }
                Next::Whole(part) => (part, true, None),
                Next::OneOfSeveral(part) => (part, false, None),
                Next::TooFar(part) => {
                    let sentence = format!(
                        "too many products are in several places of the list, `{key}` too: let rows of one product stand one \
                         after the other"
                    );
                    (part, false, Some(sentence))
                }
            };
            let outcome = self.settle(key, part, is_whole, refusal);
            if self.seen.len() > MOST_PRODUCTS {
                return Err(FileError("a list takes at most 1,000,000 products".into()));
            }
            return Ok(Some(outcome));
        }
    }

    /// What rows of a product come to. When they are not all, they say nothing of what is not among them.
    fn settle(&mut self, key: String, part: Part, is_whole: bool, refusal: Option<String>) -> Outcome {
        let Part { rows, count, mut errors } = part;
        let (name, unnamed) = (Some(key.clone()), errors.len() as u64);
        self.seen.insert(hash_of(&key));
        let mut found = match refusal {
            Some(sentence) => {
                errors.push(rows[0].error(Some(Field::Id), sentence));
                Found::Bad
            }
            None if self.options.adds_to.is_some() => added(key, &rows, &self.options, self.now, &mut errors),
            None => product(key, &rows, (&self.options, self.apart.counts), self.now, &mut errors),
        };
        if let Found::Product(product) = &mut found {
            product.is_whole &= is_whole;
        }
        errors.sort_by_key(|error| error.line);
        Outcome { rows: count, found, errors, name, unnamed }
    }
}

impl Iterator for Products {
    type Item = Result<Outcome, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.outcome().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Whether other rows may be of the same product.
pub(super) fn is_grouped(row: &Row) -> bool {
    [Field::Group, Field::VitrineId].into_iter().any(|field| row.get(field).is_some())
}

/// Which product a row belongs to: ours, its group, itself, or the shop's number.
pub(super) fn key(row: &Row) -> Result<String, RowError> {
    let key =
        [Field::VitrineId, Field::Group, Field::Id, Field::Sku].into_iter().find_map(|field| row.get(field));
    match key {
        None => Err(row.error(Some(Field::Id), "the product has no `id`, `handle` or `sku`")),
        Some(key) if key.chars().count() > 200 => {
            Err(row.error(Some(Field::Id), "`id` takes 1 to 200 characters"))
        }
        Some(key) if key.contains(|c: char| c.is_control()) => {
            Err(row.error(Some(Field::Id), "`id` holds a control character"))
        }
        Some(key) => Ok(key.to_owned()),
    }
}

fn product(
    key: String,
    rows: &[Row],
    (options, counts): (&Options, bool),
    now: DateTime<Utc>,
    errors: &mut Vec<RowError>,
) -> Found {
    let said = |field| rows.iter().find_map(|row| row.get(field));
    let vitrine_id = said(Field::VitrineId).and_then(|id| id.parse().ok());
    let is_off = said(Field::Status).is_some_and(|status| {
        ["draft", "archived", "inactive", "unlisted"].contains(&status.to_lowercase().as_str())
    });
    if is_off || said(Field::Published).and_then(yes_or_no) == Some(false) {
        return Found::NotSold(vitrine_id);
    }
    let refuse = |errors: &mut Vec<RowError>, field, sentence: &str| {
        errors.push(rows[0].error(Some(field), sentence));
        Found::Bad
    };
    // Our own export says what stands here; others say it in HTML, or not.
    let is_ours = said(Field::VitrineId).is_some();
    let text_of = |text| if is_ours { Cow::Borrowed(text) } else { plain(text) };
    let title = text_of(said(Field::Title).unwrap_or_default()).replace('\n', " ");
    if title.trim().is_empty() {
        return refuse(errors, Field::Title, "`title` is missing");
    }
    if title.chars().count() > TITLE {
        return refuse(errors, Field::Title, "`title` takes 1 to 200 characters");
    }
    let url = match (said(Field::Link), &options.shop_url) {
        (Some(url), _) => url.to_owned(),
        (None, Some(shop)) => page_in(shop, &key),
        (None, None) => {
            let sentence = "`link` is missing; give it, or import with a `shop_url`, below which products have their pages";
            return refuse(errors, Field::Link, sentence);
        }
    };
    if url.chars().count() > LINK {
        return refuse(errors, Field::Link, "`link` takes at most 2048 characters");
    }
    let description = match (said(Field::Description), said(Field::DescriptionHtml)) {
        (Some(text), _) => text_of(text).into_owned(),
        (None, Some(html)) => without_tags(html),
        (None, None) => String::new(),
    };
    let names: Vec<String> = (0..OPTIONS)
        .map(|n| match said(Field::OptionName(n)) {
            Some(name) => name.to_owned(),
            None => Field::option_name(n),
        })
        .collect();
    let said_tags = rows.iter().filter_map(|row| row.get(Field::Tags));
    let tags = said_tags.clone().find(|words| *words != NOBODY).or_else(|| said_tags.clone().next());
    let tags = tags.map(|words| fitting_tags(words.split(',').filter(|word| *word != NOBODY)));
    let tags_lost = tags.as_ref().map_or(0, |(_, lost)| *lost);
    let mut taken = Taken::new(names, counts);
    for row in rows {
        // Rows that only add a picture.
        let more = |field: &Field| row.get(*field).is_some();
        let says_nothing = rows.len() > 1 && ![Field::Price, Field::Sku, Field::Id].iter().any(more);
        if says_nothing && (0..OPTIONS).all(|n| row.get(Field::Option(n)).is_none()) {
            continue;
        }
        if let Err(error) = taken.take(row, rows.len() > 1, options, now) {
            errors.push(error);
        }
    }
    let Some(currency) = taken.currency else {
        if errors.is_empty() {
            errors.push(rows[0].error(Some(Field::Price), "`price` is missing"));
        }
        return Found::Bad;
    };
    let options = taken.settle_options();
    let compare_at_minor = taken.settle_compare();
    // What only serves to find a product is cut and told; the rest of it is taken.
    let is_whole = errors.is_empty();
    errors.append(&mut taken.told);
    let texts = texts(rows, errors);
    for (field, lost, takes) in [
        (Field::Tags, tags_lost, "a product takes 50 of at most 50 characters each"),
        (
            Field::ExternalIds,
            taken.ids_lost,
            "a variant takes 8, of platforms in letters, digits and `.`, `_`, `:`, `-`",
        ),
    ] {
        if lost > 0 {
            let sentence = format!("{lost} of `{}` are left out or cut: {takes}", field.word());
            errors.push(rows[0].error(Some(field), sentence));
        }
    }
    let pictures = pictures(rows, errors);
    Found::Product(Box::new(Incoming {
        line: rows[0].line,
        external_id: key,
        vitrine_id,
        title,
        description: description.chars().take(DESCRIPTION).collect(),
        url,
        currency,
        compare_at_minor,
        is_whole,
        options,
        tags: tags.map(|(tags, _)| tags),
        pictures,
        texts,
        variants: taken.variants,
    }))
}
