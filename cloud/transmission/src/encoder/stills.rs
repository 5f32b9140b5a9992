//! Which pictures are decoded when only stills are wanted. Pure.

use std::time::Duration;

use super::wire::Unit;

/// For lists and teasers: not more often than it is looked at.
pub(super) const EVERY: Duration = Duration::from_secs(5);

/// Lets key frames through, one in [`EVERY`]: each is decoded alone, so that what cannot be decoded in full, for want of
/// cores, costs next to nothing.
#[derive(Debug, Default)]
pub(super) struct Stills {
    next_ns: u64,
}

impl Stills {
    /// Whether the next picture is to be decoded.
    pub(super) fn wants(&mut self, unit: &Unit) -> bool {
        let due = unit.key && unit.pts_ns >= self.next_ns;
        if due {
            self.next_ns = unit.pts_ns.saturating_add(EVERY.as_nanos() as u64);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn of_all_pictures_only_a_key_frame_now_and_then_is_decoded() {
        let wanted = |keys: u64| {
            let mut stills = Stills::default();
            let unit = |n: u64| {
                let pts_ns = n * 40_000_000;
                Unit {
                    rung: 0,
                    key: n.is_multiple_of(keys),
                    cut_ns: None,
                    pts_ns,
                    dts_ns: pts_ns,
                    data: Bytes::new(),
                }
            };
            (0..750).filter(|n| stills.wants(&unit(*n))).collect::<Vec<_>>()
        };
        assert_eq!(wanted(50), [0, 150, 300, 450, 600]);
        assert_eq!(wanted(1), [0, 125, 250, 375, 500, 625], "also when every picture is one");
        assert_eq!(wanted(1_000), [0]);
    }
}
