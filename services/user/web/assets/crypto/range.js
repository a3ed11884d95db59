// A sealed file of which any part can be had without the rest.

import { ByteQueue, concat } from './bytes.js';
import { readStreamEnvelope } from './envelope.js';
import { DamagedError } from './errors.js';
import { MAX_HEAD, Places, readHead, SegmentOpener } from './stream.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/**
 * Gives the bytes of a sealed file from one to before another.
 * @typedef {(from: number, to: number) => AsyncIterable<Bytes>} Fetch
 */

/** Segments that are being opened while more arrive. */
const AHEAD = 4;

/**
 * What is read of it is genuine. That the file is whole, and as long as was said, is proved when its last segment is
 * read, and only then.
 */
export class SealedFile {
  #fetch;
  #size;
  #places;
  #opener;
  #first;
  #before;

  /**
   * Opens a file, of which the first segment is fetched; null where it is one of format 1, of which there are no parts.
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   * @param {{ size: number, fetch: Fetch }} file size is that of the sealed file
   */
  static async open(linkKey, block, { size, fetch }) {
    const end = Math.min(size, new Places(block).sealedStart(1));
    const start = await gather(fetch(0, end), end);
    const head = readHead(start, block);
    if (head === null) throw new DamagedError();
    if (head === undefined) return null;
    const opener = new SegmentOpener(linkKey, head);
    const first = await opener.open(0, start.subarray(head.length), end === size);
    return new SealedFile(block, { size, fetch }, opener, first);
  }

  /**
   * @private use open
   * @param {Bytes | null} block
   * @param {{ size: number, fetch: Fetch }} file
   * @param {SegmentOpener} opener
   * @param {Bytes} first
   */
  constructor(block, { size, fetch }, opener, first) {
    this.#fetch = fetch;
    this.#size = size;
    this.#places = new Places(block);
    this.#opener = opener;
    this.#first = first;
    const envelope = readStreamEnvelope(first);
    if (!envelope) throw new DamagedError();
    this.metadata = envelope.metadata;
    this.#before = envelope.contentStart;
    const count = this.#places.countOfSealed(size);
    const plainSize = this.#places.plainStart(count - 1) + size - this.#places.sealedStart(count - 1) - 16;
    /** Bytes of the content. */
    this.size = plainSize - this.#before;
  }

  /**
   * The part of the sealed file that has a part of the content.
   * @param {number} from
   * @param {number} to
   */
  sealed(from, to) {
    const { first, last } = this.#segments(from, to);
    return { from: this.#places.sealedStart(first), to: Math.min(this.#places.sealedStart(last + 1), this.#size) };
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #segments(from, to) {
    const first = this.#places.indexOfPlain(this.#before + from);
    return { first, last: Math.max(first, this.#places.indexOfPlain(this.#before + to - 1)) };
  }

  /**
   * A part of the content. Some segments are opened while more arrive.
   * @param {number} from
   * @param {number} [end]
   * @returns {AsyncGenerator<Bytes>}
   */
  async *content(from, end = this.size) {
    const to = Math.min(end, this.size);
    if (from >= to) return;
    const { first, last } = this.#segments(from, to);
    /** @type {Promise<Bytes>[]} */
    const opening = first === 0 ? [Promise.resolve(this.#first)] : [];
    let done = first;
    const next = async () => {
      const start = this.#places.plainStart(done++) - this.#before;
      const plain = await /** @type {Promise<Bytes>} */ (opening.shift());
      return plain.subarray(Math.max(0, from - start), to - start);
    };
    if (last > 0) {
      for await (const [segment] of this.#arriving(Math.max(1, first), last)) {
        opening.push(segment);
        while (opening.length > AHEAD) yield await next();
      }
    }
    while (opening.length) yield await next();
  }

  /**
   * Segments, which are being opened, as they arrive.
   * @param {number} first
   * @param {number} last
   */
  async *#arriving(first, last) {
    const queue = new ByteQueue();
    let index = first;
    const end = (/** @type {number} */ index) => Math.min(this.#places.sealedStart(index + 1), this.#size);
    for await (const chunk of this.#fetch(this.#places.sealedStart(first), end(last))) {
      queue.push(chunk);
      for (; index <= last; index++) {
        const size = end(index) - this.#places.sealedStart(index);
        if (queue.length < size) break;
        // A promise by itself would be waited for.
        yield [this.#opener.openNext(index, { queue, size }, end(index) === this.#size)];
      }
    }
    if (index <= last) throw new DamagedError();
  }
}

/**
 * @param {AsyncIterable<Bytes>} chunks
 * @param {number} size
 */
async function gather(chunks, size) {
  const all = [];
  for await (const chunk of chunks) all.push(chunk);
  const bytes = concat(all);
  if (bytes.length < Math.min(size, MAX_HEAD)) throw new DamagedError();
  return bytes.subarray(0, size);
}
