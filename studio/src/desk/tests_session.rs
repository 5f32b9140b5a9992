//! A session that ends in mid-show, and a line to the room that is refused, against a cloud that a test plays.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use vitrine_protocol::Code;

use super::tests::{ORG, SHOW, Stage, black_hole, fault, stage_at};
use super::*;

/// How the room meets the next socket, before it lets everybody in whose token is good.
#[derive(Clone, Copy)]
enum Turn {
    /// An error, if any, then this close.
    Away(Option<&'static str>, u16),
    /// The socket is not even opened.
    Gate(&'static str),
    /// A colleague ends the show.
    Ends,
}

/// An organisation that the host joins after the sign-in.
const JOINED: &str = "0199f0a0-0000-7000-8000-0000000000a9";
const OTHER_SHOW: &str = "0199f0a0-0000-7000-8000-0000000000b2";

/// A cloud with one token in force.
#[derive(Default)]
struct Fake {
    token: Mutex<Option<String>>,
    issued: Mutex<u32>,
    turns: Mutex<VecDeque<Turn>>,
    /// Somebody else's picture arrives.
    elsewhere: AtomicBool,
    /// Requests, `hello`s among them, as `METHOD path` with the token.
    heard: Mutex<Vec<String>>,
}

impl Fake {
    async fn start(self: &Arc<Self>, rtmp: String) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (fake, rtmp) = (fake.clone(), rtmp.clone());
                tokio::spawn(async move { fake.serve(socket, &rtmp).await });
            }
        });
        format!("http://{address}")
    }

    async fn serve(&self, mut socket: TcpStream, rtmp: &str) -> Option<()> {
        let mut start = [0; 12];
        while socket.peek(&mut start).await.ok()? < start.len() {
            tokio::task::yield_now().await;
        }
        if start.starts_with(b"GET /v1/rtm") {
            return self.room(socket).await;
        }
        let mut request = Vec::new();
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            if socket.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        let head = String::from_utf8_lossy(&request).to_lowercase();
        let line = String::from_utf8_lossy(&request).lines().next()?.to_owned();
        let said =
            head.lines().find_map(|line| line.strip_prefix("authorization: bearer ")).map(str::to_owned);
        let told =
            head.lines().filter(|line| line.starts_with("idempotency-key") || line.starts_with("if-match"));
        self.heard.lock().unwrap().extend(told.map(str::to_owned));
        let (status, body) = self.answer(&line, said, rtmp);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\netag: \"7\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        socket.write_all(format!("{head}{body}").as_bytes()).await.ok()
    }

    fn answer(&self, line: &str, said: Option<String>, rtmp: &str) -> (u16, Value) {
        let asked = line.split(' ').take(2).collect::<Vec<_>>();
        self.heard.lock().unwrap().push(format!("{} {}", asked.join(" "), said.clone().unwrap_or_default()));
        if asked == ["POST", "/v1/sessions"] {
            let mut issued = self.issued.lock().unwrap();
            *issued += 1;
            let token = format!("vts_{issued}");
            *self.token.lock().unwrap() = Some(token.clone());
            let user = json!({ "id": "u", "email": "host@example.com", "name": "Ada" });
            let organization = json!({ "id": ORG, "name": "Linen", "slug": "linen", "role": "host" });
            return (200, json!({ "token": token, "user": user, "organizations": [organization] }));
        }
        if said != *self.token.lock().unwrap() {
            return (401, json!({ "code": "unauthenticated", "title": "No valid session came." }));
        }
        match asked[..] {
            ["POST", path] if path.ends_with("/publish-key") => {
                (200, json!({ "rtmp_url": rtmp, "stream_key": "vtp_test" }))
            }
            ["GET", path] if path.ends_with(SHOW) || path.ends_with(OTHER_SHOW) => {
                let receiving = self.elsewhere.load(Ordering::Relaxed);
                (200, json!({ "title": "Autumn drop", "state": "draft", "receiving": receiving }))
            }
            ["GET", path] if path.contains("/timeline?") => {
                let arrived =
                    json!({ "seq": 1, "event": { "kind": "publisher_arrived", "session": "ours" } });
                (200, json!({ "items": [arrived], "next": null }))
            }
            ["GET", "/v1/me"] => {
                let user = json!({ "id": "u", "email": "host@example.com", "name": "Ada" });
                let place =
                    |id: &str, role: &str| json!({ "id": id, "name": "x", "slug": "x", "role": role });
                (200, json!({ "user": user, "organizations": [place(ORG, "host"), place(JOINED, "host")] }))
            }
            ["POST", path] if path.ends_with("/end") => (200, json!({ "state": "ended" })),
            ["DELETE", path] if path.contains("/messages/") => (200, Value::Null),
            ["POST", path] if path.ends_with("/highlights") || path.ends_with("/highlights/clear") => {
                (200, Value::Null)
            }
            ["DELETE", path] if path.ends_with("/publish-key") => (200, Value::Null),
            _ => (404, json!({ "code": "not_found", "title": "nothing here" })),
        }
    }

    async fn room(&self, mut socket: TcpStream) -> Option<()> {
        let turn = self.turns.lock().unwrap().pop_front();
        if let Some(Turn::Gate(answer)) = turn {
            return socket.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await.ok();
        }
        let mut socket = tokio_tungstenite::accept_async(socket).await.ok()?;
        let hello: Value = serde_json::from_str(socket.next().await?.ok()?.to_text().ok()?).ok()?;
        let said = hello["token"].as_str()?.to_owned();
        self.heard.lock().unwrap().push(format!("hello {said}"));
        let known = *self.token.lock().unwrap() == Some(said.clone());
        let turn = turn.or_else(|| (!known).then_some(Turn::Away(Some("unauthenticated"), 1008)));
        if let Some(Turn::Away(code, close)) = turn {
            return away(&mut socket, code, close).await;
        }
        let you = json!({ "id": "u", "name": "Ada", "role": "host" });
        let snapshot =
            json!({ "state": "live", "live_at": null, "viewers": 7, "messages": [], "highlights": [] });
        let welcome = json!({ "t": "welcome", "epoch": "e", "seq": 1, "you": you, "snapshot": snapshot });
        socket.send(Message::text(welcome.to_string())).await.ok()?;
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            tokio::select! {
                frame = socket.next() => {
                    let frame: Value = serde_json::from_str(frame?.ok()?.to_text().ok()?).unwrap_or_default();
                    if frame["t"] == "chat" {
                        let refused = json!({
                            "t": "error", "code": "rate_limited", "message": "That was a little fast.",
                            "retryable": true, "mark": frame["mark"],
                        });
                        socket.send(Message::text(refused.to_string())).await.ok()?;
                    }
                }
                _ = look.tick() => {
                    let next = self.turns.lock().unwrap().pop_front();
                    if let Some(Turn::Away(code, close)) = next {
                        return away(&mut socket, code, close).await;
                    }
                    if let Some(Turn::Ends) = next {
                        let ended = json!({ "e": "state", "state": "ended", "live_at": null, "ended_at": null });
                        let tick = json!({ "t": "tick", "seq": 2, "events": [ended] });
                        socket.send(Message::text(tick.to_string())).await.ok()?;
                    }
                    if *self.token.lock().unwrap() != Some(said.clone()) {
                        return away(&mut socket, Some("unauthenticated"), 1008).await;
                    }
                }
            }
        }
    }

    fn revoke(&self) {
        *self.token.lock().unwrap() = None;
    }

    fn turn(&self, turns: &[Turn]) {
        self.turns.lock().unwrap().extend(turns);
    }

    fn heard(&self, what: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|one| one.contains(what)).count()
    }
}

async fn away(
    socket: &mut tokio_tungstenite::WebSocketStream<TcpStream>,
    code: Option<&str>,
    close: u16,
) -> Option<()> {
    if let Some(code) = code {
        let error = json!({ "t": "error", "code": code, "message": "No.", "retryable": false, "mark": null });
        socket.send(Message::text(error.to_string())).await.ok()?;
    }
    socket.close(Some(CloseFrame { code: close.into(), reason: "".into() })).await.ok()?;
    while socket.next().await.is_some() {}
    None
}

async fn desk() -> (Arc<Fake>, Stage, std::net::TcpListener) {
    let fake = Arc::new(Fake::default());
    let (listener, address) = black_hole();
    let url = fake.start(format!("rtmp://{address}/live")).await;
    let stage = stage_at(url, Ok(())).await;
    connected(&stage).await;
    (fake, stage, listener)
}

async fn connected(stage: &Stage) {
    stage.until("the chat", |now| now.connection.state == ConnectionState::Connected).await;
}

/// On air, as far as the desk knows: nobody takes the picture in this test.
async fn on_air(stage: &Stage) -> AirView {
    let departure = stage.desk.ask(Ask::GoLive).await.unwrap().unwrap();
    stage.desk.owner.send(Ask::Aired(departure.turn, Ok(5.0))).await.unwrap();
    stage.until("on air", |now| now.air.phase == AirPhase::Live).await.air
}

async fn lapsed(stage: &Stage) -> Session {
    for _ in 0..300 {
        let session = stage.desk.bootstrap().await.unwrap().session.unwrap();
        if session.lapsed {
            return session;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the end of the session was never noticed");
}

async fn sign_in_again(stage: &Stage, session: Session) {
    let Session { cloud_url, user, remembered, .. } = session;
    let again = stage.desk.sign_in(cloud_url, user.email, "secret".into(), remembered).await.unwrap();
    assert!(!again.lapsed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_mid_show_touches_nothing_on_air_and_all_goes_on_with_the_next() {
    let (fake, stage, _listener) = desk().await;
    let air = on_air(&stage).await;
    fake.revoke();
    let session = lapsed(&stage).await;
    let now = stage.desk.snapshot().await.unwrap();
    assert_eq!((now.air, now.show.map(|show| show.show_id)), (air.clone(), Some(SHOW.to_owned())));
    assert_eq!(now.connection.state, ConnectionState::Offline);
    let said = stage.desk.send_chat("hello".into()).await.unwrap_err();
    assert_eq!(said.code, Code::CloudUnreachable, "what is said meanwhile is refused, not lost in silence");
    stage.desk.set_muted(true).await.unwrap();

    // What is asked of the cloud meanwhile waits, and is asked again.
    let desk = stage.desk.clone();
    let waiting = tokio::spawn(async move { desk.delete_message("m".into()).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    sign_in_again(&stage, session).await;
    waiting.await.unwrap().unwrap();
    connected(&stage).await;
    assert_eq!((fake.heard("hello vts_2"), fake.heard("hello vts_1")), (1, 1));
    let now = stage.desk.snapshot().await.unwrap();
    assert_eq!(now.air, air, "the uplink was never touched");
    assert!(now.stage.muted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_notices_the_end_of_the_session_as_well_as_the_socket_does() {
    let (fake, stage, _listener) = desk().await;
    stage.desk.close_show().await.unwrap();
    fake.revoke();
    let desk = stage.desk.clone();
    let asked = tokio::spawn(async move {
        desk.cloud_fetch(
            "DELETE".into(),
            format!("/v1/orgs/{ORG}/shows/{SHOW}/messages/m"),
            None,
            CloudHeaders::default(),
        )
        .await
    });
    let session = lapsed(&stage).await;
    sign_in_again(&stage, session).await;
    assert_eq!(asked.await.unwrap().unwrap().status, 200);
    assert_eq!(fake.heard("DELETE"), 2, "once refused, once more with the next session");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_screen_means_is_said_again_with_the_next_session_and_the_version_comes_back() {
    let (fake, stage, _listener) = desk().await;
    stage.desk.close_show().await.unwrap();
    fake.revoke();
    let desk = stage.desk.clone();
    let asked = tokio::spawn(async move {
        let headers =
            CloudHeaders { idempotency_key: Some("one-pressing".into()), if_match: Some("\"6\"".into()) };
        desk.cloud_fetch("DELETE".into(), format!("/v1/orgs/{ORG}/shows/{SHOW}/messages/m"), None, headers)
            .await
    });
    let session = lapsed(&stage).await;
    sign_in_again(&stage, session).await;
    let answer = asked.await.unwrap().unwrap();
    assert_eq!((answer.status, answer.etag.as_deref()), (200, Some("\"7\"")));
    assert_eq!(fake.heard("idempotency-key: one-pressing"), 2);
    assert_eq!(fake.heard("if-match: \"6\""), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_from_the_cloud_is_whole_or_is_not_there() {
    let (_fake, stage, _listener) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("show.json");
    stage.desk.keep_from_cloud(format!("/v1/orgs/{ORG}/shows/{SHOW}"), file.clone()).await.unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("Autumn drop"));
    let nothing = folder.path().join("nothing.csv");
    let gone = stage.desk.keep_from_cloud("/v1/orgs/nobodys".into(), nothing).await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing of it is left");
    let unchosen = stage.desk.send_list(format!("/v1/orgs/{ORG}/imports"), "text/csv".into()).await;
    assert_eq!(unchosen.unwrap_err().code, Code::InvalidRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_of_an_organisation_that_was_joined_since_the_sign_in_is_opened() {
    let (fake, stage, _listener) = desk().await;
    stage.desk.close_show().await.unwrap();
    assert_eq!(fake.heard("/v1/me"), 0);
    stage.desk.open_show(JOINED.into(), SHOW.into()).await.unwrap();
    assert_eq!(stage.desk.snapshot().await.unwrap().show.unwrap().org_id, JOINED);
    stage.desk.close_show().await.unwrap();
    let nobodys = stage.desk.open_show("0199f0a0-0000-7000-8000-0000000000af".into(), SHOW.into()).await;
    assert_eq!(nobodys.unwrap_err().code, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_without_a_session_takes_the_studio_off_air_and_the_cloud_hears_of_it_later() {
    let (fake, stage, _listener) = desk().await;
    on_air(&stage).await;
    fake.revoke();
    let session = lapsed(&stage).await;
    assert_eq!(stage.desk.end_show().await.unwrap_err().code, Code::Unauthenticated);
    let now = stage.until("off air", |now| now.air.phase == AirPhase::Preview).await;
    assert!(fault(&now, FaultCode::EndWaits).is_some());
    assert_eq!(fake.heard("/end vts_2"), 0);
    sign_in_again(&stage, session).await;
    let now = stage.until("over", |now| now.air.phase == AirPhase::Ended).await;
    assert!(fault(&now, FaultCode::EndWaits).is_none());
    assert_eq!(fake.heard("/end vts_2"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_over_lets_go_of_whoever_is_on_air_before_it_asks_for_a_key() {
    let (fake, stage, _listener) = desk().await;
    stage.desk.go_live(false).await.unwrap();
    assert_eq!(fake.heard("DELETE"), 0, "nobody is on air from elsewhere");
    stage.desk.cancel_air().await.unwrap();

    // Somebody goes on air while the host presses: nobody meant to take over from them.
    fake.elsewhere.store(true, Ordering::Relaxed);
    stage.desk.go_live(false).await.unwrap();
    let now = stage.until("it is refused", |now| now.air.phase == AirPhase::Preview).await;
    let refused = fault(&now, FaultCode::StreamRefused).unwrap();
    assert!(refused.detail.as_ref().unwrap().contains("Somebody else"));
    assert_eq!(refused.actions, [FaultAction::Dismiss], "the button that takes over is the way");
    assert!(now.show.as_ref().unwrap().elsewhere, "which it knows, whatever the line says");
    assert_eq!(fake.heard("DELETE"), 0, "they stay on air");
    stage.desk.go_live(false).await.unwrap();
    assert_eq!(fake.heard("DELETE"), 0, "however often it is tried");

    stage.desk.go_live(true).await.unwrap();
    let heard = fake.heard.lock().unwrap().clone();
    let keys: Vec<_> = heard.iter().filter(|one| one.contains("/publish-key")).collect();
    let verbs: Vec<_> = keys.iter().filter_map(|one| one.split(' ').next()).collect();
    assert_eq!(verbs, ["POST", "DELETE", "POST"]);
    stage.desk.cancel_air().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_our_own_broadcast_is_nobody_elses_and_going_live_again_replaces_it() {
    let (fake, stage, _listener) = desk().await;
    let show = stage.desk.snapshot().await.unwrap().show.unwrap();
    stage.desk.close_show().await.unwrap();
    fake.elsewhere.store(true, Ordering::Relaxed);
    let session = stage.desk.ask(Ask::Session).await.unwrap().unwrap();
    let left = |publishes: &[&str]| note::Note {
        publishes: publishes.iter().map(|&one| one.to_owned()).collect(),
        ..note::Note::of(&session.cloud_url, &show, 5.0, false)
    };
    for (publishes, elsewhere) in [(&["another"][..], true), (&["first", "ours"], false)] {
        stage.desk.note.write(&left(publishes));
        stage.desk.open_show(ORG.into(), SHOW.into()).await.unwrap();
        assert_eq!(stage.desk.snapshot().await.unwrap().show.unwrap().elsewhere, elsewhere);
        stage.desk.go_live(false).await.unwrap();
        assert_eq!(fake.heard("DELETE") > 0, !elsewhere, "{publishes:?}");
        let _ = stage.desk.cancel_air().await;
        stage.desk.close_show().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_is_owed_is_not_forgotten_by_leaving_and_never_ends_another_show() {
    let (fake, stage, _listener) = desk().await;
    on_air(&stage).await;
    fake.revoke();
    let session = lapsed(&stage).await;
    stage.desk.end_show().await.unwrap_err();
    let now = stage.until("off air", |now| now.air.phase == AirPhase::Preview).await;
    assert!(fault(&now, FaultCode::EndWaits).is_some());
    assert_eq!(stage.desk.closing().await.view().map(|view| view.title), Some("Autumn drop".to_owned()));

    stage.desk.close_show().await.unwrap();
    let now = stage.desk.snapshot().await.unwrap();
    assert!(fault(&now, FaultCode::EndWaits).is_some(), "viewers still wait");
    let opened = {
        let desk = stage.desk.clone();
        tokio::spawn(async move { desk.open_show(ORG.into(), OTHER_SHOW.into()).await })
    };
    sign_in_again(&stage, session).await;
    opened.await.unwrap().unwrap();
    stage.until("the end is paid", |now| fault(now, FaultCode::EndWaits).is_none()).await;
    assert_eq!((fake.heard(&format!("{SHOW}/end")), fake.heard(&format!("{OTHER_SHOW}/end"))), (1, 0));
    let now = stage.desk.snapshot().await.unwrap();
    assert_ne!(now.air.phase, AirPhase::Ended, "another show is open");
    assert_eq!(stage.desk.closing().await.view().map(|view| view.title), None);
    assert_eq!(stage.desk.end_show().await.unwrap_err().code, Code::IllegalMove);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_clouds_own_word_about_this_person_closes_the_line_for_good() {
    let (fake, stage, _listener) = desk().await;
    for turns in [
        &[Turn::Away(Some("rate_limited"), 1013)][..],
        &[Turn::Away(Some("invalid_request"), 1008)],
        &[Turn::Away(None, 1008)],
        &[
            Turn::Away(Some("restarting"), 1012),
            Turn::Gate("429 Too Many Requests"),
            Turn::Gate("403 Forbidden"),
        ],
    ] {
        let before = fake.heard("hello");
        fake.turn(turns);
        stage.until("away", |now| fault(now, FaultCode::ChatAway).is_some()).await;
        connected(&stage).await;
        assert!(fake.heard("hello") > before);
    }
    for code in ["forbidden", "banned", "not_found"] {
        fake.turn(&[Turn::Away(Some(code), 1008)]);
        let now = stage.until("refused", |now| fault(now, FaultCode::ChatRefused).is_some()).await;
        assert_eq!(now.connection.state, ConnectionState::Offline);
        assert_eq!(fault(&now, FaultCode::ChatRefused).unwrap().actions, [FaultAction::ConnectAgain]);
        stage.desk.act_on_fault(FaultCode::ChatRefused, FaultAction::ConnectAgain).await.unwrap();
        connected(&stage).await;
        let now = stage.desk.snapshot().await.unwrap();
        assert!(fault(&now, FaultCode::ChatRefused).is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_answered_with_the_rooms_own_reason() {
    let (_fake, stage, _listener) = desk().await;
    let error = stage.desk.send_chat("hello".into()).await.unwrap_err();
    assert_eq!((error.code, error.retryable), (Code::RateLimited, true));
    connected(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_for_this_moment_or_not_at_all() {
    let product = || HighlightTarget::Product { product_id: SHOW.parse().unwrap() };
    let (fake, stage, _listener) = desk().await;
    stage.desk.pin(product()).await.unwrap();
    stage.desk.unpin().await.unwrap();
    let before = fake.heard("/highlights");

    fake.revoke();
    let session = lapsed(&stage).await;
    let now = Duration::from_secs(2);
    for refused in [
        tokio::time::timeout(now, stage.desk.pin(product())).await,
        tokio::time::timeout(now, stage.desk.unpin()).await,
    ] {
        assert_eq!(refused.expect("it does not wait").unwrap_err().code, Code::Unauthenticated);
    }
    sign_in_again(&stage, session).await;
    connected(&stage).await;
    assert_eq!(fake.heard("/highlights"), before, "nothing that was meant earlier arrives now");
    stage.desk.pin(product()).await.unwrap();

    // The pin itself may be what meets the end of the session.
    stage.desk.close_show().await.unwrap();
    fake.revoke();
    let (cloud, path) = (&stage.desk.cloud, show_path(ORG, SHOW));
    let refused = tokio::time::timeout(now, cloud.pin(&path, product(), None)).await;
    assert_eq!(refused.expect("it does not wait").unwrap_err().code, Code::Unauthenticated);
    let session = lapsed(&stage).await;
    let before = fake.heard("/highlights");
    sign_in_again(&stage, session).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(fake.heard("/highlights"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_a_colleague_ends_is_over_here_too_and_asks_nothing_more() {
    let (fake, stage, _listener) = desk().await;
    on_air(&stage).await;
    assert!(stage.desk.note.read().is_some(), "on air");
    fake.turn(&[Turn::Ends]);
    let now = stage.until("over", |now| now.air.phase == AirPhase::Ended).await;
    assert_eq!(now.show.map(|show| show.state), Some(ShowState::Ended));
    assert!(now.faults.iter().all(|fault| fault.source != FaultSource::Air), "{:?}", now.faults);
    assert_eq!(
        (stage.desk.closing().await.view(), stage.desk.note.read()),
        (None, None),
        "nothing to take up"
    );
    assert_eq!(fake.heard("/end"), 0, "it need not be ended again");
    assert_eq!(stage.desk.end_show().await.unwrap_err().code, Code::IllegalMove);
    assert_eq!(stage.desk.go_live(false).await.unwrap_err().code, Code::ShowEnded);
    stage.desk.close_show().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_a_colleague_ends_while_it_goes_live_does_not_go_live() {
    let (fake, stage, _listener) = desk().await;
    stage.desk.go_live(false).await.unwrap();
    stage.until("connecting", |now| now.air.phase == AirPhase::Connecting).await;
    fake.turn(&[Turn::Ends]);
    stage.until("over", |now| now.air.phase == AirPhase::Ended).await;
    assert_eq!(stage.desk.closing().await.view(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_note_of_a_show_on_air_says_whether_the_microphone_is_muted_by_now() {
    let (_fake, stage, _listener) = desk().await;
    stage.desk.set_muted(true).await.unwrap();
    assert_eq!(stage.desk.note.read(), None, "off air there is nothing to note");
    on_air(&stage).await;
    let muted = || stage.desk.note.read().map(|note| (note.show_id, note.muted));
    assert_eq!(muted(), Some((SHOW.to_owned(), true)));
    stage.desk.set_muted(false).await.unwrap();
    assert_eq!(muted(), Some((SHOW.to_owned(), false)));
}
