//! Imports and how lists are to be read. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{Currency, ImportId, OrgId};

use crate::base::{Invalid, check_text, trimmed};
use crate::catalog::{Language, Market};

/// What a list is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table, its columns set apart by commas, semicolons or tabs.
    Csv,
    /// RSS 2.0 or Atom with Google Merchant's elements.
    Xml,
    /// A list of products, or a product on each line.
    Json,
    /// A word of a later version.
    #[serde(skip_deserializing)]
    Unknown,
}

/// What is done with numbers of pieces that a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockRule {
    /// They count for what is new; what is there keeps its own.
    #[default]
    Keep,
    /// They count for everything, each time, with what was sold and moved since the list came, and less what is held.
    Replace,
    /// They count for nothing: so it is for a list that only adds to products, whatever it says here.
    Ignore,
}

/// What becomes of products of the source that a list leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRule {
    /// They stay as they are: the list may hold a part of the catalogue.
    Keep,
    /// They leave the sale: the list is whole. When more than 30 % are missing at once, they stay until somebody confirms it.
    Hide,
}

/// How a list is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Options {
    /// Of prices without one (ISO 4217); the organisation's own when not said.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// The shop's address: products without a page of their own have theirs below it, at `/products/` and their handle.
    #[serde(default)]
    pub shop_url: Option<String>,
    /// What is done with numbers of pieces.
    #[serde(default)]
    pub stock: StockRule,
    /// What becomes of products that the list leaves out: `keep` when not said; an address that is set without it
    /// keeps what it had, and a new one has `hide`.
    #[serde(default)]
    pub missing: Option<MissingRule>,
    /// The source whose products the list adds to: words in `language`, prices in their currency and for `market`. It makes no
    /// product and changes nothing else. `main` when not said, where `language` or `market` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds_to: Option<String>,
    /// Of a list that adds: what its titles and descriptions are in (BCP 47); without it they are not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Of a list that adds: the country that its prices are for (ISO 3166-1 alpha-2); everywhere without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<Market>,
}

impl Options {
    /// Whether the list is all that its source sells.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing == Some(MissingRule::Hide)
    }
}

/// What is to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// Whose names for products the list has: each source has its own.
    pub source: String,
    /// What it is written as.
    pub format: Format,
    /// How it is read.
    pub options: Options,
}

/// Where lists are to be fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct NewImportAddress {
    /// An http or https address of the public internet, without name and password.
    pub address: String,
    /// What is there is written as.
    pub format: Format,
    /// How it is read.
    #[serde(default)]
    pub options: Options,
    /// How often it is fetched: every 15 to 43,200 minutes.
    pub every_minutes: u32,
}

/// Where lists of a source are fetched from, again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportAddress {
    /// Whose it is.
    #[serde(skip)]
    pub org: OrgId,
    /// Whose names for products the list has.
    pub source: String,
    /// The address.
    pub address: String,
    /// What is there is written as.
    pub format: Format,
    /// How it is read.
    pub options: Options,
    /// How often it is fetched, in minutes.
    pub every_minutes: u32,
    /// When it is fetched next.
    pub next_at: DateTime<Utc>,
    /// Whether this version knows all that is said of it.
    #[serde(skip)]
    pub is_readable: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It will be begun, or gone on with when others have had their turn.
    Waiting,
    /// It is being taken in.
    Running,
    /// It was read to its end.
    Done,
    /// It was given up; what was taken before stays.
    Failed,
    /// A word of a later version.
    #[serde(skip_deserializing)]
    Unknown,
}

/// What the rows of a list came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Counts {
    /// Rows, items or objects that were read.
    pub rows: u64,
    /// Products that were made.
    pub created: u64,
    /// Products that were changed.
    pub changed: u64,
    /// Products that were like that already.
    pub unchanged: u64,
    /// Products that the list says are drafts or archived; those of them that were sold here left the sale.
    pub not_sold: u64,
    /// Products that left the sale, because the list says so or leaves them out.
    pub hidden: u64,
    /// Products that the list leaves out and that stay on sale until somebody confirms it.
    pub missing: u64,
    /// Products with variants of which the list says neither how many there are nor that they are sold without a count: new ones
    /// are sold out until somebody counts them.
    pub uncounted: u64,
    /// Products with variants of which the list says that there are some, not how many, or that are in a list that says nothing of
    /// pieces at all: new ones are sold without a count.
    pub untracked: u64,
    /// Products that somebody has changed here since their list was taken in, and of which it says the same as then: they stay as
    /// they were changed.
    pub edited: u64,
    /// Rows of which it cannot be told what they are about.
    pub unnamed: u64,
    /// Products of which nothing could be taken.
    pub failed: u64,
    /// What is wrong with rows, in all; the first thousand are kept.
    pub problems: u64,
}

/// Something of an import that somebody should know though nothing is wrong with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportNote {
    /// What it is about: `uncounted`, `untracked`, `edited`, or what a later version knows.
    pub kind: &'static str,
    /// Of how many products.
    pub products: u64,
    /// What it means, and what to do.
    pub sentence: String,
}

/// How far the pictures of an import are, which are fetched after its rows were taken in. Those that a later list says count there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PictureCounts {
    /// Products whose pictures are still to be fetched, or asked for again: `problems` says why.
    pub waiting: i64,
    /// Pictures that products have now.
    pub taken: i64,
    /// Pictures that could not be had and are not asked for again; `problems` says why.
    pub failed: i64,
}

/// A list that was sent or fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Import {
    /// The import.
    pub id: ImportId,
    /// Whose it is.
    #[serde(skip)]
    pub org: OrgId,
    /// Whose names for products it has.
    pub source: String,
    /// What it is written as.
    pub format: Format,
    /// How it is read.
    pub options: Options,
    /// Where it is fetched from; null for one that was sent.
    pub address: Option<String>,
    /// How far it is.
    pub state: ImportState,
    /// Why it failed.
    pub reason: Option<String>,
    /// What its rows came to so far.
    pub counts: Counts,
    /// What of that somebody should know.
    pub notes: Vec<ImportNote>,
    /// Products looked at.
    #[serde(skip)]
    pub taken: u64,
    /// Whether somebody said that what it leaves out is to leave the sale, however much it is.
    #[serde(skip)]
    pub confirmed: bool,
    /// Whether this version knows all that its options say.
    #[serde(skip)]
    pub is_readable: bool,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When its address was asked for it.
    #[serde(skip)]
    pub fetched_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done or given up.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Why something of a list was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportProblem {
    /// Grows through the list.
    #[serde(skip)]
    pub number: i64,
    /// The first line of the row in the file, from 1.
    pub line: u64,
    /// The column or element that is meant, where it is one.
    pub field: Option<String>,
    /// For whoever wrote the list.
    pub sentence: String,
}

impl Format {
    /// What a file of that media type is written as.
    pub fn of_media_type(kind: &str) -> Option<Self> {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "text/csv" | "application/csv" | "text/tab-separated-values" => Some(Self::Csv),
            "text/xml" | "application/xml" | "application/rss+xml" | "application/atom+xml" => {
                Some(Self::Xml)
            }
            "application/json" | "application/jsonl" | "application/x-ndjson" => Some(Self::Json),
            _ => None,
        }
    }
}

impl NewImport {
    /// Checks what a caller sent.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn checked(mut self) -> Result<Self, Invalid> {
        self.source = trimmed("source", &self.source, 1, 50)?;
        if let Some(currency) = self.options.currency.filter(|currency| !currency.is_in_use()) {
            return Err(Invalid::new(format!("`currency` {currency} is no currency in use (ISO 4217)")));
        }
        let adds = &mut self.options.adds_to;
        if adds.is_none() && (self.options.language.is_some() || self.options.market.is_some()) {
            *adds = Some("main".into());
        }
        if let Some(to) = adds {
            *to = trimmed("adds_to", to, 1, 50)?;
            if *to == self.source {
                return Err(Invalid::new(
                    "`source` of a list that adds to products is another than the one that it adds to: give it a name of its own",
                ));
            }
            if self.options.missing == Some(MissingRule::Hide) {
                return Err(Invalid::new("`missing` is not for a list that only adds to products"));
            }
            self.options.missing = Some(MissingRule::Keep);
            // A version before knows no such list, and this word neither: it leaves the list to us.
            self.options.stock = StockRule::Ignore;
        } else if self.options.stock == StockRule::Ignore {
            return Err(Invalid::new("`stock` takes `keep` or `replace`"));
        }
        if let Some(shop) = &self.options.shop_url {
            check_text("shop_url", shop, 1, 500)?;
            match url::Url::parse(shop) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => {}
                _ => return Err(Invalid::new("`shop_url` is no http address without a query")),
            }
        }
        Ok(self)
    }
}

impl Counts {
    /// What of them somebody should know.
    #[must_use]
    pub fn notes(&self) -> Vec<ImportNote> {
        let has = |count: u64| {
            if count == 1 { "1 product has".to_owned() } else { format!("{count} products have") }
        };
        let was = |count: u64| {
            if count == 1 { "1 product was".to_owned() } else { format!("{count} products were") }
        };
        let notes = [
            (
                "uncounted",
                self.uncounted,
                format!(
                    "{} no number of pieces in the list, which has one for others: new ones are sold out until somebody counts them, \
                     or the list says `quantity`, or `sell_when_empty`",
                    has(self.uncounted)
                ),
            ),
            (
                "untracked",
                self.untracked,
                format!(
                    "{} no number of pieces in the list: new ones are sold without a count, and never sold out. Give `quantity` to \
                     have them counted",
                    has(self.untracked)
                ),
            ),
            (
                "edited",
                self.edited,
                format!(
                    "{} changed by hand since the list was taken in, and the list says the same as then: they stay as they were \
                     changed, until their rows do",
                    was(self.edited)
                ),
            ),
        ];
        notes
            .into_iter()
            .filter(|(_, products, _)| *products > 0)
            .map(|(kind, products, sentence)| ImportNote { kind, products, sentence })
            .collect()
    }
}

impl Import {
    /// An import that waits.
    #[must_use]
    pub fn new(org: OrgId, new: NewImport, address: Option<String>, now: DateTime<Utc>) -> Self {
        Self {
            id: ImportId::new(),
            org,
            source: new.source,
            format: new.format,
            options: new.options,
            address,
            state: ImportState::Waiting,
            reason: None,
            counts: Counts::default(),
            notes: Vec::new(),
            taken: 0,
            confirmed: false,
            is_readable: true,
            created_at: now,
            fetched_at: None,
            started_at: None,
            ended_at: None,
        }
    }
}
