// Format 2, for content of any size in flat memory: eight bytes of magic and version, then a Tink
// AES256-GCM-HKDF-1MB stream whose associated data are those eight bytes.
//
//   stream header   40 | salt, 32 bytes | nonce prefix, 7 bytes
//   stream key      HKDF-SHA256(the link's key, salt, info = the eight bytes), 32 bytes
//   segment         AES-256-GCM under nonce = prefix | counter, 4 bytes big-endian | 1 when last, else 0
//
// Every ciphertext segment is 1 MiB long with its tag, except the last, and except the first, which leaves room
// for the stream header. Counter and last flag are in the nonce, so a segment moved, dropped or cut off fails.

import { ByteQueue, concat, encodeText } from './bytes.js';
import { DamagedError, WrongKeyError } from './errors.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/** What this format and all later ones begin with; the byte after it is the version. */
export const FAMILY = concat([encodeText('SGSEND'), Uint8Array.of(0x00)]);
export const MAGIC = concat([FAMILY, Uint8Array.of(0x02)]);

const SEGMENT = 1024 * 1024;
const TAG = 16;
const SALT = 32;
const PREFIX = 7;
const HEADER = 1 + SALT + PREFIX;
const MAX_SEGMENTS = 2 ** 32 - 1;

const firstPlain = SEGMENT - HEADER - TAG;
const nextPlain = SEGMENT - TAG;

/**
 * The length of the ciphertext for a plaintext of this length.
 * @param {number} plainSize
 */
export function streamSize(plainSize) {
  const segments = 1 + Math.ceil(Math.max(0, plainSize - firstPlain) / nextPlain);
  return MAGIC.length + HEADER + plainSize + segments * TAG;
}

/**
 * @param {Key} linkKey
 * @param {Bytes} salt
 * @param {KeyUsage} usage
 */
async function deriveKey(linkKey, salt, usage) {
  const material = await crypto.subtle.importKey('raw', linkKey, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: MAGIC };
  return crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, [usage]);
}

/** The nonces of one stream, in order. */
class Nonces {
  #prefix;
  #counter = 0;

  /** @param {Bytes} prefix */
  constructor(prefix) {
    this.#prefix = prefix;
  }

  /** @param {boolean} last */
  next(last) {
    if (this.#counter >= MAX_SEGMENTS) throw new RangeError('stream too long');
    const nonce = new Uint8Array(12);
    nonce.set(this.#prefix);
    new DataView(nonce.buffer).setUint32(PREFIX, this.#counter++);
    nonce[11] = last ? 1 : 0;
    return { name: 'AES-GCM', iv: nonce };
  }
}

/**
 * Encrypts a run of plaintext chunks into a run of ciphertext chunks. Salt and nonce prefix are random; only
 * tests give them.
 * @param {Key} linkKey
 * @param {AsyncIterable<Bytes>} plainChunks
 * @returns {AsyncGenerator<Bytes>}
 */
export async function* encryptStream(
  linkKey,
  plainChunks,
  random = crypto.getRandomValues(new Uint8Array(SALT + PREFIX)),
) {
  const salt = random.slice(0, SALT);
  const prefix = random.slice(SALT);
  const key = await deriveKey(linkKey, salt, 'encrypt');
  const nonces = new Nonces(prefix);
  const seal = async (/** @type {Bytes} */ plain, /** @type {boolean} */ last) =>
    new Uint8Array(await crypto.subtle.encrypt(nonces.next(last), key, plain));

  yield concat([MAGIC, Uint8Array.of(HEADER), salt, prefix]);

  const queue = new ByteQueue();
  let capacity = firstPlain;
  for await (const chunk of plainChunks) {
    queue.push(chunk);
    // A full segment waits for one more byte: only then is it certain not to be the last.
    while (queue.length > capacity) {
      yield await seal(queue.take(capacity), false);
      capacity = nextPlain;
    }
  }
  yield await seal(queue.take(queue.length), true);
}

/** Decrypts a stream as it arrives. Gives out no byte whose tag has not passed. */
export class StreamDecrypter {
  #linkKey;
  #queue = new ByteQueue();
  /** @type {{ key: CryptoKey, nonces: Nonces } | null} known once the stream's header has arrived */
  #stream = null;
  #segment = SEGMENT - HEADER;
  #opened = 0;

  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }

  /**
   * Takes the next ciphertext bytes; returns the plaintext segments they complete.
   * @param {Bytes} chunk
   * @returns {Promise<Bytes[]>}
   */
  async push(chunk) {
    this.#queue.push(chunk);
    if (!this.#stream && !(await this.#readHeader())) return [];
    const plain = [];
    while (this.#queue.length > this.#segment) plain.push(await this.#open(this.#queue.take(this.#segment), false));
    return plain;
  }

  /** To be called once all ciphertext has arrived; returns the last segment. */
  async finish() {
    return this.#open(this.#queue.take(this.#queue.length), true);
  }

  async #readHeader() {
    if (this.#queue.length < MAGIC.length + HEADER) return false;
    this.#queue.take(MAGIC.length);
    const header = this.#queue.take(HEADER);
    if (header[0] !== HEADER) throw new DamagedError();
    const key = await deriveKey(this.#linkKey, header.slice(1, 1 + SALT), 'decrypt');
    this.#stream = { key, nonces: new Nonces(header.slice(1 + SALT)) };
    return true;
  }

  /**
   * @param {Bytes} sealed
   * @param {boolean} last
   */
  async #open(sealed, last) {
    if (!this.#stream) throw new DamagedError();
    const { key, nonces } = this.#stream;
    let plain;
    try {
      plain = new Uint8Array(await crypto.subtle.decrypt(nonces.next(last), key, sealed));
    } catch {
      // The first segment fails under any other key; after it has passed, the key is right and the bytes are not.
      throw this.#opened === 0 ? new WrongKeyError() : new DamagedError();
    }
    this.#opened++;
    this.#segment = SEGMENT;
    return plain;
  }
}
