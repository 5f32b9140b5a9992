//! The demo shop's own server side: its pages, and its checkout.
//!
//! It trusts no price that a browser sends: lines are priced from what the shop sells, the coupon is
//! worked out here, and the order is recorded with the cloud as any merchant's back office would.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use vitrine_protocol::{Code, Currency, OrderId, ProductId, ReservationId, ShowId, VariantId, ViewerId};

use super::error::DemoError;
use super::goods::Goods;
use super::seed::{self, Seeded};
use crate::storefront::{Embedded, WebFiles};

/// The built shop, put into the binary by the build script.
const PAGES: Embedded = include!(concat!(env!("OUT_DIR"), "/demo_shop_files.rs"));
/// Lines of one order.
const MAX_LINES: usize = 50;
/// Pieces of one line.
const MAX_QUANTITY: i64 = 99;

/// The shop. Clones share it.
#[derive(Clone)]
pub(super) struct Shop {
    inner: Arc<Inner>,
}

struct Inner {
    goods: Goods,
    seeded: Seeded,
    files: WebFiles,
    cloud_url: String,
}

/// An order as the shop's page sends it.
#[derive(Debug, Deserialize)]
pub(super) struct Basket {
    /// The page's own, the same while one order is tried again.
    #[serde(default)]
    number: Option<Uuid>,
    lines: Vec<BasketLine>,
    #[serde(default)]
    coupon: Option<String>,
    #[serde(default)]
    show_id: Option<ShowId>,
    #[serde(default)]
    viewer_id: Option<ViewerId>,
}

impl Basket {
    /// What the shop calls this order.
    fn reference(&self) -> String {
        format!("HT-{}", self.number.unwrap_or_else(Uuid::now_v7).simple())
    }
}

#[derive(Debug, Deserialize)]
struct BasketLine {
    sku: String,
    quantity: i64,
}

/// What the shopper is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Receipt {
    pub(super) order_id: OrderId,
    pub(super) external_ref: String,
    pub(super) total_minor: i64,
    pub(super) currency: Currency,
}

/// Why an order was not taken, with a sentence for the shopper.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckoutError {
    #[error("Your cart is empty.")]
    Empty,
    #[error("We do not sell {0}.")]
    Unknown(String),
    #[error("That is more than we can send at once.")]
    TooMany,
    #[error("The code {0} does not work here.")]
    BadCoupon(String),
    #[error("Something in your cart has just been sold out.")]
    OutOfStock,
    #[error("The order could not be recorded. Your cart is kept: try again in a moment.")]
    Cloud(#[source] DemoError),
}

/// A priced order.
#[derive(Debug, PartialEq, Eq)]
struct Priced {
    lines: Vec<(ProductId, VariantId, i64, i64)>,
    total_minor: i64,
    coupon: Option<String>,
}

/// What the cloud made, as far as the shop asks.
#[derive(Deserialize)]
struct Named<T> {
    id: T,
}

#[derive(Deserialize)]
struct Found {
    items: Vec<Named<OrderId>>,
}

impl Shop {
    pub(super) fn new(goods: Goods, seeded: Seeded, cloud_url: String) -> Self {
        let files = WebFiles::embedded(PAGES);
        Self { inner: Arc::new(Inner { goods, seeded, files, cloud_url }) }
    }

    pub(super) fn files(&self) -> &WebFiles {
        &self.inner.files
    }

    /// What the shop's pages need to embed the show.
    pub(super) fn config(&self) -> Value {
        json!({"cloud_url": self.inner.cloud_url, "channel": "demo"})
    }

    /// Takes an order; tried again under its number, it is the order that is there. Its pieces are held before anything else, so
    /// that what the shopper is charged for is there.
    pub(super) async fn check_out(&self, basket: Basket) -> Result<Receipt, CheckoutError> {
        let number = basket.reference();
        let Inner { goods, seeded, .. } = &*self.inner;
        let priced = price(goods, seeded, &basket)?;
        let receipt = |order: OrderId| Receipt {
            order_id: order,
            external_ref: number.clone(),
            total_minor: priced.total_minor,
            currency: goods.currency,
        };
        let orders = format!("/v1/orgs/{}/orders", seeded.org);
        let reservations = format!("/v1/orgs/{}/reservations", seeded.org);
        let held = match self.post::<Named<ReservationId>>(&reservations, priced.held(&basket)).await {
            Ok(held) => held.id,
            Err(error) if error.code() == Some(Code::OutOfStock) => {
                // It may be this order, recorded a moment ago, that has the last piece.
                let found = seeded.host.get::<Found>(&format!("{orders}?external_ref={number}")).await;
                let found = found.map_err(CheckoutError::Cloud)?.items.into_iter().next();
                return found.map(|order| receipt(order.id)).ok_or(CheckoutError::OutOfStock);
            }
            Err(error) => return Err(CheckoutError::Cloud(error)),
        };
        let lines: Vec<Value> = priced
            .lines
            .iter()
            .map(|(product, variant, quantity, price)| {
                json!({"product_id": product, "variant_id": variant, "quantity": quantity, "price_minor": price})
            })
            .collect();
        let body = json!({
            "show_id": basket.show_id, "viewer_id": basket.viewer_id, "lines": lines,
            "currency": goods.currency, "total_minor": priced.total_minor,
            "coupon_code": priced.coupon, "external_ref": number, "reservation_id": held,
        });
        let recorded = self.post::<Named<OrderId>>(&orders, body).await.map_err(CheckoutError::Cloud)?;
        Ok(receipt(recorded.id))
    }

    /// Calls the cloud as the shop's back office; signs in anew when the session has ended.
    async fn post<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, DemoError> {
        let seeded = &self.inner.seeded;
        match seeded.host.post(path, body.clone()).await {
            Err(error) if error.code() == Some(Code::Unauthenticated) => {
                seed::sign_host_in(seeded).await?;
                seeded.host.post(path, body).await
            }
            answer => answer,
        }
    }
}

impl Priced {
    /// What is to be held for it.
    fn held(&self, basket: &Basket) -> Value {
        let line = |(product, variant, quantity, _): &(ProductId, VariantId, i64, i64)| json!({"product_id": product, "variant_id": variant, "quantity": quantity});
        let lines: Vec<Value> = self.lines.iter().map(line).collect();
        json!({"lines": lines, "ttl_seconds": 60, "show_id": basket.show_id, "viewer_id": basket.viewer_id})
    }
}

fn price(goods: &Goods, seeded: &Seeded, basket: &Basket) -> Result<Priced, CheckoutError> {
    if basket.lines.is_empty() {
        return Err(CheckoutError::Empty);
    }
    if basket.lines.len() > MAX_LINES {
        return Err(CheckoutError::TooMany);
    }
    let (mut lines, mut subtotal) = (Vec::new(), 0i64);
    for BasketLine { sku, quantity } in &basket.lines {
        if !(1..=MAX_QUANTITY).contains(quantity) {
            return Err(CheckoutError::TooMany);
        }
        let sold = seeded.products.iter().find_map(|product| {
            let variant = product.variants.iter().find(|variant| variant.sku == *sku)?;
            Some((product.id, variant.id, *quantity, variant.price_minor))
        });
        let line = sold.ok_or_else(|| CheckoutError::Unknown(sku.chars().take(40).collect()))?;
        subtotal += line.2 * line.3;
        lines.push(line);
    }
    let code =
        basket.coupon.as_deref().map(|code| code.trim().to_uppercase()).filter(|code| !code.is_empty());
    let percent = match &code {
        None => 0,
        Some(code) => {
            let coupon = goods.coupons.iter().find(|coupon| coupon.code == *code);
            let coupon = coupon.ok_or_else(|| CheckoutError::BadCoupon(code.chars().take(40).collect()))?;
            i64::from(coupon.percent_off)
        }
    };
    // Half a cent is rounded up, as the shop's page does.
    let discount = (subtotal * percent + 50) / 100;
    Ok(Priced { lines, total_minor: subtotal - discount, coupon: code })
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use vitrine_protocol::{CouponId, OrgId};

    use super::super::api::Cloud;
    use super::super::seed::{Listed, ListedVariant};
    use super::*;
    use crate::app::testing::{each_app, owner};

    fn shop() -> (Goods, Seeded) {
        let goods = Goods::read().unwrap();
        let variant = |v: &super::super::goods::Variant| ListedVariant {
            id: VariantId::new(),
            sku: v.sku.clone(),
            price_minor: v.price_minor,
        };
        let products = goods
            .products
            .iter()
            .map(|p| Listed {
                slug: p.slug.clone(),
                id: ProductId::new(),
                variants: p.variants.iter().map(variant).collect(),
            })
            .collect();
        let host = Cloud::at(SocketAddr::from(([127, 0, 0, 1], 9)), "test").unwrap();
        let (org, coupon) = (OrgId::new(), CouponId::new());
        (goods, Seeded { host, org, sign_ins: vec![], products, coupon })
    }

    fn basket(json: Value) -> Basket {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_shop_prices_what_it_sells_itself() {
        let (goods, seeded) = shop();
        let lines =
            json!([{"sku": "LS-M", "quantity": 2, "price_minor": 1}, {"sku": "CM-450", "quantity": 1}]);
        let priced = price(&goods, &seeded, &basket(json!({"lines": lines, "coupon": " live10 "}))).unwrap();
        assert_eq!(priced.total_minor, (2 * 4_900 + 2_200) * 9 / 10);
        assert_eq!(priced.coupon.as_deref(), Some("LIVE10"));
        assert_eq!(priced.lines.len(), 2);
    }

    #[test]
    fn an_order_that_is_tried_again_has_one_number() {
        let lines = json!([{"sku": "LS-M", "quantity": 1}]);
        let numbered = json!({"lines": lines, "number": "5b0c6a3e-0d3c-4f6e-9c55-0a4d0f6f1e11"});
        let (first, again) = (basket(numbered.clone()).reference(), basket(numbered).reference());
        assert_eq!((first.as_str(), &again), ("HT-5b0c6a3e0d3c4f6e9c550a4d0f6f1e11", &first));
        let (one, other) = (basket(json!({"lines": lines})), basket(json!({"lines": lines})));
        assert_ne!(one.reference(), other.reference(), "without a number each is another order");
        let nonsense = json!({"lines": lines, "number": "../x"});
        assert!(serde_json::from_value::<Basket>(nonsense).is_err());
    }

    #[test]
    fn an_order_that_cannot_be_is_refused_in_words() {
        let (goods, seeded) = shop();
        let refused = |body: Value| price(&goods, &seeded, &basket(body)).unwrap_err().to_string();
        assert_eq!(refused(json!({"lines": []})), "Your cart is empty.");
        assert_eq!(refused(json!({"lines": [{"sku": "NO", "quantity": 1}]})), "We do not sell NO.");
        for quantity in [0, -1, 100, i64::MAX] {
            let text = refused(json!({"lines": [{"sku": "LS-M", "quantity": quantity}]}));
            assert_eq!(text, "That is more than we can send at once.");
        }
        let body = json!({"lines": [{"sku": "LS-M", "quantity": 1}], "coupon": "FREE"});
        assert_eq!(refused(body), "The code FREE does not work here.");
    }

    #[tokio::test]
    async fn the_last_piece_is_sold_once_and_an_order_that_is_tried_again_is_not_sold_out() {
        each_app(async |app, _| {
            let (actor, org, token) = owner(&app, "Nord").await;
            let draft = json!({
                "title": "Hat", "url": "https://shop.example/hat", "currency": "EUR",
                "variants": [{"title": "M", "sku": "SH-M", "price_minor": 3_400, "stock": 1}],
            });
            let draft = serde_json::from_value(draft).unwrap();
            let product = app.catalog.create_product(&actor, org, draft).await.unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let host = Cloud::at(listener.local_addr().unwrap(), "test").unwrap();
            host.hold(token);
            let router = crate::http::router(&app);
            let server = tokio::spawn(async move { axum::serve(listener, router).await });
            let variant = &product.variants[0];
            let variants =
                vec![ListedVariant { id: variant.id, sku: variant.sku.clone(), price_minor: 3_400 }];
            let products = vec![Listed { slug: "hat".into(), id: product.id, variants }];
            let seeded = Seeded { host, org, sign_ins: vec![], products, coupon: CouponId::new() };
            let shop = Shop::new(Goods::read().unwrap(), seeded, String::new());

            let lines = json!([{"sku": "SH-M", "quantity": 1}]);
            let numbered = json!({"lines": lines, "number": "5b0c6a3e-0d3c-4f6e-9c55-0a4d0f6f1e11"});
            let first = shop.check_out(basket(numbered.clone())).await.unwrap();
            let again = shop.check_out(basket(numbered)).await.unwrap();
            assert_eq!((again.order_id, first.total_minor), (first.order_id, 3_400));
            let refused = shop.check_out(basket(json!({"lines": lines}))).await.unwrap_err();
            assert!(matches!(refused, CheckoutError::OutOfStock), "{refused}");
            let recorded = app.catalog.order(&actor, org, first.order_id).await.unwrap();
            assert_eq!((recorded.flags.len(), recorded.external_ref), (0, first.external_ref));
            server.abort();
        })
        .await;
    }
}
