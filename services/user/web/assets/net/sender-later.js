// A worker that sends bodies, whose memory it gives back. It is asked with {id, method, url, bytes}, which {id, abort} ends
// early; it says that it is there, {id, sent} as they go, and in the end {id, bytes} with the ETag or an error.

import { crossing } from '../crypto/crossing.js';
import { transmit } from './transmit.js';

/** @type {Map<number, AbortController>} */
const running = new Map();

self.addEventListener('message', async ({ data: { id, abort, method, url, bytes } }) => {
  if (abort) {
    running.get(id)?.abort(new DOMException('aborted', 'AbortError'));
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const onProgress = (/** @type {number} */ sent) => self.postMessage({ id, sent });
  /** @type {{ etag?: string | null, error?: unknown }} */
  const said = {};
  try {
    said.etag = await transmit(method, url, bytes, { signal: controller.signal, onProgress });
  } catch (error) {
    said.error = crossing(error);
  }
  running.delete(id);
  self.postMessage({ id, ...said, bytes }, { transfer: [bytes.buffer] });
});

self.postMessage({}); // it is there
