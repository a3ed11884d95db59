// Uploading a sealed transfer: one request when it is small, parts side by side when it is not. At most a few parts
// are in memory at a time; a part that fails is sent again from there.

import { headers, paths } from '../shared/contract.js';
import { ApiError, errorOf } from '../shared/http.js';
import { place, post, tokenHeaders } from './api.js';
import { patiently } from './patience.js';

/** Beyond this a single request has too much to lose when the line drops, even where the server would take it. */
const DIRECT_MAX = 8 * 1024 * 1024;
const AT_ONCE = 3;

/** @typedef {import('../crypto/seal.js').Sealed} Sealed */
/** @typedef {(bytes: { encrypted: number, uploaded: number, size: number }) => void} OnProgress */

/**
 * @typedef {{
 *   id: string, token: string, signal: AbortSignal, onProgress: OnProgress, onWait: import('./patience.js').OnWait,
 * }} Context
 */

/**
 * `settings` are the fields of create; onWait gets why nothing moves.
 * @typedef {Omit<Context, 'id'> & {
 *   settings: object, config: import('./api.js').Config, onCreated?: (id: string) => void,
 * }} Options
 */

/**
 * Creates, fills and completes a transfer; returns its id. It runs in the worker that seals.
 * @param {Sealed} sealed
 * @param {Options} options
 * @returns {Promise<string>}
 */
export async function upload(sealed, { settings, token, config, signal, onCreated = () => {}, onProgress, onWait }) {
  if (config.max_bytes && sealed.size > config.max_bytes) throw new ApiError(413); // it fitted before it was sealed
  const { transfer_id: id, upload_url: uploadUrl } = await post(paths.createTransfer, {
    token,
    signal,
    json: { ...settings, file_size_bytes: sealed.plainSize },
  });
  onCreated(id);
  const context = { id, token, signal, onProgress, onWait };
  if (sealed.size <= Math.min(DIRECT_MAX, config.direct_bytes)) await uploadWhole(sealed, uploadUrl, context);
  else await uploadParts(sealed, context);
  await patiently(() => post(paths.completeTransfer(id), { token, signal }), { signal, onWait });
  return id;
}

/**
 * @param {Sealed} sealed
 * @param {string} url
 * @param {Context} context
 */
async function uploadWhole(sealed, url, { token, signal, onProgress, onWait }) {
  const { size } = sealed;
  const body = await bodyOf(sealed, 0, size);
  const report = (/** @type {number} */ uploaded) => onProgress({ encrypted: size, uploaded, size });
  report(0);
  const said = { [headers.contentType]: 'application/octet-stream', ...tokenHeaders(token) };
  const send = () => transmit('POST', url, body, { headers: said, signal, onProgress: report });
  await patiently(send, { signal, onWait });
}

/**
 * @param {Sealed} sealed
 * @param {Context} context
 */
async function uploadParts(sealed, { id, token, signal, onProgress, onWait }) {
  const {
    upload_id: uploadId,
    part_urls: urls,
    part_size: partSize,
  } = await patiently(
    () => post(paths.initiateUpload, { token, signal, json: { transfer_id: id, file_size_bytes: sealed.size } }),
    { signal, onWait },
  );
  const sent = new Array(urls.length).fill(0);
  /** @type {{ part_number: number, etag: string | null }[]} */
  const parts = [];
  const { size } = sealed;
  let encrypted = 0;
  let next = 0;
  const report = () => onProgress({ encrypted, uploaded: sent.reduce((sum, bytes) => sum + bytes, 0), size });

  // The first lane to fail stops the others, and so does the person.
  const lanes = new AbortController();
  const laneSignal = lanes.signal;
  signal.addEventListener('abort', () => lanes.abort(signal.reason), { once: true });
  const lane = async () => {
    while (next < urls.length) {
      const index = next++;
      const body = await bodyOf(sealed, index * partSize, partSize);
      encrypted += body.size;
      report();
      const send = () =>
        transmit('PUT', place(urls[index].upload_url), body, {
          signal: laneSignal,
          onProgress(bytes) {
            sent[index] = bytes;
            report();
          },
        });
      const etag = await patiently(send, { signal: laneSignal, onWait });
      parts[index] = { part_number: urls[index].part_number, etag };
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const json = { transfer_id: id, upload_id: uploadId, parts };
    await patiently(() => post(paths.assembleUpload, { token, signal, json }), { signal, onWait });
  } catch (error) {
    lanes.abort(error);
    post(paths.cancelUpload(id, uploadId), { token }).catch(() => {}); // the server cleans up in time anyway
    throw error;
  }
}

/**
 * A part of what is sealed, as the browser reads it on: an array would be copied into the request.
 * @param {Sealed} sealed
 * @param {number} from
 * @param {number} length
 */
const bodyOf = async (sealed, from, length) => new Blob((await sealed.part(from, length)).chunks);

/**
 * One request with a body, by XMLHttpRequest because fetch does not tell how much has left. Returns the ETag.
 * @param {string} method
 * @param {string} url
 * @param {Blob} body
 * @param {{ headers?: Record<string, string>, signal: AbortSignal, onProgress: (bytes: number) => void }} options
 * @returns {Promise<string | null>}
 */
function transmit(method, url, body, { headers: said = {}, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    signal.addEventListener('abort', stop, { once: true });
    xhr.onloadend = () => signal.removeEventListener('abort', stop);
    xhr.open(method, url);
    for (const [name, value] of Object.entries(said)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        onProgress(body.size);
        resolve(xhr.getResponseHeader(headers.eTag));
      } else reject(errorOf(xhr.status, xhr.responseText, xhr.getResponseHeader(headers.retryAfter)));
    };
    xhr.onerror = () => {
      onProgress(0);
      reject(new ApiError(0));
    };
    xhr.onabort = () => reject(signal.reason);
    xhr.send(body);
  });
}
