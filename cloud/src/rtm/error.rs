//! What can go wrong in the chat, and who can mend it.

use vitrine_protocol::Code;
use vitrine_protocol::rtm::ServerFrame;

use crate::base::Denied;
use crate::db::DbError;
use crate::org::OrgError;
use crate::show::ShowError;

/// Why the chat refused.
#[derive(Debug, thiserror::Error)]
pub enum RtmError {
    /// The caller's: the first frame was no `hello`, or came late.
    #[error("Say hello first.")]
    HelloExpected,
    /// The caller's: the frame is not one of the protocol's.
    #[error("That frame is not part of the protocol.")]
    BadFrame,
    /// The caller's: the token is unknown, expired or for another show.
    #[error("The token is not valid here.")]
    Unauthenticated,
    /// The caller's: there is no such show or message for them.
    #[error("There is no such thing here.")]
    NotFound,
    /// The caller's: they are no member of the organisation.
    #[error("there is no such organisation")]
    Stranger,
    /// The caller's: their page is none of those that may show the organisation's shows.
    #[error("The shop does not let its shows be shown on this page.")]
    Page,
    /// The caller's: their role does not allow it.
    #[error("Your role does not allow this.")]
    Forbidden,
    /// The caller's: they may not do it.
    #[error("You may not do this here.")]
    Denied(#[source] Denied),
    /// The caller's: the text is empty or too long.
    #[error("A message has 1 to 500 characters.")]
    BadMessage,
    /// Nobody's, and it passes: as many watch as the shop has room for.
    #[error("As many are here as there is room for. Try again in a moment.")]
    Full,
    /// The caller's: a moderator banned them.
    #[error("You can no longer write in this chat.")]
    Banned,
    /// The caller's: too much in a short time.
    #[error("That was a little fast. Wait a moment.")]
    TooFast,
    /// The caller's: the show is over and its chat is closed.
    #[error("The show is over.")]
    ShowEnded,
    /// The caller's: members of the shop cannot be banned from its chat.
    #[error("Members of the shop cannot be banned.")]
    BanOfMember,
    /// Ours, and it passes: more is waiting to be written than we keep in memory.
    #[error("The chat is busy. Try again.")]
    Busy,
    /// Ours, and it passes: the server is going down.
    #[error("The chat restarts. Come back in a moment.")]
    Restarting,
    /// Ours: a room above failed.
    #[error("The chat has a problem of its own.")]
    Inside(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl RtmError {
    /// The code that programs act on.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::HelloExpected => Code::HelloExpected,
            Self::BadFrame => Code::InvalidRequest,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::NotFound | Self::Stranger => Code::NotFound,
            Self::Denied(Denied::Suspended) => Code::OrganizationSuspended,
            Self::Forbidden | Self::Denied(_) => Code::Forbidden,
            Self::Page => Code::OriginNotAllowed,
            Self::BadMessage => Code::BadMessage,
            Self::Full => Code::ViewersFull,
            Self::Banned => Code::Banned,
            Self::TooFast => Code::RateLimited,
            Self::ShowEnded => Code::ShowEnded,
            Self::BanOfMember => Code::IllegalMove,
            Self::Busy | Self::Restarting => Code::Restarting,
            Self::Inside(_) => Code::Internal,
        }
    }

    /// The frame that tells it, with the client's mark when a message was refused.
    pub(super) fn frame(&self, mark: Option<String>) -> ServerFrame {
        let code = self.code();
        ServerFrame::Error { code, message: self.to_string(), retryable: code.retryable(), mark }
    }
}

impl From<Denied> for RtmError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Stranger => Self::Stranger,
            denied => Self::Denied(denied),
        }
    }
}

impl From<DbError> for RtmError {
    fn from(error: DbError) -> Self {
        Self::Inside(Box::new(error))
    }
}

impl From<ShowError> for RtmError {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::NotFound(_) => Self::NotFound,
            ShowError::Denied(denied) => denied.into(),
            error => Self::Inside(Box::new(error)),
        }
    }
}

impl From<OrgError> for RtmError {
    fn from(error: OrgError) -> Self {
        match error {
            OrgError::NoSession => Self::Unauthenticated,
            OrgError::Denied(denied) => denied.into(),
            error => Self::Inside(Box::new(error)),
        }
    }
}
