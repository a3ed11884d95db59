// Reading files slice by slice, so that a file of any size passes through a few megabytes of memory.

import { FileChangedError } from '../crypto/errors.js';

const SLICE = 4 * 1024 * 1024;

/** @param {Blob} file */
export async function* fileChunks(file) {
  for (let at = 0; at < file.size; at += SLICE) {
    const end = Math.min(at + SLICE, file.size);
    let slice;
    try {
      slice = new Uint8Array(await file.slice(at, end).arrayBuffer());
    } catch {
      throw new FileChangedError(); // moved, deleted, or written to since it was chosen
    }
    if (slice.length !== end - at) throw new FileChangedError();
    yield slice;
  }
}
