//! Where people come back to from the provider's pages, and where letters lead. It works without scripts and knows nobody.

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

use crate::mail::Locale;

#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    paid: String,
}

/// Title and text after a payment, and of the page else; and what the link to the studio says.
fn words(locale: Locale) -> [&'static str; 5] {
    match locale {
        Locale::En => [
            "Thank you",
            "The payment is on its way. Your plan holds in a moment.",
            "Your plan",
            "Payments are seen and changed in the studio, under Organisation, Plan.",
            "Open the studio",
        ],
        Locale::De => [
            "Danke",
            "Die Zahlung ist unterwegs. Dein Plan gilt in einem Augenblick.",
            "Dein Plan",
            "Zahlungen siehst und änderst du im Studio, unter Organisation, Plan.",
            "Studio öffnen",
        ],
        Locale::Fr => [
            "Merci",
            "Le paiement est en route. Votre offre s’applique dans un instant.",
            "Votre offre",
            "Les paiements se voient et se modifient dans le studio, sous Organisation, Offre.",
            "Ouvrir le studio",
        ],
    }
}

pub(super) async fn show(Query(said): Query<Said>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let locale = match said.lang.is_empty() {
        true => Locale::accepted(accepted.unwrap_or_default()),
        false => Locale::of(&said.lang),
    };
    let [paid, paid_text, plan, plan_text, studio] = words(locale);
    let (title, text) = if said.paid.is_empty() { (plan, plan_text) } else { (paid, paid_text) };
    let page = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><body style=\"font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:32em;\
         margin:48px auto;padding:0 24px\"><main><h1>{title}</h1><p>{text}</p><p><a href=\"vitrine://billing\">{studio}</a></p>\
         </main></body></html>",
        locale.as_str()
    );
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
