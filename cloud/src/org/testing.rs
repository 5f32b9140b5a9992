//! An authenticator of software: ES256, and no attestation. Source: Web Authentication, Level 3, sections 5.8.1, 6.1 and 6.5.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// One passkey, and the browser that it is asked by. What it says is right until a test says otherwise.
pub(crate) struct Authenticator {
    /// Where the browser says that it is.
    pub origin: String,
    /// For whom the authenticator thinks that it answers; none: for whom it was asked.
    pub party: Option<String>,
    /// How often it has answered; it counts on unless it is 0.
    pub count: u32,
    /// Whether it asked who somebody is.
    pub verifies: bool,
    /// Whether it is kept elsewhere too.
    pub backed_up: bool,
    /// Whose it says it is, as the cloud named them.
    pub user: Vec<u8>,
    /// What it is called.
    pub id: Vec<u8>,
    /// What it signs with.
    pub(in crate::org) key: EcdsaKeyPair,
}

impl Authenticator {
    pub(crate) fn at(origin: &str) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).unwrap();
        let id = Sha256::digest(key.public_key().as_ref()).to_vec();
        Self {
            origin: origin.to_owned(),
            party: None,
            count: 0,
            verifies: true,
            backed_up: false,
            user: Vec::new(),
            id,
            key,
        }
    }

    /// What it is called, as JSON has it.
    pub(crate) fn id_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.id)
    }

    /// Makes a passkey as `options` ask for it.
    pub(crate) fn make(&mut self, options: &Value) -> Value {
        self.user = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let point = self.key.public_key().as_ref();
        let key = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..],
            &point[1..33],
            &[0x22, 0x58, 0x20],
            &point[33..65],
        ]
        .concat();
        let id_len = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data =
            [&self.head(options["rp"]["id"].as_str().unwrap(), 0x40)[..], &[0; 16], &id_len, &self.id, &key]
                .concat();
        let attested = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..],
            &[u8::try_from(data.len()).unwrap()],
            &data,
        ]
        .concat();
        self.says(json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client("webauthn.create", options)),
            "attestationObject": URL_SAFE_NO_PAD.encode(attested),
        }))
    }

    /// Says whose it is, as `options` ask for it.
    pub(crate) fn answer(&mut self, options: &Value) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let data = self.head(options["rpId"].as_str().unwrap(), 0);
        let client = self.client("webauthn.get", options);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.says(json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.user),
        }))
    }

    fn says(&self, response: Value) -> Value {
        let id = self.id_text();
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {},
            "authenticatorAttachment": "platform"})
    }

    fn head(&self, asked_for: &str, more: u8) -> Vec<u8> {
        let party = self.party.as_deref().unwrap_or(asked_for);
        let verified = if self.verifies { 0x04 } else { 0 };
        let kept = if self.backed_up { 0x18 } else { 0 };
        let flags = 0x01 | verified | kept | more;
        [&Sha256::digest(party)[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let said = json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false});
        said.to_string().into_bytes()
    }
}
