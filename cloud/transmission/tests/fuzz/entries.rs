//! What the fuzz targets run, kept here so that the ordinary tests run it too.
//!
//! Each entry takes any bytes and panics when a promise of the crate is broken.

use bytes::Bytes;
use chrono::DateTime;
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::flv::{Tag, TagKind};
use vitrine_transmission::hls::{
    AccessUnit, Answer, AudioConfig, LiveFrom, MediaTime, PART_TARGET, Packager, RungName, VideoConfig, Want,
    Window, boxes, journal,
};
use vitrine_transmission::timeline::{Feed, Moment, Timeline};

/// A 1280x720 `avcC`.
const AVCC: [u8; 49] = [
    1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 0x1c, 0x67, 0x64, 0, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01,
    0x6a, 0x02, 0x02, 0x02, 0x80, 0, 0, 3, 0, 0x80, 0, 0, 0x1e, 0x47, 0x8c, 0x18, 0xcb, 1, 0, 6, 0x68, 0xeb,
    0xe3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0,
];

/// Decoder configurations: the first byte says how many of the bytes after it are the picture's.
pub fn boxes(data: &[u8]) {
    let [split, rest @ ..] = data else { return };
    let (video, audio) = rest.split_at(usize::from(*split).min(rest.len()));
    let sound = AudioConfig::parse(Bytes::copy_from_slice(audio)).ok();
    let Ok(config) = VideoConfig::parse(Bytes::copy_from_slice(video)) else { return };
    assert!((1..=16_384).contains(&config.sps.width) && (1..=16_384).contains(&config.sps.height));
    assert!(config.codec().starts_with("avc1."));
    if let Some(init) = boxes::init(&config, sound.as_ref()) {
        assert_eq!(&init[4..8], b"ftyp");
    }
    let _ = (config.is_idr(rest), config.is_sound(rest));
}

/// Records of a journal: what is read is written again as it was.
pub fn journal(data: &[u8]) {
    for fact in journal::decode(Bytes::copy_from_slice(data)) {
        let mut out = Vec::new();
        journal::encode(&fact, &mut out);
        let again: Vec<_> = journal::decode(out.into()).collect();
        assert_eq!(again, [fact]);
    }
}

/// Tags with any stamps: pictures' decode times rise strictly, and sound comes after the first of them.
///
/// A tag is a kind, a stamp of four bytes, a length and so many bytes.
pub fn timeline(data: &[u8]) {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(Feed::Publisher(PublishSessionId::new()), None);
    let header = [&[0x17, 0, 0, 0, 0][..], &AVCC].concat();
    timeline.tag(&Tag { kind: TagKind::Video, timestamp_ms: 0, payload: header.into() }, MediaTime::ZERO);
    let (mut rest, mut now, mut last) = (data, 0, None);
    while let [kind, a, b, c, d, length, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        now += i64::from(kind >> 2);
        let kind = [TagKind::Audio, TagKind::Video, TagKind::Video, TagKind::Script][usize::from(kind & 3)];
        let timestamp_ms = u32::from_be_bytes([*a, *b, *c, *d]);
        let tag = Tag { kind, timestamp_ms, payload: Bytes::copy_from_slice(payload) };
        for moment in timeline.tag(&tag, MediaTime::from_ms(now)) {
            match moment {
                Moment::Picture(picture) => {
                    assert!(last.is_none_or(|last| picture.dts > last), "decode times rise");
                    last = Some(picture.dts);
                }
                Moment::Sound(_) => assert!(last.is_some(), "sound before the first picture"),
                _ => {}
            }
        }
    }
}

/// A show driven by three bytes an act: what players are told keeps its bounds whatever happens.
pub fn playlists(data: &[u8]) {
    let names = [RungName::source(), name("480p")];
    let mut packager = Packager::new(&names, 0, 0);
    let config = VideoConfig::parse(Bytes::from_static(&AVCC)).ok();
    let config = config.unwrap_or_else(|| unreachable!("the configuration above is a good one"));
    names.iter().for_each(|name| packager.set_video(name, config.clone()));
    let mut window = Window::new(1, DateTime::UNIX_EPOCH);
    let mut facts = packager.offer(Vec::new());
    facts.extend(packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Newest));
    let mut dts = 1_000i64;
    for act in data.chunks_exact(3) {
        let [kind, low, high] = [act[0], act[1], act[2]];
        let step = i64::from(u16::from_le_bytes([low, high & 0x1f]));
        let now = MediaTime::from_ms(dts);
        let picture = |dts: i64, key: bool| {
            let (nal, shift) = (if key { 0x65 } else { 0x41 }, i64::from(high >> 5) * 20);
            let (time, data) = (MediaTime::from_ms(dts), Bytes::from(vec![0, 0, 0, 3, nal, 0x88, 0x84]));
            AccessUnit { dts: time, pts: time + MediaTime::from_ms(shift), key, data }
        };
        facts.extend(match kind % 8 {
            0..=2 => {
                dts += step.max(1);
                packager.push_source(picture(dts, kind & 0x40 != 0), now).facts
            }
            3 => packager.push_encoded(&names[1], picture(dts - step, kind & 0x40 != 0), now),
            4 => packager.push_audio(MediaTime::from_ms(dts + step - 1_000), Bytes::from_static(b"aac"), now),
            5 => packager.tick(now),
            6 => packager.discontinuity(now),
            _ if kind & 0x40 != 0 => {
                let asc: &[u8] = if high & 1 == 0 { &[0x12, 0x10] } else { &[0x11, 0x88] };
                AudioConfig::parse(Bytes::copy_from_slice(asc)).map(|asc| packager.set_audio(asc)).ok();
                Vec::new()
            }
            _ => packager.rung_down(&names[usize::from(high & 1)], "fuzzed"),
        });
        facts.drain(..).for_each(|fact| window.apply(fact, None));
    }
    packager.end(MediaTime::from_ms(dts)).into_iter().for_each(|fact| window.apply(fact, None));
    for name in &names {
        let want = Want::Playlist { rung: name.clone(), msn: None, part: None, skip: false };
        if let Answer::Playlist(text) = window.answer(&want) {
            keeps_its_bounds(&text);
        }
    }
}

fn name(name: &str) -> RungName {
    RungName::new(name).unwrap_or_else(|| unreachable!("a good name"))
}

fn keeps_its_bounds(text: &str) {
    let seconds = |line: &str| line.split([':', '=', ',']).find_map(|piece| piece.parse::<f64>().ok());
    let longest = PART_TARGET.seconds() + 0.0025;
    for line in text.lines() {
        if line.starts_with("#EXT-X-PART:") {
            assert!(seconds(line).is_some_and(|length| length <= longest), "{line}\n{text}");
        } else if line.starts_with("#EXTINF:") {
            assert!(seconds(line).is_some_and(|length| length < 4.5), "{line}\n{text}");
        }
    }
}
