//! Makes the demo organisation, its people, its catalogue and its show, over public HTTP.
//!
//! Every step looks first, so that a second start changes nothing.

use serde::Deserialize;
use serde_json::{Value, json};
use vitrine_protocol::{Code, CouponId, OrgId, ProductId, ShowId, ShowState};

use super::api::Cloud;
use super::error::DemoError;
use super::goods::{Goods, Product};
use super::passwords::PEOPLE;
use super::run_file::SignIn;

/// The name gives the channel its address: `demo`.
const ORGANIZATION: &str = "Demo";
/// The show's title.
const TITLE: &str = "Autumn at the atelier";
/// What the rest of the demo works with.
#[derive(Debug, Clone)]
pub(super) struct Seeded {
    /// The host's session.
    pub(super) host: Cloud,
    pub(super) org: OrgId,
    pub(super) sign_ins: Vec<SignIn>,
    pub(super) products: Vec<Listed>,
    pub(super) coupon: CouponId,
}

/// A product of the shop and what the cloud calls it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) slug: String,
    pub(super) id: ProductId,
    pub(super) variants: Vec<ListedVariant>,
}

/// A variant as the cloud has it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ListedVariant {
    pub(super) id: vitrine_protocol::VariantId,
    pub(super) sku: String,
    pub(super) price_minor: i64,
}

#[derive(Deserialize)]
struct Session {
    token: String,
    organizations: Vec<Organization>,
}

#[derive(Deserialize)]
struct Organization {
    id: OrgId,
    slug: String,
}

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Link {
    link: String,
}

#[derive(Clone, Deserialize)]
struct StoredProduct {
    id: ProductId,
    url: String,
    image_url: Option<String>,
    variants: Vec<ListedVariant>,
}

#[derive(Deserialize)]
struct StoredCoupon {
    id: CouponId,
    code: String,
}

/// The part of a show that the demo looks at.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Show {
    pub(super) id: ShowId,
    pub(super) state: ShowState,
    pub(super) receiving: bool,
    pub(super) title: String,
}

/// Makes what is missing.
pub(super) async fn seed(
    anonymous: &Cloud,
    sign_ins: Vec<SignIn>,
    shop_url: &str,
) -> Result<Seeded, DemoError> {
    let goods = Goods::read().map_err(|error| DemoError::Refused {
        call: "the shop's list".into(),
        code: None,
        detail: error.to_string(),
    })?;
    let (owner, org) = owner(anonymous, password_of(&sign_ins, "owner")).await?;
    let host = people(&owner, org, &sign_ins).await?;
    let mut products = Vec::new();
    let known: Items<StoredProduct> = owner.get(&format!("/v1/orgs/{org}/products?limit=200")).await?;
    for product in &goods.products {
        products.push(listed(&owner, org, &goods, product, &known.items, shop_url).await?);
    }
    let coupon = coupon(&owner, org, &goods).await?;
    Ok(Seeded { host, org, sign_ins, products, coupon })
}

fn password_of<'a>(sign_ins: &'a [SignIn], role: &str) -> &'a str {
    sign_ins.iter().find(|sign_in| sign_in.role == role).map_or("", |sign_in| &sign_in.password)
}

async fn owner(anonymous: &Cloud, password: &str) -> Result<(Cloud, OrgId), DemoError> {
    let (_, email, name) = PEOPLE[0];
    let session = match sign_in(anonymous, email, password).await {
        Err(error) if error.code() == Some(Code::BadCredentials) => {
            let body = json!({"email": email, "password": password, "name": name,
                "organization_name": ORGANIZATION});
            anonymous.post::<Session>("/v1/register", body).await?
        }
        other => other?,
    };
    let organization = session.organizations.iter().find(|org| org.slug == "demo");
    let org = organization.or(session.organizations.first()).ok_or_else(|| DemoError::Refused {
        call: "POST /v1/sessions".into(),
        code: None,
        detail: "the demo's owner belongs to no organisation; start with --fresh".into(),
    })?;
    let owner = anonymous.stranger();
    owner.hold(session.token);
    Ok((owner, org.id))
}

async fn sign_in(anonymous: &Cloud, email: &str, password: &str) -> Result<Session, DemoError> {
    anonymous.post("/v1/sessions", json!({"email": email, "password": password})).await
}

/// Signs the host in again, when the session is over.
pub(super) async fn sign_host_in(seeded: &Seeded) -> Result<(), DemoError> {
    let Some(host) = seeded.sign_ins.iter().find(|s| s.role == "host") else { return Ok(()) };
    let session = sign_in(&seeded.host.stranger(), &host.email, &host.password).await?;
    seeded.host.hold(session.token);
    Ok(())
}

/// Takes host and moderator in; gives the host's session.
async fn people(owner: &Cloud, org: OrgId, sign_ins: &[SignIn]) -> Result<Cloud, DemoError> {
    for (role, email, name) in &PEOPLE[1..] {
        let body = json!({"email": email, "role": role});
        let invited = match owner.post::<Link>(&format!("/v1/orgs/{org}/invitations"), body).await {
            Err(error) if error.code() == Some(Code::AlreadyMember) => continue,
            other => other?,
        };
        let token = invited.link.split("token=").nth(1).and_then(|rest| rest.split('&').next());
        let password = password_of(sign_ins, role);
        let body = json!({"token": token, "name": name, "password": password});
        owner.stranger().post::<Session>("/v1/invitation-acceptances", body).await?;
    }
    let host = owner.stranger();
    let session = sign_in(&host, PEOPLE[1].1, password_of(sign_ins, "host")).await?;
    host.hold(session.token);
    Ok(host)
}

async fn listed(
    owner: &Cloud,
    org: OrgId,
    goods: &Goods,
    product: &Product,
    known: &[StoredProduct],
    shop_url: &str,
) -> Result<Listed, DemoError> {
    let page = format!("/products/{}", product.slug);
    let url = format!("{shop_url}{page}");
    let stored = match known.iter().find(|stored| stored.url.ends_with(&page)) {
        Some(stored) if stored.url == url => stored.clone(),
        Some(stored) => {
            let path = format!("/v1/orgs/{org}/products/{}", stored.id);
            owner.patch(&path, json!({"url": url})).await?
        }
        None => {
            let variants: Vec<Value> = product
                .variants
                .iter()
                .map(|v| {
                    json!({"title": v.title, "sku": v.sku, "price_minor": v.price_minor, "stock": v.stock})
                })
                .collect();
            let body = json!({
                "title": product.title, "description": product.description, "url": url,
                "currency": goods.currency, "price_minor": product.price_minor,
                "compare_at_minor": product.compare_at_minor, "variants": variants,
            });
            owner.post(&format!("/v1/orgs/{org}/products"), body).await?
        }
    };
    if let (None, Some(picture)) = (&stored.image_url, product.picture()) {
        owner.put_picture(&format!("/v1/orgs/{org}/products/{}/image", stored.id), picture).await?;
    }
    Ok(Listed { slug: product.slug.clone(), id: stored.id, variants: stored.variants })
}

async fn coupon(owner: &Cloud, org: OrgId, goods: &Goods) -> Result<CouponId, DemoError> {
    let path = format!("/v1/orgs/{org}/coupons");
    let known: Items<StoredCoupon> = owner.get(&path).await?;
    let wanted = goods.coupons.first().ok_or_else(|| DemoError::Refused {
        call: "the shop's list".into(),
        code: None,
        detail: "it has no coupon".into(),
    })?;
    if let Some(stored) = known.items.into_iter().find(|stored| stored.code == wanted.code) {
        return Ok(stored.id);
    }
    let body = json!({"code": wanted.code, "title": wanted.title, "percent_off": wanted.percent_off});
    Ok(owner.post::<StoredCoupon>(&path, body).await?.id)
}

/// The demo's show that is not over; a new one with the whole line-up when there is none.
pub(super) async fn show(seeded: &Seeded) -> Result<Show, DemoError> {
    let org = seeded.org;
    let shows = shows(seeded).await?;
    let mut open: Vec<Show> =
        shows.into_iter().filter(|show| show.title == TITLE && show.state != ShowState::Ended).collect();
    open.sort_by_key(|show| (!show.state.on_air(), show.id));
    if let Some(show) = open.into_iter().next() {
        return Ok(show);
    }
    let show: Show = seeded.host.post(&format!("/v1/orgs/{org}/shows"), json!({"title": TITLE})).await?;
    let mut items: Vec<Value> =
        seeded.products.iter().map(|p| json!({"kind": "product", "product_id": p.id})).collect();
    items.push(json!({"kind": "coupon", "coupon_id": seeded.coupon}));
    let path = format!("/v1/orgs/{org}/shows/{}/lineup", show.id);
    let _: Value = seeded.host.put(&path, json!({"items": items})).await?;
    Ok(show)
}

/// All shows of the organisation.
pub(super) async fn shows(seeded: &Seeded) -> Result<Vec<Show>, DemoError> {
    let page: Items<Show> = seeded.host.get(&format!("/v1/orgs/{}/shows?limit=200", seeded.org)).await?;
    Ok(page.items)
}
