// Several files as one: a ZIP archive without compression, written as it is read. Its size is known before the
// first byte, because nothing in it depends on the content but checksums. Files are read twice, once for the
// checksum: headers that carry it up front are the ones every unpacker understands.

import { concat, encodeText } from '../crypto/bytes.js';
import { FileChangedError } from '../crypto/errors.js';
import { crc32 } from './crc32.js';
import { fileChunks } from './read.js';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;

const UTF8_NAMES = 1 << 11;
const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./selection.js').Entry} Entry */
/** @typedef {{ path: Bytes, file: File, offset: number, crc: number, time: number }} Planned */
/** @typedef {{ offset: number, size: number }} Directory */
/** @typedef {[width: number, value: number] | [Bytes]} Part */

/**
 * An archive as a source of known size; see seal.
 * @param {string} name
 * @param {Entry[]} entries
 */
export function zipSource(name, entries) {
  const planned = plan(entries);
  return { name, size: planned.size, chunks: () => write(planned) };
}

/**
 * Where everything will stand.
 * @param {Entry[]} files
 */
function plan(files) {
  let offset = 0;
  const entries = files.map(({ path, file }) => {
    const entry = { path: encodeText(path), file, offset, crc: 0, time: dosTime(new Date(file.lastModified)) };
    offset += localHeader(entry).length + file.size;
    return entry;
  });
  const directory = { offset, size: entries.reduce((sum, entry) => sum + centralHeader(entry).length, 0) };
  return { entries, directory, size: offset + directory.size + ending(entries, directory).length };
}

/** @param {{ entries: Planned[], directory: Directory }} planned */
async function* write({ entries, directory }) {
  for (const entry of entries) {
    entry.crc = 0;
    for await (const chunk of fileChunks(entry.file)) entry.crc = crc32(chunk, entry.crc);
    yield localHeader(entry);
    let crc = 0;
    for await (const chunk of fileChunks(entry.file)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (crc !== entry.crc) throw new FileChangedError();
  }
  for (const entry of entries) yield centralHeader(entry);
  yield ending(entries, directory);
}

/**
 * What both headers of an entry say of it, up to the lengths of its name and of what is extra.
 * @param {Planned} entry
 * @param {Part[]} extra
 * @returns {Part[]}
 */
function description({ path, file, crc, time }, extra) {
  const size = Math.min(file.size, MAX32);
  return [
    [2, UTF8_NAMES],
    [2, 0],
    [4, time],
    [4, crc],
    [4, size],
    [4, size],
    [2, path.length],
    [2, sizeOf(extra)],
  ];
}

/** @param {Planned} entry */
function localHeader(entry) {
  const { path, file } = entry;
  const large = file.size >= MAX32;
  const extra = large ? zip64Extra([file.size, file.size]) : [];
  return fields([4, LOCAL], [2, large ? 45 : 20], ...description(entry, extra), [path], ...extra);
}

/** @param {Planned} entry */
function centralHeader(entry) {
  const { path, file, offset } = entry;
  const wide = [...(file.size >= MAX32 ? [file.size, file.size] : []), ...(offset >= MAX32 ? [offset] : [])];
  const extra = wide.length ? zip64Extra(wide) : [];
  const version = wide.length ? 45 : 20;
  return fields(
    [4, CENTRAL],
    [2, version],
    [2, version],
    ...description(entry, extra),
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, Math.min(offset, MAX32)],
    [path],
    ...extra,
  );
}

/**
 * @param {Planned[]} entries
 * @param {Directory} directory
 */
function ending(entries, { offset, size }) {
  const count = entries.length;
  const end = fields(
    [4, END],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MAX16)],
    [2, Math.min(count, MAX16)],
    [4, Math.min(size, MAX32)],
    [4, Math.min(offset, MAX32)],
    [2, 0],
  );
  if (count < MAX16 && size < MAX32 && offset < MAX32) return end;
  const end64 = fields(
    [4, END64],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  );
  const locator = fields([4, END64_LOCATOR], [4, 0], [8, offset + size], [4, 1]);
  return concat([end64, locator, end]);
}

/** @returns {Part[]} */
const zip64Extra = (/** @type {number[]} */ values) => [
  [2, 0x0001],
  [2, values.length * 8],
  ...values.map((value) => /** @type {Part} */ ([8, value])),
];

const widthOf = (/** @type {Part} */ [first]) => (typeof first === 'number' ? first : first.length);

const sizeOf = (/** @type {Part[]} */ parts) => parts.reduce((sum, part) => sum + widthOf(part), 0);

/**
 * Little-endian fields, one after the other.
 * @param {...Part} parts
 */
function fields(...parts) {
  const bytes = new Uint8Array(sizeOf(parts));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    const [width, value] = part;
    if (typeof width !== 'number') bytes.set(width, at);
    else if (width === 2) view.setUint16(at, Number(value), true);
    else if (width === 4) view.setUint32(at, Number(value), true);
    else view.setBigUint64(at, BigInt(value ?? 0), true);
    at += widthOf(part);
  }
  return bytes;
}

/**
 * Date and time in the four bytes of 1980: local time, two-second steps, nothing earlier.
 * @param {Date} date
 */
function dosTime(date) {
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  const day = ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}
