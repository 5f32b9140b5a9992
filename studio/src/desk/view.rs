//! What the desk tells the window: plain values, camelCase on the bridge.
//!
//! Counters are `u32`; times and money are `f64` (`…_ms` milliseconds, an instant when it ends in
//! `_at_ms`, since the Unix epoch, UTC), because a web view has no 64-bit integers.

use serde::{Deserialize, Serialize};
use specta::Type;
use vitrine_protocol::rtm::ChatMessage;
use vitrine_protocol::{Highlight, Permission, Role, ShowState};

macro_rules! views {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub $kind $name $body
    )*};
}

/// What a window needs to start.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Bootstrap {
    /// Name given by `--profile`; `default` without it.
    pub profile: String,
    /// Version of the studio.
    pub version: String,
    /// A demo that runs on this machine.
    pub demo: Option<DemoHint>,
    /// Whether secrets can be kept.
    pub keyring: KeyringStatus,
    /// Restored from the keyring, or still there after a reload of the window.
    pub session: Option<Session>,
    /// The address used last, or that of the link with which the studio was opened.
    pub cloud_url: Option<String>,
    /// A link named that address.
    pub linked: bool,
    /// Who was signed in there last and wanted to be remembered.
    pub email: Option<String>,
}

views! {
    /// A running demo: what to prefill.
    pub struct DemoHint {
        /// The cloud's address.
        pub cloud_url: String,
        /// The demo's show.
        pub show_id: Option<String>,
        /// Who may sign in.
        pub sign_ins: Vec<DemoSignIn>,
    }
    /// One of the demo's people.
    pub struct DemoSignIn {
        /// What they may do.
        pub role: Role,
        /// Their e-mail.
        pub email: String,
        /// Their password, known to everybody.
        pub password: String,
    }
    /// Whether the system keeps secrets for us.
    pub struct KeyringStatus {
        /// It does.
        pub available: bool,
        /// Why not, in plain words.
        pub reason: Option<String>,
    }
    /// A signed-in person.
    pub struct Session {
        /// The cloud's address.
        pub cloud_url: String,
        /// Who it is.
        pub user: User,
        /// Where they work.
        pub organizations: Vec<Organization>,
        /// Whether the token is in the keyring; false: this run only.
        pub remembered: bool,
        /// Whether the cloud no longer takes it: this person has to sign in again.
        pub lapsed: bool,
    }
    /// A person.
    pub struct User {
        /// Their id.
        pub id: String,
        /// Their e-mail.
        pub email: String,
        /// The name shown.
        pub name: String,
    }
    /// An organisation as its member sees it.
    pub struct Organization {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Its channel.
        pub slug: String,
        /// What this person is there.
        pub role: Role,
        /// The name of the organisation's own role, when `role` is `custom`; else empty.
        pub role_name: String,
        /// What that lets them do, in the cloud's words.
        pub permissions: Vec<String>,
    }
    /// A new account with its own organisation.
    pub struct RegisterRequest {
        /// The cloud's address.
        pub cloud_url: String,
        /// The person's name.
        pub name: String,
        /// The organisation's name.
        pub organization_name: String,
        /// What its channel is to be called in addresses; the cloud makes it of the organisation's name when none is said.
        pub channel: Option<String>,
        /// The person's e-mail.
        pub email: String,
        /// The person's password.
        pub password: String,
        /// Whether to keep the session in the keyring.
        pub remember: bool,
    }
    /// What can be captured from.
    pub struct Devices {
        /// Cameras.
        pub cameras: Vec<Device>,
        /// Microphones.
        pub microphones: Vec<Device>,
    }
    /// One device.
    pub struct Device {
        /// Stable id, to be stored.
        pub id: String,
        /// The name shown.
        pub name: String,
        /// Whether the system prefers it.
        pub is_default: bool,
    }
    /// The programme as it is composed.
    pub struct StageView {
        /// The chosen source; never another one.
        pub source: SourceChoice,
        /// What people call it.
        pub source_name: String,
        /// What viewers see of it.
        pub showing: StageShowing,
        /// The chosen microphone; `None`: silence is sent.
        pub microphone: Option<String>,
        /// What people call it.
        pub microphone_name: Option<String>,
        /// Whether the microphone is muted.
        pub muted: bool,
        /// Size, rate and bitrate.
        pub quality: Quality,
        /// Pixels.
        pub width: u32,
        /// Pixels.
        pub height: u32,
        /// Frames a second.
        pub fps: u32,
        /// The product shown over the picture.
        pub lower_third: LowerThirdView,
        /// By how much the microphone is moved against the camera (milliseconds; later when positive).
        pub sound_offset_ms: i32,
    }
    /// How far picture and sound of the chosen devices are apart.
    pub struct LipView {
        /// By how much the sound is heard after the picture is seen (milliseconds); before, when negative.
        pub sound_after_ms: i32,
        /// Half of the answers lie within this of it (milliseconds).
        pub spread_ms: u32,
        /// Flashes that were matched with a beep.
        pub pairs: u32,
    }
    /// The lower third.
    pub struct LowerThirdView {
        /// What was asked for.
        pub choice: LowerThirdChoice,
        /// The title on the picture now.
        pub showing: Option<String>,
    }
    /// Something that is wrong now, for as long as it lasts.
    pub struct FaultView {
        /// What is wrong; one fault of each code at most.
        pub code: FaultCode,
        /// Where it comes from.
        pub source: FaultSource,
        /// How bad it is.
        pub severity: Severity,
        /// The name of the device, file, plugin or server.
        pub subject: Option<String>,
        /// The cause in the words of who found it.
        pub detail: Option<String>,
        /// Since when.
        pub since_at_ms: f64,
        /// What the host can do, the best first.
        pub actions: Vec<FaultAction>,
    }
    /// Levels of the microphone, of all that viewers hear when there is none; dB full scale, −100 to 0.
    pub struct MeterView {
        /// Highest sample since the last message.
        pub peak_db: f64,
        /// Loudness.
        pub rms_db: f64,
        /// Whether it is muted.
        pub muted: bool,
    }
    /// A loopback WebSocket with the programme's picture; the first message is the token.
    pub struct PreviewEndpoint {
        /// `ws://127.0.0.1:PORT/`.
        pub url: String,
        /// Good for one connection at a time.
        pub token: String,
    }
    /// Whether the show is on air from here.
    pub struct AirView {
        /// Where it is.
        pub phase: AirPhase,
        /// When the show went live.
        pub live_at_ms: Option<f64>,
        /// When this phase began.
        pub since_at_ms: f64,
    }
    /// The line to the cloud's ingest.
    pub struct UplinkView {
        /// What is sent.
        pub bitrate_kbps: u32,
        /// What the line bears, picture and sound: the encoders aim at it.
        pub aim_kbps: u32,
        /// What was chosen; never less than the aim.
        pub chosen_kbps: u32,
        /// Every other picture is left out for the line.
        pub half_rate: bool,
        /// Frames dropped since going live.
        pub dropped_frames: u32,
        /// How late the programme arrives.
        pub queue_ms: u32,
        /// In one word.
        pub verdict: Verdict,
    }
    /// The open show as the desk follows it.
    pub struct ShowView {
        /// Its organisation.
        pub org_id: String,
        /// Its id.
        pub show_id: String,
        /// Its title.
        pub title: String,
        /// Where it is.
        pub state: ShowState,
        /// When it went live.
        pub live_at_ms: Option<f64>,
        /// Whether a picture arrives at the cloud, from whomever.
        pub receiving: bool,
        /// Whether that is somebody else's, as far as is known: not what this studio sent, or what is left of it.
        pub elsewhere: bool,
        /// Rungs that viewers can choose.
        pub rungs: Vec<String>,
        /// Grows when line-up, prices or stock changed.
        pub lineup_revision: u32,
    }
    /// What changed in the chat.
    pub struct ChatChange {
        /// Forget everything first.
        pub reset: bool,
        /// New messages, oldest first.
        pub added: Vec<ChatMessage>,
        /// Ids of messages that a moderator removed.
        pub removed: Vec<String>,
        /// Ids of authors who were banned.
        pub removed_authors: Vec<String>,
    }
    /// The line to the cloud: chat, pins, orders.
    pub struct ConnectionView {
        /// Where it is.
        pub state: ConnectionState,
        /// In `waiting`: when the next try comes.
        pub retry_at_ms: Option<f64>,
    }
    /// Everything at once, for a window that was reloaded.
    pub struct DeskSnapshot {
        /// On air or not.
        pub air: AirView,
        /// The uplink.
        pub uplink: UplinkView,
        /// The programme.
        pub stage: StageView,
        /// The open show.
        pub show: Option<ShowView>,
        /// The last messages, oldest first.
        pub chat: Vec<ChatMessage>,
        /// People watching.
        pub viewers: u32,
        /// What is pinned.
        pub highlight: Option<Highlight>,
        /// The line to the cloud.
        pub connection: ConnectionView,
        /// What is wrong, worst first.
        pub faults: Vec<FaultView>,
    }
    /// What closing the window would do to the show on air.
    pub struct CloseView {
        /// The show's title.
        pub title: String,
        /// People watching.
        pub viewers: u32,
        /// Where the show is on its way to air.
        pub phase: AirPhase,
    }
    /// A show that this studio had on air when it went away.
    pub struct TakeUpOffer {
        /// Its organisation.
        pub org_id: String,
        /// The show.
        pub show_id: String,
        /// Its title.
        pub title: String,
        /// When it went live.
        pub live_at_ms: f64,
    }
    /// An answer of the cloud, passed on as it came.
    pub struct CloudAnswer {
        /// HTTP status.
        pub status: u32,
        /// JSON text; empty for 204.
        pub body: String,
        /// Its `ETag`: the version of what it holds.
        pub etag: Option<String>,
    }
    /// The headers that a screen may give a call.
    #[derive(Default)]
    pub struct CloudHeaders {
        /// `Idempotency-Key`: sent again under the same key, it is done once.
        pub idempotency_key: Option<String>,
        /// `If-Match`: only if it is still that version.
        pub if_match: Option<String>,
    }
    /// A list that somebody chose to send to the cloud.
    pub struct ChosenList {
        /// The file's name, without its folder.
        pub name: String,
        /// How long it is, in bytes.
        pub size_bytes: f64,
        /// Its first lines, to look at before it is sent.
        pub head: String,
    }
}

/// Where the picture comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceChoice {
    /// The moving test pattern.
    TestPattern,
    /// The still with the organisation's name.
    Still,
    /// A camera.
    Camera {
        /// Its id.
        id: String,
    },
    /// A media file, looped.
    File {
        /// Where it is.
        path: String,
    },
}

/// What the lower third shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LowerThirdChoice {
    /// The pinned product.
    FollowPin,
    /// Nothing.
    Off,
    /// One product, pinned or not.
    Product {
        /// Which.
        product_id: String,
    },
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }
    )*};
}

words! {
    /// Size, rate and bitrate of the programme.
    Quality {
        /// 640×360, 15 frames a second.
        P360,
        /// 960×540, 30 frames a second.
        P540,
        /// 1280×720, 30 frames a second.
        P720,
    }
    /// What viewers see of the chosen source.
    StageShowing {
        /// Its pictures.
        Source,
        /// Its last picture, for a few seconds.
        Held,
        /// The still with the organisation's name.
        Still,
    }
    /// Where a fault comes from.
    FaultSource {
        /// The picture's source: a camera or a file.
        Camera,
        /// The sound's source.
        Microphone,
        /// The encoder.
        Encoder,
        /// The media engine.
        Pipeline,
        /// How well the picture leaves this machine.
        Uplink,
        /// Going on air, staying there, and leaving it.
        Air,
        /// The line to the cloud: chat, pins, orders.
        Chat,
        /// The system's keyring.
        Keyring,
        /// The machine's sleep.
        Power,
    }
    /// What is wrong.
    FaultCode {
        /// No camera was found.
        NoCamera,
        /// The camera went away.
        CameraLost,
        /// The chosen camera is not there.
        CameraMissing,
        /// The file could not be read.
        FileUnreadable,
        /// No microphone was found; silence is sent.
        NoMicrophone,
        /// The microphone went away; silence is sent.
        MicrophoneLost,
        /// The microphone's sound has gaps.
        SoundGaps,
        /// This machine is too slow for the chosen quality.
        EncoderOverload,
        /// A part of the media engine is not installed.
        PluginMissing,
        /// The media engine broke, and starts anew by itself.
        PipelineRestarts,
        /// The media engine broke again and again; nothing is sent until the host says how to go on.
        PipelineFailed,
        /// The line is too slow for the chosen quality.
        UplinkSlow,
        /// The uplink is lost; the show holds.
        UplinkLost,
        /// Not on air: the server's name leads nowhere.
        NameUnknown,
        /// Not on air: nobody listens at the server's port.
        ConnectionRefused,
        /// Not on air: the server does not answer.
        NoAnswer,
        /// Not on air: the connection broke.
        ConnectionBroken,
        /// Not on air: the server does not take this stream.
        StreamRefused,
        /// Not on air: the cloud said no.
        CloudRefused,
        /// The cloud did not end the show.
        EndFailed,
        /// Nothing is sent; the cloud hears of the end once somebody has signed in again.
        EndWaits,
        /// The line to the cloud is lost, and tried again.
        ChatAway,
        /// The cloud closed the line for this person.
        ChatRefused,
        /// The keyring cannot be used; the sign-in is kept for this run only.
        KeyringSilent,
        /// The machine may go to sleep in mid-show.
        SleepAllowed,
    }
    /// What the host can do about a fault.
    FaultAction {
        /// Do again what failed.
        TryAgain,
        /// Open the line to the cloud again.
        ConnectAgain,
        /// Choose another camera or file.
        ChooseSource,
        /// Choose another microphone.
        ChooseMicrophone,
        /// Stop sending; the show stays open at the cloud.
        CancelAir,
        /// End the show.
        EndShow,
        /// Do not show it any more.
        Dismiss,
    }
    /// Where the programme is on its way to air.
    AirPhase {
        /// No picture.
        Idle,
        /// Ready.
        Preview,
        /// Opening the uplink.
        Connecting,
        /// On air.
        Live,
        /// The uplink is lost; the show holds.
        Reconnecting,
        /// Saying goodbye.
        Ending,
        /// Over.
        Ended,
    }
    /// How to quit while a show is on air.
    QuitWay {
        /// End the show first.
        End,
        /// Leave it open at the cloud.
        Leave,
    }
    /// The uplink in one word.
    Verdict {
        /// All is sent, in time.
        Good,
        /// Late, or less is sent than was chosen.
        Fair,
        /// Very late, or pictures are left out.
        Poor,
    }
    /// The line to the cloud.
    ConnectionState {
        /// No show is open.
        Offline,
        /// Being opened.
        Connecting,
        /// Open.
        Connected,
        /// Lost; tried again later.
        Waiting,
    }
}

/// How bad a fault is; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Viewers may notice.
    Warn,
    /// The show does not go on as it should.
    Bad,
}

/// One thing that the desk tells the window.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskEvent {
    /// On air or not.
    Air(AirView),
    /// The uplink, about once a second while on air.
    Uplink(UplinkView),
    /// Levels, ten a second at most.
    Meter(MeterView),
    /// The programme.
    Stage(StageView),
    /// A device came or went.
    Devices(Devices),
    /// The open show.
    Show(Option<ShowView>),
    /// The chat.
    Chat(ChatChange),
    /// People watching.
    Viewers(u32),
    /// What is pinned.
    Highlight(Option<Highlight>),
    /// Somebody bought: how many orders the line has brought. What they come to, the cloud knows.
    Orders(u32),
    /// The line to the cloud.
    Connection(ConnectionView),
    /// Signed in or out.
    Session(Option<Session>),
    /// What is wrong now, all of it, worst first.
    Faults(Vec<FaultView>),
}

impl Organization {
    /// Whether this person may do that there.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.permissions.iter().any(|word| word == permission.as_str())
    }
}
