//! What one way out has still to send: bounded by bytes, and full means that whole GOPs are dropped.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::interleave::Packet;

/// What a queue holds and has lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fill {
    pub bytes: usize,
    pub millis: u64,
    pub dropped_pictures: u64,
}

/// One output's queue. Starts, and starts again after a loss, at a key frame.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    ready: Notify,
}

#[derive(Debug)]
struct Waiting {
    packets: VecDeque<Packet>,
    bytes: usize,
    max_bytes: usize,
    for_key: bool,
    started: bool,
    dropped_pictures: u64,
}

impl Queue {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { waiting: Mutex::new(Waiting::new(max_bytes)), ready: Notify::new() }
    }

    /// Takes a packet, or drops it. Never waits.
    pub(super) fn push(&self, packet: &Packet) {
        self.waiting.lock().push(packet);
        self.ready.notify_one();
    }

    /// The oldest packet.
    pub(super) fn pop(&self) -> Option<Packet> {
        self.waiting.lock().pop()
    }

    /// The oldest packet, as soon as there is one. Safe to cancel.
    pub(super) async fn next(&self) -> Packet {
        loop {
            let ready = self.ready.notified();
            if let Some(packet) = self.pop() {
                return packet;
            }
            ready.await;
        }
    }

    /// Forgets everything and waits for a key frame.
    pub(super) fn restart(&self) {
        let mut waiting = self.waiting.lock();
        waiting.drop_all();
        waiting.for_key = true;
    }

    pub(super) fn fill(&self) -> Fill {
        let waiting = self.waiting.lock();
        let millis = match (waiting.packets.front(), waiting.packets.back()) {
            (Some(first), Some(last)) => last.time().since(first.time()).as_millis() as u64,
            _ => 0,
        };
        Fill { bytes: waiting.bytes, millis, dropped_pictures: waiting.dropped_pictures }
    }
}

impl Waiting {
    fn new(max_bytes: usize) -> Self {
        Self {
            packets: VecDeque::new(),
            bytes: 0,
            max_bytes,
            for_key: true,
            started: false,
            dropped_pictures: 0,
        }
    }

    fn push(&mut self, packet: &Packet) {
        if self.for_key {
            if !packet.is_key() {
                // before anything was taken there is nothing to lose
                self.dropped_pictures += u64::from(self.started && matches!(packet, Packet::Picture(_)));
                return;
            }
            (self.for_key, self.started) = (false, true);
        }
        if self.bytes + packet.bytes() > self.max_bytes && !self.make_room(packet) {
            self.dropped_pictures += u64::from(matches!(packet, Packet::Picture(_)));
            return;
        }
        self.bytes += packet.bytes();
        self.packets.push_back(packet.clone());
    }

    /// Drops the oldest GOPs until `packet` fits; everything, and what follows up to a key frame, when it is one GOP.
    fn make_room(&mut self, packet: &Packet) -> bool {
        while self.bytes + packet.bytes() > self.max_bytes {
            let next_key = self.packets.iter().skip(1).position(Packet::is_key);
            let Some(place) = next_key else {
                self.drop_all();
                let starts = packet.is_key() && packet.bytes() <= self.max_bytes;
                self.for_key = !starts;
                return starts;
            };
            for _ in 0..=place {
                self.drop_first();
            }
        }
        true
    }

    fn drop_all(&mut self) {
        while !self.packets.is_empty() {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(packet) = self.pop() {
            self.dropped_pictures += u64::from(matches!(packet, Packet::Picture(_)));
        }
    }

    fn pop(&mut self) -> Option<Packet> {
        let packet = self.packets.pop_front()?;
        self.bytes -= packet.bytes();
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::{format::AccessUnit, time::Pts};

    fn picture(n: u64, key: bool, size: usize) -> Packet {
        let at = Pts::from_millis(n * 40);
        Packet::Picture(AccessUnit { pts: at, dts: at, key, data: Bytes::from(vec![0; size]) })
    }

    fn drain(queue: &Queue) -> Vec<Packet> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn an_output_starts_at_a_key_frame() {
        let queue = Queue::new(1000);
        for n in 0..10 {
            queue.push(&picture(n, n == 4, 10));
        }
        let packets = drain(&queue);
        assert_eq!(packets.len(), 6);
        assert!(packets[0].is_key());
        assert_eq!(queue.fill().dropped_pictures, 0, "nothing was lost before the start");
    }

    #[test]
    fn a_full_queue_drops_whole_gops() {
        let queue = Queue::new(500);
        for n in 0..100 {
            queue.push(&picture(n, n % 10 == 0, 20));
        }
        let fill = queue.fill();
        let packets = drain(&queue);
        assert!(packets[0].is_key());
        assert_eq!(packets.len() as u64 + fill.dropped_pictures, 100);
        assert!(packets.windows(2).all(|w| w[1].time() > w[0].time()));
        assert_eq!(packets.last().unwrap().time().as_millis(), 99 * 40, "the newest is kept");
    }

    #[test]
    fn after_a_restart_it_waits_for_a_key_frame_again() {
        let queue = Queue::new(1000);
        queue.push(&picture(0, true, 10));
        queue.restart();
        queue.push(&picture(1, false, 10));
        assert!(queue.pop().is_none());
        queue.push(&picture(2, true, 10));
        assert!(queue.pop().unwrap().is_key());
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bound_and_always_decodes(
            pictures in proptest::collection::vec((any::<bool>(), 1usize..300, any::<bool>()), 1..200)
        ) {
            let queue = Queue::new(1000);
            let mut out = Vec::new();
            for (n, (key, size, take)) in pictures.into_iter().enumerate() {
                queue.push(&picture(n as u64, key, size));
                prop_assert!(queue.fill().bytes <= 1000);
                if take {
                    out.extend(queue.pop());
                }
            }
            out.extend(drain(&queue));
            // a gap is only ever followed by a key frame
            let number = |p: &Packet| p.time().as_millis() / 40;
            prop_assert!(out.windows(2).all(|w| number(&w[1]) == number(&w[0]) + 1 || w[1].is_key()));
        }
    }
}
