//! Webhooks and their messages, and when a message is tried again. Pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{OrgId, WebhookDeliveryId, WebhookId};

use super::WebhookEvent;

/// How often a message is tried: over a little more than three days.
pub(super) const TRIES: u32 = 11;
/// The pauses between tries, in seconds.
const PAUSES: [u64; TRIES as usize - 1] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 79_200];
/// Whoever answers after this is called by workers for such webhooks.
pub(super) const LATE: Duration = Duration::from_millis(500);
/// Whoever was late is called with the others again after so many answers in a row that were not.
const FAST: i64 = 5;
/// The longest that a webhook which takes nothing rests between two calls.
const LONGEST_REST: Duration = Duration::from_secs(600);
/// A webhook that has taken nothing for so long is switched off.
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// And not before it was called so often.
const LEAST_FAILURES: i64 = 5;

/// A server that is told of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Webhook {
    /// The webhook.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// Of what.
    pub events: Vec<WebhookEvent>,
    /// Whether it is.
    pub active: bool,
    /// Why it was switched off, when nobody did so by hand.
    pub off_reason: Option<String>,
    /// Since when every call has failed; null while it takes what it is sent.
    pub failing_since: Option<DateTime<Utc>>,
    /// How many messages wait.
    pub waiting: i64,
    /// How many were never kept, because too many waited.
    pub missed: i64,
    /// Until when the secret before the present one signs too.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// Since when there is such a webhook.
    pub created_at: DateTime<Utc>,
    /// Grows with each change; the answer's `ETag`.
    pub version: i64,
}

/// A webhook to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewWebhook {
    /// An https address of the public internet, without name and password.
    #[schema(example = "https://shop.example/hooks/vitrine")]
    pub url: String,
    /// Of what it is told: at least one kind.
    pub events: Vec<WebhookEvent>,
    /// Whether it is told from now on; it is when not said.
    #[serde(default)]
    pub active: Option<bool>,
}

/// What is to change of a webhook; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct WebhookPatch {
    /// An https address of the public internet, without name and password.
    #[serde(default)]
    pub url: Option<String>,
    /// Of what it is told: at least one kind.
    #[serde(default)]
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether it is told. Switched off, it is not sent what waits either.
    #[serde(default)]
    pub active: Option<bool>,
}

/// A webhook that was just made. Its secret is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct CreatedWebhook {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What its messages are signed with, `whsec_…`.
    pub secret: String,
}

/// A new secret of a webhook. It is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct WebhookSecret {
    /// What its messages are signed with, `whsec_…`.
    pub secret: String,
    /// Until when the one before signs too.
    pub old_secret_until: DateTime<Utc>,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or sent again.
    Waiting,
    /// The server took it.
    Delivered,
    /// It was given up.
    Failed,
}

/// A message to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookDelivery {
    /// The message; it is sent as `webhook-id`, the same each time.
    pub id: WebhookDeliveryId,
    /// What it is about. Null: a later version knows.
    pub event: Option<WebhookEvent>,
    /// The fact's number; null for a test.
    pub seq: Option<i64>,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// The status of the newest answer, if there was one.
    pub status: Option<u16>,
    /// Why the newest try failed.
    pub reason: Option<String>,
    /// When it was to be sent first.
    pub created_at: DateTime<Utc>,
    /// When it was sent last.
    pub tried_at: Option<DateTime<Utc>>,
    /// When it is sent next, at the earliest: a server that took nothing rests before it is called again.
    pub next_at: Option<DateTime<Utc>>,
}

/// A webhook as whoever calls it needs it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: WebhookId,
    pub(super) org: OrgId,
    pub(super) url: String,
    pub(super) active: bool,
    pub(super) slow: bool,
    /// Sealed.
    pub(super) secret: String,
    pub(super) old_secret: Option<String>,
    pub(super) old_until: Option<DateTime<Utc>>,
    pub(super) rest_until: DateTime<Utc>,
    pub(super) failing_since: Option<DateTime<Utc>>,
    pub(super) failures: i64,
    /// Answers in a row that came at once.
    pub(super) fast: i64,
}

impl Target {
    /// It took a message, late or at once: what else is due goes to it too.
    pub(super) fn take(&mut self, late: bool, now: DateTime<Utc>) {
        (self.failing_since, self.failures) = (None, 0);
        self.rest_until = self.rest_until.min(now);
        self.fast = if late { 0 } else { self.fast.saturating_add(1) };
        self.slow = late || self.slow && self.fast < FAST;
    }

    /// It did not. Whoever tries by hand while it rests makes the rest no longer.
    pub(super) fn fail(&mut self, now: DateTime<Utc>) {
        if self.rest_until <= now {
            self.failures = self.failures.saturating_add(1);
            self.rest_until = now + rest(self.failures);
        }
        (self.slow, self.fast) = (true, 0);
    }
}

/// A message that is due.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) id: WebhookDeliveryId,
    pub(super) body: String,
    pub(super) attempts: u32,
    /// A later one may take its place: it was never sent.
    pub(super) is_open: bool,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) taken: bool,
    /// It said that it is gone.
    pub(super) gone: bool,
    pub(super) status: Option<u16>,
    pub(super) reason: Option<String>,
    /// It answered late, or not at all.
    pub(super) late: bool,
}

/// How long a message waits after try number `tries` (from 1); none when it is given up. Of each pause four fifths to the whole,
/// by `dice` (0 to 1), so that what failed together does not come back together.
pub(super) fn pause(tries: u32, dice: f64) -> Option<Duration> {
    let seconds = PAUSES.get(usize::try_from(tries.checked_sub(1)?).ok()?)?;
    Some(Duration::from_secs(*seconds).mul_f64(0.8 + dice.clamp(0.0, 1.0) / 5.0))
}

/// How long a webhook rests after failure number `failures` (from 1) in a row.
pub(super) fn rest(failures: i64) -> Duration {
    let doublings = u32::try_from(failures.clamp(1, 20)).unwrap_or(1) - 1;
    Duration::from_secs(5).saturating_mul(2u32.saturating_pow(doublings)).min(LONGEST_REST)
}

/// Whether a webhook that fails at `now` for the `failures`th time since `since` is switched off.
pub(super) fn is_given_up(since: DateTime<Utc>, failures: i64, now: DateTime<Utc>) -> bool {
    failures >= LEAST_FAILURES && now - since >= PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_for_three_days_and_not_for_four() {
        for dice in [0.0, 1.0] {
            let all: Duration = (1..).map_while(|tries| pause(tries, dice)).sum();
            let days = all.as_secs_f64() / 86_400.0;
            assert!((2.4..=3.5).contains(&days), "{days}");
        }
        assert_eq!(
            (pause(0, 1.0), pause(1, 1.0), pause(TRIES, 1.0)),
            (None, Some(Duration::from_secs(5)), None)
        );
    }

    #[test]
    fn who_takes_nothing_rests_longer_each_time_up_to_ten_minutes() {
        let rests: Vec<_> = [1, 2, 3, 7, 8, i64::MAX].map(|n| rest(n).as_secs()).to_vec();
        assert_eq!(rests, [5, 10, 20, 320, 600, 600]);
    }

    #[test]
    fn who_tries_by_hand_makes_no_rest_longer_and_what_is_taken_ends_it() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let mut target = Target {
            id: WebhookId::new(),
            org: OrgId::new(),
            url: String::new(),
            active: true,
            slow: false,
            secret: String::new(),
            old_secret: None,
            old_until: None,
            rest_until: now,
            failing_since: None,
            failures: 0,
            fast: 0,
        };
        target.fail(now);
        target.fail(now + TimeDelta::seconds(4));
        assert_eq!((target.failures, target.rest_until), (1, now + TimeDelta::seconds(5)));
        target.fail(now + TimeDelta::seconds(5));
        assert_eq!((target.failures, target.rest_until), (2, now + TimeDelta::seconds(15)));
        target.take(false, now + TimeDelta::seconds(6));
        assert_eq!((target.failures, target.rest_until), (0, now + TimeDelta::seconds(6)));
    }

    #[test]
    fn a_webhook_is_given_up_after_three_days_without_one_success() {
        let since = DateTime::from_timestamp(0, 0).unwrap();
        let later = since + TimeDelta::days(3);
        assert!(is_given_up(since, 5, later) && !is_given_up(since, 4, later));
        assert!(!is_given_up(since, 50, later - TimeDelta::seconds(1)));
    }
}
