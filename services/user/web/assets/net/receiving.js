// Receiving, in the worker: what arrives is opened and written where the page says, and passes through no page. A
// download that was begun stays here until another one is, so that what has arrived serves the next call.

import { concat } from '../crypto/bytes.js';
import { safeFilename } from '../crypto/envelope.js';
import { DamagedError } from '../crypto/errors.js';
import { discard } from '../crypto/memory.js';
import { Opener } from '../crypto/open.js';
import { SealedFile } from '../crypto/range.js';
import { Places } from '../crypto/stream.js';
import { CONTAINER_START, CONTAINER_TYPE, indexEnd, nameOfContainer, readIndex } from '../files/container.js';
import { isFolder } from '../files/tree.js';
import { ZipWriter } from '../files/zip.js';
import { FileSink, sinkAt } from '../save.js';
import { Download } from './download.js';
import { seldom } from './seldom.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('../crypto/key.js').Key} Key */
/** @typedef {import('../files/container.js').Listed} Listed */
/** @typedef {import('../save.js').Place} Place */
/** @typedef {import('../save.js').Saved} Saved */

/**
 * What is to be opened: `block` is of the passphrase that is in the key, if there is one; `size`, how many sealed bytes
 * there are, 0 where nobody said; `expires`, when it ends, in milliseconds since 1970.
 * @typedef {{ id: string, key: Key, block: Bytes | null, size: number, expires: number }} Sealed
 */

/** What the page is asked: where what arrives goes. The size is negative where it is not known. */
/** @typedef {(what: { name: string, size: number }) => Promise<Place>} Ask */

/** How a download stands, for the page: see Download. */
/** @typedef {{ begun: boolean, ends: number, isStored: boolean, isDone: boolean, kept: number }} State */

/**
 * What has arrived: one thing, or the list of several, of which any can be had next.
 * @typedef {{ saved: Saved, name: string } | { files: { path: string, size: number }[], name: string }} Received
 */

/**
 * @typedef {{
 *   signal: AbortSignal, tell: (event: string, ...args: unknown[]) => void, ask: Ask,
 * }} Line
 */

/** @type {{ id: string, download: Download, container: Container | null } | null} */
let current = null;

/** @param {string} id of a transfer */
function at(id) {
  if (current?.id !== id) current = { id, download: new Download(id), container: null };
  return current;
}

/**
 * How the download of a transfer stands.
 * @param {string} id
 * @returns {Promise<State>}
 */
export async function stateOf(id) {
  const { download } = at(id);
  await download.load();
  const { begun, ends, isStored, isDone, kept } = download;
  return { begun, ends, isStored, isDone, kept };
}

/** To be called when a download can be had no more, or shall not. */
export const forget = (/** @type {string} */ id) => at(id).download.forget();

/** Fetches again what has arrived: it is not what was sent. */
export const distrust = (/** @type {string} */ id) => at(id).download.distrust();

/**
 * Receives what a transfer has. Of several files that is the list of them, and nothing is confirmed.
 * @param {Sealed} sealed
 * @param {Line} line
 * @returns {Promise<Received>}
 */
export async function receive(sealed, line) {
  const { id, key, block } = sealed;
  const { download } = at(id);
  download.size = sealed.size;
  download.expires = sealed.expires;
  await download.load();
  /** @type {{ sink?: import('../save.js').Sink, written: number }} */
  const to = { written: 0 };
  for (let trusted = download.kept > 0; ; trusted = false) {
    const opener = new Opener(key, block);
    try {
      let toSkip = to.written; // the same bytes, in what came of a copy that was damaged later on
      for await (const bytes of opener.content(counted(download, line))) {
        if (opener.metadata?.type === CONTAINER_TYPE) return await list(sealed, line);
        const name = nameIn(opener);
        to.sink ??= await sinkAt(await line.ask({ name, size: contentSize(bytes.length, download.total, block) }));
        const fresh = bytes.subarray(Math.min(toSkip, bytes.length));
        toSkip -= bytes.length - fresh.length;
        const { length } = fresh;
        await to.sink.write(fresh);
        to.written += length;
        discard(bytes.buffer);
      }
      if (!to.sink) throw new DamagedError();
      const saved = await to.sink.close();
      await download.finish();
      return { saved, name: nameIn(opener) };
    } catch (error) {
      const isDamaged = error instanceof DamagedError;
      if (!(isDamaged && trusted)) {
        await to.sink?.abort();
        throw error;
      }
      await download.distrust(); // what this browser kept may be damaged, and what was sent whole
    }
  }
}

/** The name that what is opened has; empty where it has none. */
const nameIn = (/** @type {Opener} */ { metadata }) => (metadata?.filename ? safeFilename(metadata.filename) : '');

/**
 * Bytes of a content, by how many its first opened piece has.
 * @param {number} first
 * @param {number} total of the sealed file
 * @param {Bytes | null} block
 */
function contentSize(first, total, block) {
  const places = new Places(block);
  const count = places.countOfSealed(total);
  if (first > places.plainStart(1) || count < 2) return first;
  const plain = places.plainStart(count - 1) + total - places.sealedStart(count - 1) - 16;
  return plain - (places.plainStart(1) - first);
}

/**
 * All of the sealed bytes, of which the page is told.
 * @param {Download} download
 * @param {Line} line
 */
async function* counted(download, line) {
  const progress = new Progress(line, () => download.total);
  for await (const bytes of download.chunks(optionsOf(line))) {
    progress.add(bytes.length);
    yield bytes;
  }
  progress.end();
}

/** @param {Line} line */
const optionsOf = ({ signal, tell }) => ({
  signal,
  onWait: (/** @type {'retrying' | 'offline'} */ why) => tell('onWait', why),
});

class Progress {
  #line;
  #total;
  #done = 0;
  #telling = seldom(() => this.#line.tell('onProgress', this.#done, this.#total()));

  /**
   * @param {Line} line
   * @param {() => number} total
   */
  constructor(line, total) {
    this.#line = line;
    this.#total = total;
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#done += bytes;
    this.#telling.sometimes();
  }

  end() {
    this.#telling.now();
  }
}

/** Several files, of which any can be had. */
class Container {
  #download;
  #key;
  /** @type {SealedFile | null} */
  #sealed = null;
  /** Whom the call is of that runs. @type {Line | null} */
  #line = null;
  /** @type {Listed[]} */
  files = [];
  name = '';

  /**
   * @param {Download} download
   * @param {Sealed} sealed
   */
  constructor(download, { key, block }) {
    this.#download = download;
    this.#key = { key, block };
  }

  /** @param {Line} line */
  async open(line) {
    this.#line = line;
    const { key, block } = this.#key;
    const sealed = await SealedFile.open(key, block, {
      size: this.#download.total,
      fetch: (from, to) => this.#download.range({ from, to }, optionsOf(/** @type {Line} */ (this.#line))),
    });
    if (!sealed) throw new DamagedError();
    this.#sealed = sealed;
    this.name = nameOfContainer(safeFilename(sealed.metadata?.filename ?? ''));
    const end = indexEnd(await gather(sealed.content(0, CONTAINER_START)));
    const start = await gather(sealed.content(0, end));
    const { files, size } = readIndex(start);
    if (size !== sealed.size) throw new DamagedError();
    this.files = files;
  }

  /**
   * @param {{ from: number, to: number }} part of the content
   * @param {Line} line
   */
  async *content({ from, to }, line) {
    this.#line = line;
    const progress = new Progress(line, () => to - from);
    for await (const bytes of /** @type {SealedFile} */ (this.#sealed).content(from, to)) {
      progress.add(bytes.length);
      yield bytes;
    }
    progress.end();
  }

  /** What all files have, as it stands in the content. */
  get all() {
    return { from: this.files[0].from, to: this.files[this.files.length - 1].to };
  }

  /** To be called when all was opened. */
  finish() {
    return this.#download.finish();
  }
}

/** @param {AsyncIterable<Bytes>} chunks */
async function gather(chunks) {
  const all = [];
  for await (const chunk of chunks) all.push(chunk);
  return concat(all);
}

/**
 * @param {Sealed} sealed
 * @param {Line} line
 */
async function list(sealed, line) {
  const here = at(sealed.id);
  const container = new Container(here.download, sealed);
  await container.open(line);
  here.container = container;
  return { files: container.files.map(({ path, size }) => ({ path, size })), name: container.name };
}

/** @param {string} id */
function containerOf(id) {
  const { container } = at(id);
  if (!container) throw new Error('This was closed already.');
  return container;
}

/**
 * Receives one of several files, by its number in the list.
 * @param {string} id
 * @param {number} number
 * @param {Line} line
 * @returns {Promise<{ saved: Saved, name: string }>}
 */
export async function receiveOne(id, number, line) {
  const container = containerOf(id);
  const file = container.files[number];
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const sink = await sinkAt(await line.ask({ name, size: file.size }));
  return { saved: await filled(sink, container.content(file, line)), name };
}

/**
 * Receives all files as a ZIP archive.
 * @param {string} id
 * @param {Line} line
 * @returns {Promise<{ saved: Saved, name: string }>}
 */
export async function receiveArchive(id, line) {
  const container = containerOf(id);
  const name = `${container.name}.zip`;
  const zip = new ZipWriter(container.files);
  const sink = await sinkAt(await line.ask({ name, size: zip.size }));
  const saved = await filled(
    sink,
    (async function* () {
      for await (const bytes of container.content(container.all, line)) yield* zip.push(bytes);
      yield* zip.finish();
    })(),
  );
  await container.finish();
  return { saved, name };
}

/**
 * @param {import('../save.js').Sink} sink
 * @param {AsyncIterable<Bytes>} content
 */
async function filled(sink, content) {
  try {
    for await (const bytes of content) await sink.write(bytes);
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Receives all files into a new folder within one that the person chose. Nothing that was there is touched. Returns what
 * the new folder is called.
 * @param {string} id
 * @param {FileSystemDirectoryHandle} folder
 * @param {Line} line
 */
export async function receiveFolder(id, folder, line) {
  const container = containerOf(id);
  const { name, handle } = await newFolder(folder, container.name);
  const content = new Taker(container.content(container.all, line));
  /** @type {Map<string, FileSystemDirectoryHandle>} */
  const folders = new Map([['', handle]]);
  const folderAt = async (/** @type {string} */ path) => {
    const known = folders.get(path);
    if (known) return known;
    const cut = path.lastIndexOf('/');
    const parent = /** @type {FileSystemDirectoryHandle} */ (await folderAt(path.slice(0, Math.max(0, cut))));
    const made = await allowed(path.slice(cut + 1), (as) => parent.getDirectoryHandle(as, { create: true }));
    folders.set(path, made);
    return made;
  };
  for (const { path, size } of container.files) {
    if (isFolder(path)) {
      await folderAt(path.slice(0, -1));
      continue;
    }
    const cut = path.lastIndexOf('/');
    const within = await folderAt(path.slice(0, Math.max(0, cut)));
    const file = await allowed(path.slice(cut + 1), (as) => within.getFileHandle(as, { create: true }));
    await filled(await FileSink.open(file), content.take(size));
  }
  await content.end();
  await container.finish();
  return name;
}

/**
 * A folder that was not there.
 * @param {FileSystemDirectoryHandle} parent
 * @param {string} wanted
 */
async function newFolder(parent, wanted) {
  const taken = new Set();
  for await (const name of /** @type {any} */ (parent).keys()) taken.add(name.toLowerCase());
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} (${number})`;
    if (taken.has(name.toLowerCase())) continue;
    return { name, handle: await allowed(name, (as) => parent.getDirectoryHandle(as, { create: true })) };
  }
}

/**
 * Does something with a name; browsers refuse some that systems would obey, which then get another ending.
 * @template H
 * @param {string} name
 * @param {(name: string) => Promise<H>} task
 */
const allowed = (name, task) =>
  task(name).catch((error) => {
    if (error instanceof TypeError) return task(`${name}_`);
    throw error;
  });

/** A run of bytes, taken in parts. */
class Taker {
  #chunks;
  #rest = new Uint8Array();

  /** @param {AsyncIterable<Bytes>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * @param {number} size
   * @returns {AsyncGenerator<Bytes>}
   */
  async *take(size) {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done) throw new DamagedError();
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** To be called when all was taken: what reads on proves that it was all. */
  async end() {
    if (this.#rest.length || !(await this.#chunks.next()).done) throw new DamagedError();
  }
}
