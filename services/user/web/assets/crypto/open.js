// From ciphertext to plaintext, whichever format arrives.

import { ByteQueue, startsWith } from './bytes.js';
import { readEnvelope, readStreamEnvelope } from './envelope.js';
import { DamagedError, NewerVersionError, TooLargeToOpenError, WrongKeyError } from './errors.js';
import { FAMILY, MAGIC, StreamDecrypter } from './stream.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

const IV = 12;
const TAG = 16;

/** A format 1 blob is decrypted in one piece; browsers do not hold a longer one. */
const ONE_SHOT_OPEN_MAX = 2 ** 31 - 1;

/** Collects a whole format 1 blob and opens it at the end. */
class OneShotDecrypter {
  #linkKey;
  #queue = new ByteQueue();

  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }

  /**
   * @param {Bytes} chunk
   * @returns {Promise<Bytes[]>}
   */
  async push(chunk) {
    this.#queue.push(chunk);
    if (this.#queue.length > ONE_SHOT_OPEN_MAX) throw new TooLargeToOpenError();
    return [];
  }

  async finish() {
    if (this.#queue.length < IV + TAG) throw new DamagedError();
    const iv = this.#queue.take(IV);
    const key = await crypto.subtle.importKey('raw', this.#linkKey, 'AES-GCM', false, ['decrypt']);
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, this.#queue.take(this.#queue.length)),
      );
    } catch {
      throw new WrongKeyError();
    }
  }
}

/**
 * Opens a transfer as it arrives. The first call that returns content also settles `metadata` (null when the
 * plaintext has no envelope).
 */
export class Opener {
  /** @type {import('./envelope.js').Metadata | null | undefined} */
  metadata = undefined;
  #linkKey;
  #start = new ByteQueue();
  /** @type {OneShotDecrypter | StreamDecrypter | null} */
  #decrypter = null;

  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }

  /**
   * Takes the next ciphertext bytes; returns the content chunks they complete.
   * @param {Bytes} chunk
   */
  async push(chunk) {
    if (this.#decrypter) return this.#unwrap(await this.#decrypter.push(chunk));
    this.#start.push(chunk);
    if (this.#start.length < MAGIC.length) return [];
    const start = this.#start.take(this.#start.length);
    this.#decrypter = this.#decrypterFor(start);
    return this.#unwrap(await this.#decrypter.push(start));
  }

  async finish() {
    if (!this.#decrypter) throw new DamagedError();
    return this.#unwrap([await this.#decrypter.finish()]);
  }

  /** @param {Bytes} start */
  #decrypterFor(start) {
    if (startsWith(start, MAGIC)) return new StreamDecrypter(this.#linkKey);
    if (startsWith(start, FAMILY)) throw new NewerVersionError();
    return new OneShotDecrypter(this.#linkKey);
  }

  /**
   * Takes the envelope off the first plaintext chunk. The first segment of a stream always holds all of it.
   * @param {Bytes[]} chunks
   */
  #unwrap(chunks) {
    if (this.metadata !== undefined || chunks.length === 0) return chunks;
    const isStream = this.#decrypter instanceof StreamDecrypter;
    const envelope = isStream ? readStreamEnvelope(chunks[0]) : readEnvelope(chunks[0]);
    if (!envelope) throw new DamagedError(); // format 2 always has one
    this.metadata = envelope.metadata;
    return [chunks[0].subarray(envelope.contentStart), ...chunks.slice(1)];
  }
}
