//! What the demo shop sells: the shop's own list, which its pages read too.

use serde::Deserialize;
use vitrine_protocol::Currency;

/// The list, as the demo shop's pages get it.
const LIST: &str = include_str!("../../demo-shop/public/products.json");

/// The shop's list.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Goods {
    pub(super) currency: Currency,
    pub(super) products: Vec<Product>,
    pub(super) coupons: Vec<Coupon>,
}

/// A product of the shop.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Product {
    /// The last part of its page's address, and of its picture's.
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) price_minor: i64,
    pub(super) compare_at_minor: Option<i64>,
    pub(super) variants: Vec<Variant>,
}

/// What is put into the cart.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Variant {
    pub(super) sku: String,
    pub(super) title: String,
    pub(super) price_minor: i64,
    pub(super) stock: i64,
}

/// A coupon of the shop.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Coupon {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) percent_off: u8,
}

impl Goods {
    /// Reads the list that this program was built with.
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(LIST)
    }
}

impl Product {
    /// Its picture, JPEG.
    pub(super) fn picture(&self) -> Option<&'static [u8]> {
        PICTURES.iter().find(|(slug, _)| *slug == self.slug).map(|(_, bytes)| *bytes)
    }
}

macro_rules! pictures {
    ($($slug:literal),* $(,)?) => {
        &[$(($slug, include_bytes!(concat!("../../demo-shop/public/img/", $slug, ".jpg")).as_slice())),*]
    };
}

const PICTURES: &[(&str, &[u8])] =
    pictures!["linen-shirt", "canvas-bag", "ceramic-mug", "wool-scarf", "leather-belt", "straw-hat"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_picture_and_something_to_sell() {
        let goods = Goods::read().unwrap();
        assert_eq!(goods.products.len(), 6);
        for product in &goods.products {
            assert!(
                product.picture().is_some_and(|jpeg| jpeg.starts_with(&[0xff, 0xd8])),
                "{}",
                product.slug
            );
            assert!(product.variants.iter().any(|v| v.stock > 0), "{}", product.slug);
            assert!(
                product.variants.iter().any(|v| v.price_minor == product.price_minor),
                "{}",
                product.slug
            );
        }
        assert!(goods.coupons.iter().any(|coupon| coupon.code == "LIVE10"));
    }
}
