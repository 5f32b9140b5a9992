/** How the fake's world is, and what goes wrong in it. */
import type { Role } from '../backend.ts';

export interface FakeOptions {
  /** Signed in from the start, and as whom. */
  as: Role | 'nobody';
  keyring: boolean;
  demo: boolean;
  /** No products, no shows. */
  empty: boolean;
  /** Every request fails as if the cloud were away. */
  cloudDown: boolean;
  camera: boolean;
  /** Their address is not confirmed. */
  unconfirmed: boolean;
  /** Their account has an authenticator. */
  factor: boolean;
  /** Accounts elsewhere that open theirs; `only`: and nothing else does. */
  linked: 'none' | 'some' | 'only';
  /** Passkeys of theirs; `absent`: their cloud's address can have none. */
  passkeys: 'none' | 'some' | 'full' | 'absent';
  /** There is a browser for pages. */
  browser: boolean;
  /** The person belongs to a second organisation, with shows and orders of its own. */
  second: boolean;
  /** The demo's show is already on air: this long, in milliseconds. */
  liveForMs: number | null;
  /** What is on air comes from another encoder. */
  elsewhere: boolean;
  /**
   * The uplink is lost (dead: and the cloud has not noticed), the media engine broke, the line is bad, the server cannot be reached, many at once, the
   * session has ended, the room lets nobody in, or takes no message, a colleague ends the show, the media is not well.
   */
  trouble:
    | 'none'
    | 'holding'
    | 'dead'
    | 'broken'
    | 'fair'
    | 'poor'
    | 'offline'
    | 'unreachable'
    | 'many'
    | 'signed_out'
    | 'chat_refused'
    | 'chat_busy'
    | 'colleague_ends'
    | 'unwell';
  /** The studio went away while the demo's show was on air. */
  takeUp: boolean;
  /** Somebody closes the window a moment after a show was opened. */
  closing: boolean;
  /** How long each command takes. */
  latencyMs: number;
  /** Whether shoppers act by themselves. */
  crowd: boolean;
}

export const DEFAULTS: FakeOptions = {
  as: 'owner',
  keyring: true,
  demo: true,
  empty: false,
  cloudDown: false,
  camera: true,
  unconfirmed: false,
  factor: false,
  linked: 'none',
  passkeys: 'none',
  browser: true,
  second: false,
  liveForMs: null,
  elsewhere: false,
  trouble: 'none',
  takeUp: false,
  closing: false,
  latencyMs: 120,
  crowd: true,
};

/** Options from an address like `?as=moderator&live=761&trouble=holding`. */
export function optionsFrom(query: URLSearchParams): Partial<FakeOptions> {
  const options: Partial<FakeOptions> = {};
  const as = query.get('as');
  if (as) options.as = as as FakeOptions['as'];
  if (query.get('keyring') === 'none') options.keyring = false;
  if (query.get('demo') === 'none') options.demo = false;
  if (query.has('empty')) options.empty = true;
  if (query.get('cloud') === 'down') options.cloudDown = true;
  if (query.get('camera') === 'none') options.camera = false;
  if (query.has('unconfirmed')) options.unconfirmed = true;
  if (query.has('factor')) options.factor = true;
  if (query.has('linked')) options.linked = query.get('linked') === 'only' ? 'only' : 'some';
  if (query.has('passkeys')) options.passkeys = (query.get('passkeys') || 'some') as FakeOptions['passkeys'];
  if (query.get('browser') === 'none') options.browser = false;
  if (query.has('second')) options.second = true;
  if (query.has('live')) options.liveForMs = Number(query.get('live')) * 1000;
  if (query.has('elsewhere')) options.elsewhere = true;
  if (query.has('trouble')) options.trouble = query.get('trouble') as FakeOptions['trouble'];
  if (query.has('takeup')) options.takeUp = true;
  if (query.has('closing')) options.closing = true;
  if (query.has('latency')) options.latencyMs = Number(query.get('latency'));
  if (query.get('crowd') === 'none') options.crowd = false;
  return options;
}
