// Waiting for what is still being sent, by whoever opened its link early.

import { getInfo } from './api.js';
import { isPassing, sleep } from './patience.js';

const SOONEST = 2000; // milliseconds until it is asked again
const LATEST = 30_000; // where nothing of it arrives
const PATIENCE = 3600_000; // after which a page asks no more by itself

/**
 * Waits until all of a transfer is there, or it is over, and returns what the service then says; also what still arrives,
 * where nothing did for an hour. While nobody sees the page nobody asks.
 * @param {string} id
 * @param {{ signal: AbortSignal, onProgress: (info: import('./api.js').TransferInfo) => void }} options
 */
export async function untilSent(id, { signal, onProgress }) {
  let arrived = -1;
  let pause = SOONEST;
  let moved = Date.now();
  for (;;) {
    const info = await look(id);
    signal.throwIfAborted();
    if (info) {
      const { arrived_bytes: now = 0 } = info;
      if (!isComing(info)) return info;
      onProgress(info);
      if (now !== arrived) [arrived, pause, moved] = [now, SOONEST, Date.now()];
      else if (Date.now() - moved > PATIENCE) return info;
    }
    await sleep(pause, signal);
    pause = Math.min(pause * 1.5, LATEST);
    await seen(signal);
  }
}

/** @param {import('./api.js').TransferInfo} info */
export const isComing = ({ status, is_expired: expired }) => status === 'pending' && !expired;

/** What the service says; null where it cannot be asked for the moment. */
async function look(/** @type {string} */ id) {
  try {
    return await getInfo(id);
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}

/** Waits until somebody sees the page. @param {AbortSignal} signal */
async function seen(signal) {
  while (document.hidden) {
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true, signal });
      signal.addEventListener('abort', resolve, { once: true });
    });
    signal.throwIfAborted();
  }
}
