//! The page that signs a studio in: who somebody is, the second factor, and whether they mean this studio.
//!
//! Each step is a form; what the next goes on with stands in it, so that the page needs neither a script nor a cookie, but for passkeys.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use vitrine_protocol::SignInRequestId;

use super::sign_in_words::{self, SignInWords};
use super::words::{self, Words};
use super::{complaint, dead_end, escape, locale_of, page, passkey, password, render, studio};
use crate::base::Secret;
use crate::mail::Locale;
use crate::org::routes::accounts::Visitor;
use crate::org::{Came, OrgError, Orgs, Proof, Proved, RequestSeen, Visit};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .route("/account/sign-in", get(show).post(act))
        .route("/account/oidc", get(leave))
        .route("/account/oidc/callback", get(come_back))
}

/// What the page's address, or one of its forms, says.
#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    request: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    challenge: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    proof: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    credential: String,
}

/// A page about one request, in one language.
struct Desk<'a> {
    words: &'static Words,
    own: &'static SignInWords,
    seen: &'a RequestSeen,
    orgs: &'a Orgs,
}

async fn seen(orgs: &Orgs, request: &str, visit: &Visit) -> Result<RequestSeen, OrgError> {
    let id: SignInRequestId = request.parse().map_err(|_| OrgError::BadLink)?;
    orgs.sign_in_request(id, visit).await
}

async fn show(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Response {
    let locale = locale_of(&said.lang, &headers);
    match seen(&orgs, &said.request, &visit).await {
        Ok(seen) => Desk::new(&orgs, locale, &seen).who(StatusCode::OK, "", None),
        Err(error) => failed(locale, &orgs, error),
    }
}

async fn act(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Response {
    let locale = locale_of(&said.lang, &headers);
    let seen = match seen(&orgs, &said.request, &visit).await {
        Ok(seen) => seen,
        Err(error) => return failed(locale, &orgs, error),
    };
    let desk = Desk::new(&orgs, locale, &seen);
    let done = match said.step.as_str() {
        "who" => desk.take_password(&said, &visit).await,
        "link" => desk.take_link(&said, &visit).await,
        "anew" => desk.begin_anew(&said, &visit).await,
        "passkey" => desk.take_passkey(&said, &visit).await,
        "code" => desk.take_code(&said, &visit).await,
        "decide" => desk.take_answer(&said).await,
        _ => Ok(desk.who(StatusCode::UNPROCESSABLE_ENTITY, "", None)),
    };
    done.unwrap_or_else(|error| failed(locale, &orgs, error))
}

const AGAIN: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

impl<'a> Desk<'a> {
    fn new(orgs: &'a Orgs, locale: Locale, seen: &'a RequestSeen) -> Self {
        Self { words: words::of(locale), own: sign_in_words::of(locale), seen, orgs }
    }

    async fn take_password(&self, said: &Said, visit: &Visit) -> Result<Response, OrgError> {
        match self.orgs.prove(self.seen.id, &said.email, said.password.clone(), visit).await {
            Ok(proved) => Ok(self.confirm(&proved)),
            Err(OrgError::SecondFactor(challenge)) => {
                Ok(self.code(StatusCode::OK, said, &challenge.token, None))
            }
            Err(OrgError::BadCredentials) => Ok(self.who(AGAIN, &said.email, Some(self.own.wrong))),
            Err(error) => Err(error),
        }
    }

    /// What an authenticator answered.
    async fn take_passkey(&self, said: &Said, visit: &Visit) -> Result<Response, OrgError> {
        let credential = passkey::credential(&said.credential);
        match self.orgs.prove_by_passkey(self.seen.id, &said.challenge, &credential, visit).await {
            Ok(proved) => Ok(self.confirm(&proved)),
            Err(error) => match passkey::complaint_about(self.words, &error) {
                Some(wrong) => Ok(self.who(AGAIN, "", Some(wrong))),
                None => Err(error),
            },
        }
    }

    /// The password of an account that somebody who came back from the issuer says is theirs.
    async fn take_link(&self, said: &Said, visit: &Visit) -> Result<Response, OrgError> {
        match self.orgs.link_identity(self.seen.id, &said.ticket, said.password.clone(), visit).await {
            Ok(proved) => Ok(self.confirm(&proved)),
            Err(OrgError::SecondFactor(challenge)) => {
                Ok(self.code(StatusCode::OK, said, &challenge.token, None))
            }
            Err(OrgError::BadCredentials) => {
                let asked = (&*said.email, &*said.ticket, said.answer == "claimed");
                Ok(self.link(AGAIN, asked, Some(self.words.wrong_password)))
            }
            Err(error) => Err(error),
        }
    }

    /// Somebody who came back from the issuer has no account here: those that say that their address is theirs are others'.
    async fn begin_anew(&self, said: &Said, visit: &Visit) -> Result<Response, OrgError> {
        let locale = self.words.locale;
        Ok(self.confirm(&self.orgs.begin_anew(self.seen.id, &said.ticket, locale, visit).await?))
    }

    async fn take_code(&self, said: &Said, visit: &Visit) -> Result<Response, OrgError> {
        let proof = Proof::typed(&said.code);
        let ticket = (!said.ticket.is_empty()).then_some(said.ticket.as_str());
        match self.orgs.prove_with_factor(self.seen.id, &said.challenge, &proof, ticket, visit).await {
            Ok(proved) => Ok(self.confirm(&proved)),
            Err(OrgError::BadCode) => Ok(self.code(AGAIN, said, &said.challenge, Some(self.own.wrong_code))),
            Err(OrgError::ChallengeOver) => Ok(self.who(AGAIN, &said.email, Some(self.own.too_long))),
            Err(error) => Err(error),
        }
    }

    async fn take_answer(&self, said: &Said) -> Result<Response, OrgError> {
        let (words, own) = (self.words, self.own);
        let yes = said.answer == "yes";
        self.orgs.decide_sign_in(self.seen.id, &said.proof, yes).await?;
        let (title, text) = match yes {
            true => (own.done_title, format!("<p>{}</p>{}", own.done_text, studio(words, self.orgs))),
            false => (own.refused_title, format!("<p>{}</p>", own.refused_text)),
        };
        Ok(page(StatusCode::OK, words, title, &text))
    }

    /// Asks for address and password.
    fn who(&self, status: StatusCode, email: &str, wrong: Option<&str>) -> Response {
        let own = self.own;
        let described =
            if wrong.is_some() { " aria-describedby=\"wrong\" aria-invalid=\"true\"" } else { "" };
        let body = format!(
            "{}<p class=\"quiet\">{}</p>{}<form method=\"post\" action=\"/account/sign-in\">{}<label for=\"email\">{}</label><input id=\"email\" name=\"email\" type=\"email\" required maxlength=\"254\" autocomplete=\"username\" value=\"{}\"{described}>{}<button>{}</button></form>{}{}",
            self.device(),
            own.beware,
            complaint(wrong),
            self.hidden("who", &[]),
            own.email,
            escape(email),
            password(self.words.your_password, "password", "current-password", wrong.is_some()),
            own.next,
            self.by_passkey(),
            self.elsewhere()
        );
        render(status, self.words, own.title, &body, self.orgs.offers_passkeys())
    }

    /// The way in with a passkey, where this cloud's address can have them.
    fn by_passkey(&self) -> String {
        match self.orgs.offers_passkeys() {
            true => passkey::sign_in_form(self.words, "/account/sign-in", &self.hidden("passkey", &[])),
            false => String::new(),
        }
    }

    /// The way to the issuer, where there is one. A link: forms lead nowhere but here.
    fn elsewhere(&self) -> String {
        let lang = self.words.locale.as_str();
        let way = |label: &str| {
            format!(
                "<p><a class=\"button other\" href=\"/account/oidc?request={}&amp;lang={lang}\">{}</a></p>",
                self.seen.id,
                escape(label)
            )
        };
        self.orgs.oidc_label().map(way).unwrap_or_default()
    }

    /// Asks for the password of an account that somebody who came back from the issuer says is theirs.
    fn link(
        &self,
        status: StatusCode,
        (email, ticket, claimed): (&str, &str, bool),
        wrong: Option<&str>,
    ) -> Response {
        let own = self.own;
        let (text, kind) = if claimed { (own.claimed_text, "claimed") } else { (own.link_text, "") };
        let fields = [("email", email), ("ticket", ticket), ("answer", kind)];
        let anew = || {
            format!(
                "<form method=\"post\" action=\"/account/sign-in\">{}<button class=\"other\">{}</button></form>",
                self.hidden("anew", &fields),
                own.anew
            )
        };
        let body = format!(
            "<p><strong>{}</strong></p><p>{}</p>{}<form method=\"post\" action=\"/account/sign-in\">{}{}{}<button>{}</button></form>{}",
            escape(email),
            text,
            complaint(wrong),
            super::username(email),
            self.hidden("link", &fields),
            password(self.words.your_password, "password", "current-password", wrong.is_some()),
            own.next,
            if claimed { anew() } else { String::new() }
        );
        page(status, self.words, if claimed { own.title } else { own.link_title }, &body)
    }

    /// Asks for the second factor.
    fn code(&self, status: StatusCode, said: &Said, challenge: &str, wrong: Option<&str>) -> Response {
        let own = self.own;
        let described =
            if wrong.is_some() { " aria-describedby=\"wrong\" aria-invalid=\"true\"" } else { "" };
        let body = format!(
            "<p>{}</p>{}<form method=\"post\" action=\"/account/sign-in\">{}<label for=\"code\">{}</label><input id=\"code\" name=\"code\" required maxlength=\"40\" autocomplete=\"one-time-code\" autocapitalize=\"none\" spellcheck=\"false\"{described}><button>{}</button></form>",
            own.code_text,
            complaint(wrong),
            self.hidden(
                "code",
                &[("email", said.email.as_str()), ("challenge", challenge), ("ticket", said.ticket.as_str())]
            ),
            own.code,
            own.next
        );
        page(status, self.words, own.code_title, &body)
    }

    /// Asks whether they mean this studio.
    fn confirm(&self, proved: &Proved) -> Response {
        let Proved { email, proof } = proved;
        let (own, (before, after)) = (self.own, self.own.confirm_title);
        let title = format!("{before}{}{after}", escape(&self.seen.device_name));
        let body = format!(
            "<p>{} <strong>{}</strong></p>{}<p class=\"quiet\">{}</p><form method=\"post\" action=\"/account/sign-in\">{}<button name=\"answer\" value=\"yes\">{}</button> <button name=\"answer\" value=\"no\" class=\"other\">{}</button></form>",
            own.confirm_text,
            escape(email),
            self.device(),
            own.beware,
            self.hidden("decide", &[("proof", proof.as_str())]),
            own.yes,
            own.no
        );
        page(StatusCode::OK, self.words, &title, &body)
    }

    /// Which device asked, when and from where, and the code that both show.
    fn device(&self) -> String {
        let (own, seen) = (self.own, self.seen);
        let when = match seen.minutes_ago {
            0 => own.this_minute.to_owned(),
            1 => own.one_minute_ago.to_owned(),
            minutes => format!("{}{minutes}{}", own.minutes_ago.0, own.minutes_ago.1),
        };
        let elsewhere = match seen.same_network {
            true => String::new(),
            false => format!("<p class=\"wrong\">{}</p>", own.elsewhere),
        };
        format!(
            "<p>{} <strong>{}</strong>. {when} {} <strong>{}</strong>.</p>{elsewhere}<p>{}<br><strong class=\"code\">{}</strong></p>",
            own.asks,
            escape(&seen.device_name),
            own.from,
            escape(&seen.network),
            own.compare,
            escape(&seen.code)
        )
    }

    /// Fields that go on to the next step.
    fn hidden(&self, step: &str, more: &[(&str, &str)]) -> String {
        let id = self.seen.id.to_string();
        let all = [("request", id.as_str()), ("lang", self.words.locale.as_str()), ("step", step)];
        let field = |(name, value): &(&str, &str)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        };
        all.iter().chain(more).map(field).collect()
    }
}

/// The cookie that a browser keeps while somebody says at the issuer who they are.
const COOKIE: &str = "vitrine_sign_in";

/// The cookie's line: for this way alone, and for no script.
fn cookie(orgs: &Orgs, value: &str, seconds: u32) -> String {
    let secure = if orgs.is_https() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/account/oidc; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Leads to the issuer.
async fn leave(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Response {
    let locale = locale_of(&said.lang, &headers);
    let Ok(id) = said.request.parse::<SignInRequestId>() else {
        return failed(locale, &orgs, OrgError::BadLink);
    };
    let word = Secret::new("");
    match orgs.begin_oidc(id, &word, &visit).await {
        Ok(address) => {
            let kept = cookie(&orgs, &format!("{}.{id}.{}", word.expose(), locale.as_str()), 600);
            let headers = [
                (header::LOCATION, address),
                (header::SET_COOKIE, kept),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::REFERRER_POLICY, "no-referrer".to_owned()),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failed(locale, &orgs, error),
    }
}

/// Somebody comes back from the issuer.
async fn come_back(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Response {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let kept = cookies.flat_map(|line| line.split(';')).find_map(|one| {
        let value = one.trim().strip_prefix(COOKIE)?.strip_prefix('=')?;
        let mut parts = value.splitn(3, '.');
        Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?.to_owned()))
    });
    let Some((word, id, lang)): Option<(String, SignInRequestId, String)> = kept else {
        return failed(locale_of("", &headers), &orgs, OrgError::BadLink);
    };
    let locale = locale_of(&lang, &headers);
    let mut response = match finish(&orgs, (id, &word), &said, locale, &visit).await {
        Ok(response) => response,
        Err(error) => failed(locale, &orgs, error),
    };
    // The word has served.
    if let Ok(gone) = HeaderValue::from_str(&cookie(&orgs, "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

async fn finish(
    orgs: &Orgs,
    (id, word): (SignInRequestId, &str),
    said: &Said,
    locale: Locale,
    visit: &Visit,
) -> Result<Response, OrgError> {
    let seen = orgs.sign_in_request(id, visit).await?;
    let desk = Desk::new(orgs, locale, &seen);
    // Whoever says no there may say who they are here.
    if said.code.is_empty() {
        return Ok(desk.who(AGAIN, "", Some(desk.own.not_told)));
    }
    match orgs.finish_oidc(id, word, (&said.state, &said.code), locale, visit).await {
        Ok(Came::Known(proved)) => Ok(desk.confirm(&proved)),
        Ok(Came::Asked { email, ticket, claimed }) => {
            Ok(desk.link(StatusCode::OK, (&email, &ticket, claimed), None))
        }
        Err(OrgError::SecondFactor(challenge)) => {
            Ok(desk.code(StatusCode::OK, &Said::default(), &challenge.token, None))
        }
        Err(OrgError::NoAddress) => Ok(desk.who(AGAIN, "", Some(desk.own.no_address))),
        Err(OrgError::Oidc(error)) => {
            tracing::warn!(%error, "the issuer could not tell who somebody is");
            Ok(desk.who(StatusCode::BAD_GATEWAY, "", Some(desk.own.not_told)))
        }
        Err(error) => Err(error),
    }
}

fn failed(locale: Locale, orgs: &Orgs, error: OrgError) -> Response {
    let words = words::of(locale);
    match error {
        OrgError::Oidc(error) => {
            tracing::warn!(%error, "the issuer does not say where people sign in");
            dead_end(StatusCode::BAD_GATEWAY, words, orgs, sign_in_words::of(locale).not_told)
        }
        OrgError::BadLink => dead_end(StatusCode::GONE, words, orgs, sign_in_words::of(locale).over),
        error => super::failed(words, orgs, error),
    }
}
