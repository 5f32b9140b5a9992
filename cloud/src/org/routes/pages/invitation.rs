//! The page of an invitation: for who is new here, and for who has an account.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::words::Words;
use super::{Said, complaint, dead_end, escape, failed, page, studio, username};
use crate::mail::role_name;
use crate::org::routes::accounts::Visitor;
use crate::org::{InvitationSeen, Newcomer, OrgError, Orgs};

/// Somebody says that they have an account.
const OWN: &str = "own";

pub(super) async fn show(State(orgs): State<Orgs>, Query(said): Query<Said>, headers: HeaderMap) -> Response {
    let words = said.words(&headers);
    match orgs.see_invitation(&said.token).await {
        Ok(seen) => ask(StatusCode::OK, words, &said, &seen, None),
        Err(error) => over(words, &orgs, error),
    }
}

pub(super) async fn accept(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Response {
    let words = said.words(&headers);
    let seen = match orgs.see_invitation(&said.token).await {
        Ok(seen) => seen,
        Err(error) => return over(words, &orgs, error),
    };
    let own = said.way == OWN;
    let again = |way, wrong| ask(StatusCode::UNPROCESSABLE_ENTITY, words, &said, &seen, Some((way, wrong)));
    let who = Newcomer { name: &said.name, locale: words.locale, has_account: own };
    match orgs.enter(&said.token, who, said.password.clone(), &visit).await {
        Ok(user) => {
            let done = format!(
                "<p>{} <strong>{}</strong>.</p><p>{} <strong>{}</strong></p>",
                words.joined_text,
                escape(&seen.organization_name),
                words.sign_in_with,
                escape(&user.email)
            );
            page(StatusCode::OK, words, words.joined_title, &(done + &studio(words, &orgs)))
        }
        Err(OrgError::Invalid(_)) if own => again(OWN, words.wrong_password),
        Err(OrgError::Invalid(_)) => again("new", words.name_or_password),
        Err(OrgError::BadCredentials) if own => again(OWN, words.wrong_password),
        Err(OrgError::BadCredentials) => again(OWN, words.has_account),
        Err(error) => over(words, &orgs, error),
    }
}

/// A link that is over may be one that this reader has used.
fn over(words: &Words, orgs: &Orgs, error: OrgError) -> Response {
    if !matches!(error, OrgError::BadLink) {
        return failed(words, orgs, error);
    }
    dead_end(StatusCode::GONE, words, orgs, words.invitation_is_over)
}

/// Asks who accepts it. `wrong` says in which of the two ways something is, and what.
fn ask(
    status: StatusCode,
    words: &Words,
    said: &Said,
    seen: &InvitationSeen,
    wrong: Option<(&str, &str)>,
) -> Response {
    let role = role_name(seen.role, seen.role_name.as_deref(), words.locale);
    let head = format!(
        "<p>{} {} <strong>{}</strong>. {} <strong>{}</strong>.</p><p><strong>{}</strong></p>",
        escape(&seen.invited_by),
        words.invites_you,
        escape(&seen.organization_name),
        words.your_role,
        escape(&role),
        escape(&seen.email)
    );
    let name = format!(
        "<label for=\"name\">{}</label><input id=\"name\" name=\"name\" required maxlength=\"80\" autocomplete=\"name\" value=\"{}\">",
        words.name,
        escape(&said.name)
    );
    let of = |way: &str| wrong.filter(|(at, _)| *at == way).map(|(_, what)| what);
    let new = form(words, said, seen, "new", of("new"), &name);
    let own = form(words, said, seen, OWN, of(OWN), "");
    let body = format!(
        "{head}<h2>{}</h2>{new}<h2>{}</h2>{own}<p class=\"quiet\">{}</p>",
        words.new_here, words.have_account, words.other_address
    );
    page(status, words, words.invitation_title, &body)
}

fn form(
    words: &Words,
    said: &Said,
    seen: &InvitationSeen,
    way: &str,
    wrong: Option<&str>,
    more: &str,
) -> String {
    let (label, kind, shortest, button) = match way {
        OWN => (words.your_password, "current-password", "", words.join_button),
        _ => (words.choose_password, "new-password", " minlength=\"8\"", words.invitation_button),
    };
    let described = if wrong.is_some() { " aria-describedby=\"wrong\" aria-invalid=\"true\"" } else { "" };
    format!(
        "{}<form method=\"post\" action=\"/account/invitation\">{}{}<input type=\"hidden\" name=\"way\" value=\"{way}\">{more}<label for=\"password-{way}\">{label}</label><input id=\"password-{way}\" name=\"password\" type=\"password\" required{shortest} maxlength=\"200\" autocomplete=\"{kind}\"{described}><button>{button}</button></form>",
        complaint(wrong),
        username(&seen.email),
        said.hidden(words),
    )
}
