//! Writes the row of one show in order, again until it is written, without holding up the show's task.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::{Hold, Leases, Written};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const WRITE_WITHIN: Duration = Duration::from_secs(8);
/// Tries of the last change, once nobody can change it any more: others see the row stand still anyway.
const LAST_TRIES: u32 = 30;

/// What is to stand in the row. Clones change the same one; when all are gone, the last of it is written still.
#[derive(Debug, Clone)]
pub struct Desk {
    wanted: watch::Sender<(u64, Written)>,
    saved: watch::Receiver<u64>,
}

impl Desk {
    /// A desk for a row that holds `written`. One message comes out of the receiver when the hold is lost.
    pub fn start(leases: Arc<dyn Leases>, hold: Hold, written: Written) -> (Self, mpsc::Receiver<()>) {
        let (wanted, changes) = watch::channel((0, written));
        let (saved_sender, saved) = watch::channel(0);
        let (lost_sender, lost) = mpsc::channel(1);
        tokio::spawn(run(leases, hold, changes, saved_sender, lost_sender));
        (Self { wanted, saved }, lost)
    }

    /// Changes the row; gives the change's number.
    pub fn change(&self, change: impl FnOnce(&mut Written)) -> u64 {
        let mut number = 0;
        self.wanted.send_modify(|(count, written)| {
            *count += 1;
            number = *count;
            change(written);
        });
        number
    }

    /// What is to stand there.
    pub fn wanted(&self) -> Written {
        self.wanted.borrow().1.clone()
    }

    /// Waits until change `number` stands in the row; false when it does not in time, or the hold is lost.
    pub async fn saved(&self, number: u64, within: Duration) -> bool {
        let mut saved = self.saved.clone();
        matches!(timeout(within, saved.wait_for(|done| *done >= number)).await, Ok(Ok(_)))
    }
}

async fn run(
    leases: Arc<dyn Leases>,
    hold: Hold,
    mut changes: watch::Receiver<(u64, Written)>,
    saved: watch::Sender<u64>,
    lost: mpsc::Sender<()>,
) {
    let mut pause = FIRST_PAUSE;
    let mut last_tries = LAST_TRIES;
    loop {
        let open = changes.changed().await.is_ok();
        loop {
            let (number, written) = changes.borrow_and_update().clone();
            if number == *saved.borrow() {
                break;
            }
            match timeout(WRITE_WITHIN, leases.write(hold, &written)).await {
                Ok(Ok(true)) => {
                    saved.send_replace(number);
                    pause = FIRST_PAUSE;
                }
                Ok(Ok(false)) => {
                    let _ = lost.try_send(());
                    return;
                }
                outcome => {
                    let why = outcome.map(|written| written.err().map(|error| error.to_string()));
                    tracing::warn!(show.id = %hold.show, ?why, "a lease could not be written yet");
                    if changes.has_changed().is_err() {
                        last_tries -= 1; // the show's task has ended
                    }
                    if last_tries == 0 {
                        return tracing::error!(show.id = %hold.show, "the end of a lease was not written");
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        if !open {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::ShowId;

    use super::*;
    use crate::ingest::lease::fake::{FakeLeases, owner};

    fn nothing() -> Written {
        Written { placed: None, msn_end: 0, head_end_ms: 0, released: false }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_written_when_the_database_comes_back() {
        let (leases, show) = (Arc::new(FakeLeases::default()), ShowId::new());
        let lease = leases.take(show, &owner("a"), None).await.unwrap().unwrap();
        let (desk, _lost) = Desk::start(leases.clone(), Hold { show, fence: lease.fence }, nothing());
        leases.away(true);
        let first = desk.change(|written| written.msn_end = 1);
        assert!(!desk.saved(first, Duration::from_secs(90)).await);
        leases.away(false);
        let second = desk.change(|written| written.msn_end = 2);
        assert!(desk.saved(second, Duration::from_secs(5)).await);
        assert_eq!(leases.get(show).await.unwrap().unwrap().msn_end, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_lost_the_row_is_told_and_writes_nothing() {
        let (leases, show) = (Arc::new(FakeLeases::default()), ShowId::new());
        let lease = leases.take(show, &owner("a"), None).await.unwrap().unwrap();
        let (desk, mut lost) = Desk::start(leases.clone(), Hold { show, fence: lease.fence }, nothing());
        leases.take(show, &owner("b"), Some((lease.fence, lease.beat))).await.unwrap().unwrap();
        let change = desk.change(|written| written.msn_end = 7);
        assert!(!desk.saved(change, Duration::from_secs(5)).await);
        assert_eq!(lost.recv().await, Some(()));
        assert_eq!(leases.get(show).await.unwrap().unwrap().msn_end, 0);
    }
}
