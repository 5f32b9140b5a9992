//! Length-prefixed frames, as the per-show processes speak them. Pure.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

/// Largest frame after its length: a message of 8 MB, the most that RTMP takes, and room for its header.
pub const MAX_FRAME_BYTES: usize = 9_000_000;

const LENGTH_BYTES: usize = 4;

/// One frame: `u32` big-endian length of what follows, `u8` kind, body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the body is; each connection has its own list.
    pub kind: u8,
    /// The rest.
    pub body: Bytes,
}

/// What a peer can do wrong with a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The far side declared a frame without even a kind.
    #[error("a frame of length 0")]
    Empty,
    /// The far side declared, or we tried to send, a frame past [`MAX_FRAME_BYTES`].
    #[error("a frame of {0} bytes, at most {MAX_FRAME_BYTES} are taken")]
    TooLong(usize),
    /// The connection failed.
    #[error("the connection failed")]
    Io(#[from] std::io::Error),
}

/// Reads and writes [`Frame`]s. No memory is taken for a body before its length was checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frames;

impl Decoder for Frames {
    type Item = Frame;
    type Error = FrameError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        let Some(prefix) = buffer.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = u32::from_be_bytes(*prefix) as usize;
        match length {
            0 => return Err(FrameError::Empty),
            MAX_FRAME_BYTES.. => return Err(FrameError::TooLong(length)),
            _ => {}
        }
        if buffer.len() < LENGTH_BYTES + length {
            buffer.reserve(LENGTH_BYTES + length - buffer.len());
            return Ok(None);
        }
        buffer.advance(LENGTH_BYTES);
        let kind = buffer.get_u8();
        Ok(Some(Frame { kind, body: buffer.split_to(length - 1).freeze() }))
    }
}

impl Encoder<Frame> for Frames {
    type Error = FrameError;

    fn encode(&mut self, frame: Frame, buffer: &mut BytesMut) -> Result<(), FrameError> {
        let length = frame.body.len() + 1;
        let declared = u32::try_from(length).ok().filter(|_| length < MAX_FRAME_BYTES);
        let declared = declared.ok_or(FrameError::TooLong(length))?;
        buffer.reserve(LENGTH_BYTES + length);
        buffer.put_u32(declared);
        buffer.put_u8(frame.kind);
        buffer.put_slice(&frame.body);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_absurd_length_is_refused_before_memory_is_taken() {
        let mut buffer = BytesMut::from(&[0xff, 0xff, 0xff, 0xff, 0][..]);
        let before = buffer.capacity();
        assert!(matches!(Frames.decode(&mut buffer), Err(FrameError::TooLong(0xffff_ffff))));
        assert_eq!(buffer.capacity(), before);
    }

    #[test]
    fn a_frame_without_a_kind_is_refused() {
        assert!(matches!(Frames.decode(&mut BytesMut::from(&[0, 0, 0, 0][..])), Err(FrameError::Empty)));
    }

    #[test]
    fn too_long_a_frame_is_not_sent() {
        let frame = Frame { kind: 1, body: Bytes::from(vec![0; MAX_FRAME_BYTES]) };
        let mut buffer = BytesMut::new();
        assert!(matches!(Frames.encode(frame, &mut buffer), Err(FrameError::TooLong(_))));
        assert!(buffer.is_empty());
    }

    proptest! {
        #[test]
        fn frames_survive_any_split_of_the_stream(
            frames in proptest::collection::vec((any::<u8>(), proptest::collection::vec(any::<u8>(), 0..200)), 0..8),
            step in 1usize..64,
        ) {
            let mut wire = BytesMut::new();
            let sent: Vec<Frame> =
                frames.into_iter().map(|(kind, body)| Frame { kind, body: body.into() }).collect();
            for frame in &sent {
                Frames.encode(frame.clone(), &mut wire).unwrap();
            }
            let (mut buffer, mut got) = (BytesMut::new(), Vec::new());
            for piece in wire.chunks(step) {
                buffer.extend_from_slice(piece);
                while let Some(frame) = Frames.decode(&mut buffer).unwrap() {
                    got.push(frame);
                }
            }
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = Frames.decode(&mut buffer) {}
        }
    }
}
