//! What leaving does when it hears a fact.

use futures_util::FutureExt as _;
use vitrine_protocol::Role;

use super::store;
use crate::base::Actor;
use crate::db::Tx;
use crate::events::{Event, Heard, Listener, Recorded, record};

/// Closes the exports that strangers had made, and stops the deletion that they had asked for, in an organisation that was taken
/// back from them. Makes links to exports void where somebody left, or owns it no more, who may have one.
pub struct DropStrangersExports;

impl Listener for DropStrangersExports {
    fn name(&self) -> &'static str {
        "leaving.drop_strangers"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::OrganizationReclaimed { .. }) || parts(event)
    }

    /// Where a worker starts late, their links must not go on opening.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move {
            if parts(&fact.event) {
                return Ok(store::void_links(tx, fact.org, fact.at).await?);
            }
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

/// Whether somebody is an owner no more, or may have been one. Of a role that was taken the fact says the new one alone.
fn parts(event: &Event) -> bool {
    match event {
        Event::MemberRemoved { .. } | Event::OwnershipTransferred { .. } => true,
        Event::MemberRoleChanged { role, .. } => *role != Role::Owner,
        _ => false,
    }
}
