//! Products of a list in pieces that can be held: so many, and so many bytes.

use super::{FileError, Found, Outcome};

/// Products of one transaction: others who write wait no longer than one takes.
const BATCH: usize = 100;
/// Bytes of one, and no more than one product above.
const BATCH_BYTES: usize = 1024 * 1024;

impl Outcome {
    /// How many bytes it holds, roughly.
    fn bytes(&self) -> usize {
        let errors = self.errors.iter().map(|error| size_of_val(error) + error.sentence.len());
        let found = match &self.found {
            Found::Product(product) => product.bytes(),
            Found::NotSold(_) | Found::Bad => 0,
        };
        size_of_val(self) + self.name.as_ref().map_or(0, String::len) + found + errors.sum::<usize>()
    }
}

/// The products in batches, the last one with why the list is read no further, if it is not.
pub fn batches(
    found: impl Iterator<Item = Result<Outcome, FileError>>,
) -> impl Iterator<Item = (Vec<Outcome>, Option<FileError>)> {
    let mut found = found.fuse();
    std::iter::from_fn(move || {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            match found.next() {
                None => break,
                Some(Ok(outcome)) => {
                    bytes += outcome.bytes();
                    batch.push(outcome);
                }
                Some(Err(error)) => return Some((batch, Some(error))),
            }
        }
        (!batch.is_empty()).then_some((batch, None))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::products;
    use super::*;
    use crate::base::from_ms;
    use crate::import::{Format, Options};

    /// The largest product that the catalogue takes, in letters of four bytes.
    fn largest(n: usize) -> String {
        let long = |count: usize| "\u{1f9e3}".repeat(count);
        let variants: Vec<_> = (0..100)
            .map(|at| serde_json::json!({"title": format!("{at}{}", long(90)), "sku": format!("{at}{}", long(90)), "price": 5}))
            .collect();
        let product = serde_json::json!({
            "id": format!("{n}"), "title": long(200), "description": long(5_000), "currency": "EUR",
            "link": format!("https://shop.example/{}", "x".repeat(2_000)), "variants": variants,
        });
        product.to_string() + "\n"
    }

    #[test]
    fn a_batch_of_the_largest_products_takes_little_more_than_a_megabyte() {
        let list: String = (0..300).map(largest).collect();
        let file = Cursor::new(list.into_bytes());
        let options = Options::default();
        let found = products(file, Format::Json, &options, None, from_ms(0)).unwrap();
        let (mut count, mut most, mut one) = (0, 0, 0);
        for (batch, end) in batches(found) {
            assert_eq!(end, None);
            let sizes: Vec<_> = batch.iter().map(Outcome::bytes).collect();
            (most, one) = (most.max(sizes.iter().sum()), one.max(sizes.iter().copied().max().unwrap()));
            assert!(batch.iter().all(|outcome| outcome.errors.is_empty()), "{:?}", batch[0].errors);
            count += batch.len();
        }
        assert!(one > 90_000, "{one} bytes are no large product");
        assert!(most < BATCH_BYTES + one, "{most} bytes in one batch");
        assert_eq!(count, 300);
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_kept() {
        let long = "x".repeat(30_000);
        let list = format!(
            "id,title,price,link,quantity,sku\n1,{long},5 EUR,https://x,,\n2,Hat,5 EUR,https://x/{long},,\n\
             3,Hat,5 EUR,https://x,{long},\n4,Hat,5 EUR,https://x,,{long}\n5,Hat,5 EUR,https://x,,\n"
        );
        let (file, options) = (Cursor::new(list.into_bytes()), Options::default());
        let found = products(file, Format::Csv, &options, None, from_ms(0)).unwrap();
        let (batch, _) = batches(found).next().unwrap();
        let told: Vec<_> = batch.iter().map(|one| one.errors.first().and_then(|error| error.field)).collect();
        assert_eq!(told, [Some("title"), Some("link"), Some("quantity"), Some("sku"), None]);
        assert!(batch.iter().map(Outcome::bytes).sum::<usize>() < 5_000);
    }
}
