//! When to tell that the machine or the microphone does not keep up, and when that it does again. A moment's hiccup is no news.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{config::Event, inner::Inner};

const LOOK: Duration = Duration::from_secs(1);
/// So many bad looks within a window are trouble.
const BAD_LOOKS: usize = 3;
const PICTURES: Limits = Limits { window: Duration::from_secs(5), calm: Duration::from_secs(10) };
const SOUND: Limits = Limits { window: Duration::from_secs(15), calm: Duration::from_secs(20) };
/// One picture of so many may be left out without a word.
const SPARE: f64 = 20.0;

#[derive(Debug, Clone, Copy)]
struct Limits {
    window: Duration,
    /// Trouble is over after so long without a bad look.
    calm: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// Trouble, with so many losses since it began.
    Trouble(u64),
    /// It is over; so many losses it had.
    Over(u64),
}

/// One counter of losses, watched.
#[derive(Debug)]
struct Trouble {
    limits: Limits,
    counted: u64,
    /// The last bad looks: when, and what was counted before.
    bad: VecDeque<(Duration, u64)>,
    /// What was counted before it began.
    began: Option<u64>,
}

impl Trouble {
    fn new(limits: Limits) -> Self {
        Self { limits, counted: 0, bad: VecDeque::with_capacity(BAD_LOOKS), began: None }
    }

    /// Looks at the counter, which only grows; the look is bad when it grew by `much` or more.
    fn look(&mut self, at: Duration, count: u64, much: u64) -> Option<News> {
        let before = std::mem::replace(&mut self.counted, count);
        let grown = count.saturating_sub(before);
        if grown >= much.max(1) {
            if self.bad.len() == BAD_LOOKS {
                self.bad.pop_front();
            }
            self.bad.push_back((at, before));
        }
        let since_last = self.bad.back().map(|(last, _)| at.saturating_sub(*last));
        match self.began {
            Some(began) if since_last.is_none_or(|since| since >= self.limits.calm) => {
                (self.began, self.bad) = (None, VecDeque::with_capacity(BAD_LOOKS));
                Some(News::Over(count - began))
            }
            Some(began) => (grown > 0).then(|| News::Trouble(count - began)),
            None => {
                let (first, before) = *self.bad.front().filter(|_| self.bad.len() == BAD_LOOKS)?;
                if at.saturating_sub(first) >= self.limits.window {
                    return None;
                }
                self.began = Some(before);
                Some(News::Trouble(count - before))
            }
        }
    }
}

/// Tells of trouble with pictures and sound until the pipeline stops.
pub(super) fn watch(inner: &Arc<Inner>) {
    let (weak, events, stop) = (Arc::downgrade(inner), inner.events.clone(), inner.stop.clone());
    let much = (inner.config.video.fps.as_f64() / SPARE).ceil() as u64;
    inner.runtime.spawn(async move {
        let (mut pictures, mut sound) = (Trouble::new(PICTURES), Trouble::new(SOUND));
        let began = Instant::now();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = stop.cancelled() => return,
            }
            let Some(stats) = weak.upgrade().map(|inner| inner.stats()) else { return };
            let at = began.elapsed();
            let pictures = pictures.look(at, stats.skipped_frames, much).map(|news| match news {
                News::Trouble(pictures) => Event::Overloaded { pictures },
                News::Over(pictures) => Event::KeepsUp { pictures },
            });
            let sound = sound.look(at, stats.sound_gaps, 1).map(|news| match news {
                News::Trouble(gaps) => Event::SoundBroken { gaps },
                News::Over(gaps) => Event::SoundSteady { gaps },
            });
            for event in pictures.into_iter().chain(sound) {
                tracing::info!(?event, "strain");
                // waited for: an end that got lost would leave a fault standing
                tokio::select! {
                    sent = events.send(event) => if sent.is_err() { return },
                    () = stop.cancelled() => return,
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is told when so many are lost each second.
    fn told(lost: &[u64]) -> Vec<(usize, News)> {
        let (mut trouble, mut count) = (Trouble::new(PICTURES), 0);
        let look = |(second, lost): (usize, &u64)| {
            count += lost;
            Some((second, trouble.look(LOOK * second as u32, count, 2)?))
        };
        lost.iter().enumerate().filter_map(look).collect()
    }

    #[test]
    fn a_hiccup_is_no_news() {
        assert_eq!(told(&[0, 0, 40, 0, 0, 0, 0, 0, 30, 3, 0, 0, 0, 0]), []);
    }

    #[test]
    fn now_and_then_one_is_no_news() {
        assert_eq!(told(&[1; 100]), []);
    }

    #[test]
    fn trouble_is_told_with_its_count_and_ends_by_itself() {
        let mut lost = vec![0, 5, 5, 5, 5];
        lost.extend([0; 12]);
        assert_eq!(told(&lost), [(3, News::Trouble(15)), (4, News::Trouble(20)), (14, News::Over(20))]);
    }

    #[test]
    fn trouble_that_comes_again_counts_anew() {
        let mut lost = vec![5; 4];
        lost.extend([0; 20]);
        lost.extend([3; 3]);
        let told = told(&lost);
        assert_eq!(told.last(), Some(&(26, News::Trouble(9))));
        assert_eq!(told.iter().filter(|(_, news)| matches!(news, News::Over(20))).count(), 1);
    }

    #[test]
    fn trouble_with_pauses_is_one() {
        let lost: Vec<u64> = (0..60).map(|second| if second % 4 == 3 { 0 } else { 4 }).collect();
        assert!(told(&lost).iter().all(|(_, news)| matches!(news, News::Trouble(_))));
    }

    proptest! {
        #[test]
        fn all_trouble_ends_and_no_count_goes_back(lost in proptest::collection::vec(0u64..6, 0..120)) {
            let mut lost = lost;
            lost.extend([0; 11]);
            let mut standing = None;
            for (_, news) in told(&lost) {
                match news {
                    News::Trouble(n) => {
                        prop_assert!(standing.is_none_or(|before| before < n));
                        standing = Some(n);
                    }
                    News::Over(n) => {
                        prop_assert!(standing.is_some_and(|before| before <= n));
                        standing = None;
                    }
                }
            }
            prop_assert_eq!(standing, None);
        }
    }
}
