// The page's end of the crypto worker.

export class CryptoClient {
  #worker;
  #waiting = new Map();
  #lastId = 0;

  constructor() {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }) => this.#answer(data));
    this.#worker.addEventListener('error', () => this.#fail('The encryption module did not start. Reload the page.'));
  }

  /** Starts sealing {text} or {entries, name, archive}. Gives {plainSize, size, pull(length), close()}. */
  async seal(key, content) {
    const { session, plainSize, size } = await this.#call('seal', [key, content]);
    return {
      plainSize,
      size,
      pull: (length) => this.#call('pull', [session, length]),
      close: () => this.#call('close', [session]),
    };
  }

  /** Starts opening. push and finish give {chunks, known, name}: name counts once known is true. */
  async open(key) {
    const session = await this.#call('open', [key]);
    return {
      push: (chunk) => this.#call('push', [session, chunk], [chunk.buffer]),
      finish: () => this.#call('finish', [session]),
      close: () => this.#call('close', [session]),
    };
  }

  friendly(token) {
    return this.#call('friendly', [token]);
  }

  #call(call, args, handOver = []) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, args }, handOver);
    });
  }

  #answer({ id, value, error }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(Object.assign(new Error(error.message), { code: error.code }));
    else resolve(value);
  }

  #fail(message) {
    for (const { reject } of this.#waiting.values()) reject(Object.assign(new Error(message), { code: 'worker' }));
    this.#waiting.clear();
  }
}
