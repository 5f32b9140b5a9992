//! Who is called at once: of one organisation, and of one owner's, only a share, so that a place is left for everybody else's.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use vitrine_protocol::{OrgId, UserId};

use super::deliver::Lane;

/// Webhooks of one organisation that one process calls at once, in each lane.
const OF_ORGANIZATION: u32 = 4;
/// The same of all organisations that one person was first to own.
const OF_OWNER: u32 = 8;

/// Whose places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Organization(Lane, OrgId),
    Owner(Lane, UserId),
}

impl Whose {
    fn share(self) -> u32 {
        match self {
            Self::Organization(..) => OF_ORGANIZATION,
            Self::Owner(..) => OF_OWNER,
        }
    }
}

/// The places that are taken.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<Whose, u32>>>);

/// A place. It is free again when this is dropped.
pub(super) struct Turn {
    turns: Turns,
    whose: Vec<Whose>,
}

impl Turns {
    /// A place for one of `org`'s webhooks, which `owner` was first to own; none while their share is taken.
    pub(super) fn take(&self, lane: Lane, org: OrgId, owner: Option<UserId>) -> Option<Turn> {
        let owner = owner.map(|owner| Whose::Owner(lane, owner));
        let whose: Vec<_> = std::iter::once(Whose::Organization(lane, org)).chain(owner).collect();
        let mut taken = self.0.lock();
        if whose.iter().any(|one| taken.get(one).is_some_and(|count| *count >= one.share())) {
            return None;
        }
        for one in &whose {
            *taken.entry(*one).or_default() += 1;
        }
        Some(Turn { turns: self.clone(), whose })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.turns.0.lock();
        for one in &self.whose {
            if let Some(count) = taken.get_mut(one) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(one);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_and_an_owner_have_their_share_and_memory_ends_with_it() {
        let (turns, ada) = (Turns::default(), UserId::new());
        let of = |org| turns.take(Lane::Quick, org, Some(ada));
        let (one, two, three) = (OrgId::new(), OrgId::new(), OrgId::new());
        let mut held: Vec<_> = (0..4).map(|_| of(one).unwrap()).collect();
        assert!(of(one).is_none(), "the organisation's");
        held.extend((0..4).map(|_| of(two).unwrap()));
        assert!(of(three).is_none(), "the owner's");
        assert!(turns.take(Lane::Slow, one, Some(ada)).is_some());
        assert!(turns.take(Lane::Quick, three, Some(UserId::new())).is_some());
        held.pop();
        assert!(of(three).is_some());
        drop(held);
        assert!(turns.0.lock().is_empty());
    }
}
