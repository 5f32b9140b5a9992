//! What imports do when they hear a fact.

use futures_util::FutureExt as _;

use super::store;
use crate::db::Tx;
use crate::events::{Event, Heard, Listener, Recorded};

/// Fetches no more from where strangers had lists fetched, in an organisation that was taken back from them.
pub struct DropStrangersAddresses;

impl Listener for DropStrangersAddresses {
    fn name(&self) -> &'static str {
        "import.drop_strangers"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::OrganizationReclaimed { .. })
    }

    /// A worker that starts late must not go on fetching.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move { Ok(store::addresses::remove_all(tx, fact.org).await?) }.boxed()
    }
}
