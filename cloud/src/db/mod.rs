//! The database: SQLite (the default, one file) or Postgres, in one dialect.
//!
//! Owns: [`Db`], [`Tx`], the [`on!`](crate::on) macro, migrations, and the rows of the outbox that
//! a transaction leaves behind at its very end. Each room keeps its own SQL in its `store.rs`.

mod connect;
mod error;
mod outbox;
#[cfg(test)]
pub mod testing;
mod tx;

pub use connect::Db;
pub use error::DbError;
pub use outbox::OutboxRow;
pub use tx::{Side, Tx};

/// Runs `body` against whichever database stands behind `$side`, with `$c` as sqlx's executor.
///
/// `on!(tx, c => sqlx::query("…").bind(id).execute(c).await)`: `$side` is a `&mut Tx`, or a `&Db`
/// for reads outside of a transaction. The body is compiled once for each driver.
#[macro_export]
macro_rules! on {
    ($side:expr, $c:ident => $body:expr) => {
        match $side.side() {
            $crate::db::Side::Sqlite($c) => $body,
            $crate::db::Side::Pg($c) => $body,
        }
    };
}
