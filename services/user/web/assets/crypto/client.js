// The page's end of the crypto worker.

import { ApiError } from '../shared/http.js';
import { PassphraseError } from './errors.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {import('../files/selection.js').Entry} Entry */
/** @typedef {{ text: string } | { entries: Entry[], name: string, together: boolean }} Content */
/** @typedef {{ chunks: Bytes[], known: boolean, name: string }} Opened name counts once known is true */

/**
 * What is sealed and sent, or gone on with. `block` is of the passphrase that is in the key, if there is one.
 * @typedef {{
 *   key: Key, block?: Bytes | null, content: Content,
 * } & Omit<import('../net/upload.js').Options, 'signal' | 'onCreated' | 'onProgress' | 'onWait'>} Upload
 */

/** @typedef {{ handOver?: Transferable[], signal?: AbortSignal, on?: Record<string, any> }} Line */

export class CryptoClient {
  #worker;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: unknown) => void, on: Record<string, any> }>} */
  #waiting = new Map();
  #lastId = 0;
  /** Why the worker does not work, once it does not. @type {Error | null} */
  #broken = null;

  constructor() {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }) => this.#answer(data));
    this.#worker.addEventListener('error', () => this.#fail('The encryption module did not start. Reload the page.'));
  }

  /**
   * Seals and sends, all in the worker: no byte of it passes through the page. Returns the transfer's id.
   * @param {Upload} what
   * @param {Pick<import('../net/upload.js').Options, 'signal' | 'onCreated' | 'onProgress' | 'onWait'>} options
   * @returns {Promise<string>}
   */
  upload(what, { signal, ...on }) {
    return this.#call('upload', [what], { signal, on });
  }

  /**
   * Starts opening.
   * @param {Key} key
   * @param {Bytes | null} [block] of the passphrase that is in the key, if there is one
   */
  async open(key, block = null) {
    const session = await this.#call('open', [key, block]);
    return {
      /** @returns {Promise<Opened>} */
      push: (/** @type {Bytes} */ chunk) => this.#call('push', [session, chunk], { handOver: [chunk.buffer] }),
      /** @returns {Promise<Opened>} */
      finish: () => this.#call('finish', [session]),
      close: () => this.#call('close', [session]),
    };
  }

  /**
   * @param {string} token
   * @returns {Promise<{ id: string, key: Key }>}
   */
  friendly(token) {
    return this.#call('friendly', [token]);
  }

  /**
   * Mixes a passphrase into a link's key. The block is that of what was sealed, or a new one. It takes about a second;
   * onProgress gets how much of it is done, from 0 to 1.
   * @param {Key} key
   * @param {string} passphrase
   * @param {Bytes | null} [block]
   * @param {{ onProgress?: (done: number) => void }} [on]
   * @returns {Promise<{ key: Key, block: Bytes }>}
   */
  lock(key, passphrase, block = null, on = {}) {
    return this.#call('lock', [key, passphrase, block], { on });
  }

  /** @returns {Promise<{ publicKey: Bytes, keys: CryptoKeyPair }>} */
  newRequestKeys() {
    return this.#call('newRequestKeys', []);
  }

  /**
   * Seals a link's key to a request.
   * @param {Bytes} publicKey
   * @param {string} requestId
   * @param {Key} key
   * @returns {Promise<Bytes>}
   */
  sealKey(publicKey, requestId, key) {
    return this.#call('sealKey', [publicKey, requestId, key]);
  }

  /**
   * Opens a key that was sealed to a request.
   * @param {import('./request.js').RequestKeys} keys
   * @param {string} requestId
   * @param {Bytes} sealed
   * @returns {Promise<Key>}
   */
  openKey(keys, requestId, sealed) {
    return this.#call('openKey', [keys, requestId, sealed]);
  }

  /**
   * What shows that somebody has a request's link, out of its seed.
   * @param {Bytes} seed
   * @returns {Promise<Bytes>}
   */
  grant(seed) {
    return this.#call('grant', [seed]);
  }

  /**
   * @param {string} call
   * @param {unknown[]} args
   * @param {Line} [line] `on` has what is called by the events of a call that takes a while
   * @returns {Promise<any>}
   */
  #call(call, args, { handOver = [], signal, on = {} } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      signal?.throwIfAborted();
      this.#waiting.set(id, { resolve, reject, on });
      const abort = () => this.#worker.postMessage({ id, abort: String(signal?.reason?.message ?? 'cancelled') });
      signal?.addEventListener('abort', abort, { once: true });
      this.#worker.postMessage({ id, call, args }, handOver);
    });
  }

  /** @param {{ id: number, value: unknown, error?: any, event?: string, args: unknown[] }} answer */
  #answer({ id, value, error, event, args }) {
    const asked = this.#waiting.get(id);
    if (event) {
      asked?.on[event]?.(...args);
      return;
    }
    this.#waiting.delete(id);
    if (error) asked?.reject(crossed(error));
    else asked?.resolve(value);
  }

  /** @param {string} message */
  #fail(message) {
    this.#broken = Object.assign(new Error(message), { code: 'worker' });
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}

/** An error of the worker, as it was there. */
function crossed(/** @type {any} */ { name, message, ...said }) {
  if (name === 'ApiError') return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === 'AbortError') return new DOMException(message, name);
  if (said.code === 'needs-passphrase') return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}
