// Downloading a ciphertext: asked for once, so that it counts once. Whatever happens after that, a lost connection or
// a wrong key, goes on with the same permission.

import { headers, paths } from '../shared/contract.js';
import { ApiError, request } from '../shared/http.js';
import { getDownloadUrl, place } from './api.js';
import { patiently } from './patience.js';

/** Answers of the service about the transfer itself; asking another way would change nothing. */
const FINAL = [401, 403, 404, 409, 410, 429];

/** Up to here a ciphertext is kept in memory, so that another key can be tried on it. */
const KEEP_MAX = 64 * 1024 * 1024;

export class Download {
  total = 0;
  #id;
  /** @type {string | null} */
  #place = null;
  #permit = '';
  #validator = '';
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #kept = [];
  #keptWhole = false;

  /** @param {string} id */
  constructor(id) {
    this.#id = id;
  }

  /**
   * The ciphertext from its first byte. Only the first call ever spends a download.
   * @param {{ signal: AbortSignal, onWait: import('./patience.js').OnWait }} options
   */
  async *chunks({ signal, onWait }) {
    if (this.#keptWhole) {
      for (const chunk of this.#kept) yield chunk.slice();
      return;
    }
    this.#kept = [];
    this.#place ??= await this.#locate();
    const place = this.#place;
    let received = 0;
    for (let whole = false; !whole; ) {
      const answer = await patiently(() => this.#ask(place, received, signal), { signal, onWait }).catch((error) => {
        // Of what has no length, the rest of nothing: the connection was lost behind the last byte.
        if (received && !this.total && error instanceof ApiError && error.status === 416) return null;
        throw error;
      });
      if (!answer) break;
      const { reader, skip } = answer;
      try {
        let toSkip = skip;
        for (;;) {
          const { done, value } = await read(reader);
          if (done) {
            whole = received >= this.total; // a length that was not told cannot be missed
            break;
          }
          const fresh = value.subarray(Math.min(toSkip, value.length));
          toSkip -= value.length - fresh.length;
          if (fresh.length === 0) continue;
          received += fresh.length;
          if (received <= KEEP_MAX) this.#kept.push(fresh.slice());
          else this.#kept = [];
          yield fresh;
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ApiError && error.status === 0)) throw error;
        onWait(navigator.onLine ? 'retrying' : 'offline');
      } finally {
        reader.cancel().catch(() => {});
      }
    }
    this.#keptWhole = received <= KEEP_MAX;
  }

  /** Where the bytes are: at a link that can be asked again, or at the route that gives a permit for that. */
  async #locate() {
    try {
      return place((await getDownloadUrl(this.#id)).download_url);
    } catch (error) {
      if (error instanceof ApiError && FINAL.includes(error.status)) throw error;
      return paths.downloadTransfer(this.#id);
    }
  }

  /**
   * @param {string} place
   * @param {number} from
   * @param {AbortSignal} signal
   */
  async #ask(place, from, signal) {
    /** @type {Record<string, string>} */
    const asked = {};
    if (from) asked[headers.range] = `bytes=${from}-`;
    if (from && this.#validator) asked[headers.ifRange] = this.#validator;
    if (this.#permit) asked[headers.downloadPermit] = this.#permit;
    const response = await request('GET', place, { headers: asked, signal });
    if (!response.body) throw new ApiError(0);
    this.#permit = response.headers.get(headers.downloadPermit) ?? this.#permit;
    // A server that ignores the range starts over; what is known already is skipped.
    const startsAt = response.status === 206 ? from : 0;
    if (!from) {
      // Of an answer that something on the way encoded the length is another one.
      const encoded = response.headers.get(headers.contentEncoding);
      this.total = encoded ? 0 : Number(response.headers.get(headers.contentLength)) || 0;
      this.#validator = (response.headers.get(headers.eTag) ?? '').replace(/^W\//, '');
    }
    this.total ||= Number(/\/(\d+)$/.exec(response.headers.get(headers.contentRange) ?? '')?.[1] ?? 0);
    return { reader: response.body.getReader(), skip: from - startsAt };
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader */
async function read(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new ApiError(0);
  }
}
