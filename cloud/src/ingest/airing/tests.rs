use bytes::Bytes;
use tokio::sync::oneshot;
use vitrine_rtmp::flv::TagKind;

use super::*;
use crate::base::hash_secret;
use crate::ingest::launcher::Exit;
use crate::ingest::outbox::{Drain, outbox};
use crate::ingest::testing::{Stage, eventually};
use vitrine_transmission::{Command, Down};

fn beginning(stage: &Stage) -> Beginning {
    Beginning {
        show: stage.door.show,
        clock_epoch: stage.deps.clock.now(),
        live_at: None,
        ended: false,
        highlights: Vec::new(),
        epoch: None,
        adopted: None,
    }
}

async fn publish(stage: &Stage, show: &Handle) -> Result<PublishSessionId, Busy> {
    let (reply, answer) = oneshot::channel();
    let (admission, (kick, _)) = (stage.admission(), Kick::new());
    let session = admission.session;
    show.send(Input::Publish { admission, kick, reply }).await.unwrap();
    answer.await.unwrap().map(|()| session)
}

async fn link(
    stage: &Stage,
    show: &Handle,
    epoch: u32,
    token: &str,
    session: Option<PublishSessionId>,
) -> Option<Drain> {
    let hello = Hello {
        show: stage.door.show,
        epoch,
        token: token.into(),
        pid: 1,
        origin: format!("http://127.0.0.1:{epoch}"),
        head_media_ms: 0,
        session,
    };
    let (sender, drain) = outbox();
    let (reply, answer) = oneshot::channel();
    show.send(Input::Linked { hello, link: 7, outbox: sender, reply }).await.unwrap();
    answer.await.unwrap().then_some(drain)
}

async fn link_newest(stage: &Stage, show: &Handle) -> Drain {
    let job = stage.launcher.jobs.lock().last().cloned().unwrap();
    link(stage, show, job.epoch, &job.token, None).await.unwrap()
}

fn tag(time: u32, payload: &'static [u8]) -> Tag {
    Tag { kind: TagKind::Video, timestamp_ms: time, payload: Bytes::from_static(payload) }
}
const KEY: &[u8] = b"\x17\x01\0\0\0key";
const INTER: &[u8] = b"\x27\x01\0\0\0inter";

async fn hears(drain: &mut Drain, wanted: &[Down]) {
    for wanted in wanted {
        assert_eq!(drain.next().await.as_ref(), Some(wanted));
    }
}

#[tokio::test]
async fn a_second_encoder_is_refused_until_the_first_falls_silent() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    let first = publish(&stage, &show).await.unwrap();
    assert_eq!(publish(&stage, &show).await, Err(Busy::Taken));
    show.send(Input::Silent { session: first }).await.unwrap();
    let second = publish(&stage, &show).await.unwrap();
    stage.until_told(MediaFact::Receiving { session: second }).await;
    let facts = stage.door.facts.lock().clone();
    assert_eq!(
        facts[..2],
        [MediaFact::Receiving { session: first }, MediaFact::PublisherLost { session: first, clean: false }]
    );
    show.send(Input::Gone { session: first, clean: true }).await.unwrap();
    assert_eq!(
        publish(&stage, &show).await,
        Err(Busy::Taken),
        "the late end of the first is not that of the second"
    );
}

#[tokio::test]
async fn by_setting_a_second_encoder_takes_over() {
    let stage = Stage::with(|settings| settings.takeover = true);
    let show = start(beginning(&stage), stage.deps.clone());
    let (reply, answer) = oneshot::channel();
    let (kick, mut kicks) = Kick::new();
    show.send(Input::Publish { admission: stage.admission(), kick, reply }).await.unwrap();
    answer.await.unwrap().unwrap();
    publish(&stage, &show).await.unwrap();
    assert_eq!(kicks.recv().await, Some("Another encoder took over."));
}

#[tokio::test]
async fn a_dead_transmission_is_started_again_and_hears_everything_again() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    let session = publish(&stage, &show).await.unwrap();
    let at = stage.deps.clock.now();
    let mut first = link_newest(&stage, &show).await;
    show.send(Input::Order(Order::GoLive { at })).await.unwrap();
    for tag in [tag(0, KEY), tag(33, INTER), tag(2_000, KEY), tag(2_033, INTER)] {
        show.send(Input::Tag { session, tag }).await.unwrap();
    }
    let started = [Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })];
    hears(&mut first, &started).await;
    assert_eq!(show.origin().borrow().as_deref(), Some("http://127.0.0.1:1"));

    stage.launcher.end_newest(Exit::Other);
    eventually(|| stage.launcher.jobs.lock().len() == 2).await;
    let epochs: Vec<u32> = stage.launcher.jobs.lock().iter().map(|job| job.epoch).collect();
    assert_eq!(epochs, [1, 1], "the journal is good: the same URLs go on");
    let mut second = link_newest(&stage, &show).await;
    hears(
        &mut second,
        &[
            Down::Command(Command::Welcome),
            Down::Command(Command::GoLive { at }),
            Down::Command(Command::PublishStarted { session }),
            Down::Tag(tag(2_000, KEY)),
            Down::Tag(tag(2_033, INTER)),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_damaged_journal_begins_a_new_epoch() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    stage.launcher.end_newest(Exit::JournalUnusable);
    eventually(|| stage.launcher.jobs.lock().last().is_some_and(|job| job.epoch == 2)).await;
}

#[tokio::test]
async fn only_the_one_that_was_started_is_let_in() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    publish(&stage, &show).await.unwrap();
    let token = stage.launcher.jobs.lock()[0].token.clone();
    assert!(link(&stage, &show, 1, "guess", None).await.is_none());
    assert!(link(&stage, &show, 2, &token, None).await.is_none());
    assert!(link(&stage, &show, 1, &token, None).await.is_some());
}

#[tokio::test]
async fn an_adopted_transmission_loses_the_publisher_of_the_serve_before() {
    let stage = Stage::new();
    stage.launcher.alive.lock().insert(40);
    let adopted = Adopted { epoch: 3, pid: 40, token_hash: hash_secret("its token") };
    let show = start(Beginning { adopted: Some(adopted), ..beginning(&stage) }, stage.deps.clone());
    let session = PublishSessionId::new();
    let mut drain = link(&stage, &show, 3, "its token", Some(session)).await.unwrap();
    hears(
        &mut drain,
        &[Down::Command(Command::Welcome), Down::Command(Command::PublishEnded { session, clean: false })],
    )
    .await;
    stage.until_told(MediaFact::PublisherLost { session, clean: false }).await;
    assert!(stage.launcher.jobs.lock().is_empty(), "nothing was started");
}

#[tokio::test]
async fn after_the_end_nobody_is_let_in_and_nothing_is_started_again() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    show.send(Input::Order(Order::End)).await.unwrap();
    assert_eq!(publish(&stage, &show).await, Err(Busy::Ended));
    stage.launcher.end_newest(Exit::Other);
    let session = stage.door.facts.lock().iter().find_map(|fact| match fact {
        MediaFact::Receiving { session } => Some(*session),
        _ => None,
    });
    show.send(Input::Gone { session: session.unwrap(), clean: true }).await.unwrap();
    eventually(|| show.is_over()).await;
    assert_eq!(stage.launcher.jobs.lock().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transmission_that_says_nothing_is_replaced() {
    let stage = Stage::new();
    let show = start(beginning(&stage), stage.deps.clone());
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    eventually(|| stage.launcher.jobs.lock().len() == 2).await;
    assert_eq!(stage.launcher.killed.lock()[..], [1]);
}
