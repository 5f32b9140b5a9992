//! One call of a webhook, and what comes of it.

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::model::{self, Due, LATE, Outcome, Target};
use super::service::place;
use super::{DeliveryState, WebhookDelivery, Webhooks, WebhooksError, sign, store};
use crate::base::{Actor, EgressError};
use crate::events::{Event, record};
use crate::mail::ToOwners;

impl Webhooks {
    /// Sends a message. Whatever goes wrong out there is an outcome; errors are ours.
    pub(super) async fn call(&self, target: &Target, due: &Due) -> Result<Outcome, WebhooksError> {
        let Ok(url) = url::Url::parse(&target.url) else {
            return Ok(failed("its address cannot be read", true));
        };
        let headers = self.headers(target, due)?;
        let begun = Instant::now();
        let asked = self.egress.post(&url, headers, due.body.clone());
        let answer = match tokio::time::timeout(self.answer_within, asked).await {
            Err(_) => {
                let seconds = self.answer_within.as_secs();
                return Ok(failed(&format!("it did not answer within {seconds} seconds"), true));
            }
            Ok(answer) => answer,
        };
        let late = begun.elapsed() >= LATE;
        Ok(match answer {
            Ok(status) if status.is_success() => {
                Outcome { taken: true, gone: false, status: Some(status.as_u16()), reason: None, late }
            }
            Ok(status) => {
                let words = match status {
                    _ if status.is_redirection() => {
                        "it leads elsewhere, where nobody goes: enter the address that answers"
                    }
                    StatusCode::GONE => "it says that it is gone",
                    _ => "it did not take the message",
                };
                let gone = status == StatusCode::GONE;
                Outcome { gone, status: Some(status.as_u16()), ..failed(words, late) }
            }
            Err(error @ EgressError::NoClient(_)) => return Err(error.into()),
            Err(error) => failed(&error.to_string(), true),
        })
    }

    fn headers(&self, target: &Target, due: &Due) -> Result<HeaderMap, WebhooksError> {
        let (now, id, row) = (self.clock.now(), due.id.to_string(), target.id.to_string());
        let mut sealed = vec![&target.secret];
        sealed
            .extend(target.old_secret.as_ref().filter(|_| target.old_until.is_some_and(|until| until > now)));
        let mut opened = Vec::new();
        for one in sealed {
            opened.push(self.ring.open(place(target.org, &row), one)?);
        }
        let secrets: Vec<_> = opened.iter().filter_map(crate::secrets::Opened::text).collect();
        let signature = sign::signatures(&secrets, &id, now, &due.body).unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", now.timestamp().to_string()),
            ("webhook-signature", signature),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        Ok(headers)
    }

    /// Notes what came of a call: of the message, and of the webhook, which rests after a failure, and is switched off when it has
    /// taken nothing for days.
    pub(super) async fn settle(
        &self,
        target: &Target,
        due: &Due,
        outcome: Outcome,
    ) -> Result<(), WebhooksError> {
        let (now, dice) = (self.clock.now(), rand::random());
        let delivery = after(due, &outcome, now, dice);
        let mut tx = self.db.begin().await?;
        let Some(mut target) = store::lock_target(&mut tx, target.id).await? else { return Ok(()) };
        store::note_try(&mut tx, target.id, &delivery).await?;
        if outcome.taken {
            target.take(outcome.late, now);
            store::note_health(&mut tx, &target).await?;
            return Ok(tx.commit().await?);
        }
        let since = *target.failing_since.get_or_insert(now);
        target.fail(now);
        store::note_health(&mut tx, &target).await?;
        if target.active && (outcome.gone || model::is_given_up(since, target.failures, now)) {
            let reason =
                if outcome.gone { "it said that it is gone" } else { "it took nothing for three days" };
            store::switch_off(&mut tx, target.id, reason).await?;
            store::give_up_waiting(&mut tx, target.id, "the webhook was switched off").await?;
            let host = url::Url::parse(&target.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let host = host.unwrap_or_default();
            let letter = |organization| ToOwners::WebhookOff { organization, host: host.clone() };
            self.orgs.write_to_owners(&mut tx, target.org, letter).await?;
            let event = Event::WebhookSwitchedOff { webhook: target.id };
            record(&mut tx, &Actor::service("webhooks"), now, target.org, None, event)?;
        }
        Ok(tx.commit().await?)
    }
}

fn failed(reason: &str, late: bool) -> Outcome {
    Outcome { taken: false, gone: false, status: None, reason: Some(reason.to_owned()), late }
}

/// A message after a try.
fn after(due: &Due, outcome: &Outcome, now: DateTime<Utc>, dice: f64) -> WebhookDelivery {
    let attempts = due.attempts.saturating_add(1);
    let pause = model::pause(attempts, dice).filter(|_| !outcome.taken);
    let state = match pause {
        _ if outcome.taken => DeliveryState::Delivered,
        Some(_) => DeliveryState::Waiting,
        None => DeliveryState::Failed,
    };
    WebhookDelivery {
        id: due.id,
        event: None,
        seq: None,
        state,
        attempts,
        status: outcome.status,
        reason: outcome.reason.clone(),
        created_at: now,
        tried_at: Some(now),
        next_at: pause.map(|pause| now + pause),
    }
}
