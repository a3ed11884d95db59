// Over a long line one connection brings less than there is room for. Where it has brought bytes for a while, several are
// tried, side by side, which go on where they gain: nobody knows it before, and where they do not, they cost the service
// requests.

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */

/** Bytes of each request; so many wait in memory for each lane. */
export const LANE = 4 * 1024 * 1024;

const AT_ONCE = 3;
const TRY_AFTER = 2000; // milliseconds of one connection, and then of several

/** How much must be left: with less they end before anybody knows what they bring. */
const WORTH = 4 * AT_ONCE * LANE;

/** Bytes in a millisecond that one connection may bring alone: a page opens and saves not much more. */
const ENOUGH = 32 * 1024;

/** Whether several connections brought that much more than one: less is by chance. */
const gains = (/** @type {number} */ several, /** @type {number} */ one) => several > 1.25 * one;

/** How fast bytes come, once they have come for long enough to say so. */
export class Pace {
  #since = 0;
  #before = 0;

  /**
   * @param {number} arrived bytes so far
   * @returns {number} bytes in a millisecond; 0 while it is too early to say
   */
  at(arrived) {
    const now = Date.now();
    if (!this.#since) [this.#since, this.#before] = [now, arrived];
    const passed = now - this.#since;
    return passed < TRY_AFTER ? 0 : (arrived - this.#before) / passed;
  }
}

/**
 * Whether several connections are worth the try.
 * @param {number} left how much they would bring
 * @param {number} one bytes in a millisecond, over one connection
 */
export const areWorth = (left, one) => left >= WORTH && one < ENOUGH;

/** Several connections that bring what follows a place. */
export class Lanes {
  #size;
  #one;
  #until;
  #fetch;
  #stop = new AbortController();
  /** Pieces that are on their way, or wait, in their order. @type {Promise<Bytes[]>[]} */
  #pieces = [];
  #next;
  #arrived = 0;
  /** @type {Pace | null} */
  #pace = new Pace();
  #isNarrow = false;

  /**
   * @param {{ from: number, size: number }} part
   * @param {{
   *   one: number, until: number, signal: AbortSignal,
   *   fetch: (from: number, to: number, signal: AbortSignal) => AsyncIterable<Bytes>,
   * }} options one is what one connection brought; no more requests begin from until on
   */
  constructor({ from, size }, { one, until, signal, fetch }) {
    this.from = from;
    this.#next = from;
    this.#size = size;
    this.#one = one;
    this.#until = until;
    this.#fetch = fetch;
    signal.addEventListener('abort', () => this.end(), { once: true });
    while (this.#pieces.length < AT_ONCE && this.#begin());
  }

  /** Begins the next piece, if there is one. */
  #begin() {
    if (this.#isNarrow || this.#next >= this.#size || Date.now() >= this.#until) return false;
    const from = this.#next;
    this.#next = Math.min(from + LANE, this.#size);
    const piece = this.#gather(from, this.#next);
    piece.catch(() => {}); // one before it may fail first
    this.#pieces.push(piece);
    return true;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  async #gather(from, to) {
    const chunks = [];
    for await (const bytes of this.#fetch(from, to, this.#stop.signal)) {
      this.#arrived += bytes.length;
      chunks.push(bytes);
    }
    return chunks;
  }

  /**
   * What they bring, in its order, as far as it goes: not to the end where they gain nothing, or where it would take too
   * long. Fails as what they fetch does.
   */
  async *bytes() {
    for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
      const chunks = await piece;
      this.#judge();
      this.#begin();
      yield* chunks;
    }
  }

  /** Begins no more where several bring no more than one did. */
  #judge() {
    const several = this.#pace?.at(this.#arrived);
    if (!several) return;
    this.#isNarrow = !gains(several, this.#one);
    this.#pace = null;
  }

  /** Ends what is on its way. */
  end() {
    this.#stop.abort(new DOMException('ended', 'AbortError'));
  }
}
