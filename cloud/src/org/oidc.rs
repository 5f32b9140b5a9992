//! OpenID Connect: who somebody is at an issuer that the operator chose.
//!
//! Source: OpenID Connect Core 1.0 (the authorization code flow, section 3.1) and Discovery 1.0, with PKCE (RFC 7636). The issuer's
//! signatures are checked with ring, which TLS uses anyway: libraries for it bring an RSA of their own, or are older than what
//! they are advised to.

mod provider;
mod token;

pub use provider::{Oidc, OidcError, OidcSettings, Secret};
pub(super) use token::Person;
