// Several files under one link: one content, which begins with an index of what is in it, so that who receives it sees
// that first and can have any one without the others.
//
//   "SGFILES" 01 | length of the index, 4 bytes big-endian | index, JSON | contents, in the order of the index

import { concat, encodeText, startsWith } from '../crypto/bytes.js';
import { parseJson } from '../crypto/envelope.js';
import { DamagedError, PathsError } from '../crypto/errors.js';
import { isSize, MEDIA_TYPE } from '../crypto/label.js';
import { isFolder, MAX_ENTRIES, Tree } from './tree.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./selection.js').Entry} Entry */

/**
 * A file of a container, or a folder, whose path ends with "/". Where nobody said, the time, when it was changed last in
 * milliseconds since 1970, is null, the mode, which is permissions of Unix, is 0, and the type is empty. `from` and `to`
 * are its place in the content.
 * @typedef {{
 *   path: string, size: number, mode: number, time: number | null, type: string, from: number, to: number,
 * }} Listed
 */

/** What the envelope calls a container. */
export const CONTAINER_TYPE = 'application/vnd.sgraph.files';

/** What ends the name of one, for readers that do not know the type. */
const ENDING = '.sgfiles';

const MAGIC = concat([encodeText('SGFILES'), Uint8Array.of(0x01)]);
const MAX_INDEX = 16 * 1024 * 1024;
const MAX_MODE = 0o777;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** How many bytes of a content say where its index ends. */
export const CONTAINER_START = MAGIC.length + 4;

/** The name of files that are called something together. */
export const containerName = (/** @type {string} */ name) => name.replace(/\.sgfiles$/, '') + ENDING;

/** What files are called together, by the name of their container. */
export const nameOfContainer = (/** @type {string} */ name) => name.replace(/\.sgfiles$/, '');

/**
 * Files as one content. The same entries always make the same.
 * @param {string} name
 * @param {Entry[]} entries
 * @returns {import('../crypto/seal.js').Source}
 */
export function containerSource(name, entries) {
  const tree = new Tree();
  if (entries.length === 0 || entries.length > MAX_ENTRIES) throw new PathsError();
  const files = entries.map(({ path, file }) => {
    const safe = tree.add(path);
    const folder = isFolder(safe);
    const time = new Date(Math.floor(file.lastModified / 1000) * 1000);
    return {
      path: safe,
      ...(!folder && { size: file.size }),
      ...(!folder && time.getTime() >= 0 && { time: time.toISOString().replace('.000Z', 'Z') }),
      ...(!folder && MEDIA_TYPE.test(file.type) && { type: file.type }),
    };
  });
  const index = encodeText(JSON.stringify({ files }));
  if (index.length > MAX_INDEX) throw new PathsError();
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, index.length);
  const content = new Blob([MAGIC, length, index, ...entries.flatMap((e) => (isFolder(e.path) ? [] : [e.file]))]);
  return { name: containerName(name), type: CONTAINER_TYPE, content, inParts: true };
}

/**
 * Where the index of a content ends that begins with these bytes, of which CONTAINER_START are enough.
 * @param {Bytes} start
 */
export function indexEnd(start) {
  if (start.length < CONTAINER_START || !startsWith(start, MAGIC)) throw new DamagedError();
  const length = new DataView(start.buffer, start.byteOffset + MAGIC.length, 4).getUint32(0);
  if (length > MAX_INDEX) throw new DamagedError();
  return CONTAINER_START + length;
}

/**
 * What is in a container, whoever made it: paths and values are made safe. A DamagedError where it is none.
 * @param {Bytes} start of the content, up to where its index ends at least
 * @returns {{ files: Listed[], size: number }} size is that of the content
 */
export function readIndex(start) {
  const end = indexEnd(start);
  if (start.length < end) throw new DamagedError();
  const said = parseJson(start.subarray(CONTAINER_START, end));
  const entries = isObject(said) ? said.files : null;
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES || !entries.every(isObject))
    throw new DamagedError();
  const tree = new Tree();
  let at = end;
  const files = entries.map((entry) => {
    const path = safePath(tree, entry.path);
    const size = isFolder(path) ? 0 : entry.size;
    if (!isSize(size) || !isSize(at + size)) throw new DamagedError();
    const from = at;
    at += size;
    const { mode, type } = entry;
    return {
      path,
      size: Math.abs(size), // of -0, too
      mode: isSize(mode) && mode <= MAX_MODE ? Math.abs(mode) : 0,
      time: readTime(entry.time),
      type: typeof type === 'string' && MEDIA_TYPE.test(type) && !isFolder(path) ? type : '',
      from,
      to: at,
    };
  });
  return { files, size: at };
}

/**
 * @param {Tree} tree
 * @param {unknown} path
 */
function safePath(tree, path) {
  try {
    return tree.add(typeof path === 'string' ? path : '');
  } catch {
    throw new DamagedError();
  }
}

/** @returns {value is Record<string, unknown>} */
const isObject = (/** @type {unknown} */ value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** @param {unknown} said */
function readTime(said) {
  if (typeof said !== 'string' || !TIME.test(said)) return null;
  const time = Date.parse(said);
  // A day that the month has not is another one to some browsers.
  return time >= 0 && new Date(time).toISOString().startsWith(said.slice(0, -1)) ? time : null;
}
