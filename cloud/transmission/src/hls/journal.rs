//! Facts as bytes: appended to a file before they are announced, read back after a crash.
//!
//! A record is `u32` length of what follows, `u32` length of the header, the header (the fact as
//! JSON), then the fact's media bytes to the end. All integers are big-endian.

use bytes::{Buf, BufMut, Bytes};

use super::fact::Fact;

/// Largest record believed: a part is far below.
const MAX_RECORD: usize = 64 << 20;

/// Appends one fact to `out`; its media bytes, if it has any, are then the last in `out`.
pub fn encode(fact: &Fact, out: &mut Vec<u8>) {
    encode_head(fact, out);
    out.extend_from_slice(fact.bytes().map_or(&[][..], |b| b));
}

/// Appends what stands in front of a fact's media bytes.
pub fn encode_head(fact: &Fact, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    // Facts hold strings, numbers and names only, which JSON can always say.
    if serde_json::to_writer(&mut *out, fact).is_err() {
        return out.truncate(start);
    }
    let header = out.len() - start - 8;
    let body = fact.bytes().map_or(0, Bytes::len);
    (&mut out[start..]).put_u32((4 + header + body) as u32);
    (&mut out[start + 4..]).put_u32(header as u32);
}

/// Reads facts back, sharing `data`. Ends at the first record that is cut off or damaged: that is
/// where the writer died, and nothing behind it was announced.
pub fn decode(mut data: Bytes) -> impl Iterator<Item = Fact> {
    std::iter::from_fn(move || {
        if data.len() < 8 {
            return None;
        }
        let mut head = &data[..8];
        let (length, header) = (head.get_u32() as usize, head.get_u32() as usize);
        if length > MAX_RECORD || header.checked_add(4)? > length || data.len() < length + 4 {
            return None;
        }
        let record = data.split_to(length + 4);
        let mut fact: Fact = serde_json::from_slice(&record[8..8 + header]).ok()?;
        fact.set_bytes(record.slice(8 + header..));
        Some(fact)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{fact::RungName, time::MediaTime};
    use super::*;
    use proptest::prelude::*;

    fn facts() -> Vec<Fact> {
        let rung = RungName::source();
        vec![
            Fact::Part {
                rung: rung.clone(),
                msn: 4,
                index: 2,
                duration: MediaTime::from_ms(333),
                independent: true,
                bytes: Bytes::from_static(b"moofmdat"),
            },
            Fact::SegmentClosed { rung, msn: 4, duration: MediaTime::from_ms(2000), gap: false },
            Fact::Ended,
        ]
    }

    #[test]
    fn facts_come_back_as_they_went() {
        let mut out = Vec::new();
        facts().iter().for_each(|f| encode(f, &mut out));
        assert_eq!(decode(out.into()).collect::<Vec<_>>(), facts());
    }

    #[test]
    fn a_torn_tail_costs_only_the_torn_record() {
        let mut out = Vec::new();
        facts().iter().for_each(|f| encode(f, &mut out));
        for end in 0..out.len() {
            let read = decode(Bytes::copy_from_slice(&out[..end])).count();
            assert!(read < 3);
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(bytes.into()).count();
        }
    }
}
