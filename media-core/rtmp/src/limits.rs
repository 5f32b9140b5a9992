//! Every bound of a connection in one place. Memory is taken only after these were asked.

use std::time::Duration;

/// Bounds on what a peer may make us hold, read or wait for.
///
/// The defaults are those Vitrine runs with. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message while publishing: 8 MB, a very large key frame.
    pub message_bytes: usize,
    /// Largest message before a publish was asked for: 64 KiB, far more than any command needs.
    pub login_message_bytes: usize,
    /// Chunk streams a peer may open: 32. Encoders use four to six.
    pub chunk_streams: usize,
    /// Declared sizes of all unfinished messages together: 16 MB.
    pub partial_bytes: usize,
    /// Media a publisher may send before its publish is answered: 1 MiB.
    pub undecided_bytes: usize,
    /// What a publisher may send a second, over a longer time: 16 MB, several times the largest stream of any encoder.
    pub media_rate: usize,
    /// What it may send beyond that at once, such as what waited for a line that was away: 64 MB.
    pub media_burst: usize,
    /// Answers a server session keeps for a peer that does not read: 256 KiB.
    pub answer_bytes: usize,
    /// Bounds of AMF0 decoding.
    pub amf: AmfLimits,
    /// From the first moment to the last handshake byte: 5 s.
    pub handshake: Duration,
    /// From the end of the handshake to the publish (server: asked for; client: answered): 10 s.
    pub login: Duration,
    /// Without a single byte while publishing (server): 15 s.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 8_000_000,
            login_message_bytes: 65_536,
            chunk_streams: 32,
            partial_bytes: 16_000_000,
            undecided_bytes: 1_048_576,
            media_rate: 16_000_000,
            media_burst: 64_000_000,
            answer_bytes: 262_144,
            amf: AmfLimits::default(),
            handshake: Duration::from_secs(5),
            login: Duration::from_secs(10),
            idle: Duration::from_secs(15),
        }
    }
}

/// Bounds of AMF0 decoding: a small message must not unfold into a large tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmfLimits {
    /// Containers inside containers: 16.
    pub depth: usize,
    /// Properties or elements of one container: 256.
    pub properties: usize,
    /// Values of one message, all containers together: 2048.
    pub values: usize,
}

impl Default for AmfLimits {
    fn default() -> Self {
        Self { depth: 16, properties: 256, values: 2048 }
    }
}
