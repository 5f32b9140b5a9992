//! A signed-in client of the HTTP interface.

use anyhow::{Context, Result, bail, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cloud::Cloud;

/// One person at one cloud.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    /// The person's first organisation.
    pub org: String,
}

/// A shop that is ready for a show: an owner, two products, a coupon, a show with all in its line-up.
pub struct Shop {
    /// The owner.
    pub api: Api,
    /// The organisation's slug.
    pub channel: String,
    /// Ids of the products.
    pub products: Vec<String>,
    /// Id of the coupon.
    pub coupon: String,
    /// Id of the show.
    pub show: String,
}

impl Api {
    /// Somebody without an account.
    pub fn stranger(cloud: &Cloud) -> Self {
        Self { http: http(), base: cloud.http.clone(), token: None, org: String::new() }
    }

    /// A new account with its own organisation.
    pub async fn register(cloud: &Cloud, name: &str) -> Result<Self> {
        let mut api = Self::stranger(cloud);
        let body = json!({
            "email": format!("{name}@example.com"), "password": "correct horse battery",
            "name": name, "organization_name": format!("{name}'s shop"),
        });
        api.take_session(&api.ok(Method::POST, "/v1/register", Some(body)).await?)?;
        Ok(api)
    }

    /// A session of an account that exists.
    pub async fn sign_in(cloud: &Cloud, email: &str, password: &str) -> Result<Self> {
        let mut api = Self::stranger(cloud);
        let body = json!({ "email": email, "password": password });
        api.take_session(&api.ok(Method::POST, "/v1/sessions", Some(body)).await?)?;
        Ok(api)
    }

    /// The same person at another node of the same cloud.
    pub fn at(&self, cloud: &Cloud) -> Self {
        Self { base: cloud.http.clone(), ..self.clone() }
    }

    fn take_session(&mut self, session: &Value) -> Result<()> {
        self.token = Some(session["token"].as_str().context("token")?.to_owned());
        self.org = session["organizations"][0]["id"].as_str().context("organisation")?.to_owned();
        Ok(())
    }

    /// The session's token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Calls and gives status and JSON (null when there is none).
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<(u16, Value)> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// Calls and expects a success.
    pub async fn ok(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let (status, value) = self.call(method.clone(), path, body).await?;
        ensure!((200..300).contains(&status), "{method} {path}: {status} {value}");
        Ok(value)
    }

    /// Calls below the organisation and expects a success.
    pub async fn org(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        self.ok(method, &format!("/v1/orgs/{}{path}", self.org), body).await
    }

    /// Calls and expects a refusal with this status and code.
    pub async fn refused(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        want: (u16, &str),
    ) -> Result<()> {
        let (status, value) = self.call(method.clone(), path, body).await?;
        if status != want.0 || value["code"] != want.1 {
            bail!("{method} {path}: wanted {want:?}, got {status} {value}");
        }
        Ok(())
    }
}

impl Shop {
    /// Opens a shop at this cloud.
    pub async fn open(cloud: &Cloud, name: &str) -> Result<Self> {
        let api = Api::register(cloud, name).await?;
        let me = api.ok(Method::GET, "/v1/me", None).await?;
        let channel = me["organizations"][0]["slug"].as_str().context("slug")?.to_owned();
        let mut products = Vec::new();
        for (title, price) in [("Linen shirt", 4900), ("Canvas bag", 3500)] {
            let body = json!({
                "title": title, "description": "", "url": "http://localhost/p", "currency": "EUR",
                "price_minor": price, "stock": 5, "variants": [],
            });
            let product = api.org(Method::POST, "/products", Some(body)).await?;
            products.push(product["id"].as_str().context("product id")?.to_owned());
        }
        let body = json!({ "code": "LIVE10", "title": "10 % off during the show", "percent_off": 10 });
        let coupon =
            api.org(Method::POST, "/coupons", Some(body)).await?["id"].as_str().context("coupon")?.to_owned();
        let mut shop = Self { api, channel, products, coupon, show: String::new() };
        shop.show = shop.new_show("Autumn drop", false).await?;
        Ok(shop)
    }

    /// Makes a show with everything in its line-up.
    pub async fn new_show(&self, title: &str, auto_live: bool) -> Result<String> {
        let body = json!({ "title": title, "auto_live": auto_live });
        let show = self.api.org(Method::POST, "/shows", Some(body)).await?["id"]
            .as_str()
            .context("show")?
            .to_owned();
        let mut items: Vec<Value> =
            self.products.iter().map(|id| json!({ "kind": "product", "product_id": id })).collect();
        items.push(json!({ "kind": "coupon", "coupon_id": self.coupon }));
        self.api.org(Method::PUT, &format!("/shows/{show}/lineup"), Some(json!({ "items": items }))).await?;
        Ok(show)
    }

    /// Calls below the show and expects a success.
    pub async fn on_show(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        self.api.org(method, &format!("/shows/{}{path}", self.show), body).await
    }

    /// A new publish key: the address to publish to, with the key in it.
    pub async fn publish_address(&self, cloud: &Cloud) -> Result<String> {
        let key = self.on_show(Method::POST, "/publish-key", None).await?;
        Ok(format!("rtmp://{}/live/{}", cloud.rtmp, key["stream_key"].as_str().context("stream_key")?))
    }

    /// The show as its owner sees it.
    pub async fn view(&self) -> Result<Value> {
        self.on_show(Method::GET, "", None).await
    }
}

fn http() -> reqwest::Client {
    vitrine_cloud::base::http_client().build().unwrap_or_default()
}
