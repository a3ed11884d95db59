// Downloading a ciphertext: asked for once, so that it counts once. Whatever happens after that, a lost connection, a
// wrong key or a page that was closed, goes on with the same permission, where it was.

import { ByteQueue, toHex } from '../crypto/bytes.js';
import { codes, headers, paths } from '../shared/contract.js';
import { ApiError, codeOf, request } from '../shared/http.js';
import { claimHeaders, getDownloadPlace } from './api.js';
import { Kept, PIECE } from './kept.js';
import { patiently } from './patience.js';

/** Answers of the service about the transfer itself; asking another way would change nothing. */
const FINAL = [401, 403, 404, 409, 410, 429];

/**
 * What is answered at a link that was good for a while; the service has a code for that, a storage does not. It says 403
 * when the link's time is over, and 400 when that of the service's own permission is.
 * @type {import('../shared/http.js').Code[]}
 */
const LINK_OVER = [codes.forbidden, codes.invalid, codes.linkExpired];

/** @type {import('../shared/http.js').Code[]} what is said of a permission that holds for nothing here */
const NO_PERMISSION = [codes.linkMismatch, codes.linkNotGenuine];

/** How long the service lets a download go on that was begun. */
const HOUR = 3600 * 1000;

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./kept.js').Claim} Claim */
/** @typedef {{ reader: ReadableStreamDefaultReader<Bytes>, skip: number }} Answer skip: bytes known already */
/** @typedef {{ signal: AbortSignal, onWait: import('./patience.js').OnWait }} Options */

/**
 * Whether an answer is that the service goes on with a download no more, as it says it itself: by a code. What stands
 * before it, and a storage, have no more than a status, and may be wrong.
 * @param {unknown} error
 * @returns {error is ApiError}
 */
export const isEnded = (error) =>
  error instanceof ApiError &&
  error.code !== codeOf(error.status) &&
  (error.status === 404 || error.status === 410 || NO_PERMISSION.includes(error.code));

export class Download {
  #id;
  #kept;

  /** @param {string} id of the transfer */
  constructor(id) {
    this.#id = id;
    this.#kept = new Kept(id);
  }

  /** Learns whether the download was begun, here, in another tab, or before the page was closed. */
  load() {
    return this.#kept.load();
  }

  /** Whether it goes on with a permission that it has, and is not counted again. */
  get begun() {
    return Boolean(this.#kept.claim?.place);
  }

  /** Until when, in milliseconds since 1970. */
  get ends() {
    return this.#kept.claim?.ends ?? 0;
  }

  /** Whether it can be gone on with when the page was closed. */
  get isStored() {
    return this.#kept.isStored;
  }

  /** Bytes that need not be fetched any more. */
  get kept() {
    return this.#kept.size;
  }

  /** Bytes of the whole; 0 where nobody said. */
  get total() {
    return this.#kept.claim?.total ?? 0;
  }

  /** To be called when it is done, or can be no more. */
  forget() {
    return this.#kept.forget();
  }

  /** Fetches again what has arrived: it is not what was sent. */
  distrust() {
    return this.#kept.distrust();
  }

  /**
   * The ciphertext from its first byte. Only the first call ever spends a download.
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *chunks(options) {
    const first = await alone(`sgraph-send ${this.#id}`, options.signal, () => this.#claim(options));
    let received = 0;
    for await (const bytes of this.#kept.bytes()) {
      received += bytes.length;
      yield bytes;
    }
    if (this.total && received >= this.total) return;
    try {
      yield* this.#fetched(received, first, options); // with what the browser erased of it
    } finally {
      await this.#kept.close();
    }
  }

  /**
   * Bytes of the ciphertext, of a download that was begun, without the others. What is fetched for them is kept.
   * @param {{ from: number, to: number }} part
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *range(part, options) {
    try {
      yield* this.#part(part, options);
    } finally {
      await this.#kept.close();
    }
  }

  /**
   * @param {{ from: number, to: number }} part
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *#part({ from, to }, options) {
    for (let index = Math.floor(from / PIECE); index * PIECE < to; ) {
      const start = index * PIECE;
      const cut = (/** @type {Bytes} */ bytes, /** @type {number} */ at) =>
        bytes.subarray(Math.max(0, from - at), Math.max(0, to - at));
      const kept = await this.#kept.piece(index);
      if (kept && (kept.length === PIECE || start + kept.length >= this.total)) {
        yield cut(kept, start);
        index++;
        continue;
      }
      for await (const piece of this.#pieces(index, to, options)) {
        await this.#kept.put(index, [piece]);
        yield cut(piece, index * PIECE);
        index++;
      }
    }
  }

  /**
   * Whole pieces, up to that which has the byte before `to`.
   * @param {number} first
   * @param {number} to
   * @param {Options} options
   */
  async *#pieces(first, to, options) {
    const queue = new ByteQueue();
    const end = Math.min(Math.ceil(to / PIECE) * PIECE, this.total || Infinity);
    let received = first * PIECE;
    while (received < end) {
      const answer = await this.#askOn(received, options, end);
      if (!answer) break;
      const take = (/** @type {Bytes} */ bytes) => {
        const wanted = bytes.slice(0, end - received);
        received += wanted.length;
        queue.push(wanted);
      };
      for await (const _ of this.#fresh(answer, options, take)) {
        while (queue.length >= PIECE) yield queue.take(PIECE);
        if (received >= end) break;
      }
    }
    if (queue.length) yield queue.take(queue.length);
  }

  /**
   * What an answer has that is not known yet. Returns whether it came to its end: the connection may be lost before.
   * @param {Answer} answer
   * @param {Options} options
   * @param {(bytes: Bytes) => Promise<void> | void} take what is to be done with it first
   */
  async *#fresh({ reader, skip }, { signal, onWait }, take) {
    try {
      for (let toSkip = skip; ; ) {
        const { done, value } = await read(reader);
        if (done) return true;
        const fresh = value.subarray(Math.min(toSkip, value.length));
        toSkip -= value.length - fresh.length;
        if (fresh.length === 0) continue;
        await take(fresh);
        yield fresh;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError && error.status === 0)) throw error;
      onWait(navigator.onLine ? 'retrying' : 'offline');
      return false;
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /**
   * Tells the service that all of it was opened, which its sender may want to know. That it fails is no harm.
   */
  async confirm() {
    const { claim } = this.#kept;
    if (!claim) return;
    const path = paths.confirmDownload(this.#id);
    await request('POST', path, { headers: claimHeaders(claim) }).catch(() => {});
  }

  /**
   * Spends a download, unless one was begun, and keeps the permission to go on with it. Returns the answer that has the
   * bytes already, if it came with that. What it is called is kept before: an answer that is lost has counted it.
   * @param {Options} options
   * @returns {Promise<Answer | null>}
   */
  async #claim(options) {
    await this.#kept.load();
    if (this.begun) return null;
    const isRepeated = this.#kept.claim !== null;
    const claim = this.#kept.claim ?? {
      name: toHex(crypto.getRandomValues(new Uint8Array(16))),
      place: '',
      permit: '',
      validator: '',
      total: 0,
      ends: Date.now() + HOUR,
    };
    await this.#kept.save(claim);
    try {
      return await this.#count(claim, options);
    } catch (error) {
      if (!isEnded(error)) throw error;
      await this.#kept.forget();
      if (!isRepeated) throw error;
      return this.#claim(options); // nothing went out that time: it was not counted, and that name is used up
    }
  }

  /**
   * @param {Claim} claim
   * @param {Options} options
   */
  async #count(claim, { signal, onWait }) {
    try {
      await this.#kept.save({ ...claim, ...(await getDownloadPlace(this.#id, claim)) });
      return null;
    } catch (error) {
      if (error instanceof ApiError && FINAL.includes(error.status)) throw error;
    }
    return patiently(() => this.#ask({ ...claim, place: this.#route }, { from: 0 }, signal), { signal, onWait });
  }

  /** Where the service itself hands the bytes out, by the permit. */
  get #route() {
    return paths.downloadTransfer(this.#id);
  }

  /**
   * What is still to come, however often the connection is lost.
   * @param {number} from how many bytes are here
   * @param {Answer | null} first
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *#fetched(from, first, { signal, onWait }) {
    let received = from;
    let answer = first;
    const pieces = new Pieces(this.#kept, from);
    for (let whole = false; !whole; answer = null) {
      answer ??= await this.#askOn(received, { signal, onWait });
      if (!answer) break;
      whole = yield* this.#fresh(answer, { signal, onWait }, (bytes) => {
        received += bytes.length;
        return pieces.add(bytes);
      });
      whole &&= received >= this.total; // a length that was not told cannot be missed
    }
    await pieces.finish();
    const { claim } = this.#kept;
    if (claim && !claim.total) await this.#kept.save({ ...claim, total: received });
  }

  /**
   * Asks for the rest; null if there is none.
   * @param {number} from
   * @param {Options} options
   * @param {number} [to] before which byte it ends, where not all is asked for
   */
  async #askOn(from, { signal, onWait }, to) {
    const ask = () => patiently(() => this.#ask(this.#granted, { from, to }, signal), { signal, onWait });
    try {
      return await ask().catch(async (error) => {
        const { permit, place } = this.#granted;
        if (!(error instanceof ApiError && LINK_OVER.includes(error.code) && permit && place !== this.#route))
          throw error;
        const renewed = await patiently(() => getDownloadPlace(this.#id, this.#granted), { signal, onWait });
        await this.#kept.save({ ...this.#granted, ...renewed });
        return ask();
      });
    } catch (error) {
      // Of what has no length, the rest of nothing: the connection was lost behind the last byte.
      if (from && !this.total && error instanceof ApiError && error.status === 416) return null;
      throw error;
    }
  }

  get #granted() {
    const { claim } = this.#kept;
    if (!claim) throw new ApiError(410, { code: codes.linkExpired }); // another tab is done with it
    return claim;
  }

  /**
   * @param {Claim} claim
   * @param {{ from: number, to?: number }} part
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async #ask({ ...claim }, { from, to }, signal) {
    /** @type {Record<string, string>} */
    const asked = claim.place === this.#route ? claimHeaders(claim) : {};
    const isPart = from > 0 || to !== undefined;
    if (isPart) asked[headers.range] = `bytes=${from}-${to === undefined ? '' : to - 1}`;
    if (isPart && claim.validator) asked[headers.ifRange] = claim.validator;
    const response = await request('GET', claim.place, { headers: asked, signal });
    if (!response.body) throw new ApiError(0);
    claim.permit = response.headers.get(headers.downloadPermit) ?? claim.permit;
    // A server that ignores the range starts over; what is known already is skipped.
    const startsAt = response.status === 206 ? from : 0;
    if (!from && response.status !== 206) {
      // Of an answer that something on the way encoded the length is another one.
      const encoded = response.headers.get(headers.contentEncoding);
      claim.total = encoded ? 0 : Number(response.headers.get(headers.contentLength)) || 0;
      claim.validator = (response.headers.get(headers.eTag) ?? '').replace(/^W\//, '');
    }
    claim.total ||= Number(/\/(\d+)$/.exec(response.headers.get(headers.contentRange) ?? '')?.[1] ?? 0);
    await this.#kept.save(claim);
    return { reader: response.body.getReader(), skip: from - startsAt };
  }
}

/** Cuts what arrives into the pieces that are kept. */
class Pieces {
  #kept;
  #index;
  #queue = new ByteQueue();
  #isKeeping = true;
  #last = Promise.resolve();

  /**
   * @param {Kept} kept
   * @param {number} from how many bytes are kept already
   */
  constructor(kept, from) {
    this.#kept = kept;
    this.#index = from / PIECE;
  }

  /** @param {Bytes} bytes which nobody changes */
  async add(bytes) {
    if (!this.#isKeeping) return;
    this.#queue.push(bytes);
    while (this.#queue.length >= PIECE) await this.#keep();
  }

  async finish() {
    if (this.#queue.length) await this.#keep();
    await this.#last;
  }

  /** Keeps the next piece while more arrives; one after the other. */
  async #keep() {
    const piece = this.#queue.chunks(PIECE);
    await this.#last;
    this.#last = this.#kept.add(this.#index++, piece).then((isKept) => {
      this.#isKeeping &&= isKept;
      if (!this.#isKeeping) this.#queue = new ByteQueue();
    });
  }
}

/**
 * Does what only one tab may do at a time.
 * @template R
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {() => Promise<R>} task
 * @returns {Promise<R>}
 */
const alone = async (name, signal, task) =>
  navigator.locks ? navigator.locks.request(name, { signal }, task) : task();

/** @param {ReadableStreamDefaultReader<Bytes>} reader */
async function read(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new ApiError(0);
  }
}
