//! Starting a transmission, in a task of its own: the database and the launcher may take their time.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::{Airing, Input, chain};
use crate::base::Secret;
use crate::ingest::Deps;
use crate::ingest::handover::Origin;
use crate::ingest::launcher::{Job, Launched};
use crate::ingest::lease::{Desk, Hold, MSN_BLOCK, Placed, Run};

/// A database that takes longer for a number or a row is taken for away.
const ASKED_WITHIN: Duration = Duration::from_secs(5);

/// All that a start needs to know.
struct Plan {
    attempt: u64,
    hold: Hold,
    newest: Option<Placed>,
    retire: Option<Origin>,
    clock_epoch: DateTime<Utc>,
    ladder_top: Option<u32>,
    desk: Desk,
    deps: Arc<Deps>,
    inputs: mpsc::WeakSender<Input>,
}

impl Airing {
    /// Starts a transmission, in the newest epoch if it can be gone on with.
    pub(super) fn launch(&mut self) {
        self.restart_at = None;
        let Some(clock_epoch) = self.clock_epoch else { return }; // no publisher has ever come
        if self.launching.is_some() || self.moved.is_some() {
            return;
        }
        self.attempts += 1;
        self.launching = Some(self.attempts);
        let plan = Plan {
            attempt: self.attempts,
            hold: self.hold,
            newest: self.newest.clone(),
            retire: self.retire.take(),
            clock_epoch,
            ladder_top: self.ladder_top,
            desk: self.desk.clone(),
            deps: self.deps.clone(),
            inputs: self.inputs.clone(),
        };
        let life = tracing::info_span!(parent: None, "transmission", show.id = %self.show);
        tokio::spawn(plan.carry_out().instrument(life));
    }
}

impl Plan {
    async fn carry_out(self) {
        let starting = tracing::info_span!("transmission.start");
        let started = self.start().instrument(starting).await;
        match started {
            Ok(Launched { handle, exited }) => {
                let exit = exited.await;
                self.tell(Input::Exited { handle, exit }).await;
            }
            Err(error) => {
                let outcome = Err(format!("{error:#}"));
                self.tell(Input::Launched { attempt: self.attempt, outcome }).await;
            }
        }
    }

    async fn start(&self) -> anyhow::Result<Launched> {
        let deps = &self.deps;
        let fence = u64::try_from(self.hold.fence).unwrap_or(0);
        if let Some(old) = &self.retire {
            // Whether it is reached or not: the show goes on.
            let reached = deps.caller.send_away(old, fence).await;
            tracing::info!(show.id = %self.hold.show, ?reached, "the transmission before was sent away");
        }
        let (token, origin_token) = (Secret::new(""), Secret::new(""));
        let (mut placed, resumes) = self.place().await?;
        placed.run = Some(Run {
            handle: None,
            token_hash: token.hash(),
            origin: None,
            origin_token: origin_token.expose().to_owned(),
        });
        let change = self.desk.change(|written| {
            written.placed = Some(placed.clone());
            if !resumes {
                written.msn_end = placed.first_msn + MSN_BLOCK;
            }
        });
        // An epoch that goes on uses no new numbers. Without its row a `serve` that is killed now cannot adopt it;
        // with a wait for the row, viewers would have nothing to play.
        if !self.desk.saved(change, ASKED_WITHIN).await {
            anyhow::ensure!(resumes, "the lease could not be written");
            tracing::warn!(show.id = %self.hold.show, "a transmission is started before its lease is written");
        }
        let (epoch, first_msn) = (placed.epoch, placed.first_msn);
        self.tell(Input::Placed { attempt: self.attempt, placed }).await;
        let launched = deps.launcher.launch(Job {
            show: self.hold.show,
            epoch,
            token: token.expose().to_owned(),
            origin_token: origin_token.expose().to_owned(),
            control: deps.control.get().cloned().unwrap_or_default(),
            fence,
            first_msn,
            first_media_ms: self.desk.wanted().head_end_ms,
            clock_epoch: self.clock_epoch,
            ladder: deps.settings.ladder.clone(),
            ladder_top: self.ladder_top,
        });
        let launched = launched.await.map_err(|error| anyhow::anyhow!(chain(&error)))?;
        let handle = launched.handle.clone();
        tracing::info!(show.id = %self.hold.show, epoch, first_msn, handle = handle.0, "a transmission was started");
        self.tell(Input::Launched { attempt: self.attempt, outcome: Ok(handle) }).await;
        Ok(launched)
    }

    /// The epoch to start in, and whether it goes on from its journal.
    async fn place(&self) -> anyhow::Result<(Placed, bool)> {
        let (deps, home) = (&self.deps, self.deps.me.home());
        if let Some(newest) = &self.newest
            && newest.home == home
            && deps.launcher.has_journal(self.hold.show, newest.epoch).await
        {
            return Ok((newest.clone(), true));
        }
        let epoch = timeout(ASKED_WITHIN, deps.door.next_epoch(self.hold.show)).await;
        let epoch = epoch.context("shows do not answer")??;
        Ok((Placed { epoch, home, first_msn: self.desk.wanted().msn_end, run: None }, false))
    }

    async fn tell(&self, input: Input) {
        if let Some(inputs) = self.inputs.upgrade() {
            let _ = inputs.send(input).await;
        }
    }
}
