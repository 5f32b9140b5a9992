//! Turns at something of which there is little: so many at once, and so many of them one organisation's.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use vitrine_protocol::OrgId;

/// Turns. Clones share them.
#[derive(Debug, Clone)]
pub struct FairTurns(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    most_of_one: usize,
    taken: Mutex<HashMap<OrgId, usize>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct FairTurn {
    turns: Arc<Inner>,
    org: OrgId,
}

/// Why there is no turn now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    /// The organisation has as many as it may.
    Own,
    /// All are taken.
    All,
}

impl FairTurns {
    /// `most` turns, `most_of_one` of them for one organisation.
    #[must_use]
    pub fn new(most: usize, most_of_one: usize) -> Self {
        Self(Arc::new(Inner { most, most_of_one, taken: Mutex::default() }))
    }

    /// A turn of `org`.
    ///
    /// # Errors
    /// [`NoTurn`]; it goes better in a moment.
    pub fn turn(&self, org: OrgId) -> Result<FairTurn, NoTurn> {
        let mut taken = self.0.taken.lock();
        let mine = taken.get(&org).copied().unwrap_or(0);
        if mine >= self.0.most_of_one {
            return Err(NoTurn::Own);
        }
        if taken.values().sum::<usize>() >= self.0.most {
            return Err(NoTurn::All);
        }
        taken.insert(org, mine + 1);
        Ok(FairTurn { turns: self.0.clone(), org })
    }
}

impl Drop for FairTurn {
    fn drop(&mut self) {
        let mut taken = self.turns.taken.lock();
        if let Some(mine) = taken.get_mut(&self.org) {
            *mine -= 1;
            if *mine == 0 {
                taken.remove(&self.org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_organisation_leaves_turns_to_the_others_and_what_is_given_back_can_be_had() {
        let (turns, one, other, third) = (FairTurns::new(3, 2), OrgId::new(), OrgId::new(), OrgId::new());
        let mine = [turns.turn(one).unwrap(), turns.turn(one).unwrap()];
        assert_eq!(turns.turn(one).err(), Some(NoTurn::Own));
        let theirs = turns.turn(other).unwrap();
        assert_eq!(turns.turn(third).err(), Some(NoTurn::All));
        drop(theirs);
        turns.turn(third).unwrap();
        drop(mine);
        assert!(turns.0.taken.lock().is_empty());
    }
}
