//! Products told and priced for each viewer.

use serde_json::Value;
use vitrine_protocol::{Currency, HighlightTarget, OrgId, ProductId, ShowId};

use super::tests::ask;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::Actor;
use crate::catalog::{Language, Market, MarketPriceDraft, ProductDraft, ProductPatch, ProductTextDraft};
use crate::show::{LineupItem, MediaFact, ShowDraft};

/// A show with a scarf that has words in German and prices in francs and for Austria.
async fn show(app: &App) -> (Actor, OrgId, ShowId, ProductId) {
    let (actor, org, _) = owner(app, "Nord").await;
    let draft = ProductDraft {
        title: "Scarf".into(),
        description: String::new(),
        url: "https://shop.example/scarf".into(),
        currency: Currency::try_from("EUR").unwrap(),
        price_minor: Some(2_900),
        compare_at_minor: None,
        stock: Some(50),
        variants: Vec::new(),
        options: Vec::new(),
        tags: Vec::new(),
    };
    let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
    let price = |code: &str, market: Option<&str>, price_minor| MarketPriceDraft {
        currency: Currency::try_from(code).unwrap(),
        market: market.map(|code| Market::try_from(code).unwrap()),
        price_minor,
        compare_at_minor: Some(9_900),
    };
    let whose = (product.id, product.variants[0].id);
    let prices = [price("CHF", None, 3_300), price("EUR", Some("AT"), 2_700)];
    app.catalog.set_market_prices(&actor, org, whose, Some(product.version), &prices).await.unwrap();
    let german = ProductTextDraft { title: "Schal".into(), description: String::new() };
    let text = (Language::try_from("de").unwrap(), Some(german));
    app.catalog.set_text(&actor, org, product.id, None, text).await.unwrap();
    let draft =
        ShowDraft { title: "Autumn".into(), scheduled_at: Some(app.clock.now()), ..ShowDraft::default() };
    let show = app.shows.create(&actor, org, draft).await.unwrap().id;
    let lineup = vec![LineupItem::Product { product_id: product.id }];
    app.shows.set_lineup(&actor, org, show, None, lineup).await.unwrap();
    (actor, org, show, product.id)
}

/// Puts the show on air and the product on its screen.
async fn pin(app: &App, actor: &Actor, org: OrgId, show: ShowId, product_id: ProductId) {
    let key = app.shows.issue_key(actor, org, show).await.unwrap().key;
    let session = app.shows.admit(&key).await.unwrap().session;
    app.shows.report(show, super::tests::TOLD, MediaFact::Receiving { session }).await.unwrap();
    app.shows.go_live(actor, org, show).await.unwrap();
    app.shows.highlight(actor, org, show, HighlightTarget::Product { product_id }, None).await.unwrap();
}

#[tokio::test]
async fn each_viewer_gets_their_language_and_price_and_a_tag_of_their_own() {
    each_app(async |app, _| {
        let (actor, org, show, product) = show(&app).await;
        pin(&app, &actor, org, show, product).await;
        app.storefront.keep_snapshots();
        let mut tags = Vec::new();
        for (query, title, code, price, before) in [
            ("", "Scarf", "EUR", 2_900, None),
            ("?language=de", "Schal", "EUR", 2_900, None),
            ("?language=de-CH&market=CH&currency=CHF", "Schal", "CHF", 3_300, Some(9_900)),
            ("?language=fr&market=AT", "Scarf", "EUR", 2_700, Some(9_900)),
            ("?currency=chf&market=at", "Scarf", "CHF", 3_300, Some(9_900)),
            // Nonsense is not said.
            ("?language=xx-%3Cscript%3E&market=ZZ&currency=XXX", "Scarf", "EUR", 2_900, None),
            ("?language=de&language=fr&market=%00&currency=BTC&else=1&&==&%", "Scarf", "EUR", 2_900, None),
        ] {
            for path in [format!("/v1/public/shows/{show}"), "/v1/public/channels/nord".to_owned()] {
                let (status, headers, body) = ask(&app.storefront, &format!("{path}{query}"), None).await;
                assert_eq!(status, 200, "{query}");
                let told: Value = serde_json::from_slice(&body).unwrap();
                let told = told.get("show").unwrap_or(&told);
                for card in [&told["products"][0], &told["highlight"]["card"]] {
                    assert_eq!((&card["title"], &card["currency"]), (&title.into(), &code.into()), "{query}");
                    assert_eq!(card["variants"][0]["price_minor"], price, "{query}");
                    assert_eq!(card["compare_at_minor"].as_i64(), before, "{query}");
                }
                let tag = headers["etag"].to_str().unwrap().to_owned();
                let known = ask(&app.storefront, &format!("{path}{query}"), Some(&tag)).await;
                assert_eq!(known.0, 304, "{query}");
                tags.push((title, code, price, path, tag));
            }
        }
        for one in &tags {
            for other in tags.iter().filter(|other| other.3 == one.3) {
                let same = (one.0, one.1, one.2) == (other.0, other.1, other.2);
                assert_eq!(same, one.4 == other.4, "one's answer is not another's: {one:?} {other:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_is_told_to_viewers_of_every_language() {
    each_app(async |app, _| {
        let (actor, org, show, product) = show(&app).await;
        app.storefront.keep_snapshots();
        let title = async |query: &str| {
            let (_, _, body) = ask(&app.storefront, &format!("/v1/public/shows/{show}{query}"), None).await;
            let told: Value = serde_json::from_slice(&body).unwrap();
            told["products"][0]["title"].as_str().unwrap().to_owned()
        };
        assert_eq!((title("?language=de").await.as_str(), title("").await.as_str()), ("Schal", "Scarf"));
        let warm = ProductTextDraft { title: "Warmer Schal".into(), description: String::new() };
        let text = (Language::try_from("de").unwrap(), Some(warm));
        app.catalog.set_text(&actor, org, product, None, text).await.unwrap();
        app.storefront.forget(org);
        assert_eq!(title("?language=de-AT").await, "Warmer Schal");
    })
    .await;
}

#[tokio::test]
async fn what_is_pinned_costs_what_it_costs_now_whoever_asks() {
    each_app(async |app, _| {
        let (actor, org, show, product) = show(&app).await;
        pin(&app, &actor, org, show, product).await;
        let seen = app.catalog.product(&actor, org, product).await.unwrap().version;
        let cheaper = ProductPatch { price_minor: Some(2_500), ..ProductPatch::default() };
        app.catalog.change_product(&actor, org, product, Some(seen), cheaper).await.unwrap();
        for query in ["", "?language=de"] {
            let (_, _, body) = ask(&app.storefront, &format!("/v1/public/shows/{show}{query}"), None).await;
            let told: Value = serde_json::from_slice(&body).unwrap();
            let cards = [&told["products"][0], &told["highlight"]["card"]];
            assert_eq!(
                cards.map(|card| card["variants"][0]["price_minor"].as_i64()),
                [Some(2_500); 2],
                "{query}"
            );
        }
    })
    .await;
}
