// The sealed label: what a transfer is, sealed beside it, so that a recipient sees what is waiting and whether the key
// fits before anything is downloaded.
//
//   01 | nonce, 12 bytes | AES-256-GCM(JSON, padded with spaces), additional data = the 01
//   02 | the passphrase's block, 24 bytes | nonce | the same, additional data = the 25 bytes before
//   label key      HKDF-SHA256(the link's key, no salt, info = "sgraph-send label 1"), 32 bytes
//
// Its length is one of five, so that it tells the service next to nothing.

import { concat, encodeText, startsWith, toBase64 } from './bytes.js';
import { parseJson, safeFilename } from './envelope.js';
import { PassphraseError, WrongKeyError } from './errors.js';
import { BLOCK, readBlock } from './passphrase.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

/** @typedef {{ name: string, size: number, type: string }} LabelFile type is empty where it is not known */
/** @typedef {{ type: string, data: Bytes }} Picture */

/**
 * `files` are at least one, and may be the first of `count`; `size` is that of all content. Sizes are in bytes, or
 * UNKNOWN.
 * @typedef {{ files: LabelFile[], count: number, size: number, note: string, picture: Picture | null }} Label
 */

/** A size that the sender did not say. */
export const UNKNOWN = -1;

/** The most characters that a note has. */
export const MAX_NOTE = 1000;

/** The most bytes that a picture has. */
export const MAX_PICTURE = 5 * 1024;

const PLAIN = 1; // the versions
const WITH_PASSPHRASE = 2;
const NONCE = 12;
const TAG = 16;
const SIZES = [512, 1024, 2048, 4096, 8192];
const INFO = encodeText('sgraph-send label 1');

const MAX_LISTED = 100;
export const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;

// What must not be in a note: see the names of files in envelope.js. Its lines stay.
const UNSAFE = /[^\P{Cc}\n]|[\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;

/**
 * Whether bytes begin as a picture of a type does.
 * @type {Record<string, (text: string) => boolean>}
 */
const PICTURES = {
  'image/jpeg': (text) => text.startsWith('\xff\xd8\xff'),
  'image/png': (text) => text.startsWith('\x89PNG\r\n\x1a\n'),
  'image/webp': (text) => text.startsWith('RIFF') && text.startsWith('WEBP', 8),
};

/**
 * @param {Key} linkKey
 * @param {KeyUsage} usage
 */
async function deriveKey(linkKey, usage) {
  const material = await crypto.subtle.importKey('raw', linkKey, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO };
  return crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, [usage]);
}

/**
 * @param {Bytes} iv
 * @param {Bytes} head
 */
const gcm = (iv, head) => ({ name: 'AES-GCM', iv, additionalData: head });

/**
 * Seals a label. The nonce is random; only tests give one.
 * @param {Key} linkKey
 * @param {Label} label
 * @param {{ block?: Bytes | null, nonce?: Bytes }} [options] block of the passphrase that is in the key, if there is one
 */
export async function sealLabel(linkKey, label, { block = null, nonce } = {}) {
  const iv = nonce ?? crypto.getRandomValues(new Uint8Array(NONCE));
  const head = block ? concat([Uint8Array.of(WITH_PASSPHRASE), block]) : Uint8Array.of(PLAIN);
  const overhead = head.length + NONCE + TAG;
  const json = encodeText(writeLabel(label, SIZES[SIZES.length - 1] - overhead));
  const size = SIZES.find((size) => size >= overhead + json.length);
  if (!size) throw new RangeError('label too long');
  const padded = new Uint8Array(size - overhead).fill(0x20);
  padded.set(json);
  const key = await deriveKey(linkKey, 'encrypt');
  const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(iv, head), key, padded));
  return concat([head, iv, sealed]);
}

/**
 * The block of the passphrase that a label asks for, beside the link; null where it asks for none.
 * @param {Bytes} sealed
 */
export function labelBlock(sealed) {
  if (sealed[0] !== WITH_PASSPHRASE || !SIZES.includes(sealed.length)) return null;
  const block = sealed.slice(1, 1 + BLOCK);
  try {
    readBlock(block);
  } catch {
    return null;
  }
  return block;
}

/**
 * Opens a label: a WrongKeyError if key or passphrase are another's, a PassphraseError if there must be a passphrase in
 * the key. Null is a label that this page cannot read.
 * @param {Key} linkKey
 * @param {Bytes} sealed
 * @param {Bytes | null} [block] of the passphrase that is in the key, if there is one
 * @returns {Promise<Label | null>}
 */
export async function openLabel(linkKey, sealed, block = null) {
  if (!SIZES.includes(sealed.length)) return null;
  const asked = labelBlock(sealed);
  if (!asked && sealed[0] !== PLAIN) return null;
  if (asked && !block) throw new PassphraseError(asked);
  // Whoever gives a passphrase for what has none was given the label of another.
  if (block && !(asked && startsWith(asked, block))) throw new WrongKeyError();
  const begin = asked ? 1 + BLOCK : 1;
  const [head, iv] = [sealed.slice(0, begin), sealed.slice(begin, begin + NONCE)];
  const key = await deriveKey(linkKey, 'decrypt');
  let json;
  try {
    json = await crypto.subtle.decrypt(gcm(iv, head), key, sealed.slice(begin + NONCE));
  } catch {
    throw new WrongKeyError();
  }
  return readLabel(new Uint8Array(json));
}

/**
 * The JSON of a label. Of what does not fit, the picture is left out, and then files from the end.
 * @param {Label} label
 * @param {number} room in bytes
 */
function writeLabel({ files, count, size, note, picture }, room) {
  const listed = files.slice(0, MAX_LISTED).map((file) => ({
    name: safeFilename(file.name),
    ...(isSize(file.size) && { size: file.size }),
    ...(MEDIA_TYPE.test(file.type) && { type: file.type }),
  }));
  const said = cleanNote(note);
  let shown = picture && { picture: { type: picture.type, data: toBase64(picture.data) } };
  const write = () =>
    JSON.stringify({
      files: listed,
      ...(count > listed.length && { count }),
      ...(isSize(size) && { size }),
      ...(said && { note: said }),
      ...shown,
    });
  const fits = () => encodeText(write()).length <= room;
  const all = listed.splice(1);
  if (!fits()) shown = null;
  listed.push(...all);
  while (listed.length > 1 && !fits()) listed.pop();
  return write();
}

/**
 * What a label says, whoever wrote it: a member that is not what it should be is as if it were missing. Null is no
 * label.
 * @param {Bytes} json
 * @returns {Label | null}
 */
function readLabel(json) {
  const said = parseJson(json);
  if (!isObject(said)) return null;
  const { files, count, size, note, picture } = said;
  if (!Array.isArray(files) || files.length === 0 || !files.every(isObject)) return null;
  return {
    files: files.slice(0, MAX_LISTED).map(readFile),
    count: Math.max(files.length, readSize(count)),
    size: readSize(size),
    note: typeof note === 'string' ? cleanNote(note) : '',
    picture: readPicture(picture),
  };
}

/** @returns {value is Record<string, unknown>} */
const isObject = (/** @type {unknown} */ value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Whether it is a size, and not UNKNOWN.
 * @returns {size is number}
 */
export const isSize = (/** @type {unknown} */ size) => Number.isSafeInteger(size) && Number(size) >= 0;

const readSize = (/** @type {unknown} */ size) => (isSize(size) ? Math.abs(size) : UNKNOWN); // of -0, too

/**
 * @param {Record<string, unknown>} file
 * @returns {LabelFile}
 */
const readFile = ({ name, size, type }) => ({
  name: safeFilename(typeof name === 'string' ? name : ''),
  size: readSize(size),
  type: typeof type === 'string' && MEDIA_TYPE.test(type) ? type : '',
});

/** @param {string} note */
function cleanNote(note) {
  const safe = note
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replace(UNSAFE, '')
    .trim()
    .replace(/\n{3,}/g, '\n\n');
  return Array.from(safe).slice(0, MAX_NOTE).join('').trim();
}

/**
 * @param {unknown} picture
 * @returns {Picture | null}
 */
function readPicture(picture) {
  if (!isObject(picture) || typeof picture.type !== 'string' || typeof picture.data !== 'string') return null;
  let text;
  try {
    text = atob(picture.data);
  } catch {
    return null;
  }
  const isPicture = Object.hasOwn(PICTURES, picture.type) && PICTURES[picture.type](text);
  if (btoa(text) !== picture.data || text.length > MAX_PICTURE || !isPicture) return null;
  return { type: picture.type, data: Uint8Array.from(text, (char) => char.charCodeAt(0)) };
}
