//! Ways to come in that take more than a password, against a cloud that a test plays.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vitrine_protocol::Code;

use super::tests::{ORG, Stage, nobody};
use super::*;

/// A cloud that gives one answer after the other, and keeps what it was asked.
#[derive(Default)]
struct Fake {
    answers: Mutex<VecDeque<(u16, Value)>>,
    heard: Mutex<Vec<(String, Value)>>,
}

impl Fake {
    async fn start(answers: &[(u16, Value)]) -> (Arc<Self>, String) {
        let fake = Arc::new(Self { answers: Mutex::new(answers.to_vec().into()), ..Self::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = fake.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let fake = serving.clone();
                tokio::spawn(async move { fake.serve(socket).await });
            }
        });
        (fake, format!("http://{address}"))
    }

    async fn serve(&self, mut socket: TcpStream) -> Option<()> {
        let mut request = Vec::new();
        let body = loop {
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    break serde_json::from_str(body).unwrap_or_default();
                }
            }
            if socket.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        };
        let line = String::from_utf8_lossy(&request).lines().next()?.to_owned();
        let asked = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        self.heard.lock().unwrap().push((asked, body));
        let next = self.answers.lock().unwrap().pop_front();
        let (status, body) = next.unwrap_or_else(|| problem(404, "not_found"));
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        socket.write_all(format!("{head}{body}").as_bytes()).await.ok()
    }

    fn next(&self, answers: &[(u16, Value)]) {
        self.answers.lock().unwrap().extend(answers.iter().cloned());
    }

    /// The last thing it was asked.
    fn last(&self) -> (String, Value) {
        self.heard.lock().unwrap().last().cloned().unwrap()
    }
}

fn problem(status: u16, code: &str) -> (u16, Value) {
    (status, json!({ "code": code, "title": "No.", "retryable": code == "sign_in_pending" }))
}

fn asks(token: &str) -> (u16, Value) {
    let challenge = json!({ "token": token, "expires_at": "2030-01-01T00:00:00Z" });
    (401, json!({ "code": "second_factor_required", "title": "Another.", "challenge": challenge }))
}

fn session(user: &str) -> (u16, Value) {
    let person = json!({ "id": user, "email": "host@example.com", "name": "Ada" });
    let place = json!({ "id": ORG, "name": "Linen", "slug": "linen", "role": "host" });
    (
        201,
        json!({ "token": format!("vts_{user}"), "device": "known", "user": person, "organizations": [place] }),
    )
}

fn request(url: &str) -> (u16, Value) {
    let asked = json!({
        "id": "r1", "secret": "vtq_secret", "code": "BCDF-GHJK", "url": url,
        "expires_at": "2030-01-01T00:00:00Z", "interval": 1,
    });
    (201, asked)
}

async fn desk() -> Stage {
    nobody(Ok(()), Arc::new(vitrine_media::device::list)).await
}

async fn sign_in(stage: &Stage, url: &str) -> Done<Session> {
    stage.desk.sign_in(url.to_owned(), "host@example.com".into(), "secret".into(), false).await
}

async fn now(stage: &Stage) -> Option<Session> {
    stage.desk.bootstrap().await.unwrap().session
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_an_authenticator_comes_in_with_its_code_and_the_page_never_holds_the_challenge() {
    let (fake, url) = Fake::start(&[asks("vtc_1"), problem(401, "bad_code"), session("u")]).await;
    let stage = desk().await;
    let asked = sign_in(&stage, &url).await.unwrap_err();
    assert_eq!(asked.code, Code::SecondFactorRequired);
    assert!(!format!("{asked:?}").contains("vtc_1"));
    assert_eq!(now(&stage).await, None, "a password alone is no session");

    let wrong = stage.desk.answer_second_factor(Some("000000".into()), None).await.unwrap_err();
    assert_eq!(wrong.code, Code::BadCode);
    let session = stage.desk.answer_second_factor(Some("123 456".into()), None).await.unwrap();
    assert_eq!(session.user.name, "Ada");
    let (path, body) = fake.last();
    assert_eq!(path, "POST /v1/sign-ins/second-factor");
    assert_eq!((&body["challenge"], &body["code"]), (&json!("vtc_1"), &json!("123456")));
    assert_eq!(now(&stage).await, Some(session));
    let again = stage.desk.answer_second_factor(Some("123456".into()), None).await.unwrap_err();
    assert_eq!(again.code, Code::ChallengeOver, "it was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_does_as_well_and_a_sign_in_that_took_too_long_begins_again() {
    let (fake, url) = Fake::start(&[asks("vtc_1"), problem(410, "challenge_over")]).await;
    let stage = desk().await;
    sign_in(&stage, &url).await.unwrap_err();
    let late = stage.desk.answer_second_factor(Some("123456".into()), None).await.unwrap_err();
    assert_eq!(late.code, Code::ChallengeOver);
    let neither = stage.desk.answer_second_factor(None, None).await.unwrap_err();
    assert_eq!(neither.code, Code::InvalidRequest);

    fake.next(&[asks("vtc_2"), session("u")]);
    sign_in(&stage, &url).await.unwrap_err();
    stage.desk.answer_second_factor(None, Some(" abcd-efgh-ijkl-mnop ".into())).await.unwrap();
    let (_, body) = fake.last();
    assert_eq!(
        (&body["challenge"], &body["recovery_code"]),
        (&json!("vtc_2"), &json!("abcd-efgh-ijkl-mnop"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_may_be_asked_for_a_second_factor_too() {
    let (fake, url) = Fake::start(&[asks("vtc_1"), session("u")]).await;
    let stage = desk().await;
    let request = RegisterRequest {
        cloud_url: url,
        name: "Ada".into(),
        organization_name: "Linen".into(),
        channel: Some("linen-shop".into()),
        email: "host@example.com".into(),
        password: "long enough".into(),
        remember: false,
    };
    let asked = stage.desk.register(request).await.unwrap_err();
    assert_eq!(asked.code, Code::SecondFactorRequired);
    assert_eq!(fake.last().1["slug"], json!("linen-shop"));
    stage.desk.answer_second_factor(Some("123456".into()), None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_a_clouds_page_fills_in_its_address_and_does_nothing_else() {
    for (link, cloud) in [
        ("vitrine://open?cloud=https%3A%2F%2Flive.example%3A8443%2Fx%3Fy", Some("https://live.example:8443")),
        ("vitrine://open?cloud=http%3A%2F%2F127.0.0.1%3A8080&x=1", Some("http://127.0.0.1:8080")),
        ("vitrine://open?cloud=file%3A%2F%2F%2Fetc%2Fpasswd", None),
        ("vitrine://open?cloud=https%3A%2F%2Fevil%40live.example", None),
        ("vitrine://open", None),
        ("https://open?cloud=https%3A%2F%2Flive.example", None),
    ] {
        let stage = desk().await;
        stage.desk.follow_link(link);
        let boot = stage.desk.bootstrap().await.unwrap();
        assert_eq!((boot.cloud_url.as_deref(), boot.linked), (cloud, cloud.is_some()), "{link}");
        assert!(boot.session.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_in_the_browser_comes_in_here_and_the_page_sees_no_secret() {
    let (fake, url) =
        Fake::start(&[request("https://live.example.com/sign-in?request=r1"), session("u")]).await;
    let stage = desk().await;
    let shown = stage.desk.begin_browser_sign_in(url, "Shop".into(), false).await.unwrap();
    assert_eq!(shown.code, "BCDF-GHJK");
    assert!(!serde_json::to_string(&shown).unwrap().contains("vtq_"));
    assert_eq!(fake.last().1, json!({ "device_name": "Shop" }));
    assert_eq!(stage.desk.sign_in_page().await.unwrap(), shown.url);
    let session = stage.desk.await_browser_sign_in().await.unwrap();
    let (path, body) = fake.last();
    assert_eq!(
        (path.as_str(), &body["secret"]),
        ("POST /v1/sign-in-requests/r1/session", &json!("vtq_secret"))
    );
    assert_eq!(now(&stage).await, Some(session));
    assert_eq!(stage.desk.sign_in_page().await.unwrap_err().code, Code::ChallengeOver);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_not_waited_for_any_more_signs_nobody_in() {
    let (fake, url) =
        Fake::start(&[request("https://live.example.com/"), problem(409, "sign_in_pending")]).await;
    let stage = desk().await;
    stage.desk.begin_browser_sign_in(url, "Shop".into(), false).await.unwrap();
    let desk = stage.desk.clone();
    let waiting = tokio::spawn(async move { desk.await_browser_sign_in().await });
    while fake.last().0 != "POST /v1/sign-in-requests/r1/session" {
        tokio::task::yield_now().await;
    }
    stage.desk.cancel_browser_sign_in().await;
    assert_eq!(waiting.await.unwrap().unwrap_err().code, Code::ChallengeOver);
    assert_eq!(now(&stage).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_page_is_handed_to_the_system() {
    for bad in ["file:///etc/passwd", "vitrine://x", "nothing"] {
        let (_fake, url) = Fake::start(&[request(bad)]).await;
        let stage = desk().await;
        let begun = stage.desk.begin_browser_sign_in(url, "Shop".into(), false).await;
        assert_eq!(begun.unwrap_err().code, Code::FarSide, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_on_a_screen_ends_no_session_and_an_ended_one_is_for_its_person_alone() {
    let (fake, url) = Fake::start(&[session("u"), problem(401, "bad_credentials")]).await;
    let stage = desk().await;
    sign_in(&stage, &url).await.unwrap();
    let fetch = |path: &str| {
        let desk = stage.desk.clone();
        let path = path.to_owned();
        async move { desk.cloud_fetch("POST".into(), path, Some("{}".into()), CloudHeaders::default()).await }
    };
    assert_eq!(fetch("/v1/me/totp").await.unwrap().status, 401);
    assert!(!now(&stage).await.unwrap().lapsed);

    fake.next(&[problem(401, "unauthenticated")]);
    let asked = tokio::spawn(fetch("/v1/me/totp"));
    while !now(&stage).await.unwrap().lapsed {
        tokio::task::yield_now().await;
    }
    fake.next(&[session("somebody-else"), (204, Value::Null)]);
    assert_eq!(sign_in(&stage, &url).await.unwrap_err().code, Code::Forbidden);
    assert_eq!(fake.last().0, "DELETE /v1/sessions/current");
    assert!(now(&stage).await.unwrap().lapsed);
    fake.next(&[session("u"), (200, json!({}))]);
    sign_in(&stage, &url).await.unwrap();
    assert_eq!(asked.await.unwrap().unwrap().status, 200, "what waited went on");
}
