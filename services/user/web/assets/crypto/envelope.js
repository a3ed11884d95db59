// The envelope: how a file's name travels inside the ciphertext, in front of the content.
//
//   layout A (written here):  "SGMETA" 00 | length, 4 bytes big-endian | JSON | content
//   layout B (read only):     "SGMETA"    | length, 4 bytes big-endian | JSON | content
//   older still (read only):  "SGMETA" 00 or "." directly followed by JSON, then content
//
// Anything else is content without a name.

import { concat, encodeText, startsWith } from './bytes.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ filename?: string, type?: string }} Metadata */

const MAGIC = encodeText('SGMETA');
const NUL = 0x00;
const DOT = 0x2e;
const BRACE = 0x7b;
const SPACE = [0x20, 0x09, 0x0a, 0x0d];

/** No honest name needs more; a lying length must not make us search a whole file. */
export const MAX_METADATA = 64 * 1024;

const MEMBERS = ['filename', 'type'];

/** How deep values may stand within each other: other readers have a bound, too. */
const MAX_DEPTH = 10_000;

/**
 * The bytes that stand before the content, for a file of this name.
 * @param {Metadata} metadata
 */
export function writeEnvelope(metadata) {
  const json = encodeText(JSON.stringify(metadata));
  if (json.length > MAX_METADATA) throw new RangeError('metadata too long');
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  return concat([MAGIC, Uint8Array.of(NUL), length, json]);
}

/** True when content without an envelope would be mistaken for one. */
export const looksEnveloped = (/** @type {Bytes} */ content) => startsWith(content, MAGIC);

/**
 * The envelope of format 2, which has always been in layout A; null where there is none.
 * @param {Bytes} bytes
 * @returns {{ metadata: Metadata, contentStart: number } | null}
 */
export const readStreamEnvelope = (bytes) =>
  startsWith(bytes, MAGIC) && bytes[6] === NUL ? readSized(bytes, 7) : null;

/**
 * Finds the envelope at the start of a plaintext of format 1. The bytes given may be just the beginning, as long as they
 * hold MAX_METADATA and a few more. Returns the metadata (null when there is none) and where the content starts.
 * @param {Bytes} bytes
 * @returns {{ metadata: Metadata | null, contentStart: number }}
 */
export function readEnvelope(bytes) {
  const none = { metadata: null, contentStart: 0 };
  if (!startsWith(bytes, MAGIC)) return none;
  switch (bytes[6]) {
    case DOT:
      return readBareJson(bytes, 7) ?? none;
    case NUL:
      return readSized(bytes, 7) ?? readSized(bytes, 6) ?? (bytes[7] === BRACE ? readBareJson(bytes, 7) : null) ?? none;
    default:
      return readSized(bytes, 6) ?? none;
  }
}

/**
 * @param {Bytes} bytes
 * @param {number} at
 */
function readSized(bytes, at) {
  const jsonStart = at + 4;
  if (bytes.length < jsonStart) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
  if (length > MAX_METADATA || bytes.length < jsonStart + length) return null;
  const metadata = parseObject(bytes.subarray(jsonStart, jsonStart + length));
  return metadata && { metadata, contentStart: jsonStart + length };
}

/**
 * @param {Bytes} bytes
 * @param {number} at
 */
function readBareJson(bytes, at) {
  const limit = Math.min(bytes.length, at + MAX_METADATA);
  let start = at;
  while (start < limit && SPACE.includes(bytes[start])) start++;
  if (bytes[start] !== BRACE) return null;
  const { end } = nesting(bytes, start, limit);
  if (end === null) return null;
  const metadata = parseObject(bytes.subarray(start, end));
  return metadata && { metadata, contentStart: end };
}

/**
 * Where the JSON object that opens at `at` closes, null where it does not, and how deep values stand within each other
 * up to there; what is inside strings does not count.
 * @param {Bytes} bytes
 * @param {number} at
 * @param {number} limit
 */
function nesting(bytes, at, limit) {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = at; i < limit; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c)
        i++; // a backslash hides the byte after it
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === BRACE || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return { end: i + 1, deepest };
  }
  return { end: null, deepest };
}

/**
 * Of JSON that is an object the members that are known and are texts.
 * @param {Bytes} bytes
 * @returns {Metadata | null}
 */
function parseObject(bytes) {
  const value = parseJson(bytes);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  if (nesting(bytes, 0, bytes.length).deepest > MAX_DEPTH) return null;
  return Object.fromEntries(
    Object.entries(value).filter(([name, said]) => MEMBERS.includes(name) && typeof said === 'string'),
  );
}

/**
 * The value that is in JSON, and null where there is none. Bytes that are not UTF-8 become U+FFFD.
 * @param {Bytes} bytes
 * @returns {unknown}
 */
export function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

// What Windows takes for a device, whatever follows the dot.
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;

// Control characters, what turns the direction of writing to hide an ending, separators, marks of bad decoding, and
// halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;

const MAX_NAME = 255; // bytes, what common file systems allow
const MAX_ENDING = 16;

/**
 * The sender, who may mean harm, chooses the name, and the recipient's disk has to bear it. docs/formats.md has the
 * steps; every reader takes the same.
 * @param {unknown} name
 */
export function safeFilename(name, fallback = 'download') {
  let safe = String(name ?? '')
    .replace(/^.*[/\\]/s, '')
    .replace(UNSAFE, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^\s+/, '')
    .replace(/^(?!\.[^\s.])[\s.]+|[\s.]+$/g, ''); // a single dot that begins a name stays
  if (DEVICE.test(safe)) safe = `_${safe}`;
  return shorten(safe) || fallback;
}

/**
 * Cuts to what a file system takes, keeping the ending that tells programs what the file is.
 * @param {string} name
 */
function shorten(name) {
  const length = (/** @type {string} */ text) => encodeText(text).length;
  if (length(name) <= MAX_NAME) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && length(name.slice(dot)) <= MAX_ENDING ? name.slice(dot) : '';
  let room = MAX_NAME - length(ending);
  let stem = '';
  for (const char of name.slice(0, name.length - ending.length)) {
    room -= length(char);
    if (room < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, '') + ending;
}
