// What a download that was begun leaves in this browser for the hour in which the service goes on with it: the permission
// to do so, and the sealed bytes that have arrived, never the key. So a wrong key, a reload or a closed tab costs no
// second download, nor does it to have again what was received. Where the browser stores nothing it lasts as long as the
// page.

import * as storage from './storage.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */

/**
 * How a download goes on: what the service was told to know it by, before it was counted; where its bytes are, which is
 * empty until it is known that it was; the permit to ask for them, their ETag, how many there are (0 where nobody said
 * and not all have come), and until when it holds, in milliseconds since 1970; and whether all of it was opened here.
 * @typedef {{
 *   name: string, place: string, permit: string, validator: string, total: number, ends: number, isDone?: boolean,
 * }} Claim
 */

/** Bytes of a piece, but for the last. What two tabs write at the same time is thus the same. */
export const PIECE = 1024 * 1024;

const RUN = 8; // pieces that are read at once, while as many are taken
const STORED_MAX = 1024; // pieces of one download, where no file takes them
const HELD_MAX = 64; // pieces in memory, where nothing is stored
const DONE_MAX = 32; // pieces of a download that is done; what has more is fetched again if it is wanted again

// What is written into the file is unknown to the database, which takes its time for each note, for so many milliseconds,
// and so many pieces. What a page that is closed leaves unknown is fetched again.
const NOTE_EVERY = 500;
const NOTE_MAX = 64;

export class Kept {
  /** @type {Claim | null} */
  claim = null;
  #id;
  #count = 0;
  #isFull = false;
  /** How many pieces may be kept, once that is known. @type {Promise<number> | undefined} */
  #most;
  /** @type {Blob[] | null} the pieces, by their numbers, where the browser stores none */
  #held = null;
  /** While pieces come. @type {Promise<storage.File | null> | undefined} */
  #file;
  /** Pieces in the file that the database does not know. @type {Map<number, storage.Place>} */
  #unknown = new Map();
  #noted = 0; // when it was told last
  /** While it is told. @type {Promise<void>} */
  #noting = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /** @param {string} id of the transfer */
  constructor(id) {
    this.#id = id;
  }

  /** Bytes that are here. */
  get size() {
    const size = this.#count * PIECE;
    return this.claim?.total ? Math.min(size, this.claim.total) : size;
  }

  /** Whether it outlives the page. */
  get isStored() {
    return !this.#held;
  }

  /** Learns what was begun, here or in another tab. */
  async load() {
    if (!this.#held) {
      await this.#try(async () => {
        const { claim, count } = await storage.find(this.#id);
        [this.claim, this.#count] = [claim, count];
      });
    }
    if (this.claim && this.claim.ends <= Date.now()) await this.forget();
  }

  /** @param {Claim} claim */
  async save(claim) {
    this.claim = claim;
    await this.#try(() => storage.saveClaim(this.#id, claim));
  }

  /**
   * Keeps the next piece, if there is room. Its bytes may be changed afterwards.
   * @param {number} index
   * @param {Bytes} bytes
   * @returns {Promise<boolean>} whether it is kept
   */
  async add(index, bytes) {
    if (index < this.#count) return true;
    if (index > this.#count || !(await this.put(index, bytes))) return false;
    this.#count++;
    return true;
  }

  /**
   * Keeps any piece, if there is room. Whoever has pieces kept closes in the end.
   * @param {number} index
   * @param {Bytes} bytes
   * @returns {Promise<boolean>} whether it is kept
   */
  async put(index, bytes) {
    this.#most ??= this.#howMany();
    if (this.#isFull || index >= (await this.#most)) return false;
    try {
      if (this.#held) this.#held[index] = new Blob([bytes]);
      else await this.#store(index, bytes);
      return true;
    } catch {
      this.#isFull = true; // the rest is fetched again if it is needed again
      return false;
    }
  }

  /**
   * @param {number} index
   * @param {Bytes} bytes
   */
  async #store(index, bytes) {
    this.#file ??= storage.openFile(this.#id);
    const file = await this.#file;
    if (!file) {
      if (index >= STORED_MAX) throw new DOMException('no room', 'QuotaExceededError');
      return storage.savePieces(this.#id, new Map([[index, new Blob([bytes])]]));
    }
    const at = index * PIECE;
    if (file.write(bytes, { at }) < bytes.length) throw new DOMException('no room', 'QuotaExceededError');
    this.#unknown.set(index, { at, size: bytes.length });
    if (this.#unknown.size >= NOTE_MAX || Date.now() - this.#noted >= NOTE_EVERY) await this.#note();
    else this.#soon ??= setTimeout(() => this.#note(), NOTE_EVERY); // the line may stand still now
  }

  /** Tells the database of pieces, while more are written. Who waits, waits for what it was told before. */
  #note() {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const before = this.#noting;
    if (this.#unknown.size > 0) {
      const pieces = this.#unknown;
      this.#unknown = new Map();
      this.#noted = Date.now();
      this.#noting = before.then(() => storage.savePieces(this.#id, pieces));
      this.#noting.catch(() => {}); // whoever is next hears of it
    }
    return before;
  }

  /** To be called when no more pieces come, for now. */
  async close() {
    const opened = this.#file;
    this.#file = undefined;
    this.#note();
    await this.#noting.catch(() => {});
    (await opened?.catch(() => null))?.close();
  }

  async #howMany() {
    if (this.#held) return HELD_MAX;
    const room = await storage.room().catch(() => 0);
    return Math.max(STORED_MAX, Math.floor(room / PIECE));
  }

  /**
   * A piece, if it is here.
   * @param {number} index
   * @returns {Promise<Bytes | null>}
   */
  async piece(index) {
    const [piece] = await this.#run(index, 1);
    return piece ?? null;
  }

  /**
   * So many pieces, from one on, as far as they are here and follow each other.
   * @param {number} first
   * @param {number} count
   * @returns {Promise<Bytes[]>}
   */
  async #run(first, count) {
    try {
      this.#note();
      await this.#noting.catch(() => {}); // those of before are there all the same
      const pieces = this.#held ? this.#holds(first, count) : await storage.findPieces(this.#id, first, count);
      return (await Promise.all(pieces.map((piece) => piece.arrayBuffer()))).map((bytes) => new Uint8Array(bytes));
    } catch {
      return []; // erased by the browser or by another tab
    }
  }

  /**
   * @param {number} first
   * @param {number} count
   */
  #holds(first, count) {
    const run = this.#held?.slice(first, first + count) ?? [];
    const end = run.findIndex((piece) => !piece); // of which there may be none yet
    return end < 0 ? run : run.slice(0, end);
  }

  /**
   * The kept bytes, from the first on. Where a piece is gone, those before it are all that is kept.
   * @returns {AsyncGenerator<Bytes>}
   */
  async *bytes() {
    const from = (/** @type {number} */ index) => this.#run(index, Math.min(RUN, this.#count - index));
    let next = from(0);
    for (let index = 0; index < this.#count; ) {
      const run = await next;
      if (run.length === 0) {
        this.#count = index;
        return;
      }
      index += run.length;
      if (index < this.#count) next = from(index);
      yield* run;
    }
  }

  /** To be called when all was opened. What is kept then is for who wants it again. */
  async finish() {
    const { claim } = this;
    if (!claim) return;
    if (!claim.total || claim.total > DONE_MAX * PIECE) await this.distrust();
    await this.save({ ...claim, isDone: true });
  }

  /** To be called when the download is over. */
  async forget() {
    await this.close(); // a file that is open cannot be removed
    this.claim = null;
    this.#count = 0;
    if (this.#held) this.#held = [];
    else await this.#try(() => storage.remove(this.#id));
  }

  /** Drops the bytes, and keeps the permission to fetch them again. */
  async distrust() {
    const { claim } = this;
    await this.forget();
    if (claim) await this.save(claim);
  }

  /**
   * Does something with the browser's storage. Without one, the page itself holds what is kept.
   * @param {() => Promise<void>} task
   */
  async #try(task) {
    if (this.#held) return;
    try {
      await task();
    } catch {
      this.#held = [];
      this.#count = 0;
    }
  }
}
