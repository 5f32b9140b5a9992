//! What caches, pollers and open tabs get from the public addresses.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::Value;
use tower::ServiceExt as _;
use vitrine_protocol::{Currency, HighlightTarget, InvitationId, Role, ShowId};

use super::router;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::ProductDraft;
use crate::events::{Event, record};
use crate::show::{LineupItem, MediaFact, ShowDraft, ShowPatch};
use crate::storefront::{Embedded, Storefront, WebFiles};

pub(super) const TOLD: crate::show::Told =
    crate::show::Told { fence: 1, at: chrono::DateTime::<chrono::Utc>::MAX_UTC };

/// The status, the headers and the body.
pub(super) async fn ask(
    storefront: &Storefront,
    path: &str,
    known: Option<&str>,
) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::get(path).header("origin", "https://shop.example");
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    let (router, _) = router(storefront.clone()).split_for_parts();
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    assert_eq!(parts.headers["access-control-allow-origin"], "*", "{path}");
    (parts.status.as_u16(), parts.headers, bytes.to_vec())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_poller_is_told_once_and_again_when_something_changes() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = ProductDraft {
            title: "Scarf".into(),
            description: String::new(),
            url: "https://shop.example/scarf".into(),
            currency: Currency::try_from("EUR").unwrap(),
            price_minor: Some(2900),
            compare_at_minor: None,
            stock: Some(5),
            variants: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
        };
        let product_id = app.catalog.create_product(&actor, org, product).await.unwrap().id;
        let draft =
            ShowDraft { title: "Autumn".into(), scheduled_at: Some(app.clock.now()), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        app.shows
            .set_lineup(&actor, org, show, None, vec![LineupItem::Product { product_id }])
            .await
            .unwrap();
        let key = app.shows.issue_key(&actor, org, show).await.unwrap().key;
        let session = app.shows.admit(&key).await.unwrap().session;

        let paths = [format!("/v1/public/shows/{show}"), "/v1/public/channels/nord".to_owned()];
        let mut tags = [String::new(), String::new()];
        for step in 0..5 {
            match step {
                0 => {}
                1 => {
                    app.shows.report(show, TOLD, MediaFact::Receiving { session }).await.unwrap();
                    app.shows.go_live(&actor, org, show).await.unwrap();
                }
                2 => {
                    let target = HighlightTarget::Product { product_id };
                    app.shows.highlight(&actor, org, show, target, None).await.unwrap();
                }
                3 => {
                    let patch = ShowPatch { title: Some("Winter".into()), ..ShowPatch::default() };
                    app.shows.change(&actor, org, show, None, patch).await.unwrap();
                }
                _ => drop(app.shows.end(&actor, org, show).await.unwrap()),
            }
            for (path, tag) in paths.iter().zip(&mut tags) {
                let (status, headers, body) = ask(&app.storefront, path, Some(tag)).await;
                assert_eq!(status, 200, "{path} changed in step {step}");
                assert!(serde_json::from_slice::<Value>(&body).is_ok());
                assert!(text(&headers, "etag").starts_with("W/\""));
                assert_eq!(headers.get("vary"), None, "one copy for every shop");
                *tag = text(&headers, "etag").to_owned();
                for known in
                    [tag.clone(), tag.trim_start_matches("W/").into(), format!("\"x\", {tag}"), "*".into()]
                {
                    let (status, headers, body) = ask(&app.storefront, path, Some(&known)).await;
                    assert_eq!((status, body.len()), (304, 0), "{known}");
                    assert_eq!(text(&headers, "etag"), tag);
                    let keep = text(&headers, "cache-control");
                    assert!(keep.contains("s-maxage=1,") && keep.contains("max-age=0"), "{keep}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_says_of_what_version_it_is_and_is_whole_where_one_is_asked_for() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft =
            ShowDraft { title: "Autumn".into(), scheduled_at: Some(app.clock.now()), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        let path = format!("/v1/public/shows/{show}");
        let version = async |path: &str, known: Option<&str>| {
            let (status, headers, body) = ask(&app.storefront, path, known).await;
            let version =
                serde_json::from_slice::<Value>(&body).ok().and_then(|body| body["version"].as_i64());
            (status, version, text(&headers, "etag").to_owned())
        };
        let (status, first, tag) = version(&path, None).await;
        assert_eq!((status, first), (200, Some(app.rtm.heads().await.unwrap().of(org))));
        // A fact that changes nothing here.
        let mut tx = app.db.begin().await.unwrap();
        let fact = Event::MemberInvited { invitation: InvitationId::new(), role: Role::Host };
        record(&mut tx, &actor, app.clock.now(), org, None, fact).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(version(&path, Some(&tag)).await, (304, None, tag.clone()));
        let (status, second, same) = version(&format!("{path}?v={}", first.unwrap()), Some(&tag)).await;
        assert!(second > first);
        assert_eq!((status, same), (200, tag));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_can_be_read_and_is_kept_by_nobody() {
    each_app(async |app, _| {
        let nobody = format!("/v1/public/shows/{}", ShowId::new());
        for path in [
            nobody.as_str(),
            "/v1/public/channels/nobody",
            "/v1/public/shows/7",
            "/widget/assets/app-0123456789ab.js",
        ] {
            let (status, headers, body) = ask(&app.storefront, path, Some("*")).await;
            assert_eq!((status, text(&headers, "cache-control")), (404, "no-store"), "{path}");
            assert_eq!(text(&headers, "content-type"), "application/problem+json");
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!((&problem["code"], &problem["retryable"]), (&"not_found".into(), &false.into()));
        }
    })
    .await;
}

/// A public side whose widget lies in a folder.
fn with_widget(app: &App, widget: WebFiles) -> Storefront {
    let (orgs, catalog, shows) = (app.orgs.clone(), app.catalog.clone(), app.shows.clone());
    Storefront::new(app.clock.clone(), orgs, catalog, shows, app.rtm.clone(), "http://x", widget)
}

const FILES: Embedded = &[
    ("vitrine.js", b"loader", b""),
    ("parts.json", b"{}", b""),
    ("vitrine-0123456789ab.js", b"loader", b""),
    ("assets/app-0123456789ab.js", b"app", b""),
];

#[tokio::test]
async fn a_deploy_is_seen_at_once_and_what_is_named_by_its_content_is_kept() {
    each_app(async |app, _| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for (path, bytes, _) in FILES {
            std::fs::write(folder.path().join(path), bytes).unwrap();
        }
        for widget in [WebFiles::embedded(FILES), WebFiles::widget(Some(folder.path().to_owned()))] {
            let storefront = with_widget(&app, widget);
            for (path, _, _) in FILES {
                let path = format!("/widget/{path}");
                let (status, headers, _) = ask(&storefront, &path, None).await;
                let keep =
                    if path.contains('-') { "public, max-age=31536000, immutable" } else { "no-cache" };
                assert_eq!((status, text(&headers, "cache-control")), (200, keep), "{path}");
                let (again, _, body) = ask(&storefront, &path, Some(text(&headers, "etag"))).await;
                assert_eq!((again, body.len()), (304, 0), "{path}");
            }
            let (status, headers, _) = ask(&storefront, "/widget/assets/app-ba9876543210.js", None).await;
            assert_eq!((status, text(&headers, "cache-control")), (404, "no-store"), "the build before");
        }
        // The folder's next build is there with the next request.
        let storefront = with_widget(&app, WebFiles::widget(Some(folder.path().to_owned())));
        let (_, before, _) = ask(&storefront, "/widget/vitrine.js", None).await;
        std::fs::write(folder.path().join("vitrine.js"), "next").unwrap();
        let (status, _, body) = ask(&storefront, "/widget/vitrine.js", Some(text(&before, "etag"))).await;
        assert_eq!((status, body.as_slice()), (200, b"next".as_slice()));
    })
    .await;
}

#[tokio::test]
async fn once_facts_are_heard_a_page_is_told_of_a_sale_and_never_how_many_are_left() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let product = ProductDraft {
            title: "Scarf".into(),
            description: String::new(),
            url: "https://shop.example/scarf".into(),
            currency: Currency::try_from("EUR").unwrap(),
            price_minor: Some(2900),
            compare_at_minor: None,
            stock: Some(500),
            variants: Vec::new(),
            options: Vec::new(),
            tags: Vec::new(),
        };
        let product = app.catalog.create_product(&actor, org, product).await.unwrap();
        let draft =
            ShowDraft { title: "Autumn".into(), scheduled_at: Some(app.clock.now()), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        let items = vec![LineupItem::Product { product_id: product.id }];
        app.shows.set_lineup(&actor, org, show, None, items).await.unwrap();
        crate::worker::start(&app).await.unwrap();
        let path = format!("/v1/public/shows/{show}");
        let told = async || {
            let (_, _, body) = ask(&app.storefront, &path, None).await;
            serde_json::from_slice::<Value>(&body).unwrap()
        };
        let before = told().await;
        assert_eq!((&before["products"][0]["stock"], &before["title"]), (&6.into(), &"Autumn".into()));
        assert_eq!(before["products"][0]["variants"][0]["stock"], 6);
        for title in ["Winter", "Spring"] {
            let patch = ShowPatch { title: Some(title.into()), ..ShowPatch::default() };
            app.shows.change(&actor, org, show, None, patch).await.unwrap();
            for tries in 0.. {
                if told().await["title"] == title {
                    break;
                }
                assert!(tries < 400, "the page still shows what was");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn only_pages_that_the_shop_names_show_its_shows() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let draft =
            ShowDraft { title: "Autumn".into(), scheduled_at: Some(app.clock.now()), ..ShowDraft::default() };
        let show = app.shows.create(&actor, org, draft).await.unwrap().id;
        let patch = serde_json::from_str(r#"{"allowed_origins": ["https://shop.example"]}"#).unwrap();
        app.orgs.change_organization(&actor, org, None, patch).await.unwrap();
        let (site, _) = router(app.storefront.clone()).split_for_parts();
        let show = format!("/v1/public/shows/{show}");
        let viewers = format!("{show}/viewers");
        for (page, status) in [
            (Some("https://shop.example"), 200),
            (Some("https://cloud.example"), 200),
            (None, 200),
            (Some("https://evil.example"), 403),
            (Some("null"), 403),
        ] {
            for (method, path) in
                [("GET", show.as_str()), ("GET", "/v1/public/channels/nord"), ("POST", viewers.as_str())]
            {
                let mut request = Request::builder().method(method).uri(path).header("host", "cloud.example");
                if let Some(page) = page {
                    request = request.header("origin", page);
                }
                let answer = site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                assert_eq!(answer.status(), status, "{method} {path} on {page:?}");
                let kept = answer.headers()["cache-control"].to_str().unwrap().to_owned();
                assert!(status == 200 || kept == "no-store", "a refusal is one page's alone");
                let told_apart = (method == "GET").then_some("origin, host");
                let vary = answer.headers().get("vary").map(|value| value.to_str().unwrap());
                assert_eq!(vary, told_apart, "a cache gives no other page what {page:?} was given");
            }
        }
        let (status, headers, _) = ask(&app.storefront, &show, Some("*")).await;
        assert_eq!((status, text(&headers, "vary")), (304, "origin, host"));
        let nobody = serde_json::from_str(r#"{"allowed_origins": []}"#).unwrap();
        app.orgs.change_organization(&actor, org, None, nobody).await.unwrap();
        let (status, headers, _) = ask(&app.storefront, &show, Some("*")).await;
        assert_eq!((status, headers.get("vary")), (304, None), "one copy for all, where none is named");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_says_the_channels_name_of_before_goes_on_to_show_it() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let rename = serde_json::from_str(r#"{"slug": "nordlicht"}"#).unwrap();
        app.orgs.change_organization(&actor, org, None, rename).await.unwrap();
        for channel in ["nord", "nordlicht"] {
            let path = format!("/v1/public/channels/{channel}");
            assert_eq!(ask(&app.storefront, &path, None).await.0, 200, "{channel}");
        }
        assert_eq!(ask(&app.storefront, "/v1/public/channels/sud", None).await.0, 404);
    })
    .await;
}
