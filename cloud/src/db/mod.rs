//! The database: SQLite (the default, one file) or Postgres, in one dialect.
//!
//! Owns: [`Db`], [`Tx`], the [`on!`](crate::on) macro, migrations, and the rows of the outbox that a
//! transaction leaves behind at its very end, the [`Mark`] of the work that it is part of, messages between
//! processes on one Postgres. Each room keeps its own SQL in its `store.rs`.

mod connect;
mod error;
mod mark;
mod notify;
mod outbox;
#[cfg(test)]
pub mod testing;
mod tx;

pub use connect::Db;
pub use error::DbError;
pub use mark::Mark;
pub use notify::Notifications;
pub use outbox::{OutboxRow, PARTITIONS};
pub use tx::{Side, Tx};

/// Declares a struct that is read from a row, each field from the column of its name.
///
/// (sqlx's own derive compiles both drivers, SQLite's C code included, a second time for the machine that
/// builds.)
#[macro_export]
macro_rules! row {
    (struct $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        struct $name { $($field: $kind),* }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($kind: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>),*
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

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
