//! What the rooms tell their people when a fact is heard.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use vitrine_protocol::rtm::RoomEvent;
use vitrine_protocol::{ProductId, ShowId, ShowState};

use super::model::MediaNews;
use super::room::Command;
use super::service::Rtm;
use crate::events::{Event, Follower, Recorded};
use crate::show::Shows;

impl Follower for Rtm {
    fn name(&self) -> &'static str {
        "rtm"
    }

    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
        Box::pin(self.tell(fact))
    }

    fn follow_all<'a>(&'a self, facts: &'a [Recorded]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for fact in without_repeats(facts) {
                self.tell(fact).await;
            }
        })
    }
}

impl Rtm {
    async fn tell(&self, fact: &Recorded) {
        let show = fact.show;
        if let Some(product) = product_of(&fact.event) {
            return self.tell_product(fact, product).await;
        }
        if let (Some(news), Some(show)) = (MediaNews::of(&fact.event), show) {
            self.hub().tell(show, Command::Media(news));
        }
        if let (Event::ViewerUnbanned { author, restored: true, .. }, Some(show)) = (&fact.event, show) {
            match self.newest_of(fact.org, show, author).await {
                Ok(messages) => {
                    self.hub().tell(show, Command::Event(RoomEvent::ChatRestored { messages }));
                }
                Err(error) => tracing::error!(%error, "restored messages could not be read"),
            }
        }
        match (news_of(self.shows(), fact), show) {
            (News::Show(command), Some(show)) => {
                let mut command = *command;
                if matches!(fact.event, Event::LineupChanged { .. }) && self.hub().is_open(show) {
                    match self.lineup(fact.org, show).await {
                        Ok((products, cards, version)) => {
                            self.hub().tell_lineup(show, products, cards);
                            command = Command::Event(RoomEvent::LineupChanged { version: Some(version) });
                        }
                        Err(error) => {
                            tracing::error!(%error, "products of a line-up could not be read");
                            self.hub().read_anew(show);
                        }
                    }
                }
                self.hub().tell(show, command);
            }
            (News::Organization, _) => {
                let version = Some(fact.seq);
                self.hub().tell_all_of(fact.org, || Command::Event(RoomEvent::LineupChanged { version }));
            }
            (News::Show(_), None) | (News::Nothing, _) => {}
        }
    }

    /// Tells the rooms that show a product how it is now. One that no open room shows costs no query.
    async fn tell_product(&self, fact: &Recorded, product: ProductId) {
        let rooms = self.hub().rooms_with(fact.org, product);
        if rooms.is_empty() {
            return;
        }
        match self.product(fact.org, product).await {
            Ok((shows, ware, version)) => {
                for show in shows {
                    let ware = ware.clone().map(Box::new);
                    self.hub().tell(show, Command::Product { fact: fact.seq, ware, version });
                }
            }
            Err(error) => {
                tracing::error!(%error, "shows with a product could not be read");
                rooms.into_iter().for_each(|show| self.hub().read_anew(show));
            }
        }
    }
}

/// The facts but those about a product that a later one of them is about, too: how it is now is read when it is told.
fn without_repeats(facts: &[Recorded]) -> impl Iterator<Item = &Recorded> {
    let about = facts.iter().filter_map(|fact| Some((product_of(&fact.event)?, fact.seq)));
    let last: HashMap<ProductId, i64> = about.collect();
    facts.iter().filter(move |fact| {
        product_of(&fact.event).is_none_or(|product| last.get(&product) == Some(&fact.seq))
    })
}

/// The product that a fact is about, where rooms that show it are told how it is.
fn product_of(event: &Event) -> Option<ProductId> {
    match event {
        Event::StockChanged { product, .. }
        | Event::ProductChanged { product }
        | Event::ProductHidden { product }
        | Event::ProductRemoved { product } => Some(*product),
        _ => None,
    }
}

/// Whom a fact concerns.
enum News {
    /// The room of the fact's show.
    Show(Box<Command>),
    /// Every open room of the organisation: a coupon changed.
    Organization,
    /// Nobody, or those whom a product concerns.
    Nothing,
}

fn news_of(shows: &Shows, fact: &Recorded) -> News {
    let moved = |show: &ShowId, state, live_at, ended_at| {
        News::Show(Box::new(Command::Moved(shows.airing(*show, state, live_at, ended_at))))
    };
    let event = match &fact.event {
        Event::ShowWentLive { show, at } => return moved(show, ShowState::Live, Some(*at), None),
        Event::ShowInterrupted { show, .. } => return moved(show, ShowState::Interrupted, None, None),
        Event::ShowResumed { show } => return moved(show, ShowState::Live, None, None),
        // Whoever watches one that is gone is told the same.
        Event::ShowEnded { show, .. } | Event::ShowDeleted { show } => {
            return moved(show, ShowState::Ended, None, Some(fact.at));
        }
        Event::HighlightShown { highlight, .. } | Event::HighlightCleared { highlight, .. } => {
            RoomEvent::Highlight { highlight: highlight.clone() }
        }
        Event::LineupChanged { .. } | Event::ShowChanged { .. } => {
            RoomEvent::LineupChanged { version: Some(fact.seq) }
        }
        Event::MessageRemoved { message, .. } => RoomEvent::ChatRemoved { id: *message },
        Event::ViewerBanned { author, .. } => RoomEvent::AuthorRemoved { author: author.clone() },
        Event::OrderRecorded { order, total_minor, currency, items } => {
            RoomEvent::Order { id: *order, total_minor: *total_minor, currency: *currency, items: *items }
        }
        Event::CouponChanged { .. } => return News::Organization,
        Event::StockChanged { .. }
        | Event::ProductChanged { .. }
        | Event::ProductHidden { .. }
        | Event::ProductRemoved { .. }
        | Event::OrganizationRegistered { .. }
        | Event::OrganizationChanged { .. }
        | Event::MemberAdded { .. }
        | Event::MemberRoleChanged { .. }
        | Event::MemberRemoved { .. }
        | Event::MemberInvited { .. }
        | Event::InvitationRevoked { .. }
        | Event::OwnershipTransferred { .. }
        | Event::OrganizationReclaimed { .. }
        | Event::RoleCreated { .. }
        | Event::RoleChanged { .. }
        | Event::RoleDeleted { .. }
        | Event::FactorAdded { .. }
        | Event::FactorRemoved { .. }
        | Event::RecoveryCodeUsed { .. }
        | Event::RecoveryCodesRenewed { .. }
        | Event::IdentityLinked { .. }
        | Event::IdentityUnlinked { .. }
        | Event::PasskeyAdded { .. }
        | Event::PasskeyRenamed { .. }
        | Event::PasskeyRemoved { .. }
        | Event::ApiKeyCreated { .. }
        | Event::ApiKeyRevoked { .. }
        | Event::PlanChanged { .. }
        | Event::PlanChangeScheduled { .. }
        | Event::PlanChangeCancelled
        | Event::PaymentFailed { .. }
        | Event::PaymentRecovered
        | Event::GraceEnded
        | Event::InvoiceIssued { .. }
        | Event::InvoicePaid { .. }
        | Event::InvoiceVoided { .. }
        | Event::OrganizationSuspended { .. }
        | Event::OrganizationResumed
        | Event::WebhookCreated { .. }
        | Event::WebhookChanged { .. }
        | Event::WebhookDeleted { .. }
        | Event::WebhookSwitchedOff { .. }
        | Event::ExportRequested { .. }
        | Event::OrganizationDeletionScheduled { .. }
        | Event::OrganizationDeletionCancelled
        | Event::ProductCreated { .. }
        | Event::CouponCreated { .. }
        | Event::OrderCancelled { .. }
        | Event::OrderRefunded { .. }
        | Event::ShowCreated { .. }
        | Event::PublishKeyIssued { .. }
        | Event::PublishKeyRevoked { .. }
        | Event::PublisherAdmitted { .. }
        | Event::PublisherArrived { .. }
        | Event::PublisherLost { .. }
        | Event::PublisherMapped { .. }
        | Event::TransmissionStarted { .. }
        | Event::TransmissionLost { .. }
        | Event::RungUp { .. }
        | Event::RungDown { .. }
        | Event::FrameRateHalved { .. }
        | Event::FrameRateRestored { .. }
        | Event::SourceDescribed { .. }
        | Event::RecordingStopped { .. }
        | Event::RecordingResumed { .. }
        | Event::JournalStopped { .. }
        | Event::JournalResumed { .. }
        | Event::ViewerUnbanned { .. }
        | Event::Unknown => return News::Nothing,
    };
    News::Show(Box::new(Command::Event(event)))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use vitrine_protocol::OrgId;

    use super::*;

    #[test]
    fn of_a_product_that_is_told_of_often_the_last_fact_is_heard() {
        let (org, show) = (OrgId::new(), ShowId::new());
        let (one, two) = (ProductId::new(), ProductId::new());
        let events = [
            Event::StockChanged { product: one, stock: 9 },
            Event::ProductChanged { product: one },
            Event::LineupChanged { show },
            Event::StockChanged { product: two, stock: 9 },
            Event::ProductRemoved { product: one },
            Event::LineupChanged { show },
        ];
        let fact = |(seq, event)| Recorded {
            seq,
            at: DateTime::default(),
            org,
            show: None,
            actor: "service:test".into(),
            event,
        };
        let facts: Vec<_> = (0..).zip(events).map(fact).collect();
        let heard: Vec<_> = without_repeats(&facts).map(|fact| fact.seq).collect();
        assert_eq!(heard, [2, 3, 4, 5]);
    }
}
