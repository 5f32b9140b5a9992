//! ID tokens: signed by the issuer, for us, for this sign-in, and not over. Pure.
//!
//! Source: RFC 7515 (signatures), RFC 7517 and 7518 (keys and algorithms), OpenID Connect Core 1.0, section 3.1.3.7.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// Seconds by which clocks may differ.
const LEEWAY: f64 = 60.0;
/// Seconds since a token was made, at most.
const FRESH: f64 = 15.0 * 60.0;

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It cannot be read.
    #[error("the ID token cannot be read")]
    Malformed,
    /// It is signed in a way that is not taken, or not at all.
    #[error("the ID token is signed in a way that is not taken")]
    Algorithm,
    /// None of the issuer's keys signed it.
    #[error("the ID token is signed with a key that the issuer does not name")]
    UnknownKey,
    /// It was changed, or is somebody else's.
    #[error("the ID token's signature does not fit")]
    Signature,
    /// It is for something else; the claim that says so.
    #[error("the ID token's `{0}` does not fit")]
    Claim(&'static str),
}

/// A key of the issuer. Source: RFC 7517.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    pub now: DateTime<Utc>,
}

/// Who somebody is, in the issuer's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The issuer's name for them, for good.
    pub subject: String,
    /// Their address, when the issuer has seen that mail to it arrives.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Whether the issuer said any address at all, seen or not.
    pub tells_address: bool,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: OneOrMore,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    azp: Option<String>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<serde_json::Value>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Whether a key may have signed what `header` heads.
fn may(key: &Key, header: &Header, kty: &str) -> bool {
    key.kty == kty
        && key.usage.as_deref().is_none_or(|usage| usage == "sig")
        && key.alg.as_deref().is_none_or(|alg| alg == header.alg)
        && (header.kid.is_none() || key.kid == header.kid)
}

fn bytes(text: Option<&String>) -> Option<Vec<u8>> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
}

/// Whether `key` signed `signed`.
fn signed_by(key: &Key, alg: &str, signed: &[u8], sign: &[u8]) -> bool {
    let checked = match alg {
        "RS256" | "PS256" => {
            let (Some(n), Some(e)) = (bytes(key.n.as_ref()), bytes(key.e.as_ref())) else { return false };
            let way = match alg {
                "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                _ => &signature::RSA_PSS_2048_8192_SHA256,
            };
            RsaPublicKeyComponents { n: &n, e: &e }.verify(way, signed, sign)
        }
        "ES256" if key.crv.as_deref() == Some("P-256") => {
            let (Some(x), Some(y)) = (bytes(key.x.as_ref()), bytes(key.y.as_ref())) else { return false };
            let point = [&[4u8][..], &x, &y].concat();
            UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(signed, sign)
        }
        "EdDSA" if key.crv.as_deref() == Some("Ed25519") => {
            let Some(x) = bytes(key.x.as_ref()) else { return false };
            UnparsedPublicKey::new(&signature::ED25519, x).verify(signed, sign)
        }
        _ => return false,
    };
    checked.is_ok()
}

/// Who a token is about, once all of it was checked. Keys are chosen by what they are for, never by what the token asks for.
pub(super) fn check(token: &str, keys: &[Key], expected: &Expected<'_>) -> Result<Person, TokenError> {
    if token.len() > LONGEST {
        return Err(TokenError::Malformed);
    }
    let (signed, sign) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, body) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed);
    let (head, sign) = (part(header)?, part(sign)?);
    let header: Header = serde_json::from_slice(&head).map_err(|_| TokenError::Malformed)?;
    let kty = match header.alg.as_str() {
        "RS256" | "PS256" => "RSA",
        "ES256" => "EC",
        "EdDSA" => "OKP",
        _ => return Err(TokenError::Algorithm),
    };
    if header.crit.is_some() {
        return Err(TokenError::Algorithm);
    }
    let mut able = keys.iter().filter(|key| may(key, &header, kty)).peekable();
    if able.peek().is_none() {
        return Err(TokenError::UnknownKey);
    }
    if !able.any(|key| signed_by(key, &header.alg, signed.as_bytes(), &sign)) {
        return Err(TokenError::Signature);
    }
    let claims: Claims = serde_json::from_slice(&part(body)?).map_err(|_| TokenError::Malformed)?;
    claims.check(expected)?;
    Ok(claims.into_person())
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), TokenError> {
        let now = f64::from(u32::try_from(expected.now.timestamp()).unwrap_or(u32::MAX));
        let client = |name: &String| name == expected.client;
        let (for_us, alone) = match &self.aud {
            OneOrMore::One(one) => (client(one), true),
            OneOrMore::More(all) => (all.iter().any(client), all.len() == 1),
        };
        let nonce = self.nonce.as_deref().unwrap_or_default();
        for (claim, fits) in [
            ("iss", self.iss == expected.issuer),
            ("aud", for_us),
            ("azp", self.azp.as_ref().map_or(alone, client)),
            ("exp", now < self.exp + LEEWAY),
            ("iat", self.iat <= now + LEEWAY && now <= self.iat + FRESH),
            ("nbf", self.nbf.is_none_or(|nbf| nbf <= now + LEEWAY)),
            ("nonce", bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes()))),
            ("sub", (1..=255).contains(&self.sub.len()) && !self.sub.contains('\0')),
        ] {
            if !fits {
                return Err(TokenError::Claim(claim));
            }
        }
        Ok(())
    }

    fn into_person(self) -> Person {
        person(self.sub, self.email, self.email_verified, self.name)
    }
}

fn person(
    subject: String,
    email: Option<String>,
    verified: Option<serde_json::Value>,
    name: Option<String>,
) -> Person {
    // Some issuers write it as a text.
    let verified = verified.is_some_and(|word| word == true || word == "true");
    let tells_address = email.is_some();
    Person { subject, email: email.filter(|_| verified), name, tells_address }
}

/// What the issuer says of somebody when it is asked. Source: OpenID Connect Core 1.0, section 5.3.2.
#[derive(Deserialize)]
pub(super) struct UserInfo {
    sub: String,
    email: Option<String>,
    email_verified: Option<serde_json::Value>,
    name: Option<String>,
}

impl UserInfo {
    /// The same person with what else is said of them; none when it is said of another.
    pub(super) fn of(self, known: &Person) -> Option<Person> {
        let name = self.name.or_else(|| known.name.clone());
        (self.sub == known.subject).then(|| person(self.sub, self.email, self.email_verified, name))
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::{Value, json};

    use super::*;
    use crate::base::from_ms;

    struct Issuer(EcdsaKeyPair);

    impl Issuer {
        fn new() -> Self {
            let pkcs8 =
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
            let way = &ECDSA_P256_SHA256_FIXED_SIGNING;
            Self(EcdsaKeyPair::from_pkcs8(way, pkcs8.as_ref(), &SystemRandom::new()).unwrap())
        }

        fn key(&self, more: Value) -> Key {
            let point = self.0.public_key().as_ref();
            let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let mut key = json!({"kty": "EC", "crv": "P-256", "kid": "one", "x": part(&point[1..33]), "y": part(&point[33..])});
            key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value(key).unwrap()
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", part(header), part(claims));
            let sign = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sign))
        }
    }

    const NOW: i64 = 1_767_348_000;

    fn claims(more: Value) -> Value {
        let mut claims = json!({"iss": "https://id.example", "sub": "ada-1", "aud": "vitrine", "exp": NOW + 300, "iat": NOW,
            "nonce": "n-1", "email": "ada@example.com", "email_verified": true, "name": "Ada"});
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    fn checked(token: &str, keys: &[Key]) -> Result<Person, TokenError> {
        let now = from_ms(NOW * 1000);
        check(token, keys, &Expected { issuer: "https://id.example", client: "vitrine", nonce: "n-1", now })
    }

    #[test]
    fn a_token_for_us_says_who_somebody_is() {
        let issuer = Issuer::new();
        let keys = [issuer.key(json!({}))];
        let told = |more| {
            checked(&issuer.sign(&json!({"alg": "ES256", "kid": "one"}), &claims(more)), &keys).unwrap()
        };
        let ada = told(json!({}));
        assert_eq!((ada.subject.as_str(), ada.email.as_deref()), ("ada-1", Some("ada@example.com")));
        assert_eq!(told(json!({"aud": ["vitrine"]})).name.as_deref(), Some("Ada"));
        assert!(told(json!({"aud": ["vitrine", "other"], "azp": "vitrine"})).email.is_some());
        assert!(told(json!({"email_verified": "true"})).email.is_some());
        for unverified in [json!(false), json!("false"), json!(1), Value::Null] {
            assert_eq!(
                told(json!({"email_verified": unverified})).email,
                None,
                "nobody has seen that it is theirs"
            );
        }
    }

    #[test]
    fn what_is_said_of_somebody_else_is_not_taken() {
        let issuer = Issuer::new();
        let token = issuer.sign(&json!({"alg": "ES256"}), &claims(json!({"email": null, "name": null})));
        let bare = checked(&token, &[issuer.key(json!({}))]).unwrap();
        assert_eq!((bare.tells_address, bare.email.as_deref()), (false, None));
        let said = |more: Value| {
            let mut info =
                json!({"sub": "ada-1", "email": "ada@example.com", "email_verified": true, "name": "Ada"});
            info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value::<UserInfo>(info).unwrap().of(&bare)
        };
        let ada = said(json!({})).unwrap();
        assert_eq!((ada.email.as_deref(), ada.name.as_deref()), (Some("ada@example.com"), Some("Ada")));
        assert_eq!(said(json!({"email_verified": false})).unwrap().email, None);
        assert_eq!(said(json!({"sub": "bo"})), None);
    }

    #[test]
    fn a_token_for_something_else_is_refused_by_what_does_not_fit() {
        let issuer = Issuer::new();
        let keys = [issuer.key(json!({}))];
        for (more, claim) in [
            (json!({"iss": "https://id.example/"}), "iss"),
            (json!({"aud": "other"}), "aud"),
            (json!({"aud": ["vitrine", "other"]}), "azp"),
            (json!({"azp": "other"}), "azp"),
            (json!({"exp": NOW - 61}), "exp"),
            (json!({"iat": NOW + 120}), "iat"),
            (json!({"iat": NOW - 3600}), "iat"),
            (json!({"nbf": NOW + 120}), "nbf"),
            (json!({"nonce": "n-2"}), "nonce"),
            (json!({"nonce": null}), "nonce"),
            (json!({"sub": ""}), "sub"),
        ] {
            let token = issuer.sign(&json!({"alg": "ES256"}), &claims(more.clone()));
            assert_eq!(checked(&token, &keys), Err(TokenError::Claim(claim)), "{more}");
        }
        for more in
            [json!({"exp": "tomorrow"}), json!({"exp": null}), json!({"aud": 7}), json!({"sub": null})]
        {
            let token = issuer.sign(&json!({"alg": "ES256"}), &claims(more.clone()));
            assert_eq!(checked(&token, &keys), Err(TokenError::Malformed), "{more}");
        }
    }

    #[test]
    fn nobody_else_signs_for_the_issuer() {
        let (issuer, other) = (Issuer::new(), Issuer::new());
        let (keys, es) = ([issuer.key(json!({}))], json!({"alg": "ES256", "kid": "one"}));
        let token = issuer.sign(&es, &claims(json!({})));
        assert!(checked(&token, &keys).is_ok());
        assert_eq!(checked(&other.sign(&es, &claims(json!({}))), &keys), Err(TokenError::Signature));
        let changed = other.sign(&es, &claims(json!({"sub": "bo"})));
        let grafted =
            format!("{}.{}", changed.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
        assert_eq!(checked(&grafted, &keys), Err(TokenError::Signature));
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        for alg in ["none", "None", "HS256", "ES384", ""] {
            let unsigned = format!("{}.{}.", part(json!({"alg": alg})), part(claims(json!({}))));
            assert_eq!(checked(&unsigned, &keys), Err(TokenError::Algorithm), "{alg}");
        }
        let strange = json!({"alg": "ES256", "crit": ["b64"], "b64": false});
        assert_eq!(checked(&issuer.sign(&strange, &claims(json!({}))), &keys), Err(TokenError::Algorithm));
        for more in
            [json!({"kid": "two"}), json!({"use": "enc"}), json!({"alg": "ES384"}), json!({"kty": "RSA"})]
        {
            assert_eq!(checked(&token, &[issuer.key(more.clone())]), Err(TokenError::UnknownKey), "{more}");
        }
        for more in [json!({"crv": "P-384"}), json!({"x": "!"}), json!({"y": ""})] {
            assert_eq!(checked(&token, &[issuer.key(more.clone())]), Err(TokenError::Signature), "{more}");
        }
        for rubbish in ["", ".", "..", "a.b", "a.b.c", &"x".repeat(LONGEST + 1), "e30.e30.e30"] {
            assert_eq!(checked(rubbish, &keys), Err(TokenError::Malformed), "{rubbish:.20}");
        }
    }
}
