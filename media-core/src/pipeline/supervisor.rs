//! What viewers see of a source that fails, and when it is tried again. Pure: time comes in.
//!
//! A source that brings no picture is first held (its last picture stands), then the still stands in, and all the while
//! it is tried again with growing pauses, for ever. The test picture never stands in for anything.

use std::time::{Duration, Instant};

use super::config::Showing;

/// The last picture stands for so long.
pub(super) const HOLD: Duration = Duration::from_secs(3);
/// A source that fails before its first picture has so long before anybody is told: its last use may not be over yet.
const GRACE: Duration = Duration::from_secs(1);
/// Pauses between tries.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(2);
/// Pictures for so long end the counting of failures.
const STEADY: Duration = Duration::from_secs(5);
/// Why a source is away that has not said why.
const SILENT: &str = "it brings no picture";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Open the source again.
    Open,
    /// Show the still.
    Still,
    /// Say that the source is away, and why.
    Lost(String),
    /// Say what is shown.
    Shown(Showing),
}

/// Watches over the chosen source.
pub(super) struct Supervisor {
    /// When the source was chosen.
    chosen: Instant,
    /// The newest picture of the chosen source.
    last: Option<Instant>,
    /// Since when pictures came without a failure.
    steady: Option<Instant>,
    showing: Showing,
    /// It was started and has not failed since.
    running: bool,
    retry: Option<Instant>,
    failures: u32,
    /// Why it is away.
    reason: Option<String>,
    /// The reason that was told last.
    told: Option<String>,
}

impl Supervisor {
    /// Nothing is chosen yet, and the canvas is empty.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            chosen: now,
            last: None,
            steady: None,
            showing: Showing::Still,
            running: false,
            retry: None,
            failures: 0,
            reason: None,
            told: None,
        }
    }

    /// What is shown.
    pub(super) fn showing(&self) -> Showing {
        self.showing
    }

    /// Another source is chosen, and opened. What was shown stands until its first picture.
    pub(super) fn choose(&mut self, now: Instant) {
        let showing = if self.showing == Showing::Still { Showing::Still } else { Showing::Held };
        *self = Self { showing, running: true, ..Self::new(now) };
    }

    /// The chosen source's newest picture came at `at`.
    pub(super) fn picture(&mut self, at: Instant) -> Vec<Act> {
        if self.last.is_some_and(|last| at <= last) {
            return vec![];
        }
        self.last = Some(at);
        self.steady.get_or_insert(at);
        if self.showing == Showing::Source {
            return vec![];
        }
        self.showing = Showing::Source;
        (self.reason, self.told) = (None, None);
        vec![Act::Shown(Showing::Source)]
    }

    /// The source failed.
    pub(super) fn lost(&mut self, now: Instant, reason: String) -> Vec<Act> {
        self.running = false;
        self.steady = None;
        let pause = FIRST_RETRY.saturating_mul(1 << self.failures.min(8)).min(LONGEST_RETRY);
        self.failures += 1;
        self.retry = Some(now + pause);
        self.reason = Some(reason);
        let mut acts = self.tell(now);
        if self.showing == Showing::Source {
            self.showing = Showing::Held;
            acts.push(Act::Shown(Showing::Held));
        }
        acts
    }

    /// Its device has appeared: there is nothing to wait for.
    pub(super) fn appeared(&mut self, now: Instant) {
        if !self.running {
            self.retry = Some(now);
        }
    }

    /// Somebody asks to try now, whatever happened before.
    pub(super) fn try_now(&mut self, now: Instant) {
        self.failures = 0;
        self.appeared(now);
    }

    /// What time brings.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        if !self.running && self.retry.is_some_and(|at| at <= now) {
            (self.running, self.retry) = (true, None);
            acts.push(Act::Open);
        }
        if self.steady.is_some_and(|since| now.duration_since(since) >= STEADY) {
            self.failures = 0;
        }
        if self.showing != Showing::Still && now >= self.patience() {
            self.showing = Showing::Still;
            self.reason.get_or_insert_with(|| SILENT.to_owned());
            acts.push(Act::Still);
            acts.extend(self.tell(now));
            acts.push(Act::Shown(Showing::Still));
        } else if self.showing == Showing::Still && self.told.is_none() && now >= self.patience() {
            self.reason.get_or_insert_with(|| SILENT.to_owned());
            acts.extend(self.tell(now));
            acts.push(Act::Shown(Showing::Still));
        }
        acts
    }

    /// When [`Supervisor::tick`] should be called next.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let still = (self.showing != Showing::Still || self.told.is_none()).then(|| self.patience());
        let next = [self.retry, still].into_iter().flatten().min();
        next.unwrap_or(now + HOLD).max(now)
    }

    /// Until when the last picture stands.
    fn patience(&self) -> Instant {
        match self.last {
            Some(last) => last + HOLD,
            None if self.failures > 0 => self.chosen + GRACE,
            None => self.chosen + HOLD,
        }
    }

    /// Says why, once a reason, and not before a source that never brought a picture had its chance.
    fn tell(&mut self, now: Instant) -> Vec<Act> {
        let early = self.last.is_none() && now < self.patience();
        if early || self.reason == self.told {
            return vec![];
        }
        self.told.clone_from(&self.reason);
        self.reason.clone().map(Act::Lost).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source's story, in milliseconds since it was chosen.
    struct Story {
        start: Instant,
        supervisor: Supervisor,
        now: u64,
        acts: Vec<(u64, Act)>,
    }

    impl Story {
        fn new() -> Self {
            let start = Instant::now();
            let mut supervisor = Supervisor::new(start);
            supervisor.choose(start);
            Self { start, supervisor, now: 0, acts: vec![] }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        /// Time goes on to `ms`; what is due is done when it is due. `opens`: what becomes of each try.
        fn until(&mut self, ms: u64, opens: Result<(), &str>) {
            loop {
                let now = self.at(self.now);
                for act in self.supervisor.tick(now) {
                    let open = act == Act::Open;
                    self.acts.push((self.now, act));
                    if open && let Err(reason) = opens {
                        self.lost(reason);
                    }
                }
                let next = self.supervisor.next(now).duration_since(self.start).as_millis() as u64;
                if next > ms {
                    break;
                }
                self.now = next.max(self.now + 1);
            }
            self.now = ms;
        }

        fn lost(&mut self, reason: &str) {
            let acts = self.supervisor.lost(self.at(self.now), reason.to_owned());
            self.acts.extend(acts.into_iter().map(|act| (self.now, act)));
        }

        fn picture(&mut self) {
            let acts = self.supervisor.picture(self.at(self.now));
            self.acts.extend(acts.into_iter().map(|act| (self.now, act)));
        }

        fn pictures(&mut self, until: u64) {
            while self.now < until {
                self.until((self.now + 30).min(until), Ok(()));
                self.picture();
            }
        }

        fn tries(&self) -> Vec<u64> {
            self.acts.iter().filter(|(_, act)| *act == Act::Open).map(|(at, _)| *at).collect()
        }

        fn when(&self, wanted: &Act) -> Option<u64> {
            self.acts.iter().find(|(_, act)| act == wanted).map(|(at, _)| *at)
        }
    }

    #[test]
    fn a_glitch_is_held_and_mended_within_a_quarter_of_a_second() {
        let mut story = Story::new();
        story.pictures(1000);
        story.lost("no such device");
        story.until(1300, Ok(()));
        story.picture();
        assert_eq!(story.tries(), [1250]);
        assert_eq!(
            story.acts.iter().map(|(_, act)| act.clone()).collect::<Vec<_>>(),
            [
                Act::Shown(Showing::Source),
                Act::Lost("no such device".into()),
                Act::Shown(Showing::Held),
                Act::Open,
                Act::Shown(Showing::Source)
            ]
        );
    }

    #[test]
    fn the_last_picture_stands_for_three_seconds_then_the_still() {
        let mut story = Story::new();
        story.pictures(1020);
        story.lost("unplugged");
        story.until(60_000, Err("unplugged"));
        assert_eq!(story.when(&Act::Shown(Showing::Held)), Some(1020));
        assert_eq!(story.when(&Act::Still), Some(4020));
        let told = story.acts.iter().filter(|(_, act)| matches!(act, Act::Lost(_))).count();
        assert_eq!(told, 1, "once a reason");
        story.picture();
        assert_eq!(story.acts.last(), Some(&(60_000, Act::Shown(Showing::Source))));
    }

    #[test]
    fn tries_never_end_and_come_every_two_seconds_at_last() {
        let mut story = Story::new();
        story.pictures(30);
        story.lost("unplugged");
        story.until(600_000, Err("unplugged"));
        let tries = story.tries();
        assert_eq!(tries[..5], [280, 780, 1780, 3780, 5780]);
        assert!(tries.len() > 290, "{}", tries.len());
    }

    #[test]
    fn a_camera_that_is_missing_from_the_start_shows_the_still_and_is_told_after_a_second() {
        let mut story = Story::new();
        story.lost("it is not plugged in");
        story.until(5000, Err("it is not plugged in"));
        assert_eq!(story.when(&Act::Lost("it is not plugged in".into())), Some(1000));
        assert_eq!(story.when(&Act::Shown(Showing::Held)), None, "there is nothing to hold");
    }

    #[test]
    fn a_camera_that_is_busy_for_less_than_a_second_is_nobodys_business() {
        let mut story = Story::new();
        story.lost("busy");
        story.until(600, Err("busy"));
        story.until(900, Ok(()));
        story.picture();
        assert!(story.acts.iter().all(|(_, act)| !matches!(act, Act::Lost(_))), "{:?}", story.acts);
    }

    #[test]
    fn a_source_that_is_silent_without_a_word_gives_way_to_the_still() {
        let mut story = Story::new();
        story.pictures(990);
        story.until(10_000, Ok(()));
        assert_eq!(story.when(&Act::Still), Some(3990));
        assert_eq!(story.when(&Act::Lost(SILENT.into())), Some(3990));
        assert_eq!(story.tries(), [0u64; 0], "it runs, and may bring pictures again by itself");
    }

    #[test]
    fn a_device_that_appears_is_tried_at_once() {
        let mut story = Story::new();
        story.pictures(30);
        story.lost("unplugged");
        story.until(9000, Err("unplugged"));
        let before = story.tries().len();
        story.supervisor.appeared(story.at(9000));
        story.until(9001, Ok(()));
        assert_eq!(story.tries()[before..], [9000]);
    }

    #[test]
    fn another_reason_is_told_too() {
        let mut story = Story::new();
        story.pictures(30);
        story.lost("unplugged");
        story.until(400, Err("busy"));
        let told: Vec<_> = story.acts.iter().filter(|(_, act)| matches!(act, Act::Lost(_))).collect();
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn what_was_shown_stands_until_another_source_has_its_first_picture() {
        let mut story = Story::new();
        story.pictures(300);
        let now = story.at(300);
        story.supervisor.choose(now);
        assert_eq!(story.supervisor.showing(), Showing::Held);
        story.until(3299, Ok(()));
        assert_eq!(story.when(&Act::Still), None);
        story.until(3301, Ok(()));
        assert_eq!(story.when(&Act::Still), Some(3300), "but no longer than the hold");
    }
}
