//! What many ask for at once, kept in memory until a fact of its organisation changes it.
//!
//! A snapshot is loaded once, however many wait for it: a sale makes every widget ask again in the same second. Whoever
//! asks after a fact was heard gets what was loaded after it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use vitrine_protocol::{HighlightCard, OrgId, ProductCard, ShowId};

use super::model::{Channel, PublicShow};
use crate::catalog::{Choice, Language, Offered, Product};

/// How many are kept.
const MOST: usize = 4_096;
/// How long one is kept at most: it changes by time too, and a fact may be late.
const LONGEST: Duration = Duration::from_secs(5);
/// Forms of an answer that are kept of one snapshot, for viewers of different languages, markets and currencies, and bytes of all
/// of them beside each snapshot's own.
const MOST_FORMS: usize = 64;
const MOST_FORM_BYTES: usize = 64 * 1024 * 1024;
/// The number of viewers in an answer is at most this old.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A show.
    Show(ShowId),
    /// A channel, by its name in addresses.
    Channel(String),
}

/// What the answer says.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum View {
    /// Of a show.
    Show(Box<PublicShow>),
    /// Of a channel.
    Channel(Box<Channel>),
}

/// An answer, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// JSON.
    pub(super) body: Bytes,
    /// Its tag, quoted.
    pub(super) tag: String,
    /// Whose it is.
    pub(super) org: OrgId,
}

/// What a show sells, in the order of the line-up, and what that has for viewers who differ.
#[derive(Debug, Default)]
pub(super) struct Wares {
    products: Vec<Product>,
    offered: Offered,
}

/// What was loaded for a key.
#[derive(Debug)]
pub(super) struct Snapshot {
    org: OrgId,
    wares: Wares,
    inner: Mutex<Inner>,
    /// Bytes that forms of all snapshots hold.
    held: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Inner {
    view: View,
    /// The answer of each choice that makes a difference, with its number of viewers, and when they were counted.
    answers: HashMap<Choice, (Answer, Instant)>,
    /// Bytes of those but the plain one.
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    cell: Arc<OnceCell<Arc<Snapshot>>>,
    made: Instant,
}

/// Snapshots of every organisation.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    entries: Mutex<HashMap<Key, Entry>>,
    /// Whether facts are heard. Before that nothing is kept.
    heard: AtomicBool,
    /// Bytes that forms of snapshots hold.
    held: Arc<AtomicUsize>,
}

impl View {
    fn show(&mut self) -> Option<&mut PublicShow> {
        match self {
            Self::Show(show) => Some(show),
            Self::Channel(channel) => channel.show.as_mut(),
        }
    }
}

impl Wares {
    /// What is in words for people who ask the shop's server stays out of memory.
    pub(super) fn new(mut products: Vec<Product>, own: Option<Language>) -> Self {
        for product in &mut products {
            product.description = String::new();
            product.texts.values_mut().for_each(|text| text.description = String::new());
        }
        let offered = Offered::of(&products, own);
        Self { products, offered }
    }
}

impl Snapshot {
    /// The answer for a viewer, with `viewers` of its show counted not long ago and a `card` of each product.
    pub(super) fn answer(
        &self,
        choice: &Choice,
        viewers: impl Fn(ShowId) -> u32,
        card: impl Fn(&Product, &Choice, Option<&Language>) -> ProductCard,
    ) -> Answer {
        let choice = choice.among(&self.wares.offered);
        let (mut inner, now) = (self.inner.lock(), Instant::now());
        if let Some((answer, counted)) = inner.answers.get(&choice)
            && now - *counted < COUNT_EVERY
        {
            return answer.clone();
        }
        let count = inner.view.show().map(|show| viewers(show.id));
        let pinned = inner.view.show().and_then(|show| show.highlight.clone());
        if let Some(show) = inner.view.show() {
            let own = self.wares.offered.own();
            show.products = self.wares.products.iter().map(|one| card(one, &choice, own)).collect();
            if choice != Choice::default() {
                show.pin_of_products();
            }
        }
        let tag = tag_of(&mut inner.view, count);
        let body: Bytes = serde_json::to_vec(&inner.view).unwrap_or_default().into();
        if let Some(show) = inner.view.show() {
            (show.products, show.highlight) = (Vec::new(), pinned);
        }
        let answer = Answer { body, tag, org: self.org };
        inner.keep(choice, (answer.clone(), now), &self.held);
        answer
    }
}

impl Inner {
    fn keep(&mut self, choice: Choice, answer: (Answer, Instant), held: &AtomicUsize) {
        let is_plain = choice == Choice::default();
        let bytes = if is_plain { 0 } else { answer.0.body.len() };
        if self.answers.len() >= MOST_FORMS && !self.answers.contains_key(&choice) {
            self.answers.clear();
            held.fetch_sub(self.bytes, Relaxed);
            self.bytes = 0;
        }
        if held.load(Relaxed) + bytes > MOST_FORM_BYTES {
            return;
        }
        held.fetch_add(bytes, Relaxed);
        self.bytes += bytes;
        if let Some((before, _)) = self.answers.insert(choice, answer).filter(|_| !is_plain) {
            held.fetch_sub(before.body.len(), Relaxed);
            self.bytes -= before.body.len();
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.held.fetch_sub(self.inner.get_mut().bytes, Relaxed);
    }
}

impl PublicShow {
    /// Lets what is pinned be told as the line-up tells it: a pin is written down once for everybody.
    fn pin_of_products(&mut self) {
        if let Some(HighlightCard::Product(card)) =
            self.highlight.as_mut().map(|highlight| &mut highlight.card)
            && let Some(found) = self.products.iter().find(|product| product.product_id == card.product_id)
        {
            *card = found.clone();
        }
    }
}

impl Snapshots {
    /// From here on facts are heard, so that snapshots may be kept.
    pub(super) fn keep(&self) {
        self.heard.store(true, Relaxed);
    }

    /// What was loaded, ready to be asked.
    pub(super) fn made(&self, org: OrgId, view: View, wares: Wares) -> Arc<Snapshot> {
        let inner = Inner { view, answers: HashMap::new(), bytes: 0 };
        Arc::new(Snapshot { org, wares, inner: Mutex::new(inner), held: self.held.clone() })
    }

    /// A fact of `org` was heard.
    pub(super) fn forget(&self, org: OrgId) {
        // What is still being loaded may be anybody's, and may have been read before the fact.
        let is_others = |entry: &Entry| entry.cell.get().is_some_and(|snapshot| snapshot.org != org);
        self.entries.lock().retain(|_, entry| is_others(entry));
    }

    /// The snapshot of `key`; loaded unless there is one.
    pub(super) async fn get<E>(
        &self,
        key: Key,
        load: impl Future<Output = Result<Arc<Snapshot>, E>>,
    ) -> Result<Arc<Snapshot>, E> {
        if !self.heard.load(Relaxed) {
            return load.await;
        }
        let cell = self.cell(&key);
        let loaded = cell.get_or_try_init(|| load).await.cloned();
        if loaded.is_err() {
            let mut entries = self.entries.lock();
            if entries.get(&key).is_some_and(|entry| Arc::ptr_eq(&entry.cell, &cell)) {
                entries.remove(&key);
            }
        }
        loaded
    }

    fn cell(&self, key: &Key) -> Arc<OnceCell<Arc<Snapshot>>> {
        let (mut entries, now) = (self.entries.lock(), Instant::now());
        if let Some(entry) = entries.get(key).filter(|entry| now - entry.made < LONGEST) {
            return entry.cell.clone();
        }
        if entries.len() >= MOST || self.held.load(Relaxed) > MOST_FORM_BYTES / 2 {
            entries.retain(|_, entry| now - entry.made < LONGEST);
        }
        if entries.len() >= MOST {
            entries.clear();
        }
        let entry = Entry { cell: Arc::default(), made: now };
        entries.insert(key.clone(), entry.clone());
        entry.cell
    }
}

/// The tag of an answer, quoted: it changes with all that the answer says, and of the viewers it finds with the
/// first digit of their number alone, so that people who come and go do not make everybody load it again. Leaves the
/// number of viewers in the view.
fn tag_of(view: &mut View, viewers: Option<u32>) -> String {
    let count = |view: &mut View, viewers| {
        if let (Some(show), Some(viewers)) = (view.show(), viewers) {
            show.viewers = viewers;
        }
    };
    count(view, viewers.map(about));
    let text = serde_json::to_vec(view).unwrap_or_default();
    count(view, viewers);
    format!("\"{}\"", hex::encode(&Sha256::digest(text)[..12]))
}

/// A number with its first digit alone: 1284 is about 1000.
fn about(number: u32) -> u32 {
    let unit = 10_u32.pow(number.checked_ilog10().unwrap_or(0));
    number / unit * unit
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use vitrine_protocol::ShowState;

    use super::*;
    use crate::show::ChannelReason;

    fn show(id: ShowId) -> PublicShow {
        PublicShow {
            id,
            org_id: OrgId::new(),
            channel: "nord".into(),
            title: "Autumn".into(),
            cover_url: None,
            state: ShowState::Live,
            scheduled_at: None,
            live_at: None,
            ended_at: None,
            playback_url: None,
            still_url: None,
            rtm_url: String::new(),
            viewers: 0,
            products: Vec::new(),
            coupons: Vec::new(),
            highlight: None,
            brand: crate::storefront::model::Brand::default(),
        }
    }

    fn made(org: OrgId, view: View, wares: Wares) -> Arc<Snapshot> {
        Snapshots::default().made(org, view, wares)
    }

    fn nothing(org: OrgId) -> Arc<Snapshot> {
        let view = View::Channel(Box::new(Channel { show: None, reason: ChannelReason::None }));
        made(org, view, Wares::default())
    }

    fn no_card(_: &Product, _: &Choice, _: Option<&Language>) -> ProductCard {
        unreachable!("there are no products")
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_that_asks_at_once_loads_once_and_again_after_a_fact() {
        let (snapshots, loads) = (Arc::new(Snapshots::default()), AtomicU32::new(0));
        let (org, key) = (OrgId::new(), Key::Show(ShowId::new()));
        let ask = async |load: Duration| {
            let load = async {
                loads.fetch_add(1, Relaxed);
                tokio::time::sleep(load).await;
                Ok::<_, ()>(nothing(org))
            };
            snapshots.get(key.clone(), load).await.unwrap()
        };
        let crowd =
            async || futures_util::future::join_all((0..50).map(|_| ask(Duration::from_millis(9)))).await;
        crowd().await;
        assert_eq!(loads.load(Relaxed), 50, "while no facts are heard, nothing is kept");
        snapshots.keep();
        crowd().await;
        assert_eq!(loads.load(Relaxed), 51);
        snapshots.forget(OrgId::new());
        crowd().await;
        assert_eq!(loads.load(Relaxed), 51, "another's fact");
        snapshots.forget(org);
        crowd().await;
        assert_eq!(loads.load(Relaxed), 52);
        tokio::time::advance(LONGEST).await;
        crowd().await;
        assert_eq!(loads.load(Relaxed), 53, "time changes it too");
    }

    #[tokio::test]
    async fn what_was_being_loaded_when_a_fact_came_is_given_to_nobody_who_asks_after_it() {
        let snapshots = Snapshots::default();
        snapshots.keep();
        let (org, key) = (OrgId::new(), Key::Channel("nord".into()));
        let old = snapshots.get(key.clone(), async {
            snapshots.forget(org);
            Ok::<_, ()>(nothing(org))
        });
        let old = old.await.unwrap();
        let new = snapshots.get(key, async { Ok::<_, ()>(nothing(org)) }).await.unwrap();
        assert!(!Arc::ptr_eq(&old, &new));
    }

    #[tokio::test]
    async fn what_cannot_be_loaded_is_tried_again_and_names_of_nothing_take_no_memory() {
        let snapshots = Snapshots::default();
        snapshots.keep();
        for n in 0..10_000 {
            let key = Key::Channel(n.to_string());
            assert!(snapshots.get(key, async { Err::<Arc<Snapshot>, _>(()) }).await.is_err());
        }
        assert!(snapshots.entries.lock().is_empty());
        for n in 0..10_000 {
            let load = async { Ok::<_, ()>(nothing(OrgId::new())) };
            snapshots.get(Key::Channel(n.to_string()), load).await.unwrap();
        }
        assert!(snapshots.entries.lock().len() <= MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_viewers_more_or_less_leave_the_tag_and_the_answer_keeps_their_number() {
        let id = ShowId::new();
        let told = async |view: fn(PublicShow) -> View, viewers: u32| {
            tokio::time::advance(COUNT_EVERY).await;
            let view = view(PublicShow { org_id: OrgId(id.0), ..show(id) });
            let snapshot = made(OrgId::new(), view, Wares::default());
            let answer = snapshot.answer(&Choice::default(), |_| viewers, no_card);
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let show = if body["show"].is_object() { &body["show"] } else { &body };
            assert_eq!(show["viewers"], viewers);
            assert_eq!(
                snapshot.answer(&Choice::default(), |_| 7, no_card).body,
                answer.body,
                "counted once a second"
            );
            answer.tag
        };
        let channel: fn(PublicShow) -> View =
            |show| View::Channel(Box::new(Channel { show: Some(show), reason: ChannelReason::Live }));
        for view in [|show| View::Show(Box::new(show)), channel] {
            assert_eq!(told(view, 1_284).await, told(view, 1_991).await);
            assert_ne!(told(view, 1_999).await, told(view, 2_000).await);
        }
        for (number, shown) in [(0, 0), (7, 7), (10, 10), (19, 10), (4_999, 4_000), (u32::MAX, 4_000_000_000)]
        {
            assert_eq!(about(number), shown);
        }
    }

    /// A product with words in so many languages, and prices for so many countries.
    fn wares(languages: usize, markets: &[&str]) -> Wares {
        use crate::catalog::{Market, MarketPriceDraft, ProductDraft, ProductTextDraft};
        let draft = ProductDraft {
            title: "Scarf".into(),
            description: "long".into(),
            url: "https://shop.example/".into(),
            currency: vitrine_protocol::Currency::try_from("EUR").unwrap(),
            price_minor: Some(100),
            compare_at_minor: None,
            stock: None,
            variants: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
        };
        let mut product = Product::new(OrgId::new(), draft, crate::base::from_ms(0)).unwrap();
        for n in 0..languages {
            let text = ProductTextDraft { title: n.to_string(), description: "long".into() };
            product.set_text(tag(n), Some(text)).unwrap();
        }
        let price = |market: &&str| MarketPriceDraft {
            currency: vitrine_protocol::Currency::try_from("EUR").unwrap(),
            market: Market::try_from(*market).ok(),
            price_minor: 90,
            compare_at_minor: None,
        };
        product.set_prices(0, &markets.iter().map(price).collect::<Vec<_>>()).unwrap();
        Wares::new(vec![product], None)
    }

    fn tag(n: usize) -> Language {
        let letter = char::from(b'a' + u8::try_from(n).unwrap());
        Language::try_from(format!("x{letter}")).unwrap()
    }

    #[test]
    fn strangers_fill_no_memory_with_languages_and_countries_of_their_own() {
        let (snapshots, id) = (Snapshots::default(), ShowId::new());
        let all = ["AT", "CH", "DE", "FR", "PL"];
        let snapshot = snapshots.made(OrgId::new(), View::Show(Box::new(show(id))), wares(20, &all));
        assert!(snapshot.wares.products[0].description.is_empty());
        let card = |product: &Product, choice: &Choice, own: Option<&Language>| {
            let currency = product.currency_for(choice);
            let (title, url) = (product.title_for(choice, own).to_owned(), product.url.clone());
            let (price_minor, stock) = (i64::from(choice.market.is_some()), 0);
            ProductCard {
                image_alt: String::new(),
                pictures: Vec::new(),
                product_id: product.id,
                title,
                url,
                image_url: None,
                currency,
                price_minor,
                compare_at_minor: None,
                prior_price_minor: None,
                discount_percent: None,
                stock,
                variants: Vec::new(),
            }
        };
        let mut bodies = std::collections::HashSet::new();
        for n in 0..26 {
            for m in COUNTRIES_ASKED.split(' ') {
                let choice = Choice {
                    language: Some(tag(n)),
                    market: crate::catalog::Market::try_from(m).ok(),
                    currency: None,
                };
                bodies.insert(snapshot.answer(&choice, |_| 0, card).body);
                let inner = snapshot.inner.lock();
                assert!(inner.answers.len() <= MOST_FORMS);
                let plain = inner.answers.get(&Choice::default()).map_or(0, |(answer, _)| answer.body.len());
                let all: usize = inner.answers.values().map(|(answer, _)| answer.body.len()).sum();
                assert_eq!((inner.bytes, snapshots.held.load(Relaxed)), (all - plain, all - plain));
            }
        }
        assert_eq!(bodies.len(), 21 * 2, "as many as there are, in a country and elsewhere");
        drop(snapshot);
        assert_eq!(snapshots.held.load(Relaxed), 0);
        // As much as may be kept is kept elsewhere: it is answered all the same.
        snapshots.held.store(MOST_FORM_BYTES, Relaxed);
        let snapshot = snapshots.made(OrgId::new(), View::Show(Box::new(show(id))), wares(2, &all));
        let choice = Choice { language: Some(tag(1)), ..Choice::default() };
        assert!(!snapshot.answer(&choice, |_| 0, card).body.is_empty());
        assert!(snapshot.inner.lock().answers.is_empty());
    }

    const COUNTRIES_ASKED: &str = "AT CH DE FR PL US SE NO DK IT ES ZZ";
}
