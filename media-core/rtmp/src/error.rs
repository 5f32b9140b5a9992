//! What can go wrong on an RTMP connection, and whose fault it is.

use std::time::Duration;

use thiserror::Error;

/// The phase of a connection that a time limit belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the last handshake byte arrived.
    Handshake,
    /// After the handshake, before a publish was asked for (server) or answered (client).
    Login,
    /// While publishing.
    Stream,
}

/// Whose fault an [`Error`](enum@Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The other end broke the protocol, a bound or a time limit: close the connection.
    Peer,
    /// This side called a session in the wrong state: a bug in the calling code.
    Caller,
}

/// Why a session cannot go on.
///
/// After an error with [`Fault::Peer`] the session is dead: every later `receive` answers [`Error::Closed`].
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// The first byte was not RTMP version 3 (an HTTP request, TLS, RTMPE or a port scan).
    #[error("peer speaks version {0}, not RTMP version 3")]
    Version(u8),
    /// A chunk of type 2 or 3 opened a chunk stream, so it leans on a header that never came.
    #[error("chunk stream {0} opens with a type {1} header")]
    MissingHeader(u32, u8),
    /// More chunk streams at once than [`Limits::chunk_streams`](crate::Limits::chunk_streams).
    #[error("more than {0} chunk streams")]
    TooManyChunkStreams(usize),
    /// A message declares more bytes than the limit of the moment.
    #[error("message of {length} bytes, at most {limit} are taken here")]
    MessageTooLong {
        /// Bytes the message header declares.
        length: usize,
        /// Bytes taken at this moment of the connection.
        limit: usize,
    },
    /// Unfinished messages of all chunk streams together declare more than
    /// [`Limits::partial_bytes`](crate::Limits::partial_bytes).
    #[error("unfinished messages add up to more than {0} bytes")]
    TooManyPartialBytes(usize),
    /// A chunk size of 0, or one with the highest bit set.
    #[error("chunk size {0} is not between 1 and 2147483647")]
    ChunkSize(u32),
    /// A message is shorter than its type needs, or holds what its type does not allow.
    #[error("malformed {0} message")]
    Malformed(&'static str),
    /// AMF0 data cannot be read.
    #[error("AMF0: {0}")]
    Amf(#[from] crate::amf0::Error),
    /// A command came at the wrong time.
    #[error("unexpected command: {0}")]
    UnexpectedCommand(&'static str),
    /// The peer sends media while its publish is being decided, more than the bound.
    #[error("more than {0} bytes of media before the publish was answered")]
    ImpatientPublisher(usize),
    /// A publisher sends more than [`Limits::media_rate`](crate::Limits::media_rate) for longer than
    /// [`Limits::media_burst`](crate::Limits::media_burst) allows.
    #[error("the stream is too fast: more than {0} bytes a second")]
    TooFast(usize),
    /// The peer asks without reading the answers.
    #[error("more than {0} bytes of answers are waiting to be sent")]
    AnswersNotRead(usize),
    /// Nothing came in time.
    #[error("{phase:?} took longer than {limit:?}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// The limit that ran out.
        limit: Duration,
    },
    /// The session has ended or has failed before.
    #[error("session is closed")]
    Closed,
    /// A publish was answered although none is waiting.
    #[error("no publish request is waiting for an answer")]
    NoPublishPending,
    /// A tag was sent before the server accepted the publish, or after the end.
    #[error("not publishing")]
    NotPublishing,
}

impl Error {
    /// Whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            Error::Closed | Error::NoPublishPending | Error::NotPublishing => Fault::Caller,
            _ => Fault::Peer,
        }
    }
}
