//! Puts sound and pictures, which come from two encoders, into one order of time. No I/O.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

use crate::{format::AccessUnit, time::Pts};

/// Sound waits so long for pictures before it goes on alone.
const PATIENCE: Duration = Duration::from_millis(500);

/// One encoded thing on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packet {
    Picture(AccessUnit),
    Sound { pts: Pts, data: Bytes },
}

impl Packet {
    pub(super) fn time(&self) -> Pts {
        match self {
            Self::Picture(unit) => unit.dts,
            Self::Sound { pts, .. } => *pts,
        }
    }

    pub(super) fn is_key(&self) -> bool {
        matches!(self, Self::Picture(unit) if unit.key)
    }
}

#[derive(Debug, Default)]
pub(super) struct Interleaver {
    sound: VecDeque<(Pts, Bytes)>,
}

impl Interleaver {
    /// A picture goes out after all sound up to its time.
    pub(super) fn picture(&mut self, unit: AccessUnit, out: &mut Vec<Packet>) {
        self.release(unit.dts, out);
        out.push(Packet::Picture(unit));
    }

    /// Sound waits for the next picture, within limits.
    pub(super) fn sound(&mut self, pts: Pts, data: Bytes, out: &mut Vec<Packet>) {
        self.sound.push_back((pts, data));
        if let Some(too_old) = pts.as_nanos().checked_sub(PATIENCE.as_nanos() as u64) {
            self.release(Pts::from_nanos(too_old), out);
        }
    }

    fn release(&mut self, until: Pts, out: &mut Vec<Packet>) {
        while let Some((pts, data)) = self.sound.pop_front_if(|(pts, _)| *pts <= until) {
            out.push(Packet::Sound { pts, data });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(ms: u64) -> AccessUnit {
        let at = Pts::from_millis(ms);
        AccessUnit { pts: at, dts: at, key: false, data: Bytes::new() }
    }

    #[test]
    fn early_sound_waits_for_its_picture() {
        let (mut order, mut out) = (Interleaver::default(), Vec::new());
        for ms in [0, 21, 43, 64] {
            order.sound(Pts::from_millis(ms), Bytes::new(), &mut out);
        }
        assert!(out.is_empty());
        order.picture(picture(43), &mut out);
        order.picture(picture(76), &mut out);
        let times: Vec<_> = out.iter().map(|p| p.time().as_millis()).collect();
        assert_eq!(times, [0, 21, 43, 43, 64, 76]);
    }

    #[test]
    fn sound_goes_on_when_pictures_stop() {
        let (mut order, mut out) = (Interleaver::default(), Vec::new());
        for n in 0..100 {
            order.sound(Pts::from_millis(n * 21), Bytes::new(), &mut out);
        }
        assert!(out.len() > 70, "{}", out.len());
    }
}
