//! Whose picture the cloud receives, for a studio whose key is refused in mid-show: a colleague may have taken the show over,
//! and must not lose it to us again.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use vitrine_media::output::RtmpTarget;
use vitrine_protocol::ShowState;

use super::{Ask, Owner, target};
use crate::desk::cloud::{Cloud, show_path};
use crate::desk::faults::Fault;
use crate::desk::phase::Step;
use crate::desk::room::Room;
use crate::desk::view::{AirPhase, FaultAction, FaultCode};
use crate::error::CommandError;

const TAKEN_OVER: &str =
    "A colleague took this show over: their picture is on air. Going live again takes it back.";

/// Where a show stands, seen from a studio that was on air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody's picture arrives, or what is left of ours.
    Ours,
    /// Somebody else's picture arrives.
    Theirs,
    /// The show has ended.
    Over,
}

/// What comes of asking for another key.
pub enum Rekey {
    /// Publish there.
    To(Box<RtmpTarget>),
    /// It is not ours to ask for.
    Not(Standing),
}

#[derive(Deserialize)]
struct Facts {
    items: Vec<Value>,
    next: Option<String>,
}

impl Owner {
    /// The key was refused, which may pass: our own lost connection may hold the place. What the cloud says may end it sooner.
    pub(super) fn look_who_is_on_air(&self) {
        let Some(show) = self.show() else { return };
        let (cloud, me, turn) = (self.cloud.clone(), self.me.clone(), self.phase.turn());
        let ours = self.publishes.clone();
        tokio::spawn(async move {
            match standing(&cloud, &show_path(&show.org_id, &show.show_id), &ours).await {
                Ok(standing) => drop(me.send(Ask::Stands(turn, standing)).await),
                Err(error) => tracing::info!(code = %error.code, "the cloud did not say who is on air"),
            }
        });
    }

    /// The key is not taken any more. Where nobody else took the show over, a new one is asked for, once.
    pub(super) fn rekey(&mut self) {
        self.rekeyed = true;
        self.step(Step::UplinkLost);
        let Some(show) = self.show() else { return };
        let (cloud, me, turn) = (self.cloud.clone(), self.me.clone(), self.phase.turn());
        let ours = self.publishes.clone();
        tokio::spawn(async move {
            let path = show_path(&show.org_id, &show.show_id);
            let _ = me.send(Ask::Rekeyed(turn, another_key(&cloud, &path, &ours).await)).await;
        });
    }

    pub(super) async fn rekeyed(&mut self, turn: u64, rekeyed: Result<Rekey, CommandError>) {
        if turn != self.phase.turn() || self.phase.now() != AirPhase::Reconnecting {
            return;
        }
        match rekeyed {
            Ok(Rekey::To(target)) => self.stage.resume_broadcast(*target),
            Ok(Rekey::Not(standing)) => self.stands(turn, standing).await,
            Err(error) => self.refused(super::air::cloud_fault(&error)),
        }
    }

    /// Steps back from a show that somebody else has on air, or has ended.
    pub(super) async fn stands(&mut self, turn: u64, standing: Standing) {
        if turn != self.phase.turn() || self.phase.now() != AirPhase::Reconnecting {
            return;
        }
        match standing {
            Standing::Ours => {}
            Standing::Theirs => {
                self.note.remove();
                self.whose(Room::sees_theirs);
                self.refused(theirs(TAKEN_OVER));
                self.stage.stop_broadcast().await;
            }
            Standing::Over => self.over().await,
        }
    }
}

/// Not on air, because somebody else is. Trying again would be refused again: the button that takes over is the way.
pub(super) fn theirs(why: &str) -> Fault {
    Fault::new(FaultCode::StreamRefused).because(why).actions(&[FaultAction::Dismiss])
}

async fn another_key(cloud: &Cloud, path: &str, ours: &[String]) -> Result<Rekey, CommandError> {
    Ok(match standing(cloud, path, ours).await? {
        Standing::Ours => Rekey::To(Box::new(target(cloud, path).await?)),
        standing => Rekey::Not(standing),
    })
}

/// Asks the cloud; `ours`: what the server called our publishes.
pub async fn standing(cloud: &Cloud, path: &str, ours: &[String]) -> Result<Standing, CommandError> {
    let show: Value = cloud.call_now(Method::GET, path).await?;
    if serde_json::from_value(show["state"].clone()).is_ok_and(|state: ShowState| state == ShowState::Ended) {
        return Ok(Standing::Over);
    }
    if !show["receiving"].as_bool().unwrap_or_default() {
        return Ok(Standing::Ours);
    }
    if ours.is_empty() {
        return Ok(Standing::Theirs);
    }
    // What arrives may still be our own, from before the line broke.
    let (mut last, mut after) = (None, String::new());
    loop {
        let page = format!("{path}/timeline?limit=200{after}");
        let facts: Facts = cloud.call_now(Method::GET, &page).await?;
        let arrived = facts.items.iter().rev().find(|fact| fact["event"]["kind"] == "publisher_arrived");
        last = arrived.and_then(|fact| fact["event"]["session"].as_str().map(str::to_owned)).or(last);
        match facts.next {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    Ok(if last.is_some_and(|last| ours.contains(&last)) { Standing::Ours } else { Standing::Theirs })
}
