// What needs a key, off the page's thread: it seals and sends, and opens. The page asks with {id, call, args}; the answer
// is {id, value} or {id, error}, before which {id, event, args} can come, and which {id, abort} ends early. Sessions live
// until closed; bytes are handed over, not copied.

import { CONTAINER_TYPE, containerSource, nameOfContainer } from '../files/container.js';
import { ContainerZip } from '../files/zip.js';
import { upload } from '../net/upload.js';
import { safeFilename } from './envelope.js';
import { friendlyTransfer } from './key.js';
import { Opener } from './open.js';
import { mixPassphrase, newBlock } from './passphrase.js';
import { grantOf, newRequestKeys, openKey, sealKey } from './request.js';
import { seal, textSource } from './seal.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {import('./request.js').RequestKeys} RequestKeys */

/**
 * What a call is told by the page, and tells it.
 * @typedef {{ signal: AbortSignal, tell: (event: string, ...args: unknown[]) => void }} Line
 */

/** @param {import('./client.js').Content} content */
function sourceOf(content) {
  if ('text' in content) return textSource(content.text);
  const { entries, name, together } = content;
  return together ? containerSource(name, entries) : { name, content: entries[0].file };
}

/** What is opened as it arrives: a container comes out as a ZIP archive. */
class Opening {
  #opener;
  /** @type {ContainerZip | null} */
  #zip = null;

  /**
   * @param {Key} key
   * @param {Bytes | null} block
   */
  constructor(key, block) {
    this.#opener = new Opener(key, block);
  }

  /** @param {Bytes} chunk */
  async push(chunk) {
    return this.#opened(await this.#opener.push(chunk));
  }

  async finish() {
    const { chunks, ...known } = this.#opened(await this.#opener.finish());
    return { ...known, chunks: this.#zip ? [...chunks, ...this.#zip.finish()] : chunks };
  }

  /**
   * @param {Bytes[]} chunks
   * @returns {import('./client.js').Opened}
   */
  #opened(chunks) {
    const { metadata } = this.#opener;
    const known = metadata !== undefined;
    const name = metadata?.filename ? safeFilename(metadata.filename) : '';
    if (metadata?.type !== CONTAINER_TYPE) return { chunks, known, name };
    this.#zip ??= new ContainerZip();
    return {
      chunks: chunks.flatMap((chunk) => this.#zip?.push(chunk) ?? []),
      known,
      name: `${nameOfContainer(name)}.zip`,
    };
  }
}

/** What is under way, by the number that the page knows it by. */
class Sessions {
  /** @type {Map<number, Opening>} */
  #all = new Map();
  #last = 0;

  /** @param {Opening} session */
  keep(session) {
    this.#all.set(++this.#last, session);
    return this.#last;
  }

  /** @param {number} number */
  get(number) {
    const session = this.#all.get(number);
    if (!session) throw new Error('This was closed already.');
    return session;
  }

  /** @param {number} number */
  close(number) {
    this.#all.delete(number);
  }
}

const sessions = new Sessions();

/** How much is done of what is told to a page a hundred times at most. */
function percents(/** @type {(done: number) => void} */ tell) {
  let last = -1;
  return (/** @type {number} */ done) => {
    const percent = Math.floor(done * 100);
    if (percent > last) tell(done);
    last = Math.max(last, percent);
  };
}

/** @type {Record<string, (line: Line, ...args: any[]) => unknown>} */
const calls = {
  upload({ signal, tell }, /** @type {import('./client.js').Upload} */ { key, block, content, ...options }) {
    const source = sourceOf(content);
    return upload((kept) => seal(key, source, { block, kept }), {
      ...options,
      signal,
      onCreated: (id) => tell('onCreated', id),
      onProgress: (bytes) => tell('onProgress', bytes),
      onWait: (why) => tell('onWait', why),
    });
  },

  open: (_, /** @type {Key} */ key, /** @type {Bytes | null} */ block) => sessions.keep(new Opening(key, block)),

  push: (_, /** @type {number} */ session, /** @type {Bytes} */ chunk) => sessions.get(session).push(chunk),

  finish: (_, /** @type {number} */ session) => sessions.get(session).finish(),

  close: (_, /** @type {number} */ session) => sessions.close(session),

  friendly: (_, /** @type {string} */ token) => friendlyTransfer(token),

  async lock({ tell }, /** @type {Key} */ key, /** @type {string} */ passphrase, /** @type {Bytes | null} */ given) {
    const block = given ?? newBlock();
    const onProgress = percents((done) => tell('onProgress', done));
    return { key: await mixPassphrase(key, passphrase, block, onProgress), block };
  },

  newRequestKeys: () => newRequestKeys(),

  sealKey: (_, /** @type {Bytes} */ publicKey, /** @type {string} */ requestId, /** @type {Key} */ key) =>
    sealKey(publicKey, requestId, key),

  openKey: (_, /** @type {RequestKeys} */ keys, /** @type {string} */ requestId, /** @type {Bytes} */ sealed) =>
    openKey(keys, requestId, sealed),

  grant: (_, /** @type {Bytes} */ seed) => grantOf(seed),
};

/** What can be ended early. @type {Map<number, AbortController>} */
const running = new Map();

/** The buffers in an answer, which change hands: nothing here uses them again. */
function handedOver(/** @type {any} */ value) {
  /** @type {Bytes[]} */
  const views = value instanceof Uint8Array ? [value] : (value?.chunks ?? []);
  return [...new Set(views.map((view) => view.buffer))];
}

/** An error as it crosses to the page, with what it says of itself. */
function crossing(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { ...error, name: error.name, message: error.message };
}

self.addEventListener('message', async ({ data: { id, call, args, abort } }) => {
  if (abort) {
    running.get(id)?.abort(new DOMException(abort, 'AbortError'));
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const tell = (/** @type {string} */ event, /** @type {unknown[]} */ ...said) =>
    self.postMessage({ id, event, args: said });
  try {
    const value = await calls[call]({ signal: controller.signal, tell }, ...args);
    self.postMessage({ id, value }, { transfer: handedOver(value) });
  } catch (error) {
    self.postMessage({ id, error: crossing(error) });
  } finally {
    running.delete(id);
  }
});
