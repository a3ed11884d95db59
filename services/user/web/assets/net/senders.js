// Who sends parts: one worker after the other. Chromium keeps what a request has sent until it collects garbage, and does
// not count it, so that it collects none for hundreds of MiB. A worker that ends gives back all that it has. Firefox sends
// in a way that leaves nothing (transmit.js).

import { crossed } from '../crypto/crossing.js';
import { isGecko } from '../crypto/memory.js';
import { scriptURL } from '../script-url.js';
import { transmit } from './transmit.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */

/** Bodies that one worker sends. */
const EACH = 3;

/**
 * What is sent. Its memory is the sender's meanwhile, and then `bytes` is other memory that has the same.
 * @typedef {{ bytes: Bytes }} Body
 */

/** @typedef {{ signal: AbortSignal, onProgress: (bytes: number) => void }} Options */

export class Senders {
  /** Null where there is no worker: then who asks sends. @type {Promise<Sender | null>} */
  #sender = Promise.resolve(null);
  /** The one after it, which begins before it is needed. @type {Promise<Sender | null> | undefined} */
  #next;
  #left = 0;

  /**
   * Sends a body, and returns the ETag.
   * @param {string} method
   * @param {string} url
   * @param {Body} body
   * @param {Options} options
   * @returns {Promise<string | null>}
   */
  async transmit(method, url, body, options) {
    if (!isGecko) this.#takeTurns();
    const sender = await this.#sender;
    return sender ? sender.transmit(method, url, body, options) : transmit(method, url, body.bytes, options);
  }

  #takeTurns() {
    if (this.#left === 0) {
      const next = this.#next ?? begun();
      this.#next = undefined;
      this.end();
      this.#sender = next;
      this.#left = EACH;
    }
    if (--this.#left === 0) this.#next = begun();
  }

  /** To be called when nothing more is sent. Who waits for the worker comes before. */
  end() {
    for (const one of [this.#sender, this.#next]) one?.then((sender) => sender?.end());
  }
}

const begun = () => Sender.begin().catch(() => null);

class Sender {
  #worker;
  #lastId = 0;
  /** @type {Map<number, (said: any) => void>} */
  #sending = new Map();
  #isLast = false;

  /** Begins one, which has to be there before anything is handed over to it. */
  static async begin() {
    const url = new URL('./sender-later.js', import.meta.url).href;
    const worker = new Worker(scriptURL(url), { type: 'module' });
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
    });
    return new Sender(worker);
  }

  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#sending.get(data.id)?.(data);
  }

  /**
   * @param {string} method
   * @param {string} url
   * @param {Body} body
   * @param {Options} options
   * @returns {Promise<string | null>}
   */
  async transmit(method, url, body, { signal, onProgress }) {
    signal.throwIfAborted();
    const id = ++this.#lastId;
    const stop = () => this.#worker.postMessage({ id, abort: true });
    signal.addEventListener('abort', stop, { once: true });
    const { bytes } = body;
    try {
      const { etag, error } = await new Promise((resolve) => {
        this.#sending.set(id, (said) => {
          if (said.bytes) resolve(said);
          else onProgress(said.sent);
          body.bytes = said.bytes ?? body.bytes;
        });
        this.#worker.postMessage({ id, method, url, bytes }, [bytes.buffer]);
      });
      signal.throwIfAborted();
      if (error) throw crossed(error);
      return etag;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#sending.delete(id);
      this.#endIfDone();
    }
  }

  /** To be called when it is to send no more than it was asked for. */
  end() {
    this.#isLast = true;
    this.#endIfDone();
  }

  #endIfDone() {
    if (this.#isLast && this.#sending.size === 0) this.#worker.terminate();
  }
}
