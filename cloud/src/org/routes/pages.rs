//! The pages of mailed links. They work without the studio and in every language of the letters, and, but for passkeys, without scripts.
//!
//! Opening a link changes nothing: programs that look through mail open links too. The button does.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use crate::base::ApiError;
use crate::mail::Locale;
use crate::org::{OrgError, Orgs};

mod invitation;
mod passkey;
mod passkey_words;
mod sign_in;
mod sign_in_words;
mod words;

use super::accounts::Visitor;
use words::Words;

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .merge(sign_in::router())
        .merge(passkey::router())
        .route("/account/verify", get(show_verify).post(verify))
        .route("/account/reset", get(show_reset).post(reset))
        .route("/account/invitation", get(invitation::show).post(invitation::accept))
}

/// What a link, or the page's own form, says.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
    #[serde(default)]
    name: String,
    /// Whether somebody who is invited has an account: `own`; or `new`.
    #[serde(default)]
    way: String,
}

impl Said {
    /// The letter's language, else the browser's.
    fn words(&self, headers: &HeaderMap) -> &'static Words {
        words::of(locale_of(&self.lang, headers))
    }

    /// Fields that go on to the next page.
    fn hidden(&self, words: &Words) -> String {
        let field = |name: &str, value: &str| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        };
        field("token", &self.token) + &field("lang", words.locale.as_str())
    }
}

/// The language that an address or a form says, else the browser's.
fn locale_of(lang: &str, headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    match lang.is_empty() {
        true => Locale::accepted(accepted.unwrap_or_default()),
        false => Locale::of(lang),
    }
}

async fn show_verify(State(orgs): State<Orgs>, Query(said): Query<Said>, headers: HeaderMap) -> Response {
    let words = said.words(&headers);
    match orgs.check_link(&said.token, false).await {
        Ok(email) => ask_whose(StatusCode::OK, words, &said, &email, None),
        Err(error) => failed(words, &orgs, error),
    }
}

async fn verify(State(orgs): State<Orgs>, headers: HeaderMap, Form(said): Form<Said>) -> Response {
    let words = said.words(&headers);
    let email = match orgs.check_link(&said.token, false).await {
        Ok(email) => email,
        Err(error) => return failed(words, &orgs, error),
    };
    match orgs.verify(&said.token, said.password.clone()).await {
        Ok(user) => {
            let done = format!("<p>{} <strong>{}</strong></p>", words.verified_text, escape(&user.email));
            page(StatusCode::OK, words, words.verified_title, &(done + &studio(words, &orgs)))
        }
        Err(OrgError::BadCredentials) => {
            ask_whose(StatusCode::UNPROCESSABLE_ENTITY, words, &said, &email, Some(words.wrong_password))
        }
        Err(error) => failed(words, &orgs, error),
    }
}

/// Asks for the password of the account that says the address is its own.
fn ask_whose(status: StatusCode, words: &Words, said: &Said, email: &str, wrong: Option<&str>) -> Response {
    let form = format!(
        "<p><strong>{}</strong></p><p>{}</p>{}<form method=\"post\" action=\"/account/verify\">{}{}{}<button>{}</button></form>",
        escape(email),
        words.verify_text,
        complaint(wrong),
        username(email),
        said.hidden(words),
        password(words.your_password, "password", "current-password", wrong.is_some()),
        words.verify_button
    );
    page(status, words, words.verify_title, &form)
}

fn complaint(wrong: Option<&str>) -> String {
    wrong
        .map(|wrong| format!("<p id=\"wrong\" class=\"wrong\" role=\"alert\">{wrong}</p>"))
        .unwrap_or_default()
}

/// Programs that keep passwords learn whose it is.
fn username(email: &str) -> String {
    let email = escape(email);
    format!("<input name=\"username\" type=\"email\" autocomplete=\"username\" value=\"{email}\" hidden>")
}

fn password(label: &str, name: &str, kind: &str, wrong: bool) -> String {
    let described = if wrong { " aria-describedby=\"wrong\" aria-invalid=\"true\"" } else { "" };
    let shortest = if kind == "new-password" { " minlength=\"8\"" } else { "" };
    format!(
        "<label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" type=\"password\" required{shortest} maxlength=\"200\" autocomplete=\"{kind}\"{described}>"
    )
}

async fn show_reset(State(orgs): State<Orgs>, Query(said): Query<Said>, headers: HeaderMap) -> Response {
    let words = said.words(&headers);
    match orgs.check_link(&said.token, true).await {
        Ok(email) => ask_password(StatusCode::OK, words, &said, &email, None),
        Err(error) => failed(words, &orgs, error),
    }
}

async fn reset(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Response {
    let words = said.words(&headers);
    let email = match orgs.check_link(&said.token, true).await {
        Ok(email) => email,
        Err(error) => return failed(words, &orgs, error),
    };
    let again = |wrong| ask_password(StatusCode::UNPROCESSABLE_ENTITY, words, &said, &email, Some(wrong));
    if said.password != said.again {
        return again(words.differ);
    }
    match orgs.reset(&said.token, said.password.clone(), &visit).await {
        Ok(user) => {
            let done = format!("<p>{} <strong>{}</strong></p>", words.reset_done_text, escape(&user.email));
            page(StatusCode::OK, words, words.reset_done_title, &(done + &studio(words, &orgs)))
        }
        Err(OrgError::Invalid(_)) => again(words.too_short),
        Err(error) => failed(words, &orgs, error),
    }
}

fn ask_password(
    status: StatusCode,
    words: &Words,
    said: &Said,
    email: &str,
    wrong: Option<&str>,
) -> Response {
    let email_plain = email;
    let (email, field) =
        (escape(email), |name, label| password(label, name, "new-password", wrong.is_some()));
    let form = format!(
        "<p><strong>{email}</strong></p><p>{}</p>{}<form method=\"post\" action=\"/account/reset\">{}{}{}{}<button>{}</button></form>",
        words.reset_text,
        complaint(wrong),
        username(email_plain),
        said.hidden(words),
        field("password", words.password),
        field("again", words.again),
        words.reset_button
    );
    page(status, words, words.reset_title, &form)
}

fn failed(words: &Words, orgs: &Orgs, error: OrgError) -> Response {
    let (status, text) = match &error {
        OrgError::BadLink => (StatusCode::GONE, words.link_is_over),
        OrgError::EmailTaken => (StatusCode::CONFLICT, words.address_is_taken),
        OrgError::TooMany(_) | OrgError::Plan(_) => (StatusCode::CONFLICT, words.no_room),
        OrgError::SignUpClosed => (StatusCode::FORBIDDEN, words.sign_up_closed),
        OrgError::TooManyTries | OrgError::Busy => (StatusCode::TOO_MANY_REQUESTS, words.later),
        _ => {
            drop(ApiError::internal(&error)); // which says it to the log
            (StatusCode::INTERNAL_SERVER_ERROR, words.our_fault)
        }
    };
    dead_end(status, words, orgs, text)
}

/// What did not work, and the way on.
fn dead_end(status: StatusCode, words: &Words, orgs: &Orgs, text: &str) -> Response {
    page(status, words, words.failed_title, &(format!("<p>{text}</p>") + &studio(words, orgs)))
}

/// What a browser is shown at a link to an export that holds no more.
pub(crate) fn export_is_over(orgs: &Orgs, headers: &HeaderMap) -> Response {
    let words = words::of(locale_of("", headers));
    dead_end(StatusCode::GONE, words, orgs, words.export_is_over)
}

/// The way back into the studio, where there is one, and what it asks for.
fn studio(words: &Words, orgs: &Orgs) -> String {
    let cloud = orgs.address();
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("cloud", &cloud).finish();
    let get = orgs.studio_url().map_or_else(
        || words.ask_studio.to_owned(),
        |studio| format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(studio), words.get_studio),
    );
    format!(
        "<p><a class=\"button\" href=\"vitrine://open?{}\">{}</a></p><p class=\"quiet\">{} {get}<br>{} <strong>{}</strong></p>",
        escape(&query),
        words.open_studio,
        words.no_studio,
        words.cloud_address,
        escape(&cloud)
    )
}

fn page(status: StatusCode, words: &Words, title: &str, body: &str) -> Response {
    render(status, words, title, body, false)
}

/// A page, with the script of passkeys or without any.
fn render(status: StatusCode, words: &Words, title: &str, body: &str, scripted: bool) -> Response {
    let script = if scripted { format!("<script>{}</script>", passkey::SCRIPT) } else { String::new() };
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{title} · Vitrine</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main>{script}</body></html>",
        words.locale.as_str()
    );
    let allowed = match scripted {
        true => format!("script-src {}; connect-src 'self'; ", *passkey::SCRIPT_HASH),
        false => String::new(),
    };
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; {allowed}form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // The address holds a secret: nothing is kept of it, and nobody else hears it.
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, [(header::CONTENT_SECURITY_POLICY, policy)], html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#17171a;--quiet:#5f6068;--ground:#f6f6f4;--card:#fff;--line:#d9d9d4;--act:#17171a;--on:#fff;--wrong:#b3261e}\
@media(prefers-color-scheme:dark){:root{--text:#f2f2ef;--quiet:#a5a6ad;--ground:#131316;--card:#1d1d21;--line:#3a3a41;--act:#f2f2ef;--on:#17171a;--wrong:#ff8a80}}\
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,sans-serif}\
main{max-width:26rem;margin:12vh auto 2rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:16px}\
@media(max-width:30rem){main{margin:0;min-height:100vh;border:0;border-radius:0}}\
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 1rem;overflow-wrap:anywhere}\
label{display:block;margin:0 0 .25rem;font-weight:600}\
input{width:100%;min-height:44px;margin:0 0 1rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--quiet);border-radius:8px}\
.code{font:600 1.75rem ui-monospace,monospace;letter-spacing:.08em}.button.other,button.other{color:inherit;background:transparent;border:1px solid var(--quiet)}form .quiet{margin:0 0 1rem}.quiet+form,.quiet+.wrong{margin-top:1rem}button{margin:0 .5rem .5rem 0}\
button,.button{display:inline-block;min-height:44px;padding:.625rem 1.25rem;font:inherit;font-weight:600;color:var(--on);background:var(--act);border:0;border-radius:8px;text-decoration:none;cursor:pointer}\
:focus-visible{outline:3px solid #4c7dff;outline-offset:2px}.quiet{color:var(--quiet);margin:0}.quiet a{color:inherit}h2{margin:1.5rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line);font-size:1.0625rem}.or{margin:.5rem 0;color:var(--quiet)}p:empty{display:none}[hidden]{display:none!important}.wrong{color:var(--wrong);font-weight:600}";

#[cfg(test)]
mod tests;
