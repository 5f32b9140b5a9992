//! What webhooks are told: which facts, and how a message about one reads. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{OrgId, Permission, ProductId, ShowId};

use crate::base::Invalid;
use crate::events::{Event, Recorded};

macro_rules! kinds {
    ($($permission:ident: $($name:ident)+;)*) => {
        /// A kind of facts that a webhook can be told. `webhook_test` is sent when somebody asks for a test, whatever was chosen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each is the fact of that name")]
        pub enum WebhookEvent { $($($name,)+)* WebhookTest }

        impl WebhookEvent {
            /// The kind of a fact; none when nobody outside is told of those.
            #[must_use]
            pub fn of(event: &Event) -> Option<Self> {
                match event {
                    $($(Event::$name { .. } => Some(Self::$name),)+)*
                    _ => None,
                }
            }

            /// What lets people see such facts; whoever has a server told of them needs it.
            #[must_use]
            pub fn permission(self) -> Permission {
                match self {
                    $($(Self::$name)|+ => Permission::$permission,)*
                    Self::WebhookTest => Permission::ManageWebhooks,
                }
            }
        }
    };
}

kinds! {
    ViewAudit: OrganizationChanged MemberAdded MemberRoleChanged MemberRemoved ApiKeyCreated ApiKeyRevoked;
    ViewCatalog: ProductCreated ProductChanged ProductRemoved StockChanged CouponCreated CouponChanged;
    ViewOrders: OrderRecorded OrderCancelled OrderRefunded;
    ViewTimeline: ShowCreated ShowChanged ShowDeleted LineupChanged ShowWentLive ShowInterrupted ShowResumed ShowEnded
        HighlightShown HighlightCleared;
    ViewChat: MessageRemoved ViewerBanned ViewerUnbanned;
}

/// Most kinds that one webhook names.
const MOST: usize = 64;

impl WebhookEvent {
    /// Whether it is of the catalogue's products, of which a list can change many thousands at once.
    pub(super) fn is_of_products(self) -> bool {
        matches!(
            self,
            Self::ProductCreated | Self::ProductChanged | Self::ProductRemoved | Self::StockChanged
        )
    }

    /// The word on the wire and in SQL.
    pub(super) fn word(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        }
    }

    /// Those of a list of words. Words of a later version are passed over.
    pub(super) fn read(words: &str) -> Vec<Self> {
        words.split(' ').filter_map(|word| serde_json::from_value(word.into()).ok()).collect()
    }

    /// A list as it is kept, each once.
    pub(super) fn words(mut all: Vec<Self>) -> Result<String, Invalid> {
        all.sort_unstable();
        all.dedup();
        if all.is_empty() || all.len() > MOST || all.contains(&Self::WebhookTest) {
            return Err(Invalid::new(
                "`events` takes at least one kind; `webhook_test` comes without being asked for",
            ));
        }
        Ok(all.into_iter().map(Self::word).collect::<Vec<_>>().join(" "))
    }
}

/// The product on which a fact is the newest word: it says all that an earlier one of its kind said.
pub(super) fn subject(event: &Event) -> Option<ProductId> {
    match event {
        Event::ProductChanged { product } | Event::StockChanged { product, .. } => Some(*product),
        _ => None,
    }
}

/// The body of a request to a webhook.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WebhookMessage {
    /// What kind of fact it is.
    #[serde(rename = "type")]
    pub kind: WebhookEvent,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// Whose it is.
    pub org_id: OrgId,
    /// The show it belongs to, if any.
    pub show_id: Option<ShowId>,
    /// Its number, which grows with each fact of an organisation, with gaps; null for a test.
    pub seq: Option<i64>,
    /// Who did it: `user:ID`, `key:ID`, `viewer:ID` or `service:NAME`.
    pub actor: String,
    /// The fields of the fact, as the timeline has them.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

impl WebhookMessage {
    /// The message about a fact; none when nobody outside is told of those.
    pub(super) fn of(fact: &Recorded) -> Option<Self> {
        let kind = WebhookEvent::of(&fact.event)?;
        let mut data = serde_json::to_value(&fact.event).ok()?;
        data.as_object_mut()?.remove("kind");
        Some(Self {
            kind,
            timestamp: fact.at,
            org_id: fact.org,
            show_id: fact.show,
            seq: Some(fact.seq),
            actor: fact.actor.clone(),
            data,
        })
    }

    /// A message about nothing.
    pub(super) fn test(org: OrgId, actor: String, now: DateTime<Utc>) -> Self {
        let data = serde_json::json!({});
        let kind = WebhookEvent::WebhookTest;
        Self { kind, timestamp: now, org_id: org, show_id: None, seq: None, actor, data }
    }
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::{OrderId, UserId};

    use super::*;

    #[test]
    fn a_message_has_the_fields_of_its_fact_and_kinds_are_the_timelines_words() {
        let order = OrderId::new();
        let currency = serde_json::from_value("EUR".into()).unwrap();
        let event = Event::OrderRecorded { order, total_minor: 1500, currency, items: 2 };
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let fact = Recorded { seq: 33, at, org: OrgId::new(), show: None, actor: "key:1".into(), event };
        let message = serde_json::to_value(WebhookMessage::of(&fact).unwrap()).unwrap();
        assert_eq!(
            message,
            serde_json::json!({
                "type": "order_recorded", "timestamp": "2023-11-14T22:13:20Z", "org_id": fact.org, "show_id": null,
                "seq": 33, "actor": "key:1",
                "data": {"order": order, "total_minor": 1500, "currency": "EUR", "items": 2},
            })
        );
        let word = serde_json::to_value(&fact.event).unwrap()["kind"].as_str().unwrap().to_owned();
        assert_eq!(WebhookEvent::of(&fact.event).unwrap().word(), word);
    }

    #[test]
    fn what_is_no_news_for_servers_makes_no_message() {
        let event = Event::OrganizationRegistered { owner: UserId::new() };
        assert_eq!(WebhookEvent::of(&event), None);
        assert_eq!(WebhookEvent::of(&Event::Unknown), None);
    }

    #[test]
    fn what_tells_earnings_needs_the_permission_to_see_orders() {
        for one in [WebhookEvent::OrderRecorded, WebhookEvent::OrderCancelled, WebhookEvent::OrderRefunded] {
            assert_eq!(one.permission(), Permission::ViewOrders);
        }
    }

    #[test]
    fn kinds_are_kept_as_words_and_those_of_a_later_version_are_passed_over() {
        use WebhookEvent::{ShowEnded, ShowWentLive, WebhookTest};
        let words = WebhookEvent::words(vec![ShowEnded, ShowWentLive, ShowEnded]).unwrap();
        assert_eq!(words, "show_went_live show_ended");
        assert_eq!(WebhookEvent::read(&(words + " moon_landed")), [ShowWentLive, ShowEnded]);
        assert!(WebhookEvent::words(Vec::new()).is_err() && WebhookEvent::words(vec![WebhookTest]).is_err());
    }
}
