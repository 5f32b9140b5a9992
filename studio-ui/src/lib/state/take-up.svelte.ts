import { Cloud } from '../cloud/cloud.ts';
import type { Backend, TakeUpOffer } from '../ipc/backend.ts';

/** A press of "Go back on air" means now (milliseconds). */
const MEANT_FOR_MS = 60_000;

/** A show that was on air when the studio went away, offered until it is taken up or declined. */
export class TakeUp {
  offer = $state.raw<TakeUpOffer | null>(null);
  /** The question was put aside, not answered: the offer stands. */
  aside = $state(false);
  /** The show to go live with as soon as its desk is open, and until when that is still meant. */
  #accepted: { show: string; until: number } | null = null;
  /** Who was asked already. */
  #asked: string | null = null;
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    // On air from here, with whichever show: that is the one to be taken up now.
    backend.listen('airChanged', ({ phase }) => phase === 'live' && (this.offer = null));
  }

  /** Asks whether there is one, once for each who signs in: what they leave later, they know themselves. */
  async find(user: string) {
    if (this.#asked === user) return;
    this.#asked = user;
    this.offer = await this.#backend.takeUpOffer();
    this.aside = false;
  }

  /** The show as it is at the cloud now. */
  look() {
    const { orgId, showId } = this.offer!;
    return new Cloud(this.#backend, orgId).show(showId);
  }

  accept() {
    this.#accepted = this.offer && { show: this.offer.showId, until: Date.now() + MEANT_FOR_MS };
    this.offer = null;
  }

  /** Whether this show is to go live now; true once. */
  claim(show: string): boolean {
    const claimed = this.#accepted?.show === show && Date.now() < this.#accepted.until;
    if (claimed) this.forget();
    return claimed;
  }

  /** Its desk was left, or did not open: nobody means it any more. */
  forget() {
    this.#accepted = null;
  }

  decline() {
    this.offer = null;
    void this.#backend.declineTakeUp().catch(() => {});
  }
}
