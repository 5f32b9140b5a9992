/**
 * What the window asks of the desk, and what the desk tells the window.
 *
 * Two implementations stand behind it: `tauri.ts` (the real desk, over the generated `bindings.ts`)
 * and `fake.ts` (tests and a plain browser). Every command may fail with a `CommandFailure`.
 *
 * Shape of the Rust side: a command `sign_in` is `signIn` here, an event struct `AirChanged(AirView)`
 * is the event `airChanged` with that payload. Views are camelCase (`serde(rename_all = "camelCase")`),
 * enum words snake_case, tagged unions carry `kind`. Types of `vitrine-protocol` (`ChatMessage`,
 * `Highlight`, `HighlightTarget`, `Role`, `ShowState`, `Code`) travel as they are: snake_case fields.
 * Counters are u32, times and money f64: `…Ms` is milliseconds, an instant when it ends in `AtMs`
 * (since the Unix epoch, UTC).
 */

import type { ChatMessage, Highlight, HighlightCard, ShowState } from '@vitrine/client';

// ---------------------------------------------------------------- shared with the protocol crate

export type { ChatMessage, Highlight, HighlightCard, ShowState };

/** A stable error code; the list stands in `cloud/protocol/src/code.rs`. */
export type Code = string;

export type Role = 'owner' | 'admin' | 'host' | 'moderator' | 'analyst' | 'custom' | 'unknown';

export type HighlightTarget =
  { kind: 'product'; product_id: string } | { kind: 'coupon'; coupon_id: string };

// ---------------------------------------------------------------- start and session

/** What a failed command answers. */
export interface CommandError {
  code: Code;
  /** A plain cause, for the log and for codes without a sentence of their own. */
  message: string;
  retryable: boolean;
}

export interface Bootstrap {
  /** Name given by `--profile`; `default` without it. */
  profile: string;
  version: string;
  /** A demo runs on this machine: what to prefill. */
  demo: DemoHint | null;
  keyring: KeyringStatus;
  /** Restored from the keyring, or still there after a reload of the window. */
  session: Session | null;
  /** The address used last, or that of the link with which the studio was opened; null on a first start. */
  cloudUrl: string | null;
  /** A link named that address. */
  linked: boolean;
  /** Who was signed in there last and wanted to be remembered. */
  email: string | null;
}

export interface DemoHint {
  cloudUrl: string;
  /** The demo's show, so that the window can point at it. */
  showId: string | null;
  signIns: DemoSignIn[];
}

export interface DemoSignIn {
  role: Role;
  email: string;
  password: string;
}

export interface KeyringStatus {
  available: boolean;
  /** Why not, in plain words; null when available. */
  reason: string | null;
}

export interface Session {
  cloudUrl: string;
  user: { id: string; email: string; name: string };
  organizations: Organization[];
  /** Whether the token is in the keyring; false: this run only. */
  remembered: boolean;
  /** The cloud no longer takes it: this person has to sign in again, and whatever is open stays as it is. */
  lapsed: boolean;
}

export interface Organization {
  id: string;
  name: string;
  slug: string;
  role: Role;
  /** The name of the organisation's own role, when `role` is `custom`; else empty. */
  roleName: string;
  /** What that lets this person do, in the cloud's words. */
  permissions: string[];
}

// ---------------------------------------------------------------- stage

export interface Devices {
  cameras: Device[];
  microphones: Device[];
}

export interface Device {
  id: string;
  name: string;
  isDefault: boolean;
}

export type SourceChoice =
  | { kind: 'test_pattern' }
  | { kind: 'still' }
  | { kind: 'camera'; id: string }
  | { kind: 'file'; path: string };

/** Size, rate and bitrate of the program: 640×360@15, 960×540@30, 1280×720@30. */
export type Quality = 'p360' | 'p540' | 'p720';

export type LowerThirdChoice =
  { kind: 'follow_pin' } | { kind: 'off' } | { kind: 'product'; productId: string };

export interface StageView {
  /** What was chosen; never another one. */
  source: SourceChoice;
  /** What people call it: the camera's name, the file's name. */
  sourceName: string;
  /** What viewers see of it: its pictures, its last picture for a few seconds, or the still. */
  showing: 'source' | 'held' | 'still';
  /** null: no microphone, silence is sent. */
  microphone: string | null;
  microphoneName: string | null;
  muted: boolean;
  quality: Quality;
  width: number;
  height: number;
  fps: number;
  lowerThird: { choice: LowerThirdChoice; showing: string | null };
  /** By how much the microphone is moved against the camera, in milliseconds; later when positive. */
  soundOffsetMs: number;
}

/** Levels in dB full scale, −100 to 0. Ten a second at most. */
export interface MeterView {
  peakDb: number;
  rmsDb: number;
  muted: boolean;
}

/**
 * What the command `preview_endpoint` answers; `tauri.ts` makes `openPreview` of it.
 *
 * A loopback WebSocket with the program's picture. The first message (client, text) is the token.
 * Then each binary message is 8 bytes of header (u32 BE frame number, u32 BE milliseconds on the
 * pipeline's clock) and one JPEG.
 */
export interface PreviewEndpoint {
  url: string;
  token: string;
}

/** Where the window draws the preview. */
export interface PreviewSink {
  /** One picture; it is only good until the call returns. */
  frame(image: CanvasImageSource, width: number, height: number): void;
  state(state: PreviewState): void;
}

/** `lost`: it played and stopped; it is tried again by itself. */
export type PreviewState = 'waiting' | 'playing' | 'lost';

// ---------------------------------------------------------------- air

/** `idle`: no picture. `preview`: ready. `reconnecting`: the uplink is lost, the show holds. */
export type AirPhase =
  'idle' | 'preview' | 'connecting' | 'live' | 'reconnecting' | 'ending' | 'ended';

export interface AirView {
  phase: AirPhase;
  liveAtMs: number | null;
  /** When this phase began. */
  sinceAtMs: number;
}

export interface UplinkView {
  bitrateKbps: number;
  /** What the line bears, picture and sound. */
  aimKbps: number;
  /** What was chosen; never less than the aim. */
  chosenKbps: number;
  /** Every other picture is left out for the line. */
  halfRate: boolean;
  droppedFrames: number;
  /** How late the programme arrives. */
  queueMs: number;
  verdict: 'good' | 'fair' | 'poor';
}

// ---------------------------------------------------------------- what is wrong

export type FaultSource =
  | 'camera'
  | 'microphone'
  | 'encoder'
  | 'pipeline'
  | 'uplink'
  | 'air'
  | 'chat'
  | 'keyring'
  | 'power';

export type FaultCode =
  | 'no_camera'
  | 'camera_lost'
  | 'camera_missing'
  | 'file_unreadable'
  | 'no_microphone'
  | 'microphone_lost'
  | 'sound_gaps'
  | 'encoder_overload'
  | 'plugin_missing'
  | 'pipeline_restarts'
  | 'pipeline_failed'
  | 'uplink_slow'
  | 'uplink_lost'
  | 'name_unknown'
  | 'connection_refused'
  | 'no_answer'
  | 'connection_broken'
  | 'stream_refused'
  | 'cloud_refused'
  | 'end_failed'
  | 'end_waits'
  | 'chat_away'
  | 'chat_refused'
  | 'keyring_silent'
  | 'sleep_allowed';

/** `choose_source` and `choose_microphone` are the window's own; the desk does the others. */
export type FaultAction =
  | 'try_again'
  | 'connect_again'
  | 'choose_source'
  | 'choose_microphone'
  | 'cancel_air'
  | 'end_show'
  | 'dismiss';

/** Something that is wrong now, for as long as it lasts; one of each code at most. */
export interface FaultView {
  code: FaultCode;
  source: FaultSource;
  severity: 'info' | 'warn' | 'bad';
  /** The name of the device, file, plugin or server. */
  subject: string | null;
  /** The cause in the words of who found it. */
  detail: string | null;
  sinceAtMs: number;
  /** What the host can do, the best first. */
  actions: FaultAction[];
}

// ---------------------------------------------------------------- leaving and coming back

/** Somebody closes the window while a show is on air. */
export interface CloseView {
  title: string;
  viewers: number;
  phase: AirPhase;
}

/** `end`: end the show first. `leave`: it stays open at the cloud. */
export type QuitWay = 'end' | 'leave';

/** A show that this studio had on air when it went away. */
export interface TakeUpOffer {
  orgId: string;
  showId: string;
  title: string;
  liveAtMs: number;
}

// ---------------------------------------------------------------- the open show

/** The open show as the desk follows it; `null` after `closeShow`. */
export interface ShowView {
  orgId: string;
  showId: string;
  title: string;
  state: ShowState;
  liveAtMs: number | null;
  /** Whether a picture arrives at the cloud, from whomever. */
  receiving: boolean;
  /** Whether that is somebody else's, as far as is known: not what this studio sent, or what is left of it. */
  elsewhere: boolean;
  rungs: string[];
  /** Grows when line-up, prices or stock changed: load them again. */
  lineupRevision: number;
}

/** How far picture and sound of the chosen devices are apart. */
export interface LipView {
  /** By how much the sound is heard after the picture is seen, in milliseconds. */
  soundAfterMs: number;
  spreadMs: number;
  pairs: number;
}

export interface ChatChange {
  /** Forget everything first: a new room, or a gap that could not be bridged. */
  reset: boolean;
  added: ChatMessage[];
  /** Ids of messages that a moderator removed. */
  removed: string[];
  /** Ids of authors who were banned: all of their messages go. */
  removedAuthors: string[];
}

/** The line to the cloud: chat, pins, orders. The uplink of the picture is `AirView`. */
export interface ConnectionView {
  state: 'offline' | 'connecting' | 'connected' | 'waiting';
  /** In `waiting`: when the next try comes. */
  retryAtMs: number | null;
}

/** Everything at once, for a window that was reloaded. */
export interface DeskSnapshot {
  air: AirView;
  uplink: UplinkView;
  stage: StageView;
  show: ShowView | null;
  chat: ChatMessage[];
  viewers: number;
  highlight: Highlight | null;
  connection: ConnectionView;
  /** What is wrong, worst first. */
  faults: FaultView[];
}

export interface CloudAnswer {
  status: number;
  /** JSON text; empty for 204. */
  body: string;
  /** The version of what it holds. */
  etag: string | null;
}

/** The headers that a screen may give a call. */
export interface CloudHeaders {
  idempotencyKey: string | null;
  ifMatch: string | null;
}

/** A file that somebody chose to send. */
export interface ChosenList {
  name: string;
  sizeBytes: number;
  /** Its first lines. */
  head: string;
}

// ---------------------------------------------------------------- the interface

/** What the desk tells, by name. */
export interface BackendEvents {
  airChanged: AirView;
  uplinkChanged: UplinkView;
  meterChanged: MeterView;
  stageChanged: StageView;
  devicesChanged: Devices;
  showChanged: ShowView | null;
  chatChanged: ChatChange;
  viewersChanged: number;
  highlightChanged: Highlight | null;
  /** Somebody bought: how many orders the line has brought. What they come to, the cloud knows. */
  ordersChanged: number;
  connectionChanged: ConnectionView;
  /** null: signed out. `lapsed`: the cloud no longer takes the token. */
  sessionChanged: Session | null;
  /** All that is wrong now, worst first. */
  faultsChanged: FaultView[];
  closeAsked: CloseView;
}

export interface Backend {
  bootstrap(): Promise<Bootstrap>;
  /** Fails with `bad_credentials`, `cloud_unreachable`, `rate_limited`. A keyring that refuses is no
   *  failure: `remembered` is false then. */
  signIn(cloudUrl: string, email: string, password: string, remember: boolean): Promise<Session>;
  /** A new account with its own organisation. */
  register(request: RegisterRequest): Promise<Session>;
  /** Has a letter sent with which a new password is chosen; whether the address has an account is not told. */
  askNewPassword(cloudUrl: string, email: string): Promise<void>;
  /** Goes on with a sign-in, or a `register`, that failed with `second_factor_required`. Fails with `bad_code` (another may
   *  be tried), `challenge_over` (from the beginning), `rate_limited`, `cloud_unreachable`. */
  answerSecondFactor(code: string | null, recoveryCode: string | null): Promise<Session>;
  /** Asks for a sign-in in the system's browser, and opens its page there. */
  beginBrowserSignIn(cloudUrl: string, remember: boolean): Promise<BrowserSignIn>;
  /** Opens that page again; whether there is a browser for it. */
  openSignInPage(): Promise<boolean>;
  /** Opens a page about the account, as the cloud named it; whether there is a browser for it. */
  openAccountPage(url: string): Promise<boolean>;
  /** Waits for it. Fails with `sign_in_refused`, `challenge_over` (also when it was cancelled), and `forbidden` when somebody
   *  else signed in than the one whose session has ended. */
  awaitBrowserSignIn(): Promise<Session>;
  cancelBrowserSignIn(): Promise<void>;
  signOut(): Promise<void>;

  listDevices(): Promise<Devices>;
  setSource(source: SourceChoice): Promise<void>;
  /** The system's file dialogue; null when cancelled. */
  pickMediaFile(): Promise<string | null>;
  setMicrophone(id: string | null): Promise<void>;
  setMuted(muted: boolean): Promise<void>;
  /** Refused with `illegal_move` while on air. */
  setQuality(quality: Quality): Promise<void>;
  /** Later when positive; refused with `invalid_request` beyond 500 ms. */
  setSoundOffset(ms: number): Promise<void>;
  /** Looks and listens for ten seconds; null: too few flashes or beeps came. Fails with
   *  `device_unavailable` without a camera and a microphone. */
  measureSound(): Promise<LipView | null>;
  setLowerThird(choice: LowerThirdChoice): Promise<void>;
  /** Draws the programme into `sink` until the returned function is called. */
  openPreview(sink: PreviewSink): () => void;

  /** Starts chat and counters of one show and, for who may go live (owner, host), the preview: a
   *  moderator's machine opens no camera. `listen` to what follows, then read `snapshot`. */
  openShow(orgId: string, showId: string): Promise<void>;
  /** Refused with `illegal_move` while this studio is on air. */
  closeShow(): Promise<void>;
  snapshot(): Promise<DeskSnapshot>;

  /** Answers once it is under way; `airChanged` and `faultsChanged` tell the rest. */
  goLive(takeOver: boolean): Promise<void>;
  endShow(): Promise<void>;
  /** Stops sending at once, or stops trying to; the show stays open at the cloud. */
  cancelAir(): Promise<void>;
  /** Presses a fault's button. */
  actOnFault(code: FaultCode, action: FaultAction): Promise<void>;
  /** Fails, and the studio stays, when the cloud did not end the show. */
  quit(way: QuitWay): Promise<void>;
  /** The question that `closeAsked` asks is on screen: else the system asks it. */
  closeSeen(): Promise<void>;
  /** For who is signed in where the show was; null: there is none. */
  takeUpOffer(): Promise<TakeUpOffer | null>;
  declineTakeUp(): Promise<void>;
  pin(target: HighlightTarget): Promise<void>;
  unpin(): Promise<void>;
  sendChat(text: string): Promise<void>;
  deleteMessage(messageId: string): Promise<void>;
  banAuthor(messageId: string, reason: string | null): Promise<void>;

  /** The other lane: any path under `/v1/`, with the session's token added by the desk. When the session has
   *  ended, it waits for the next sign-in. */
  cloudFetch(method: string, path: string, body: string | null, headers: CloudHeaders): Promise<CloudAnswer>;
  /** The same for a picture, given as a data URL. */
  cloudPutPicture(path: string, picture: string, headers: CloudHeaders): Promise<CloudAnswer>;
  /** The system's file dialogue, for a list of products; null when cancelled. */
  pickList(): Promise<ChosenList | null>;
  /** Posts the list that was chosen last; `kind`: its media type. */
  sendList(path: string, kind: string): Promise<CloudAnswer>;
  /** How much of the list that is on its way has gone out (bytes); null: none is. */
  listSent(): Promise<number | null>;
  /** Stops it: `sendList` fails with `illegal_move`. */
  stopList(): Promise<void>;
  /** Asks for a file and keeps there what a path gives, or a text. The file's name; null when cancelled. */
  keepFromCloud(path: string, name: string): Promise<string | null>;
  keepText(text: string, name: string): Promise<string | null>;

  /** Hears `event` until the returned function is called. */
  listen<K extends keyof BackendEvents>(
    event: K,
    handler: (payload: BackendEvents[K]) => void,
  ): () => void;
}

export interface RegisterRequest {
  cloudUrl: string;
  name: string;
  organizationName: string;
  /** What its channel is to be called in addresses; null: the cloud makes it of the name. */
  channel: string | null;
  email: string;
  password: string;
  remember: boolean;
}

/** A sign-in that somebody is to finish in the browser. */
export interface BrowserSignIn {
  /** What the browser's page shows too, `BCDF-GHJK`. */
  code: string;
  url: string;
  expiresAtMs: number;
  /** Whether a browser was opened. */
  opened: boolean;
}

/** A refused command, thrown. */
export class CommandFailure extends Error implements CommandError {
  readonly code: Code;
  readonly retryable: boolean;

  constructor(error: CommandError) {
    super(error.message);
    this.name = 'CommandFailure';
    this.code = error.code;
    this.retryable = error.retryable;
  }
}
