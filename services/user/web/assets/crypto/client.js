// The page's end of the crypto worker.

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {import('../files/selection.js').Entry} Entry */
/** @typedef {{ text: string } | { entries: Entry[], name: string, archive: boolean }} Content */
/** @typedef {(length: number) => Promise<Bytes>} Pull */
/** @typedef {{ plainSize: number, size: number, pull: Pull, close: () => void }} Sealed */
/** @typedef {{ chunks: Bytes[], known: boolean, name: string }} Opened name counts once known is true */

export class CryptoClient {
  #worker;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: Error) => void }>} */
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
   * Starts sealing.
   * @param {Key} key
   * @param {Content} content
   * @returns {Promise<Sealed>}
   */
  async seal(key, content) {
    const { session, plainSize, size } = await this.#call('seal', [key, content]);
    return {
      plainSize,
      size,
      pull: (length) => this.#call('pull', [session, length]),
      close: () => this.#call('close', [session]),
    };
  }

  /**
   * Starts opening.
   * @param {Key} key
   */
  async open(key) {
    const session = await this.#call('open', [key]);
    return {
      /** @returns {Promise<Opened>} */
      push: (/** @type {Bytes} */ chunk) => this.#call('push', [session, chunk], [chunk.buffer]),
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
   * @param {string} call
   * @param {unknown[]} args
   * @param {Transferable[]} [handOver]
   * @returns {Promise<any>}
   */
  #call(call, args, handOver = []) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, args }, handOver);
    });
  }

  /** @param {{ id: number, value: unknown, error?: { message: string, code: string } }} answer */
  #answer({ id, value, error }) {
    const asked = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) asked?.reject(Object.assign(new Error(error.message), { code: error.code }));
    else asked?.resolve(value);
  }

  /** @param {string} message */
  #fail(message) {
    this.#broken = Object.assign(new Error(message), { code: 'worker' });
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}
