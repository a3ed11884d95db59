// Small things every module here does with bytes.

import { discard } from './memory.js';

const encoder = new TextEncoder();

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export const encodeText = (/** @type {string} */ text) => encoder.encode(text);

/**
 * Joins chunks into one array.
 * @param {Bytes[]} chunks
 */
export function concat(chunks) {
  return joinInto(new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), chunks);
}

/**
 * Joins chunks at the beginning of an array, and returns that part of it.
 * @param {Bytes} into
 * @param {Bytes[]} chunks
 */
function joinInto(into, chunks) {
  let at = 0;
  for (const chunk of chunks) {
    into.set(chunk, at);
    at += chunk.length;
  }
  return into.subarray(0, at);
}

/**
 * @param {Bytes} bytes
 * @param {ArrayLike<number>} prefix
 */
export const startsWith = (bytes, prefix) => Array.from(prefix).every((byte, i) => bytes[i] === byte);

/** @param {Bytes} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Standard base64, with padding. */
export const toBase64 = (/** @type {Bytes} */ bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));

/**
 * Base64url without padding: the alphabet of keys in links.
 * @param {Bytes} bytes
 */
export function toBase64url(bytes) {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Reads base64url or plain base64, padded or not; throws on anything else.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromBase64url(text) {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  return Uint8Array.from(atob(plain), (char) => char.charCodeAt(0));
}

/** A first-in, first-out run of bytes: chunks of any size go in, exact lengths come out. */
export class ByteQueue {
  /** @type {Bytes[]} */
  #chunks = [];
  length = 0;

  /** @param {Bytes} chunk */
  push(chunk) {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /**
   * The next n bytes (fewer only when fewer are held), in a fresh array.
   * @param {number} n
   */
  take(n) {
    return concat(this.chunks(n));
  }

  /**
   * The next n bytes (fewer only when fewer are held), at the beginning of an array. The memory of chunks that end with
   * them is nobody's any more.
   * @param {Bytes} into
   * @param {number} n
   */
  takeInto(into, n) {
    const chunks = this.chunks(n);
    const joined = joinInto(into, chunks);
    for (const { buffer, byteOffset, length } of chunks) if (byteOffset + length === buffer.byteLength) discard(buffer);
    return joined;
  }

  /**
   * The next n bytes (fewer only when fewer are held), as they came.
   * @param {number} n
   */
  chunks(n) {
    const taken = [];
    let left = Math.min(n, this.length);
    this.length -= left;
    while (left > 0) {
      const head = this.#chunks[0];
      if (head.length <= left) this.#chunks.shift();
      else this.#chunks[0] = head.subarray(left);
      taken.push(head.subarray(0, left));
      left -= Math.min(left, head.length);
    }
    return taken;
  }
}
