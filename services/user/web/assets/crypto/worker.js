// Encryption and decryption off the page's thread. The page asks with {id, call, args}; the answer is {id, value}
// or {id, error}. Sessions live until closed; bytes are handed over, not copied.

import { fileChunks } from '../files/read.js';
import { zipSource } from '../files/zip.js';
import { ByteQueue } from './bytes.js';
import { safeFilename } from './envelope.js';
import { friendlyTransfer } from './key.js';
import { Opener } from './open.js';
import { seal, textSource } from './seal.js';

const sessions = new Map();
let lastSession = 0;

function keep(session) {
  sessions.set(++lastSession, session);
  return lastSession;
}

function sourceOf({ text, entries, name, archive }) {
  if (text !== undefined) return textSource(text);
  if (archive) return zipSource(name, entries);
  const { file } = entries[0];
  return { name, size: file.size, chunks: () => fileChunks(file) };
}

/** A run of chunks read in pieces of exactly the length asked for. */
class Puller {
  #chunks;
  #queue = new ByteQueue();

  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async pull(length) {
    while (this.#queue.length < length) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#queue.push(value);
    }
    return this.#queue.take(length);
  }
}

const calls = {
  seal(key, content) {
    const { plainSize, size, chunks } = seal(key, sourceOf(content));
    return { session: keep(new Puller(chunks)), plainSize, size };
  },

  pull: (session, length) => sessions.get(session).pull(length),

  open: (key) => keep(new Opener(key)),

  async push(session, chunk) {
    const opener = sessions.get(session);
    return opened(opener, await opener.push(chunk));
  },

  async finish(session) {
    const opener = sessions.get(session);
    return opened(opener, await opener.finish());
  },

  close(session) {
    sessions.delete(session);
  },

  friendly: friendlyTransfer,
};

function opened({ metadata }, chunks) {
  const name = metadata?.filename ? safeFilename(metadata.filename) : '';
  return { chunks, known: metadata !== undefined, name };
}

/** The buffers in an answer, which change hands: nothing here uses them again. */
function handedOver(value) {
  const views = value instanceof Uint8Array ? [value] : (value?.chunks ?? []);
  return [...new Set(views.map((view) => view.buffer))];
}

self.addEventListener('message', async ({ data: { id, call, args } }) => {
  try {
    const value = await calls[call](...args);
    self.postMessage({ id, value }, handedOver(value));
  } catch (error) {
    self.postMessage({ id, error: { code: error.code ?? '', message: String(error.message ?? error) } });
  }
});
