//! What is kept, for how long and how much of it.

use std::sync::atomic::AtomicU32;

use vitrine_protocol::{ProductCard, ShowState};

use super::budget::{MOST_BYTES, MOST_OF_ONE};
use super::snapshot::{COUNT_EVERY, MOST_FORMS, about};
use super::*;
use crate::catalog::{Choice, Language, Product};
use crate::show::ChannelReason;
use crate::storefront::model::{Brand, Channel, PublicShow};

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
        brand: Brand::default(),
        version: 0,
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
        let load = || async {
            loads.fetch_add(1, Relaxed);
            tokio::time::sleep(load).await;
            Ok::<_, ()>(nothing(org))
        };
        snapshots.get(key.clone(), load).await.unwrap()
    };
    let crowd = async || futures_util::future::join_all((0..50).map(|_| ask(Duration::from_millis(9)))).await;
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
    let old = snapshots.get(key.clone(), || async {
        snapshots.forget(org);
        Ok::<_, ()>(nothing(org))
    });
    let old = old.await.unwrap();
    let new = snapshots.get(key, || async { Ok::<_, ()>(nothing(org)) }).await.unwrap();
    assert!(!Arc::ptr_eq(&old, &new));
}

#[tokio::test]
async fn what_cannot_be_loaded_is_tried_again_and_names_of_nothing_take_no_memory() {
    let snapshots = Snapshots::default();
    snapshots.keep();
    for n in 0..10_000 {
        let key = Key::Channel(n.to_string());
        assert!(snapshots.get(key, || async { Err::<Arc<Snapshot>, _>(()) }).await.is_err());
    }
    assert!(snapshots.kept.lock().entries.is_empty());
    for n in 0..10_000 {
        let load = || async { Ok::<_, ()>(nothing(OrgId::new())) };
        snapshots.get(Key::Channel(n.to_string()), load).await.unwrap();
    }
    assert!(snapshots.kept.lock().entries.len() <= MOST);
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
    for (number, shown) in [(0, 0), (7, 7), (10, 10), (19, 10), (4_999, 4_000), (u32::MAX, 4_000_000_000)] {
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

/// The card of a product for a viewer.
fn card_of(product: &Product, choice: &Choice, own: Option<&Language>) -> ProductCard {
    ProductCard {
        image_alt: String::new(),
        pictures: Vec::new(),
        product_id: product.id,
        title: product.title_for(choice, own).to_owned(),
        url: product.url.clone(),
        image_url: None,
        currency: product.currency_for(choice),
        price_minor: i64::from(choice.market.is_some()),
        compare_at_minor: None,
        prior_price_minor: None,
        discount_percent: None,
        stock: 0,
        variants: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn strangers_fill_no_memory_with_languages_and_countries_of_their_own() {
    let (snapshots, org, id) = (Snapshots::default(), OrgId::new(), ShowId::new());
    let markets: Vec<&str> = MARKETS.split(' ').collect();
    let snapshot = snapshots.made(org, View::Show(Box::new(show(id))), wares(20, &markets));
    assert!(snapshot.wares.products[0].description.is_empty());
    let (own, plain_made) = (snapshots.budget.held(org).0, AtomicU32::new(0));
    assert!(own > 0, "what it was loaded as counts");
    let ask = |choice: &Choice| {
        let card = |product: &Product, choice: &Choice, own: Option<&Language>| {
            plain_made.fetch_add(u32::from(*choice == Choice::default()), Relaxed);
            card_of(product, choice, own)
        };
        snapshot.answer(choice, |_| 0, card).body
    };
    let mut bodies = std::collections::HashSet::new();
    for n in 0..26 {
        for market in MARKETS.split(' ').chain(["ZZ", "SE"]) {
            let choice = Choice {
                language: Some(tag(n)),
                market: crate::catalog::Market::try_from(market).ok(),
                currency: None,
            };
            bodies.insert(ask(&choice));
            ask(&Choice::default());
            let forms = snapshot.forms.lock();
            assert!(forms.of.len() <= MOST_FORMS);
            let all: usize = forms.of.values().map(|kept| kept.bytes).sum();
            assert_eq!((forms.bytes, snapshots.budget.held(org).0), (all, own + all));
        }
    }
    assert_eq!(bodies.len(), 21 * 2, "as many as there are, in a country and elsewhere");
    assert!(21 * (markets.len() + 1) > MOST_FORMS);
    assert_eq!(plain_made.load(Relaxed), 1, "what is asked for often stays");
    drop(snapshot);
    assert_eq!(snapshots.budget.held(org), (0, 0));
    // As much as may be kept is kept elsewhere: it is answered all the same.
    snapshots.budget.add(OrgId::new(), MOST_BYTES);
    let snapshot = snapshots.made(org, View::Show(Box::new(show(id))), wares(2, &markets));
    let choice = Choice { language: Some(tag(1)), ..Choice::default() };
    assert!(!snapshot.answer(&choice, |_| 0, card_of).body.is_empty());
    assert!(snapshot.forms.lock().of.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_crawler_of_one_organisation_leaves_the_shows_of_others_and_what_is_asked_for_now() {
    let snapshots = Snapshots::default();
    snapshots.keep();
    let (org, other, on_air) = (OrgId::new(), OrgId::new(), ShowId::new());
    let ask = async |org: OrgId, id: ShowId, megabytes: usize| {
        let load = || async {
            let title = "x".repeat(megabytes * 1024 * 1024);
            let view = View::Show(Box::new(PublicShow { title, ..show(id) }));
            Ok::<_, ()>(snapshots.made(org, view, Wares::default()))
        };
        snapshots.get(Key::Show(id), load).await.unwrap()
    };
    let before = [ask(other, ShowId::new(), 1).await, ask(org, on_air, 1).await];
    for _ in 0..64 {
        ask(org, ShowId::new(), 1).await;
        ask(org, on_air, 1).await;
    }
    let (all, own) = snapshots.budget.held(org);
    assert!(own <= MOST_OF_ONE && all <= own + 2 * 1024 * 1024, "{all} {own}");
    let shows: Vec<Arc<Snapshot>> = {
        let kept = snapshots.kept.lock();
        kept.entries.values().filter_map(|entry| entry.cell.get().cloned()).collect()
    };
    for one in &before {
        assert!(shows.iter().any(|kept| Arc::ptr_eq(kept, one)));
    }
    drop((shows, before));
    tokio::time::advance(LONGEST).await;
    snapshots.drop_old();
    assert_eq!(snapshots.budget.held(org), (0, 0), "what nobody asks for leaves by time");
}

#[tokio::test(start_paused = true)]
async fn facts_of_others_are_no_reason_to_load_again_and_own_ones_are_for_those_who_ask_later() {
    let (snapshots, loads) = (Snapshots::default(), AtomicU32::new(0));
    snapshots.keep();
    let (org, key) = (OrgId::new(), Key::Show(ShowId::new()));
    let after = |ms| tokio::time::sleep(Duration::from_millis(ms));
    let ask = async |ms| {
        after(ms).await;
        let load = || async {
            loads.fetch_add(1, Relaxed);
            after(10).await;
            Ok::<_, ()>(nothing(org))
        };
        snapshots.get(key.clone(), load).await.unwrap()
    };
    let fact = async |ms, org| {
        after(ms).await;
        snapshots.forget(org);
    };
    let (first, (), late) = tokio::join!(ask(0), fact(5, OrgId::new()), ask(7));
    assert!(Arc::ptr_eq(&first, &late) && Arc::ptr_eq(&first, &ask(0).await));
    assert_eq!(loads.load(Relaxed), 1, "another's fact");
    snapshots.forget(org);
    let (old, (), new, newer) = tokio::join!(ask(0), fact(5, org), ask(7), ask(8));
    assert!(!Arc::ptr_eq(&old, &new) && Arc::ptr_eq(&new, &newer));
    assert!(Arc::ptr_eq(&new, &ask(0).await));
    assert_eq!(loads.load(Relaxed), 3);
}

/// Where there are prices of their own.
const MARKETS: &str = "AT CH DE FR PL BE BG CY CZ EE FI GR HU HR";

#[tokio::test(start_paused = true)]
async fn who_heard_of_a_fact_that_has_not_come_here_yet_has_it_loaded_once_a_second() {
    let (snapshots, loads, org, id) = (Snapshots::default(), AtomicU32::new(0), OrgId::new(), ShowId::new());
    snapshots.keep();
    let ask = async |version| {
        let load = || async {
            let version = 10 * i64::from(loads.fetch_add(1, Relaxed) + 1);
            let view = View::Show(Box::new(PublicShow { version, ..show(id) }));
            Ok::<_, ()>(snapshots.made(org, view, Wares::default()))
        };
        snapshots.get_of(Key::Show(id), version, load).await.unwrap().version()
    };
    assert_eq!((ask(0).await, ask(10).await, ask(11).await), (10, 10, 10));
    tokio::time::advance(OLDER).await;
    assert_eq!((ask(10).await, ask(11).await, ask(12).await), (10, 20, 20));
    assert_eq!((ask(i64::MAX).await, ask(i64::MAX).await), (20, 20));
}
