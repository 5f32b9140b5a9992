mod again;
mod often;
mod pictures;

use bytes::Bytes;
use tokio::sync::oneshot;
use vitrine_rtmp::flv::TagKind;

use super::*;
use crate::base::hash_secret;
use crate::ingest::launcher::Exit;
use crate::ingest::lease::{Owner, Run};
use crate::ingest::outbox::{Drain, outbox};
use crate::ingest::testing::{Stage, eventually};
use vitrine_transmission::{Command, Down, Health};

/// A show that this node has just taken, standing as the fake door says.
async fn begin(stage: &Stage) -> Handle {
    let known = stage.leases.row(stage.door.show).map(|row| (row.fence, row.beat));
    let lease = stage.deps.leases.take(stage.door.show, &stage.deps.me, known).await.unwrap().unwrap();
    let standing = stage.deps.door.standing(stage.door.show).await.unwrap();
    start(Beginning { lease, standing }, stage.deps.clone())
}

/// Waits until that many transmissions were started.
async fn jobs(stage: &Stage, count: usize) {
    eventually(|| stage.launcher.jobs.lock().len() == count).await;
}

async fn publish(stage: &Stage, show: &Handle) -> Result<PublishSessionId, Busy> {
    stage.publish(show).await.map(|(session, _)| session)
}

async fn link(
    stage: &Stage,
    show: &Handle,
    epoch: u32,
    token: &str,
    session: Option<PublishSessionId>,
) -> Option<Drain> {
    link_at(stage, show, epoch, token, session, format!("http://127.0.0.1:{epoch}")).await
}

async fn link_at(
    stage: &Stage,
    show: &Handle,
    epoch: u32,
    token: &str,
    session: Option<PublishSessionId>,
    origin: String,
) -> Option<Drain> {
    let hello = Hello {
        show: stage.door.show,
        epoch,
        token: token.into(),
        pid: 1,
        origin,
        head_media_ms: 0,
        session,
    };
    let (sender, drain) = outbox();
    let (reply, answer) = oneshot::channel();
    show.send(Input::Linked { hello, link: 7, outbox: sender, reply }).await.unwrap();
    answer.await.unwrap().then_some(drain)
}

async fn link_newest(stage: &Stage, show: &Handle) -> Drain {
    eventually(|| !stage.launcher.jobs.lock().is_empty()).await;
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
    let show = begin(&stage).await;
    let first = publish(&stage, &show).await.unwrap();
    assert_eq!(publish(&stage, &show).await, Err(Busy::Taken));
    show.send(Input::Silent { session: first }).await.unwrap();
    let second = publish(&stage, &show).await.unwrap();
    stage.until_admitted(second).await;
    stage.until_told(MediaFact::PublisherLost { session: first, reason: LossReason::Silent }).await;
    show.send(Input::Gone { session: first, reason: LossReason::Closed }).await.unwrap();
    assert_eq!(
        publish(&stage, &show).await,
        Err(Busy::Taken),
        "the late end of the first is not that of the second"
    );
}

#[tokio::test]
async fn by_setting_a_second_encoder_takes_over() {
    let stage = Stage::with(|settings| settings.takeover = true);
    let show = begin(&stage).await;
    let (first, mut kicks) = stage.publish(&show).await.unwrap();
    publish(&stage, &show).await.unwrap();
    assert_eq!(kicks.recv().await.unwrap().sentence, "Another encoder took over.");
    stage.until_told(MediaFact::PublisherLost { session: first, reason: LossReason::Replaced }).await;
}

#[tokio::test]
async fn a_dead_transmission_is_started_again_and_hears_everything_again() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let at = stage.deps.clock.now();
    let mut first = link_newest(&stage, &show).await;
    show.send(Input::Order(Order::GoLive { at })).await.unwrap();
    for tag in [tag(0, KEY), tag(33, INTER), tag(2_000, KEY), tag(2_033, INTER)] {
        show.send(Input::Tag { session, tag }).await.unwrap();
    }
    let started = [Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })];
    hears(&mut first, &started).await;
    assert_eq!(show.origin().borrow().as_ref().unwrap().url, "http://127.0.0.1:1");
    eventually(|| stage.leases.row(stage.door.show).unwrap().run().unwrap().origin.is_some()).await;

    stage.launcher.end_newest(Exit::Other);
    jobs(&stage, 2).await;
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
async fn a_transmission_whose_journal_was_not_kept_is_followed_by_a_new_epoch() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    for (stopped, epoch) in [(Some("The disk is full.".to_owned()), 2), (None, 2)] {
        let _link = link_newest(&stage, &show).await;
        let report = Report::Journal { stopped: stopped.clone() };
        show.send(Input::Report { link: 7, report }).await.unwrap();
        stage.until_told(MediaFact::Journal { stopped }).await;
        let before = stage.launcher.jobs.lock().len();
        stage.launcher.end_newest(Exit::Other);
        eventually(|| stage.launcher.jobs.lock().len() > before).await;
        assert_eq!(stage.launcher.jobs.lock().last().unwrap().epoch, epoch);
    }
}

#[tokio::test]
async fn a_journal_that_is_still_held_is_waited_for() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    for n in 1..=4 {
        jobs(&stage, n).await;
        stage.launcher.end_newest(Exit::JournalHeld);
    }
    jobs(&stage, 5).await;
    assert!(stage.launcher.jobs.lock().iter().all(|job| job.epoch == 1));
}

#[tokio::test]
async fn a_damaged_journal_begins_a_new_epoch() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    stage.launcher.end_newest(Exit::JournalUnusable);
    eventually(|| stage.launcher.jobs.lock().last().is_some_and(|job| job.epoch == 2)).await;
}

#[tokio::test]
async fn only_the_one_that_was_started_is_let_in() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    jobs(&stage, 1).await;
    let token = stage.launcher.jobs.lock()[0].token.clone();
    assert!(link(&stage, &show, 1, "guess", None).await.is_none());
    assert!(link(&stage, &show, 2, &token, None).await.is_none());
    assert!(link(&stage, &show, 1, &token, None).await.is_some());
}

/// Leaves a running transmission of epoch 3 behind, as the `serve` before would.
fn leave_running(stage: &Stage, serve: &str, token: &str) {
    leave_running_at(stage, serve, token, stage.deps.me.home());
}

/// The same, on the machine `home`.
fn leave_running_at(stage: &Stage, serve: &str, token: &str, home: String) {
    let run = Run {
        handle: Some(JobHandle("40".into())),
        token_hash: hash_secret(token),
        origin: None,
        origin_token: "secret".into(),
    };
    let placed = Placed { epoch: 3, home, first_msn: 0, run: Some(run) };
    let owner = Owner { serve: serve.into(), ..stage.deps.me.clone() };
    let (placed, msn_end) = (Some(placed), MSN_BLOCK);
    stage.leases.put(Lease {
        show: stage.door.show,
        owner,
        fence: 1,
        beat: 1,
        released: false,
        placed,
        msn_end,
        head_end_ms: 0,
    });
}

#[tokio::test(start_paused = true)]
async fn an_adopted_transmission_loses_the_publisher_of_the_serve_before() {
    let stage = Stage::new();
    stage.launcher.alive.lock().insert("40".into());
    leave_running(&stage, "before", "its token");
    stage.door.stands(ShowState::Live, 3);
    let show = begin(&stage).await;
    let session = PublishSessionId::new();
    let mut drain = link(&stage, &show, 3, "its token", Some(session)).await.unwrap();
    hears(&mut drain, &[Down::Command(Command::Welcome)]).await;
    assert!(matches!(drain.next().await, Some(Down::Command(Command::GoLive { .. }))));
    hears(&mut drain, &[Down::Command(Command::PublishEnded { session, clean: false })]).await;
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::ServerLost }).await;
    assert!(stage.launcher.jobs.lock().is_empty(), "nothing was started");
}

#[tokio::test(start_paused = true)]
async fn a_transmission_that_died_while_nobody_looked_is_started_again() {
    let stage = Stage::new();
    leave_running(&stage, "before", "its token");
    stage.launcher.journals.lock().insert(3);
    stage.door.stands(ShowState::Live, 3);
    let _show = begin(&stage).await;
    stage.until_told(MediaFact::TransmissionLost { epoch: 3 }).await;
    jobs(&stage, 1).await;
    assert_eq!(stage.launcher.jobs.lock()[0].epoch, 3, "the journal is here: the same URLs go on");
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_away_stops_no_tag_and_no_restart() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let mut first = link_newest(&stage, &show).await;
    stage.leases.away(true);
    stage.door.away(true);
    stage.launcher.end_newest(Exit::Other);
    show.send(Input::Tag { session, tag: tag(0, KEY) }).await.unwrap();
    hears(&mut first, &[Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })])
        .await;
    jobs(&stage, 2).await;
    let mut second = link_newest(&stage, &show).await;
    hears(
        &mut second,
        &[
            Down::Command(Command::Welcome),
            Down::Command(Command::PublishStarted { session }),
            Down::Tag(tag(0, KEY)),
        ],
    )
    .await;
    stage.leases.away(false);
    let hash = hash_secret(&stage.launcher.jobs.lock()[1].token);
    eventually(|| stage.leases.row(stage.door.show).unwrap().run().unwrap().token_hash == hash).await;
}

#[tokio::test]
async fn media_sequence_numbers_are_spoken_for_before_they_are_used() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    assert_eq!(stage.leases.row(stage.door.show).unwrap().msn_end, MSN_BLOCK);
    for (head, end) in [
        (5, MSN_BLOCK),
        (MSN_BLOCK / 2 + 1, 2 * MSN_BLOCK),
        (5 * MSN_BLOCK, 6 * MSN_BLOCK),
        (u64::MAX, 6 * MSN_BLOCK),
    ] {
        let report = Report::Heartbeat { head_media_ms: 0, drift_ms: 0, head_msn: Some(head) };
        show.send(Input::Report { link: 7, report }).await.unwrap();
        eventually(|| stage.leases.row(stage.door.show).unwrap().msn_end == end).await;
    }
    stage.launcher.end_newest(Exit::JournalUnusable);
    jobs(&stage, 2).await;
    let job = stage.launcher.jobs.lock()[1].clone();
    assert_eq!((job.epoch, job.first_msn), (2, 6 * MSN_BLOCK));
}

#[tokio::test]
async fn media_time_is_spoken_for_so_that_a_new_epoch_never_goes_back() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    assert_eq!(stage.launcher.jobs.lock()[0].first_media_ms, 0);
    for (head_media_ms, end) in [(500, 8_500), (4_500, 8_500), (4_501, 12_501), (90_000, 98_000), (0, 98_000)]
    {
        let report = Report::Heartbeat { head_media_ms, drift_ms: 0, head_msn: None };
        show.send(Input::Report { link: 7, report }).await.unwrap();
        eventually(|| stage.leases.row(stage.door.show).unwrap().head_end_ms == end).await;
    }
    stage.launcher.end_newest(Exit::JournalUnusable);
    jobs(&stage, 2).await;
    assert_eq!(stage.launcher.jobs.lock()[1].first_media_ms, 98_000);
}

#[tokio::test]
async fn after_the_end_nobody_is_let_in_and_nothing_is_started_again() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    show.send(Input::Order(Order::End)).await.unwrap();
    assert_eq!(publish(&stage, &show).await, Err(Busy::Ended));
    stage.launcher.end_newest(Exit::Other);
    let session = stage.door.facts.lock().iter().find_map(|fact| match fact {
        MediaFact::Admitted { session, .. } => Some(*session),
        _ => None,
    });
    show.send(Input::Gone { session: session.unwrap(), reason: LossReason::Closed }).await.unwrap();
    eventually(|| show.is_over()).await;
    assert_eq!(stage.launcher.jobs.lock().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transmission_that_says_nothing_is_replaced() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    eventually(|| stage.launcher.jobs.lock().len() == 2).await;
    assert_eq!(stage.launcher.ended.lock()[..], ["1"]);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_transmission_of_another_machine_is_sent_away_and_not_looked_for_on_this_one() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stage = Stage::new();
    leave_running_at(&stage, "before", "its token", "elsewhere/boot".into());
    stage.door.stands(ShowState::Live, 3);
    let origin = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", origin.local_addr().unwrap());
    let show = begin(&stage).await;
    let _link = link_at(&stage, &show, 3, "its token", None, url).await.unwrap();
    stage.until_told(MediaFact::TransmissionLost { epoch: 3 }).await;
    tokio::time::resume(); // from here on sockets are waited for
    let accepting = tokio::time::timeout(Duration::from_secs(5), origin.accept());
    let (mut socket, _) = accepting.await.expect("it is not told").unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"}") {
        assert!(socket.read_buf(&mut heard).await.unwrap() > 0);
    }
    let heard = String::from_utf8(heard).unwrap();
    assert!(heard.contains("\"fence\":") && !heard.contains("\"control\":"), "{heard}");
    assert!(stage.launcher.jobs.lock().is_empty(), "the next one starts after that");
    socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    jobs(&stage, 1).await;
    assert!(stage.launcher.ended.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_owner_without_its_database_hears_of_the_new_one_from_the_transmission() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (_, mut kicks) = stage.publish(&show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    stage.leases.away(true);
    let older = Report::Moved { fence: 1 };
    show.send(Input::Report { link: 7, report: older }).await.unwrap();
    assert!(kicks.try_recv().is_err(), "its own number moves nothing");
    show.send(Input::Report { link: 7, report: Report::Moved { fence: 2 } }).await.unwrap();
    show.send(Input::Cut { link: 7 }).await.unwrap();
    assert_eq!(kicks.recv().await.unwrap().reason, LossReason::Moved);
    eventually(|| show.is_over()).await;
    assert!(stage.launcher.ended.lock().is_empty(), "the transmission is the new owner's");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_stood_still_blames_no_transmission() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    tokio::time::advance(Duration::from_secs(20)).await;
    for _ in 0..8 {
        let report = Report::Heartbeat { head_media_ms: 0, drift_ms: 0, head_msn: None };
        show.send(Input::Report { link: 7, report }).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(stage.launcher.jobs.lock().len(), 1);
    assert!(stage.launcher.ended.lock().is_empty());
}

#[tokio::test]
async fn a_drift_of_the_pictures_clock_is_told_when_it_matters() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    let said = |report| show.send(Input::Report { link: 7, report });
    said(Report::SessionMapped { session, offset_ms: 5 }).await.unwrap();
    for drift_ms in [-5, -25, -30, -3_600] {
        said(Report::Heartbeat { head_media_ms: 0, drift_ms, head_msn: None }).await.unwrap();
    }
    stage.until_told(MediaFact::Drift { session, drift_ms: -3_600 }).await;
    let told = |fact: &MediaFact| match fact {
        MediaFact::Drift { drift_ms, .. } => Some(*drift_ms),
        _ => None,
    };
    assert_eq!(stage.door.facts.lock().iter().filter_map(told).collect::<Vec<_>>(), [-25, -3_600]);
}

#[tokio::test]
async fn what_a_transmission_measures_is_known_with_its_time_and_what_is_not_recorded() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    publish(&stage, &show).await.unwrap();
    let _drain = link_newest(&stage, &show).await;
    assert_eq!(show.measured(), None);
    let health = Health { pictures_per_second: 30.0, ..Health::default() };
    let stopped = Some("The disk is full.".to_owned());
    for report in [Report::Recording { stopped: stopped.clone() }, Report::Health(health.clone())] {
        show.send(Input::Report { link: 7, report }).await.unwrap();
    }
    eventually(|| show.measured().is_some()).await;
    let at = stage.deps.clock.now();
    assert_eq!(show.measured(), Some(Measured { at, health, unrecorded: stopped }));
    show.send(Input::Report { link: 8, report: Report::Health(Health::default()) }).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(show.measured().unwrap().health.pictures_per_second, 30.0, "a stranger's word is not heard");
}
