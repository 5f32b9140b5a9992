//! The plain handshake: three packets each way, 1 + 1536 + 1536 bytes.
//!
//! What the peer echoes (C2, S2) is skipped unread: encoders in use get it wrong, and it proves nothing.
//! The "random" filling is a fixed pattern, since its one purpose is to differ from the peer's.
//!
//! Source: RTMP 1.0, section 5.2.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::error::Error;

/// The protocol version of plain RTMP.
pub const VERSION: u8 = 3;
/// Bytes of C1, C2, S1 and S2.
pub const PACKET_BYTES: usize = 1536;

/// One side of a handshake, fed with bytes until it is done.
#[derive(Debug)]
pub struct Handshake {
    role: Role,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Client,
    Server,
}

#[derive(Debug)]
enum Step {
    /// Waiting for C0 or S0.
    Version,
    /// Collecting C1 or S1, to echo it.
    Packet(BytesMut),
    /// Skipping this many bytes of C2 or S2.
    Echo(usize),
    Done,
}

impl Handshake {
    /// The server's side. It speaks once C0 and C1 are there.
    pub fn server() -> Self {
        Self { role: Role::Server, step: Step::Version }
    }

    /// The client's side. Appends C0 and C1 to `out` at once.
    pub fn client(out: &mut BytesMut) -> Self {
        put_greeting(Role::Client, out);
        Self { role: Role::Client, step: Step::Version }
    }

    /// True once the last byte of the peer was read: what follows are chunks.
    pub fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Takes what belongs to the handshake from `input` and appends answers to `out`.
    ///
    /// # Errors
    /// [`Error::Version`] when the first byte is not 3.
    pub fn advance(&mut self, input: &mut Bytes, out: &mut BytesMut) -> Result<(), Error> {
        while !input.is_empty() && !self.is_done() {
            self.step = match std::mem::replace(&mut self.step, Step::Done) {
                Step::Version => match input.get_u8() {
                    VERSION => Step::Packet(BytesMut::with_capacity(PACKET_BYTES)),
                    other => return Err(Error::Version(other)),
                },
                Step::Packet(mut packet) => {
                    let taken = input.len().min(PACKET_BYTES - packet.len());
                    packet.put(input.split_to(taken));
                    if packet.len() < PACKET_BYTES {
                        Step::Packet(packet)
                    } else {
                        if self.role == Role::Server {
                            put_greeting(Role::Server, out);
                        }
                        out.put(packet);
                        Step::Echo(PACKET_BYTES)
                    }
                }
                Step::Echo(left) => {
                    let taken = input.len().min(left);
                    input.advance(taken);
                    if taken < left { Step::Echo(left - taken) } else { Step::Done }
                }
                Step::Done => Step::Done,
            };
        }
        Ok(())
    }
}

/// Version byte, time 0, four zero bytes, and 1528 bytes of a xorshift sequence that differs per role.
fn put_greeting(role: Role, out: &mut BytesMut) {
    out.reserve(1 + 2 * PACKET_BYTES);
    out.put_u8(VERSION);
    out.put_bytes(0, 8);
    let mut state: u64 = match role {
        Role::Client => 0x5669_7472_696e_6543,
        Role::Server => 0x5669_7472_696e_6553,
    };
    for _ in 0..(PACKET_BYTES - 8) / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.put_u64(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_finish_byte_by_byte() {
        let (mut to_server, mut to_client) = (BytesMut::new(), BytesMut::new());
        let mut client = Handshake::client(&mut to_server);
        let mut server = Handshake::server();
        while !(client.is_done() && server.is_done()) {
            assert!(!to_server.is_empty() || !to_client.is_empty(), "nobody speaks");
            for byte in to_server.split() {
                server.advance(&mut Bytes::copy_from_slice(&[byte]), &mut to_client).unwrap();
            }
            for byte in to_client.split() {
                client.advance(&mut Bytes::copy_from_slice(&[byte]), &mut to_server).unwrap();
            }
        }
    }

    #[test]
    fn server_answers_with_version_greeting_and_echo() {
        let mut c0c1 = vec![3];
        c0c1.extend([7; PACKET_BYTES]);
        let mut out = BytesMut::new();
        Handshake::server().advance(&mut c0c1.into(), &mut out).unwrap();
        assert_eq!(out.len(), 1 + 2 * PACKET_BYTES);
        assert_eq!(out[0], VERSION);
        assert_eq!(out[1 + PACKET_BYTES..], [7; PACKET_BYTES]);
    }

    #[test]
    fn bytes_after_the_handshake_are_left_for_the_chunks() {
        let mut input = BytesMut::new();
        Handshake::client(&mut input);
        input.put_bytes(0, PACKET_BYTES);
        input.put_slice(b"chunk");
        let mut input = input.freeze();
        let mut server = Handshake::server();
        server.advance(&mut input, &mut BytesMut::new()).unwrap();
        assert!(server.is_done());
        assert_eq!(input, "chunk");
    }

    #[test]
    fn http_is_turned_away_at_the_first_byte() {
        let mut input = Bytes::from_static(b"GET / HTTP/1.1\r\n");
        let refused = Handshake::server().advance(&mut input, &mut BytesMut::new());
        assert_eq!(refused, Err(Error::Version(b'G')));
    }
}
