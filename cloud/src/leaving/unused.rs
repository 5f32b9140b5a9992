//! Accounts that strangers made and nobody uses go, and the names of their channels are free.

use chrono::TimeDelta;

use super::{Leaving, LeavingError, store};

/// An account that nobody confirmed and nobody is signed in to goes after this time.
const UNUSED_FOR: TimeDelta = TimeDelta::days(30);
/// How many go in one round.
const AT_ONCE: i64 = 200;

impl Leaving {
    /// Forgets accounts whose address nobody confirmed and that nobody has used for thirty days, with their organisations if nothing
    /// is in those; how many. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_unused(&self) -> Result<usize, LeavingError> {
        let now = self.clock.now();
        let unused = store::unused(&self.db, now - UNUSED_FOR, now, AT_ONCE).await?;
        for user in &unused {
            let mut tx = self.db.begin().await?;
            for org in store::forget(&mut tx, *user, now).await? {
                // A handful of facts: it was never used.
                for rows in store::LAST {
                    while store::erase(&mut tx, rows, org, AT_ONCE).await? == AT_ONCE.unsigned_abs() {}
                }
                store::delete_organization(&mut tx, org).await?;
            }
            tx.commit().await?;
        }
        Ok(unused.len())
    }
}
