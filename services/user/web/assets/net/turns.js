// Whose turn it is to send a part. What of a part has arrived when a line breaks is lost, and parts that share a slow line
// all take long: so at first one goes alone, one more may go beside it after each that went through quickly, and one fewer
// after each that took longer, or was lost.

/** At once at most. */
export const AT_ONCE = 3;

/**
 * Milliseconds that a part may take for more to be worth it: of 10 MiB that is eight megabits a second. What is
 * slower one connection fills by itself; and when a line breaks about as much is lost as it carries in that time.
 */
const QUICK = 10_000;

export class Turns {
  #many = 1;
  #taken = 0;
  /** @type {{ resolve: (value: void) => void, reject: (reason: unknown) => void }[]} */
  #waiting = [];

  /** @param {AbortSignal} signal ends who waits */
  constructor(signal) {
    const end = () => {
      for (const { reject } of this.#waiting.splice(0)) reject(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
  }

  /**
   * Runs a task when its turn has come.
   * @template R
   * @param {() => Promise<R>} task which sends a part
   * @returns {Promise<R>}
   */
  async take(task) {
    if (this.#taken < this.#many) this.#taken++;
    else await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const began = Date.now();
    let isQuick = false;
    try {
      const result = await task();
      isQuick = Date.now() - began < QUICK;
      return result;
    } finally {
      this.#give(isQuick);
    }
  }

  /** @param {boolean} isQuick */
  #give(isQuick) {
    this.#taken--;
    this.#many = isQuick ? Math.min(this.#many + 1, AT_ONCE) : Math.max(this.#many - 1, 1);
    while (this.#taken < this.#many && this.#waiting.length) {
      this.#taken++;
      this.#waiting.shift()?.resolve();
    }
  }
}
