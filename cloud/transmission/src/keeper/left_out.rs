//! Pictures that a full queue had no room for. Pure.

use crate::encoder::Unit;

/// What whoever reads the queue has to learn of them before the next picture.
#[derive(Debug, Default)]
pub struct LeftOut {
    any: bool,
    /// The newest cut that one of them asked for.
    cut_ns: Option<u64>,
}

impl LeftOut {
    /// Sends a picture; behind others that were left out it says first, with `drain`, that it does not follow what was sent.
    /// Both give whether there was room.
    pub fn pass(&mut self, mut unit: Unit, drain: impl FnOnce() -> bool, send: impl FnOnce(Unit) -> bool) {
        let cut_ns = unit.cut_ns.or(self.cut_ns);
        unit.cut_ns = cut_ns;
        self.any = self.any && !drain() || !send(unit);
        self.cut_ns = cut_ns.filter(|_| self.any);
    }

    /// The end of a run had no room.
    pub fn end(&mut self) {
        self.any = true;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn unit(pts_ns: u64, cut_ns: Option<u64>) -> Unit {
        Unit { rung: 0, key: false, cut_ns, pts_ns, dts_ns: pts_ns, data: Bytes::new() }
    }

    #[test]
    fn after_a_hole_comes_its_end_and_the_cut_that_fell_into_it() {
        let mut left_out = LeftOut::default();
        left_out.pass(unit(0, None), || panic!("nothing is missing"), |_| true);
        left_out.pass(unit(1, Some(1)), || panic!("nothing is missing"), |_| false);
        left_out.pass(unit(2, None), || false, |_| panic!("the hole was not told yet"));
        let (mut drained, mut sent) = (false, None);
        left_out.pass(
            unit(3, None),
            || {
                drained = true;
                true
            },
            |unit| {
                sent = Some(unit);
                true
            },
        );
        assert!(drained && sent == Some(unit(3, Some(1))));
        left_out.pass(unit(4, None), || panic!("told already"), |next| next == unit(4, None));
        assert!(!left_out.any);
    }
}
