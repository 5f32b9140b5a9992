//! Every fixture is read, written again, and comes out as it went in.
#![allow(clippy::unwrap_used)]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use vitrine_protocol::rtm::{ClientFrame, RoomEvent, ServerFrame};

fn round_trip<T: Serialize + DeserializeOwned>(text: &str) -> Vec<T> {
    let values: Vec<Value> = serde_json::from_str(text).unwrap();
    values
        .into_iter()
        .map(|value| {
            let frame: T = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(serde_json::to_value(&frame).unwrap(), value);
            frame
        })
        .collect()
}

#[test]
fn client_frames_round_trip() {
    let frames = round_trip::<ClientFrame>(include_str!("../fixtures/client_frames.json"));
    assert!(matches!(frames[1], ClientFrame::Hello { seq: Some(41), .. }));
}

#[test]
fn server_frames_round_trip_and_staff_events_are_marked() {
    let frames = round_trip::<ServerFrame>(include_str!("../fixtures/server_frames.json"));
    let ServerFrame::Tick { events, .. } = &frames[2] else { panic!("third frame is the tick") };
    let staff: Vec<_> = events.iter().filter(|event| !event.is_public()).collect();
    assert!(matches!(staff[..], [RoomEvent::Order { .. }, RoomEvent::Media { .. }]));
}

#[test]
fn a_client_frame_with_an_unknown_field_is_refused() {
    assert!(
        serde_json::from_str::<ClientFrame>(r#"{"t":"chat","mark":"m","text":"x","role":"host"}"#).is_err()
    );
}

/// What a later version says: the frames are kept, and of their events those that are known.
#[test]
fn what_a_later_server_says_beside_what_is_known_is_left_out() {
    let frames: Vec<ServerFrame> =
        serde_json::from_str(include_str!("../fixtures/later_frames.json")).unwrap();
    let [ServerFrame::Welcome { missed, .. }, ServerFrame::Tick { seq: 44, events }] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(missed, &[RoomEvent::LineupChanged { version: None }]);
    assert_eq!(events, &[RoomEvent::Viewers { count: 1285 }, RoomEvent::LineupChanged { version: None }]);
}
