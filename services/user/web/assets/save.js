// Where decrypted bytes go.

/** @typedef {{ name: string, blob: Blob | null }} Saved blob is null for what is in a file already */

/** Gathers a blob. Every piece becomes a blob of its own at once, which browsers may keep on disk. */
export class BlobSink {
  #name;
  /** @type {Blob[]} */
  #parts = [];

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  write(chunk) {
    this.#parts.push(new Blob([chunk]));
  }

  /**
   * The type is left open on purpose: no blob of a stranger's is ever a page or a script of this site.
   * @returns {Saved}
   */
  close() {
    return { name: this.#name, blob: new Blob(this.#parts, { type: 'application/octet-stream' }) };
  }

  abort() {
    this.#parts = [];
  }
}

/** Writes into a file that the person chose. The file appears only when all of it is there. */
export class FileSink {
  #name;
  #writable;

  /**
   * @param {string} name
   * @param {FileSystemWritableFileStream} writable
   */
  constructor(name, writable) {
    this.#name = name;
    this.#writable = writable;
  }

  /** Whether the browser lets a page write into a file. */
  static get supported() {
    return 'showSaveFilePicker' in window;
  }

  /** @param {string} name */
  static async choose(name) {
    const handle = await /** @type {any} */ (window).showSaveFilePicker({ suggestedName: name || 'download' });
    return new FileSink(handle.name, await handle.createWritable());
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  write(chunk) {
    return this.#writable.write(chunk);
  }

  /** @returns {Promise<Saved>} */
  async close() {
    await this.#writable.close();
    return { name: this.#name, blob: null };
  }

  abort() {
    return this.#writable.abort().catch(() => {});
  }
}
