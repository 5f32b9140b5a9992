//! How far a publisher's pictures are ahead of the show's clock. Pure.

/// A jump forward is a gap when it lands no further ahead of the wall clock than pictures have been of late, and this.
const SLACK: i64 = 700;
/// Pictures that run this far ahead of the wall clock come from no camera: they are dropped up to a key frame.
const TOO_FAR_AHEAD: i64 = 5_000;
/// The publisher's clock is compared with ours over windows of this length.
const DRIFT_WINDOW: i64 = 10_000;
/// The most that a quartz gains in a window: one in a hundred.
const MOST_GAIN: i64 = DRIFT_WINDOW / 100;
/// A quartz that is slow loses less than this in a window: one in two hundred.
const MOST_LOSS: i64 = DRIFT_WINDOW / 200;

/// How far the pictures are ahead of the show's clock, over all runs: media time only goes on, so a run begins where the
/// one before has come to. The network only delays, so the greatest lead of a window is the true one.
#[derive(Debug, Clone, Default)]
pub(super) struct Lead {
    /// The greatest of the last whole window, as far as a quartz explains it.
    pub ordinary: i64,
    /// The greatest of the last whole window and of this one.
    pub shown: i64,
    /// That of the newest picture.
    pub newest: i64,
    /// That of a picture which nothing has delayed; unknown up to the end of the first window. A thin uplink makes pictures
    /// late for minutes: it falls only as fast as a quartz explains.
    timely: Option<i64>,
    /// When the window ends, and the greatest in it.
    window: Option<(i64, i64)>,
}

impl Lead {
    /// A run was given a place: its first picture is this far ahead.
    pub fn place(&mut self, lead: i64) {
        (self.shown, self.newest, self.timely, self.window) = (lead, lead, None, None);
    }

    pub fn note(&mut self, now: i64, lead: i64) {
        self.newest = lead;
        self.shown = self.shown.max(lead);
        self.timely = self.timely.map(|timely| timely.max(lead));
        let (until, most) = self.window.get_or_insert((now + DRIFT_WINDOW, lead));
        *most = (*most).max(lead);
        if now >= *until {
            self.shown = *most;
            self.ordinary = self.shown.min(self.ordinary.saturating_add(MOST_GAIN));
            self.timely =
                Some(self.timely.map_or(*most, |timely| timely.saturating_sub(MOST_LOSS).max(*most)));
            self.window = None;
        }
    }

    /// The most that a picture behind a gap can be ahead.
    pub fn behind_a_gap(&self) -> i64 {
        self.timely.unwrap_or(self.newest.max(0)) + SLACK
    }

    /// Whether pictures that are this far ahead come faster than time passes.
    pub fn is_exceeded(&self, lead: i64) -> bool {
        lead.saturating_sub(self.ordinary.max(0)) > TOO_FAR_AHEAD
    }
}
