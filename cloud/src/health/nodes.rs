//! What the processes on one database tell each other.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::ShowId;

use super::model::Sample;
use crate::bus::MOST_CARRIED;

/// A process that was not heard for this long has nothing to say any more: three of its messages.
const HEARD_WITHIN: Duration = Duration::from_secs(6);

/// What was heard from other processes.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<HashMap<(ShowId, String), (Sample, Instant)>>);

impl Heard {
    /// Takes a message of another process; of one's own, or one that cannot be read, nothing.
    pub fn take(&self, message: &[u8], me: &str) {
        let Ok((from, samples)) = serde_json::from_slice::<(String, Vec<Sample>)>(message) else { return };
        if from == me {
            return;
        }
        let (now, mut heard) = (Instant::now(), self.0.lock());
        heard.retain(|_, (_, at)| now - *at < HEARD_WITHIN);
        heard.extend(samples.into_iter().map(|sample| ((sample.show, from.clone()), (sample, now))));
    }

    /// What others know of a show.
    pub fn of(&self, show: ShowId) -> Vec<Sample> {
        let (now, heard) = (Instant::now(), self.0.lock());
        let fresh = heard.iter().filter(|((of, _), (_, at))| *of == show && now - *at < HEARD_WITHIN);
        fresh.map(|(_, (sample, _))| sample.clone()).collect()
    }
}

/// The messages that tell `samples`: as few as the bus carries.
pub(super) fn messages(me: &str, samples: &[Sample]) -> Vec<Bytes> {
    let encode = |samples: &[Sample]| serde_json::to_vec(&(me, samples)).unwrap_or_default();
    let whole = encode(samples);
    match samples {
        [] => Vec::new(),
        [_] if whole.len() > MOST_CARRIED => Vec::new(), // of no show that there is
        _ if whole.len() <= MOST_CARRIED => vec![whole.into()],
        _ => {
            let (one, other) = samples.split_at(samples.len() / 2);
            [messages(me, one), messages(me, other)].concat()
        }
    }
}
