//! The demo: what a newcomer and a script get from it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use vitrine_cloud::base::http_client;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::Value;
use tempfile::TempDir;
use vitrine_tests::{Hls, cloud_program, eventually, eventually_within};

use crate::go_live::playing;

pub fn stories() -> Vec<Trial> {
    vec![
        crate::story("the_demo_plays_sells_and_leaves_nothing_behind", &[], the_demo_plays),
        crate::story("a_demo_whose_show_was_ended_tells_of_the_next_and_of_its_key", &[], another_show),
        crate::story("a_demo_that_cannot_start_says_why_in_one_sentence", &[], cannot_start),
    ]
}

struct Demo {
    child: Child,
    lines: mpsc::Receiver<String>,
    folder: TempDir,
}

impl Demo {
    fn start(more: &[&str]) -> Result<Self> {
        let folder = TempDir::with_prefix("vitrine-demo-")?;
        let mut child = Command::new(cloud_program()?)
            .args(["demo", "--fresh", "--port", "0", "--shop-port", "0", "--rtmp-port", "0", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(more)
            .env("VITRINE_DEMO_RUN_FILE", folder.path().join("demo.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log"))?)
            .spawn()?;
        let output = child.stdout.take().context("stdout")?;
        let (tx, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = tx.send(line);
            }
        });
        Ok(Self { child, lines, folder })
    }

    fn line(&self, start: &str) -> Result<String> {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60)).with_context(|| {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                format!("the demo never printed {start}; its log:\n{log}")
            })?;
            if let Some(rest) = line.strip_prefix(start) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    fn interrupt(&self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.interrupt();
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processes that name this folder on their command line or in their environment.
fn processes_of(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |name| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let words = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
        let ours = words.contains(folder) || String::from_utf8_lossy(&read("environ")).contains(folder);
        if ours && words.contains("vitrine-cloud") {
            found.push(words);
        }
    }
    found
}

async fn the_demo_plays() -> Result<()> {
    let mut demo = Demo::start(&[])?;
    let shop = demo.line("shop:")?;
    let stream = demo.line("stream:")?;
    let cloud = demo.line("cloud:")?;
    ensure!(stream.ends_with(".m3u8"), "{stream}");

    let hls = Hls::open(&stream)?;
    playing(&hls, "source").await?;
    let page = http_client().build()?.get(&shop).send().await?.error_for_status()?.text().await?;
    ensure!(page.contains("<html"), "the shop serves its page");
    let channel = format!("{cloud}/v1/public/channels/demo");
    eventually_within(Duration::from_secs(60), "a product is pinned", async || {
        let answer: Value = http_client().build()?.get(&channel).send().await?.json().await?;
        Ok(answer["show"]["highlight"].is_object().then_some(()))
    })
    .await?;
    let run: Value = serde_json::from_str(&std::fs::read_to_string(demo.folder.path().join("demo.json"))?)?;
    ensure!(run["sign_ins"].as_array().is_some_and(|people| people.len() >= 3), "{run}");

    let folder = demo.folder.path().display().to_string();
    ensure!(processes_of(&folder).len() >= 3, "demo, serve, transmission");
    demo.interrupt();
    eventually("the demo ends", async || Ok(demo.child.try_wait()?)).await?;
    eventually("every child is gone", async || Ok(processes_of(&folder).is_empty().then_some(()))).await?;
    ensure!(!demo.folder.path().join("demo.json").exists(), "the run file goes with the demo");
    Ok(())
}

/// What a person does with the line `rtmp:`, who has a shell.
fn key_of(line: &str) -> Result<String> {
    let command = line.split_once("(a key for OBS: ").and_then(|(_, rest)| rest.strip_suffix(')'));
    let output = Command::new("sh").arg("-c").arg(command.context("no command")?).output()?;
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    answer["stream_key"].as_str().map(str::to_owned).with_context(|| answer.to_string())
}

async fn another_show() -> Result<()> {
    let demo = Demo::start(&[])?;
    let stream = demo.line("stream:")?;
    let first = demo.line("rtmp:")?;
    let run: Value = serde_json::from_str(&std::fs::read_to_string(demo.folder.path().join("demo.json"))?)?;
    let text = |key: &str| run[key].as_str().unwrap_or_default().to_owned();
    let (cloud, org, show) = (text("cloud_url"), text("org_id"), text("show_id"));
    ensure!(key_of(&first)?.starts_with("vtp_"), "{first}");

    let client = http_client().build()?;
    let host = &run["sign_ins"][0];
    let session = serde_json::json!({ "email": host["email"], "password": host["password"] });
    let session: Value =
        client.post(format!("{cloud}/v1/sessions")).json(&session).send().await?.json().await?;
    let end = format!("{cloud}/v1/orgs/{org}/shows/{show}/end");
    let token = session["token"].as_str().context("signed in")?;
    client.post(end).bearer_auth(token).send().await?.error_for_status()?;

    demo.line("The show has ended and another has begun")?;
    ensure!(demo.line("stream:")? != stream, "another stream");
    let second = demo.line("rtmp:")?;
    ensure!(key_of(&second)?.starts_with("vtp_"), "a key for the show that runs: {second}");
    Ok(())
}

async fn cannot_start() -> Result<()> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let folder = TempDir::new()?;
    let output = Command::new(cloud_program()?)
        .args(["demo", "--port", &port, "--shop-port", "0", "--rtmp-port", "0", "--data-dir"])
        .arg(folder.path().join("data"))
        .env("VITRINE_DEMO_RUN_FILE", folder.path().join("demo.json"))
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(!output.status.success() && said.contains(&port), "{said}");
    ensure!(
        said.trim().lines().filter(|line| !line.trim().is_empty()).count() <= 2,
        "one sentence, got:\n{said}"
    );
    let refused = |words: &[&str]| -> Result<String> {
        let output = Command::new(cloud_program()?)
            .args(words)
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .output()?;
        ensure!(!output.status.success(), "{words:?} must be refused");
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // The same forms as `serve` takes: here the taken port comes with the address.
    let said = refused(&["demo", "--listen", &format!("127.0.0.1:{port}")])?;
    ensure!(said.contains(&format!("port {port} is in use")), "{said}");
    let said = refused(&["demo", "--listen", "127.0.0.1:9000", "--port", "9001"])?;
    ensure!(said.contains("--listen names port 9000 and --port names 9001; give one of them"), "{said}");
    for role in ["demo", "serve"] {
        let said = refused(&[role, "--listen", "here"])?;
        ensure!(said.contains("an IP address with or without a port"), "{role}: {said}");
    }
    Ok(())
}
