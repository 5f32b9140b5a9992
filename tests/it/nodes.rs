//! Two `serve` on one database: started, rolled over each other and killed, they disturb no show's media.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;
use vitrine_tests::hls_lint::Segment;
use vitrine_tests::{Cloud, Hls, Postgres, Publisher, Shop, eventually, eventually_within};

use crate::go_live::playing;

pub fn stories() -> Vec<Trial> {
    let needs = &["ffmpeg", "postgres"];
    vec![
        crate::story("two_nodes_roll_over_each_other_and_the_show_goes_on", needs, rolled_over),
        crate::story("a_node_that_is_lost_with_its_show_is_replaced", needs, node_lost),
        crate::story("a_node_with_pictures_of_its_own_does_not_start", &["postgres"], own_pictures),
    ]
}

/// What seals secrets in the database; all nodes have the same.
const KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Two nodes over one database and one folder of pictures. Transmissions report to A over a Unix socket, to B over TCP.
struct Nodes {
    a: Cloud,
    b: Cloud,
    database: Postgres,
    _pictures: TempDir,
}

impl Nodes {
    async fn start() -> Result<Self> {
        let (database, pictures) = (Postgres::start()?, TempDir::with_prefix("vitrine-blobs-")?);
        let blobs = pictures.path().display().to_string();
        let settings = [
            ("VITRINE_DATABASE_URL", database.url.as_str()),
            ("VITRINE_BLOBS_DIR", blobs.as_str()),
            ("VITRINE_SECRET_KEYS", KEYS),
            ("VITRINE_CONTROL_LISTEN", "127.0.0.1:0"),
        ];
        let a = Cloud::start_with(&settings[..3]).await?;
        let b = Cloud::start_with(&settings).await?;
        Ok(Self { a, b, database, _pictures: pictures })
    }

    /// The transmissions of both.
    fn transmissions(&self) -> Vec<i32> {
        [&self.a, &self.b].iter().flat_map(|cloud| cloud.processes("transmission")).collect()
    }

    fn tail(&self) -> String {
        format!("node A: {}\nnode B: {}", self.a.tail(), self.b.tail())
    }
}

/// The source rung as players of this node see it.
async fn watch(cloud: &Cloud, shop: &Shop) -> Result<(Hls, Url)> {
    let hls = Hls::open(&format!("{}/live/{}/index.m3u8", cloud.http, shop.show))?;
    let source = playing(&hls, "source").await?;
    Ok((hls, source))
}

/// Waits for `count` segments after `after`; gives the newest number.
async fn goes_on(hls: &Hls, source: &Url, after: u64, count: usize) -> Result<u64> {
    eventually(&format!("{count} segments after {after}"), async || {
        let list = hls.playlist(source, None).await?;
        let fresh: Vec<u64> = list
            .segments
            .iter()
            .filter(|segment| segment.msn > after && segment.uri.is_some() && !segment.gap)
            .map(|segment| segment.msn)
            .collect();
        Ok((fresh.len() >= count).then(|| fresh[fresh.len() - 1]))
    })
    .await
}

async fn state(shop: &Shop) -> Result<Value> {
    Ok(shop.view().await?["state"].clone())
}

async fn rolled_over() -> Result<()> {
    let mut nodes = Nodes::start().await?;
    let outcome = roll(&mut nodes).await;
    outcome.with_context(|| nodes.tail())
}

async fn roll(nodes: &mut Nodes) -> Result<()> {
    let mut shop = Shop::open(&nodes.a, "ada").await?;
    let (at_a, at_b) = (shop.api.clone(), shop.api.at(&nodes.b));
    let key = shop.publish_address(&nodes.a).await?;
    let key = key.rsplit('/').next().context("a key")?.to_owned();
    let address = |cloud: &Cloud| format!("rtmp://{}/live/{key}", cloud.rtmp);

    // The publisher comes to A, so A has the show. Everything else comes to B, and reaches A.
    let first = Publisher::start(&address(&nodes.a))?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    shop.api = at_b.clone();
    shop.on_show(Method::POST, "/go-live", None).await?;
    let (hls_b, source_b) = watch(&nodes.b, &shop).await?;
    let transmission = nodes.transmissions();
    ensure!(transmission.len() == 1, "one transmission: {transmission:?}");
    let pin = json!({ "kind": "product", "product_id": shop.products[0] });
    shop.on_show(Method::POST, "/highlights", Some(pin)).await?;
    eventually("the pin of B is in the playlist of A", async || {
        Ok(hls_b.playlist(&source_b, None).await?.text.contains("EXT-X-DATERANGE").then_some(()))
    })
    .await?;

    // A publisher that reaches B is handed on to A.
    first.stop();
    let second = Publisher::start(&address(&nodes.b))?;
    eventually("the show is live again", async || Ok((state(&shop).await? == "live").then_some(()))).await?;
    let at = hls_b.playlist(&source_b, None).await?.head().0;
    let mut at = goes_on(&hls_b, &source_b, at, 2).await?;
    ensure!(nodes.transmissions() == transmission, "the same transmission");

    // A is upgraded: B takes the show and its transmission at once.
    nodes.a.stop_serve().await?;
    drop(second); // it was connected through A; an encoder reconnects by itself
    let _third = Publisher::start(&address(&nodes.b))?;
    at = goes_on(&hls_b, &source_b, at, 3).await?;
    ensure!(nodes.transmissions() == transmission, "adopted by B, not started again");
    nodes.a.serve().await?;
    shop.api = at_a.at(&nodes.a);
    let (hls_a, source_a) = watch(&nodes.a, &shop).await.context("A serves the show of B")?;
    ensure!(state(&shop).await? == "live");

    // B is killed: A sees its row stand still.
    nodes.b.kill_serve();
    let killed = Instant::now();
    drop(_third);
    let _fourth = eventually("A lets the publisher in", async || {
        let mut publisher = Publisher::start(&address(&nodes.a))?;
        tokio::time::sleep(Duration::from_secs(6)).await;
        Ok((!publisher.ended()).then_some(publisher))
    })
    .await?;
    at = goes_on(&hls_a, &source_a, at, 3).await?;
    println!("a show went on {:?} after its node was killed", killed.elapsed());
    ensure!(nodes.transmissions() == transmission, "adopted by A, not started again");
    eventually("the show is live", async || Ok((state(&shop).await? == "live").then_some(()))).await?;
    nodes.b.serve().await?;
    goes_on(&hls_a, &source_a, at, 2).await?;

    let list = hls_a.playlist(&source_a, None).await?;
    ensure!(!list.ended, "nothing ended");
    let times: Vec<_> = list.segments.iter().filter_map(|segment| segment.at).collect();
    ensure!(times.is_sorted(), "the media clock never goes back: {times:?}");
    shop.on_show(Method::POST, "/end", None).await?;
    eventually("the playlists end", async || Ok(hls_a.playlist(&source_a, None).await?.ended.then_some(())))
        .await
}

async fn node_lost() -> Result<()> {
    let mut nodes = Nodes::start().await?;
    let outcome = lose(&mut nodes).await;
    outcome.with_context(|| nodes.tail())
}

async fn lose(nodes: &mut Nodes) -> Result<()> {
    let mut shop = Shop::open(&nodes.a, "ada").await?;
    let key = shop.publish_address(&nodes.a).await?;
    let key = key.rsplit('/').next().context("a key")?.to_owned();
    let publisher = Publisher::start(&format!("rtmp://{}/live/{key}", nodes.a.rtmp))?;
    eventually("the picture arrives", async || Ok((shop.view().await?["receiving"] == true).then_some(())))
        .await?;
    shop.on_show(Method::POST, "/go-live", None).await?;
    let (hls, before) = watch(&nodes.b, &shop).await?;
    shop.api = shop.api.at(&nodes.b);

    let head = hls.playlist(&before, None).await?.head().0;
    nodes.a.kill_serve();
    ensure!(nodes.a.kill("transmission") == 1, "one transmission runs");
    drop(publisher);
    eventually_within(Duration::from_secs(6), "B starts another", async || {
        Ok((!nodes.b.processes("transmission").is_empty()).then_some(()))
    })
    .await?;
    let _publisher = Publisher::start(&format!("rtmp://{}/live/{key}", nodes.b.rtmp))?;
    // The journal went with A: other pictures under other numbers, which players that stayed take for a jump ahead.
    let first = eventually("viewers of B have a picture again", async || {
        let Some(after) = hls.rung("source").await? else { return Ok(None) };
        let list = hls.playlist(&after, None).await?;
        let plays = |segment: &&Segment| segment.uri.is_some() && !segment.gap && segment.msn > head;
        Ok(list.segments.iter().find(plays).map(|segment| segment.msn))
    })
    .await?;
    ensure!(first >= 16_384, "past all that A can have used: {first} after {head}");
    eventually("the show is live", async || Ok((state(&shop).await? == "live").then_some(()))).await?;
    nodes.a.serve().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    ensure!(nodes.a.processes("transmission").is_empty(), "A takes nothing back from B");
    Ok(())
}

async fn own_pictures() -> Result<()> {
    let nodes = Nodes::start().await?;
    let settings = [("VITRINE_DATABASE_URL", nodes.database.url.as_str()), ("VITRINE_SECRET_KEYS", KEYS)];
    let refused = Cloud::start_with(&settings).await;
    let error = refused.err().context("it started")?;
    ensure!(format!("{error:#}").contains("VITRINE_BLOBS_DIR"), "{error:#}");
    Ok(())
}
