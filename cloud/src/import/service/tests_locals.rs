//! Lists with other languages, currencies and markets, and lists that only add those.

use futures_util::TryStreamExt as _;

use super::tests::{import, new, products};
use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{Language, Market, Product};
use crate::import::{Format, MissingRule, Options, StockRule};

const LIST: &str = "id,item_group_id,title,description,price,link,size,title[de],description[de],title[pt_br],price[CHF],\
    compare_at_price[CHF],price[EUR/AT],price[USD/US]\n\
    S-M,scarf,Scarf,Wool,29.00,https://shop.example/s,M,Schal,Wolle,,33.00,39.00,27.50,\n\
    S-L,scarf,Scarf,,31.00,https://shop.example/s,L,,,Cachecol,35,,,36.00\n\
    H,,Hat,,15.00,https://shop.example/h,,,,,,,,\n";

async fn export(app: &App, actor: &Actor, org: OrgId, format: Format) -> String {
    let pieces: Vec<Bytes> =
        app.imports.export(actor, org, format).await.unwrap().try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

/// What a product says in other languages, and what its variants cost elsewhere.
fn told(product: &Product) -> String {
    let texts = product.texts.iter().map(|(tag, text)| format!("{tag}={}/{}", text.title, text.description));
    let prices = product.variants.iter().flat_map(|variant| {
        variant.prices.iter().map(move |price| {
            let market = price.market.map(|market| format!("/{market}")).unwrap_or_default();
            let before = price.compare_at_minor.map(|before| format!(" of {before}")).unwrap_or_default();
            format!("{} {}{market} {}{before}", variant.title, price.currency, price.price_minor)
        })
    });
    texts.chain(prices).collect::<Vec<_>>().join("; ")
}

const TOLD: &str =
    "de=Schal/Wolle; pt-BR=Cachecol/; M CHF 3300 of 3900; M EUR/AT 2750; L CHF 3500; L USD/US 3600";

#[tokio::test]
async fn columns_of_languages_and_places_come_in_go_out_and_come_back_the_same() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (done, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!((done.counts.created, problems.len()), (2, 0), "{problems:?}");
        let before = products(&app, &actor, org).await;
        assert_eq!((told(&before[0]).as_str(), told(&before[1]).as_str()), ("", TOLD));
        let (again, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        assert_eq!((again.counts.unchanged, again.counts.changed), (2, 0));

        for format in [Format::Csv, Format::Json] {
            let list = export(&app, &actor, org, format).await;
            let (back, problems) = import(&app, &actor, org, new(format, StockRule::Keep), &list).await;
            assert_eq!((back.counts.unchanged, problems.len()), (2, 0), "{problems:?}\n{list}");
            assert_eq!(products(&app, &actor, org).await, before);
            // And into another organisation, as it was.
            let (other, other_org, _) = owner(&app, &format!("Sud{format:?}")).await;
            let (made, problems) = import(&app, &other, other_org, new(format, StockRule::Keep), &list).await;
            assert_eq!((made.counts.created, problems.len()), (2, 0), "{problems:?}");
            assert_eq!(told(&products(&app, &other, other_org).await[1]), TOLD);
        }
        let changed = LIST.replace("Wolle", "Merino").replace("33.00,39.00", "32.00,");
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &changed).await;
        let now = products(&app, &actor, org).await;
        assert_eq!(told(&now[1]), TOLD.replace("Wolle", "Merino").replace("3300 of 3900", "3200"));
    })
    .await;
}

#[tokio::test]
async fn twenty_long_languages_go_out_on_rows_that_can_be_read_again() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let hat = products(&app, &actor, org).await.remove(0);
        for n in 0..20_u8 {
            let tag = Language::try_from(format!("a{}", char::from(b'a' + n))).unwrap();
            let long = "=\"\u{e9}\n".repeat(900);
            let draft = crate::catalog::ProductTextDraft {
                title: format!("Hat {n}"),
                description: format!("x{long}x"),
            };
            app.catalog.set_text(&actor, org, hat.id, None, (tag, Some(draft))).await.unwrap();
        }
        let before = products(&app, &actor, org).await;
        for format in [Format::Csv, Format::Json] {
            let list = export(&app, &actor, org, format).await;
            let (other, other_org, _) = owner(&app, &format!("Sud{format:?}")).await;
            let (made, problems) = import(&app, &other, other_org, new(format, StockRule::Keep), &list).await;
            assert_eq!((made.counts.created, problems.len()), (2, 0), "{problems:?}");
            assert_eq!(products(&app, &other, other_org).await[0].texts, before[0].texts);
        }
    })
    .await;
}

fn adds(source: &str, options: Options) -> NewImport {
    NewImport { source: source.into(), format: Format::Csv, options }
}

#[tokio::test]
async fn a_second_feed_adds_words_and_prices_to_what_is_there_and_makes_no_doubles() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let before = products(&app, &actor, org).await;
        let french = || Options {
            language: Language::try_from("fr").ok(),
            market: Market::try_from("FR").ok(),
            ..Options::default()
        };
        // By the group's name, by the number of a variant, and one that nobody knows.
        let feed = "id,item_group_id,title,description,price\n\
            S-M,scarf,Écharpe,Laine,28.00 EUR\nS-L,scarf,Écharpe,Laine,30.00 EUR\n\
            H,,Chapeau,,14.00 EUR\nX,,Rien,,1.00 EUR\n";
        let (done, problems) = import(&app, &actor, org, adds("fr", french()), feed).await;
        let counts = done.counts;
        assert_eq!(
            (counts.created, counts.changed, counts.failed, counts.uncounted),
            (0, 2, 1, 0),
            "{problems:?}"
        );
        assert!(problems[0].sentence.contains("no product"), "{problems:?}");
        let now = products(&app, &actor, org).await;
        assert_eq!(now.len(), 2);
        assert_eq!(told(&now[0]), "fr=Chapeau/; Default EUR/FR 1400");
        assert!(
            told(&now[1]).contains("fr=Écharpe/Laine") && told(&now[1]).contains("L EUR/FR 3000"),
            "{}",
            told(&now[1])
        );
        for (before, now) in before.iter().zip(&now) {
            assert_eq!(
                (&before.title, before.price_minor(), &before.url),
                (&now.title, now.price_minor(), &now.url)
            );
        }
        let (again, _) = import(&app, &actor, org, adds("fr", french()), feed).await;
        assert_eq!((again.counts.changed, again.counts.unchanged), (0, 2));
        assert_eq!(products(&app, &actor, org).await, now);
        // The first list again takes nothing of it away, changed or not.
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &LIST.replace("Hat", "Cap")).await;
        assert_eq!(told(&products(&app, &actor, org).await[0]), "fr=Chapeau/; Default EUR/FR 1400");

        // Prices alone, in a currency everywhere; the number is on a variant, the row has no other name.
        let francs = Options { adds_to: Some("main".into()), ..Options::default() };
        let (done, problems) =
            import(&app, &actor, org, adds("chf", francs), "sku,price\nH,19.00 CHF\n").await;
        assert_eq!((done.counts.changed, problems.len()), (1, 0), "{problems:?} {:?}", done.reason);
        assert!(told(&products(&app, &actor, org).await[0]).contains("Default CHF 1900"));
    })
    .await;
}

#[tokio::test]
async fn lists_that_say_nonsense_of_languages_and_places_are_told_so() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        for (options, word) in [
            (Options { adds_to: Some("same".into()), ..Options::default() }, "source"),
            (Options { adds_to: Some(String::new()), ..Options::default() }, "adds_to"),
            (Options { language: Language::try_from("de").ok(), missing: Some(MissingRule::Hide), ..Options::default() }, "missing"),
            (Options { stock: StockRule::Ignore, ..Options::default() }, "stock"),
        ] {
            let refused = adds("same", options).checked().unwrap_err();
            assert!(refused.0.contains(word), "{word}: {refused}");
        }
        for (column, word) in [
            ("title[xx-<script>]", "language"),
            ("price[XXX]", "currency"),
            ("price[BTC]", "currency"),
            ("price[EUR/ZZ]", "country"),
        ] {
            let list = format!("id,title,price,link,{column}\n1,Hat,15,https://x,y\n");
            let (failed, _) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &list).await;
            assert!(failed.reason.as_deref().is_some_and(|reason| reason.contains(word)), "{column}: {:?}", failed.reason);
            let object = format!("[{{\"id\": \"1\", \"title\": \"Hat\", \"price\": 15, \"link\": \"https://x\", \"{column}\": \"5\"}}]");
            let (_, problems) = import(&app, &actor, org, new(Format::Json, StockRule::Keep), &object).await;
            assert!(problems[0].sentence.contains(word), "{column}: {problems:?}");
        }
        // What does not fit is told, and the rest is taken.
        let list = format!(
            "id,title,price,link,title[de],description[fr],price[CHF]\n1,Hat,15,https://x,{},Laine,\n2,Cap,15,https://x,,,5 USD\n",
            "x".repeat(201)
        );
        let (done, problems) = import(&app, &actor, org, new(Format::Csv, StockRule::Keep), &list).await;
        assert_eq!((done.counts.created, done.counts.failed, problems.len()), (1, 1, 3), "{problems:?}");
        assert!(products(&app, &actor, org).await[0].texts.is_empty());
    })
    .await;
}
