// Encryption and decryption off the page's thread. The page asks with {id, call, args}; the answer is {id, value}
// or {id, error}. Sessions live until closed; bytes are handed over, not copied.

import { fileChunks } from '../files/read.js';
import { zipSource } from '../files/zip.js';
import { ByteQueue } from './bytes.js';
import { safeFilename } from './envelope.js';
import { friendlyTransfer } from './key.js';
import { Opener } from './open.js';
import { mixPassphrase } from './passphrase.js';
import { newRequestKeys, openKey, sealKey } from './request.js';
import { seal, textSource } from './seal.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/** @param {import('./client.js').Content} content */
function sourceOf(content) {
  if ('text' in content) return textSource(content.text);
  const { entries, name, archive } = content;
  if (archive) return zipSource(name, entries);
  const { file } = entries[0];
  return { name, size: file.size, chunks: () => fileChunks(file) };
}

/** A run of chunks read in pieces of exactly the length asked for. */
class Puller {
  #chunks;
  #queue = new ByteQueue();

  /** @param {AsyncIterable<Bytes>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** @param {number} length */
  async pull(length) {
    while (this.#queue.length < length) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#queue.push(value);
    }
    return this.#queue.take(length);
  }
}

/** What is under way, by the number that the page knows it by. */
class Sessions {
  /** @type {Map<number, Puller | Opener>} */
  #all = new Map();
  #last = 0;

  /** @param {Puller | Opener} session */
  keep(session) {
    this.#all.set(++this.#last, session);
    return this.#last;
  }

  /**
   * @template {Puller | Opener} S
   * @param {number} number
   * @param {new (...args: any[]) => S} type
   */
  get(number, type) {
    const session = this.#all.get(number);
    if (!(session instanceof type)) throw new Error('This was closed already.');
    return session;
  }

  /** @param {number} number */
  close(number) {
    this.#all.delete(number);
  }
}

const sessions = new Sessions();

/** @type {Record<string, (...args: any[]) => unknown>} */
const calls = {
  seal(/** @type {Key} */ key, /** @type {import('./client.js').Content} */ content) {
    const { plainSize, size, chunks } = seal(key, sourceOf(content));
    return { session: sessions.keep(new Puller(chunks)), plainSize, size };
  },

  pull: (/** @type {number} */ session, /** @type {number} */ length) => sessions.get(session, Puller).pull(length),

  open: (/** @type {Key} */ key) => sessions.keep(new Opener(key)),

  async push(/** @type {number} */ session, /** @type {Bytes} */ chunk) {
    const opener = sessions.get(session, Opener);
    return opened(opener, await opener.push(chunk));
  },

  async finish(/** @type {number} */ session) {
    const opener = sessions.get(session, Opener);
    return opened(opener, await opener.finish());
  },

  close: (/** @type {number} */ session) => sessions.close(session),

  friendly: friendlyTransfer,

  mixPassphrase,
  newRequestKeys,
  sealKey,
  openKey,
};

/**
 * @param {Opener} opener
 * @param {Bytes[]} chunks
 * @returns {import('./client.js').Opened}
 */
function opened({ metadata }, chunks) {
  const name = metadata?.filename ? safeFilename(metadata.filename) : '';
  return { chunks, known: metadata !== undefined, name };
}

/** The buffers in an answer, which change hands: nothing here uses them again. */
function handedOver(/** @type {any} */ value) {
  /** @type {Bytes[]} */
  const views = value instanceof Uint8Array ? [value] : (value?.chunks ?? []);
  return [...new Set(views.map((view) => view.buffer))];
}

self.addEventListener('message', async ({ data: { id, call, args } }) => {
  try {
    const value = await calls[call](...args);
    self.postMessage({ id, value }, { transfer: handedOver(value) });
  } catch (error) {
    const { code = '', message = String(error) } = /** @type {{ code?: string, message?: string }} */ (error);
    self.postMessage({ id, error: { code, message } });
  }
});
