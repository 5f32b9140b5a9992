//! What the processes on one database tell each other.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::ShowId;

use super::model::Sample;
use crate::bus::MOST_CARRIED;
use crate::ingest::Measured;

/// A process that was not heard for this long has nothing to say any more: three of its messages.
const HEARD_WITHIN: Duration = Duration::from_secs(6);

/// What was heard from other processes.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<HashMap<(ShowId, String), (Sample, Instant)>>);

impl Heard {
    /// Takes a message of another process, at `wall` of this one's clock; of one's own, or one that cannot be read,
    /// nothing.
    pub fn take(&self, message: &[u8], me: &str, wall: DateTime<Utc>) {
        let Ok((from, said, mut samples)) =
            serde_json::from_slice::<(String, DateTime<Utc>, Vec<Sample>)>(message)
        else {
            return;
        };
        if from == me {
            return;
        }
        // Machines' clocks differ: what travels is how long ago something was.
        for sample in &mut samples {
            let measured = sample.measured.take();
            sample.measured = measured
                .and_then(|known| Some(Measured { at: wall.checked_sub_signed(said - known.at)?, ..known }));
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

/// The messages that tell `samples` at `now` of the clock by which they were measured: as few as the bus carries.
pub(super) fn messages(me: &str, now: DateTime<Utc>, samples: &[Sample]) -> Vec<Bytes> {
    let encode = |samples: &[Sample]| serde_json::to_vec(&(me, now, samples)).unwrap_or_default();
    let whole = encode(samples);
    match samples {
        [] => Vec::new(),
        [_] if whole.len() > MOST_CARRIED => Vec::new(), // of no show that there is
        _ if whole.len() <= MOST_CARRIED => vec![whole.into()],
        _ => {
            let (one, other) = samples.split_at(samples.len() / 2);
            [messages(me, now, one), messages(me, now, other)].concat()
        }
    }
}
