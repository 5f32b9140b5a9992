//! The one list of facts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{
    ApiKeyId, BanId, CouponId, Currency, ExportId, Highlight, InvitationId, InvoiceId, MessageId, OrderId,
    PasskeyId, ProductId, PublishSessionId, Role, RoleId, ShowId, UserId, WebhookId,
};

/// A fact. `kind` tells them apart on the wire and in SQL; a fact is never changed, only added to this list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are what their names say; the variants are described")]
pub enum Event {
    /// An organisation was registered by its first owner.
    OrganizationRegistered { owner: UserId },
    /// Its name or settings changed; `fields` says which; it is empty in old facts.
    OrganizationChanged {
        version: i64,
        #[serde(default)]
        fields: Vec<String>,
    },
    /// Somebody joined.
    MemberAdded { user: UserId, role: Role },
    /// A member got another role.
    MemberRoleChanged { user: UserId, role: Role },
    /// A member left.
    MemberRemoved { user: UserId },
    /// Somebody was invited.
    MemberInvited { invitation: InvitationId, role: Role },
    /// An invitation was taken back.
    InvitationRevoked { invitation: InvitationId },
    /// An owner handed the organisation on.
    OwnershipTransferred { from: UserId, to: UserId },
    /// Somebody showed that the address is theirs with which a stranger may have made the account that owns the organisation. What
    /// was set up before goes.
    OrganizationReclaimed { owner: UserId },
    /// A role of the organisation's own was put together.
    RoleCreated { role: RoleId },
    /// What it lets people do, or its name, changed.
    RoleChanged { role: RoleId },
    /// It is gone; nobody had it.
    RoleDeleted { role: RoleId },
    /// A member's sign-ins ask for a second factor from now on.
    FactorAdded { user: UserId },
    /// A member's sign-ins ask for the password alone again.
    FactorRemoved { user: UserId },
    /// A member signed in, or changed their factors, with a recovery code; so many are left.
    RecoveryCodeUsed { user: UserId, left: i64 },
    /// A member made new recovery codes; those of before open nothing any more.
    RecoveryCodesRenewed { user: UserId },
    /// A member can sign in with an account elsewhere.
    IdentityLinked { user: UserId },
    /// A member can no longer sign in with an account elsewhere.
    IdentityUnlinked { user: UserId },
    /// A member can sign in with this passkey.
    PasskeyAdded { user: UserId, passkey: PasskeyId },
    /// A member calls a passkey otherwise. Versions of before recorded it.
    PasskeyRenamed { user: UserId, passkey: PasskeyId },
    /// A member can no longer sign in with this passkey.
    PasskeyRemoved { user: UserId, passkey: PasskeyId },
    /// A server of the shop got a key.
    ApiKeyCreated { key: ApiKeyId },
    /// A key opens nothing any more.
    ApiKeyRevoked { key: ApiKeyId },
    /// The organisation has this plan from now on, or stands otherwise with it: `active`, `past_due`, `cancelled`.
    PlanChanged { plan: String, state: String },
    /// It will have this plan.
    PlanChangeScheduled { plan: String, at: DateTime<Utc> },
    /// What was scheduled is not to happen.
    PlanChangeCancelled,
    /// A payment for the plan failed; the plan holds until then.
    PaymentFailed { grace_until: DateTime<Utc> },
    /// What was due is paid.
    PaymentRecovered,
    /// Nobody paid in time: the default plan holds.
    GraceEnded,
    /// An invoice was written.
    InvoiceIssued { invoice: InvoiceId },
    /// It was paid.
    InvoicePaid { invoice: InvoiceId },
    /// It is not to be paid any more.
    InvoiceVoided { invoice: InvoiceId },
    /// The operator suspended the organisation; why, in words.
    OrganizationSuspended { reason: String },
    /// It may do things again.
    OrganizationResumed,
    /// A server is to be told of facts.
    WebhookCreated { webhook: WebhookId },
    /// Where, of what, whether, or with which secret it is told changed.
    WebhookChanged { webhook: WebhookId },
    /// It is told no more.
    WebhookDeleted { webhook: WebhookId },
    /// It took nothing for days, or said that it is gone, and is told no more until somebody switches it on.
    WebhookSwitchedOff { webhook: WebhookId },
    /// All data was asked for, to be taken out.
    ExportRequested { export: ExportId },
    /// The organisation is to be deleted at that time.
    OrganizationDeletionScheduled { at: DateTime<Utc> },
    /// It stays after all.
    OrganizationDeletionCancelled,

    /// A product came into the catalogue.
    ProductCreated { product: ProductId },
    /// A product's words, price, picture or variants changed.
    ProductChanged { product: ProductId },
    /// A product left the sale, and stays in the catalogue.
    ProductHidden { product: ProductId },
    /// A product left the catalogue.
    ProductRemoved { product: ProductId },
    /// The number of pieces left changed; `stock` is over all variants.
    StockChanged { product: ProductId, stock: i64 },
    /// A coupon was made.
    CouponCreated { coupon: CouponId },
    /// A coupon's terms changed, or it ended.
    CouponChanged { coupon: CouponId },
    /// The shop took an order.
    OrderRecorded { order: OrderId, total_minor: i64, currency: Currency, items: u32 },
    /// An order was called off; `amount_minor` was paid back with that.
    OrderCancelled { order: OrderId, amount_minor: i64, currency: Currency },
    /// A part of an order, or all of it, was paid back.
    OrderRefunded { order: OrderId, amount_minor: i64, currency: Currency },

    /// A show was made.
    ShowCreated { show: ShowId },
    /// A show's title, cover, start or settings changed.
    ShowChanged { show: ShowId },
    /// A show that never aired was deleted.
    ShowDeleted { show: ShowId },
    /// Products or coupons of the line-up changed.
    LineupChanged { show: ShowId },
    /// A new publish key was handed out; older ones open nothing any more.
    PublishKeyIssued { show: ShowId },
    /// Every publish key was revoked; a running publish must be closed.
    PublishKeyRevoked { show: ShowId },
    /// A publisher was let in.
    PublisherAdmitted { show: ShowId, session: PublishSessionId },
    /// The publisher's picture arrives.
    PublisherArrived { show: ShowId, session: PublishSessionId },
    /// The publisher's first frame was put on the media clock.
    PublisherMapped { show: ShowId, session: PublishSessionId, offset_ms: i64 },
    /// The publisher is gone; `clean` when it said so.
    PublisherLost {
        show: ShowId,
        session: PublishSessionId,
        clean: bool,
        #[serde(default)]
        reason: LossReason,
    },
    /// The show went on air.
    ShowWentLive { show: ShowId, at: DateTime<Utc> },
    /// On air without a publisher; it ends at `until` unless one comes back.
    ShowInterrupted { show: ShowId, until: DateTime<Utc> },
    /// The publisher came back.
    ShowResumed { show: ShowId },
    /// The show is over.
    ShowEnded { show: ShowId, reason: EndReason },
    /// A product or coupon was pinned.
    HighlightShown { show: ShowId, highlight: Highlight },
    /// A pin was taken off.
    HighlightCleared { show: ShowId, highlight: Highlight },
    /// The show's transmission runs.
    TransmissionStarted { show: ShowId, epoch: u32 },
    /// The show's transmission died.
    TransmissionLost { show: ShowId, epoch: u32 },
    /// Viewers can choose this rung.
    RungUp { show: ShowId, name: String },
    /// This rung is gone, and why.
    RungDown { show: ShowId, name: String, reason: String },
    /// The machine is behind: the encoded rungs have every second picture only.
    FrameRateHalved { show: ShowId },
    /// They have every picture again.
    FrameRateRestored { show: ShowId },
    /// The show goes on and is not recorded; why, in words.
    RecordingStopped { show: ShowId, reason: String },
    /// It is recorded again.
    RecordingResumed { show: ShowId },
    /// The show goes on and would not survive a crash of its transmission as it is; why, in words.
    JournalStopped { show: ShowId, reason: String },
    /// It would again.
    JournalResumed { show: ShowId },
    /// What the publisher sends, in words.
    SourceDescribed { show: ShowId, text: String },

    /// A moderator removed a message.
    MessageRemoved { show: ShowId, message: MessageId },
    /// A viewer may no longer speak; `author` is the id the chat knows them by.
    ViewerBanned { show: ShowId, ban: BanId, author: String },
    /// A ban was lifted.
    /// `restored`: so were the messages that it had removed.
    ViewerUnbanned {
        show: ShowId,
        ban: BanId,
        author: String,
        #[serde(default)]
        restored: bool,
    },

    /// Written by a later version; kept for listeners of that version.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// Whether it says what was earned.
    #[must_use]
    pub fn tells_earnings(&self) -> bool {
        matches!(self, Self::OrderRecorded { .. } | Self::OrderCancelled { .. } | Self::OrderRefunded { .. })
    }
}

/// Why a publisher is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// It said goodbye.
    Closed,
    /// Its connection broke.
    Disconnected,
    /// It sent nothing for too long, on an open connection.
    Silent,
    /// No picture of it, or of the one in its place, came for too long; sound may have.
    NoPictures,
    /// It broke the protocol, or a bound of it.
    Protocol,
    /// Another encoder took over.
    Replaced,
    /// Its pictures cannot be shown.
    NotCarried,
    /// Its key was revoked.
    KeyRevoked,
    /// The show ended.
    ShowEnded,
    /// The show's organisation was suspended, or is being deleted.
    Suspended,
    /// Another server looks after the show now.
    Moved,
    /// The server that it was connected to is gone.
    ServerLost,
    /// Not known, or known to a later version only.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Why a show ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody ended it.
    Ended,
    /// No publisher came back in time.
    Deserted,
    /// It went on after its planned end for longer than its organisation wants.
    PastPlannedEnd,
    /// Known to a later version only.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts as version 0.1 wrote them. They lie in databases: nothing in this file ever changes.
    const OF_0_1: &str = include_str!("fixtures/0.1.json");

    #[test]
    fn facts_that_earlier_versions_wrote_are_read_whole() {
        let facts: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(OF_0_1).unwrap();
        for fact in facts {
            let read: Event = serde_json::from_value(fact.clone().into()).unwrap();
            assert_ne!(read, Event::Unknown, "{fact:?}");
            let written = serde_json::to_value(&read).unwrap();
            for (field, value) in fact {
                assert_eq!(written[&field], value, "{written}");
            }
        }
    }

    #[test]
    fn a_field_that_a_later_version_added_is_passed_over() {
        let show = ShowId::new();
        let json = serde_json::json!({"kind": "show_ended", "show": show, "reason": "bored", "by": {"a": 1}});
        let wanted = Event::ShowEnded { show, reason: EndReason::Unknown };
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), wanted);
    }

    #[test]
    fn a_fact_of_a_later_version_is_unknown() {
        let fact: Event = serde_json::from_str(r#"{"kind": "moon_landed", "at": 7}"#).unwrap();
        assert_eq!(fact, Event::Unknown);
    }

    #[test]
    fn a_loss_without_a_known_reason_is_still_a_loss() {
        let show = ShowId::new();
        let session = PublishSessionId::new();
        for reason in [None, Some("struck_by_lightning")] {
            let mut json = serde_json::json!({
                "kind": "publisher_lost", "show": show, "session": session, "clean": false,
            });
            if let Some(reason) = reason {
                json["reason"] = reason.into();
            }
            let wanted = Event::PublisherLost { show, session, clean: false, reason: LossReason::Unknown };
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), wanted);
        }
    }

    #[test]
    fn a_fact_names_its_kind() {
        let show = ShowId::new();
        let json = serde_json::to_value(Event::ShowResumed { show }).unwrap();
        assert_eq!(json, serde_json::json!({"kind": "show_resumed", "show": show}));
    }
}
