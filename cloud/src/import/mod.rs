//! Lists of products: read from files and feeds into the catalogue, and written out of it.
//!
//! Owns: imports, their reports, which product a list's own names stand for, and jobs of the kind `catalog.import`. A list is
//! kept as a file or fetched, once or again and again, read a row at a time and taken in a batch at a time; what is the same as before is not written, so the
//! same list again changes nothing. Records what `catalog` records. Leans on `base`, `db`, `jobs`, `catalog`.
//! Spec: RFC 4180; RSS 2.0, Atom (RFC 4287) with Google Merchant's elements; the columns of Shopify's product CSV.

mod address;
mod error;
mod export;
mod guard;
mod item;
mod listen;
mod model;
mod parse;
mod pictures;
mod receive;
mod routes;
mod runner;
mod service;
mod store;

pub use error::ImportsError;
pub use listen::DropStrangersAddresses;
pub use model::{
    Counts, Format, Import, ImportNote, ImportProblem, ImportState, MissingRule, NewImport, Options,
    PictureCounts, StockRule,
};
pub use model::{ImportAddress, NewImportAddress};
pub use pictures::FetchPictures;
pub use routes::router;
pub use runner::{FetchLists, RunImports};
pub use service::Imports;
