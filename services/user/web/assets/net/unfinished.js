// Uploads that are not finished, as this browser keeps them so that they can go on after a reload, a crash or a night:
// everything that the same stream is sealed from again but the files themselves, and the tag of every sealed segment that
// ever left, which is on the disk before the segment leaves. What is sealed again and differs never leaves under the
// same nonce.

import { TAG } from '../crypto/stream.js';
import { answer, rowsOf, sending } from './database.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('../crypto/seal.js').Kept} Kept */
/** @typedef {import('../crypto/seal.js').Tagged} Tagged */

/** A file as it was chosen. @typedef {{ path: string, size: number, modified: number, type: string }} Chosen */

/**
 * What the page wants kept of an upload. `linkKey` goes into the link; `key` is what it is sealed under, which is another
 * where there is a passphrase, and then has its `block`. `handles` lead to the files, where the browser gives them.
 * `request` is the ID of the request that it is sent to, if it is.
 * @typedef {{
 *   linkKey: Bytes, key: Bytes, block: Bytes | null, deleteSecret: string, name: string, together: boolean,
 *   files: Chosen[], handles: FileSystemFileHandle[] | null, note: string, request: string,
 *   maxDownloads: number, expires: number,
 * }} Plan
 */

/**
 * An upload that was begun: the plan, what the service calls it, what is random in it, how long it is as sealed, and until
 * when it can be gone on with, in milliseconds since 1970.
 * @typedef {Plan & { id: string, random: Bytes, size: number, ends: number }} Begun
 */

/** How long a service keeps what is not complete. */
const PENDING = 24 * 3600 * 1000;

/**
 * @param {IDBValidKey} id
 * @param {IDBObjectStore[]} stores of tags and of what was sent
 */
const eraseRows = (id, ...stores) => Promise.all(stores.map((store) => answer(store.delete(rowsOf(id)))));

/** What runs in one tab alone is done under a lock of this name. */
export const lockName = (/** @type {string} */ id) => `sgraph-send upload ${id}`;

/**
 * All that can be gone on with, and how many bytes of each have arrived; what is over is erased.
 * @returns {Promise<{ begun: Begun, sent: number }[]>}
 */
export function unfinished() {
  return sending.transact(['uploads', 'tags', 'sent'], async (uploads, tags, sent) => {
    /** @type {Begun[]} */
    const all = await answer(uploads.getAll());
    const kept = await Promise.all(
      all.map(async (begun) => {
        if (begun.ends <= Date.now()) {
          await Promise.all([answer(uploads.delete(begun.id)), eraseRows(begun.id, tags, sent)]);
          return [];
        }
        /** @type {number[]} */
        const parts = await answer(sent.getAll(rowsOf(begun.id)));
        return [{ begun, sent: parts.reduce((sum, bytes) => sum + bytes, 0) }];
      }),
    );
    return kept.flat();
  });
}

/**
 * Whether an upload can be gone on with.
 * @param {string} id
 */
export const isUnfinished = (id) =>
  Journal.find(id).then(
    (journal) => journal !== null,
    () => false, // the browser keeps nothing
  );

/**
 * Erases what is kept of an upload.
 * @param {string} id
 */
export async function forget(id) {
  await sending.transact(['uploads', 'tags', 'sent'], (uploads, tags, sent) =>
    Promise.all([answer(uploads.delete(id)), eraseRows(id, tags, sent)]),
  );
}

/** What is kept of one upload while it runs. */
export class Journal {
  #begun;
  /** Numbers of the segments that left. @type {Set<number>} */
  #known = new Set();
  /** Until what was to be kept before is. @type {Promise<void>} */
  #keeping = Promise.resolve();

  /** @param {Begun} begun */
  constructor(begun) {
    this.#begun = begun;
  }

  /**
   * Keeps an upload that begins. Null where the browser keeps nothing: then it can only be sent in one go.
   * @param {Plan} plan
   * @param {{ id: string, random: Bytes, size: number }} stream
   */
  static async begin(plan, stream) {
    const ends = Math.min(Date.now() + PENDING, plan.expires);
    const journal = new Journal({ ...plan, ...stream, ends });
    try {
      await journal.#restart();
      return journal;
    } catch {
      return null;
    }
  }

  /**
   * What is kept of an upload; null where another tab has finished or forgotten it.
   * @param {string} id
   */
  static async find(id) {
    const begun = await sending.transact(['uploads'], (uploads) => answer(uploads.get(id)));
    return begun ? new Journal(begun) : null;
  }

  get begun() {
    return this.#begun;
  }

  /**
   * What to seal the same again from.
   * @returns {Promise<Kept>}
   */
  async kept() {
    const { id, random, size } = this.#begun;
    const [firsts, runs] = await sending.transact(['tags'], (tags) =>
      Promise.all([answer(tags.getAllKeys(rowsOf(id))), answer(tags.getAll(rowsOf(id)))]),
    );
    const starts = /** @type {[string, number][]} */ (firsts).map(([, first]) => first);
    const count = starts.reduce((most, first, i) => Math.max(most, first + runs[i].length / TAG), 0);
    const tags = new Uint8Array(count * TAG);
    for (const [i, first] of starts.entries()) {
      tags.set(runs[i], first * TAG);
      for (let n = 0; n < runs[i].length / TAG; n++) this.#known.add(first + n);
    }
    return { random, size, tags };
  }

  /**
   * Whether all of these segments left before.
   * @param {Tagged[]} segments
   */
  knows(segments) {
    return segments.every(({ index }) => this.#known.has(index));
  }

  /**
   * Keeps the tags of segments that follow each other. Only then may they leave. Two parts that have a segment in common
   * are kept one after the other: else the row of one could replace that of the other, and its tags.
   * @param {Tagged[]} segments
   */
  leaving(segments) {
    const keeps = this.#keeping.then(() => this.#keep(segments));
    this.#keeping = keeps.catch(() => {});
    return keeps;
  }

  /** @param {Tagged[]} segments */
  async #keep(segments) {
    const fresh = segments.findIndex(({ index }) => !this.#known.has(index));
    if (fresh < 0) return;
    const added = segments.slice(fresh);
    const run = new Uint8Array(added.length * TAG);
    for (const [i, { tag }] of added.entries()) run.set(tag, i * TAG);
    await sending.transact(['tags'], (tags) => answer(tags.put(run, [this.#begun.id, added[0].index])));
    for (const { index } of added) this.#known.add(index);
  }

  /**
   * Notes that a part arrived, for who asks how far it is. What the service has it says itself.
   * @param {number} part
   * @param {number} bytes
   */
  async arrived(part, bytes) {
    const put = sending.transact(['sent'], (sent) => answer(sent.put(bytes, [this.#begun.id, part])));
    await put.catch(() => {});
  }

  /**
   * Begins again, under other random bytes: nothing of what was known is of this stream.
   * @param {Bytes} random
   */
  async startOver(random) {
    this.#begun = { ...this.#begun, random };
    await this.#restart();
  }

  async #restart() {
    this.#known.clear();
    const { id } = this.#begun;
    await sending.transact(['uploads', 'tags', 'sent'], (uploads, tags, sent) =>
      Promise.all([answer(uploads.put(this.#begun, id)), eraseRows(id, tags, sent)]),
    );
  }
}
