//! Facts as bytes: appended to a file before they are announced, read back after a crash.
//!
//! A record is `u32` length of what follows, `u32` length of the header, the header (the fact as
//! JSON), then the fact's media bytes to the end. All integers are big-endian.

use bytes::{Buf, BufMut, Bytes};

use super::fact::Fact;

/// Largest record believed: a part is far below.
const MAX_RECORD: usize = 64 << 20;

/// Appends one fact to `out`.
pub fn encode(fact: &Fact, out: &mut Vec<u8>) {
    // Facts hold strings, numbers and names only, which JSON can always say.
    let Ok(header) = serde_json::to_vec(fact) else { return };
    let body = fact.bytes().map_or(&[][..], |b| b);
    out.reserve(8 + header.len() + body.len());
    out.put_u32((4 + header.len() + body.len()) as u32);
    out.put_u32(header.len() as u32);
    out.put_slice(&header);
    out.put_slice(body);
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
