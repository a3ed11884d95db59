// The page's end of the crypto worker.

import { scriptURL } from '../script-url.js';
import { t } from '../shared/language.js';
import { crossed } from './crossing.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {import('../files/selection.js').Entry} Entry */
/** @typedef {{ text: string } | { entries: Entry[], name: string, together: boolean }} Content */

/**
 * What is sealed and sent, or gone on with. `block` is of the passphrase that is in the key, if there is one.
 * @typedef {{
 *   key: Key, block?: Bytes | null, content: Content,
 * } & Omit<import('../net/upload.js').Options, 'signal' | 'onCreated' | 'onProgress' | 'onWait'>} Upload
 */

/**
 * `place` says where what arrives goes, with what is handed over for that.
 * @typedef {{
 *   signal: AbortSignal, onWait: import('../net/patience.js').OnWait, onProgress: (done: number, total: number) => void,
 *   place: (what: { name: string, size: number }) => Promise<import('../save.js').Place>,
 * }} Receiving
 */

/** @typedef {import('../net/receiving.js').Sealed} SealedTransfer */
/** @typedef {import('../net/receiving.js').Received} Received */
/** @typedef {import('../net/receiving.js').State} State */
/** @typedef {{ saved: import('../save.js').Saved, name: string }} One */

/** @typedef {{ handOver?: Transferable[], signal?: AbortSignal, on?: Record<string, any> }} Line */

export class CryptoClient {
  /** @type {Worker | null} */
  #started = null;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: unknown) => void, on: Record<string, any> }>} */
  #waiting = new Map();
  #lastId = 0;
  /** Why the worker does not work, once it does not. @type {Error | null} */
  #broken = null;

  get #worker() {
    if (this.#started) return this.#started;
    const worker = new Worker(scriptURL(new URL('./worker.js', import.meta.url).href), { type: 'module' });
    worker.addEventListener('message', ({ data }) => this.#answer(data));
    worker.addEventListener('error', () => this.#fail(t('The encryption module did not start. Reload the page.')));
    this.#started = worker;
    return worker;
  }

  /** Has it there before it is asked for anything, by when a deploy may have taken away what it is made of. */
  start() {
    return this.#call('start', []);
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
   * Receives and opens, all in the worker: no byte of it passes through the page.
   * @param {SealedTransfer} sealed
   * @param {Receiving} options
   * @returns {Promise<Received>}
   */
  receive(sealed, { signal, ...on }) {
    return this.#call('receive', [sealed], { signal, on });
  }

  /**
   * Receives one of the files that receive listed, by its number.
   * @param {string} id
   * @param {number} number
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveOne(id, number, { signal, ...on }) {
    return this.#call('receiveOne', [id, number], { signal, on });
  }

  /**
   * Receives all of them as a ZIP archive.
   * @param {string} id
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveArchive(id, { signal, ...on }) {
    return this.#call('receiveArchive', [id], { signal, on });
  }

  /**
   * Receives all of them into a new folder, and returns what that is called.
   * @param {string} id
   * @param {FileSystemDirectoryHandle} folder
   * @param {Receiving} options
   * @returns {Promise<string>}
   */
  receiveFolder(id, folder, { signal, ...on }) {
    return this.#call('receiveFolder', [id, folder], { signal, on });
  }

  /**
   * How the download of a transfer stands.
   * @param {string} id
   * @returns {Promise<State>}
   */
  stateOf(id) {
    return this.#call('stateOf', [id]);
  }

  /**
   * To be called when a download can be had no more, or shall not.
   * @param {string} id
   */
  forget(id) {
    return this.#call('forget', [id]);
  }

  /**
   * Fetches again what has arrived: it is not what was sent.
   * @param {string} id
   */
  distrust(id) {
    return this.#call('distrust', [id]);
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

  /** @param {{ id: number, value: unknown, error?: any, event?: string, args: unknown[], question?: any }} answer */
  #answer({ id, value, error, event, args, question }) {
    const asked = this.#waiting.get(id);
    if (question) {
      asked?.on.place(question).then((/** @type {import('../save.js').Place} */ answer) => {
        this.#worker.postMessage({ id, answer }, 'port' in answer ? [answer.port] : []);
      }, asked.reject);
      return;
    }
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
