//! A person's own account: letters by a real mail server, and the pages of their links.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use vitrine_cloud::base::http_client;
use vitrine_tests::{Api, Cloud, eventually};

/// The folder of Python packages that the mail server is in; `./x test` sets it.
const PACKAGES: &str = "VITRINE_TEST_PYTHON";

pub fn stories() -> Vec<Trial> {
    let there = std::env::var_os(PACKAGES).is_some();
    vec![
        crate::story_if(
            "letters_go_out_by_smtp_and_their_links_open_pages_that_need_no_script",
            there,
            "aiosmtpd",
            letters_by_smtp,
        ),
        crate::story("without_a_mail_server_letters_are_files", &[], letters_as_files),
    ]
}

/// A mail server that keeps what it is given.
struct MailServer {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl MailServer {
    fn start() -> Result<Self> {
        let folder = TempDir::with_prefix("vitrine-mail-")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("rig/mail-server.py");
        let mut process = Command::new("python3")
            .arg(script)
            .arg(folder.path())
            .env("PYTHONPATH", std::env::var_os(PACKAGES).unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the mail server")?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("its port")?).read_line(&mut line)?;
        let port = line.trim().parse().context("the mail server's port")?;
        Ok(Self { process, folder, port })
    }

    /// The letter of this number, once it is there.
    async fn letter(&self, number: usize) -> Result<Value> {
        let file = self.folder.path().join(format!("{number:04}.json"));
        eventually("a letter comes", async || {
            Ok(std::fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str(&text).ok()))
        })
        .await
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The link in a letter.
fn link(letter: &Value) -> Result<String> {
    let text = letter["text"].as_str().context("text")?;
    let link = text.lines().find(|line| line.starts_with("http")).context("a link")?;
    ensure!(letter["html"].as_str().is_some_and(|html| html.contains(&link.replace('&', "&amp;"))));
    Ok(link.trim().to_owned())
}

async fn letters_by_smtp() -> Result<()> {
    let mail = MailServer::start()?;
    let url = format!("smtp://shop:hush@127.0.0.1:{}", mail.port);
    let settings =
        [("VITRINE_SMTP_URL", url.as_str()), ("VITRINE_MAIL_FROM", "Atelier <shop@atelier.example>")];
    let cloud = Cloud::start_with(&settings).await?;
    let ada = Api::register(&cloud, "ada").await?;
    let letter = mail.letter(0).await?;
    ensure!(
        letter["to"] == json!(["ada@example.com"]) && letter["from"] == "shop@atelier.example",
        "{letter}"
    );
    let (verify, http) = (link(&letter)?, http_client().build()?);
    ensure!(verify.starts_with(&format!("{}/account/verify?", cloud.http)), "{verify}");

    // Programs that look through mail open links too: nothing is changed by that.
    for language in ["en", "de", "fr"] {
        let page = http.get(verify.replace("lang=en", &format!("lang={language}"))).send().await?;
        ensure!(page.status() == 200 && page.headers()["cache-control"] == "no-store");
        ensure!(page.headers()["content-security-policy"].to_str()?.starts_with("default-src 'none'"));
        ensure!(page.text().await?.contains(&format!("<html lang=\"{language}\">")));
    }
    let verified =
        async || anyhow::Ok(ada.ok(Method::GET, "/v1/me", None).await?["user"]["email_verified"].clone());
    ensure!(verified().await? == false);
    let form = |link: &str, more: &[(&str, &str)]| {
        let url = reqwest::Url::parse(link)?;
        let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let address = format!("{}{}", cloud.http, url.path());
        let kind = "application/x-www-form-urlencoded";
        anyhow::Ok(http.post(address).header("content-type", kind).body(body).send())
    };
    let done = form(&verify, &[])?.await?;
    ensure!(done.status() == 200 && done.text().await?.contains("ada@example.com"));
    ensure!(verified().await? == true);
    let again = form(&verify, &[])?.await?;
    ensure!(again.status() == 410 && again.text().await?.contains("used already"));

    // A forgotten password.
    let asked = json!({ "email": "ADA@example.com" });
    ada.ok(Method::POST, "/v1/password-resets", Some(asked)).await?;
    let reset = link(&mail.letter(1).await?)?;
    ensure!(http.get(&reset).send().await?.text().await?.contains("type=\"password\""));
    let passwords = |one: &'static str, two: &'static str| [("password", one), ("again", two)];
    ensure!(form(&reset, &passwords("another horse", "other horse"))?.await?.status() == 422);
    ensure!(form(&reset, &passwords("short", "short"))?.await?.status() == 422);
    ensure!(form(&reset, &passwords("another horse", "another horse"))?.await?.status() == 200);
    ada.refused(Method::GET, "/v1/me", None, (401, "unauthenticated")).await?;
    let ada = Api::sign_in(&cloud, "ada@example.com", "another horse").await?;
    let sessions = ada.ok(Method::GET, "/v1/sessions", None).await?;
    ensure!(sessions["items"].as_array().is_some_and(|all| all.len() == 1 && all[0]["current"] == true));
    let gone = json!({ "token": "vtl_none", "password": "another horse" });
    ada.refused(Method::PUT, "/v1/password-resets", Some(gone), (410, "link_expired")).await
}

async fn letters_as_files() -> Result<()> {
    let cloud = Cloud::start().await?;
    Api::register(&cloud, "ada").await?;
    let folder = cloud.data().join("mail");
    let letter = eventually("a letter lies there", async || {
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let letter =
            files.map(|file| file.path()).find(|path| path.extension().is_some_and(|kind| kind == "eml"));
        Ok(letter.and_then(|path| std::fs::read_to_string(path).ok()))
    });
    let letter = letter.await?;
    ensure!(
        letter.contains("To: ada@example.com") && letter.contains("Subject: Confirm your address"),
        "{letter}"
    );
    Ok(())
}
