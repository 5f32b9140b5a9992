//! From the encoders to every way out: one encoding, many queues.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;

use super::{
    interleave::{Interleaver, Packet},
    queue::{Bounds, Queue},
};
use crate::encode::live::Encoded;

/// The decoder configurations of what is encoded now.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers {
    pub avcc: Option<Bytes>,
    pub audio_config: Option<Bytes>,
}

/// Fans encoded packets out. Taking one never waits.
#[derive(Default)]
pub(crate) struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    headers: Headers,
    order: Interleaver,
    ready: Vec<Packet>,
    outputs: Vec<Weak<Queue>>,
}

impl Hub {
    /// Hands what an encoder made to every output.
    pub(crate) fn take(&self, encoded: Encoded) {
        let state = &mut *self.state.lock();
        match encoded {
            Encoded::VideoHeader(avcc) => state.headers.avcc = Some(avcc),
            Encoded::AudioHeader(config) => state.headers.audio_config = Some(config),
            Encoded::Picture(unit) => state.order.picture(unit, &mut state.ready),
            Encoded::Sound { pts, data } => state.order.sound(pts, data, &mut state.ready),
        }
        state.outputs.retain(|output| output.strong_count() > 0);
        for packet in state.ready.drain(..) {
            for output in state.outputs.iter().filter_map(Weak::upgrade) {
                output.push(&packet);
            }
        }
    }

    /// A new output's queue; dropping it ends the feed.
    pub(super) fn attach(&self, bounds: Bounds) -> Arc<Queue> {
        let queue = Arc::new(Queue::new(bounds));
        self.state.lock().outputs.push(Arc::downgrade(&queue));
        queue
    }

    pub(super) fn headers(&self) -> Headers {
        self.state.lock().headers.clone()
    }
}
