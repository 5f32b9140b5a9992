//! Other languages, currencies and markets, as they are kept.

use std::time::Duration;

use super::*;
use crate::base::TestClock;
use crate::catalog::{Language, Market, MarketPriceDraft, ProductTextDraft};

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn language(tag: &str) -> Language {
    Language::try_from(tag).unwrap()
}

fn text(title: &str) -> ProductTextDraft {
    ProductTextDraft { title: title.into(), description: String::new() }
}

fn price(code: &str, market: Option<&str>, price_minor: i64, before: Option<i64>) -> MarketPriceDraft {
    MarketPriceDraft {
        currency: Currency::try_from(code).unwrap(),
        market: market.map(|code| Market::try_from(code).unwrap()),
        price_minor,
        compare_at_minor: before,
    }
}

#[tokio::test]
async fn texts_are_set_and_taken_away_and_the_same_again_changes_nothing() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let id = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        let set = async |seen, tag: &str, draft| {
            app.catalog.set_text(&actor, org, id, seen, (language(tag), draft)).await
        };
        let first = set(None, "de-at", Some(text("Schal"))).await.unwrap();
        assert_eq!((first.version, first.texts[&language("de-AT")].title.as_str()), (2, "Schal"));
        let again = set(Some(2), "de-AT", Some(text(" Schal "))).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(app.catalog.product(&actor, org, id).await.unwrap(), first, "not even its version");
        let stale = set(Some(1), "fr", Some(text("Écharpe"))).await;
        assert!(matches!(stale, Err(CatalogError::Stale(2))));
        set(Some(2), "fr", Some(text("Écharpe"))).await.unwrap();
        let gone = set(Some(3), "de-AT", None).await.unwrap();
        assert_eq!(gone.texts.keys().map(Language::as_str).collect::<Vec<_>>(), ["fr"]);
        assert_eq!(app.catalog.product(&actor, org, id).await.unwrap(), gone);
        let (stranger, _, _) = owner(&app, "Sud").await;
        let foreign = app.catalog.set_text(&stranger, org, id, None, (language("de"), None)).await;
        assert!(matches!(foreign, Err(CatalogError::Denied(_))));
        // A form that knows nothing of it leaves it alone, and so does a sale.
        let patch = ProductPatch { title: Some("Warm scarf".into()), ..ProductPatch::default() };
        assert_eq!(app.catalog.change_product(&actor, org, id, None, patch).await.unwrap().texts, gone.texts);
    })
    .await;
}

#[tokio::test]
async fn each_currency_and_market_has_a_prior_price_of_its_own() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let whose = (product.id, product.variants[0].id);
        let mut version = product.version;
        let mut day = 0;
        for (on, prices, priors) in [
            (
                1,
                vec![price("CHF", None, 5_000, None), price("EUR", Some("AT"), 2_800, None)],
                vec![None, None],
            ),
            (
                5,
                vec![price("CHF", None, 4_000, None), price("EUR", Some("AT"), 2_800, None)],
                vec![None, None],
            ),
            (
                10,
                vec![price("CHF", None, 5_000, None), price("EUR", Some("AT"), 2_500, Some(2_900))],
                vec![None, Some(2_800)],
            ),
            // It goes further; francs begin now, and were 4 000 within the thirty days.
            (
                20,
                vec![price("CHF", None, 4_500, Some(5_000)), price("EUR", Some("AT"), 2_400, Some(2_900))],
                vec![Some(4_000), Some(2_800)],
            ),
            // A price that was taken away and comes back was none in between.
            (21, vec![price("EUR", Some("AT"), 2_400, Some(2_900))], vec![Some(2_800)]),
            (
                60,
                vec![price("CHF", None, 4_700, Some(5_000)), price("EUR", Some("AT"), 2_400, Some(2_900))],
                vec![None, Some(2_800)],
            ),
        ] {
            hands.advance(DAY * (on - day));
            day = on;
            let changed =
                app.catalog.set_market_prices(&actor, org, whose, Some(version), &prices).await.unwrap();
            let is = changed.variants[0].prices.iter().map(|one| one.prior_price_minor).collect::<Vec<_>>();
            assert_eq!(is, priors, "day {on}");
            assert_eq!(
                changed.variants[0].prior_price_minor, None,
                "the base price has nothing to do with it"
            );
            assert_eq!(
                app.catalog.product(&actor, org, product.id).await.unwrap(),
                changed,
                "day {on}, as it is kept"
            );
            version = changed.version;
        }
        let history = app.catalog.prices(&actor, org, whose.0, whose.1, None, 50).await.unwrap().items;
        let told = |code: &str, market: Option<&str>| {
            let all = history.iter().rev().filter(|one| {
                (one.currency.as_str(), one.market.as_ref().map(Market::as_str)) == (code, market)
            });
            all.map(|one| (one.price_minor, one.ended)).collect::<Vec<_>>()
        };
        assert_eq!(
            told("CHF", None),
            [(5_000, false), (4_000, false), (5_000, false), (4_500, false), (4_500, true), (4_700, false)]
        );
        assert_eq!(told("EUR", Some("AT")), [(2_800, false), (2_500, false), (2_400, false)]);
        assert_eq!(told("EUR", None), [(2_900, false)]);
        let page = app.catalog.prices(&actor, org, whose.0, whose.1, None, 4).await.unwrap();
        let after = page.items[3].id;
        let next = app.catalog.prices(&actor, org, whose.0, whose.1, Some(after), 50).await.unwrap();
        assert_eq!(page.items.len() + next.items.len(), history.len(), "both kinds are one list");

        let unseen = app.catalog.set_market_prices(&actor, org, whose, None, &[]).await;
        assert!(matches!(unseen, Err(CatalogError::Unseen)));
        // The base currency becomes francs: the price in francs everywhere is the base price then.
        let francs = ProductPatch {
            currency: Currency::try_from("CHF").ok(),
            price_minor: Some(4_900),
            ..ProductPatch::default()
        };
        let changed =
            app.catalog.change_product(&actor, org, product.id, Some(version), francs).await.unwrap();
        assert_eq!(changed.variants[0].prices.len(), 1);
        assert_eq!(app.catalog.product(&actor, org, product.id).await.unwrap(), changed);
    })
    .await;
}

#[tokio::test]
async fn a_place_that_gets_a_price_of_its_own_was_told_the_wider_one_before() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft = ProductDraft { compare_at_minor: None, ..scarf(5) };
        let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
        let whose = (product.id, product.variants[0].id);
        hands.advance(DAY * 60);
        let prices =
            [price("EUR", Some("AT"), 3_500, Some(4_500)), price("EUR", Some("FR"), 2_500, Some(4_500))];
        let set = app.catalog.set_market_prices(&actor, org, whose, Some(1), &prices).await.unwrap();
        let told = |product: &Product| {
            let prices = product.variants[0].prices.iter();
            prices.map(|one| (one.prior_price_minor, one.tag().shown_before())).collect::<Vec<_>>()
        };
        assert_eq!(told(&set), [(Some(2_900), None), (Some(2_900), Some(2_900))]);
        // Taken away for two months, it is the base price that was told.
        app.catalog.set_market_prices(&actor, org, whose, Some(set.version), &[]).await.unwrap();
        hands.advance(DAY * 60);
        let again =
            app.catalog.set_market_prices(&actor, org, whose, Some(set.version + 1), &prices).await.unwrap();
        assert_eq!(told(&again), told(&set));
    })
    .await;
}

#[tokio::test]
async fn an_order_is_held_against_the_price_of_its_currency_and_market() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(50)).await.unwrap();
        let whose = (product.id, product.variants[0].id);
        let prices = [
            price("CHF", None, 3_300, None),
            price("CHF", Some("LI"), 3_100, None),
            price("EUR", Some("AT"), 2_700, None),
            price("USD", Some("US"), 3_500, None),
        ];
        app.catalog.set_market_prices(&actor, org, whose, Some(product.version), &prices).await.unwrap();
        for (number, (code, market, paid, flags)) in [
            ("EUR", None, 2_900, &[][..]),
            ("EUR", Some("DE"), 2_900, &[]),
            ("EUR", Some("AT"), 2_700, &[]),
            ("EUR", Some("AT"), 2_900, &["price_differs"]),
            ("EUR", None, 2_700, &[]), // it says no market: that of any holds
            ("EUR", None, 2_600, &["price_differs"]),
            ("CHF", None, 3_300, &[]),
            ("CHF", Some("CH"), 3_300, &[]),
            ("CHF", Some("CH"), 3_100, &["price_differs"]),
            ("CHF", Some("LI"), 3_100, &[]),
            ("USD", Some("US"), 3_500, &[]),
            ("USD", None, 3_500, &[]),
            ("USD", Some("DE"), 3_500, &["currency_differs"]),
            ("JPY", None, 2_900, &["currency_differs"]),
        ]
        .into_iter()
        .enumerate()
        {
            let mut draft = order(&product, 2, &format!("A-{number}"));
            draft.lines[0].price_minor = paid;
            draft.total_minor = 2 * paid;
            draft.currency = Currency::try_from(code).unwrap();
            draft.market = market.map(|code| Market::try_from(code).unwrap());
            let (order, _) = app.catalog.record_order(&actor, org, draft.clone()).await.unwrap();
            assert_eq!(order.flags, flags, "{code} {market:?} {paid}");
            let kept = app.catalog.order(&actor, org, order.id).await.unwrap();
            assert_eq!(kept.market.map(|market| market.to_string()).as_deref(), market);
            assert!(!app.catalog.record_order(&actor, org, draft.clone()).await.unwrap().1, "the same again");
            draft.market = Market::try_from("SE").ok();
            let other = app.catalog.record_order(&actor, org, draft).await;
            assert!(matches!(other, Err(CatalogError::RefTaken(_))), "another market is another order");
        }
    })
    .await;
}

#[tokio::test]
async fn a_price_that_a_base_price_hid_does_not_come_back_with_the_currency_before() {
    each_app(async |app, hands: TestClock| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap();
        let whose = (product.id, product.variants[0].id);
        let prices = [price("CHF", None, 5_000, None), price("CHF", Some("LI"), 4_800, None)];
        let set =
            app.catalog.set_market_prices(&actor, org, whose, Some(product.version), &prices).await.unwrap();
        // A process of the version before makes francs the base currency, and leaves the price in francs everywhere.
        crate::db::testing::run(&app.db, "UPDATE products SET currency = 'CHF'").await;
        let hidden = app.catalog.product(&actor, org, product.id).await.unwrap();
        assert_eq!(hidden.variants[0].prices.len(), 1);
        hands.advance(DAY);
        let euros = ProductPatch {
            currency: Currency::try_from("EUR").ok(),
            price_minor: Some(2_900),
            ..ProductPatch::default()
        };
        let back =
            app.catalog.change_product(&actor, org, product.id, Some(set.version), euros).await.unwrap();
        let places: Vec<_> = back.variants[0].prices.iter().map(|one| one.market.is_some()).collect();
        assert_eq!(places, [true], "that of Liechtenstein stays");
        assert_eq!(app.catalog.product(&actor, org, product.id).await.unwrap(), back, "as it is kept");
        let history = app.catalog.prices(&actor, org, whose.0, whose.1, None, 50).await.unwrap().items;
        let mut francs = history.iter().filter(|one| one.currency.as_str() == "CHF" && one.market.is_none());
        assert!(francs.any(|one| one.ended && one.price_minor == 5_000), "{history:?}");
    })
    .await;
}
