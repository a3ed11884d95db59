// From plaintext to ciphertext: format 1 (one AES-GCM call, which every reader knows) for small content, and a stream
// for the rest, for what has a passphrase, and for what must be read in parts.

import { encodeText, startsWith } from './bytes.js';
import { looksEnveloped, safeFilename, writeEnvelope } from './envelope.js';
import { FileChangedError } from './errors.js';
import { discard } from './memory.js';
import { Runs, read } from './plain.js';
import { Places, RANDOM, SegmentSealer, TAG } from './stream.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/**
 * What is to be sealed; a text has no name. `inParts` says that readers want parts of it.
 * @typedef {{ name: string, type?: string, content: Blob, inParts?: boolean }} Source
 */

/**
 * What somebody has to keep, beside the key, to seal the same again after a while: what is random in it, how long it is,
 * and the tag of each sealed segment that anybody may have seen, one after the other, with zeros for the others.
 * @typedef {{ random: Bytes, size: number, tags: Bytes }} Kept
 */

/** @typedef {{ index: number, tag: Bytes }} Tagged */
/** @typedef {{ bytes: Bytes, segments: Tagged[] }} Part */

/**
 * A sealed transfer, of which parts are made as they are asked for: its exact size, the size of the plaintext, which is
 * declared to the service, and what is random in it, null where it cannot be sealed again. A part may be put into memory
 * that is given, which serves again when the part is no longer needed.
 * @typedef {{
 *   version: number, plainSize: number, size: number, random: Bytes | null,
 *   part: (from: number, length: number, into?: Bytes) => Promise<Part>,
 * }} Sealed
 */

export const ONE_SHOT_MAX = 32 * 1024 * 1024;

const IV = 12;

/** How many segments are kept that two parts have in common, and one of them has not asked for. */
const EDGES = 8;

/**
 * Seals a source. With `kept`, the same as before: what differs is refused, and needs another stream.
 * @param {Key} linkKey
 * @param {Source} source
 * @param {{ block?: Bytes | null, kept?: Kept | null }} [options] block of the passphrase that is in the key, if there is
 * @returns {Sealed}
 */
export function seal(linkKey, source, { block = null, kept = null } = {}) {
  const inOne = source.content.size <= ONE_SHOT_MAX && !block && !source.inParts;
  const plain = enveloped(source, inOne ? '' : 'message.txt');
  if (inOne) return new SealedAtOnce(linkKey, plain);
  return new SealedStream(linkKey, plain, { block, kept });
}

/**
 * The plaintext: the content behind its envelope. A text in format 1 travels without one, as every version of the page
 * has read it.
 * @param {Source} source
 * @param {string} fallback the name of what has none
 */
function enveloped({ name, type, content }, fallback) {
  const filename = name ? safeFilename(name) : fallback;
  return filename ? new Blob([writeEnvelope({ filename, ...(type && { type }) }), content]) : content;
}

/** Format 1: all of it is sealed when the first part is asked for. */
export class SealedAtOnce {
  version = 1;
  random = null;
  #linkKey;
  #plain;
  #iv;
  /** @type {Promise<Bytes> | null} */
  #sealed = null;

  /**
   * The nonce is random; only tests give one.
   * @param {Key} linkKey
   * @param {Blob} plain
   */
  constructor(linkKey, plain, iv = crypto.getRandomValues(new Uint8Array(IV))) {
    this.#linkKey = linkKey;
    this.#plain = plain;
    this.#iv = iv;
    this.plainSize = plain.size;
    this.size = IV + plain.size + TAG;
  }

  /**
   * @param {number} from
   * @param {number} length
   * @param {Bytes} [into]
   * @returns {Promise<Part>}
   */
  async part(from, length, into) {
    this.#sealed ??= this.#seal();
    const bytes = (await this.#sealed).subarray(from, from + length);
    into?.set(bytes);
    return { bytes: into?.subarray(0, bytes.length) ?? bytes, segments: [] };
  }

  async #seal() {
    const key = await crypto.subtle.importKey('raw', this.#linkKey, 'AES-GCM', false, ['encrypt']);
    const plain = await read(this.#plain, 0, this.plainSize);
    const sealed = new Uint8Array(this.size);
    sealed.set(this.#iv);
    sealed.set(new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: this.#iv }, key, plain)), IV);
    return sealed;
  }
}

/** Formats 2 and 3: parts of any place and length, as often as they are asked for, and always the same. */
export class SealedStream {
  #sealer;
  #plain;
  #places;
  #count;
  /** The tag of each segment that was given out, now or before; zeros where none was. */
  #tags;
  /** Segments that two parts have in common, for the second to ask. @type {Map<number, Promise<Bytes>>} */
  #edges = new Map();
  /** What the plaintext is read into. @type {ArrayBuffer[]} */
  #memory = [];

  /**
   * What is random is chosen here, unless somebody goes on; only tests give it otherwise.
   * @param {Key} linkKey
   * @param {Blob} plain
   * @param {{ block?: Bytes | null, kept?: Kept | null, random?: Bytes }} [options]
   */
  constructor(linkKey, plain, { block = null, kept = null, random } = {}) {
    this.version = block ? 3 : 2;
    this.random = kept?.random ?? random ?? crypto.getRandomValues(new Uint8Array(RANDOM));
    this.#sealer = new SegmentSealer(linkKey, block, this.random);
    this.#plain = plain;
    this.#places = new Places(block);
    this.plainSize = plain.size;
    this.size = this.#places.sealedSize(plain.size);
    this.#count = this.#places.count(plain.size);
    this.#tags = new Uint8Array(this.#count * TAG);
    if (!kept) return;
    if (kept.size !== this.size) throw new FileChangedError();
    this.#tags.set(kept.tags.subarray(0, this.#tags.length));
  }

  /**
   * Seals one segment after the other, while the next one is read: what a browser takes for all of a part at once is new
   * memory each time, and there until it is collected.
   * @param {number} from
   * @param {number} length
   * @param {Bytes} [into]
   * @returns {Promise<Part>}
   */
  async part(from, length, into = new Uint8Array(Math.max(0, Math.min(length, this.size - from)))) {
    const to = Math.min(from + length, this.size);
    if (from >= to) return { bytes: into.subarray(0, 0), segments: [] };
    const { head } = this.#sealer;
    if (from < head.length) into.set(head.subarray(from, to));
    /** @type {Tagged[]} */
    const segments = [];
    for await (const { index, sealed } of this.#segments(from, to)) {
      segments.push(this.#check(index, sealed));
      const start = this.#places.sealedStart(index);
      const begin = Math.max(from, start);
      if (begin < to) into.set(sealed.subarray(begin - start, to - start), begin - from);
      if (!this.#goesBeyond(index, from, to)) discard(sealed.buffer);
    }
    return { bytes: into.subarray(0, to - from), segments };
  }

  /**
   * The segments that have bytes of a part.
   * @param {number} from
   * @param {number} to
   */
  async *#segments(from, to) {
    const [first, last] = [this.#places.indexOfSealed(from), this.#places.indexOfSealed(to - 1)];
    const runs = new Runs(this.#plain, this.#plainEnd(last), this.#memory);
    /** One is sealed while the next is read. @type {{ index: number, sealing: Promise<Bytes> } | undefined} */
    let before;
    try {
      for (let index = first; index <= last; index++) {
        let sealing = this.#taken(index);
        if (!sealing) {
          sealing = this.#seal(index, await runs.read(this.#places.plainStart(index), this.#plainEnd(index)), runs);
          if (this.#goesBeyond(index, from, to)) this.#leave(index, sealing);
        }
        if (before) yield { index: before.index, sealed: await before.sealing };
        before = { index, sealing };
      }
      if (before) yield { index: before.index, sealed: await before.sealing };
    } finally {
      runs.end();
    }
  }

  /**
   * Whether another part has bytes of a segment, too.
   * @param {number} index
   * @param {number} from
   * @param {number} to
   */
  #goesBeyond(index, from, to) {
    const [start, end] = [this.#places.sealedStart(index), Math.min(this.#places.sealedStart(index + 1), this.size)];
    return start < from || end > to;
  }

  /**
   * @param {number} index
   * @param {Bytes} plain
   * @param {Runs} runs of which it is
   */
  async #seal(index, plain, runs) {
    try {
      return await this.#sealer.seal(index, plain, index === this.#count - 1);
    } finally {
      runs.free(plain);
    }
  }

  /** A segment that is there for the part that has the rest of it. */
  #taken(/** @type {number} */ index) {
    const known = this.#edges.get(index);
    this.#edges.delete(index);
    return known;
  }

  /**
   * @param {number} index
   * @param {Promise<Bytes>} sealing
   */
  #leave(index, sealing) {
    this.#edges.set(index, sealing);
    for (const old of this.#edges.keys()) if (this.#edges.size > EDGES) this.#edges.delete(old);
  }

  /** Before which byte of the plaintext a segment ends. */
  #plainEnd(/** @type {number} */ index) {
    return Math.min(this.#places.plainStart(index + 1), this.plainSize);
  }

  /**
   * The tag of a segment. Nothing leaves that is another than what left before: under one nonce there is one plaintext.
   * @param {number} index
   * @param {Bytes} sealed
   * @returns {Tagged}
   */
  #check(index, sealed) {
    const tag = sealed.slice(-TAG);
    const known = this.#tags.subarray(index * TAG, (index + 1) * TAG);
    if (known.every((byte) => byte === 0)) known.set(tag);
    else if (!startsWith(tag, known)) throw new FileChangedError();
    return { index, tag };
  }
}

/**
 * A text as a source. It travels without an envelope, as every version of the page has read it, unless it
 * happens to begin like one.
 * @param {string} text
 * @returns {Source}
 */
export function textSource(text) {
  const bytes = encodeText(text);
  return { name: looksEnveloped(bytes) ? 'message.txt' : '', content: new Blob([bytes]) };
}
