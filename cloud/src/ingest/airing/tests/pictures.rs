//! Whose picture a show receives, and until when.

use super::*;

/// Every loss that was told.
fn losses(stage: &Stage) -> Vec<(PublishSessionId, LossReason)> {
    let facts = stage.door.facts.lock();
    let lost = facts.iter().filter_map(|fact| match fact {
        MediaFact::PublisherLost { session, reason } => Some((*session, *reason)),
        _ => None,
    });
    lost.collect()
}

async fn shows(show: &Handle, session: PublishSessionId) {
    let report = Report::SessionMapped { session, offset_ms: 5 };
    show.send(Input::Report { link: 7, report }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_takes_over_has_a_moment_for_its_first_picture() {
    for comes in [true, false] {
        let stage = Stage::with(|settings| settings.takeover = true);
        let show = begin(&stage).await;
        let first = publish(&stage, &show).await.unwrap();
        let _link = link_newest(&stage, &show).await;
        shows(&show, first).await;
        stage.until_told(MediaFact::Receiving { session: first }).await;
        let second = publish(&stage, &show).await.unwrap();
        stage.until_admitted(second).await;
        assert_eq!(losses(&stage), [], "the show goes on with the next one's picture, or not at all");
        if comes {
            shows(&show, second).await;
            stage.until_told(MediaFact::Receiving { session: second }).await;
            assert_eq!(losses(&stage), [(first, LossReason::Replaced)]);
        } else {
            stage
                .until_told(MediaFact::PublisherLost { session: first, reason: LossReason::NoPictures })
                .await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_comes_back_in_time_never_interrupts_the_show() {
    let stage = Stage::new();
    stage.launcher.alive.lock().insert("40".into());
    leave_running(&stage, "before", "its token");
    stage.door.stands(ShowState::Live, 3);
    let ghost = PublishSessionId::new();
    stage.door.receives(ghost);
    let show = begin(&stage).await;
    assert!(!show.is_quiet(), "time must not end a show whose publisher may be on its way");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let _link = link(&stage, &show, 3, "its token", Some(ghost)).await.unwrap();
    let session = publish(&stage, &show).await.unwrap();
    stage.until_admitted(session).await;
    assert_eq!(losses(&stage), []);
    shows(&show, session).await;
    stage.until_told(MediaFact::Receiving { session }).await;
    assert_eq!(losses(&stage), [(ghost, LossReason::Moved)]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_in_anothers_place_without_a_picture_leaves_no_show_that_receives() {
    for goes in [true, false] {
        let stage = Stage::new();
        let ghost = PublishSessionId::new();
        stage.door.stands(ShowState::Live, 0);
        stage.door.receives(ghost);
        let show = begin(&stage).await;
        let session = publish(&stage, &show).await.unwrap();
        stage.until_admitted(session).await;
        if goes {
            show.send(Input::Gone { session, reason: LossReason::Closed }).await.unwrap();
            stage.until_told(MediaFact::PublisherLost { session: ghost, reason: LossReason::Closed }).await;
        } else {
            stage
                .until_told(MediaFact::PublisherLost { session: ghost, reason: LossReason::ServerLost })
                .await;
        }
    }
}

/// Sends sound alone for so many seconds, while the transmission lives.
async fn sound_alone(show: &Handle, session: PublishSessionId, seconds: u64) {
    for _ in 0..seconds * 4 {
        let tag = Tag { kind: TagKind::Audio, timestamp_ms: 0, payload: Bytes::from_static(b"\xaf\x01\x21") };
        show.send(Input::Tag { session, tag }).await.unwrap();
        let report = Report::Heartbeat { head_media_ms: 0, drift_ms: 0, head_msn: None };
        show.send(Input::Report { link: 7, report }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn receivings(stage: &Stage) -> usize {
    let facts = stage.door.facts.lock();
    facts.iter().filter(|fact| matches!(fact, MediaFact::Receiving { .. })).count()
}

#[tokio::test(start_paused = true)]
async fn pictures_that_stop_while_sound_goes_on_are_a_loss_and_a_gap_is_none() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    show.send(Input::Tag { session, tag: tag(0, KEY) }).await.unwrap();
    shows(&show, session).await;
    sound_alone(&show, session, 4).await;
    show.send(Input::Tag { session, tag: tag(4_000, INTER) }).await.unwrap();
    sound_alone(&show, session, 4).await;
    assert_eq!((losses(&stage), receivings(&stage)), (vec![], 1));
    sound_alone(&show, session, 2).await;
    let lost = (session, LossReason::NoPictures);
    assert_eq!(losses(&stage), [lost]);
    assert!(show.is_quiet(), "time may end the show");
    sound_alone(&show, session, 20).await;
    show.send(Input::Tag { session, tag: tag(30_000, INTER) }).await.unwrap();
    eventually(|| receivings(&stage) == 2).await;
    assert_eq!(losses(&stage), [lost]);
    assert!(!show.is_quiet());
    sound_alone(&show, session, 6).await;
    let (second, _kicks) = stage.publish(&show).await.unwrap();
    stage.until_admitted(second).await;
}

#[tokio::test(start_paused = true)]
async fn sound_alone_is_waited_with_for_a_while_and_then_holds_nothing_up() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    sound_alone(&show, session, 15).await;
    assert!(!show.is_quiet());
    assert_eq!(publish(&stage, &show).await, Err(Busy::Taken));
    sound_alone(&show, session, 6).await;
    assert!(show.is_quiet());
    publish(&stage, &show).await.unwrap();
}

#[tokio::test]
async fn a_show_receives_once_a_picture_can_be_shown_and_not_before() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (session, mut kicks) = stage.publish(&show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    let receives = |fact: &&MediaFact| matches!(fact, MediaFact::Receiving { .. });
    let said = |report| show.send(Input::Report { link: 7, report });
    said(Report::Codec { text: "AAC 48000 Hz".into() }).await.unwrap();
    stage.until_told(MediaFact::Codec { text: "AAC 48000 Hz".into() }).await;
    assert_eq!(stage.door.facts.lock().iter().filter(receives).count(), 0, "sound alone");
    for _ in 0..2 {
        said(Report::SessionMapped { session, offset_ms: 5 }).await.unwrap();
    }
    stage.until_told(MediaFact::Receiving { session }).await;
    said(Report::NotCarried { session, sentence: "VP9 video, which is not carried; send H.264".into() })
        .await
        .unwrap();
    let farewell = kicks.recv().await.unwrap();
    assert_eq!(farewell.reason, LossReason::NotCarried);
    assert!(farewell.sentence.contains("send H.264"));
    assert_eq!(stage.door.facts.lock().iter().filter(receives).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_sends_sound_alone_for_a_minute_is_told_what_is_missing() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (session, mut farewell) = stage.publish(&show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    let sound =
        |at| Tag { kind: TagKind::Audio, timestamp_ms: at, payload: Bytes::from_static(&[0xaf, 1, 33]) };
    let mut told = None;
    for second in 0..90 {
        let tag = Input::Tag { session, tag: sound(second * 1_000) };
        show.send(tag).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Ok(farewell) = farewell.try_recv() {
            told = Some((second, farewell));
            break;
        }
    }
    let (second, farewell) = told.unwrap();
    assert!((59..=62).contains(&second) && farewell.sentence.contains("No picture"), "{second} {farewell:?}");
    assert_eq!(farewell.reason, LossReason::NoPictures);
}
