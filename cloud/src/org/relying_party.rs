//! The WebAuthn side: what authenticators are asked, and whether they answer that. Source: Web Authentication, Level 3, section 7.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use vitrine_protocol::UserId;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::{OrgError, User};
use crate::base::Invalid;

/// An answer is far smaller; those of the largest keys have some thousands.
const LONGEST: usize = 16 * 1024;

/// What passkeys are made for: this cloud's address.
#[derive(Clone)]
pub(super) struct RelyingParty(Webauthn);

/// A key that an authenticator made.
pub(super) struct Made {
    pub credential_id: String,
    pub passkey: String,
    pub backed_up: bool,
}

/// An answer to a sign-in, and whose it says it is.
pub(super) struct Answer {
    pub user: UserId,
    pub credential_id: String,
    credential: PublicKeyCredential,
}

/// A key after it was used.
pub(super) struct Used {
    pub passkey: String,
    pub backed_up: bool,
}

impl RelyingParty {
    /// That of `public_url`. None where browsers have no passkeys: at an address without a name, or without HTTPS on any machine
    /// but one's own.
    pub(super) fn of(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let host = url.domain()?;
        let own = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(own && url.scheme() == "http") {
            return None;
        }
        let party = WebauthnBuilder::new(host, &url).ok()?.rp_name("Vitrine").build().ok()?;
        Some(Self(party))
    }

    /// What an authenticator is asked that makes a key for `user`, and what its answer is held against. None makes a second one
    /// beside those of `kept`.
    pub(super) fn ask_for_one(&self, user: &User, kept: &[String]) -> Result<(Value, String), OrgError> {
        let begun = self.0.start_passkey_registration(user.id.0, &user.email, &user.name, None);
        let (asked, state) = begun.map_err(|error| refused(&error))?;
        let mut options = options(&asked);
        // Nobody says their address with a passkey, so the authenticator has to find it by itself.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        // Told to the authenticator alone: of a second one the library says what it says of a wrong algorithm, and the table knows.
        let again = |passkey: &String| {
            let id = named(read::<Passkey>(passkey)?.cred_id());
            Some(json!({"type": "public-key", "id": id}))
        };
        options["excludeCredentials"] = kept.iter().filter_map(again).collect();
        Ok((options, written(&state)))
    }

    /// The key that an authenticator made.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no answer; [`OrgError::PasskeyRefused`].
    pub(super) fn made(&self, state: &str, credential: &Value) -> Result<Made, OrgError> {
        let credential: RegisterPublicKeyCredential = answer(credential)?;
        let state: PasskeyRegistration = read(state).ok_or(OrgError::ChallengeOver)?;
        let passkey =
            self.0.finish_passkey_registration(&credential, &state).map_err(|error| refused(&error))?;
        let written = written(&passkey);
        let backed_up = read::<Value>(&written).and_then(|one| one["cred"]["backup_state"].as_bool());
        Ok(Made {
            credential_id: named(passkey.cred_id()),
            passkey: written,
            backed_up: backed_up.unwrap_or_default(),
        })
    }

    /// What an authenticator is asked at a sign-in, and what its answer is held against. It tells of no account.
    pub(super) fn ask_who(&self) -> Result<(Value, String), OrgError> {
        let begun = self.0.start_discoverable_authentication();
        let (asked, state) = begun.map_err(|error| refused(&error))?;
        Ok((options(&asked), written(&state)))
    }

    /// Whose an answer to a sign-in says it is.
    ///
    /// # Errors
    /// [`OrgError::Invalid`] for what is no answer; [`OrgError::PasskeyUnknown`] for one that names nobody.
    pub(super) fn who(&self, credential: &Value) -> Result<Answer, OrgError> {
        let credential: PublicKeyCredential = answer(credential)?;
        let (user, id) =
            self.0.identify_discoverable_authentication(&credential).map_err(|_| OrgError::PasskeyUnknown)?;
        let (user, credential_id) = (UserId(user), named(id));
        Ok(Answer { user, credential_id, credential })
    }

    /// Holds an answer against what was asked and the key that it says it is of.
    ///
    /// # Errors
    /// [`OrgError::PasskeyRefused`]; [`OrgError::PasskeyCopied`].
    pub(super) fn used(&self, state: &str, answer: &Answer, passkey: &str) -> Result<Used, OrgError> {
        let state: DiscoverableAuthentication = read(state).ok_or(OrgError::ChallengeOver)?;
        let mut passkey: Passkey = read(passkey).ok_or(OrgError::PasskeyUnknown)?;
        let key = DiscoverableKey::from(&passkey);
        let result = self
            .0
            .finish_discoverable_authentication_v2(&answer.credential, state, &key)
            .map_err(|error| refused(&error))?;
        passkey.update_credential(&result);
        Ok(Used { passkey: written(&passkey), backed_up: result.backup_state() })
    }
}

/// What stands in `publicKey` of what a browser is asked.
fn options(asked: &impl serde::Serialize) -> Value {
    let mut asked = serde_json::to_value(asked).unwrap_or_default();
    asked["publicKey"].take()
}

fn written(state: &impl serde::Serialize) -> String {
    serde_json::to_string(state).unwrap_or_default()
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn answer<T: DeserializeOwned>(credential: &Value) -> Result<T, OrgError> {
    if credential.to_string().len() > LONGEST {
        return Err(Invalid::new("`credential` is too long").into());
    }
    T::deserialize(credential)
        .map_err(|_| Invalid::new("`credential` is not what `navigator.credentials` answered").into())
}

/// What an authenticator calls a key, as it is kept.
fn named(id: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}

fn refused(error: &WebauthnError) -> OrgError {
    tracing::debug!(%error, "a passkey was refused");
    match error {
        WebauthnError::CredentialPossibleCompromise => OrgError::PasskeyCopied,
        _ => OrgError::PasskeyRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_with_a_name_and_https_has_passkeys() {
        for there in [
            "https://live.example",
            "https://live.example:8443/",
            "http://localhost:8080",
            "http://a.localhost",
        ] {
            assert!(RelyingParty::of(there).is_some(), "{there}");
        }
        for absent in [
            "http://live.example",
            "http://127.0.0.1:8080",
            "https://192.0.2.7",
            "https://[2001:db8::1]",
            "",
            "live",
        ] {
            assert!(RelyingParty::of(absent).is_none(), "{absent}");
        }
    }
}
