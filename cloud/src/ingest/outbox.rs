//! The queue of one control connection, bounded by tags and by bytes. Sending never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

use vitrine_transmission::{Command, Down};

/// Frames that may wait; at 60 pictures and 47 packets of sound a second, 20 s.
const MAX_FRAMES: usize = 2_048;
/// Bytes of media that may wait.
const MAX_BYTES: usize = 32 << 20;

/// The sending end.
#[derive(Debug, Clone)]
pub struct Outbox {
    frames: mpsc::Sender<Down>,
    bytes: Arc<AtomicUsize>,
}

/// The receiving end.
#[derive(Debug)]
pub struct Drain {
    frames: mpsc::Receiver<Down>,
    bytes: Arc<AtomicUsize>,
}

/// The frame did not fit, or nobody reads any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

/// A new, empty queue.
pub fn outbox() -> (Outbox, Drain) {
    let (sender, receiver) = mpsc::channel(MAX_FRAMES);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Outbox { frames: sender, bytes: bytes.clone() }, Drain { frames: receiver, bytes })
}

impl Outbox {
    /// Queues a frame. The last places are kept for commands.
    pub fn send(&self, down: Down) -> Result<(), Full> {
        const KEPT_FOR_COMMANDS: usize = 64;
        let size = size(&down);
        if size > 0
            && (self.frames.capacity() <= KEPT_FOR_COMMANDS
                || self.bytes.load(Ordering::Relaxed) + size > MAX_BYTES)
        {
            return Err(Full);
        }
        self.frames.try_send(down).map_err(|_| Full)?;
        self.bytes.fetch_add(size, Ordering::Relaxed);
        Ok(())
    }

    /// Queues a command.
    pub fn command(&self, command: Command) -> Result<(), Full> {
        self.send(Down::Command(command))
    }

    /// Whether the reader has caught up so far that media is worth sending again.
    pub fn has_room(&self) -> bool {
        self.frames.capacity() > MAX_FRAMES / 2 && self.bytes.load(Ordering::Relaxed) < MAX_BYTES / 2
    }
}

impl Drain {
    /// The next frame; `None` when every sender is gone.
    pub async fn next(&mut self) -> Option<Down> {
        let down = self.frames.recv().await?;
        self.bytes.fetch_sub(size(&down), Ordering::Relaxed);
        Some(down)
    }

    /// The next frame, if one waits already.
    pub fn next_of_now(&mut self) -> Option<Down> {
        let down = self.frames.try_recv().ok()?;
        self.bytes.fetch_sub(size(&down), Ordering::Relaxed);
        Some(down)
    }
}

/// Bytes that count: those of media.
fn size(down: &Down) -> usize {
    match down {
        Down::Command(_) => 0,
        Down::Tag(tag) => tag.payload.len().max(1),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use vitrine_rtmp::flv::{Tag, TagKind};

    use super::*;

    fn tag(size: usize) -> Down {
        Down::Tag(Tag { kind: TagKind::Video, timestamp_ms: 0, payload: Bytes::from(vec![0; size]) })
    }

    #[tokio::test]
    async fn media_is_bounded_by_bytes_and_commands_still_pass() {
        let (outbox, mut drain) = outbox();
        while outbox.send(tag(1 << 20)).is_ok() {}
        assert!(!outbox.has_room());
        assert_eq!(outbox.command(Command::End), Ok(()));
        for _ in 0..32 {
            drain.next().await.unwrap();
        }
        assert_eq!(drain.next().await, Some(Down::Command(Command::End)));
        assert!(outbox.has_room());
    }

    #[tokio::test]
    async fn a_flood_of_small_tags_leaves_room_for_commands() {
        let (outbox, _drain) = outbox();
        while outbox.send(tag(1)).is_ok() {}
        assert_eq!(outbox.command(Command::End), Ok(()));
    }
}
