// Trying again, sensibly.

import { ApiError } from '../shared/http.js';

const WAITS = [1, 2, 4, 8, 15]; // seconds

/** @typedef {(why: 'retrying' | 'offline') => void} OnWait */

/** Failures that may pass by themselves: no connection, overload, a gateway's bad moment. */
const PASSING = [0, 408, 425, 429, 500, 502, 503, 504];

export const isPassing = (/** @type {unknown} */ error) => error instanceof ApiError && PASSING.includes(error.status);

/**
 * Runs a task until it succeeds, fails for good, or has failed too often in a row.
 * @template R
 * @param {() => Promise<R>} task
 * @param {{ signal?: AbortSignal, onWait?: OnWait }} [options]
 */
export async function patiently(task, { signal, onWait = () => {} } = {}) {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ApiError) || !isPassing(error) || attempt >= WAITS.length) throw error;
      onWait(navigator.onLine ? 'retrying' : 'offline');
      const jitter = 0.8 + Math.random() * 0.4;
      await sleep(Math.max(WAITS[attempt] * jitter, Math.min(error.retryAfter, 60)) * 1000, signal);
      if (!navigator.onLine) await backOnline(signal);
    }
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      signal?.removeEventListener('abort', stopped);
      resolve(undefined);
    }
    function stopped() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stopped();
    else signal?.addEventListener('abort', stopped, { once: true });
  });
}

/** @param {AbortSignal} [signal] */
function backOnline(signal) {
  return new Promise((resolve, reject) => {
    addEventListener('online', resolve, { once: true, signal });
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
