//! What ingest does when it hears a fact: it gives the show's transmission its orders.

use futures_util::future::BoxFuture;

use super::Ingest;
use crate::events::{Event, Follower, Recorded};

/// Turns facts into orders. What was said before a `serve` started is not told again: the show's state says it.
pub struct OrderTransmissions(pub Ingest);

impl Follower for OrderTransmissions {
    fn name(&self) -> &'static str {
        "order_transmissions"
    }

    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            match &fact.event {
                Event::ShowWentLive { show, at } => self.0.go_live(*show, *at).await,
                Event::ShowEnded { show, .. } | Event::ShowDeleted { show } => self.0.end(*show).await,
                Event::HighlightShown { show, highlight } | Event::HighlightCleared { show, highlight } => {
                    self.0.highlight(*show, highlight.clone()).await;
                }
                Event::PublishKeyIssued { show } => self.0.forget_key(*show),
                Event::PublishKeyRevoked { show } => self.0.close_publisher(*show).await,
                Event::OrganizationSuspended { .. } => self.0.close_barred().await,
                _ => {}
            }
        })
    }
}
