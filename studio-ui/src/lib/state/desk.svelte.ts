import { Cloud } from '../cloud/cloud.ts';
import { CommandFailure, type Backend } from '../ipc/backend.ts';
import type {
  ChatMessage,
  ConnectionView,
  Highlight,
  ShowView,
} from '../ipc/backend.ts';
import { Chat } from './chat.svelte.ts';
import type { Clock } from './clock.svelte.ts';
import { Faults } from './faults.svelte.ts';
import { Health } from './health.svelte.ts';
import { OnAir } from './on-air.svelte.ts';
import { isPinned, RunOfShow, targetOf, type Entry } from './run-of-show.svelte.ts';
import { Sales } from './sales.svelte.ts';
import { Stage } from './stage.svelte.ts';

const OFFLINE: ConnectionView = { state: 'offline', retryAtMs: null };

/** Rare enough that a snapshot gets through between two of them. */
const TOLD_TWICE = [
  'airChanged',
  'stageChanged',
  'showChanged',
  'chatChanged',
  'viewersChanged',
  'highlightChanged',
  'connectionChanged',
  'faultsChanged',
] as const;

/** One open show, as its live desk sees it. */
export class Desk {
  readonly air: OnAir;
  readonly stage: Stage;
  readonly faults: Faults;
  readonly health: Health;
  readonly chat: Chat;
  readonly run: RunOfShow;
  /** For those who run the show; a moderator keeps the chat. */
  readonly sales: Sales | null;
  readonly cloud: Cloud;
  show = $state.raw<ShowView | null>(null);
  viewers = $state(0);
  highlight = $state.raw<Highlight | null>(null);
  connection = $state.raw<ConnectionView>(OFFLINE);
  card = $derived(this.highlight?.action === 'show' ? this.highlight.card : null);
  /** The show is on air, from here or from elsewhere. */
  onAir = $derived(this.show?.state === 'live' || this.show?.state === 'interrupted');
  /** The show has ended, here or by somebody else. */
  over = $derived.by(() => this.air.view.phase === 'ended' || this.show?.state === 'ended');
  /** The show can be ended from here. */
  canEnd = $derived.by(() => this.air.canEnd || (this.onAir && !this.air.sending));
  /** The key of the entry that is being pinned, until the desk answers. */
  pinning = $state<string | null>(null);
  readonly #backend: Backend;
  readonly #showId: string;
  #stops: (() => void)[];
  /** Events heard that a snapshot tells too. */
  #heard = 0;

  constructor(backend: Backend, clock: Clock, org: string, showId: string, { orders = true, catalogue = true } = {}) {
    this.#backend = backend;
    this.#showId = showId;
    this.cloud = new Cloud(backend, org);
    this.air = new OnAir(backend);
    this.stage = new Stage(backend);
    this.faults = new Faults(backend, this.stage, () => this.over);
    this.health = new Health(this.cloud, showId);
    this.chat = new Chat(backend, clock);
    this.run = new RunOfShow(this.cloud, showId, catalogue);
    this.sales = orders ? new Sales(this.cloud, { show: showId }) : null;
    this.#stops = [
      backend.listen('showChanged', (show) => this.#follow(show)),
      backend.listen('viewersChanged', (viewers) => (this.viewers = viewers)),
      backend.listen('highlightChanged', (highlight) => (this.highlight = highlight)),
      backend.listen('connectionChanged', (connection) => this.#connect(connection)),
      backend.listen('ordersChanged', () => this.sales?.soon()),
      ...TOLD_TWICE.map((event) => backend.listen(event, () => void this.#heard++)),
    ];
  }

  /** Opens the show and reads everything once; events keep it true from then on. */
  async open() {
    await this.#backend.openShow(this.cloud.org, this.#showId);
    const now = await this.#settled();
    this.air.restore(now.air, now.uplink);
    this.stage.restore(now.stage);
    this.faults.restore(now.faults);
    this.chat.apply({ reset: true, added: now.chat, removed: [], removedAuthors: [] });
    this.viewers = now.viewers;
    this.highlight = now.highlight;
    this.connection = now.connection;
    this.show = now.show;
    this.sales?.soon();
    await Promise.all([this.run.loaded.reload(), this.stage.loadDevices()]);
  }

  /**
   * A snapshot that no event overtook: an answer and an event travel on different ways, so an answer
   * that was made earlier can arrive later than what has changed since.
   */
  async #settled() {
    let now = null;
    // A busy chat may never leave a gap: the last of a few is taken then.
    for (let tries = 0; now === null || tries < 5; tries++) {
      const heard = this.#heard;
      now = await this.#backend.snapshot();
      if (heard === this.#heard) break;
    }
    return now;
  }

  /** Ends the show: through the desk when this studio sends, else as any colleague could. */
  async end() {
    if (this.air.sending) await this.air.end();
    else await this.cloud.endShow(this.#showId);
  }

  async close() {
    this.stop();
    await this.#backend.closeShow();
  }

  /** Pins `entry`, or takes it off when it is the one on screen. */
  async togglePin(entry: Entry) {
    if (isPinned(entry, this.card)) return this.unpin();
    const target = targetOf(entry);
    if (!target) return;
    this.pinning = entry.id;
    try {
      await this.#backend.pin(target);
    } finally {
      this.pinning = null;
    }
  }

  async unpin() {
    if (this.card) await this.#backend.unpin();
  }

  /** Lets the author of `message` write again. */
  async unban(message: ChatMessage) {
    const bans = await this.cloud.bans(this.#showId);
    const ban = bans.find((candidate) => candidate.author === message.author.id);
    if (!ban) throw new CommandFailure({ code: 'not_found', message: 'there is no such ban', retryable: false });
    await this.cloud.unban(this.#showId, ban.id);
  }

  stop() {
    for (const stop of this.#stops) stop();
    this.air.stop();
    this.stage.stop();
    this.faults.stop();
    this.chat.stop();
    this.run.stop();
    this.sales?.stop();
  }

  #connect(connection: ConnectionView) {
    this.connection = connection;
    // What was sold while the line was down is told by nobody.
    if (connection.state === 'connected') this.sales?.soon();
  }

  #follow(show: ShowView | null) {
    const before = this.show;
    this.show = show;
    if (before && show && show.lineupRevision !== before.lineupRevision) {
      this.run.soon();
    }
  }
}
