//! Where a list says that pictures are.

use super::group::MOST_ROWS;
use super::{Field, NOBODY, Row, RowError};

/// The most pictures of a product.
const MOST: usize = 10;
/// The longest address, in characters.
const ADDRESS: usize = 2_048;

/// A picture of a product as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingPicture {
    /// Where it is.
    pub address: String,
    /// What is said in its place.
    pub alt: Option<String>,
}

/// The pictures that the rows of a product say, the first one first; None when they say nothing of pictures.
pub(super) fn pictures(rows: &[Row], errors: &mut Vec<RowError>) -> Option<Vec<IncomingPicture>> {
    let (mut found, mut says, mut left_out): (Vec<IncomingPicture>, bool, usize) = (Vec::new(), false, 0);
    let main = |row: &Row| {
        let address = row.get(Field::Image).map(str::to_owned);
        address.map(|address| (address, row.get(Field::ImageAlt).map(str::to_owned))).into_iter().collect()
    };
    let more = |row: &Row| row.get(Field::MoreImages).map(addresses).unwrap_or_default();
    for row in rows {
        let said: [Vec<(String, Option<String>)>; 2] = [main(row), more(row)];
        for (address, alt) in said.into_iter().flatten() {
            says = true;
            if address == NOBODY || found.iter().any(|known| known.address == address) {
                continue;
            }
            if !is_address(&address) {
                if errors.len() < MOST_ROWS {
                    let shown: String = address.chars().take(100).collect();
                    errors.push(row.error(
                        Some(Field::Image),
                        format!("`{shown}` is no http address of at most {ADDRESS} characters"),
                    ));
                }
            } else if found.len() >= MOST {
                left_out += 1;
            } else {
                found.push(IncomingPicture { address, alt });
            }
        }
    }
    if left_out > 0 {
        let sentence = format!("a product takes {MOST} pictures: {left_out} are left out");
        errors.push(rows[0].error(Some(Field::MoreImages), sentence));
    }
    says.then_some(found)
}

/// Addresses in one value: on lines of their own, or set apart by commas. Google wants commas within one written as `%2C`; one
/// that is written as it is stands before something that begins no address.
///
/// Source: Google Merchant Center, `additional_image_link`.
fn addresses(value: &str) -> Vec<(String, Option<String>)> {
    let begins = |text: &str| {
        let head: String = text.trim_start().chars().take(8).collect::<String>().to_ascii_lowercase();
        head.starts_with("http://") || head.starts_with("https://")
    };
    let mut all: Vec<String> = Vec::new();
    for line in value.split('\n') {
        let mut is_new = true;
        for piece in line.split(',') {
            match all.last_mut().filter(|_| !is_new && !begins(piece)) {
                Some(before) if !piece.trim().is_empty() => {
                    before.push(',');
                    before.push_str(piece);
                }
                Some(_) => {}
                None => all.push(piece.to_owned()),
            }
            is_new = false;
        }
    }
    let trimmed = all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty());
    trimmed.map(|one| (one, None)).collect()
}

fn is_address(text: &str) -> bool {
    text.chars().count() <= ADDRESS
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Found, products};
    use crate::base::from_ms;
    use crate::import::{Format, Options};

    /// What is said of the pictures of each product, and what is wrong.
    fn read(format: Format, list: &str) -> Vec<(Option<String>, Vec<String>)> {
        let file = Cursor::new(list.to_owned().into_bytes());
        let options = Options::default();
        let found = products(file, format, &options, None, from_ms(0)).unwrap();
        let told = found.map(|one| {
            let one = one.unwrap();
            let errors = one.errors.iter().map(|error| error.sentence.clone()).collect();
            let Found::Product(product) = one.found else { panic!("{:?}", one.errors) };
            let addresses = product.pictures.map(|all| {
                let all: Vec<_> = all
                    .into_iter()
                    .map(|one| one.address + &one.alt.map(|alt| format!(" ({alt})")).unwrap_or_default())
                    .collect();
                all.join(" | ")
            });
            (addresses, errors)
        });
        told.collect()
    }

    #[test]
    fn a_table_says_pictures_in_a_column_by_commas_or_on_rows_of_their_own() {
        let google = "id,title,price,link,image_link,additional_image_link\n\
            1,Hat,5 EUR,https://x,https://x/1.jpg,\"https://x/2.jpg,https://x/w_1,h_2/3.jpg , https://x/2.jpg\"\n\
            2,Cap,5 EUR,https://x,,\n\
            3,Tie,5 EUR,https://x,ftp://x/1.jpg,\n";
        assert_eq!(
            read(Format::Csv, google),
            [
                (Some("https://x/1.jpg | https://x/2.jpg | https://x/w_1,h_2/3.jpg".into()), vec![]),
                (Some(String::new()), vec![]),
                (
                    Some(String::new()),
                    vec!["`ftp://x/1.jpg` is no http address of at most 2048 characters".into()]
                ),
            ]
        );
        let shopify = "Handle,Title,Variant Price,Variant SKU,Image Src,Image Alt Text,URL\n\
            hat,Hat,5,h1,https://x/1.jpg,Worn,https://x\nhat,,,,https://x/2.jpg,,\n";
        let list = format!("{shopify}cap,Cap,5,c1,,,https://x\n");
        let file = Cursor::new(list.into_bytes());
        let options =
            Options { currency: vitrine_protocol::Currency::try_from("EUR").ok(), ..Options::default() };
        let found: Vec<_> = products(file, Format::Csv, &options, None, from_ms(0)).unwrap().collect();
        let Found::Product(hat) = &found[0].as_ref().unwrap().found else { panic!("{found:?}") };
        let said: Vec<_> =
            hat.pictures.iter().flatten().map(|one| (&*one.address, one.alt.as_deref())).collect();
        assert_eq!(said, [("https://x/1.jpg", Some("Worn")), ("https://x/2.jpg", None)]);
        assert_eq!(hat.variants.len(), 1, "a row that only adds a picture is no variant");
    }

    #[test]
    fn a_list_without_the_column_says_nothing_and_eleven_are_one_too_many() {
        let plain = "id,title,price,link\n1,Hat,5 EUR,https://x\n";
        assert_eq!(read(Format::Csv, plain), [(None, vec![])]);
        let many: Vec<_> = (0..12).map(|n| format!("https://x/{n}.jpg")).collect();
        let list = serde_json::json!({ "id": "1", "title": "Hat", "price": "5 EUR", "link": "https://x", "images": many });
        let (said, errors) = read(Format::Json, &list.to_string()).remove(0);
        assert_eq!(said.unwrap().split(" | ").count(), 10);
        assert_eq!(errors, ["a product takes 10 pictures: 2 are left out"]);
    }

    #[test]
    fn feeds_repeat_the_element_and_json_has_lists_or_objects() {
        let feed = "<rss><channel><item><g:id>1</g:id><title>Hat</title><g:price>5 EUR</g:price><link>https://x</link>\
            <g:image_link>https://x/1.jpg</g:image_link><g:additional_image_link>https://x/2,3.jpg</g:additional_image_link>\
            <g:additional_image_link>https://x/4.jpg</g:additional_image_link></item></channel></rss>";
        let said = "https://x/1.jpg | https://x/2,3.jpg | https://x/4.jpg";
        assert_eq!(read(Format::Xml, feed), [(Some(said.into()), vec![])]);
        for images in [
            r#""imageLink":"https://x/1.jpg","additionalImageLinks":["https://x/2,3.jpg","https://x/4.jpg"]"#,
            r#""images":[{"src":"https://x/1.jpg"},{"src":"https://x/2,3.jpg"},{"url":"https://x/4.jpg"}]"#,
        ] {
            let list = format!(r#"{{"id":"1","title":"Hat","price":"5 EUR","link":"https://x",{images}}}"#);
            assert_eq!(read(Format::Json, &list), [(Some(said.into()), vec![])], "{images}");
        }
    }

    #[test]
    fn an_empty_cell_of_tags_takes_them_away_and_an_absent_column_says_nothing() {
        let read = |list: &str| {
            let file = Cursor::new(list.to_owned().into_bytes());
            let options = Options::default();
            let found = products(file, Format::Csv, &options, None, from_ms(0)).unwrap();
            let told = found.map(|one| match one.unwrap().found {
                Found::Product(product) => (product.tags.clone(), product.digest(false)),
                other => panic!("{other:?}"),
            });
            told.collect::<Vec<_>>()
        };
        let with =
            read("id,title,price,link,tags\n1,Hat,5 EUR,https://x,\"Wool, Warm\"\n2,Cap,5 EUR,https://x,\n");
        assert_eq!(with[0].0, Some(vec!["Wool".into(), "Warm".into()]));
        assert_eq!(with[1].0, Some(vec![]));
        let without = read("id,title,price,link\n2,Cap,5 EUR,https://x\n");
        assert_eq!(without[0].0, None);
        assert_ne!(with[1].1, without[0].1, "a list that says so now is looked at again");
        let rows = "item_group_id,id,title,price,link,tags,size\nh,1,Hat,5 EUR,https://x,,S\nh,2,Hat,5 EUR,https://x,Wool,M\n";
        assert_eq!(read(rows)[0].0, Some(vec!["Wool".into()]), "one row says it for all");
    }
}
