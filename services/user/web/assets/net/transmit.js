// One request with a body.

import { isGecko } from '../crypto/memory.js';
import { headers } from '../shared/contract.js';
import { ApiError, errorOf } from '../shared/http.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */

/**
 * The body is copied into the request: a blob would go to the browser, and be read there, piece by piece.
 * @typedef {{ method: string, url: string, body: Bytes, said: Record<string, string>, signal: AbortSignal }} Sending
 */

/** Milliseconds that a body may take of which nobody needs to hear how much has left. */
const QUICK = 2000;

/** Milliseconds that the one before took. */
let took = Infinity;

/**
 * Sends a body, and returns the ETag. What has left is told as it goes, unless the line is quick.
 * @param {string} method
 * @param {string} url
 * @param {Bytes} body
 * @param {{ headers?: Record<string, string>, signal: AbortSignal, onProgress: (bytes: number) => void }} options
 * @returns {Promise<string | null>}
 */
export async function transmit(method, url, body, { headers: said = {}, signal, onProgress }) {
  signal.throwIfAborted();
  const sending = { method, url, body, said, signal };
  const start = Date.now();
  // What Firefox has sent for an XMLHttpRequest it keeps until the garbage is collected, hundreds of MiB later.
  const etag = await (isGecko && took < QUICK ? byFetch(sending) : byXHR(sending, onProgress));
  took = Date.now() - start;
  onProgress(body.length);
  return etag;
}

/**
 * By fetch, which does not tell how much has left.
 * @param {Sending} sending
 */
async function byFetch({ method, url, body, said, signal }) {
  let response;
  try {
    response = await fetch(url, { method, body, headers: said, signal });
  } catch {
    signal.throwIfAborted();
    throw new ApiError(0);
  }
  if (!response.ok) throw errorOf(response.status, await response.text(), response.headers.get(headers.retryAfter));
  return response.headers.get(headers.eTag);
}

/**
 * By XMLHttpRequest, which does.
 * @param {Sending} sending
 * @param {(bytes: number) => void} onProgress
 * @returns {Promise<string | null>}
 */
function byXHR({ method, url, body, said, signal }, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    signal.addEventListener('abort', stop, { once: true });
    xhr.onloadend = () => signal.removeEventListener('abort', stop);
    xhr.open(method, url);
    for (const [name, value] of Object.entries(said)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.getResponseHeader(headers.eTag));
      else reject(errorOf(xhr.status, xhr.responseText, xhr.getResponseHeader(headers.retryAfter)));
    };
    xhr.onerror = () => {
      onProgress(0);
      reject(new ApiError(0));
    };
    xhr.onabort = () => reject(signal.reason);
    xhr.send(body);
  });
}
