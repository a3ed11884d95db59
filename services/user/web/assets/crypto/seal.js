// From plaintext to ciphertext: format 1 (one AES-GCM call, which every reader knows) for small content,
// format 2 (a stream) for the rest.

import { concat, encodeText } from './bytes.js';
import { looksEnveloped, safeFilename, writeEnvelope } from './envelope.js';
import { encryptStream, streamSize } from './stream.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {{ name: string, size: number, chunks: () => AsyncIterable<Bytes> }} Source a text has no name */

export const ONE_SHOT_MAX = 32 * 1024 * 1024;

const IV = 12;
const TAG = 16;

/**
 * A sealed transfer: its exact ciphertext size, the plaintext size that is declared to the server, and the
 * ciphertext as a run of chunks. @param {Key} linkKey
 * @param {Source} source
 */
export function seal(linkKey, source) {
  const head = source.name ? writeEnvelope({ filename: safeFilename(source.name) }) : new Uint8Array();
  const plainSize = head.length + source.size;
  async function* plain() {
    yield head;
    yield* source.chunks();
  }
  return source.size <= ONE_SHOT_MAX
    ? { plainSize, size: IV + plainSize + TAG, chunks: sealAtOnce(linkKey, plain()) }
    : { plainSize, size: streamSize(plainSize), chunks: encryptStream(linkKey, plain()) };
}

/**
 * @param {Key} linkKey
 * @param {AsyncIterable<Bytes>} plainChunks
 * @returns {AsyncGenerator<Bytes>}
 */
export async function* sealAtOnce(linkKey, plainChunks, iv = crypto.getRandomValues(new Uint8Array(IV))) {
  const chunks = [];
  for await (const chunk of plainChunks) chunks.push(chunk);
  const key = await crypto.subtle.importKey('raw', linkKey, 'AES-GCM', false, ['encrypt']);
  yield iv;
  yield new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, concat(chunks)));
}

/**
 * A text as a source. It travels without an envelope, as every version of the page has read it, unless it
 * happens to begin like one.
 * @param {string} text
 * @returns {Source}
 */
export function textSource(text) {
  const bytes = encodeText(text);
  return {
    name: looksEnveloped(bytes) ? 'message.txt' : '',
    size: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}
