//! A layer that comes and goes.

use std::time::Duration;

use crate::time::Pts;

/// How long a card takes to come or go.
pub(super) const TIME: Duration = Duration::from_millis(200);

/// Opacity over time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fade {
    from: f64,
    to: f64,
    start: Pts,
}

impl Fade {
    /// Standing at `opacity`.
    pub(super) const fn still(opacity: f64) -> Self {
        Self { from: opacity, to: opacity, start: Pts::ZERO }
    }

    /// From what it is at `now` to `opacity`.
    pub(super) fn toward(self, opacity: f64, now: Pts) -> Self {
        Self { from: self.at(now), to: opacity, start: now }
    }

    /// The opacity at `now`: quick at first, then slower.
    pub(super) fn at(self, now: Pts) -> f64 {
        let part = (now.since(self.start).as_secs_f64() / TIME.as_secs_f64()).min(1.0);
        let eased = 1.0 - (1.0 - part).powi(2);
        self.from + (self.to - self.from) * eased
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_comes_in_without_a_jump_and_stays() {
        let fade = Fade::still(0.0).toward(1.0, Pts::from_millis(1000));
        let seen: Vec<f64> = (0..12).map(|n| fade.at(Pts::from_millis(1000 + n * 33))).collect();
        assert_eq!(seen[0], 0.0);
        assert!(seen.windows(2).all(|w| w[0] <= w[1] && w[1] - w[0] < 0.4), "{seen:?}");
        assert_eq!(seen[11], 1.0);
    }

    #[test]
    fn a_turn_half_way_starts_where_it_is() {
        let half = Pts::from_millis(100);
        let fade = Fade::still(0.0).toward(1.0, Pts::ZERO);
        let back = fade.toward(0.0, half);
        assert_eq!(back.at(half), fade.at(half));
        assert_eq!(back.at(half.after(TIME)), 0.0);
    }
}
