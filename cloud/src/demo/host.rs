//! The synthetic host: publishes, pins, chats, and makes room for anybody real.
//!
//! Somebody real is on the channel when another publisher took over the demo's show, or when
//! another show of the organisation receives a picture. Then the host stops publishing, and comes
//! back [`RETURN_AFTER`] after they have gone.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use vitrine_protocol::{Code, PublishSessionId, ShowId, ShowState};

use super::crowd::Crowd;
use super::error::DemoError;
use super::goods::Goods;
use super::picture::Studio;
use super::script::{self, Act};
use super::seed::{self, Seeded, Show};

/// How long after a real publisher has gone the synthetic host returns.
const RETURN_AFTER: Duration = Duration::from_secs(15);
/// How often the channel is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pause after something failed.
const AGAIN_AFTER: Duration = Duration::from_millis(700);

/// The synthetic host.
pub(super) struct Host {
    seeded: Seeded,
    goods: Goods,
    studio: Studio,
    /// Where the cloud answers.
    http: SocketAddr,
    rtmp: SocketAddr,
    /// The show that is on air by itself.
    stage: watch::Sender<Option<ShowId>>,
    key: Option<(ShowId, String)>,
    ours: HashSet<PublishSessionId>,
    arrivals: HashMap<ShowId, Arrivals>,
    turns: usize,
}

#[derive(Deserialize)]
struct Key {
    stream_key: String,
}

#[derive(Deserialize)]
struct Facts {
    items: Vec<Fact>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Fact {
    seq: i64,
    event: Value,
}

/// Who arrived last at a show, as far as its facts were read.
#[derive(Default)]
struct Arrivals {
    read_to: i64,
    last: Option<PublishSessionId>,
}

impl Host {
    pub(super) fn new(
        seeded: Seeded,
        goods: Goods,
        studio: Studio,
        (http, rtmp): (SocketAddr, SocketAddr),
        stage: watch::Sender<Option<ShowId>>,
    ) -> Self {
        let (ours, arrivals) = (HashSet::new(), HashMap::new());
        Self { seeded, goods, studio, http, rtmp, stage, key: None, ours, arrivals, turns: 0 }
    }

    /// Hosts until told to stop.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                outcome = self.appear() => if let Err(error) = outcome {
                    tracing::debug!(%error, "the synthetic host pauses");
                    self.recover(&error).await;
                },
            }
            self.studio.leave().await;
        }
        self.studio.leave().await;
        self.studio.stop().await;
    }

    /// One appearance: waits for a free channel, publishes, airs the show, performs until something ends it.
    async fn appear(&mut self) -> Result<(), DemoError> {
        self.wait_for_a_free_channel().await?;
        let show = seed::show(&self.seeded).await?;
        self.publish(show.id).await?;
        self.air(show.id).await?;
        self.stage.send_replace(Some(show.id));
        let crowd = Crowd::enter(self.http, show.id, &self.seeded.host);
        loop {
            self.perform_turn(show.id, &crowd).await?;
            self.turns += 1;
        }
    }

    async fn wait_for_a_free_channel(&mut self) -> Result<(), DemoError> {
        let mut seen: Option<Instant> = None;
        loop {
            if self.somebody_else().await? {
                seen = Some(Instant::now());
            } else if seen.is_none_or(|seen| seen.elapsed() >= RETURN_AFTER) {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Whether a publisher other than this one is on the channel.
    async fn somebody_else(&mut self) -> Result<bool, DemoError> {
        for show in seed::shows(&self.seeded).await? {
            if show.receiving && !self.is_ours(show.id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether what arrives for `show` is, or was a moment ago, our own picture.
    async fn is_ours(&mut self, show: ShowId) -> Result<bool, DemoError> {
        let known = self.arrivals.entry(show).or_default();
        loop {
            let (org, after) = (self.seeded.org, known.read_to);
            let path = format!("/v1/orgs/{org}/shows/{show}/timeline?limit=200&after={after}");
            let facts: Facts = self.seeded.host.get(&path).await?;
            for fact in facts.items {
                known.read_to = fact.seq;
                if fact.event["kind"] == "publisher_arrived" {
                    known.last = serde_json::from_value(fact.event["session"].clone()).ok();
                }
            }
            if facts.next.is_none() {
                return Ok(known.last.is_some_and(|session| self.ours.contains(&session)));
            }
        }
    }

    async fn publish(&mut self, show: ShowId) -> Result<(), DemoError> {
        let key = match &self.key {
            Some((of, key)) if *of == show => key.clone(),
            _ => {
                let path = format!("/v1/orgs/{}/shows/{show}/publish-key", self.seeded.org);
                self.seeded.host.post::<Key>(&path, json!({})).await?.stream_key
            }
        };
        self.key = None; // kept only when it still opens
        self.studio.publish(&format!("rtmp://{}/live", self.rtmp), &key)?;
        let session = self.studio.published().await?;
        self.key = Some((show, key));
        self.ours.extend(session);
        Ok(())
    }

    /// Puts the show on air as soon as its picture arrives.
    async fn air(&mut self, show: ShowId) -> Result<(), DemoError> {
        let path = format!("/v1/orgs/{}/shows/{show}", self.seeded.org);
        loop {
            let now: Show = self.seeded.host.get(&path).await?;
            match now.state {
                ShowState::Live => return Ok(()),
                ShowState::Ended => return Err(DemoError::Stream("the show was ended".into())),
                ShowState::Draft | ShowState::Scheduled if now.receiving => {
                    match self.seeded.host.post::<Value>(&format!("{path}/go-live"), json!({})).await {
                        Err(error)
                            if matches!(error.code(), Some(Code::IllegalMove | Code::NotReceiving)) => {}
                        other => drop(other?),
                    }
                }
                ShowState::Draft | ShowState::Scheduled | ShowState::Interrupted => {}
            }
            tokio::select! {
                lost = self.studio.lost() => return Err(lost),
                () = sleep(Duration::from_millis(200)) => {}
            }
        }
    }

    async fn perform_turn(&mut self, show: ShowId, crowd: &Crowd) -> Result<(), DemoError> {
        let start = Instant::now();
        for (at, act) in script::turn(self.turns) {
            self.wait_until(start + at).await?;
            if let Err(error) = self.act(show, crowd, act).await {
                match error.code() {
                    // Somebody took the product out of the line-up, or unpinned it: the show goes on.
                    Some(Code::NotInLineup | Code::NotFound | Code::Conflict) => {}
                    _ => return Err(error),
                }
            }
        }
        self.wait_until(start + script::TURN).await
    }

    /// Waits, with an eye on the stream and on the channel.
    async fn wait_until(&mut self, at: Instant) -> Result<(), DemoError> {
        loop {
            let look_at = Instant::now() + LOOK_EVERY;
            tokio::select! {
                lost = self.studio.lost() => return Err(lost),
                () = sleep_until(at.min(look_at)) => {}
            }
            if Instant::now() >= at {
                return Ok(());
            }
            if self.somebody_else().await? {
                return Err(DemoError::Stream("somebody else publishes on the channel".into()));
            }
        }
    }

    async fn act(&self, show: ShowId, crowd: &Crowd, act: Act) -> Result<(), DemoError> {
        let path = format!("/v1/orgs/{}/shows/{show}/highlights", self.seeded.org);
        let at = self.studio.instant();
        match act {
            Act::Pin(slug) => {
                let listed = self.seeded.products.iter().find(|listed| listed.slug == slug);
                let Some(listed) = listed else { return Ok(()) };
                let body = json!({"kind": "product", "product_id": listed.id, "at": at});
                let _: Value = self.seeded.host.post(&path, body).await?;
                let product = self.goods.products.iter().find(|product| product.slug == slug);
                self.studio.card(product.map(|product| (product, self.goods.currency))).await;
            }
            Act::PinCoupon => {
                let body = json!({"kind": "coupon", "coupon_id": self.seeded.coupon, "at": at});
                let _: Value = self.seeded.host.post(&path, body).await?;
            }
            Act::Clear => {
                let _: Value = self.seeded.host.post(&format!("{path}/clear"), json!({"at": at})).await?;
                self.studio.card(None).await;
            }
            Act::Host(text) => crowd.host_says(text),
            Act::Shopper(who, text) => crowd.shopper_says(who, text),
            Act::React(who, kind) => crowd.react(who, kind),
        }
        Ok(())
    }

    /// After a failure: a new session when the old one is over, a new studio when its engine broke.
    async fn recover(&mut self, error: &DemoError) {
        sleep(AGAIN_AFTER).await;
        if error.code() == Some(Code::Unauthenticated)
            && let Err(error) = seed::sign_host_in(&self.seeded).await
        {
            tracing::warn!(%error, "the synthetic host could not sign in again");
        }
        if matches!(error, DemoError::Media(_)) {
            match Studio::start() {
                Ok(studio) => self.studio = studio,
                Err(error) => tracing::warn!(%error, "the synthetic host's studio does not start"),
            }
        }
    }
}
