//! What one way out has still to send: sound and pictures in lanes of their own, each bounded. Only pictures are ever left out: from
//! the oldest up to a key frame.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::interleave::Packet;
use crate::{format::AccessUnit, time::Pts};

/// Four minutes of sound: what is so late is given up by its owner long before.
const MAX_SOUND_BYTES: usize = 4 << 20;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of pictures.
    pub bytes: usize,
    /// Media time from the first picture to the last.
    pub age: Duration,
}

/// What a queue holds and has lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fill {
    pub bytes: usize,
    /// Time of the oldest packet that waits.
    pub oldest: Option<Pts>,
    /// Time of the newest packet that ever came.
    pub newest: Option<Pts>,
    pub dropped_pictures: u64,
    /// Pictures are left out until a key frame comes: ask for one.
    pub wants_key: bool,
}

/// One output's queue. Starts at a key frame.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    ready: Notify,
}

#[derive(Debug)]
struct Waiting {
    pictures: VecDeque<AccessUnit>,
    sound: VecDeque<(Pts, Bytes)>,
    picture_bytes: usize,
    sound_bytes: usize,
    bounds: Bounds,
    newest: Option<Pts>,
    /// Nothing is taken before the first key frame since a start.
    started: bool,
    /// No picture is taken before a key frame.
    for_key: bool,
    ever_started: bool,
    dropped_pictures: u64,
}

impl Queue {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { waiting: Mutex::new(Waiting::new(bounds)), ready: Notify::new() }
    }

    /// Takes a packet, or drops it when it is a picture. Never waits.
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

    /// Forgets everything, sound too, and starts again at a key frame.
    pub(super) fn restart(&self) {
        let mut waiting = self.waiting.lock();
        waiting.drop_pictures(usize::MAX);
        waiting.sound.clear();
        waiting.sound_bytes = 0;
        (waiting.started, waiting.for_key) = (false, true);
    }

    pub(super) fn fill(&self) -> Fill {
        let waiting = self.waiting.lock();
        Fill {
            bytes: waiting.picture_bytes + waiting.sound_bytes,
            oldest: waiting.oldest(),
            newest: waiting.newest,
            dropped_pictures: waiting.dropped_pictures,
            wants_key: waiting.started && waiting.for_key,
        }
    }
}

impl Waiting {
    fn new(bounds: Bounds) -> Self {
        Self {
            pictures: VecDeque::new(),
            sound: VecDeque::new(),
            picture_bytes: 0,
            sound_bytes: 0,
            bounds,
            newest: None,
            started: false,
            for_key: true,
            ever_started: false,
            dropped_pictures: 0,
        }
    }

    fn push(&mut self, packet: &Packet) {
        self.newest = self.newest.max(Some(packet.time()));
        match packet {
            Packet::Picture(unit) => self.push_picture(unit),
            Packet::Sound { pts, data } if self.started => {
                self.sound_bytes += data.len();
                self.sound.push_back((*pts, data.clone()));
                while self.sound_bytes > MAX_SOUND_BYTES {
                    self.pop_sound();
                }
            }
            Packet::Sound { .. } => {}
        }
    }

    fn push_picture(&mut self, unit: &AccessUnit) {
        if self.for_key && !unit.key {
            // before anything was taken there is nothing to lose
            self.dropped_pictures += u64::from(self.ever_started);
            return;
        }
        (self.started, self.for_key, self.ever_started) = (true, false, true);
        if !self.make_room(unit) {
            self.dropped_pictures += 1;
            self.for_key = true;
            return;
        }
        self.picture_bytes += unit.data.len();
        self.pictures.push_back(unit.clone());
    }

    /// Leaves out the oldest pictures up to a key frame until `unit` fits; all, and what follows up to a key frame, when there is none.
    fn make_room(&mut self, unit: &AccessUnit) -> bool {
        while self.picture_bytes + unit.data.len() > self.bounds.bytes || self.is_old(unit.dts) {
            if self.pictures.is_empty() {
                return false; // larger than all there may be
            }
            let next_key = self.pictures.iter().skip(1).position(|unit| unit.key);
            self.drop_pictures(next_key.map_or(usize::MAX, |place| place + 1));
            if next_key.is_none() && !unit.key {
                return false;
            }
        }
        true
    }

    fn is_old(&self, now: Pts) -> bool {
        self.pictures.front().is_some_and(|first| now.since(first.dts) > self.bounds.age)
    }

    fn drop_pictures(&mut self, count: usize) {
        let count = count.min(self.pictures.len());
        self.dropped_pictures += count as u64;
        for unit in self.pictures.drain(..count) {
            self.picture_bytes -= unit.data.len();
        }
    }

    fn oldest(&self) -> Option<Pts> {
        let picture = self.pictures.front().map(|unit| unit.dts);
        let sound = self.sound.front().map(|(pts, _)| *pts);
        picture.into_iter().chain(sound).min()
    }

    fn pop(&mut self) -> Option<Packet> {
        let picture = self.pictures.front().map(|unit| unit.dts);
        let sound = self.sound.front().map(|(pts, _)| *pts);
        match (picture, sound) {
            (Some(picture), Some(sound)) if sound <= picture => self.pop_sound(),
            (None, _) => self.pop_sound(),
            (Some(_), _) => {
                let unit = self.pictures.pop_front()?;
                self.picture_bytes -= unit.data.len();
                Some(Packet::Picture(unit))
            }
        }
    }

    fn pop_sound(&mut self) -> Option<Packet> {
        let (pts, data) = self.sound.pop_front()?;
        self.sound_bytes -= data.len();
        Some(Packet::Sound { pts, data })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    fn picture(n: u64, key: bool, size: usize) -> Packet {
        let at = Pts::from_millis(n * 40);
        Packet::Picture(AccessUnit { pts: at, dts: at, key, data: Bytes::from(vec![0; size]) })
    }

    fn sound(n: u64, size: usize) -> Packet {
        Packet::Sound { pts: Pts::from_millis(n * 40), data: Bytes::from(vec![0; size]) }
    }

    fn queue(bytes: usize) -> Queue {
        Queue::new(Bounds { bytes, age: Duration::MAX })
    }

    fn drain(queue: &Queue) -> Vec<Packet> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn an_output_starts_at_a_key_frame() {
        let queue = queue(1000);
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
        let queue = queue(500);
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
        let queue = queue(1000);
        queue.push(&picture(0, true, 10));
        queue.restart();
        queue.push(&picture(1, false, 10));
        assert!(queue.pop().is_none());
        queue.push(&picture(2, true, 10));
        assert!(queue.pop().unwrap().is_key());
    }

    #[test]
    fn a_line_that_takes_nothing_costs_pictures_and_no_sound() {
        let queue = Queue::new(Bounds { bytes: 500, age: Duration::from_secs(3) });
        for n in 0..1000 {
            queue.push(&picture(n, n % 50 == 0, 20));
            queue.push(&sound(n, 300));
        }
        assert!(queue.fill().dropped_pictures > 900);
        let packets = drain(&queue);
        let heard: Vec<_> = packets.iter().filter(|p| matches!(p, Packet::Sound { .. })).collect();
        assert_eq!(heard.len(), 1000);
        assert!(packets.windows(2).all(|w| w[0].time() <= w[1].time()), "in the order of time");
    }

    #[test]
    fn pictures_that_wait_too_long_go_and_a_key_frame_is_wanted() {
        let queue = Queue::new(Bounds { bytes: 1 << 20, age: Duration::from_secs(3) });
        for n in 0..=75 {
            queue.push(&picture(n, n == 0, 20));
        }
        assert_eq!(queue.fill().dropped_pictures, 0);
        assert!(!queue.fill().wants_key);
        queue.push(&picture(76, false, 20));
        assert_eq!(queue.fill().dropped_pictures, 77);
        assert!(queue.fill().wants_key);
        queue.push(&picture(77, false, 20));
        queue.push(&picture(78, true, 20));
        assert_eq!(drain(&queue), [picture(78, true, 20)]);
        assert!(!queue.fill().wants_key);
    }

    #[test]
    fn a_key_frame_that_waits_already_is_gone_on_with() {
        let queue = Queue::new(Bounds { bytes: 1 << 20, age: Duration::from_secs(3) });
        for n in 0..=76 {
            queue.push(&picture(n, n % 50 == 0, 20));
        }
        assert_eq!(queue.fill().dropped_pictures, 50);
        assert!(!queue.fill().wants_key);
        assert_eq!(queue.pop(), Some(picture(50, true, 20)));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bound_and_always_decodes(
            pictures in proptest::collection::vec((any::<bool>(), 1usize..300, any::<bool>()), 1..200)
        ) {
            let queue = queue(1000);
            let mut out = Vec::new();
            for (n, (key, size, take)) in pictures.into_iter().enumerate() {
                queue.push(&picture(n as u64, key, size));
                prop_assert!(queue.fill().bytes <= 1000);
                if take {
                    out.extend(queue.pop());
                }
            }
            out.extend(drain(&queue));
            prop_assert!(out.iter().all(|p| matches!(p, Packet::Picture(_))));
            // a gap is only ever followed by a key frame
            let number = |p: &Packet| p.time().as_millis() / 40;
            prop_assert!(out.windows(2).all(|w| number(&w[1]) == number(&w[0]) + 1 || w[1].is_key()));
        }

        #[test]
        fn sound_is_never_left_out(
            packets in proptest::collection::vec((any::<bool>(), any::<bool>(), 1usize..300, any::<bool>()), 1..300)
        ) {
            let queue = Queue::new(Bounds { bytes: 1000, age: Duration::from_secs(1) });
            queue.push(&picture(0, true, 1));
            let (mut out, mut made) = (Vec::new(), Vec::new());
            for (n, (is_sound, key, size, take)) in packets.into_iter().enumerate() {
                let n = n as u64 + 1;
                let packet = if is_sound { sound(n, size) } else { picture(n, key, size) };
                queue.push(&packet);
                made.extend(is_sound.then_some(packet));
                if take {
                    out.extend(queue.pop());
                }
            }
            out.extend(drain(&queue));
            out.retain(|packet| matches!(packet, Packet::Sound { .. }));
            prop_assert_eq!(out, made);
        }
    }
}
