//! Fragmented MP4: the initialisation segment and the `moof` + `mdat` of each part.
//!
//! Every rung uses the same track ids and time scales, `tfdt` is media time, composition offsets are
//! signed (`trun` version 1) and there is no edit list, so that a player may splice rungs anywhere.

use bytes::Bytes;
use mp4_atom::{
    Audio, Avc1, Avcc, AvccExt, Codec, Dinf, Dref, Encode, Esds, FourCC, Ftyp, Hdlr, Mdhd, Mdia, Mfhd, Minf,
    Moof, Moov, Mp4a, Mvex, Mvhd, Pasp, Smhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun,
    TrunEntry, Url, Visual, Vmhd,
    esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig},
};

use super::{
    codec::{AudioConfig, VideoConfig},
    time::{MediaTime, TIMESCALE},
};

/// Track id of the video, in every rung.
pub const VIDEO_TRACK: u32 = 1;
/// Track id of the audio, in every rung.
pub const AUDIO_TRACK: u32 = 2;

const SYNC: u32 = 0x0200_0000;
const NOT_SYNC: u32 = 0x0101_0000;

/// A picture on its way into a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoSample {
    /// Decode time.
    pub dts: MediaTime,
    /// Until the next picture's decode time.
    pub duration: MediaTime,
    /// Presentation minus decode time; may be negative.
    pub composition: MediaTime,
    /// Whether it is an IDR.
    pub sync: bool,
    /// The access unit, NAL units length-prefixed.
    pub data: Bytes,
}

/// The audio of a part: packets that follow each other without a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioRun {
    /// First sample's number on the media clock, in the audio track's time scale.
    pub start: u64,
    /// Samples in each packet.
    pub frame_samples: u32,
    /// The packets, raw AAC.
    pub packets: Vec<Bytes>,
}

/// Builds the initialisation segment (`ftyp` + `moov`) of a track pair, or of video alone.
///
/// `None` if a configuration is too large for its boxes.
pub fn init(video: &VideoConfig, audio: Option<&AudioConfig>) -> Option<Bytes> {
    let mut out = Vec::with_capacity(1024);
    Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: vec![FourCC::new(b"iso6"), FourCC::new(b"mp41")],
    }
    .encode(&mut out)
    .ok()?;
    let mut moov = Moov {
        mvhd: Mvhd {
            timescale: 1000,
            rate: 1.into(),
            volume: 1.into(),
            next_track_id: 3,
            ..Default::default()
        },
        mvex: Some(Mvex { trex: vec![trex(VIDEO_TRACK)], ..Default::default() }),
        trak: vec![video_trak(video)?],
        ..Default::default()
    };
    if let Some(audio) = audio {
        moov.trak.push(audio_trak(audio));
        moov.mvex.as_mut()?.trex.push(trex(AUDIO_TRACK));
    }
    moov.encode(&mut out).ok()?;
    Some(out.into())
}

/// Builds one part: a `moof` and its `mdat`. Pure: the same input gives the same bytes.
///
/// `None` if it would be larger than a box can be.
pub fn part(sequence: u32, video: &[VideoSample], audio: &[AudioRun]) -> Option<Bytes> {
    let mut trafs = Vec::new();
    let mut sizes = Vec::new();
    if let Some(first) = video.first() {
        let entries = video.iter().map(|s| TrunEntry {
            duration: u32::try_from(s.duration.ticks()).ok(),
            size: u32::try_from(s.data.len()).ok(),
            flags: Some(if s.sync { SYNC } else { NOT_SYNC }),
            cts: Some(s.composition.ticks().clamp(i32::MIN.into(), i32::MAX.into())),
        });
        trafs.push(traf(VIDEO_TRACK, u64::try_from(first.dts.ticks()).ok()?, None, entries.collect()));
        sizes.push(video.iter().map(|s| s.data.len()).sum::<usize>());
    }
    for run in audio.iter().filter(|run| !run.packets.is_empty()) {
        let entries = run
            .packets
            .iter()
            .map(|p| TrunEntry { size: u32::try_from(p.len()).ok(), ..Default::default() })
            .collect();
        trafs.push(traf(AUDIO_TRACK, run.start, Some(run.frame_samples), entries));
        sizes.push(run.packets.iter().map(Bytes::len).sum());
    }
    let mut moof = Moof { mfhd: Mfhd { sequence_number: sequence }, traf: trafs };
    let mut head = Vec::with_capacity(1024);
    moof.encode(&mut head).ok()?;
    let mut offset = i32::try_from(head.len() + 8).ok()?;
    for (traf, size) in moof.traf.iter_mut().zip(&sizes) {
        if let Some(trun) = traf.trun.first_mut() {
            trun.data_offset = Some(offset);
        }
        offset = offset.checked_add(i32::try_from(*size).ok()?)?;
    }
    head.clear();
    moof.encode(&mut head).ok()?;
    let body: usize = sizes.iter().sum();
    let mut out = head;
    out.reserve(body + 8);
    out.extend_from_slice(&u32::try_from(body + 8).ok()?.to_be_bytes());
    out.extend_from_slice(b"mdat");
    for sample in video {
        out.extend_from_slice(&sample.data);
    }
    for packet in audio.iter().flat_map(|run| &run.packets) {
        out.extend_from_slice(packet);
    }
    Some(out.into())
}

/// How many pictures a part of ours holds. It reads no more than the head of the first track fragment.
pub(super) fn pictures(part: &[u8]) -> u32 {
    let of = || {
        // moof, mfhd (16 bytes), traf, tfhd, tfdt, trun: each a size and a name.
        let mut at = 8 + 16 + 8;
        let word = |at: usize| part.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        if word(at + 12)? != VIDEO_TRACK {
            return None;
        }
        while part.get(at + 4..at + 8)? != b"trun" {
            at = at.checked_add(word(at)? as usize).filter(|next| *next > at)?;
        }
        word(at + 12)
    };
    of().unwrap_or(0)
}

fn traf(track_id: u32, base: u64, duration: Option<u32>, entries: Vec<TrunEntry>) -> Traf {
    Traf {
        tfhd: Tfhd {
            track_id,
            default_base_is_moof: true,
            default_sample_duration: duration,
            default_sample_flags: duration.map(|_| SYNC),
            ..Default::default()
        },
        tfdt: Some(Tfdt { base_media_decode_time: base }),
        trun: vec![Trun { data_offset: Some(0), samples: entries.into() }],
        ..Default::default()
    }
}

fn trex(track_id: u32) -> Trex {
    Trex { track_id, default_sample_description_index: 1, ..Default::default() }
}

fn video_trak(config: &VideoConfig) -> Option<Trak> {
    let sps = &config.sps;
    let (width, height) = (u16::try_from(sps.width).ok()?, u16::try_from(sps.height).ok()?);
    let (sequence, picture) = &config.sets;
    // The trailing fields of High profiles are read from where they are, else left out as they came.
    let fixed = 7 + sequence.iter().chain(picture).map(|set| set.len() + 2).sum::<usize>();
    let ext = config.avcc.get(fixed..fixed + 4).filter(|_| sps.profile >= 100).map(|e| AvccExt {
        chroma_format: e[0] & 3,
        bit_depth_luma: (e[1] & 7) + 8,
        bit_depth_chroma: (e[2] & 7) + 8,
        sequence_parameter_sets_ext: Vec::new(),
    });
    let avcc = Avcc {
        configuration_version: 1,
        avc_profile_indication: sps.profile,
        profile_compatibility: sps.constraints,
        avc_level_indication: sps.level,
        length_size: u8::try_from(config.length_size).ok()?,
        sequence_parameter_sets: sequence.iter().map(|s| s.to_vec()).collect(),
        picture_parameter_sets: picture.iter().map(|s| s.to_vec()).collect(),
        ext,
    };
    let codec = Codec::Avc1(Avc1 {
        visual: Visual { data_reference_index: 1, width, height, ..Default::default() },
        avcc,
        pasp: sps.sample_aspect.map(|(w, h)| Pasp { h_spacing: w.into(), v_spacing: h.into() }),
        btrt: None,
        colr: None,
        taic: None,
        fiel: None,
        spatial: None,
    });
    let display = match sps.sample_aspect {
        Some((w, h)) => u16::try_from(u64::from(width) * u64::from(w) / u64::from(h)).unwrap_or(width),
        None => width,
    };
    let tkhd = Tkhd {
        track_id: VIDEO_TRACK,
        enabled: true,
        in_movie: true,
        width: display.into(),
        height: height.into(),
        ..Default::default()
    };
    let minf = Minf { vmhd: Some(Vmhd::default()), dinf: dinf(), stbl: stbl(codec), ..Default::default() };
    Some(trak(tkhd, TIMESCALE, b"vide", "Vitrine video", minf))
}

fn audio_trak(config: &AudioConfig) -> Trak {
    let codec = Codec::Mp4a(Mp4a {
        audio: Audio {
            data_reference_index: 1,
            channel_count: config.channels,
            sample_size: 16,
            // A 16.16 field: what doesn't fit is 0, and the decoder reads the rate from its own configuration.
            sample_rate: u16::try_from(config.sample_rate).unwrap_or(0).into(),
        },
        esds: Esds {
            es_desc: EsDescriptor {
                es_id: 1,
                dec_config: DecoderConfig {
                    object_type_indication: 0x40,
                    stream_type: 5,
                    dec_specific: Some(DecoderSpecific { raw: config.asc.to_vec(), ..Default::default() }),
                    ..Default::default()
                },
                sl_config: SLConfig {},
                ..Default::default()
            },
        },
        btrt: None,
        taic: None,
    });
    let tkhd = Tkhd {
        track_id: AUDIO_TRACK,
        enabled: true,
        in_movie: true,
        alternate_group: 1,
        volume: 1.into(),
        ..Default::default()
    };
    let minf = Minf { smhd: Some(Smhd::default()), dinf: dinf(), stbl: stbl(codec), ..Default::default() };
    trak(tkhd, config.sample_rate, b"soun", "Vitrine audio", minf)
}

fn trak(tkhd: Tkhd, timescale: u32, handler: &[u8; 4], name: &str, minf: Minf) -> Trak {
    let mdhd = Mdhd { timescale, language: "und".into(), ..Default::default() };
    let hdlr = Hdlr { handler: FourCC::new(handler), name: name.into() };
    Trak { tkhd, mdia: Mdia { mdhd, hdlr, minf }, ..Default::default() }
}

fn dinf() -> Dinf {
    Dinf { dref: Dref { entries: vec![Url { location: String::new() }.into()] } }
}

fn stbl(codec: Codec) -> Stbl {
    Stbl { stsd: Stsd { codecs: vec![codec] }, stco: Some(Stco::default()), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::super::codec::tests::avcc;
    use super::*;
    use mp4_atom::{Decode, DecodeMaybe, Mdat};

    #[test]
    fn the_initialisation_segment_reads_back() {
        let video = VideoConfig::parse(avcc()).unwrap();
        let audio = AudioConfig::parse(Bytes::from_static(&[0x12, 0x10])).unwrap();
        let bytes = init(&video, Some(&audio)).unwrap();
        let mut rest = &bytes[..];
        assert_eq!(Ftyp::decode(&mut rest).unwrap().major_brand, FourCC::new(b"iso6"));
        let moov = Moov::decode(&mut rest).unwrap();
        assert!(rest.is_empty());
        assert_eq!(moov.trak.len(), 2);
        assert!(moov.trak.iter().all(|t| t.edts.is_none()));
        assert_eq!(moov.trak[0].mdia.mdhd.timescale, 90_000);
        assert_eq!(moov.trak[1].mdia.mdhd.timescale, 44_100);
        let Codec::Avc1(entry) = &moov.trak[0].mdia.minf.stbl.stsd.codecs[0] else { panic!("no avc1") };
        let mut record = Vec::new();
        entry.avcc.encode(&mut record).unwrap();
        assert_eq!(&record[8..], &avcc()[..], "the publisher's record goes through unchanged");
        let again = init(&video, None).unwrap();
        assert!(again.len() < bytes.len());
    }

    #[test]
    fn a_part_points_at_its_samples_and_keeps_signed_offsets() {
        let sample = |ms: i64, composition: i64, data: &'static [u8]| VideoSample {
            dts: MediaTime::from_ms(ms),
            duration: MediaTime::from_ms(33),
            composition: MediaTime::from_ms(composition),
            sync: ms == 5000,
            data: Bytes::from_static(data),
        };
        let video = [sample(5000, 0, b"first"), sample(5033, -33, b"second")];
        let audio =
            [AudioRun { start: 220_500, frame_samples: 1024, packets: vec![Bytes::from_static(b"aac")] }];
        let bytes = part(7, &video, &audio).unwrap();
        let mut rest = &bytes[..];
        let moof = Moof::decode(&mut rest).unwrap();
        let trun = &moof.traf[0].trun[0];
        let entries: Vec<_> = trun.samples.iter().collect();
        assert_eq!(entries[1].cts, Some(-2970));
        assert_eq!(moof.traf[0].tfdt.as_ref().unwrap().base_media_decode_time, 450_000);
        let at = usize::try_from(trun.data_offset.unwrap()).unwrap();
        assert_eq!(&bytes[at..at + 5], b"first");
        let at = usize::try_from(moof.traf[1].trun[0].data_offset.unwrap()).unwrap();
        assert_eq!(&bytes[at..at + 3], b"aac");
        assert_eq!(Mdat::decode_maybe(&mut rest).unwrap().unwrap().data, b"firstsecondaac");
        assert_eq!(part(7, &video, &audio).unwrap(), bytes);
    }
}
