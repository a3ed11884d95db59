// Reading what is to be sealed.

import { FileChangedError } from './errors.js';
import { discard } from './memory.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

/**
 * Those that read. A read that nobody has answered keeps nothing from being collected in Chromium: its stream goes, and
 * no answer comes.
 * @type {Set<Runs>}
 */
const reading = new Set();

/** Bytes of a run, at most. */
const LONGEST = 1024 * 1024;

/**
 * Bytes of a blob; a FileChangedError where a file was moved, deleted or written to since it was chosen.
 * @param {Blob} plain
 * @param {number} from
 * @param {number} to
 */
export async function read(plain, from, to) {
  let bytes;
  try {
    bytes = new Uint8Array(await plain.slice(from, to).arrayBuffer());
  } catch {
    throw new FileChangedError();
  }
  if (bytes.length !== to - from) throw new FileChangedError();
  return bytes;
}

/**
 * Reads a blob, one run of bytes after the other, into memory that serves again. As one stream that takes Chromium half
 * of what it takes to read each as a blob of its own, and leaves no garbage.
 */
export class Runs {
  #plain;
  #end;
  #memory;
  #at = -1;
  /** @type {ReadableStreamBYOBReader | null} null where the browser's blobs cannot be read so */
  #reader = null;

  /**
   * @param {Blob} plain
   * @param {number} end before which byte the last run ends
   * @param {ArrayBuffer[]} memory what is read into, where what is given back is put
   */
  constructor(plain, end, memory) {
    this.#plain = plain;
    this.#end = end;
    this.#memory = memory;
  }

  /**
   * A run; a FileChangedError as of read.
   * @param {number} from
   * @param {number} to
   * @returns {Promise<Bytes>}
   */
  async read(from, to) {
    if (from !== this.#at) this.#start(from);
    this.#at = to;
    if (!this.#reader) return read(this.#plain, from, to);
    const length = to - from;
    let buffer = this.#memory.pop() ?? new ArrayBuffer(LONGEST);
    for (let got = 0; got < length; ) {
      const { done, value } = await this.#reader.read(new Uint8Array(buffer, got, length - got)).catch(() => {
        throw new FileChangedError();
      });
      if (done) throw new FileChangedError();
      buffer = value.buffer;
      got += value.length;
    }
    return new Uint8Array(buffer, 0, length);
  }

  /** @param {number} from */
  #start(from) {
    this.end();
    reading.add(this);
    try {
      this.#reader = this.#plain.slice(from, this.#end).stream().getReader({ mode: 'byob' });
    } catch {
      this.#reader = null;
    }
  }

  /** Takes the memory of a run, which nobody needs any more. */
  free(/** @type {Bytes} */ { buffer }) {
    if (this.#reader) this.#memory.push(buffer);
    else discard(buffer);
  }

  /** To be called when no more is wanted. */
  end() {
    reading.delete(this);
    this.#reader?.cancel().catch(() => {}); // of a file that can be read no more
  }
}
