// Where decrypted bytes go.

/** Gathers a blob. Every piece becomes a blob of its own at once, which browsers may keep on disk. */
export class BlobSink {
  #name;
  #parts = [];

  constructor(name) {
    this.#name = name;
  }

  write(chunk) {
    this.#parts.push(new Blob([chunk]));
  }

  /** The type is left open on purpose: no blob of a stranger's is ever a page or a script of this site. */
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

  constructor(name, writable) {
    this.#name = name;
    this.#writable = writable;
  }

  static async choose(name) {
    const handle = await window.showSaveFilePicker({ suggestedName: name || 'download' });
    return new FileSink(handle.name, await handle.createWritable());
  }

  write(chunk) {
    return this.#writable.write(chunk);
  }

  async close() {
    await this.#writable.close();
    return { name: this.#name, blob: null };
  }

  abort() {
    return this.#writable.abort().catch(() => {});
  }
}
