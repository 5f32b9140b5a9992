//! What can keep ingest from starting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::door::DoorError;

/// Why ingest could not start. The operator can mend each of them.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The folder of the control socket and of waiting facts cannot be written.
    #[error("cannot use {}: {source}", path.display())]
    Folder {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another `serve` answers on the control socket.
    #[error("another Vitrine already uses {}", .0.display())]
    AlreadyRunning(PathBuf),
    /// The control server's address is taken or not ours.
    #[error("cannot listen on {address} for transmissions; choose another with --control-listen")]
    Control {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The path of the control socket does not fit into a socket address.
    #[error("the data folder's path is too long for a socket: {}", .0.display())]
    PathTooLong(PathBuf),
    /// Another machine shares the database and could not hand a publisher on to this one.
    #[error(
        "the node {node} on another machine shares this database and cannot reach this one at {host}; set \
         VITRINE_NODE_ADDRESS and VITRINE_RTMP_LISTEN to what other machines reach, and VITRINE_CONTROL_LISTEN"
    )]
    OutOfReach {
        /// The other node.
        node: String,
        /// How this one says that it is reached.
        host: String,
    },
    /// Shows could not be asked.
    #[error(transparent)]
    Door(#[from] DoorError),
}
