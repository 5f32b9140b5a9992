//! What the rooms tell their people when a fact is heard.

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
        Box::pin(async move {
            let show = fact.show;
            if let (Some(news), Some(show)) = (MediaNews::of(&fact.event), show) {
                self.hub().tell(show, Command::Media(news)).await;
            }
            if let (Event::ViewerUnbanned { author, restored: true, .. }, Some(show)) = (&fact.event, show) {
                match self.newest_of(fact.org, show, author).await {
                    Ok(messages) => {
                        let event = RoomEvent::ChatRestored { messages };
                        self.hub().tell(show, Command::Event(event)).await;
                    }
                    Err(error) => tracing::error!(%error, "restored messages could not be read"),
                }
            }
            match (news_of(self.shows(), fact), show) {
                (News::Show(command), Some(show)) => {
                    if matches!(fact.event, Event::LineupChanged { .. }) && self.hub().is_open(show) {
                        match self.shows().cards_of(fact.org, show).await {
                            Ok(cards) => self.hub().tell(show, Command::Cards(cards)).await,
                            Err(error) => tracing::error!(%error, "products of a line-up could not be read"),
                        }
                    }
                    self.hub().tell(show, *command).await;
                }
                (News::Organization, _) => {
                    self.hub().tell_all_of(fact.org, || Command::Event(RoomEvent::LineupChanged)).await;
                }
                (News::Product(product), _) if self.hub().has_rooms_of(fact.org) => {
                    match self.shows().showing(fact.org, product).await {
                        Ok((shows, card)) => {
                            for show in shows {
                                let command = match &card {
                                    Some(card) => Command::Product(Box::new(card.clone())),
                                    None => Command::Event(RoomEvent::LineupChanged),
                                };
                                self.hub().tell(show, command).await;
                            }
                        }
                        Err(error) => {
                            tracing::error!(%error, "shows with a product could not be read");
                            self.hub()
                                .tell_all_of(fact.org, || Command::Event(RoomEvent::LineupChanged))
                                .await;
                        }
                    }
                }
                (News::Product(_), _) => {}
                (News::Show(_), None) | (News::Nothing, _) => {}
            }
        })
    }
}

/// Whom a fact concerns.
enum News {
    /// The room of the fact's show.
    Show(Box<Command>),
    /// Every open room of the organisation: a coupon changed.
    Organization,
    /// Rooms whose line-up has the product.
    Product(ProductId),
    /// Nobody.
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
        Event::LineupChanged { .. } | Event::ShowChanged { .. } => RoomEvent::LineupChanged,
        Event::MessageRemoved { message, .. } => RoomEvent::ChatRemoved { id: *message },
        Event::ViewerBanned { author, .. } => RoomEvent::AuthorRemoved { author: author.clone() },
        Event::OrderRecorded { order, total_minor, currency, items } => {
            RoomEvent::Order { id: *order, total_minor: *total_minor, currency: *currency, items: *items }
        }
        Event::StockChanged { product, .. }
        | Event::ProductChanged { product, .. }
        | Event::ProductHidden { product, .. }
        | Event::ProductRemoved { product, .. } => return News::Product(*product),
        Event::CouponChanged { .. } => return News::Organization,
        Event::OrganizationRegistered { .. }
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
