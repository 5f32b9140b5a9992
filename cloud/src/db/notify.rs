//! Messages between the processes on one Postgres: LISTEN and NOTIFY. Who does not listen has missed them.

use sqlx::postgres::{PgListener, PgPoolOptions};

use super::connect::ACQUIRE_WITHIN;
use super::{Db, DbError, Side};

/// What is said on one channel, from when this was made.
pub struct Notifications(PgListener);

impl Db {
    /// Whether other processes may use this database too: Postgres. A SQLite file has one owner.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.side(), Side::Pg(_))
    }

    /// Says `text` (below 8000 bytes) on `channel` to every process of this database; nothing on SQLite.
    ///
    /// It stands outside of transactions on purpose: one that notifies takes a lock of the whole database for
    /// its commit, which would let all commits wait for each other.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notify(&self, channel: &str, text: &str) -> Result<(), DbError> {
        if let Side::Pg(pool) = self.side() {
            // Not worth waiting for the disk: what is lost in a crash, nobody would hear.
            sqlx::query("SELECT set_config('synchronous_commit', 'off', TRUE), pg_notify($1, $2)")
                .bind(channel)
                .bind(text)
                .execute(pool)
                .await?;
        }
        Ok(())
    }

    /// Hears what is said on `channel`, over a connection of its own; none on SQLite.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notifications(&self, channel: &str) -> Result<Option<Notifications>, DbError> {
        let Side::Pg(pool) = self.side() else { return Ok(None) };
        let own = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(ACQUIRE_WITHIN)
            .connect_lazy_with((*pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(channel).await?;
        Ok(Some(Notifications(listener)))
    }
}

impl Notifications {
    /// Waits for the next message; `None` when the connection was lost and is back, so that some may be
    /// missing.
    ///
    /// # Errors
    /// The connection is lost: ask for [`Db::notifications`] anew.
    pub async fn next(&mut self) -> Result<Option<String>, DbError> {
        Ok(self.0.try_recv().await?.map(|notification| notification.payload().to_owned()))
    }
}
