use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::base::from_ms;
use crate::catalog::Pieces;

fn options() -> Options {
    Options { currency: Currency::try_from("EUR").ok(), ..Options::default() }
}

fn read_with(format: Format, bytes: &[u8], options: &Options) -> Result<Vec<Outcome>, FileError> {
    // 2026-06-01.
    products(Cursor::new(bytes.to_vec()), format, options, None, from_ms(1_780_272_000_000))?.collect()
}

fn read(format: Format, text: &str) -> Vec<Outcome> {
    read_with(format, text.as_bytes(), &options()).unwrap()
}

fn taken(outcomes: Vec<Outcome>) -> Vec<Incoming> {
    outcomes
        .into_iter()
        .filter_map(|outcome| match outcome.found {
            Found::Product(product) => Some(*product),
            _ => None,
        })
        .collect()
}

fn stocks(product: &Incoming) -> Vec<(&str, i64, Option<i64>)> {
    product.variants.iter().map(|one| (one.title.as_str(), one.price_minor, one.stock)).collect()
}

#[test]
fn a_plain_table_is_read_with_any_separator_and_in_any_writing() {
    let rows = "id;title;price;link;quantity\n1;\"Gr\u{fc}ner; Schal\";12,90;https://shop.example/1;5\n\n2;Hut;8;https://shop.example/2;\n";
    let utf8 = taken(read(Format::Csv, &format!("\u{feff}{rows}")));
    assert_eq!((utf8.len(), utf8[0].title.as_str()), (2, "Gr\u{fc}ner; Schal"));
    assert_eq!(
        (stocks(&utf8[0]), stocks(&utf8[1])),
        (vec![("Default", 1290, Some(5))], vec![("Default", 800, None)])
    );
    let windows = encoding_rs::WINDOWS_1252.encode(rows).0.into_owned();
    assert_eq!(taken(read_with(Format::Csv, &windows, &options()).unwrap()), utf8);
    let tabs =
        "id\ttitle\tprice\tlink\tquantity\r\n1\tGr\u{fc}ner; Schal\t12.90\thttps://shop.example/1\t5\r\n";
    assert_eq!(taken(read(Format::Csv, tabs)), utf8[..1]);
}

#[test]
fn shopifys_rows_become_variants_and_rows_of_pictures_nothing() {
    let table = "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status\n\
        scarf,Scarf,\"<p>Warm &amp; <b>soft</b></p><p>Wool</p>\",Size,M,white,S-M,3,29.00,39.00,https://x/1.jpg,active\n\
        scarf,,,,L,white,S-L,-2,31.00,,,\n\
        scarf,,,,,,,,,,https://x/2.jpg,\n\
        hat,Hat,,Title,Default Title,,H,7,15.00,,,active\n\
        old,Old,,Title,Default Title,,O,7,15.00,,,draft\n";
    let options = Options { shop_url: Some("https://shop.example/".into()), ..options() };
    let outcomes = read_with(Format::Csv, table.as_bytes(), &options).unwrap();
    let errors: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.errors).collect();
    let oversold = matches!(errors[..], [one] if one.line == 3 && one.sentence.contains("counts as 0"));
    assert!(oversold, "{outcomes:?}");
    assert_eq!((outcomes[0].rows, &outcomes[2].found), (3, &Found::NotSold(None)));
    let products = taken(outcomes);
    assert_eq!(stocks(&products[0]), [("M / white", 2900, Some(3)), ("L / white", 3100, Some(0))]);
    let before: Vec<_> = products[0].variants.iter().map(|one| one.compare_at_minor).collect();
    assert_eq!(before, [Some(Some(3900)), Some(None)], "the other size was never reduced");
    assert_eq!(products[0].description, "Warm & soft\nWool");
    assert_eq!(
        (products[0].url.as_str(), products[0].compare_at_minor),
        ("https://shop.example/products/scarf", None)
    );
    assert_eq!(
        (stocks(&products[1]), products[1].compare_at_minor),
        (vec![("Default", 1500, Some(7))], None)
    );
}

const FEED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>A shop</title><link>https://shop.example</link>
<item><g:id>S-M</g:id><g:title>Scarf &amp; more</g:title><g:description><![CDATA[Wool <b>]]></g:description>
  <g:link>https://shop.example/s?a=1&amp;b=2</g:link><g:image_link>https://x/1.jpg</g:image_link>
  <g:price>39.00 EUR</g:price><g:sale_price>29.00 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-05-01T00:00+0100/2026-07-01T00:00+0100</g:sale_price_effective_date>
  <g:shipping><g:price>4.90 EUR</g:price></g:shipping>
  <g:availability>in_stock</g:availability><g:item_group_id>scarf</g:item_group_id><g:size>M</g:size></item>
<item><g:id>S-L</g:id><g:title>Scarf &amp; more</g:title><g:link>https://shop.example/s</g:link>
  <g:price>41 EUR</g:price><g:sale_price>1 EUR</g:sale_price>
  <g:sale_price_effective_date>2025-05-01T00:00+0100/2025-07-01T00:00+0100</g:sale_price_effective_date>
  <g:availability>out of stock</g:availability><g:item_group_id>scarf</g:item_group_id><g:size>L</g:size></item>
<item><title>Hat&#x21;</title><link>https://shop.example/h</link><g:id>H</g:id><g:price>15 USD</g:price><g:quantity>4</g:quantity></item>
</channel></rss>"#;

#[test]
fn a_feed_of_google_merchant_is_read_with_its_reductions() {
    let products = taken(read(Format::Xml, FEED));
    assert_eq!(products.len(), 2);
    assert_eq!((products[0].external_id.as_str(), products[0].title.as_str()), ("scarf", "Scarf & more"));
    assert_eq!(stocks(&products[0]), [("M", 2900, None), ("L", 4100, Some(0))]);
    let sold: Vec<_> = products[0].variants.iter().map(|one| (one.sell_when_empty, one.pieces)).collect();
    assert_eq!(sold, [(Some(true), Pieces::Available), (Some(false), Pieces::Told)], "nobody said how many");
    assert_eq!((products[0].compare_at_minor, products[0].description.as_str()), (None, "Wool"));
    assert_eq!(products[0].variants[0].compare_at_minor, Some(Some(3900)));
    assert_eq!(products[0].url, "https://shop.example/s?a=1&b=2");
    assert_eq!((products[1].title.as_str(), products[1].currency.as_str()), ("Hat!", "USD"));
    assert_eq!((stocks(&products[1]), products[1].line), (vec![("Default", 1500, Some(4))], 13));
}

#[test]
fn atom_has_its_links_in_attributes() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
        <entry><g:id>1</g:id><title>Hat</title><link rel="edit" href="https://x/edit"/><link href="https://x/h?a=1&amp;b=2"/>
        <g:price>5 EUR</g:price></entry></feed>"#;
    let products = taken(read(Format::Xml, feed));
    assert_eq!((products[0].title.as_str(), products[0].url.as_str()), ("Hat", "https://x/h?a=1&b=2"));
}

#[test]
fn json_is_a_list_or_a_product_on_each_line() {
    let scarf = r#"{"id":"scarf","title":"Scarf","link":"https://x/s","currency":"EUR",
        "variants":[{"title":"M","sku":"S-M","price":"29.00","quantity":3},{"title":"L","sku":"S-L","price_minor":3100}]}"#;
    let hat = r#"{"id":7,"title":"Hat [}\"","link":"https://x/h","price":{"value":"15.5","currency":"USD"},"stock":2}"#;
    let list = taken(read(Format::Json, &format!("\n[ {scarf} ,\n{hat}\n]\n")));
    assert_eq!(stocks(&list[0]), [("M", 2900, Some(3)), ("L", 3100, None)]);
    assert_eq!((list[1].external_id.as_str(), list[1].title.as_str(), list[1].line), ("7", "Hat [}\"", 4));
    assert_eq!((stocks(&list[1]), list[1].currency.as_str()), (vec![("Default", 1550, Some(2))], "USD"));
    let lines = taken(read(Format::Json, &format!("{}\n{hat}\n", scarf.replace('\n', " "))));
    assert_eq!(
        lines.iter().map(|one| &one.variants).collect::<Vec<_>>(),
        [&list[0].variants, &list[1].variants]
    );
}

#[test]
fn a_bad_row_is_told_with_its_line_and_field_and_the_others_are_taken() {
    let table = "id,title,price,link,quantity,currency\n\
        1,Scarf,12.90,https://x/1,5,\n\
        2,Hat,cheap,https://x/2,5,\n\
        3,,5,https://x/3,5,\n\
        ,Bag,5,https://x/4,5,\n\
        5,Mug,5,,5,\n\
        6,Cup,5,https://x/6,many,\n\
        7,Pot,5,https://x/7,1,EURO\n\
        1,Scarf,12.90,https://x/1,5,\n\
        8,Pan,5,https://x/8,1,CHF\n";
    let outcomes = read(Format::Csv, table);
    let errors: Vec<_> =
        outcomes.iter().flat_map(|one| &one.errors).map(|one| (one.line, one.field.unwrap())).collect();
    let wanted =
        [(3, "price"), (4, "title"), (5, "id"), (6, "link"), (7, "quantity"), (8, "currency"), (9, "id")];
    assert_eq!(errors, wanted);
    let products = taken(outcomes);
    assert_eq!(products.iter().map(|one| one.external_id.as_str()).collect::<Vec<_>>(), ["1", "6", "8"]);
    assert_eq!(
        (products[1].variants[0].stock, products[1].is_whole),
        (None, true),
        "only its count is missing"
    );

    let feed = FEED.replace("Hat&#x21;", "Hat &secret;");
    let outcomes = read(Format::Xml, &feed);
    assert_eq!((outcomes[0].errors[0].line, outcomes[0].rows, outcomes.len()), (13, 3, 1));
    assert!(outcomes[0].errors[0].sentence.contains("&secret;"));
    let outcomes = read(
        Format::Json,
        "[{\"id\":\"1\",\"title\":}, {\"id\":\"2\",\"title\":\"Hat\",\"price\":5,\"link\":\"https://x\"}]",
    );
    assert_eq!((outcomes[0].errors[0].line, taken(outcomes).len()), (1, 1));
}

#[test]
fn a_bad_line_of_products_is_told_and_the_lines_behind_it_are_read() {
    let product = |id: usize| format!(r#"{{"id":"{id}","title":"Hat","link":"https://x/{id}","price":5}}"#);
    let bad = [
        "not json",
        "\"x\"",
        "}",
        "[1]",
        r#"{"id":"9","title":"#,
        r#"{"id":"9","title":"Hat}"#,
        r#"{"id":"9","variants":["#,
        r#"{"id":"9","title":"Hat" "price":5}"#,
    ];
    for line in bad {
        // What begins with a bracket is a list.
        for place in usize::from(line.starts_with('['))..4 {
            let mut lines: Vec<String> = (1..4).map(product).collect();
            lines.insert(place, line.to_owned());
            let outcomes = read(Format::Json, &(lines.join("\r\n") + "\r\n"));
            let errors: Vec<_> = outcomes.iter().flat_map(|one| &one.errors).map(|one| one.line).collect();
            assert_eq!(errors, [place as u64 + 1], "{line}: {outcomes:?}");
            let ids: Vec<_> = taken(outcomes).into_iter().map(|one| one.external_id).collect();
            assert_eq!(ids, ["1", "2", "3"], "{line} in line {}", place + 1);
        }
    }
    // A product may stand on several lines, and a file that is cut off is told so.
    let tall = "{\n  \"id\": \"1\",\n  \"title\": \"Hat\", \"link\": \"https://x\",\n\"price\": 5\n}\n";
    assert_eq!(taken(read(Format::Json, &format!("{tall}{}", product(2)))).len(), 2);
    let cut = format!("{}\n{}", product(1), r#"{"id":"2","title":"Ha"#);
    let error = read_with(Format::Json, cut.as_bytes(), &options()).unwrap_err();
    assert!(error.to_string().contains("breaks off"), "{error}");
}

#[test]
fn one_variant_of_several_may_be_bad() {
    let table = "handle,title,price,sku,size,link\nscarf,Scarf,5,A,M,https://x\nscarf,,free,B,L,\nscarf,,7,A,XL,\nscarf,,8,D,XXL,\n";
    let outcomes = read(Format::Csv, table);
    let errors: Vec<_> = outcomes[0].errors.iter().map(|one| (one.line, one.field.unwrap())).collect();
    assert_eq!(errors, [(3, "price"), (4, "sku")]);
    assert_eq!(stocks(&taken(outcomes)[0]), [("M", 500, None), ("XXL", 800, None)]);
}

#[test]
fn what_can_be_ordered_at_zero_is_sold_when_empty() {
    let table = "Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Published\n\
        a,Print,A,,0,deny,5,true\n\
        b,Made to order,B,shopify,0,continue,5,true\n\
        c,Counted,C,shopify,0,deny,5,true\n\
        d,Not there,D,shopify,3,deny,5,FALSE\n";
    let options = Options { shop_url: Some("https://shop.example".into()), ..options() };
    let outcomes = read_with(Format::Csv, table.as_bytes(), &options).unwrap();
    assert_eq!(outcomes[3].found, Found::NotSold(None));
    let sells = |outcomes| {
        let taken = taken(outcomes);
        taken.iter().map(|one| one.variants[0].sell_when_empty).collect::<Vec<_>>()
    };
    assert_eq!(sells(outcomes), [Some(true), Some(true), Some(false)]);
    let feed = |word: &str| format!("id,title,price,link,availability\n1,Hat,5,https://x,{word}\n");
    for (word, wanted) in [
        ("preorder", Some(true)),
        ("backorder", Some(true)),
        ("in_stock", Some(true)),
        ("out_of_stock", Some(false)),
    ] {
        assert_eq!(sells(read(Format::Csv, &feed(word))), [wanted], "{word}");
    }
}

#[test]
fn what_the_other_prices_of_a_table_show_settles_a_mark() {
    let list = |prices: &[&str]| {
        let rows = prices.iter().enumerate().map(|(n, price)| format!("{n};Hat;{price};https://x/{n};1\n"));
        let outcomes =
            read(Format::Csv, &format!("id;title;price;link;quantity\n{}", rows.collect::<String>()));
        let price = |outcome: &Outcome| match &outcome.found {
            Found::Product(product) => Ok(product.variants[0].price_minor),
            _ => Err(outcome.errors[0].sentence.clone()),
        };
        outcomes.iter().map(price).collect::<Vec<_>>()
    };
    assert_eq!(list(&["1.234", "12,90", "5"]), [Ok(123_400), Ok(1290), Ok(500)]);
    assert_eq!(list(&["1,234", "12.90", "19.990"]), [Ok(123_400), Ok(1290), Ok(1999)]);
    for alone in [&["1.234", "5"][..], &["1.234", "12,90", "12.90"]] {
        let sentence = list(alone)[0].clone().unwrap_err();
        assert!(sentence.starts_with("`1.234` can be read in two ways"), "{sentence}");
    }
    let wrong = list(&["1.234", "12.90"])[0].clone().unwrap_err();
    assert!(wrong.starts_with("`1.234` is no price in EUR"), "{wrong}");
    // Feeds and JSON have dots.
    for (format, text) in [
        (
            Format::Xml,
            "<rss><item><id>1</id><title>Hat</title><link>https://x</link><price>19.990 EUR</price></item></rss>",
        ),
        (Format::Json, r#"{"id":1,"title":"Hat","link":"https://x","price":19.990}"#),
    ] {
        assert_eq!(taken(read(format, text))[0].variants[0].price_minor, 1999, "{text}");
        let outcomes = read(format, &text.replace("19.990", "15.999"));
        assert!(outcomes[0].errors[0].sentence.starts_with("`15.999"), "{:?}", outcomes[0].errors);
    }
}

#[test]
fn a_table_of_a_german_spreadsheet_is_read_as_it_was_saved() {
    let table = "sep=;\r\nArtikelnummer;Bezeichnung;Preis;Link;Bestand;Gr\u{f6}\u{df}e\r\nA-1;Schal;1.234,50 \u{20ac};https://x/1;1.000;M\r\n";
    let products = taken(read(Format::Csv, table));
    assert_eq!((stocks(&products[0]), products[0].line), (vec![("M", 123_450, Some(1_000))], 3));
    assert_eq!(products[0].external_id, "A-1");
    let error = read_with(Format::Csv, b"Artikel;Kosten\n1;2\n", &options()).unwrap_err();
    assert!(error.0.contains("`Artikel`, `Kosten`"), "{error}");
}

#[test]
fn a_list_without_counts_sells_without_and_one_with_some_leaves_the_others_to_be_counted() {
    let pieces = |text: &str| {
        let of =
            |one: &Incoming| (one.variants[0].pieces, one.variants[0].stock, one.variants[0].sell_when_empty);
        taken(read(Format::Csv, text)).iter().map(of).collect::<Vec<_>>()
    };
    let none = "id,title,price,link\n1,Hat,5,https://x/1\n";
    assert_eq!(pieces(none), [(Pieces::Untold, None, Some(true))]);
    let some = "id,title,price,link,quantity,availability\n1,Hat,5,https://x/1,,\n2,Cap,5,https://x/2,-3,\n3,Mug,5,https://x/3,,in stock\n";
    assert_eq!(
        pieces(some),
        [(Pieces::Told, None, None), (Pieces::Told, Some(0), None), (Pieces::Available, None, Some(true))]
    );
    let told = &read(Format::Csv, some)[1].errors[0];
    assert_eq!((told.line, told.sentence.as_str()), (3, "`-3` is less than nothing, and counts as 0"));
}

#[test]
fn html_of_a_list_is_read_as_text_and_our_own_export_as_it_is() {
    let row = "1,<b>Hat</b> &amp; cap,5,https://x/1,<p>Hello &amp; bye</p>";
    let product = &taken(read(Format::Csv, &format!("id,title,price,link,description\n{row}\n")))[0];
    assert_eq!((product.title.as_str(), product.description.as_str()), ("Hat & cap", "Hello & bye"));
    let own = &taken(read(Format::Csv, &format!("vitrine_id,title,price,link,description\n{row}\n")))[0];
    assert_eq!(own.title, "<b>Hat</b> &amp; cap");
}

#[test]
fn a_price_without_a_currency_is_in_that_of_whoever_sends_it() {
    let own = |code: &str, price: &str| {
        let text = format!("id,title,price,link\n1,Hat,{price},https://x/1\n");
        let own = Currency::try_from(code).ok();
        let file = Cursor::new(text.into_bytes());
        let options = Options::default();
        let found = products(file, Format::Csv, &options, own, from_ms(0)).unwrap();
        taken(found.map(Result::unwrap).collect())[0].currency.to_string()
    };
    assert_eq!(own("CHF", "12"), "CHF");
    assert_eq!((own("CHF", "12 EUR"), own("CHF", "\u{20ac} 12")), ("EUR".into(), "EUR".into()));
    assert_eq!((own("CAD", "$12"), own("EUR", "$12")), ("CAD".into(), "USD".into()));
}

#[test]
fn a_file_that_is_something_else_is_told_so() {
    let billion =
        "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><item><title>&b;</title></item></rss>";
    for (format, text, word) in [
        (Format::Csv, "", "first line"),
        (Format::Csv, "a,b\n1,2\n", "title"),
        (Format::Xml, billion, "DOCTYPE"),
        (Format::Xml, "<rss><item><title>Hat</title>", "breaks off"),
        (Format::Xml, "<rss></item></rss>", "XML"),
        (Format::Json, "\"x\"", "braces"),
        (Format::Json, "[{\"id\":1}", "breaks off"),
        (Format::Json, "[{\"id\":1", "breaks off"),
        (Format::Json, "[1]", "braces"),
    ] {
        let error = read_with(format, text.as_bytes(), &options()).unwrap_err();
        assert!(error.to_string().contains(word), "{text}: {error}");
    }
    let deep = "<a>".repeat(100_000);
    assert!(read_with(Format::Xml, deep.as_bytes(), &options()).unwrap_err().to_string().contains("deep"));
}

#[test]
fn what_is_too_long_is_left_out_and_what_follows_is_read() {
    let long = "x".repeat(70_000);
    let table = format!("id,title,price,link\n1,{long},5,https://x\n2,Hat,5,https://x\n");
    let outcomes = read(Format::Csv, &table);
    assert!(outcomes[0].errors[0].sentence.contains("64 KB"));
    assert_eq!(taken(outcomes)[0].external_id, "2");
    let open = format!("id,title,price,link\n1,\"Hat,5,https://x\n{}", "2,Hat,5,https://x\n".repeat(10_000));
    assert!(read(Format::Csv, &open)[0].errors[0].sentence.contains("quotation mark"));

    let list = format!(
        "[{{\"id\":\"1\",\"title\":\"{}\"}},{{\"id\":\"2\",\"title\":\"Hat\",\"price\":5,\"link\":\"https://x\"}}]",
        "x".repeat(700_000)
    );
    let outcomes = read(Format::Json, &list);
    assert!(outcomes[0].errors[0].sentence.contains("640 KB") && taken(outcomes).len() == 1);

    let feed = |title: &str| {
        format!(
            "<rss><item><id>1</id><title>{title}</title></item><item><id>2</id><title>Hat</title><price>5 EUR</price><link>https://x</link></item></rss>"
        )
    };
    let pieces = "yy<!-- -->".repeat(40_000);
    let outcomes = read(Format::Xml, &feed(&pieces));
    assert!(outcomes[0].errors[0].sentence.contains("64 KB") && taken(outcomes).len() == 1);
    let one_piece = read_with(Format::Xml, feed(&long).as_bytes(), &options());
    assert!(one_piece.unwrap_err().to_string().contains("64 KB"));
}

/// A file that is made as it is read, so that only the parser holds anything of it.
struct Made {
    product: usize,
    of: usize,
    format: Format,
    part: Cursor<Vec<u8>>,
    /// How many were read since the file was begun last.
    read: Arc<AtomicUsize>,
}

impl Made {
    fn new(format: Format, of: usize) -> Self {
        let head = match format {
            Format::Csv => "id,title,description,link,price,quantity\n",
            Format::Xml => "<rss><channel>",
            Format::Json | Format::Unknown => "[",
        };
        Self { product: 0, of, format, part: Cursor::new(head.into()), read: Arc::default() }
    }

    fn next(&self) -> Option<String> {
        let n = self.product;
        let words = "Soft and warm, of the best wool. ".repeat(8);
        Some(match self.format {
            _ if n > self.of => return None,
            Format::Csv if n == self.of => return None,
            Format::Xml if n == self.of => "</channel></rss>".into(),
            Format::Json | Format::Unknown if n == self.of => "]".into(),
            Format::Csv => {
                format!("{n},Scarf {n},\"{words}\",https://shop.example/{n},12.90 EUR,{}\n", n % 50)
            }
            Format::Xml => format!(
                "<item><id>{n}</id><title>Scarf {n}</title><description>{words}</description><link>https://shop.example/{n}</link><price>12.90 EUR</price><quantity>3</quantity></item>\n"
            ),
            Format::Json | Format::Unknown => format!(
                "{}{{\"id\":{n},\"title\":\"Scarf {n}\",\"description\":\"{words}\",\"link\":\"https://shop.example/{n}\",\"price\":12.9,\"currency\":\"EUR\"}}",
                if n == 0 { "" } else { ",\n" }
            ),
        })
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.part.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(next) = self.next() else { return Ok(0) };
            self.product += 1;
            self.read.store(self.product, Ordering::Relaxed);
            self.part = Cursor::new(next.into());
        }
    }
}

impl Seek for Made {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        *self = Self { read: self.read.clone(), ..Self::new(self.format, self.of) };
        self.read.store(0, Ordering::Relaxed);
        Ok(0)
    }
}

#[test]
fn a_hundred_thousand_products_are_read_as_they_come_and_none_far_ahead() {
    for format in [Format::Csv, Format::Xml, Format::Json] {
        let made = Made::new(format, 100_000);
        let read = made.read.clone();
        let (mut count, mut ahead) = (0, 0);
        for outcome in products(made, format, &options(), None, from_ms(0)).unwrap() {
            let outcome = outcome.unwrap();
            assert!(outcome.errors.is_empty() && matches!(outcome.found, Found::Product(_)));
            count += 1;
            ahead = ahead.max(read.load(Ordering::Relaxed) - count);
        }
        assert_eq!(count, 100_000);
        // Two blocks of 64 KB hold about 400 of them.
        assert!(ahead < 1_000, "{format:?}: {ahead} were read before they were asked for");
    }
}

#[test]
fn a_product_of_a_thousand_variants_is_refused_before_it_takes_memory() {
    let variants = vec!["{}"; 43_000].join(",");
    let text = format!(
        "[{{\"id\":\"a\",\"title\":\"A\",\"description\":\"{}\",\"variants\":[{variants}]}},\
         {{\"id\":\"b\",\"title\":\"B\",\"price\":\"5 EUR\",\"link\":\"https://shop.example/b\"}}]",
        "x".repeat(128 * 1024)
    );
    let outcomes = read(Format::Json, &text);
    assert_eq!((outcomes.len(), outcomes[0].errors.len()), (2, 1));
    assert!(outcomes[0].errors[0].sentence.contains("at most 100"), "{:?}", outcomes[0].errors);
    assert_eq!(taken(outcomes[1..].to_vec())[0].external_id, "b");
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for format in [Format::Csv, Format::Xml, Format::Json] {
            let _ = read_with(format, &bytes, &options());
        }
    }

    #[test]
    fn nor_do_bytes_that_look_like_a_list(
        parts in prop::collection::vec(prop::sample::select(vec![
            "id", "title", "price", ",", ";", "\n", "\"", "'", "=", "<item>", "</item>", "<title>", "</title>", "<", ">",
            "<g:price>", "&amp;", "&", ";", "&#0;", "&#x110000;", "<![CDATA[", "]]>", "<!--", "{", "}", "[", "]", ":",
            "\"id\"", "\"variants\"", "\"price\"", "12.90", "EUR", "-", "\\", "\\u0000", "\u{1}", "é", "\u{202e}", "\0",
        ]), 0..80)
    ) {
        let text = parts.concat();
        let table = format!("id,title,price,link\n{text}");
        for (format, text) in [(Format::Csv, &table), (Format::Xml, &text), (Format::Json, &text)] {
            let _ = read_with(format, text.as_bytes(), &options());
        }
    }

    #[test]
    fn a_broken_copy_of_a_good_feed_is_read_or_refused(at in 0usize..1900, byte in any::<u8>()) {
        let mut bytes = FEED.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read_with(Format::Xml, &bytes, &options());
    }
}
