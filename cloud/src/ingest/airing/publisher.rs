//! The publisher's side of a show's task.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use vitrine_protocol::PublishSessionId;
use vitrine_rtmp::flv::{Tag, VideoPacket};

use super::transmission::LinkEnd;
use super::{Airing, GHOST_WITHIN, Remote};
use crate::events::LossReason;
use crate::show::{Admission, MediaFact};
use vitrine_transmission::{Command, Down};

/// A drift is told again when it has changed by this much.
const DRIFT_STEP_MS: i64 = 20;

/// Pictures that stay away for longer have stopped, whatever else is heard; what is shorter is a gap.
const NO_PICTURES_AFTER: Duration = Duration::from_secs(5);
/// The first picture is awaited for this long: longer than two key frames of any encoder's defaults are apart.
const FIRST_PICTURE_WITHIN: Duration = Duration::from_secs(20);
/// Pictures that nobody can begin with come for this long before their encoder is asked to connect again.
const KEY_FRAME_WITHIN: Duration = Duration::from_secs(15);
const NO_KEY_FRAME: &str = "No key frame has come for 15 seconds, and without one the picture cannot be shown. \
                            Connect again; one every 2 seconds suits a live show.";
/// An encoder that sends no picture at all is told so after this.
const ANY_PICTURE_WITHIN: Duration = Duration::from_secs(60);
const NO_PICTURE: &str = "No picture has come for a minute, and a show needs one. Add a picture in your encoder, then start again.";

/// Why a publisher was not let in: a sentence for the person at the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Somebody publishes already.
    Taken,
    /// It, or too many in all, came and went so often of late that each further one would only fill the timeline.
    TooOften,
    /// The show is over.
    Ended,
    /// Another server looks after the show by now.
    Moved,
}

impl Busy {
    /// The sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Taken => "This show already receives another encoder. Stop that one first.",
            Self::TooOften => {
                "Encoders connect to this show too often. Stop any other that still tries, and wait ten seconds."
            }
            Self::Ended => "This show has ended.",
            Self::Moved => "The show has moved to another server. Connect again.",
        }
    }
}

/// The last word to a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// For the person at the encoder.
    pub sentence: String,
    /// For the timeline.
    pub reason: LossReason,
}

/// Closes a publisher's connection, telling it why.
#[derive(Debug, Clone)]
pub struct Kick(mpsc::Sender<Farewell>);

impl Kick {
    /// The kick and what the connection listens to.
    pub fn new() -> (Self, mpsc::Receiver<Farewell>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    fn out(&self, sentence: impl Into<String>, reason: LossReason) {
        let _ = self.0.try_send(Farewell { sentence: sentence.into(), reason }); // full: already on its way out
    }
}

pub(super) struct Publisher {
    pub(super) session: PublishSessionId,
    kick: Kick,
    silent: bool,
    /// A picture of it has its place on the media clock.
    shown: bool,
    /// Shows believe that its picture arrives.
    received: bool,
    /// A picture of it came, whether it can be shown or not.
    has_pictures: bool,
    /// When its last picture came, or it came itself.
    pictured: Instant,
    /// When it came, or was heard again, or the transmission that is to show its first picture came.
    awaited: Instant,
    /// Since when its pictures lean on one that the transmission never got.
    keyless: Option<Instant>,
}

/// A publisher that is gone while shows still believe that its picture arrives: one that comes in its place in time
/// interrupts nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ghost {
    session: PublishSessionId,
    until: Instant,
    /// What is told of it when a picture of the next one came in time.
    followed: LossReason,
    /// And when none did.
    lost: LossReason,
}

impl Ghost {
    /// It was connected to the server before this one.
    pub(super) fn of_server_before(session: PublishSessionId) -> Self {
        let until = Instant::now() + GHOST_WITHIN;
        Self { session, until, followed: LossReason::Moved, lost: LossReason::ServerLost }
    }

    /// Another encoder took over.
    fn replaced(session: PublishSessionId) -> Self {
        let until = Instant::now() + GHOST_WITHIN;
        Self { session, until, followed: LossReason::Replaced, lost: LossReason::NoPictures }
    }
}

impl Airing {
    pub(super) fn publish(&mut self, admission: Admission, remote: Remote, kick: Kick) -> Result<(), Busy> {
        if self.ended {
            return Err(Busy::Ended);
        }
        if self.moved.is_some() {
            return Err(Busy::Moved);
        }
        if self.is_heard() && !self.deps.settings.takeover {
            return Err(Busy::Taken);
        }
        if !self.allowance.takes(&remote, Instant::now()) {
            return Err(Busy::TooOften);
        }
        if let Some(old) = &self.publisher {
            old.kick.out("Another encoder took over.", LossReason::Replaced);
            let (session, silent, received) = (old.session, old.silent, old.received);
            self.command(Command::PublishEnded { session, clean: false });
            if received {
                self.ghost = Some(Ghost::replaced(session));
            } else if !silent {
                self.fact(MediaFact::PublisherLost { session, reason: LossReason::Replaced });
            }
        } else if let Some(ghost) = &mut self.ghost {
            ghost.until = Instant::now() + GHOST_WITHIN; // it is here; its picture may take a moment
        }
        if admission.on_air && self.live_at.is_none() {
            self.live_at = Some(self.deps.clock.now());
        }
        (self.clock_epoch, self.ladder_top) = (Some(admission.clock_epoch), admission.ladder_top);
        let (session, now) = (admission.session, Instant::now());
        self.gop.clear();
        self.drift_ms = 0;
        self.publisher = Some(Publisher {
            session,
            kick,
            silent: false,
            shown: false,
            received: false,
            has_pictures: false,
            pictured: now,
            awaited: now,
            keyless: None,
        });
        let first = self.gop.first();
        if let Some(link) = self.link() {
            (link.next, link.keyed) = (Some(first), false);
        }
        self.fact(MediaFact::Admitted { session, remote: remote.address });
        self.command(Command::PublishStarted { session });
        if self.running.is_none() && self.restart_at.is_none() {
            self.launch();
        }
        Ok(())
    }

    pub(super) fn tag(&mut self, session: PublishSessionId, tag: Tag) {
        let Some(publisher) = self.publisher.as_mut().filter(|publisher| publisher.session == session) else {
            return;
        };
        publisher.has_pictures |= is_picture(&tag);
        if std::mem::take(&mut publisher.silent) {
            tracing::info!(show.id = %self.show, %session, "the publisher is heard again");
            publisher.awaited = Instant::now();
            self.fact(MediaFact::HeardAgain { session });
        }
        self.gop.push(&tag);
        self.feed();
        if is_picture(&tag) {
            if self.lacks_key() { self.unusable() } else { self.pictured() }
        }
    }

    /// Sends the transmission what it lacks, as far as it takes it; the rest follows. Once that was forgotten, it goes on at
    /// a key frame, with the group of pictures that is kept if there is one.
    pub(super) fn feed(&mut self) {
        let Some(link) = self.running.as_mut().and_then(|running| running.link.as_mut()) else {
            return self.gop.sent(u64::MAX);
        };
        if link.next.is_some_and(|next| next < self.gop.first()) {
            tracing::warn!(show.id = %self.show, "the transmission is too slow: media is dropped up to a key frame");
            (link.next, link.keyed) = (None, false);
        }
        let send = |tag: &Tag| link.outbox.send(Down::Tag(tag.clone())).is_ok();
        if link.next.is_none()
            && self.gop.can_begin()
            && link.outbox.has_room()
            && self.gop.headers().all(send)
        {
            link.next = Some(self.gop.first());
        }
        while let Some(next) = link.next
            && let Some(tag) = self.gop.get(next)
            && send(tag)
        {
            link.keyed |= tag.is_keyframe();
            link.next = Some(next + 1);
        }
        self.gop.sent(link.next.unwrap_or(u64::MAX));
    }

    /// Whether a publisher's picture arrives, or its first one may still come.
    pub(super) fn is_heard(&self) -> bool {
        let linked = self.running.as_ref().is_some_and(|running| running.link.is_some());
        let awaited = |since: Instant| !linked || since.elapsed() < FIRST_PICTURE_WITHIN;
        self.publisher.as_ref().is_some_and(|publisher| {
            !publisher.silent && (publisher.received || !publisher.shown && awaited(publisher.awaited))
        })
    }

    /// Silence is a loss for shows. The transmission is told nothing: the connection may go on where it stopped, and then what
    /// it brings follows what came before.
    pub(super) fn silent(&mut self, session: PublishSessionId) {
        if let Some(publisher) = self.publisher.as_mut().filter(|publisher| publisher.session == session)
            && !std::mem::replace(&mut publisher.silent, true)
        {
            (publisher.received, publisher.keyless) = (false, None);
            if !publisher.shown {
                self.lose_ghost(LossReason::Silent);
            }
            tracing::info!(show.id = %self.show, %session, "the publisher has fallen silent");
            self.fact(MediaFact::PublisherLost { session, reason: LossReason::Silent });
        }
    }

    /// A picture of the session was put on the media clock: from the first one on, the show receives.
    pub(super) fn mapped(&mut self, session: PublishSessionId, offset_ms: i64) {
        self.fact(MediaFact::SessionMapped { session, offset_ms });
        if let Some(publisher) = self.publisher.as_mut().filter(|publisher| publisher.session == session) {
            publisher.shown = true;
            if !publisher.silent && publisher.pictured.elapsed() <= NO_PICTURES_AFTER {
                self.received();
            }
        }
    }

    /// A picture came. It needs no new place on the clock when pictures had only paused.
    fn pictured(&mut self) {
        let Some(publisher) = &mut self.publisher else { return };
        (publisher.pictured, publisher.keyless) = (Instant::now(), None);
        if publisher.shown {
            self.received();
        }
    }

    /// Whether the pictures lean on one that the transmission never got, and which it cannot do without.
    fn lacks_key(&mut self) -> bool {
        let shown = self.publisher.as_ref().is_some_and(|publisher| publisher.shown);
        !self.gop.has_key() && self.link().is_some_and(|link| link.next.is_none() || !link.keyed && !shown)
    }

    /// Such a picture came. Where no key frame follows, the encoder must connect again: each begins with one.
    fn unusable(&mut self) {
        let Some(publisher) = &mut self.publisher else { return };
        let since = *publisher.keyless.get_or_insert_with(Instant::now);
        if since.elapsed() > KEY_FRAME_WITHIN {
            publisher.kick.out(NO_KEY_FRAME, LossReason::NoPictures);
        }
    }

    /// The show receives the publisher's picture.
    fn received(&mut self) {
        if let Some(publisher) = &mut self.publisher
            && !std::mem::replace(&mut publisher.received, true)
        {
            let session = publisher.session;
            if let Some(followed) = self.ghost.map(|ghost| ghost.followed) {
                self.lose_ghost(followed);
            }
            self.fact(MediaFact::Receiving { session });
        }
    }

    /// Pictures that have stopped are a loss for shows, even while sound or single bytes still come. The transmission goes on
    /// with what it gets. After a pause of this process itself, pictures are still to be read.
    pub(super) fn check_pictures(&mut self, after_pause: bool) {
        let linked = self.link().is_some();
        let Some(publisher) = &mut self.publisher else { return };
        if after_pause {
            (publisher.pictured, publisher.awaited, publisher.keyless) =
                (Instant::now(), Instant::now(), None);
        }
        let never = !publisher.silent && !publisher.has_pictures;
        if never && publisher.pictured.elapsed() > ANY_PICTURE_WITHIN {
            publisher.kick.out(NO_PICTURE, LossReason::NoPictures);
        }
        // A transmission that came in the place of another has shown none of them yet.
        let unshown = linked && !publisher.shown && publisher.awaited.elapsed() > NO_PICTURES_AFTER;
        if publisher.received && (unshown || publisher.pictured.elapsed() > NO_PICTURES_AFTER) {
            publisher.received = false;
            let session = publisher.session;
            tracing::info!(show.id = %self.show, %session, "the publisher's pictures have stopped");
            self.fact(MediaFact::PublisherLost { session, reason: LossReason::NoPictures });
        }
    }

    /// Its pictures cannot be shown: it is sent away with a sentence that says what to send.
    pub(super) fn not_carried(&mut self, session: PublishSessionId, sentence: String) {
        if let Some(publisher) = self.publisher.as_ref().filter(|publisher| publisher.session == session) {
            publisher.kick.out(sentence, LossReason::NotCarried);
        }
    }

    /// The publisher's clock was compared with ours.
    pub(super) fn drifted(&mut self, drift_ms: i64) {
        let Some(publisher) = self.publisher.as_ref().filter(|publisher| publisher.shown) else { return };
        if (self.drift_ms - drift_ms).abs() >= DRIFT_STEP_MS {
            let session = publisher.session;
            self.drift_ms = drift_ms;
            self.fact(MediaFact::Drift { session, drift_ms });
        }
    }

    pub(super) fn gone(&mut self, session: PublishSessionId, reason: LossReason) {
        let Some(publisher) = self.publisher.take_if(|publisher| publisher.session == session) else {
            return;
        };
        tracing::info!(show.id = %self.show, %session, ?reason, "the publisher is gone");
        self.gop.clear();
        self.idle_since = Instant::now();
        if !publisher.shown {
            self.lose_ghost(reason);
        }
        self.command(Command::PublishEnded { session, clean: reason == LossReason::Closed });
        if !publisher.silent {
            self.fact(MediaFact::PublisherLost { session, reason });
        }
    }

    /// No picture has come in the place of a publisher that is gone.
    pub(super) fn check_ghost(&mut self) {
        if let Some(ghost) = self.ghost.filter(|ghost| ghost.until <= Instant::now()) {
            self.lose_ghost(ghost.lost);
        }
    }

    fn lose_ghost(&mut self, reason: LossReason) {
        if let Some(Ghost { session, .. }) = self.ghost.take() {
            self.fact(MediaFact::PublisherLost { session, reason });
        }
    }

    /// The connection of the transmission.
    fn link(&mut self) -> Option<&mut LinkEnd> {
        self.running.as_mut()?.link.as_mut()
    }

    pub(super) fn kick(&self, why: &'static str, reason: LossReason) {
        if let Some(publisher) = &self.publisher {
            publisher.kick.out(why, reason);
        }
    }

    /// What a transmission must hear of the publisher when it comes (back).
    pub(super) fn replay(&mut self, last_session: Option<PublishSessionId>) {
        if let Some(publisher) = &mut self.publisher {
            (publisher.shown, publisher.awaited) = (false, Instant::now());
        }
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
                // Where no key frame is kept, it may know how to go on without one.
                if self.gop.headers().all(|tag| link.outbox.send(Down::Tag(tag.clone())).is_ok()) {
                    link.next = Some(self.gop.first());
                }
                self.feed();
            }
            (None, Some(session)) => self.command(Command::PublishEnded { session, clean: false }),
            (None, None) => {}
        }
    }
}

/// Whether a tag holds coded pictures.
fn is_picture(tag: &Tag) -> bool {
    tag.video_header()
        .is_some_and(|header| matches!(header.packet, VideoPacket::Frames | VideoPacket::Multitrack))
}
