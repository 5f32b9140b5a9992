//! The page at which a person adds a passkey, and the button with which one signs in. Both take a script: a browser has passkeys for
//! nobody else. It stands in the page, and the page's policy names it by its hash.

use std::sync::LazyLock;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;

use super::passkey_words::{self, PasskeyWords};
use super::words::{self, Words};
use super::{complaint, dead_end, escape, locale_of, page, render, studio};
use crate::base::{ApiError, Json};
use crate::org::{OrgError, Orgs, PasskeyChallenge};

/// What runs in the page.
pub(super) const SCRIPT: &str = include_str!("passkey.js");

/// How the page's policy names it.
pub(super) static SCRIPT_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(SCRIPT))));

const AGAIN: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .route("/account/passkey", get(show).post(add))
        .route("/account/passkey/challenge", post(begin))
}

/// What the page's address, or its form, says.
#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    challenge: String,
    #[serde(default)]
    credential: String,
}

/// The page of one person, in one language.
struct Desk<'a> {
    words: &'static Words,
    own: &'static PasskeyWords,
    said: &'a Said,
}

impl<'a> Desk<'a> {
    fn new(said: &'a Said, headers: &HeaderMap) -> Self {
        let locale = locale_of(&said.lang, headers);
        Self { words: words::of(locale), own: passkey_words::of(locale), said }
    }

    /// Asks for a name, and for the authenticator.
    fn ask(&self, status: StatusCode, email: &str, wrong: Option<&str>) -> Response {
        let (own, said) = (self.own, self.said);
        let described = if wrong.is_some() { "hint wrong" } else { "hint" };
        let body = format!(
            "<p>{} <strong>{}</strong></p><p>{}</p>{}<noscript><p class=\"wrong\">{}</p></noscript><form method=\"post\" action=\"/account/passkey\" data-passkey=\"create\" data-ask=\"/account/passkey/challenge\"{}>{}{}<label for=\"name\">{}</label><input id=\"name\" name=\"name\" required maxlength=\"60\" autocomplete=\"off\" value=\"{}\" aria-describedby=\"{described}\"><p id=\"hint\" class=\"quiet\">{}</p><p class=\"quiet\" role=\"status\"></p><p class=\"wrong\" role=\"alert\"></p><button hidden>{}</button></form>",
            own.add_for,
            escape(email),
            own.add_text,
            complaint(wrong),
            own.needs_script,
            sayings(own, self.words),
            answer_fields(),
            hidden(&[("token", &said.token), ("lang", self.words.locale.as_str())]),
            own.name,
            escape(&said.name),
            own.name_hint,
            own.add
        );
        render(status, self.words, own.add_title, &body, true)
    }

    fn failed(&self, orgs: &Orgs, error: OrgError) -> Response {
        let (words, own) = (self.words, self.own);
        let (status, text) = match error {
            OrgError::BadLink => (StatusCode::GONE, own.over),
            OrgError::TooMany(_) => (StatusCode::CONFLICT, own.full),
            OrgError::PasskeysUnavailable => (StatusCode::CONFLICT, own.absent),
            error => return super::failed(words, orgs, error),
        };
        dead_end(status, words, orgs, text)
    }
}

/// The button with which one signs in, in a form that goes to `action` with `fields`. The script shows it where the browser can.
pub(super) fn sign_in_form(words: &Words, action: &str, fields: &str) -> String {
    let own = passkey_words::of(words.locale);
    format!(
        "<form method=\"post\" action=\"{action}\" data-passkey=\"get\" data-ask=\"/v1/passkey-challenges\"{} hidden>{}{fields}<p class=\"or\">{}</p><button class=\"other\">{}</button><p class=\"quiet\" role=\"status\"></p><p class=\"wrong\" role=\"alert\"></p></form>",
        sayings(own, words),
        answer_fields(),
        own.or,
        own.use_one
    )
}

/// What the sign-in's page says when a passkey did not open it; none for what is not about passkeys.
pub(super) fn complaint_about(words: &Words, error: &OrgError) -> Option<&'static str> {
    let own = passkey_words::of(words.locale);
    match error {
        OrgError::PasskeyUnknown => Some(own.unknown),
        OrgError::PasskeyRefused | OrgError::Invalid(_) => Some(own.refused),
        OrgError::PasskeyCopied => Some(own.copied),
        OrgError::PasskeysUnavailable => Some(own.absent),
        OrgError::ChallengeOver => Some(own.took_long),
        _ => None,
    }
}

/// What a browser's answer says, as the form carries it.
pub(super) fn credential(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// What the script says.
fn sayings(own: &PasskeyWords, words: &Words) -> String {
    let all = [
        ("busy", own.busy),
        ("stopped", own.stopped),
        ("twice", own.twice),
        ("failed", own.failed),
        ("over", own.over),
        ("unable", own.unable),
        ("later", words.later),
    ];
    all.iter().map(|(name, text)| format!(" data-{name}=\"{}\"", escape(text))).collect()
}

/// Where the script puts the answer.
fn answer_fields() -> &'static str {
    "<input type=\"hidden\" name=\"challenge\"><input type=\"hidden\" name=\"credential\">"
}

fn hidden(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
    };
    fields.iter().map(field).collect()
}

async fn show(State(orgs): State<Orgs>, Query(said): Query<Said>, headers: HeaderMap) -> Response {
    let desk = Desk::new(&said, &headers);
    match orgs.check_passkey_link(&said.token).await {
        Ok(email) => desk.ask(StatusCode::OK, &email, None),
        Err(error) => desk.failed(&orgs, error),
    }
}

/// What the page's script asks the authenticator.
async fn begin(State(orgs): State<Orgs>, Form(said): Form<Said>) -> Result<Response, ApiError> {
    let asked: PasskeyChallenge = orgs.begin_passkey_by_link(&said.token).await?;
    Ok((StatusCode::CREATED, Json(asked)).into_response())
}

async fn add(State(orgs): State<Orgs>, headers: HeaderMap, Form(said): Form<Said>) -> Response {
    let desk = Desk::new(&said, &headers);
    let email = match orgs.check_passkey_link(&said.token).await {
        Ok(email) => email,
        Err(error) => return desk.failed(&orgs, error),
    };
    let own = desk.own;
    if said.credential.is_empty() {
        return desk.ask(AGAIN, &email, Some(own.failed)); // without the script there is nothing to add
    }
    let credential = credential(&said.credential);
    match orgs.finish_passkey_by_link(&said.token, &said.challenge, &said.name, &credential).await {
        Ok(added) => {
            let (before, after) = own.added_text;
            let done = format!("<p>{before}<strong>{}</strong>{after}</p>", escape(&added.name));
            page(StatusCode::OK, desk.words, own.added_title, &(done + &studio(desk.words, &orgs)))
        }
        Err(OrgError::Invalid(invalid)) if invalid.0.contains("`name`") => {
            desk.ask(AGAIN, &email, Some(own.bad_name))
        }
        Err(OrgError::Invalid(_) | OrgError::PasskeyRefused) => desk.ask(AGAIN, &email, Some(own.refused)),
        Err(OrgError::PasskeyExists) => desk.ask(AGAIN, &email, Some(own.twice)),
        Err(OrgError::ChallengeOver) => desk.ask(AGAIN, &email, Some(own.took_long)),
        Err(error) => desk.failed(&orgs, error),
    }
}
