//! The one list of error codes for HTTP, RTM and the desktop bridge.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, retryable $retry:literal;)*) => {
        /// A stable error code. Programs act on it; people read the message beside it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code's text on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether the same call may succeed later without a change.
            #[must_use]
            pub fn retryable(self) -> bool {
                match self { $(Self::$name => $retry,)* }
            }
        }
    };
}

codes! {
    /// The request is not what this address takes; the message says where.
    InvalidRequest = "invalid_request", retryable false;
    /// No valid session came with the request.
    Unauthenticated = "unauthenticated", retryable false;
    /// E-mail or password do not fit.
    BadCredentials = "bad_credentials", retryable false;
    /// The member's role does not allow it.
    Forbidden = "forbidden", retryable false;
    /// It does not exist, or not for you.
    NotFound = "not_found", retryable false;
    /// This address does not take that method.
    MethodNotAllowed = "method_not_allowed", retryable false;
    /// The body is larger than this address takes.
    TooLarge = "too_large", retryable false;
    /// The body's type is not one that this address takes.
    UnsupportedType = "unsupported_type", retryable false;
    /// Somebody changed it meanwhile; load it again.
    Conflict = "conflict", retryable true;
    /// That e-mail has an account already.
    EmailTaken = "email_taken", retryable false;
    /// Whoever has that address is a member already.
    AlreadyMember = "already_member", retryable false;
    /// Another one has that name.
    NameTaken = "name_taken", retryable false;
    /// Somebody has the role, so it cannot be deleted.
    RoleInUse = "role_in_use", retryable false;
    /// It would give, or take from, somebody what you may not do yourself.
    AboveYou = "above_you", retryable false;
    /// The webhook is switched off.
    WebhookOff = "webhook_off", retryable false;
    /// A show of the organisation is on air: end it first.
    ShowOnAir = "show_on_air", retryable false;
    /// The organisation's data is being taken out already.
    ExportRunning = "export_running", retryable false;
    /// The last owner stays: an organisation keeps one.
    LastOwner = "last_owner", retryable false;
    /// There are as many as there can be.
    LimitReached = "limit_reached", retryable false;
    /// The plan has no more of it; the answer's `plan_limit` says of what.
    PlanLimit = "plan_limit", retryable false;
    /// Only the operator changes plans here.
    OperatorOnly = "operator_only", retryable false;
    /// Whoever runs this cloud gave the present plan: say `override` to have another in its place.
    PlanGiven = "plan_given", retryable false;
    /// As many watch as the shop's plan has room for; try again in a moment.
    ViewersFull = "viewers_full", retryable true;
    /// The operator suspended the organisation.
    OrganizationSuspended = "organization_suspended", retryable false;
    /// New accounts are not taken here, or only those who are invited.
    SignUpClosed = "sign_up_closed", retryable false;
    /// This server takes no payments: plans are changed, and invoices are written.
    NoOnlinePayment = "no_online_payment", retryable false;
    /// The organisation pays for a plan already; that one can be changed.
    AlreadySubscribed = "already_subscribed", retryable false;
    /// The organisation pays for no plan yet.
    NotSubscribed = "not_subscribed", retryable false;
    /// A payment was declined, or an earlier one is open; nothing was changed.
    PaymentDeclined = "payment_declined", retryable false;
    /// The signature of a webhook does not fit, or is old.
    BadSignature = "bad_signature", retryable false;
    /// An API key is nobody's account: sign in as a person.
    PeopleOnly = "people_only", retryable false;
    /// The shop does not let its shows be shown on this page.
    OriginNotAllowed = "origin_not_allowed", retryable false;
    /// The mailed link was used already, or is too old.
    LinkExpired = "link_expired", retryable false;
    /// The password is right, and the account asks for a second factor: the answer's `challenge` goes on with it.
    SecondFactorRequired = "second_factor_required", retryable false;
    /// The code of the second factor does not fit, or was used already.
    BadCode = "bad_code", retryable false;
    /// The sign-in took too long, or had too many wrong codes; begin again.
    ChallengeOver = "challenge_over", retryable false;
    /// There is an authenticator already.
    FactorExists = "factor_exists", retryable false;
    /// People cannot have passkeys at the address of this cloud.
    PasskeysUnavailable = "passkeys_unavailable", retryable false;
    /// The passkey opens no account here, or does so no longer.
    PasskeyUnknown = "passkey_unknown", retryable false;
    /// What the passkey answered does not fit what it was asked, or who it was asked by.
    PasskeyRefused = "passkey_refused", retryable false;
    /// The passkey has counted back, as a copy does: remove it.
    PasskeyCopied = "passkey_copied", retryable false;
    /// It is a passkey of an account already.
    PasskeyExists = "passkey_exists", retryable false;
    /// Nothing else opens the account: choose a password first.
    LastWayIn = "last_way_in", retryable false;
    /// Nobody has signed in yet in the browser that was opened for it; ask again in a moment.
    SignInPending = "sign_in_pending", retryable true;
    /// Whoever was asked in the browser said no.
    SignInRefused = "sign_in_refused", retryable false;
    /// Too many tries in a short time.
    RateLimited = "rate_limited", retryable true;
    /// The show cannot make this move in its state.
    IllegalMove = "illegal_move", retryable false;
    /// Going live needs a picture that arrives.
    NotReceiving = "not_receiving", retryable true;
    /// The show is over.
    ShowEnded = "show_ended", retryable false;
    /// The product or coupon is not in the show's line-up.
    NotInLineup = "not_in_lineup", retryable false;
    /// The product is not sold, or the coupon gives nothing, now.
    NotOnSale = "not_on_sale", retryable false;
    /// The publish key is unknown, rotated or revoked.
    BadPublishKey = "bad_publish_key", retryable false;
    /// Another publisher holds the show.
    PublisherBusy = "publisher_busy", retryable true;
    /// There is no longer any of it in stock.
    OutOfStock = "out_of_stock", retryable false;
    /// The catalogue holds nothing of that name, or several things.
    UnknownProduct = "unknown_product", retryable false;
    /// The number stands for something else already: the body is not the one that came with it first.
    RefTaken = "ref_taken", retryable false;
    /// The call would undo what others did meanwhile: say in `If-Match` which version was seen.
    PreconditionRequired = "precondition_required", retryable false;
    /// The chat does not take messages from this viewer.
    Banned = "banned", retryable false;
    /// The message is empty or too long.
    BadMessage = "bad_message", retryable false;
    /// The first frame of a socket was not a `hello`, or it came late.
    HelloExpected = "hello_expected", retryable true;
    /// The reader was too slow and was let go.
    TooSlow = "too_slow", retryable true;
    /// The server is going down for a moment.
    Restarting = "restarting", retryable true;
    /// The server serves as many as it can; try again in a moment.
    Overloaded = "overloaded", retryable true;
    /// The keyring does not open, so the secret cannot be kept.
    KeyringUnavailable = "keyring_unavailable", retryable true;
    /// The cloud does not answer.
    CloudUnreachable = "cloud_unreachable", retryable true;
    /// A camera, microphone or file could not be opened.
    DeviceUnavailable = "device_unavailable", retryable true;
    /// A part of the media engine is not installed.
    PluginMissing = "plugin_missing", retryable false;
    /// The far side (a server we talk to) answered in a way we cannot use.
    FarSide = "far_side", retryable true;
    /// An `Idempotency-Key` came before, with another body.
    IdempotencyKeyReused = "idempotency_key_reused", retryable false;
    /// The request with that `Idempotency-Key` is still under way.
    IdempotencyInProgress = "idempotency_in_progress", retryable true;
    /// The request with that `Idempotency-Key` was answered with a secret, which is shown once.
    SecretAlreadyShown = "secret_already_shown", retryable false;
    /// The request with that `Idempotency-Key` was done; its answer was too large to be kept, or was lost when the server failed.
    AnswerNotKept = "answer_not_kept", retryable false;
    /// Our fault; it is in our log.
    Internal = "internal", retryable true;
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of version 0.1. Programs of that time act on them: none ever goes.
    const OF_0_1: &str = "invalid_request unauthenticated bad_credentials forbidden not_found method_not_allowed \
        too_large unsupported_type conflict email_taken link_expired rate_limited illegal_move not_receiving show_ended \
        not_in_lineup bad_publish_key publisher_busy out_of_stock banned bad_message hello_expected too_slow restarting \
        overloaded keyring_unavailable cloud_unreachable device_unavailable plugin_missing far_side internal";

    #[test]
    fn codes_of_earlier_versions_are_still_read() {
        let codes: Vec<&str> = OF_0_1.split_whitespace().collect();
        assert_eq!(codes.len(), 31);
        for code in codes {
            serde_json::from_value::<Code>(code.into()).unwrap();
        }
    }

    #[test]
    fn text_and_serde_agree() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
