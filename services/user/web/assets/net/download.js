// Downloading a ciphertext: asked for once, so that it counts once. Whatever happens after that, a lost connection, a
// wrong key or a page that was closed, goes on with the same permission, where it was.

import { ByteQueue, toHex } from '../crypto/bytes.js';
import { codes, headers, paths } from '../shared/contract.js';
import { ApiError, codeOf, request } from '../shared/http.js';
import { claimHeaders, getDownloadPlace } from './api.js';
import { Kept, PIECE } from './kept.js';
import { areWorth, LANE, Lanes, Pace } from './lanes.js';
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

/** How long before the end all that is left is asked for over one connection, which goes on beyond it. */
const MARGIN = HOUR / 4;

/**
 * Bytes of one answer at most. What it brings faster than they are taken waits in the browser: in one, without limit.
 */
const ANSWER = 32 * 1024 * 1024;

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./kept.js').Claim} Claim */
/**
 * `skip` is how many of its bytes are known already; `isWhole`, whether it came to its end: the connection may be lost
 * before.
 * @typedef {{ reader: ReadableStreamDefaultReader<Bytes>, skip: number, isWhole: boolean }} Answer
 */
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
  /** When the transfer ends, in milliseconds since 1970: what has begun by then goes on, and nothing begins. */
  expires = Infinity;
  /** Bytes of the whole, as the service says before any is asked for; 0 where it was not heard. */
  size = 0;
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

  /** Whether all of it was opened, so that it goes on for who wants it again. */
  get isDone() {
    return Boolean(this.#kept.claim?.isDone);
  }

  /** Bytes that need not be fetched any more. */
  get kept() {
    return this.#kept.size;
  }

  /** Bytes of the whole; 0 where nobody said. */
  get total() {
    return this.#kept.claim?.total || this.size;
  }

  /** To be called when it can be had no more, or shall not. */
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
        await this.#kept.put(index, piece);
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
    for await (const bytes of this.#rest(first * PIECE, null, options, end)) {
      queue.push(bytes);
      while (queue.length >= PIECE) yield queue.take(PIECE);
    }
    if (queue.length) yield queue.take(queue.length);
  }

  /**
   * What an answer has that is not known yet.
   * @param {Answer} answer
   * @param {Options} options
   */
  async *#fresh(answer, { signal, onWait }) {
    const { reader } = answer;
    try {
      for (let toSkip = answer.skip; ; ) {
        const { done, value } = await read(reader);
        answer.isWhole = done;
        if (done) return;
        const fresh = value.subarray(Math.min(toSkip, value.length));
        toSkip -= value.length - fresh.length;
        if (fresh.length) yield fresh;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError && error.status === 0)) throw error;
      onWait(navigator.onLine ? 'retrying' : 'offline');
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /**
   * To be called when all of it was opened. The service is told, since its sender may want to know; that this fails is no
   * harm. Within the hour it can be had again.
   */
  async finish() {
    const { claim } = this.#kept;
    if (!claim) return;
    const path = paths.confirmDownload(this.#id);
    if (!claim.isDone) await request('POST', path, { headers: claimHeaders(claim) }).catch(() => {});
    await this.#kept.finish();
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
    const part = { from: 0, to: this.#endOf(0, Infinity) };
    return patiently(() => this.#ask({ ...claim, place: this.#route }, part, signal), { signal, onWait });
  }

  /** Where the service itself hands the bytes out, by the permit. */
  get #route() {
    return paths.downloadTransfer(this.#id);
  }

  /**
   * What is still to come, which is kept.
   * @param {number} from how many bytes are here
   * @param {Answer | null} first
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *#fetched(from, first, options) {
    let received = from;
    const pieces = new Pieces(this.#kept, from);
    for await (const bytes of this.#rest(from, first, options)) {
      received += bytes.length;
      await pieces.add(bytes);
      yield bytes;
    }
    await pieces.finish();
    const { claim } = this.#kept;
    if (claim && !claim.total) await this.#kept.save({ ...claim, total: received });
  }

  /** Until when less than all that is left is asked for. */
  get #until() {
    return Math.min(this.ends, this.expires) - MARGIN;
  }

  /**
   * Before which byte an answer ends.
   * @param {number} from its first
   * @param {number} to before which byte there is nothing left to ask for
   */
  #endOf(from, to) {
    const left = Math.min(to, this.total) - from;
    return left > ANSWER && Date.now() < this.#until ? from + ANSWER : to;
  }

  /**
   * What is still to come, however often the connection is lost: over one, or over several for as long as they gain.
   * @param {number} from
   * @param {Answer | null} first
   * @param {Options} options
   * @param {number} [to] where it ends, if not with the whole
   */
  async *#rest(from, first, options, to = Infinity) {
    let received = from;
    let answer = first;
    /** @type {Lanes | null | undefined} undefined: not tried yet */
    let lanes;
    let pace = new Pace();
    const end = () => lanes?.from ?? to; // of one connection
    try {
      for (let isOver = false; !isOver; answer = null) {
        answer ??= await this.#askOn(received, options, this.#endOf(received, end()));
        if (!answer) return;
        for await (const bytes of this.#fresh(answer, options)) {
          const wanted = bytes.subarray(0, end() - received);
          received += wanted.length;
          yield wanted;
          if (received >= end()) break;
          const one = lanes === undefined ? pace.at(received) : 0;
          if (one) lanes = this.#widen({ from: received + LANE, to }, one, options);
        }
        if (received === lanes?.from) {
          received = yield* this.#side(lanes, received, options);
          lanes = null;
          isOver = received >= Math.min(to, this.total);
        } else {
          // A length that was not told cannot be missed.
          isOver = received >= to || (answer.isWhole && received >= this.total);
          if (!answer.isWhole) pace = new Pace();
        }
      }
    } finally {
      lanes?.end();
    }
  }

  /**
   * Several connections for what follows a place, if they are worth a try: they go on as one that was lost does.
   * @param {{ from: number, to: number }} part
   * @param {number} one bytes in a millisecond, over one connection
   * @param {Options} options
   */
  #widen({ from, to }, one, { signal, onWait }) {
    const until = this.#until;
    const size = Math.min(to, this.total);
    const goesOn = this.#granted.validator && Date.now() < until;
    if (!goesOn || !areWorth(size - from, one)) return null;
    const fetch = (/** @type {number} */ at, /** @type {number} */ end, /** @type {AbortSignal} */ ended) =>
      this.#between(at, end, { signal: ended, onWait });
    return new Lanes({ from, size }, { one, until, signal, fetch });
  }

  /**
   * What one of several connections brings. A server that knows no ranges and starts over serves one connection only.
   * @param {number} from
   * @param {number} to
   * @param {Options} options
   */
  async *#between(from, to, options) {
    for (let received = from; received < to; ) {
      const answer = await this.#askOn(received, options, to);
      if (!answer || answer.skip) throw new ApiError(502);
      for await (const bytes of this.#fresh(answer, options)) {
        received += bytes.length;
        yield bytes;
      }
    }
  }

  /**
   * What lanes bring, as far as they do. Whether it goes on where they fail, one connection finds out.
   * @param {Lanes} lanes
   * @param {number} from
   * @param {Options} options
   */
  async *#side(lanes, from, { signal }) {
    let received = from;
    try {
      for await (const bytes of lanes.bytes()) {
        received += bytes.length;
        yield bytes;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError)) throw error;
    } finally {
      lanes.end();
    }
    return received;
  }

  /**
   * Asks for the rest; null if there is none.
   * @param {number} from
   * @param {Options} options
   * @param {number} to before which byte it ends; Infinity asks for all
   */
  async #askOn(from, { signal, onWait }, to) {
    const ask = () => patiently(() => this.#ask(this.#granted, { from, to }, signal), { signal, onWait });
    const { place: asked } = this.#granted;
    try {
      return await ask().catch(async (error) => {
        const { permit, place } = this.#granted;
        if (!(error instanceof ApiError && LINK_OVER.includes(error.code) && permit && place !== this.#route))
          throw error;
        if (place === asked) {
          const renewed = await patiently(() => getDownloadPlace(this.#id, this.#granted), { signal, onWait });
          await this.#kept.save({ ...this.#granted, ...renewed });
        } // else a connection beside this one has renewed it
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
   * @param {{ from: number, to: number }} part
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async #ask({ ...claim }, { from, to }, signal) {
    /** @type {Record<string, string>} */
    const asked = claim.place === this.#route ? claimHeaders(claim) : {};
    const isPart = from > 0 || to < Infinity;
    if (isPart) asked[headers.range] = `bytes=${from}-${to < Infinity ? to - 1 : ''}`;
    if (isPart && claim.validator) asked[headers.ifRange] = claim.validator;
    const response = await request('GET', claim.place, { headers: asked, signal });
    if (!response.body) throw new ApiError(0);
    claim.permit = response.headers.get(headers.downloadPermit) ?? claim.permit;
    // A server that ignores the range starts over; what is known already is skipped.
    const startsAt = response.status === 206 ? from : 0;
    if (!from) claim.validator = (response.headers.get(headers.eTag) ?? '').replace(/^W\//, '');
    if (!from && response.status !== 206) {
      // Of an answer that something on the way encoded the length is another one.
      const encoded = response.headers.get(headers.contentEncoding);
      claim.total = encoded ? 0 : Number(response.headers.get(headers.contentLength)) || 0;
    }
    claim.total ||= Number(/\/(\d+)$/.exec(response.headers.get(headers.contentRange) ?? '')?.[1] ?? 0);
    await this.#learn(claim);
    return { reader: response.body.getReader(), skip: from - startsAt, isWhole: false };
  }
  /**
   * Keeps what an answer told of the download, beside what others have told meanwhile.
   * @param {Claim} told
   */
  async #learn({ place, permit, validator, total }) {
    const known = this.#granted;
    const learnt = { ...known, place: known.place || place, permit, validator, total };
    if (JSON.stringify(learnt) !== JSON.stringify(known)) await this.#kept.save(learnt);
  }
}

/** Cuts what arrives into the pieces that are kept. */
class Pieces {
  #kept;
  #index;
  #piece = new Uint8Array(PIECE);
  #length = 0;
  #isKeeping = true;

  /**
   * @param {Kept} kept
   * @param {number} from how many bytes are kept already
   */
  constructor(kept, from) {
    this.#kept = kept;
    this.#index = from / PIECE;
  }

  /** @param {Bytes} bytes */
  async add(bytes) {
    for (let rest = bytes; this.#isKeeping && rest.length; ) {
      const part = rest.subarray(0, PIECE - this.#length);
      this.#piece.set(part, this.#length);
      this.#length += part.length;
      rest = rest.subarray(part.length);
      if (this.#length === PIECE) await this.finish();
    }
  }

  async finish() {
    if (!this.#isKeeping || this.#length === 0) return;
    this.#isKeeping = await this.#kept.add(this.#index++, this.#piece.subarray(0, this.#length));
    this.#length = 0;
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
