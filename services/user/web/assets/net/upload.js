// Uploading a sealed transfer: one request when it is small, parts when it is not, side by side where the line is quick
// (turns.js). At most a few parts are in memory at a time; a part that fails is sent again from there. What is sent in
// parts can go on after a reload, a crash or a night (unfinished.js), with what the service then says that it has. All of
// it runs in the worker that seals.

import { FileChangedError } from '../crypto/errors.js';
import { headers, paths } from '../shared/contract.js';
import { ApiError } from '../shared/http.js';
import { getInfo, place, post, tokenHeaders } from './api.js';
import { isPassing, patiently } from './patience.js';
import { Senders } from './senders.js';
import { transmit } from './transmit.js';
import { AT_ONCE, Turns } from './turns.js';
import { forget, Journal, lockName } from './unfinished.js';

/** Beyond this a single request has too much to lose when the line drops, even where the server would take it. */
const DIRECT_MAX = 8 * 1024 * 1024;

/** What parts are asked to have where a line broke before one was through: a store takes it, or what is next to it. */
const SMALL_PART = 1024 * 1024;

/** How many of them are no trouble. */
const FEW = 64;

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('../crypto/seal.js').Sealed} Sealed */
/** @typedef {import('../crypto/seal.js').Kept} Kept */
/** @typedef {(bytes: { encrypted: number, uploaded: number, size: number }) => void} OnProgress */

/** Seals: the same as before, or, with null, under a salt of its own. @typedef {(kept: Kept | null) => Sealed} SealAs */

/**
 * @typedef {{
 *   token: string, signal: AbortSignal, onProgress: OnProgress, onWait: import('./patience.js').OnWait,
 * }} Context
 */

/**
 * `settings` are the fields of create; `plan` is what is to be kept, if it is; with `begun`, the ID of a transfer, that is
 * gone on with. onWait gets why nothing moves.
 * @typedef {Context & {
 *   settings: object, config: import('./api.js').Config, plan?: import('./unfinished.js').Plan | null, begun?: string,
 *   onCreated?: (id: string) => void,
 * }} Options
 */

/** Another tab of this browser sends it, or has finished it meanwhile. */
export class ElsewhereError extends Error {
  code = 'elsewhere';
}

/**
 * Creates, fills and completes a transfer, or goes on with one; returns its id.
 * @param {SealAs} sealAs
 * @param {Options} options
 * @returns {Promise<string>}
 */
export const upload = (sealAs, options) =>
  options.begun ? goOn(sealAs, options.begun, options) : begin(sealAs, options);

/**
 * @param {SealAs} sealAs
 * @param {Options} options
 */
async function begin(sealAs, { settings, config, plan, onCreated = () => {}, ...context }) {
  const { token, signal } = context;
  const sealed = sealAs(null);
  if (config.max_bytes && sealed.size > config.max_bytes) throw new ApiError(413); // it fitted before it was sealed
  const json = { ...settings, file_size_bytes: sealed.plainSize };
  const { transfer_id: id, upload_url: url } = await post(paths.createTransfer, { token, signal, json });
  onCreated(id);
  if (sealed.size <= Math.min(DIRECT_MAX, config.direct_bytes)) {
    await uploadWhole(sealed, url, context);
    return complete(id, context);
  }
  return alone(id, async () => {
    const { random, size } = sealed;
    const journal = plan && random ? await Journal.begin(plan, { id, random, size }) : null;
    const isSmall = !journal && size <= FEW * SMALL_PART; // it cannot be sealed again to the same, to be cut otherwise
    const parts = await initiate(id, sealed, context, isSmall ? SMALL_PART : undefined);
    try {
      await uploadParts(sealed, { id, parts, journal, ...context });
    } catch (error) {
      if (!journal || parts.arrived || !isLost(error)) throw error;
      await uploadRest(sealAs, { id, parts, journal, ...context });
    }
    return complete(id, context);
  });
}

/** There was no answer. */
const isLost = (/** @type {unknown} */ error) => error instanceof ApiError && error.status === 0;

/**
 * Goes on with what is kept of an upload.
 * @param {SealAs} sealAs
 * @param {string} id
 * @param {Context} context
 */
const goOn = (sealAs, id, context) =>
  alone(id, async () => {
    const journal = await Journal.find(id);
    if (!journal) throw new ElsewhereError();
    let parts;
    try {
      parts = await resume(id, context);
    } catch (error) {
      if (await isComplete(id, error)) return finished(id); // whose answer was lost
      throw error;
    }
    if (parts !== 'assembled') await uploadRest(sealAs, { id, parts, journal, ...context });
    return complete(id, context);
  });

/**
 * Sends what is not there of an upload that was begun: in small parts where none is, since it ended before one was through.
 * @param {SealAs} sealAs
 * @param {Context & { id: string, parts: Parts | null, journal: Journal }} options
 */
async function uploadRest(sealAs, { id, parts: begun, journal, ...context }) {
  const sealed = sealAs(await journal.kept());
  try {
    const parts = begun?.arrived ? begun : await initiate(id, sealed, context, begun ? SMALL_PART : undefined);
    await uploadParts(sealed, { id, parts, journal, ...context });
  } catch (error) {
    if (!(error instanceof FileChangedError)) throw error;
    await startOver(sealAs, { id, journal, ...context });
  }
}

/**
 * Sends all of a file again that is not the one that was begun with: under a salt of its own, so that no nonce serves for
 * two plaintexts. What had arrived ends with the upload that it was of.
 * @param {SealAs} sealAs
 * @param {Context & { id: string, journal: Journal }} options
 */
async function startOver(sealAs, { id, journal, ...context }) {
  const sealed = sealAs(null);
  const { random, size } = sealed;
  if (!random || size !== journal.begun.size) throw new FileChangedError();
  await journal.startOver(random);
  await uploadParts(sealed, { id, parts: await initiate(id, sealed, context), journal, ...context });
}

/**
 * Does what one tab alone may do with an upload.
 * @template R
 * @param {string} id
 * @param {() => Promise<R>} task
 * @returns {Promise<R>}
 */
async function alone(id, task) {
  if (!navigator.locks) return task();
  return navigator.locks.request(lockName(id), { ifAvailable: true }, (lock) => {
    if (!lock) throw new ElsewhereError();
    return task();
  });
}

/**
 * @param {string} id
 * @param {Context} context
 */
async function complete(id, { token, signal, onWait }) {
  await patiently(() => post(paths.completeTransfer(id), { token, signal }), { signal, onWait });
  return finished(id);
}

/** @param {string} id */
async function finished(id) {
  await forget(id).catch(() => {}); // nothing is kept where the browser keeps nothing
  return id;
}

/**
 * Whether a transfer that takes no upload is there as a whole.
 * @param {string} id
 * @param {unknown} error
 */
async function isComplete(id, error) {
  if (!(error instanceof ApiError) || error.code !== 'not_pending') return false;
  const { status } = await getInfo(id);
  return status !== 'pending' && status !== 'deleted';
}

/**
 * @param {Sealed} sealed
 * @param {string} url
 * @param {Context} context
 */
async function uploadWhole(sealed, url, { token, signal, onProgress, onWait }) {
  const { size } = sealed;
  const { bytes } = await sealed.part(0, size);
  const report = (/** @type {number} */ uploaded) => onProgress({ encrypted: size, uploaded, size });
  report(0);
  const said = { [headers.contentType]: 'application/octet-stream', ...tokenHeaders(token) };
  const send = () => transmit('POST', url, bytes, { headers: said, signal, onProgress: report });
  await patiently(send, { signal, onWait });
}

/** An upload in parts, by the word of the service: what it is called, where its parts go, and which it has. */
class Parts {
  /** @type {Map<number, { etag: string | null, size: number }>} */
  there = new Map();
  /** How many have arrived, whenever that was. */
  arrived = 0;

  /** @param {Partial<import('../shared/contract.js').ResumeUploadReply>} said by initiate, too */
  constructor({ upload_id: uploadId = '', part_size: partSize = 0, part_urls: urls, parts }) {
    this.uploadId = uploadId;
    this.partSize = partSize;
    this.urls = new Map((urls ?? []).map((part) => [part.part_number, part.upload_url]));
    for (const { part_number: number, etag, size } of parts ?? []) this.there.set(number, { etag, size });
    this.arrived = this.there.size;
  }
}

/**
 * @param {string} id
 * @param {Sealed} sealed
 * @param {Context} context
 * @param {number} [partSize] bytes that parts should have; the service chooses where it is not said
 */
async function initiate(id, sealed, { token, signal, onWait }, partSize) {
  const json = { transfer_id: id, file_size_bytes: sealed.size, part_size: partSize };
  return new Parts(await patiently(() => post(paths.initiateUpload, { token, signal, json }), { signal, onWait }));
}

/** Nothing is open to go on with: the upload was not begun, it was ended, or the service knows no going on. */
const NONE_OPEN = ['upload_not_found', 'not_found', 'method_not_allowed'];

/**
 * How an upload stands; null where none is open.
 * @param {string} id
 * @param {Context} context
 * @returns {Promise<Parts | 'assembled' | null>}
 */
async function resume(id, { token, signal, onWait }) {
  /** @type {import('../shared/contract.js').ResumeUploadReply} */
  let said;
  try {
    const json = { transfer_id: id };
    said = await patiently(() => post(paths.resumeUpload, { token, signal, json }), { signal, onWait });
  } catch (error) {
    if (error instanceof ApiError && NONE_OPEN.includes(error.code)) return null;
    throw error;
  }
  return said.assembled ? 'assembled' : new Parts(said);
}

/** A place that takes no part any more: its time is over. A storage says 403. */
const isOver = (/** @type {unknown} */ error) =>
  error instanceof ApiError && (error.code === 'link_expired' || error.code === 'forbidden');

/**
 * @param {Sealed} sealed
 * @param {Context & { id: string, parts: Parts, journal: Journal | null }} options
 */
async function uploadParts(sealed, { id, parts, journal, ...context }) {
  const { token, signal, onProgress, onWait } = context;
  const { size } = sealed;
  const { uploadId, partSize } = parts;
  const count = Math.ceil(size / partSize);
  const lengthOf = (/** @type {number} */ number) => Math.min(partSize, size - (number - 1) * partSize);
  const isThere = (/** @type {number} */ number) => parts.there.get(number)?.size === lengthOf(number);
  const sent = Array.from({ length: count }, (_, i) => (isThere(i + 1) ? lengthOf(i + 1) : 0));
  /** @type {{ part_number: number, etag: string | null }[]} */
  const etags = [];
  let encrypted = 0;
  let next = 1;
  const report = () => onProgress({ encrypted, uploaded: sent.reduce((sum, bytes) => sum + bytes, 0), size });

  // The first lane to fail stops the others, and so does the person.
  const lanes = new AbortController();
  const laneSignal = lanes.signal;
  signal.addEventListener('abort', () => lanes.abort(signal.reason), { once: true });

  const senders = new Senders();
  const turns = new Turns(laneSignal);
  const put = async (/** @type {number} */ number, /** @type {import('./senders.js').Body} */ body) => {
    const report1 = (/** @type {number} */ bytes) => {
      sent[number - 1] = bytes;
      report();
    };
    const url = () => place(parts.urls.get(number) ?? '');
    const send = () =>
      turns.take(() => senders.transmit('PUT', url(), body, { signal: laneSignal, onProgress: report1 }));
    // A line that is cut again and again may lose the same one each time: it is not given up while others arrive.
    for (;;) {
      const before = parts.arrived;
      try {
        const etag = await patiently(send, { signal: laneSignal, onWait });
        parts.arrived++;
        return etag;
      } catch (error) {
        if (parts.arrived === before || !isPassing(error)) throw error;
      }
    }
  };

  // Where the browser has no room left nothing is kept of it at all, and it can only be sent in one go.
  const keep = async (/** @type {import('../crypto/seal.js').Tagged[]} */ segments) => {
    try {
      await journal?.leaving(segments);
    } catch {
      await forget(id);
      journal = null;
    }
  };

  const lane = async () => {
    let memory = new Uint8Array(partSize); // serves for one part after the other
    while (next <= count) {
      laneSignal.throwIfAborted();
      const number = next++;
      const length = lengthOf(number);
      // What is there is sealed, too: whoever goes on finds out so that it is the same.
      const { bytes, segments } = await sealed.part((number - 1) * partSize, length, memory);
      encrypted += length;
      report();
      const there = isThere(number) ? parts.there.get(number) : undefined;
      if (there && journal && !journal.knows(segments)) throw new FileChangedError(); // nobody knows what it is
      if (there) {
        etags[number - 1] = { part_number: number, etag: there.etag };
        continue;
      }
      laneSignal.throwIfAborted();
      await keep(segments);
      laneSignal.throwIfAborted();
      let etag;
      const body = { bytes };
      try {
        etag = await put(number, body);
      } catch (error) {
        const renewed = isOver(error) && journal ? await resume(id, { ...context, signal: laneSignal }) : null;
        if (!(renewed instanceof Parts) || renewed.uploadId !== uploadId) throw error;
        for (const [number, url] of renewed.urls) parts.urls.set(number, url);
        etag = await put(number, body);
      }
      memory = new Uint8Array(body.bytes.buffer);
      etags[number - 1] = { part_number: number, etag };
      journal?.arrived(number, length); // which never fails, and nothing waits for
    }
  };
  report();
  const all = Array.from({ length: Math.min(AT_ONCE, count) }, lane);
  try {
    await Promise.all(all);
    const json = { transfer_id: id, upload_id: uploadId, parts: etags };
    await patiently(() => post(paths.assembleUpload, { token, signal, json }), { signal, onWait });
  } catch (error) {
    lanes.abort(error);
    await Promise.allSettled(all); // no lane is left that would keep or send anything
    // What can be gone on with stays. Of the rest the server cleans up in time anyway.
    if (!journal || !(isPassing(error) || error instanceof FileChangedError))
      post(paths.cancelUpload(id, uploadId), { token }).catch(() => {});
    throw error;
  } finally {
    senders.end();
  }
}
