// What browsers do with memory that nobody needs any more.

/** Whether this is Firefox, or one of its kin. */
export const isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? '');

/** Leads nowhere. @type {MessagePort | undefined} */
let nowhere;

/**
 * Gives memory back at once: as garbage it would be there until it is collected, hundreds of MiB later.
 * @param {ArrayBuffer} buffer
 */
export function discard(buffer) {
  if (buffer.byteLength === 0) return;
  if (!nowhere) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]); // what is handed over to where nobody is is gone
}
