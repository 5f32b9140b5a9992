/**
 * A complete desk without Rust: for tests and for a plain browser. It moves, chats, sells and
 * breaks on request, and keeps the same rules (what is refused on air, what a moderator may do).
 */
import {
  CommandFailure,
  type AirPhase,
  type AirView,
  type Backend,
  type Bootstrap,
  type ChatMessage,
  type CloudAnswer,
  type CloudHeaders,
  type ConnectionView,
  type DeskSnapshot,
  type Devices,
  type FaultAction,
  type FaultCode,
  type FaultView,
  type Highlight,
  type HighlightTarget,
  type LowerThirdChoice,
  type PreviewSink,
  type Quality,
  type QuitWay,
  type RegisterRequest,
  type Role,
  type Session,
  type ShowView,
  type SourceChoice,
  type StageView,
  type TakeUpOffer,
  type UplinkView,
} from './backend.ts';
import { FakeAccount } from './fake/account.ts';
import { FakeCloud } from './fake/cloud.ts';
import { FakeEntry } from './fake/entry.ts';
import { Emitter } from './fake/emitter.ts';
import { FakeFaults } from './fake/faults.ts';
import { FakeFiles } from './fake/files.ts';
import { healthOf, measured, spoken, STILL } from './fake/line.ts';
import { DEFAULTS, type FakeOptions } from './fake/options.ts';
import { playProgramme, thirdOf } from './fake/picture.ts';
import { DEMO, devicesOf, sessionOf, SIZES, stageOf } from './fake/person.ts';
import { LINES, newId, SHOPPERS, SHOW } from './fake/seed.ts';

export class FakeBackend extends Emitter implements Backend {
  readonly cloud: FakeCloud;
  /** Who is signed in, as the cloud knows them, and what their other organisations have there. */
  readonly account: FakeAccount;
  readonly files = new FakeFiles();
  readonly entry: FakeEntry;
  #options: FakeOptions;
  #session: Session | null;
  #devices: Devices;
  #stage: StageView;
  #air: AirView;
  #uplink: UplinkView = STILL;
  #show: ShowView | null = null;
  #chat: ChatMessage[] = [];
  #viewers = 0;
  #highlight: Highlight | null = null;
  #orders = 0;
  /** What bans have removed. */
  #banned: ChatMessage[] = [];
  #connection: ConnectionView = { state: 'offline', retryAtMs: null };
  #faults = new FakeFaults((list) => this.emit('faultsChanged', list));
  #timers: ReturnType<typeof setInterval>[] = [];
  /** Calls that wait for a session. */
  #waiting: (() => void)[] = [];
  #beat = 0;

  constructor(options: Partial<FakeOptions> = {}) {
    super();
    this.#options = { ...DEFAULTS, ...options };
    this.cloud = new FakeCloud(this.#options.empty, Date.now());
    this.cloud.onchange = () => this.#touchLineup();
    this.cloud.onhealth = () => healthOf(this.#options.trouble, this.#beat, this.#uplink, this.#viewers);
    this.cloud.onrestore = (author) => this.#restore(author);
    this.cloud.onend = () => this.#moveShow({ state: 'ended', receiving: false, elsewhere: false, rungs: [] });
    this.#session = this.#options.as === 'nobody' ? null : sessionOf(this.#options.as, this.#options.keyring, this.#options.second);
    this.account = new FakeAccount(this.#options, this.cloud, this.#session);
    this.entry = new FakeEntry(this.#options, this.account.factors, () => this.#session, (...who) => this.#enter(...who));
    this.#devices = devicesOf(this.#options.camera);
    this.#stage = stageOf(this.#devices);
    this.#air = { phase: 'idle', liveAtMs: null, sinceAtMs: Date.now() };
    const show = this.cloud.shows.find((candidate) => candidate.id === SHOW);
    if (show && this.#options.liveForMs !== null) {
      show.state = ['holding', 'broken'].includes(this.#options.trouble) ? 'interrupted' : 'live';
      show.live_at = new Date(Date.now() - this.#options.liveForMs).toISOString();
    }
  }

  // ------------------------------------------------------------ session

  async bootstrap(): Promise<Bootstrap> {
    await this.#pause();
    return {
      profile: 'default',
      version: '0.1.0',
      demo: this.#options.demo ? DEMO : null,
      keyring: { available: this.#options.keyring, reason: this.#options.keyring ? null : 'No secret service answers on this session’s bus.' },
      session: this.#session,
      cloudUrl: null,
      linked: false,
      email: null,
    };
  }

  async signIn(cloudUrl: string, email: string, password: string, remember: boolean) {
    await this.#pause(4);
    if (this.#options.cloudDown) this.#refuse('cloud_unreachable', true);
    if (password.length < 6) this.#refuse('bad_credentials');
    return this.entry.opens(cloudUrl, email, remember);
  }

  answerSecondFactor = (code: string | null, recoveryCode: string | null) => this.#pause(2).then(() => this.entry.prove(code, recoveryCode));
  beginBrowserSignIn = (cloudUrl: string, remember: boolean) => this.#pause(2).then(() => this.entry.browser(cloudUrl, remember));
  openSignInPage = async () => this.#options.browser;
  openAccountPage = async () => this.#options.browser;
  awaitBrowserSignIn = () => this.entry.wait();
  cancelBrowserSignIn = async () => this.entry.say('late');

  /** Somebody signs in. */
  #enter(role: Role, cloudUrl: string, email: string, remember: boolean): Session {
    const session = sessionOf(role, remember && this.#options.keyring, this.#options.second);
    const back = this.#session?.lapsed;
    this.#session = this.account.enter({ ...session, cloudUrl, user: { ...session.user, email } });
    this.emit('sessionChanged', this.#session);
    if (back) this.#back();
    return this.#session;
  }

  async register(request: RegisterRequest) {
    if (request.channel === 'demo') this.#refuse('name_taken');
    this.account.registers();
    return this.signIn(request.cloudUrl, request.email, request.password, request.remember);
  }

  async askNewPassword() { if (this.#options.cloudDown) this.#refuse('cloud_unreachable', true); }

  /** The cloud goes away, or is back. */
  cloudAway = (away: boolean) => void (this.#options.cloudDown = away);

  async signOut() {
    await this.#pause();
    this.#session = null;
    this.emit('sessionChanged', null);
  }

  /** The cloud takes the session no more. */
  lapse() {
    if (!this.#session) return;
    this.#session = { ...this.#session, lapsed: true };
    this.emit('sessionChanged', this.#session);
    this.#connect('offline');
  }

  #back() {
    if (this.#show) this.#connect('connected');
    for (const go of this.#waiting.splice(0)) go();
    if (!this.#faults.list.some((fault) => fault.code === 'end_waits')) return;
    this.#faults.remove('end_waits');
    this.#over();
  }

  /** What is asked of the cloud waits for somebody to sign in again. */
  async #admitted() {
    if (this.#session?.lapsed) await new Promise<void>((go) => this.#waiting.push(go));
  }

  #connect(state: ConnectionView['state']) {
    this.#connection = { state, retryAtMs: null };
    this.emit('connectionChanged', this.#connection);
  }

  // ------------------------------------------------------------ stage

  async listDevices() {
    await this.#pause();
    return this.#devices;
  }

  async setSource(source: SourceChoice) {
    await this.#pause();
    const camera = source.kind === 'camera' && this.#devices.cameras.find((one) => one.id === source.id);
    if (source.kind === 'camera' && !camera) this.#refuse('device_unavailable', true);
    const file = source.kind === 'file' ? (source.path.split('/').pop() ?? '') : '';
    this.#setStage({ source, sourceName: camera ? camera.name : file });
    this.#faults.clear('camera');
  }

  async pickMediaFile() {
    await this.#pause();
    return '/home/lena/Videos/autumn-teaser.mp4';
  }

  async setMicrophone(id: string | null) {
    await this.#pause();
    const device = this.#devices.microphones.find((one) => one.id === id);
    this.#setStage({ microphone: id, microphoneName: device?.name ?? null });
    this.#faults.clear('microphone');
  }

  setMuted = async (muted: boolean) => this.#setStage({ muted });

  async setQuality(quality: Quality) {
    await this.#pause();
    if (this.#onAir()) this.#refuse('illegal_move');
    const [width, height, fps] = SIZES[quality];
    this.#setStage({ quality, width, height, fps });
  }

  async setSoundOffset(soundOffsetMs: number) {
    await this.#pause();
    if (Math.abs(soundOffsetMs) > 500) this.#refuse('invalid_request');
    this.#setStage({ soundOffsetMs });
  }

  async measureSound() {
    if (this.#stage.source.kind !== 'camera' || !this.#stage.microphone) this.#refuse('device_unavailable');
    await this.#pause(30);
    // A camera that is slow by 84 ms.
    return { soundAfterMs: -84, spreadMs: 9, pairs: 8 };
  }

  async setLowerThird(choice: LowerThirdChoice) {
    await this.#pause();
    this.#setStage({ lowerThird: { choice, showing: null } });
  }

  openPreview = (sink: PreviewSink): (() => void) =>
    playProgramme(sink, () => ({ source: this.#stage.source, away: this.#stage.showing === 'still', fps: this.#stage.fps, third: this.#lowerThird() }));

  // ------------------------------------------------------------ the open show

  async openShow(orgId: string, showId: string) {
    await this.#pause();
    if (this.#options.cloudDown) this.#refuse('cloud_unreachable', true);
    const show = this.account.cloudOf(orgId)?.shows.find((candidate) => candidate.id === showId);
    if (!show) this.#refuse('not_found');
    const live = show.state === 'live' || show.state === 'interrupted';
    const liveAtMs = show.live_at ? Date.parse(show.live_at) : null;
    this.#show = {
      orgId,
      showId,
      title: show.title,
      state: show.state,
      liveAtMs,
      receiving: live,
      elsewhere: false,
      rungs: live ? ['source', '480p'] : [],
      lineupRevision: 1,
    };
    this.#connection = { state: 'connected', retryAtMs: null };
    if (this.#options.trouble === 'offline') {
      this.#connection = { state: 'waiting', retryAtMs: Date.now() + 8_000 };
    }
    if (this.#options.trouble === 'chat_refused') this.#connection = { state: 'offline', retryAtMs: null };
    const soon = (happens: () => void, ms = 1_500) => void this.#timers.push(setTimeout(happens, ms));
    if (this.#options.trouble === 'signed_out') soon(() => this.lapse());
    if (this.#options.trouble === 'colleague_ends') soon(() => this.#over(), 6_000);
    if (this.#options.closing) soon(() => this.#askToClose());
    const host = this.#session?.organizations[0]?.role !== 'moderator';
    const holding = ['holding', 'broken', 'dead'].includes(this.#options.trouble);
    const ours = host && live && !this.#options.elsewhere;
    const phase: AirPhase = ours ? (holding ? 'reconnecting' : 'live') : host ? 'preview' : 'idle';
    this.#air = {
      phase,
      liveAtMs: ours ? liveAtMs : null,
      sinceAtMs: Date.now() - (holding ? 4_000 : 0),
    };
    this.#show.elsewhere = live && !ours;
    if (this.#options.takeUp && host && showId === SHOW) this.#setStage({ muted: true }); // as it was noted
    this.#faults.start(this.#options.trouble, host && !this.#options.camera);
    if (live) this.#rewind();
    this.#timers.push(setInterval(() => this.#meter(), 100));
    this.#timers.push(setInterval(() => this.#second(), 1000));
  }

  async closeShow() {
    if (this.#onAir()) this.#refuse('illegal_move');
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#show = null;
    this.#chat = [];
    this.#orders = 0;
    this.#highlight = null;
    this.#setAir('idle');
    this.emit('showChanged', null);
  }

  async snapshot(): Promise<DeskSnapshot> {
    await this.#pause();
    return {
      air: this.#air,
      uplink: this.#uplink,
      stage: this.#stage,
      show: this.#show,
      chat: this.#chat,
      viewers: this.#viewers,
      highlight: this.#highlight,
      connection: this.#connection,
      faults: this.#faults.list,
    };
  }

  async goLive(takeOver: boolean) {
    if (this.#session?.organizations[0]?.role === 'moderator') this.#refuse('forbidden');
    if (this.#air.phase !== 'preview') this.#refuse('not_receiving', true);
    this.#setAir('connecting');
    this.#faults.clear('air');
    await this.#pause(8);
    if (!this.#onAir()) return;
    if (this.#show?.elsewhere && !takeOver) {
      this.#setAir('preview');
      this.#faults.raise('stream_refused', 'bad', { detail: 'Somebody else went on air with this show meanwhile.', actions: ['dismiss'] });
      return;
    }
    if (this.#options.trouble === 'unreachable') {
      this.#setAir('preview');
      this.#faults.raise('no_answer', 'bad', { detail: 'no answer from live.example.com for 8 seconds' });
      return;
    }
    const liveAtMs = Date.now();
    this.#air = { ...this.#air, liveAtMs };
    this.#setAir('live');
    this.#moveShow({ state: 'live', liveAtMs, receiving: true, elsewhere: false, rungs: ['source', '480p'] });
    this.#viewers = 3;
  }

  async endShow() {
    if (!this.#onAir()) this.#refuse('illegal_move');
    if (this.#session?.lapsed) {
      this.#setAir('preview');
      this.#faults.raise('end_waits', 'warn');
      this.#refuse('unauthenticated');
    }
    this.#setAir('ending');
    await this.#pause(6);
    this.#over();
  }

  #over() {
    this.#uplink = STILL;
    this.emit('uplinkChanged', this.#uplink);
    this.#setAir('ended');
    this.#moveShow({ state: 'ended', receiving: false, elsewhere: false, rungs: [] });
  }

  async cancelAir() {
    if (!this.#onAir()) this.#refuse('illegal_move');
    this.#faults.clear('air');
    this.#air = { ...this.#air, liveAtMs: null };
    this.#setAir('preview');
  }

  async closeSeen() {}

  #askToClose() {
    const owed = this.#faults.list.some((fault) => fault.code === 'end_waits');
    if (!this.#show || !(this.#onAir() || owed)) return;
    this.emit('closeAsked', { title: this.#show.title, viewers: this.#viewers, phase: this.#air.phase });
  }

  async quit(way: QuitWay) {
    if (way === 'end') await this.endShow();
    else if (this.#onAir()) await this.cancelAir();
    this.emit('sessionChanged', null);
  }

  async takeUpOffer(): Promise<TakeUpOffer | null> {
    await this.#pause();
    const show = this.cloud.shows.find((one) => one.id === SHOW);
    if (!this.#options.takeUp || !show) return null;
    return { orgId: show.org_id, showId: SHOW, title: show.title, liveAtMs: Date.now() - 761_000 };
  }

  declineTakeUp = async () => void (this.#options.takeUp = false);

  async actOnFault(code: FaultCode, action: FaultAction) {
    await this.#pause();
    if (action === 'cancel_air') return this.cancelAir();
    if (action === 'end_show') await this.endShow();
    const fault: FaultView | undefined = this.#faults.list.find((one) => one.code === code);
    if (fault?.source === 'air' && action === 'try_again') return this.goLive(false);
    if (action === 'connect_again') this.#connect('connected');
    this.#faults.remove(code);
  }

  async pin(target: HighlightTarget) {
    await this.#pause();
    // Now or not at all.
    if (this.#session?.lapsed) this.#refuse('unauthenticated');
    this.#highlight = {
      id: newId(),
      action: 'show',
      media_time_ms: this.#air.liveAtMs ? Date.now() - this.#air.liveAtMs : null,
      at: new Date().toISOString(),
      card: this.cloud.card(target),
    };
    this.emit('highlightChanged', this.#highlight);
    this.#setStage({});
  }

  async unpin() {
    await this.#pause();
    if (this.#session?.lapsed) this.#refuse('unauthenticated');
    this.#highlight = null;
    this.emit('highlightChanged', null);
    this.#setStage({});
  }

  async sendChat(text: string) {
    await this.#pause();
    if (this.#connection.state !== 'connected') this.#refuse('cloud_unreachable', true);
    if (this.#options.trouble === 'chat_busy') this.#refuse('rate_limited', true);
    if (text.trim() === '' || text.length > 500) this.#refuse('bad_message');
    const user = this.#session!.user;
    const role = this.#session!.organizations[0]!.role === 'moderator' ? 'moderator' : 'host';
    this.#say({ id: user.id, name: user.name, role }, text);
  }

  async deleteMessage(messageId: string) {
    await this.#pause();
    this.#change({ removed: [messageId] });
  }

  async banAuthor(messageId: string, _reason: string | null) {
    await this.#pause();
    const author = this.#chat.find((message) => message.id === messageId)?.author;
    if (!author) this.#refuse('not_found');
    this.cloud.bans.push({ id: newId(), author: author.id });
    this.#banned.push(...this.#chat.filter((message) => message.author.id === author.id));
    this.#change({ removedAuthors: [author.id] });
  }

  async cloudFetch(method: string, path: string, body: string | null, headers: CloudHeaders): Promise<CloudAnswer> {
    await this.#pause();
    if (this.#options.cloudDown) this.#refuse('cloud_unreachable', true);
    await this.#admitted();
    const answer = this.files.once(headers.idempotencyKey, () => this.account.handle(method, path, body, headers.ifMatch));
    if (this.files.losesAnswer(method)) this.#refuse('cloud_unreachable', true);
    return answer;
  }

  pickList = () => this.files.pick();
  sendList = async (path: string, kind: string) => {
    if (!(await this.files.send())) this.#refuse('illegal_move');
    return this.cloudFetch('POST', path, JSON.stringify(kind), { idempotencyKey: null, ifMatch: null });
  };
  listSent = () => Promise.resolve(this.files.sent);
  stopList = async () => this.files.stop();
  keepFromCloud = async (_path: string, name: string) => this.files.keep('', name);
  keepText = async (text: string, name: string) => this.files.keep(text, name);

  async cloudPutPicture(path: string, picture: string): Promise<CloudAnswer> {
    await this.#pause();
    const answer = this.cloud.setPicture(path, picture);
    if (this.files.losesAnswer('POST')) this.#refuse('cloud_unreachable', true);
    return answer;
  }

  // ------------------------------------------------------------ what a colleague does, when a story says so

  colleagueAirs = () => this.#moveShow({ state: 'live', liveAtMs: Date.now(), receiving: true, elsewhere: true, rungs: ['source'] });
  colleagueLeaves = () => this.#moveShow({ state: 'interrupted', receiving: false, elsewhere: false, rungs: [] });

  colleagueTakesOut(index: number) {
    const show = this.cloud.shows.find((one) => one.id === this.#show?.showId);
    show?.lineup.splice(index, 1);
    this.#touchLineup();
  }

  // ------------------------------------------------------------ what happens by itself

  #second() {
    this.#beat++;
    const live = this.#air.phase === 'live' || this.#show?.state === 'live';
    if (this.#air.phase === 'live') this.#measure();
    if (!live || !this.#options.crowd || !this.#show) return;
    this.#viewers = Math.max(1, this.#viewers + Math.round(Math.sin(this.#beat / 3) * 4 + 1));
    this.emit('viewersChanged', this.#viewers);
    if (this.#beat % 2 === 0) this.#shopper(this.#beat / 2);
    if (this.#beat % 9 === 0) {
      this.#sell(Date.now(), this.#beat / 9);
      this.#touchLineup();
    }
  }

  #measure() {
    this.#uplink = measured(this.#options.trouble, this.#stage.quality, this.#beat, this.#uplink);
    this.emit('uplinkChanged', this.#uplink);
  }

  #meter() {
    const { microphone, muted } = this.#stage;
    this.emit('meterChanged', spoken(performance.now(), microphone !== null, muted));
  }

  #shopper(n: number, at = Date.now()) {
    const name = SHOPPERS[n % SHOPPERS.length]!;
    const id = `viewer-${name}`;
    if (this.cloud.bans.some((ban) => ban.author === id)) return;
    this.#say({ id, name, role: 'viewer' }, LINES[(n * 7) % LINES.length]!, at);
  }

  #sell(at: number, pick: number) {
    this.cloud.order(this.#show!.showId, at, pick);
    this.emit('ordersChanged', ++this.#orders);
  }

  /** Plays what happened before the window looked: a show that is live already has a past. */
  #rewind() {
    const now = Date.now();
    this.#viewers = 1284;
    for (let i = 24; i > 0; i--) this.#shopper(i, now - i * 1600 - 4000);
    for (let i = 8; i > 0; i--) this.#sell(now - i * 61_000, i);
    const first = this.cloud.products[0];
    if (first) {
      this.#highlight = {
        id: newId(),
        action: 'show',
        media_time_ms: 0,
        at: new Date(now - 42_000).toISOString(),
        card: this.cloud.card({ kind: 'product', product_id: first.id }),
      };
      this.#setStage({});
    }
  }

  // ------------------------------------------------------------ small things

  #lowerThird = () => thirdOf(this.#stage.lowerThird.choice, this.#highlight, this.cloud.products);

  #setStage(change: Partial<StageView>) {
    this.#stage = { ...this.#stage, ...change };
    const lowerThird = { ...this.#stage.lowerThird, showing: this.#lowerThird()?.title ?? null };
    this.#stage = { ...this.#stage, lowerThird };
    this.emit('stageChanged', this.#stage);
  }

  #setAir(phase: AirPhase) {
    this.#air = { ...this.#air, phase, sinceAtMs: Date.now() };
    this.emit('airChanged', this.#air);
  }

  #moveShow(change: Partial<ShowView>) {
    if (!this.#show) return;
    this.#show = { ...this.#show, ...change };
    const show = this.cloud.shows.find((one) => one.id === this.#show!.showId);
    if (show) {
      show.state = this.#show.state;
      show.live_at = this.#show.liveAtMs ? new Date(this.#show.liveAtMs).toISOString() : null;
      if (show.state === 'ended') show.ended_at = new Date().toISOString();
    }
    this.emit('showChanged', this.#show);
  }

  #touchLineup() {
    if (this.#show) this.#moveShow({ lineupRevision: this.#show.lineupRevision + 1 });
  }

  #say(author: ChatMessage['author'], text: string, at = Date.now()) {
    const message = { id: newId(), at: new Date(at).toISOString(), author, text };
    this.#chat = [...this.#chat, message].slice(-300);
    this.emit('chatChanged', { reset: false, added: [message], removed: [], removedAuthors: [] });
  }

  #change(change: { removed?: string[]; removedAuthors?: string[] }) {
    const { removed = [], removedAuthors = [] } = change;
    this.#chat = this.#chat.filter(
      (message) => !removed.includes(message.id) && !removedAuthors.includes(message.author.id),
    );
    this.emit('chatChanged', { reset: false, added: [], removed, removedAuthors });
  }

  #restore(author: string) {
    const back = this.#banned.filter((message) => message.author.id === author);
    this.#banned = this.#banned.filter((message) => message.author.id !== author);
    this.#chat = [...this.#chat, ...back].sort((a, b) => a.at.localeCompare(b.at));
    this.emit('chatChanged', { reset: true, added: this.#chat, removed: [], removedAuthors: [] });
  }

  #onAir(): boolean {
    return ['connecting', 'live', 'reconnecting', 'ending'].includes(this.#air.phase);
  }

  #refuse(code: string, retryable = false): never {
    throw new CommandFailure({ code, message: code, retryable });
  }

  #pause(times = 1): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#options.latencyMs * times));
  }
}
