// From ciphertext to plaintext, whichever format arrives.

import { ByteQueue, concat } from './bytes.js';
import { readEnvelope, readStreamEnvelope } from './envelope.js';
import { DamagedError, TooLargeToOpenError, WrongKeyError } from './errors.js';
import { readHead, StreamDecrypter } from './stream.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

const IV = 12;
const TAG = 16;

/** A format 1 blob is decrypted in one piece; browsers do not hold a longer one. */
const ONE_SHOT_OPEN_MAX = 2 ** 31 - 1;

/** Segments that are being opened while more arrive. */
const AHEAD = 4;

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
   * @returns {Promise<Bytes>[]}
   */
  push(chunk) {
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
  #block;
  #start = new Uint8Array();
  /** @type {OneShotDecrypter | StreamDecrypter | null} */
  #decrypter = null;

  /**
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   */
  constructor(linkKey, block = null) {
    this.#linkKey = linkKey;
    this.#block = block;
  }

  /**
   * Takes the next ciphertext bytes; returns the content chunks they complete.
   * @param {Bytes} chunk
   */
  async push(chunk) {
    return this.#unwrap(await Promise.all(this.#feed(chunk)));
  }

  async finish() {
    return this.#unwrap([await this.#last()]);
  }

  /**
   * The content of a ciphertext that arrives. Some segments are opened while more arrive.
   * @param {AsyncIterable<Bytes>} chunks
   */
  async *content(chunks) {
    /** @type {Promise<Bytes>[]} */
    const opening = [];
    const next = async () => this.#unwrap([await /** @type {Promise<Bytes>} */ (opening.shift())]);
    for await (const chunk of chunks) {
      opening.push(...this.#feed(chunk));
      while (opening.length > AHEAD || (opening.length > 0 && this.metadata === undefined)) yield* await next();
    }
    opening.push(this.#last());
    while (opening.length) yield* await next();
  }

  /**
   * @param {Bytes} chunk
   * @returns {Promise<Bytes>[]}
   */
  #feed(chunk) {
    if (this.#decrypter) return this.#decrypter.push(chunk);
    const start = this.#start.length ? concat([this.#start, chunk]) : chunk;
    const head = readHead(start, this.#block);
    if (head === null) {
      this.#start = start;
      return [];
    }
    if (head === undefined && this.#block) throw new WrongKeyError(); // no file that a passphrase belongs to
    this.#start = new Uint8Array();
    this.#decrypter = head ? new StreamDecrypter(this.#linkKey, head) : new OneShotDecrypter(this.#linkKey);
    return this.#decrypter.push(head ? start.slice(head.length) : start);
  }

  async #last() {
    if (!this.#decrypter) throw new DamagedError();
    return this.#decrypter.finish();
  }

  /**
   * Takes the envelope off the first plaintext chunk. The first segment of a stream always holds all of it.
   * @param {Bytes[]} chunks
   */
  #unwrap(chunks) {
    if (this.metadata !== undefined || chunks.length === 0) return chunks;
    const isStream = this.#decrypter instanceof StreamDecrypter;
    const envelope = isStream ? readStreamEnvelope(chunks[0]) : readEnvelope(chunks[0]);
    if (!envelope) throw new DamagedError(); // a stream always has one
    this.metadata = envelope.metadata;
    return [chunks[0].subarray(envelope.contentStart), ...chunks.slice(1)];
  }
}
