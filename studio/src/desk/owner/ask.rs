//! What the handle, and the tasks that work for the owner, ask of it.

use tokio::sync::oneshot;
use vitrine_media::device::Devices as MediaDevices;
use vitrine_media::output::RtmpTarget;
use vitrine_media::scene::LowerThird;
use vitrine_protocol::PublishInstant;

use super::standing::{Rekey, Standing};
use crate::desk::chat::Speaker;
use crate::desk::stage::Measuring;
use crate::desk::view::{
    CloseView, DeskSnapshot, Devices, FaultAction, FaultCode, LowerThirdChoice, Organization, Quality,
    Session, ShowView, SourceChoice,
};
use crate::desk::world::Awake;
use crate::error::CommandError;

pub type Reply<T> = oneshot::Sender<T>;

/// One thing that is asked of the owner. A `u64` first names the phase that an answer belongs to.
pub enum Ask {
    Session(Reply<Option<Session>>),
    SignedIn(Option<Session>, Reply<()>),
    /// Where the signed-in person belongs by now.
    Places(Vec<Organization>, Reply<()>),
    /// A fresh look at what is plugged in, if the system answered; the answer is what is known.
    SawDevices(Option<MediaDevices>, Reply<Devices>),
    SetSource(SourceChoice, Reply<Result<(), CommandError>>),
    SetMicrophone(Option<String>, Reply<Result<(), CommandError>>),
    SetMuted(bool, Reply<()>),
    SetQuality(Quality, Reply<Result<(), CommandError>>),
    SetSoundOffset(i32, Reply<Result<(), CommandError>>),
    MeasureSound(Reply<Result<Measuring, CommandError>>),
    SetLowerThird(LowerThirdChoice, Option<LowerThird>, Reply<Result<(), CommandError>>),
    Open(Box<Opened>, Reply<Result<(), CommandError>>),
    Close(Reply<Result<(), CommandError>>),
    Snapshot(Reply<DeskSnapshot>),
    ShowPath(Reply<Option<ShowView>>),
    Instant(Reply<Option<(ShowView, Option<PublishInstant>)>>),
    Speaker(Reply<Option<Speaker>>),
    GoLive(Reply<Result<Departure, CommandError>>),
    Takeoff(u64, Result<Option<Destination>, CommandError>, Reply<()>),
    /// Another key, for a broadcast whose key is not taken any more; or who is on air instead.
    Rekeyed(u64, Result<Rekey, CommandError>),
    /// Who is on air, while our key is not taken.
    Stands(u64, Standing),
    /// The cloud aired it, or would not.
    Aired(u64, Result<f64, CommandError>),
    /// Let go of the uplink; the show stays open at the cloud.
    CancelAir(Reply<Result<(), CommandError>>),
    End(Reply<Result<Departure, CommandError>>),
    /// The cloud ended this show, or did not.
    Landed(String, u64, Result<(), CommandError>, Reply<()>),
    /// The show is over, whoever ended it.
    Over,
    /// The cloud heard of an end that waited for a session, or did not.
    EndHeard(Result<(), CommandError>),
    /// The card of the pin with this serial number is ready to be drawn.
    Card(u64, Option<LowerThird>),
    /// The machine stays awake, or why not.
    Awake(Result<Awake, String>),
    /// What to tell who closes the window; nothing: it may close.
    Closing(Reply<Option<CloseView>>),
    /// The programme breaks as if an element had failed.
    #[cfg(test)]
    BreakDown(&'static [&'static str]),
    /// The owner is busy until the other end of this is let go of.
    #[cfg(test)]
    Busy(oneshot::Receiver<()>),
    /// The host presses a fault's button.
    ActOnFault(FaultCode, FaultAction, Reply<Result<(), CommandError>>),
}

/// A show that may be opened.
pub struct Opened {
    /// Whether this person may go live; else no camera is opened.
    pub directs: bool,
    /// The show.
    pub show: ShowView,
}

/// Where a show is published.
pub struct Destination {
    /// The server, and the key.
    pub target: Box<RtmpTarget>,
    /// Somebody else was sent from there a moment ago, and the server may still hold them.
    pub takes_over: bool,
}

/// A show on its way onto the air or off it.
pub struct Departure {
    /// Which show.
    pub show: ShowView,
    /// The phase that it began; answers carry it back.
    pub turn: u64,
    /// What the server called the publishes of this studio to it.
    pub ours: Vec<String>,
}
