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
        price: Some(price(product.price_minor, product.currency.as_str())),
        detail: before.map(|before| format!("instead of {}", price(before, product.currency.as_str()))),
        picture,
        accent: None,
    }
}

/// A price as people read it: `49.00 €`.
fn price(minor: i64, currency: &str) -> String {
    let digits = match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "HUF" => 0,
        _ => 2,
    };
    let whole = 10_i64.pow(digits);
    let number = match digits {
        0 => minor.to_string(),
        _ => format!("{}.{:02}", minor / whole, (minor % whole).abs()),
    };
    match currency {
        "EUR" => format!("{number} €"),
        "USD" => format!("${number}"),
        "GBP" => format!("£{number}"),
        "JPY" => format!("¥{number}"),
        other => format!("{number} {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_as_in_the_shop() {
        assert_eq!(price(4900, "EUR"), "49.00 €");
        assert_eq!(price(5, "USD"), "$0.05");
        assert_eq!(price(1200, "JPY"), "¥1200");
        assert_eq!(price(1990, "CHF"), "19.90 CHF");
    }
}
