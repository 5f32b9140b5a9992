use vitrine_protocol::OrgId;

use super::super::{ProductDraft, VariantDraft};
use super::*;
use crate::base::from_ms;

fn language(tag: &str) -> Language {
    Language::try_from(tag).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::try_from(code).unwrap()
}

fn market(code: &str) -> Option<Market> {
    (!code.is_empty()).then(|| Market::try_from(code).unwrap())
}

fn price(code: &str, at: &str, price_minor: i64) -> MarketPriceDraft {
    MarketPriceDraft { currency: currency(code), market: market(at), price_minor, compare_at_minor: None }
}

fn text(title: &str) -> Option<ProductTextDraft> {
    Some(ProductTextDraft { title: title.into(), description: String::new() })
}

/// A product in euros with two variants, its own words in English.
fn scarf(languages: &[&str], prices: [&[MarketPriceDraft]; 2]) -> Product {
    let variant = |title: &str| VariantDraft { title: title.into(), ..VariantDraft::default() };
    let draft = ProductDraft {
        title: "own".into(),
        description: String::new(),
        url: "https://shop.example/scarf".into(),
        currency: currency("EUR"),
        price_minor: Some(100),
        compare_at_minor: None,
        stock: None,
        variants: vec![variant("M"), variant("L")],
        options: Vec::new(),
        tags: Vec::new(),
    };
    let mut product = Product::new(OrgId::new(), draft, from_ms(0)).unwrap();
    for tag in languages {
        product.set_text(language(tag), text(tag)).unwrap();
    }
    for (at, prices) in prices.iter().enumerate() {
        product.set_prices(at, prices).unwrap();
    }
    product
}

fn choice(reads: &str, at: &str, pays: &str) -> Choice {
    Choice {
        language: (!reads.is_empty()).then(|| language(reads)),
        market: market(at),
        currency: (!pays.is_empty()).then(|| currency(pays)),
    }
}

#[test]
fn a_reader_gets_their_language_or_a_wider_one_or_the_organisations_own() {
    for (has, reads, title) in [
        (&["de", "de-AT", "pt-BR", "zh-Hant"][..], "de-AT", "de-AT"),
        (&["de", "de-AT"], "de-CH", "de"),
        (&["de", "de-AT"], "de", "de"),
        (&["de-AT", "de-DE"], "de-CH", "de-AT"),
        (&["pt-BR"], "pt", "pt-BR"),
        (&["zh-Hant"], "zh-Hant-TW", "zh-Hant"),
        (&["de", "fr"], "pl", "own"),
        (&["de"], "", "own"),
        (&[], "de", "own"),
        // The organisation's own words are English.
        (&["en-US", "de"], "en-GB", "own"),
        (&["en-US"], "en-US", "en-US"),
        (&["en"], "en-US", "en"),
    ] {
        let (product, own) = (scarf(has, [&[], &[]]), language("en"));
        let asked = choice(reads, "", "");
        assert_eq!(product.title_for(&asked, Some(&own)), title, "{reads} of {has:?}");
        let among = asked.among(&Offered::of(std::slice::from_ref(&product), Some(own.clone())));
        assert_eq!(product.title_for(&among, Some(&own)), title, "{reads} of {has:?}, among them");
    }
}

#[test]
fn where_the_organisations_own_language_is_not_known_another_of_the_same_is_better() {
    let product = scarf(&["en-GB"], [&[], &[]]);
    assert_eq!(product.title_for(&choice("en-US", "", ""), None), "en-GB");
}

#[test]
fn a_price_is_that_of_market_and_currency_then_of_the_currency_then_of_the_market_then_the_base() {
    let prices: [&[MarketPriceDraft]; 2] = [
        &[
            price("CHF", "", 110),
            price("CHF", "CH", 120),
            price("EUR", "AT", 90),
            price("USD", "US", 130),
            price("GBP", "", 140),
            price("PLN", "PL", 150),
            price("USD", "PL", 160),
        ],
        &[
            price("CHF", "", 111),
            price("EUR", "DE", 92),
            price("USD", "US", 131),
            price("USD", "PL", 161),
            price("PLN", "PL", 151),
        ],
    ];
    let (product, own) = (scarf(&[], prices), language("en"));
    for (at, pays, code, costs) in [
        ("CH", "CHF", "CHF", [120, 111]), // that of the market, where one variant has it
        ("DE", "CHF", "CHF", [110, 111]),
        ("", "CHF", "CHF", [110, 111]),
        ("CH", "", "CHF", [120, 111]),
        ("AT", "EUR", "EUR", [90, 100]),
        ("AT", "", "EUR", [90, 100]),
        ("DE", "", "EUR", [100, 92]),
        ("US", "", "USD", [130, 131]),
        ("PL", "", "PLN", [150, 151]), // of two, by the alphabet
        ("PL", "USD", "USD", [160, 161]),
        ("DE", "USD", "EUR", [100, 92]), // dollars are for other countries
        ("", "USD", "EUR", [100, 100]),
        ("", "GBP", "EUR", [100, 100]), // a part of it has no price in pounds
        ("GB", "JPY", "EUR", [100, 100]),
        ("CH", "EUR", "EUR", [100, 100]), // asked for, and it has it
        ("", "", "EUR", [100, 100]),
    ] {
        let asked = choice("", at, pays);
        let among = asked.among(&Offered::of(std::slice::from_ref(&product), Some(own.clone())));
        for choice in [&asked, &among] {
            let found = product.currency_for(choice);
            let paid = product
                .variants
                .iter()
                .map(|one| product.tag_in(one, found, choice.market).unwrap().price_minor);
            assert_eq!((found.as_str(), paid.collect::<Vec<_>>()), (code, costs.to_vec()), "{choice:?}");
        }
    }
}

#[test]
fn what_nobody_has_makes_no_choice_of_its_own() {
    let products = [scarf(&["de"], [&[price("CHF", "CH", 1)], &[]]), scarf(&[], [&[], &[]])];
    let offered = Offered::of(&products, Some(language("en")));
    let mut seen = std::collections::HashSet::new();
    for reads in ["de", "de-AT", "de-CH", "fr", "en", "pl", ""] {
        for at in ["CH", "AT", "US", ""] {
            for pays in ["CHF", "EUR", "JPY", ""] {
                seen.insert(choice(reads, at, pays).among(&offered));
            }
        }
    }
    assert_eq!(seen.len(), 2 * 2 * 3, "{seen:?}");
    let plain = [scarf(&[], [&[], &[]])];
    assert_eq!(choice("de", "CH", "CHF").among(&Offered::of(&plain, None)), Choice::default());
}

#[test]
fn hostile_texts_and_prices_are_refused_by_their_names() {
    let mut product = scarf(&[], [&[], &[]]);
    for n in 0..20_u8 {
        product.set_text(language(&format!("a{}", char::from(b'a' + n))), text("x")).unwrap();
    }
    assert!(product.set_text(language("zz"), text("x")).unwrap_err().0.contains("20 languages"));
    let mut product = scarf(&[], [&[], &[]]);
    for (draft, word) in [
        (text(""), "title"),
        (text(&"x".repeat(201)), "title"),
        (text("a\u{0}b"), "title"),
        (Some(ProductTextDraft { title: "x".into(), description: "x".repeat(5_001) }), "description"),
    ] {
        assert!(product.set_text(language("de"), draft).unwrap_err().0.contains(word), "{word}");
    }
    let long = ProductTextDraft { title: "x".into(), description: "\u{1f9e3}".repeat(5_000) };
    let mut tags = ["de", "fr", "pl", "cs", "sk", "it", "es", "pt"].into_iter();
    let refused = tags.find_map(|tag| product.set_text(language(tag), Some(long.clone())).err());
    assert!(refused.unwrap().0.contains("together"));

    let mut product = scarf(&[], [&[], &[]]);
    for (drafts, word) in [
        (vec![price("XXX", "", 1)], "currency"),
        (vec![price("BTC", "", 1)], "currency"),
        (vec![price("EUR", "", 1)], "price_minor"),
        (vec![price("CHF", "", -1)], "price_minor"),
        (vec![price("CHF", "", i64::MAX)], "price_minor"),
        (vec![price("CHF", "CH", 1), price("CHF", "CH", 2)], "twice"),
        (vec![MarketPriceDraft { compare_at_minor: Some(-1), ..price("CHF", "", 1) }], "compare_at_minor"),
        (vec![price("CHF", "", 1); 51], "at most 50"),
    ] {
        let error = product.set_prices(0, &drafts).unwrap_err();
        assert!(error.0.contains(word), "{word}: {error}");
    }
}
