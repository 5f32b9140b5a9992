use proptest::prelude::*;

use super::*;
use crate::base::TestClock;

fn show() -> (Show, DateTime<Utc>) {
    let now = TestClock::new().clock().now();
    let draft = ShowDraft { title: "Autumn".into(), ..ShowDraft::default() };
    (Show::new(OrgId::new(), draft, now).unwrap(), now)
}

const PATIENCE: TimeDelta = TimeDelta::minutes(10);

#[test]
fn a_show_without_a_picture_does_not_go_live() {
    let (mut show, now) = show();
    assert!(matches!(show.go_live(now), Err(ShowError::NotReceiving)));
    show.receive(PublishSessionId::new(), now).unwrap();
    assert_eq!(show.state, ShowState::Draft, "arriving is not airing");
    assert_eq!(show.go_live(now).unwrap(), Event::ShowWentLive { show: show.id, at: now });
    assert!(matches!(show.go_live(now), Err(ShowError::IllegalMove(ShowState::Live))));
}

#[test]
fn a_show_that_goes_live_by_itself_airs_with_its_first_picture() {
    let (mut show, now) = show();
    show.auto_live = true;
    let facts = show.receive(PublishSessionId::new(), now).unwrap();
    assert_eq!(facts.last(), Some(&Event::ShowWentLive { show: show.id, at: now }));
}

#[test]
fn a_lost_publisher_interrupts_and_the_next_one_resumes() {
    let (mut show, now) = show();
    let first = PublishSessionId::new();
    show.receive(first, now).unwrap();
    show.go_live(now).unwrap();
    let facts = show.lose(first, LossReason::Disconnected, now, PATIENCE);
    assert_eq!(facts[1], Event::ShowInterrupted { show: show.id, until: now + PATIENCE });
    assert!(!show.is_deserted(now + TimeDelta::minutes(9)));
    assert!(show.is_deserted(now + PATIENCE));
    let facts = show.receive(PublishSessionId::new(), now).unwrap();
    assert_eq!(facts[1], Event::ShowResumed { show: show.id });
    assert_eq!((show.state, show.interrupted_until), (ShowState::Live, None));
}

#[test]
fn news_of_an_earlier_publisher_changes_nothing() {
    let (mut show, now) = show();
    let (first, second) = (PublishSessionId::new(), PublishSessionId::new());
    show.receive(first, now).unwrap();
    show.go_live(now).unwrap();
    show.receive(second, now).unwrap();
    assert!(show.lose(first, LossReason::Closed, now, PATIENCE).is_empty());
    assert_eq!((show.state, show.receiving), (ShowState::Live, true));
}

#[test]
fn who_comes_in_anothers_place_and_never_shows_a_picture_leaves_the_show_interrupted() {
    let (mut show, now) = show();
    let first = PublishSessionId::new();
    show.receive(first, now).unwrap();
    show.go_live(now).unwrap();
    assert_eq!(show.lose(first, LossReason::Moved, now, PATIENCE).len(), 1);
    assert_eq!((show.state, show.receiving), (ShowState::Live, true), "the next one is on its way");
    show.lose(first, LossReason::Disconnected, now, PATIENCE);
    assert_eq!((show.state, show.receiving), (ShowState::Interrupted, false));
}

#[test]
fn an_ended_show_is_over_for_everybody() {
    let (mut show, now) = show();
    show.receive(PublishSessionId::new(), now).unwrap();
    show.go_live(now).unwrap();
    show.end(now, EndReason::Ended).unwrap();
    assert!(matches!(show.end(now, EndReason::Ended), Err(ShowError::Ended)));
    assert!(matches!(show.go_live(now), Err(ShowError::Ended)));
    assert!(matches!(show.admit(now), Err(ShowError::Ended)));
    assert!(matches!(show.change(ShowPatch::default()), Err(ShowError::Ended)));
}

#[test]
fn an_announcement_can_be_taken_back_until_the_show_airs() {
    let (mut show, now) = show();
    let start = Some(Some(now + TimeDelta::hours(1)));
    show.change(ShowPatch { scheduled_at: start, ..ShowPatch::default() }).unwrap();
    assert_eq!(show.state, ShowState::Scheduled);
    show.change(ShowPatch { scheduled_at: Some(None), ..ShowPatch::default() }).unwrap();
    assert_eq!(show.state, ShowState::Draft);
    show.receive(PublishSessionId::new(), now).unwrap();
    show.go_live(now).unwrap();
    let late = show.change(ShowPatch { scheduled_at: start, ..ShowPatch::default() });
    assert!(matches!(late, Err(ShowError::IllegalMove(ShowState::Live))));
}

#[test]
fn the_media_clock_starts_once() {
    let (mut show, now) = show();
    assert_eq!(show.admit(now).unwrap(), now);
    assert_eq!(show.admit(now + TimeDelta::hours(1)).unwrap(), now);
}

#[derive(Debug, Clone, Copy)]
enum Move {
    GoLive,
    End,
    Admit,
    Receive(usize),
    Lose(usize, LossReason),
    Schedule,
    Unschedule,
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        Just(Move::GoLive),
        Just(Move::End),
        Just(Move::Admit),
        (0usize..3).prop_map(Move::Receive),
        (
            0usize..3,
            prop_oneof![Just(LossReason::Silent), Just(LossReason::Replaced), Just(LossReason::Moved)]
        )
            .prop_map(|(session, reason)| Move::Lose(session, reason)),
        Just(Move::Schedule),
        Just(Move::Unschedule),
        (0i64..1200).prop_map(Move::Wait),
    ];
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn whatever_is_tried_a_show_stays_in_a_legal_state(auto_live: bool, moves in moves()) {
        let (mut show, mut now) = show();
        show.auto_live = auto_live;
        let sessions = [PublishSessionId::new(), PublishSessionId::new(), PublishSessionId::new()];
        for step in moves {
            let before = show.clone();
            let facts = match step {
                Move::GoLive => show.go_live(now).map(|fact| vec![fact]),
                Move::End => show.end(now, EndReason::Ended).map(|fact| vec![fact]),
                Move::Admit => show.admit(now).map(|_| Vec::new()),
                Move::Receive(i) => show.receive(sessions[i], now),
                Move::Lose(i, reason) => Ok(show.lose(sessions[i], reason, now, PATIENCE)),
                Move::Schedule => {
                    let patch = ShowPatch { scheduled_at: Some(Some(now)), ..ShowPatch::default() };
                    show.change(patch).map(|fact| vec![fact])
                }
                Move::Unschedule => {
                    let patch = ShowPatch { scheduled_at: Some(None), ..ShowPatch::default() };
                    show.change(patch).map(|fact| vec![fact])
                }
                Move::Wait(seconds) => {
                    now += TimeDelta::seconds(seconds);
                    if show.is_deserted(now) {
                        show.end(now, EndReason::Deserted).map(|fact| vec![fact])
                    } else {
                        Ok(Vec::new())
                    }
                }
            };
            match &facts {
                // A move that changes something leaves a fact (the media clock's start is told with the publisher).
                Ok(facts) if facts.is_empty() => {
                    prop_assert_eq!(Show { clock_epoch: before.clock_epoch, ..show.clone() }, before.clone());
                }
                Ok(_) => {}
                Err(_) => prop_assert_eq!(&show, &before, "a refused move changes nothing"),
            }
            use ShowState::{Draft, Ended, Interrupted, Live, Scheduled};
            let legal = before.state == show.state || matches!(
                (before.state, show.state),
                (Draft, Scheduled) | (Scheduled, Draft) | (Draft | Scheduled, Live) | (Live, Interrupted)
                    | (Interrupted, Live) | (Live | Interrupted, Ended)
            );
            prop_assert!(legal, "{:?} -> {:?}", before.state, show.state);
            prop_assert_eq!(show.interrupted_until.is_some(), show.state == Interrupted);
            prop_assert_eq!(show.live_at.is_some(), matches!(show.state, Live | Interrupted | Ended));
            prop_assert_eq!(show.ended_at.is_some(), show.state == Ended);
            prop_assert_eq!(show.receiving, show.publish_session.is_some());
            prop_assert!(before.clock_epoch.is_none() || before.clock_epoch == show.clock_epoch);
            prop_assert!(!(show.state == Interrupted && show.receiving), "nobody is away who sends");
        }
    }
}
