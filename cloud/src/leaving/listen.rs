//! What leaving does when it hears a fact.

use futures_util::FutureExt as _;

use super::store;
use crate::base::Actor;
use crate::db::Tx;
use crate::events::{Event, Heard, Listener, Recorded, record};

/// Closes the exports that strangers had made, and stops the deletion that they had asked for, in an organisation that was taken
/// back from them.
pub struct DropStrangersExports;

impl Listener for DropStrangersExports {
    fn name(&self) -> &'static str {
        "leaving.drop_strangers"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::OrganizationReclaimed { .. })
    }

    /// Where a worker starts late, their links must not go on opening.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move {
            store::close_exports(tx, fact.org, fact.at).await?;
            if store::cancel_asked_before(tx, fact.org, fact.at).await? {
                let event = Event::OrganizationDeletionCancelled;
                record(tx, &Actor::service("leaving"), fact.at, fact.org, None, event)?;
            }
            Ok(())
        }
        .boxed()
    }
}
