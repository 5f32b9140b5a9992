//! Signing in in a browser, with an account of a real OpenID Connect provider.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use libtest_mimic::Trial;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use vitrine_cloud::base::http_client;
use vitrine_tests::{Api, Cloud, eventually};

pub fn stories() -> Vec<Trial> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/oidc-provider");
    let there = package.is_dir() && vitrine_tests::have("node");
    let what = "node with oidc-provider";
    vec![
        crate::story_if("a_studio_is_signed_in_with_an_account_elsewhere", there, what, || {
            with_an_account_elsewhere(true)
        }),
        crate::story_if("an_issuer_that_tells_addresses_only_when_asked_is_asked", there, what, || {
            with_an_account_elsewhere(false)
        }),
    ]
}

/// The provider.
struct Elsewhere {
    process: Child,
    lines: BufReader<ChildStdout>,
    issuer: String,
}

impl Elsewhere {
    /// One that says in its token who somebody is, or tells that when it is asked, as the standard has it.
    fn start(tells: bool) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("rig/oidc-provider.mjs");
        let mut node = Command::new("node");
        node.arg(script)
            .args(tells.then_some("--tells"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = node.spawn().context("node")?;
        let mut lines = BufReader::new(process.stdout.take().context("its lines")?);
        let mut issuer = String::new();
        lines.read_line(&mut issuer)?;
        Ok(Self { process, lines, issuer: issuer.trim().to_owned() })
    }

    fn sends_back_to(&mut self, cloud: &Cloud) -> Result<()> {
        let input = self.process.stdin.as_mut().context("its input")?;
        writeln!(input, "{}/account/oidc/callback", cloud.http)?;
        let mut ready = String::new();
        self.lines.read_line(&mut ready)?;
        ensure!(ready.trim() == "ready", "{ready}");
        Ok(())
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As much of a browser as pages without scripts need.
struct Browser {
    http: reqwest::Client,
    cookies: HashMap<String, BTreeMap<String, String>>,
}

/// A page that is open.
struct Page {
    status: u16,
    url: Url,
    html: String,
}

impl Page {
    /// The value of a field of a form.
    fn field(&self, name: &str) -> Result<String> {
        let before = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.html.split_once(&before).with_context(|| format!("{name} in {}", self.html))?;
        Ok(rest.split('"').next().unwrap_or_default().replace("&amp;", "&"))
    }

    fn after(&self, before: &str) -> Result<String> {
        let (_, rest) = self.html.split_once(before).with_context(|| format!("{before} in {}", self.html))?;
        Ok(rest.split('"').next().unwrap_or_default().replace("&amp;", "&"))
    }
}

impl Browser {
    fn new() -> Result<Self> {
        let http = http_client().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { http, cookies: HashMap::new() })
    }

    async fn get(&mut self, url: &str) -> Result<Page> {
        self.go(Url::parse(url)?, None).await
    }

    async fn send(&mut self, url: Url, fields: &[(&str, &str)]) -> Result<Page> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.go(url, Some(body)).await
    }

    async fn go(&mut self, mut url: Url, mut form: Option<String>) -> Result<Page> {
        for _ in 0..20 {
            let site = url.origin().ascii_serialization();
            let method = if form.is_some() { Method::POST } else { Method::GET };
            let mut request = self.http.request(method, url.clone()).header("accept", "text/html");
            let kept = self.cookies.entry(site).or_default();
            let line: Vec<_> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", line.join("; "));
            if let Some(body) = form.take() {
                request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            }
            let answer = request.send().await?;
            for line in answer.headers().get_all("set-cookie") {
                let pair = line.to_str()?.split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').context("a cookie")?;
                match value {
                    "" => kept.remove(name),
                    value => kept.insert(name.to_owned(), value.to_owned()),
                };
            }
            let status = answer.status().as_u16();
            match answer.headers().get("location").filter(|_| (300..400).contains(&status)) {
                Some(next) => url = url.join(next.to_str()?)?,
                None => return Ok(Page { status, url, html: answer.text().await? }),
            }
        }
        anyhow::bail!("it leads round and round")
    }
}

/// A studio that waits, and the page that its browser opens.
async fn ask(cloud: &Cloud, browser: &mut Browser) -> Result<(Value, Page)> {
    let named = json!({ "device_name": "Laptop" });
    let request = Api::stranger(cloud).ok(Method::POST, "/v1/sign-in-requests", Some(named)).await?;
    let page = browser.get(request["url"].as_str().context("url")?).await?;
    ensure!(page.status == 200 && page.html.contains("Elsewhere &amp; Co"), "{}", page.html);
    Ok((request, page))
}

/// Goes to the provider and says there who somebody is.
async fn say_there(browser: &mut Browser, page: &Page, who: &str) -> Result<Page> {
    let there = page.url.join(&page.after("class=\"button other\" href=\"")?)?;
    let mut page = browser.go(there, None).await?;
    for _ in 0..2 {
        if !page.url.path().starts_with("/interaction/") {
            break;
        }
        let to = page.url.join(&page.after("action=\"")?)?;
        let fields: &[(&str, &str)] = match page.html.contains("name=\"login\"") {
            true => &[("prompt", "login"), ("login", who), ("password", "any")],
            false => &[("prompt", "consent")],
        };
        page = browser.send(to, fields).await?;
    }
    Ok(page)
}

/// Says yes at the page; the studio's session.
async fn confirm(cloud: &Cloud, browser: &mut Browser, request: &Value, page: &Page) -> Result<Value> {
    let id = request["id"].as_str().context("id")?;
    let proof = page.field("proof")?;
    let fields = [("request", id), ("step", "decide"), ("proof", proof.as_str()), ("answer", "yes")];
    let done = browser.send(Url::parse(&format!("{}/account/sign-in", cloud.http))?, &fields).await?;
    ensure!(done.status == 200 && done.html.contains("vitrine://open"), "{}", done.html);
    let secret = json!({ "secret": request["secret"] });
    let path = format!("/v1/sign-in-requests/{id}/session");
    Api::stranger(cloud).ok(Method::POST, &path, Some(secret)).await
}

/// Confirms an account's address by the letter that lies in the folder.
async fn confirm_address(cloud: &Cloud, email: &str) -> Result<()> {
    let folder = cloud.data().join("mail");
    let letter = eventually("a letter lies there", async || {
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let letters = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        Ok(letters.into_iter().find(|letter| letter.contains(&format!("To: {email}"))))
    });
    // Lines of letters are folded: `=` and a line's end.
    let letter = letter.await?.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = letter.split_once("token=").context("a link")?;
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let said = json!({ "token": token, "password": "correct horse battery" });
    Api::stranger(cloud).ok(Method::POST, "/v1/email-verifications", Some(said)).await.map(drop)
}

async fn with_an_account_elsewhere(tells: bool) -> Result<()> {
    let mut elsewhere = Elsewhere::start(tells)?;
    let cloud = Cloud::start_with(&[
        ("VITRINE_OIDC_ISSUER", &elsewhere.issuer),
        ("VITRINE_OIDC_CLIENT_ID", "vitrine"),
        ("VITRINE_OIDC_CLIENT_SECRET", "a secret: with% signs&"),
        ("VITRINE_OIDC_LABEL", "Elsewhere & Co"),
    ])
    .await?;
    let mut browser = Browser::new()?;
    // The issuer does not answer yet: the page says so.
    let (_, page) = ask(&cloud, &mut browser).await?;
    let there = page.url.join(&page.after("class=\"button other\" href=\"")?)?;
    elsewhere.sends_back_to(&cloud)?;

    // Somebody new: an account with a confirmed address and no password.
    let (request, page) = ask(&cloud, &mut browser).await?;
    let page = say_there(&mut browser, &page, "ada").await?;
    ensure!(page.status == 200 && page.html.contains("ada@example.com"), "{}", page.html);
    let first = confirm(&cloud, &mut browser, &request, &page).await?;
    ensure!(
        first["user"]["email_verified"] == true && first["user"]["name"] == "ada of Elsewhere",
        "{first}"
    );
    let bearer = async |token: &Value, method: Method, path: &str| {
        let token = token.as_str().context("a token")?;
        let url = format!("{}{path}", cloud.http);
        let answer = http_client().build()?.request(method, url).bearer_auth(token).send().await?;
        let status = answer.status().as_u16();
        anyhow::Ok((status, serde_json::from_str::<Value>(&answer.text().await?).unwrap_or_default()))
    };
    let (_, all) = bearer(&first["token"], Method::GET, "/v1/me/identities").await?;
    let one = &all["items"][0];
    ensure!(one["label"] == "Elsewhere & Co" && one["issuer"] == elsewhere.issuer.as_str(), "{all}");
    let path = format!("/v1/me/identities/{}", one["id"].as_str().context("id")?);
    let (status, last) = bearer(&first["token"], Method::DELETE, &path).await?;
    ensure!((status, &last["code"]) == (409, &json!("last_way_in")), "{status} {last}");

    // The provider knows this browser by now.
    let (request, page) = ask(&cloud, &mut browser).await?;
    let page = say_there(&mut browser, &page, "ada").await?;
    let again = confirm(&cloud, &mut browser, &request, &page).await?;
    ensure!(again["user"]["id"] == first["user"]["id"], "{again}");

    // An account that there is, with a password: that is asked for once.
    let cy = Api::register(&cloud, "cy").await?;
    confirm_address(&cloud, "cy@example.com").await?;
    let mut browser = Browser::new()?;
    for round in 0..2 {
        let (request, page) = ask(&cloud, &mut browser).await?;
        let mut page = say_there(&mut browser, &page, "cy").await?;
        if round == 0 {
            ensure!(
                page.html.contains("name=\"ticket\"") && !page.html.contains("name=\"proof\""),
                "{}",
                page.html
            );
            let (id, ticket) = (request["id"].as_str().context("id")?, page.field("ticket")?);
            for (password, status) in [("somebody else's", 422), ("correct horse battery", 200)] {
                let said = [
                    ("request", id),
                    ("step", "link"),
                    ("ticket", ticket.as_str()),
                    ("email", "cy@example.com"),
                    ("password", password),
                ];
                page = browser.send(Url::parse(&format!("{}/account/sign-in", cloud.http))?, &said).await?;
                ensure!(page.status == status, "{} {}", page.status, page.html);
            }
        }
        let signed_in = confirm(&cloud, &mut browser, &request, &page).await?;
        ensure!(signed_in["organizations"][0]["id"] == cy.org.as_str(), "{signed_in}");
    }

    // An address that nobody has verified is nobody's.
    let mut browser = Browser::new()?;
    let (_, page) = ask(&cloud, &mut browser).await?;
    let page = say_there(&mut browser, &page, "mallory").await?;
    ensure!(page.status == 422 && !page.html.contains("name=\"proof\""), "{}", page.html);

    // Who comes back in another browser than they left in did not go from there.
    let stranger =
        Browser::new()?.get(&format!("{}/account/oidc/callback?code=x&state=y", cloud.http)).await?;
    ensure!(stranger.status == 410, "{}", stranger.html);
    let mut browser = Browser::new()?;
    browser.get(there.as_str()).await?;
    let forged = browser.get(&format!("{}/account/oidc/callback?code=x&state=y", cloud.http)).await?;
    ensure!(forged.status == 410, "{} {}", forged.status, forged.html);
    Ok(())
}
