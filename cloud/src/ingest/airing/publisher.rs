//! The publisher's side of a show's task.

use tokio::sync::mpsc;
use tokio::time::Instant;
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::flv::Tag;

use super::Airing;
use crate::show::{Admission, MediaFact};
use vitrine_transmission::{Command, Down};

/// Why a publisher was not let in: a sentence for the person at the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Somebody publishes already.
    Taken,
    /// The show is over.
    Ended,
}

impl Busy {
    /// The sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Taken => "This show already receives another encoder. Stop that one first.",
            Self::Ended => "This show has ended.",
        }
    }
}

/// Closes a publisher's connection, telling it why.
#[derive(Debug, Clone)]
pub struct Kick(mpsc::Sender<&'static str>);

impl Kick {
    /// The kick and what the connection listens to.
    pub fn new() -> (Self, mpsc::Receiver<&'static str>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    fn out(&self, why: &'static str) {
        let _ = self.0.try_send(why); // full: already on its way out
    }
}

pub(super) struct Publisher {
    pub(super) session: PublishSessionId,
    kick: Kick,
    silent: bool,
}

impl Airing {
    pub(super) async fn publish(&mut self, admission: Admission, kick: Kick) -> Result<(), Busy> {
        if self.ended {
            return Err(Busy::Ended);
        }
        if let Some(old) = &self.publisher {
            if !old.silent && !self.deps.settings.takeover {
                return Err(Busy::Taken);
            }
            old.kick.out("Another encoder took over.");
            self.command(Command::PublishEnded { session: old.session, clean: false });
        }
        if admission.on_air && self.live_at.is_none() {
            self.live_at = Some(self.deps.clock.now());
        }
        let session = admission.session;
        self.gop.clear();
        self.publisher = Some(Publisher { session, kick, silent: false });
        self.fact(MediaFact::Receiving { session });
        self.command(Command::PublishStarted { session });
        if self.running.is_none() && self.restart_at.is_none() {
            self.launch().await;
        }
        Ok(())
    }

    pub(super) fn tag(&mut self, session: PublishSessionId, tag: Tag) {
        let Some(publisher) = self.publisher.as_mut().filter(|publisher| publisher.session == session) else {
            return;
        };
        if std::mem::take(&mut publisher.silent) {
            self.fact(MediaFact::Receiving { session });
        }
        self.gop.push(&tag);
        let Some(link) = self.running.as_mut().and_then(|running| running.link.as_mut()) else { return };
        if link.behind && tag.is_keyframe() && link.outbox.has_room() {
            link.behind = self.gop.replay().any(|tag| link.outbox.send(Down::Tag(tag.clone())).is_err());
        } else if !link.behind && link.outbox.send(Down::Tag(tag)).is_err() {
            tracing::warn!(show.id = %self.show, "the transmission is too slow: media is dropped up to a key frame");
            link.behind = true;
        }
    }

    pub(super) fn silent(&mut self, session: PublishSessionId) {
        if let Some(publisher) = self.publisher.as_mut().filter(|publisher| publisher.session == session)
            && !std::mem::replace(&mut publisher.silent, true)
        {
            self.fact(MediaFact::PublisherLost { session, clean: false });
        }
    }

    pub(super) fn gone(&mut self, session: PublishSessionId, clean: bool) {
        let Some(publisher) = self.publisher.take_if(|publisher| publisher.session == session) else {
            return;
        };
        self.gop.clear();
        self.idle_since = Instant::now();
        self.command(Command::PublishEnded { session, clean });
        if !publisher.silent {
            self.fact(MediaFact::PublisherLost { session, clean });
        }
    }

    pub(super) fn kick(&self, why: &'static str) {
        if let Some(publisher) = &self.publisher {
            publisher.kick.out(why);
        }
    }

    /// What a transmission must hear of the publisher when it comes (back).
    pub(super) fn replay(&mut self, last_session: Option<PublishSessionId>) {
        match (&self.publisher, last_session) {
            (Some(publisher), last) => {
                let session = publisher.session;
                if let Some(last) = last.filter(|last| *last != session) {
                    self.command(Command::PublishEnded { session: last, clean: false });
                }
                self.command(Command::PublishStarted { session });
                let Some(link) = self.running.as_mut().and_then(|running| running.link.as_mut()) else {
                    return;
                };
                link.behind = self.gop.replay().any(|tag| link.outbox.send(Down::Tag(tag.clone())).is_err());
            }
            (None, Some(session)) => self.command(Command::PublishEnded { session, clean: false }),
            (None, None) => {}
        }
    }
}
