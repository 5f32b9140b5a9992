//! A real encoder that publishes a moving picture with sound: ffmpeg.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A publishing ffmpeg; it ends with this value.
pub struct Publisher(Child);

impl Publisher {
    /// 640×360, 30 frames a second, a key frame each 2 s, a 440 Hz tone, to an `rtmp://` address.
    pub fn start(address: &str) -> Result<Self> {
        Self::with(address, &["-g", "60", "-bf", "0"])
    }

    /// The same with other encoder options.
    pub fn with(address: &str, encoder: &[&str]) -> Result<Self> {
        let child = Command::new("ffmpeg")
            .args([
                "-nostdin",
                "-loglevel",
                "error",
                "-re",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=640x360:rate=30",
            ])
            .args(["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"])
            .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "900k"])
            .args(encoder)
            .args(["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-f", "flv", address])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("ffmpeg")?;
        Ok(Self(child))
    }

    /// Whether it has ended by itself (refused, or cut off).
    pub fn ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }

    /// Stops as a person stops it: the stream is closed properly.
    pub fn stop(mut self) {
        crate::cloud::signal(i32::try_from(self.0.id()).unwrap_or(0), libc::SIGINT);
        let _ = self.0.wait();
    }

    /// Stops sending without a word, as a lost network does; the socket stays open.
    pub fn freeze(&self) {
        crate::cloud::signal(i32::try_from(self.0.id()).unwrap_or(0), libc::SIGSTOP);
    }

    /// Goes on sending after [`Publisher::freeze`].
    pub fn thaw(&self) {
        crate::cloud::signal(i32::try_from(self.0.id()).unwrap_or(0), libc::SIGCONT);
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
