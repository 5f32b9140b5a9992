//! One encoder process and its two pipes.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::codec::{FramedRead, FramedWrite};

use super::left_out::LeftOut;
use crate::encoder::{Answer, Ask, Frames, Setup, Unit};

const WAITING_ASKS: usize = 1_024;
const WAITING_ANSWERS: usize = 64;

/// A running encoder. Dropping it kills the process.
pub struct Child {
    process: tokio::process::Child,
    asks: mpsc::Sender<Ask>,
    answers: mpsc::Receiver<Result<Answer, String>>,
    started: Instant,
    left_out: LeftOut,
}

impl Child {
    /// Starts `program encoder` with the setup and the pictures that lead to the next one; the pipe takes those at its own
    /// pace, while what is fed is queued.
    pub fn start(program: &Path, setup: Setup, lead_in: impl Iterator<Item = Unit>) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg("encoder")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (asks, ask_receiver) = mpsc::channel(WAITING_ASKS);
        let (answer_sender, answers) = mpsc::channel(WAITING_ANSWERS);
        let first = std::iter::once(Ask::Setup(setup)).chain(lead_in.map(Ask::Unit)).collect();
        tokio::spawn(write(stdin, first, ask_receiver));
        tokio::spawn(read(stdout, answer_sender));
        Ok(Self { process, asks, answers, started: Instant::now(), left_out: LeftOut::default() })
    }

    /// Queues a picture; while the pipe is jammed, pictures are left out.
    pub fn feed(&mut self, unit: Unit) {
        let send = |ask| self.asks.try_send(ask).is_ok();
        self.left_out.pass(unit, || send(Ask::Drain), |unit| send(Ask::Unit(unit)));
    }

    /// Asks for what the decoder still holds; what comes next does not follow.
    pub fn drain(&mut self) {
        if self.asks.try_send(Ask::Drain).is_err() {
            self.left_out.end();
        }
    }

    /// The next answer; an error says why there will be no more.
    pub async fn next(&mut self) -> Result<Answer, String> {
        match self.answers.recv().await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(reason)) => Err(reason),
            None => Err(match self.process.wait().await {
                Ok(status) => format!("it ended: {status}"),
                Err(error) => error.to_string(),
            }),
        }
    }

    /// How long it has run.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.id()
    }
}

async fn write(stdin: ChildStdin, first: Vec<Ask>, mut asks: mpsc::Receiver<Ask>) {
    let mut pipe = FramedWrite::new(stdin, Frames);
    let mut first = first.into_iter();
    loop {
        let Some(ask) = (match first.next() {
            Some(ask) => Some(ask),
            None => asks.recv().await,
        }) else {
            return;
        };
        let sent = match ask.to_frame() {
            Ok(frame) => pipe.send(frame).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return tracing::debug!(%error, "the encoder reads no more");
        }
    }
}

async fn read(stdout: ChildStdout, answers: mpsc::Sender<Result<Answer, String>>) {
    let mut pipe = FramedRead::new(stdout, Frames);
    while let Some(frame) = pipe.next().await {
        let answer =
            frame.map_err(Into::into).and_then(Answer::from_frame).map_err(|error| error.to_string());
        let broken = answer.is_err();
        if answers.send(answer).await.is_err() || broken {
            return;
        }
    }
}
