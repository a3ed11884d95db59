// Where decrypted bytes go. The page chooses (destination.js), and the worker that decrypts writes.

/** @typedef {import('./crypto/bytes.js').Bytes} Bytes */

/**
 * A place: a blob, for what is small; a file that the person chose; a download of the browser, through the service
 * worker at the other end of a port; or a file of the page's own, which the browser copies in the end.
 * @typedef {{ kind: 'blob' | 'own' } | { kind: 'file', handle: FileSystemFileHandle } |
 *   { kind: 'stream', port: MessagePort }} Place
 */

/**
 * What is there in the end: a blob where it is still to be saved.
 * @typedef {{ blob: Blob | null, name: string }} Saved name is that of a file that was chosen, or empty
 */

/** @typedef {{ write: (bytes: Bytes) => unknown, close: () => Promise<Saved>, abort: () => unknown }} Sink */

const FOLDER = 'opened'; // of the files of the page's own

/**
 * @param {Place} place
 * @returns {Promise<Sink>}
 */
export async function sinkAt(place) {
  if (place.kind === 'file') return FileSink.open(place.handle);
  if (place.kind === 'stream') return new StreamSink(place.port);
  return place.kind === 'own' ? OwnSink.open().catch(() => new BlobSink()) : new BlobSink();
}

/** Gathers a blob. Every piece becomes a blob of its own at once, which browsers may keep on disk. */
class BlobSink {
  /** @type {Blob[]} */
  #parts = [];

  /** @param {Bytes} bytes */
  write(bytes) {
    this.#parts.push(new Blob([bytes]));
  }

  /** The type is left open on purpose: no blob of a stranger's is ever a page or a script of this site. */
  async close() {
    return { blob: new Blob(this.#parts, { type: 'application/octet-stream' }), name: '' };
  }

  abort() {
    this.#parts = [];
  }
}

/** Bytes that are written into a chosen file at once: each time costs the browser more than to put them together. */
const RUN = 8 * 1024 * 1024;

/** What runs are put together in, of which none is being written. @type {Bytes[]} */
const free = [];

/** Writes into a file that the person chose. The file appears only when all of it is there. */
export class FileSink {
  #name;
  #writable;
  #run = free.pop() ?? new Uint8Array(RUN);
  #length = 0;

  /** @param {FileSystemFileHandle} handle */
  static async open(handle) {
    return new FileSink(handle.name, await handle.createWritable());
  }

  /**
   * @param {string} name
   * @param {FileSystemWritableFileStream} writable
   */
  constructor(name, writable) {
    this.#name = name;
    this.#writable = writable;
  }

  /** @param {Bytes} bytes */
  async write(bytes) {
    for (let rest = bytes; rest.length; ) {
      const part = rest.subarray(0, RUN - this.#length);
      this.#run.set(part, this.#length);
      this.#length += part.length;
      rest = rest.subarray(part.length);
      if (this.#length === RUN) await this.#writeRun();
    }
  }

  async #writeRun() {
    if (this.#length) await this.#writable.write(this.#run.subarray(0, this.#length));
    this.#length = 0;
  }

  async close() {
    await this.#writeRun();
    free.push(this.#run);
    await this.#writable.close();
    return { blob: null, name: this.#name };
  }

  abort() {
    return this.#writable.abort().catch(() => {});
  }
}

/** Hands bytes to the service worker, when it asks for them. */
class StreamSink {
  #port;
  #asked = 0;
  #isCancelled = false;
  #wake = () => {};

  /** @param {MessagePort} port */
  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (data === 'more') this.#asked++;
      if (data === 'cancelled') this.#isCancelled = true;
      this.#wake();
    };
    port.postMessage('ready');
  }

  async #turn() {
    while (this.#asked === 0 && !this.#isCancelled) {
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    }
    if (this.#isCancelled) throw new DOMException('cancelled', 'AbortError');
    this.#asked--;
  }

  /** @param {Bytes} bytes */
  async write(bytes) {
    if (bytes.length === 0) return;
    await this.#turn();
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    this.#port.postMessage(whole, [whole.buffer]);
  }

  async close() {
    await this.#turn();
    this.#port.postMessage(null);
    return { blob: null, name: '' };
  }

  abort() {
    this.#port.postMessage('failed');
  }
}

/** Writes into a file of the page's own. */
class OwnSink {
  #folder;
  #handle;
  #file;
  #at = 0;

  static async open() {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const handle = await folder.getFileHandle(crypto.randomUUID(), { create: true });
    return new OwnSink(folder, handle, await /** @type {any} */ (handle).createSyncAccessHandle());
  }

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {FileSystemFileHandle} handle
   * @param {{ write: (bytes: Bytes, options: { at: number }) => number, close: () => void }} file
   */
  constructor(folder, handle, file) {
    this.#folder = folder;
    this.#handle = handle;
    this.#file = file;
  }

  /** @param {Bytes} bytes */
  write(bytes) {
    if (this.#file.write(bytes, { at: this.#at }) < bytes.length)
      throw new DOMException('no room', 'QuotaExceededError');
    this.#at += bytes.length;
  }

  async close() {
    this.#file.close();
    return { blob: await this.#handle.getFile(), name: '' };
  }

  async abort() {
    this.#file.close();
    await this.#folder.removeEntry(this.#handle.name).catch(() => {}); // not all browsers know handle.remove()
  }
}

/** Removes the files of the page's own that another page left. */
export async function removeOwn() {
  const root = await navigator.storage?.getDirectory?.();
  await root?.removeEntry(FOLDER, { recursive: true });
}
