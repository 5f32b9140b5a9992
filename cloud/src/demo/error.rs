//! What can go wrong with the demo, each in a sentence that says what to do.

use std::io;
use std::path::PathBuf;

use vitrine_protocol::Code;

/// Why the demo ends, or why one of its calls failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The operator's: another program holds the port.
    #[error("port {port} is in use; end the program that holds it, or choose another with {option}")]
    PortInUse {
        /// The port.
        port: u16,
        /// The option that changes it.
        option: &'static str,
    },
    /// The operator's: the address is not one of this machine, or the port needs more rights.
    #[error("cannot listen on {address}; choose another with {option}")]
    CannotListen {
        /// Where.
        address: std::net::SocketAddr,
        /// The option that changes it.
        option: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The operator's: the cloud's port is named twice.
    #[error("--listen names port {listen} and --port names {port}; give one of them")]
    TwoPorts {
        /// The one of the address.
        listen: u16,
        /// The one beside it.
        port: u16,
    },
    /// The operator's: the demo's accounts cannot get the passwords of this run.
    #[error(
        "the demo's passwords could not be set; start with --fresh, or choose another folder with --data-dir"
    )]
    Passwords(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operator's: nothing can be kept in the folder.
    #[error("the folder {} cannot be written; choose another with --data-dir", folder.display())]
    ReadOnly {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operator's: another demo runs in that folder.
    #[error("another demo (process {pid}) runs in {}; end it first, or choose another folder with --data-dir", folder.display())]
    Running {
        /// The folder.
        folder: PathBuf,
        /// The other demo's `serve`.
        pid: u32,
    },
    /// The operator's: `--fresh` would empty a folder that is not the demo's.
    #[error("the folder {} is not a demo's folder; --fresh leaves it alone", .0.display())]
    NotOurs(PathBuf),
    /// The operator's: the media engine lacks something; the sentence names it.
    #[error("{0}")]
    Media(String),
    /// The operator's: the cloud does not start.
    #[error("the cloud did not start: {last_words} (its log is {})", log.display())]
    CloudFailed {
        /// The last line of its log.
        last_words: String,
        /// Where the rest is.
        log: PathBuf,
    },
    /// The far side's: the cloud answered with a problem.
    #[error("the cloud refused {call}: {detail}")]
    Refused {
        /// Method and path.
        call: String,
        /// What programs act on.
        code: Option<Code>,
        /// What a person reads.
        detail: String,
    },
    /// The far side's: the cloud did not answer.
    #[error("the cloud did not answer {call}")]
    Unreachable {
        /// Method and path.
        call: String,
        /// What the client said.
        #[source]
        source: reqwest::Error,
    },
    /// The far side's: the publish ended or was refused.
    #[error("the synthetic host's stream ended: {0}")]
    Stream(String),
    /// The operator's: a file of the demo could not be kept.
    #[error("{what} could not be made ready")]
    File {
        /// Which.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl DemoError {
    /// The cloud's code, when it refused with one.
    pub(super) fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. } => *code,
            _ => None,
        }
    }
}
