// The files of a container as a ZIP archive without compression, made as they arrive. A checksum is known when its file
// has gone by: it stands behind it, and in the directory.

import { ByteQueue, concat, encodeText } from '../crypto/bytes.js';
import { DamagedError } from '../crypto/errors.js';
import { CONTAINER_START, indexEnd, readIndex } from './container.js';
import { crc32 } from './crc32.js';
import { isFolder } from './tree.js';

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;

const BEHIND = 1 << 3; // checksum and lengths follow the file
const UTF8_NAMES = 1 << 11;
const UNIX = 3 << 8; // who made it, as the permissions say
const IS_FILE = 0o100000;
const IS_FOLDER = 0o040000;
const DOS_FOLDER = 0x10;
const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./container.js').Listed} Listed */
/** @typedef {{ path: Bytes, size: number, mode: number, folder: boolean, offset: number, crc: number, time: number }} Planned */
/** @typedef {{ offset: number, size: number }} Directory */
/** @typedef {[width: number, value: number] | [Bytes]} Part */

/** Makes the archive: what is in the files goes in, one file after the other, and the archive comes out. */
export class ZipWriter {
  /** @type {Planned[]} */
  #entries;
  #next = 0;
  #left = 0;
  #offset = 0;

  /** @param {Listed[]} files */
  constructor(files) {
    this.#entries = files.map(({ path, size, mode, time }) => ({
      path: encodeText(path),
      size,
      mode,
      folder: isFolder(path),
      offset: 0,
      crc: 0,
      time: dosTime(time === null ? new Date(1980, 0, 1) : new Date(time)),
    }));
  }

  /** How long the archive will be. */
  get size() {
    const local = this.#entries.reduce((sum, entry) => {
      entry.offset = sum;
      return sum + localHeader(entry).length + entry.size + descriptor(entry).length;
    }, 0);
    const directory = { offset: local, size: this.#entries.reduce((sum, e) => sum + centralHeader(e).length, 0) };
    return local + directory.size + ending(this.#entries, directory).length;
  }

  /**
   * Takes what is in the files; returns the archive up to there.
   * @param {Bytes} bytes
   */
  push(bytes) {
    /** @type {Bytes[]} */
    const out = [];
    for (let rest = bytes; ; ) {
      while (this.#left === 0) if (!this.#begin(out)) return this.#count(out, rest);
      if (rest.length === 0) return out;
      const entry = this.#entries[this.#next - 1];
      const part = rest.subarray(0, this.#left);
      rest = rest.subarray(part.length);
      entry.crc = crc32(part, entry.crc);
      this.#left -= part.length;
      out.push(part);
      this.#offset += part.length;
      if (this.#left === 0) this.#add(out, descriptor(entry));
    }
  }

  /** To be called once all has gone in; returns the rest of the archive. */
  finish() {
    const out = this.push(new Uint8Array());
    if (this.#left > 0) throw new DamagedError();
    const offset = this.#offset;
    for (const entry of this.#entries) this.#add(out, centralHeader(entry));
    this.#add(out, ending(this.#entries, { offset, size: this.#offset - offset }));
    return out;
  }

  /**
   * Begins the next file; false where there is none.
   * @param {Bytes[]} out
   */
  #begin(out) {
    if (this.#next === this.#entries.length) return false;
    const entry = this.#entries[this.#next++];
    entry.offset = this.#offset;
    this.#left = entry.size;
    this.#add(out, localHeader(entry));
    if (entry.size === 0) this.#add(out, descriptor(entry));
    return true;
  }

  /**
   * @param {Bytes[]} out
   * @param {Bytes} bytes
   */
  #add(out, bytes) {
    this.#offset += bytes.length;
    out.push(bytes);
  }

  /**
   * What comes behind the last file is none of it.
   * @param {Bytes[]} out
   * @param {Bytes} rest
   */
  #count(out, rest) {
    if (rest.length > 0) throw new DamagedError();
    return out;
  }
}

/** Makes the archive of a container's content, as that arrives. */
export class ContainerZip {
  #start = new ByteQueue();
  #needed = CONTAINER_START;
  /** @type {ZipWriter | null} */
  #writer = null;

  /**
   * @param {Bytes} chunk
   * @returns {Bytes[]}
   */
  push(chunk) {
    if (this.#writer) return this.#writer.push(chunk);
    this.#start.push(chunk);
    if (this.#start.length < this.#needed) return [];
    const start = this.#start.take(this.#start.length);
    this.#needed = indexEnd(start);
    if (start.length < this.#needed) {
      this.#start.push(start);
      return [];
    }
    this.#writer = new ZipWriter(readIndex(start).files);
    return this.#writer.push(start.subarray(this.#needed));
  }

  finish() {
    if (!this.#writer) throw new DamagedError();
    return this.#writer.finish();
  }
}

/**
 * What both headers of an entry say of it, from its flags on and up to the lengths of its name and of what is extra.
 * @param {Planned} entry
 * @param {{ crc: number, size: number, extra: Part[] }} known
 * @returns {Part[]}
 */
function description({ path, time, folder }, { crc, size, extra }) {
  return [
    [2, UTF8_NAMES | (folder ? 0 : BEHIND)],
    [2, 0],
    [4, time],
    [4, crc],
    [4, size],
    [4, size],
    [2, path.length],
    [2, sizeOf(extra)],
  ];
}

const isLarge = (/** @type {Planned} */ { size }) => size >= MAX32;

/** @param {Planned} entry */
function localHeader(entry) {
  const large = isLarge(entry);
  const extra = large ? zip64Extra([0, 0]) : [];
  const known = { crc: 0, size: large ? MAX32 : 0, extra };
  return fields([4, LOCAL], [2, large ? 45 : 20], ...description(entry, known), [entry.path], ...extra);
}

/** @param {Planned} entry */
function descriptor(entry) {
  const { crc, size, folder } = entry;
  if (folder) return fields();
  const width = isLarge(entry) ? 8 : 4;
  return fields([4, DESCRIPTOR], [4, crc], [width, size], [width, size]);
}

/** @param {Planned} entry */
function centralHeader(entry) {
  const { path, size, offset, crc, mode, folder } = entry;
  const wide = [...(isLarge(entry) ? [size, size] : []), ...(offset >= MAX32 ? [offset] : [])];
  const extra = wide.length ? zip64Extra(wide) : [];
  const version = wide.length ? 45 : 20;
  const permissions = mode ? (mode | (folder ? IS_FOLDER : IS_FILE)) * 65536 : 0;
  return fields(
    [4, CENTRAL],
    [2, version | (mode ? UNIX : 0)],
    [2, version],
    ...description(entry, { crc, size: Math.min(size, MAX32), extra }),
    [2, 0],
    [2, 0],
    [2, 0],
    [4, permissions + (folder ? DOS_FOLDER : 0)],
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
