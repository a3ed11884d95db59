// Formats 2 and 3, for content of any size in flat memory: what tells the version, with a passphrase's block behind it in
// format 3, and a Tink AES256-GCM-HKDF-1MB stream whose associated data are those 8 or 32 bytes.
//
//   stream header   40 | salt, 32 bytes | nonce prefix, 7 bytes
//   stream key      HKDF-SHA256(the link's key, salt, info = the associated data), 32 bytes
//   segment         AES-256-GCM under nonce = prefix | counter, 4 bytes big-endian | 1 when last, else 0
//
// Every ciphertext segment is 1 MiB long with its tag, except the last, and except the first, which leaves room
// for the stream header. Counter and last flag are in the nonce, so a segment moved, dropped or cut off fails.

import { ByteQueue, concat, encodeText, startsWith } from './bytes.js';
import { DamagedError, NewerVersionError, PassphraseError, WrongKeyError } from './errors.js';
import { BLOCK, readBlock } from './passphrase.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/** What these formats and all later ones begin with; the byte after it is the version. */
export const FAMILY = concat([encodeText('SGSEND'), Uint8Array.of(0x00)]);

const STREAM = 2;
const STREAM_WITH_PASSPHRASE = 3;

/** The length of what AES-GCM puts behind what it seals, by which two plaintexts are told apart. */
export const TAG = 16;

const SEGMENT = 1024 * 1024;
const SALT = 32;
const PREFIX = 7;
const HEADER = 1 + SALT + PREFIX;
const MAX_SEGMENTS = 2 ** 32 - 1;

const firstPlain = SEGMENT - HEADER - TAG;
const nextPlain = SEGMENT - TAG;

/** The length of what is random in a stream: salt and nonce prefix. */
export const RANDOM = SALT + PREFIX;

/** The most bytes that stand before the first segment. */
export const MAX_HEAD = FAMILY.length + 1 + BLOCK + HEADER;

/**
 * What a stream begins with, in the open.
 * @param {Bytes | null} block of the passphrase, if there is one
 */
const associatedData = (block) =>
  block ? concat([FAMILY, Uint8Array.of(STREAM_WITH_PASSPHRASE), block]) : concat([FAMILY, Uint8Array.of(STREAM)]);

/** Where the segments of a stream are, sealed and plain. */
export class Places {
  #begin;

  /** @param {Bytes | null} block of the passphrase, if there is one */
  constructor(block) {
    this.#begin = associatedData(block).length;
  }

  /** Where a segment begins in the sealed file; the one behind the last is where another would. */
  sealedStart(/** @type {number} */ index) {
    return this.#begin + (index === 0 ? HEADER : index * SEGMENT);
  }

  /** Where a segment begins in the plaintext. */
  plainStart(/** @type {number} */ index) {
    return index === 0 ? 0 : firstPlain + (index - 1) * nextPlain;
  }

  /** Which segment has a byte of the sealed file; what stands before the first is taken for part of it. */
  indexOfSealed(/** @type {number} */ at) {
    return Math.max(0, Math.floor((at - this.#begin) / SEGMENT));
  }

  /** Which segment has a byte of the plaintext. */
  indexOfPlain(/** @type {number} */ at) {
    return at < firstPlain ? 0 : 1 + Math.floor((at - firstPlain) / nextPlain);
  }

  /** How many segments there are. */
  count(/** @type {number} */ plainSize) {
    return 1 + Math.ceil(Math.max(0, plainSize - firstPlain) / nextPlain);
  }

  sealedSize(/** @type {number} */ plainSize) {
    return this.#begin + HEADER + plainSize + this.count(plainSize) * TAG;
  }

  /** How many segments a sealed file of this length has. */
  countOfSealed(/** @type {number} */ size) {
    return Math.max(1, Math.ceil((size - this.#begin) / SEGMENT));
  }
}

/**
 * @param {Key} linkKey
 * @param {{ salt: Bytes, info: Bytes }} stream
 * @param {KeyUsage} usage
 */
async function deriveKey(linkKey, { salt, info }, usage) {
  const material = await crypto.subtle.importKey('raw', linkKey, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info };
  return crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, [usage]);
}

/**
 * The nonce of a segment.
 * @param {Bytes} prefix
 * @param {number} index
 * @param {boolean} last
 */
function gcm(prefix, index, last) {
  if (index >= MAX_SEGMENTS) throw new RangeError('stream too long');
  const nonce = new Uint8Array(12);
  nonce.set(prefix);
  new DataView(nonce.buffer).setUint32(PREFIX, index);
  nonce[11] = last ? 1 : 0;
  return { name: 'AES-GCM', iv: nonce };
}

/** Seals the segments of one stream, in any order. Who uses it sees to it that an index never has two plaintexts. */
export class SegmentSealer {
  #prefix;
  #key;

  /**
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   * @param {Bytes} random salt and nonce prefix
   */
  constructor(linkKey, block, random) {
    const [salt, info] = [random.slice(0, SALT), associatedData(block)];
    this.#prefix = random.slice(SALT);
    this.#key = deriveKey(linkKey, { salt, info }, 'encrypt');
    this.#key.catch(() => {}); // whoever seals the first segment learns it
    /** What stands before the first segment. */
    this.head = concat([info, Uint8Array.of(HEADER), random]);
  }

  /**
   * @param {number} index
   * @param {Bytes} plain
   * @param {boolean} last
   */
  async seal(index, plain, last) {
    return new Uint8Array(await crypto.subtle.encrypt(gcm(this.#prefix, index, last), await this.#key, plain));
  }
}

/** Opens the segments of one stream, in any order. Gives out no byte whose tag has not passed. */
export class SegmentOpener {
  #prefix;
  #key;
  /** What segments are put together in, of which none is being opened. @type {Bytes[]} */
  #free = [];

  /**
   * @param {Key} linkKey
   * @param {Bytes} head what stands before the first segment: see readHead
   */
  constructor(linkKey, head) {
    const header = head.length - HEADER;
    const [info, salt] = [head.slice(0, header), head.slice(header + 1, header + 1 + SALT)];
    this.#prefix = head.slice(header + 1 + SALT);
    this.#key = deriveKey(linkKey, { salt, info }, 'decrypt');
    this.#key.catch(() => {});
  }

  /**
   * @param {number} index
   * @param {Bytes} sealed
   * @param {boolean} last
   */
  async open(index, sealed, last) {
    const key = await this.#key;
    try {
      return new Uint8Array(await crypto.subtle.decrypt(gcm(this.#prefix, index, last), key, sealed));
    } catch {
      // The first segment fails under any other key; after it has passed, the key is right and the bytes are not.
      throw index === 0 ? new WrongKeyError() : new DamagedError();
    }
  }

  /**
   * Opens what comes next in a queue, which is put together in memory that serves again.
   * @param {number} index
   * @param {{ queue: ByteQueue, size: number }} sealed
   * @param {boolean} last
   */
  openNext(index, { queue, size }, last) {
    const buffer = this.#free.pop() ?? new Uint8Array(SEGMENT);
    const opening = this.open(index, queue.takeInto(buffer, size), last);
    const free = () => this.#free.push(buffer);
    opening.then(free, free); // one before it may fail first
    return opening;
  }
}

/**
 * What stands before the first segment of a file that begins with these bytes; null while they are too few to say, and
 * undefined where it is no stream. A PassphraseError says that the key is to be mixed with one that fits its block.
 * @param {Bytes} start
 * @param {Bytes | null} block of the passphrase that is in the key, if there is one
 */
export function readHead(start, block) {
  if (start.length < FAMILY.length + 1) return startsWith(FAMILY, start.subarray(0, FAMILY.length)) ? null : undefined;
  if (!startsWith(start, FAMILY)) return undefined;
  const version = start[FAMILY.length];
  if (version !== STREAM && version !== STREAM_WITH_PASSPHRASE) throw new NewerVersionError();
  const begin = FAMILY.length + 1 + (version === STREAM ? 0 : BLOCK);
  if (start.length < begin + HEADER) return null;
  if (start[begin] !== HEADER) throw new DamagedError();
  if (version === STREAM_WITH_PASSPHRASE) {
    const asked = start.slice(FAMILY.length + 1, begin);
    readBlock(asked);
    if (!block || !startsWith(block, asked)) throw new PassphraseError(asked);
  } else if (block) throw new WrongKeyError(); // whoever has link and passphrase was given another file
  return start.slice(0, begin + HEADER);
}

/** Opens a stream as it arrives. */
export class StreamDecrypter {
  #opener;
  #places;
  #queue = new ByteQueue();
  #index = 0;

  /**
   * @param {Key} linkKey
   * @param {Bytes} head what stands before the first segment
   */
  constructor(linkKey, head) {
    this.#opener = new SegmentOpener(linkKey, head);
    this.#places = new Places(
      head.length > FAMILY.length + 1 + HEADER ? head.subarray(FAMILY.length + 1, -HEADER) : null,
    );
  }

  /**
   * Takes the next bytes behind the head; returns the segments that they complete, which are being opened.
   * @param {Bytes} chunk
   * @returns {Promise<Bytes>[]}
   */
  push(chunk) {
    this.#queue.push(chunk);
    const opening = [];
    // A full segment waits for one more byte: only then is it certain not to be the last.
    for (let size = this.#size; this.#queue.length > size; size = this.#size) opening.push(this.#open(size, false));
    return opening;
  }

  /** To be called once all has arrived; returns the last segment. */
  finish() {
    return this.#open(this.#queue.length, true);
  }

  /** The length of the next segment, if it is full. */
  get #size() {
    return this.#places.sealedStart(this.#index + 1) - this.#places.sealedStart(this.#index);
  }

  /**
   * @param {number} size
   * @param {boolean} last
   */
  #open(size, last) {
    return this.#opener.openNext(this.#index++, { queue: this.#queue, size }, last);
  }
}
