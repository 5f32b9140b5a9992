//! What was loaded for a show or a channel, and its answers to viewers who differ.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use vitrine_protocol::{HighlightCard, OrgId, ProductCard, ShowId};

use super::budget::Budget;
use crate::catalog::{
    Choice, ImageSize, Language, MarketPrice, Offered, Picture, Product, ProductText, Variant,
};
use crate::storefront::model::{Channel, PublicShow};

/// Forms of an answer that are kept of one snapshot, for viewers of different languages, markets and currencies.
pub(super) const MOST_FORMS: usize = 256;
/// The number of viewers in an answer is at most this old.
pub(super) const COUNT_EVERY: Duration = Duration::from_secs(1);

/// What the answer says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(in crate::storefront) enum View {
    /// Of a show.
    Show(Box<PublicShow>),
    /// Of a channel.
    Channel(Box<Channel>),
}

/// An answer, ready to be sent.
#[derive(Debug, Clone)]
pub(in crate::storefront) struct Answer {
    /// JSON.
    pub(in crate::storefront) body: Bytes,
    /// Its tag, quoted.
    pub(in crate::storefront) tag: String,
    /// Whose it is.
    pub(in crate::storefront) org: OrgId,
}

/// What a show sells, in the order of the line-up, and what that has for viewers who differ.
#[derive(Debug, Default)]
pub(in crate::storefront) struct Wares {
    pub(super) products: Vec<Product>,
    offered: Offered,
}

/// What was loaded for a key.
#[derive(Debug)]
pub(in crate::storefront) struct Snapshot {
    pub(super) org: OrgId,
    view: View,
    pub(super) wares: Wares,
    /// Bytes of those two.
    own_bytes: usize,
    pub(super) forms: Mutex<Forms>,
    budget: Arc<Budget>,
}

/// The forms of its answer: one for each choice that makes a difference.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub(super) of: HashMap<Choice, Kept>,
    /// Bytes of all of them.
    pub(super) bytes: usize,
    /// How often one was asked for.
    asked: u64,
}

#[derive(Debug)]
pub(super) struct Kept {
    form: Arc<Form>,
    pub(super) bytes: usize,
    /// When it was asked for last, in the order of asking.
    used: u64,
}

#[derive(Debug, Default)]
struct Form {
    /// The answer with its number of viewers, and when they were counted.
    told: Mutex<Option<(Answer, Instant)>>,
    /// Who makes it anew holds this.
    turn: Mutex<()>,
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
    pub(in crate::storefront) fn new(mut products: Vec<Product>, own: Option<Language>) -> Self {
        for product in &mut products {
            product.description = String::new();
            product.texts.values_mut().for_each(|text| text.description = String::new());
        }
        let offered = Offered::of(&products, own);
        Self { products, offered }
    }
}

impl Snapshot {
    pub(super) fn new(org: OrgId, view: View, wares: Wares, budget: Arc<Budget>) -> Self {
        let told = serde_json::to_vec(&view).map_or(0, |json| json.len());
        let own_bytes = told + wares.products.iter().map(bytes_of).sum::<usize>();
        budget.add(org, own_bytes);
        Self { org, view, wares, own_bytes, forms: Mutex::default(), budget }
    }

    /// The answer for a viewer, with `viewers` of its show counted not long ago and a `card` of each product.
    pub(in crate::storefront) fn answer(
        &self,
        choice: &Choice,
        viewers: impl Fn(ShowId) -> u32,
        card: impl Fn(&Product, &Choice, Option<&Language>) -> ProductCard,
    ) -> Answer {
        let choice = choice.among(&self.wares.offered);
        let form = self.form(&choice);
        if let Some(answer) = form.fresh() {
            return answer;
        }
        let turn = form.turn.try_lock();
        if turn.is_none()
            && let Some((answer, _)) = form.last()
        {
            return answer; // Somebody counts; what was told before does meanwhile.
        }
        let _turn = turn.unwrap_or_else(|| form.turn.lock());
        if let Some(answer) = form.fresh() {
            return answer;
        }
        let now = Instant::now();
        let answer = self.render(&choice, viewers, card);
        *form.told.lock() = Some((answer.clone(), now));
        self.keep(&choice, &form, answer.body.len());
        answer
    }

    /// Of what version its show is; where there is none, nobody waits for another.
    pub(super) fn version(&self) -> i64 {
        let show = match &self.view {
            View::Show(show) => Some(&**show),
            View::Channel(channel) => channel.show.as_ref(),
        };
        show.map_or(i64::MAX, |show| show.version)
    }

    /// Bytes that it holds.
    pub(super) fn bytes(&self) -> usize {
        self.own_bytes + self.forms.lock().bytes
    }

    fn render(
        &self,
        choice: &Choice,
        viewers: impl Fn(ShowId) -> u32,
        card: impl Fn(&Product, &Choice, Option<&Language>) -> ProductCard,
    ) -> Answer {
        let mut view = self.view.clone();
        let count = view.show().map(|show| viewers(show.id));
        if let Some(show) = view.show() {
            let own = self.wares.offered.own();
            show.products = self.wares.products.iter().map(|one| card(one, choice, own)).collect();
            show.pin_of_products();
        }
        let tag = tag_of(&mut view, count);
        let body = serde_json::to_vec(&view).unwrap_or_default().into_boxed_slice().into();
        Answer { body, tag, org: self.org }
    }

    fn form(&self, choice: &Choice) -> Arc<Form> {
        let mut forms = self.forms.lock();
        forms.asked += 1;
        let used = forms.asked;
        if let Some(kept) = forms.of.get_mut(choice) {
            kept.used = used;
            return kept.form.clone();
        }
        if forms.of.len() >= MOST_FORMS {
            self.drop_oldest(&mut forms, choice);
        }
        let form = Arc::<Form>::default();
        forms.of.insert(choice.clone(), Kept { form: form.clone(), bytes: 0, used });
        form
    }

    /// Counts the bytes of a form that was made; those asked for longest ago go for it, or it goes itself.
    fn keep(&self, choice: &Choice, form: &Arc<Form>, bytes: usize) {
        let mut forms = self.forms.lock();
        let kept = forms.of.get_mut(choice).filter(|kept| Arc::ptr_eq(&kept.form, form));
        let Some(before) = kept.map(|kept| std::mem::take(&mut kept.bytes)) else { return };
        forms.bytes -= before;
        self.budget.give_back(self.org, before);
        while !self.budget.try_add(self.org, bytes) {
            if !self.drop_oldest(&mut forms, choice) {
                forms.of.remove(choice);
                return;
            }
        }
        forms.bytes += bytes;
        if let Some(kept) = forms.of.get_mut(choice) {
            kept.bytes = bytes;
        }
    }

    /// Lets go of the form that was asked for longest ago, unless it is `but`; false when there is none.
    fn drop_oldest(&self, forms: &mut Forms, but: &Choice) -> bool {
        let others = forms.of.iter().filter(|(choice, _)| *choice != but);
        let oldest = others.min_by_key(|(_, kept)| kept.used).map(|(choice, _)| choice.clone());
        let Some(kept) = oldest.and_then(|choice| forms.of.remove(&choice)) else { return false };
        forms.bytes -= kept.bytes;
        self.budget.give_back(self.org, kept.bytes);
        true
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.budget.give_back(self.org, self.own_bytes + self.forms.get_mut().bytes);
    }
}

impl Form {
    fn last(&self) -> Option<(Answer, Instant)> {
        self.told.lock().clone()
    }

    fn fresh(&self) -> Option<Answer> {
        self.last().filter(|(_, counted)| counted.elapsed() < COUNT_EVERY).map(|(answer, _)| answer)
    }
}

impl PublicShow {
    /// Lets what is pinned be told as the line-up tells it: a pin is written down once for everybody, with what it cost then.
    fn pin_of_products(&mut self) {
        if let Some(HighlightCard::Product(card)) =
            self.highlight.as_mut().map(|highlight| &mut highlight.card)
            && let Some(found) = self.products.iter().find(|product| product.product_id == card.product_id)
        {
            *card = found.clone();
        }
    }
}

/// About how many bytes a product takes.
fn bytes_of(product: &Product) -> usize {
    let pictures = product.pictures.iter().map(|picture| {
        let sizes =
            picture.sizes.iter().map(|size| size_of::<ImageSize>() + size.jpeg.len() + size.webp.len());
        size_of::<Picture>() + picture.name.len() + picture.alt.len() + sizes.sum::<usize>()
    });
    let variants = product.variants.iter().map(|variant| {
        let pairs = variant.options.iter().chain(&variant.external_ids);
        let pairs = pairs.map(|(name, value)| word(name) + word(value));
        let prices = variant.prices.len() * size_of::<MarketPrice>();
        size_of::<Variant>() + variant.title.len() + variant.sku.len() + prices + pairs.sum::<usize>()
    });
    let texts = product.texts.iter().map(|(language, text)| {
        word(language.as_str()) + size_of::<ProductText>() + text.title.len() + text.description.len()
    });
    let words = product.options.iter().chain(&product.tags).map(|one| word(one));
    let own = size_of::<Product>() + product.title.len() + product.description.len() + product.url.len();
    own + pictures.sum::<usize>() + variants.sum::<usize>() + texts.sum::<usize>() + words.sum::<usize>()
}

fn word(text: &str) -> usize {
    size_of::<String>() + text.len()
}

/// The tag of an answer, quoted: it changes with all that the answer says, and of the viewers it finds with the
/// first digit of their number alone, so that people who come and go do not make everybody load it again; nor does a
/// version that says nothing else. Leaves both in the view.
fn tag_of(view: &mut View, viewers: Option<u32>) -> String {
    let count = |view: &mut View, viewers| {
        if let (Some(show), Some(viewers)) = (view.show(), viewers) {
            show.viewers = viewers;
        }
    };
    count(view, viewers.map(about));
    let version = view.show().map(|show| std::mem::take(&mut show.version));
    let text = serde_json::to_vec(view).unwrap_or_default();
    count(view, viewers);
    if let (Some(show), Some(version)) = (view.show(), version) {
        show.version = version;
    }
    format!("\"{}\"", hex::encode(&Sha256::digest(text)[..12]))
}

/// A number with its first digit alone: 1284 is about 1000.
pub(super) fn about(number: u32) -> u32 {
    let unit = 10_u32.pow(number.checked_ilog10().unwrap_or(0));
    number / unit * unit
}
