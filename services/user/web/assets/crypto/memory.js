// What browsers do with memory that nobody needs any more.

/** Whether this is Firefox, or one of its kin. */
export const isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? '');

/** Leads nowhere. @type {MessagePort | undefined} */
let nowhere;

/**
 * Gives memory back at once, in Firefox: it lets hundreds of MiB of garbage gather before it collects any. Chromium
 * collects it the sooner the more there is, and with it the bodies of requests, which it does not count: so it may keep it.
 * @param {ArrayBuffer} buffer
 */
export function discard(buffer) {
  if (!isGecko || buffer.byteLength === 0) return;
  if (!nowhere) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]); // what is handed over to where nobody is is gone
}
