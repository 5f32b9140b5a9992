//! What the public side does when it hears a fact.

use futures_util::future::BoxFuture;

use super::Storefront;
use crate::events::{Follower, Recorded};

impl Follower for Storefront {
    fn name(&self) -> &'static str {
        "storefront"
    }

    /// Forgets what the organisation's pages show, whatever happened: few facts change nothing there.
    fn follow<'a>(&'a self, fact: &'a Recorded) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.forget(fact.org) })
    }
}
