//! Leaving: an organisation takes its data out, and is deleted.
//!
//! Owns: exports and deletions, jobs of the kinds `leaving.export` and `leaving.erase`. An export is an archive (tar, gzip) of JSON
//! lines, a file for each kind of thing, written row by row; it is had by a signed link for seven days. A deletion is announced
//! fourteen days before, until when everything goes on as before and any owner can stop it; a show on air is let finish. Then a
//! job deletes every row of every table, some hundred at a time, and the files: at once what is the organisation's, and after
//! two minutes the facts by which other rooms heard of that. It knows the tables of all rooms, which is why it stands below them
//! and its store names them all; a test fills every table and finds nothing left. Accounts stay. Records `ExportRequested`,
//! `OrganizationDeletion…`, `ShowDeleted`. Leans on `base`, `db`, `secrets`, `jobs`, `events`, `blobs`, `mail`, `org`, `show`.

mod archive;
mod erase;
mod error;
mod listen;
mod model;
mod routes;
mod run;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod unused;

pub use error::LeavingError;
pub use listen::DropStrangersExports;
pub use model::{Confirmation, Export, ExportState, OrganizationDeletion};
pub use routes::router;
pub use run::{EraseOrganizations, MakeExports};
pub use service::Leaving;
