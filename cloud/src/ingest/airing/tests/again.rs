//! What a transmission is given again, and what it never has to be.

use super::*;

const HEADER: &[u8] = b"\x17\x00\0\0\0avcC";

async fn send(show: &Handle, session: PublishSessionId, tags: impl IntoIterator<Item = Tag>) {
    for tag in tags {
        show.send(Input::Tag { session, tag }).await.unwrap();
    }
}

async fn alive(show: &Handle) {
    let report = Report::Heartbeat { head_media_ms: 0, drift_ms: 0, head_msn: None };
    show.send(Input::Report { link: 7, report }).await.unwrap();
}

fn lost(session: PublishSessionId, reason: LossReason) -> MediaFact {
    MediaFact::PublisherLost { session, reason }
}

#[tokio::test(start_paused = true)]
async fn after_a_silence_the_run_goes_on_with_the_next_picture_and_nothing_is_lost() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let mut drain = link_newest(&stage, &show).await;
    let before = [tag(0, HEADER), tag(0, KEY), tag(33, INTER)];
    send(&show, session, before.clone()).await;
    let report = Report::SessionMapped { session, offset_ms: 5 };
    show.send(Input::Report { link: 7, report }).await.unwrap();
    stage.until_told(MediaFact::Receiving { session }).await;
    show.send(Input::Silent { session }).await.unwrap();
    eventually(|| show.is_quiet()).await; // time may end the show, however long the socket stays open
    let after = [tag(66, INTER), tag(100, INTER), tag(133, INTER)];
    send(&show, session, after.clone()).await;
    hears(&mut drain, &[Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })])
        .await;
    hears(&mut drain, &before.map(Down::Tag)).await;
    hears(&mut drain, &after.map(Down::Tag)).await;
    assert!(drain.next_of_now().is_none() && !show.is_quiet());
    let told = |fact: &MediaFact| stage.door.facts.lock().iter().filter(|told| *told == fact).count();
    eventually(|| told(&MediaFact::Receiving { session }) == 2).await; // by the next picture, with its place known
    assert_eq!(told(&lost(session, LossReason::Silent)), 1);
    show.send(Input::Silent { session }).await.unwrap();
    show.send(Input::Gone { session, reason: LossReason::Disconnected }).await.unwrap();
    hears(&mut drain, &[Down::Command(Command::PublishEnded { session, clean: false })]).await;
    assert_eq!(told(&lost(session, LossReason::Disconnected)), 0, "one loss is told once");
}

#[tokio::test(start_paused = true)]
async fn a_transmission_that_comes_during_a_silence_knows_where_the_run_stands() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    send(&show, session, [tag(0, HEADER), tag(0, KEY), tag(33, INTER)]).await;
    show.send(Input::Silent { session }).await.unwrap();
    let mut drain = link_newest(&stage, &show).await;
    let report = Report::SessionMapped { session, offset_ms: 5 };
    show.send(Input::Report { link: 7, report }).await.unwrap();
    hears(&mut drain, &[Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })])
        .await;
    hears(&mut drain, &[tag(0, HEADER), tag(0, KEY), tag(33, INTER)].map(Down::Tag)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!stage.door.facts.lock().contains(&MediaFact::Receiving { session }), "its publisher is silent");
    send(&show, session, [tag(66, INTER)]).await;
    hears(&mut drain, &[Down::Tag(tag(66, INTER))]).await;
    stage.until_told(MediaFact::Receiving { session }).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_pictures_that_is_longer_than_the_queue_is_given_again_whole() {
    const PICTURES: u32 = 5_000;
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    send(&show, session, [tag(0, HEADER), tag(0, KEY)]).await;
    send(&show, session, (1..PICTURES).map(|time| tag(time, INTER))).await;
    let mut drain = link_newest(&stage, &show).await;
    hears(&mut drain, &[Down::Command(Command::Welcome), Down::Command(Command::PublishStarted { session })])
        .await;
    hears(&mut drain, &[tag(0, HEADER), tag(0, KEY)].map(Down::Tag)).await;
    for time in 1..PICTURES {
        hears(&mut drain, &[Down::Tag(tag(time, INTER))]).await;
        if time % 1_000 == 0 {
            alive(&show).await;
        }
    }
    send(&show, session, [tag(PICTURES, INTER)]).await;
    hears(&mut drain, &[Down::Tag(tag(PICTURES, INTER))]).await;
}

#[tokio::test(start_paused = true)]
async fn a_transmission_that_was_too_slow_goes_on_at_the_key_frame_that_is_kept() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let session = publish(&stage, &show).await.unwrap();
    let mut drain = link_newest(&stage, &show).await;
    send(&show, session, [tag(0, HEADER), tag(0, KEY)]).await;
    send(&show, session, (1..3_000).map(|time| tag(time, INTER))).await;
    send(&show, session, [tag(3_000, KEY), tag(3_001, INTER)]).await;
    let mut times = Vec::new();
    while times.last() != Some(&3_001) {
        if let Some(Down::Tag(tag)) = drain.next().await {
            times.push(tag.timestamp_ms);
        }
    }
    let hole = times.windows(2).filter(|pair| pair[1] > pair[0] + 1).count();
    assert_eq!((hole, &times[times.len() - 3..]), (1, &[0, 3_000, 3_001][..]), "headers first");
}

#[tokio::test(start_paused = true)]
async fn a_publisher_whose_key_frame_is_forgotten_is_asked_to_connect_again() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (session, mut kicks) = stage.publish(&show).await.unwrap();
    let _first = link_newest(&stage, &show).await;
    send(&show, session, [tag(0, HEADER), tag(0, KEY)]).await;
    let report = Report::SessionMapped { session, offset_ms: 5 };
    show.send(Input::Report { link: 7, report }).await.unwrap();
    stage.until_told(MediaFact::Receiving { session }).await;
    stage.launcher.end_newest(Exit::Other);
    jobs(&stage, 2).await;
    send(&show, session, (1..10_000).map(|time| tag(time, INTER))).await; // more than is kept
    let _second = link_newest(&stage, &show).await;
    let began = Instant::now();
    for n in 0..80 {
        send(&show, session, [tag(10_000 + n, INTER)]).await;
        alive(&show).await;
        tokio::time::sleep(Duration::from_millis(250)).await;
        if let Ok(farewell) = kicks.try_recv() {
            assert!(farewell.sentence.contains("key frame"), "{}", farewell.sentence);
            assert!((15..17).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
            assert!(stage.door.facts.lock().contains(&lost(session, LossReason::NoPictures)));
            return;
        }
    }
    panic!("nobody is told");
}

#[tokio::test(start_paused = true)]
async fn who_can_be_shown_without_a_key_frame_is_left_alone() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (session, mut kicks) = stage.publish(&show).await.unwrap();
    let _link = link_newest(&stage, &show).await;
    send(&show, session, [tag(0, HEADER)]).await;
    for n in 0..120 {
        send(&show, session, [tag(n * 250, INTER)]).await;
        alive(&show).await;
        if n == 40 {
            let report = Report::SessionMapped { session, offset_ms: 5 };
            show.send(Input::Report { link: 7, report }).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(kicks.try_recv().is_err());
    assert!(stage.door.facts.lock().contains(&MediaFact::Receiving { session }));
}
