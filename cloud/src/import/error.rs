//! What can go wrong with imports.

use vitrine_protocol::ImportId;

use crate::base::{Denied, EgressError, Invalid};
use crate::catalog::CatalogError;
use crate::db::DbError;

/// All but the last four are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ImportsError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such import.
    #[error("no import {0}")]
    NoImport(ImportId),
    /// The file is too large.
    #[error("a list takes at most 256 MB")]
    TooLarge,
    /// The file did not arrive whole.
    #[error("the file broke off, or came slower than 8 KB a second, before it had arrived; send it again")]
    BrokenOff,
    /// The organisation has enough of them under way.
    #[error("three imports of the organisation are waiting or running; wait until one is done")]
    Enough,
    /// The organisation sends one already.
    #[error("a list of the organisation is coming in; send the next one when it has arrived")]
    Coming,
    /// There is nothing to confirm, or not any more.
    #[error(
        "nothing of this import waits for a confirmation; only the newest of its source can be confirmed"
    )]
    NothingMissing,
    /// Everybody has enough under way.
    #[error("many lists are coming in; send it again in a moment")]
    Busy,
    /// The address cannot be fetched.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The organisation has no such address.
    #[error("no address of the source {0}")]
    NoAddress(String),
    /// The organisation fetches from enough addresses.
    #[error("an organisation fetches from at most 20 addresses; remove one first")]
    EnoughAddresses,
    /// Another process takes the same list in, and is further.
    #[error("another process has taken this import over")]
    Overtaken,
    /// The operator suspended the organisation.
    #[error(
        "the organisation is suspended, and its lists are not taken in; send the list again when it may go on"
    )]
    Suspended,
    /// A process of a later version has to do it.
    #[error("the import has words of a later version")]
    LaterVersion,
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The disk failed.
    #[error("the file of an import cannot be written or read")]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
