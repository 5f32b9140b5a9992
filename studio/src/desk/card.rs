//! The lower third's card, made from a product.

use vitrine_media::scene::LowerThird;
use vitrine_protocol::{HighlightCard, ProductCard};

use super::cloud::Cloud;

/// What is drawn for a pinned product or coupon, its picture included.
pub async fn of(cloud: &Cloud, card: &HighlightCard) -> LowerThird {
    match card {
        HighlightCard::Product(product) => of_product(cloud, product).await,
        HighlightCard::Coupon(coupon) => LowerThird {
            title: coupon.code.clone(),
            price: None,
            detail: Some(coupon.title.clone()),
            picture: None,
            accent: None,
        },
    }
}

/// What is drawn for a product.
pub async fn of_product(cloud: &Cloud, product: &ProductCard) -> LowerThird {
    let picture = match &product.image_url {
        Some(url) => cloud.picture(url).await,
        None => None,
    };
    let before = product.compare_at_minor.filter(|before| *before > product.price_minor);
    LowerThird {
        title: product.title.clone(),
        price: Some(product.currency.tag(product.price_minor)),
        detail: before.map(|before| format!("instead of {}", product.currency.tag(before))),
        picture,
        accent: None,
    }
}
