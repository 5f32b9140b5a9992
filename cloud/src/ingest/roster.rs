//! Who has which show, as this node saw last: what edges look origins up in, without a query for each request.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use vitrine_protocol::ShowId;

use super::handover::{NoOrigin, Origin};
use super::lease::{Lease, Run, Watch};

/// What was seen of the rows.
#[derive(Debug, Default)]
pub struct Roster {
    rows: watch::Sender<HashMap<ShowId, Lease>>,
    watch: Mutex<Watch>,
}

impl Roster {
    /// Notes a look at the rows that `began` then and ended now.
    pub fn look(&self, leases: Vec<Lease>, began: Instant) {
        self.watch.lock().look(&leases, began, Instant::now());
        self.rows.send_replace(leases.into_iter().map(|lease| (lease.show, lease)).collect());
    }

    /// Whether the row was seen as it is for the lease's length and `longer`.
    pub fn stands_still(&self, lease: &Lease, longer: Duration) -> bool {
        self.watch.lock().stands_still(lease, longer)
    }

    /// Whether somebody has the show.
    pub fn knows(&self, show: ShowId) -> bool {
        self.rows.borrow().contains_key(&show)
    }

    /// The show's origin, waiting up to `patience` for a transmission that is being started or replaced.
    ///
    /// # Errors
    /// [`NoOrigin`]: at once when nobody has the show.
    pub async fn origin_within(&self, show: ShowId, patience: Duration) -> Result<Origin, NoOrigin> {
        let mut rows = self.rows.subscribe();
        let settled =
            |rows: &HashMap<ShowId, Lease>| rows.get(&show).is_none_or(|lease| origin(lease).is_some());
        let rows = timeout(patience, rows.wait_for(settled)).await.map_err(|_| NoOrigin::NotInTime)?;
        rows.ok().and_then(|rows| rows.get(&show).and_then(origin)).ok_or(NoOrigin::Nobody)
    }
}

/// The origin of the transmission in the row.
pub fn origin(lease: &Lease) -> Option<Origin> {
    let Run { origin, origin_token, .. } = lease.run()?;
    Some(Origin { url: origin.clone()?, token: origin_token.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lease::Placed;
    use crate::ingest::lease::fake::owner;

    fn row(show: ShowId, url: Option<&str>) -> Lease {
        let run = Run {
            handle: None,
            token_hash: "hash".into(),
            origin: url.map(str::to_owned),
            origin_token: "secret".into(),
        };
        let placed = Placed { epoch: 1, home: "a/boot".into(), first_msn: 0, run: Some(run) };
        Lease {
            show,
            owner: owner("a"),
            fence: 1,
            beat: 1,
            released: false,
            placed: Some(placed),
            msn_end: 0,
            head_end_ms: 0,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_origin_that_is_being_replaced_is_waited_for_and_a_stranger_is_not() {
        let (roster, show) = (std::sync::Arc::new(Roster::default()), ShowId::new());
        let patience = Duration::from_secs(8);
        let began = Instant::now();
        assert_eq!(roster.origin_within(show, patience).await, Err(NoOrigin::Nobody));
        assert_eq!(began.elapsed(), Duration::ZERO);
        roster.look(vec![row(show, None)], Instant::now());
        assert_eq!(roster.origin_within(show, patience).await, Err(NoOrigin::NotInTime));
        assert_eq!(began.elapsed(), patience);
        let waiting = tokio::spawn({
            let roster = roster.clone();
            async move { roster.origin_within(show, patience).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        roster.look(vec![row(show, Some("http://10.0.0.7:4100"))], Instant::now());
        assert_eq!(waiting.await.unwrap().unwrap().url, "http://10.0.0.7:4100");
    }
}
