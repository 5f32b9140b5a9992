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
        crate::story("behind_nginx_one_visitor_who_guesses_locks_nobody_else_out", &["nginx"], behind_nginx),
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
    let wrong = form(&verify, &[("password", "somebody else's")])?.await?;
    ensure!(wrong.status() == 422 && wrong.text().await?.contains("role=\"alert\""));
    ensure!(verified().await? == false);
    let password = [("password", "correct horse battery")];
    let done = form(&verify, &password)?.await?;
    ensure!(done.status() == 200 && done.text().await?.contains("ada@example.com"));
    ensure!(verified().await? == true);
    let again = form(&verify, &password)?.await?;
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

    let told = mail.letter(2).await?;
    ensure!(told["text"].as_str().is_some_and(|text| text.contains("has a new password")), "{told}");

    // Somebody is invited, and comes in without scripts and without the studio.
    let invited = json!({ "email": "mo@example.com", "role": "moderator", "locale": "de" });
    let invited = ada.org(Method::POST, "/invitations", Some(invited)).await?;
    ensure!(invited["mailed"] == true, "{invited}");
    let letter = mail.letter(3).await?;
    ensure!(letter["to"] == json!(["mo@example.com"]), "{letter}");
    let invitation = link(&letter)?;
    let page = http.get(&invitation).send().await?.text().await?;
    ensure!(page.contains("<html lang=\"de\">") && page.contains("mo@example.com"), "{page}");
    ensure!(letter["text"].as_str().is_some_and(|text| text.contains(&cloud.http)), "{letter}");
    let who = |name: &'static str, password: &'static str| [("name", name), ("password", password)];
    ensure!(form(&invitation, &who("Mo", "short"))?.await?.status() == 422);
    ensure!(form(&invitation, &who("Mo", "battery staple"))?.await?.status() == 200);
    ensure!(form(&invitation, &who("Mo", "battery staple"))?.await?.status() == 410);
    let mo = Api::sign_in(&cloud, "mo@example.com", "battery staple").await?;
    ensure!(mo.org == ada.org && mo.ok(Method::GET, "/v1/me", None).await?["user"]["email_verified"] == true);

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

/// nginx before a cloud; visitors come from other addresses of this machine than its own.
struct Nginx {
    process: Child,
    _folder: TempDir,
    http: String,
}

impl Nginx {
    fn before(cloud: &Cloud) -> Result<Self> {
        let folder = TempDir::with_prefix("vitrine-nginx-")?;
        let listen = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let dir = folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {dir}/{kind};"))
            .concat();
        let settings = format!(
            "daemon off; worker_processes 1; pid {dir}/pid; error_log stderr; events {{}} http {{ access_log off; {temporary}
             server {{ listen {listen}; location / {{ proxy_pass {}; proxy_bind 127.0.0.1;
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }} }}",
            cloud.http
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, settings)?;
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).arg("-p").arg(folder.path()).stderr(Stdio::null());
        Ok(Self {
            process: nginx.spawn().context("nginx")?,
            _folder: folder,
            http: format!("http://{listen}"),
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its worker ends with it when it is asked to.
        let pid = i32::try_from(self.process.id()).unwrap_or_default();
        // SAFETY: it is our child, and was not waited for yet.
        #[allow(unsafe_code)]
        unsafe {
            libc::kill(pid, libc::SIGTERM);
        }
        let _ = self.process.wait();
    }
}

async fn behind_nginx() -> Result<()> {
    let cloud = Cloud::start_with(&[("VITRINE_TRUSTED_PROXIES", "127.0.0.1")]).await?;
    let nginx = Nginx::before(&cloud)?;
    let visitor = |address: [u8; 4]| http_client().local_address(std::net::IpAddr::from(address)).build();
    let (guesser, shopper, ada) =
        (visitor([127, 0, 0, 2])?, visitor([127, 0, 0, 3])?, visitor([127, 0, 0, 4])?);
    eventually("nginx passes on", async || {
        Ok(shopper
            .get(format!("{}/v1/nothing", nginx.http))
            .send()
            .await
            .ok()
            .filter(|answer| answer.status() == 404))
    })
    .await?;
    let post = async |from: &reqwest::Client, path: &str, body: Value| {
        let answer = from
            .post(format!("{}{path}", nginx.http))
            .json(&body)
            .header("x-forwarded-for", "127.0.0.3")
            .send();
        anyhow::Ok(answer.await?.status().as_u16())
    };
    let account = |name: &str| json!({ "email": format!("{name}@example.com"), "password": "correct horse battery", "name": name, "organization_name": name });
    ensure!(post(&ada, "/v1/register", account("ada")).await? == 201);
    let mut refused = 0;
    for n in 0..60 {
        let guess = json!({ "email": format!("x{n}@example.com"), "password": "wrong wrong" });
        refused += usize::from(post(&guesser, "/v1/sessions", guess).await? == 429);
    }
    ensure!((8..=12).contains(&refused), "{refused} of 60 were refused");
    let right = json!({ "email": "ada@example.com", "password": "correct horse battery" });
    ensure!(post(&guesser, "/v1/sessions", right.clone()).await? == 429, "who guessed waits");
    ensure!(post(&shopper, "/v1/sessions", right.clone()).await? == 201, "from anywhere else");
    ensure!(post(&ada, "/v1/sessions", right).await? == 201, "and at home");
    Ok(())
}
