// What needs a key, off the page's thread: it seals and sends, and opens. The page asks with {id, call, args}; the answer
// is {id, value} or {id, error}, before which {id, event, args} can come, and which {id, abort} ends early. What a call asks
// the page comes as {id, question}, and the page says {id, answer}.

import { containerSource } from '../files/container.js';
import { distrust, forget, receive, receiveArchive, receiveFolder, receiveOne, stateOf } from '../net/receiving.js';
import { seldom } from '../net/seldom.js';
import { upload } from '../net/upload.js';
import { crossing } from './crossing.js';
import { friendlyTransfer } from './key.js';
import { newBlock } from './passphrase.js';
import { grantOf, newRequestKeys, openKey, sealKey } from './request.js';
import { seal, textSource } from './seal.js';
import { mixPassphrase } from './stretch.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */
/** @typedef {import('./request.js').RequestKeys} RequestKeys */

/**
 * What a call is told by the page, and tells it.
 * @typedef {import('../net/receiving.js').Line} Line
 */

/** @param {import('./client.js').Content} content */
function sourceOf(content) {
  if ('text' in content) return textSource(content.text);
  const { entries, name, together } = content;
  return together ? containerSource(name, entries) : { name, content: entries[0].file };
}

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
  start() {},

  upload({ signal, tell }, /** @type {import('./client.js').Upload} */ { key, block, content, ...options }) {
    const source = sourceOf(content);
    const progress = seldom((/** @type {Parameters<import('../net/upload.js').OnProgress>[0]} */ bytes) =>
      tell('onProgress', bytes),
    );
    return upload((kept) => seal(key, source, { block, kept }), {
      ...options,
      signal,
      onCreated: (id) => tell('onCreated', id),
      onProgress: (bytes) => (bytes.uploaded < bytes.size ? progress.sometimes : progress.now)(bytes),
      onWait: (why) => tell('onWait', why),
    });
  },

  receive: (line, /** @type {import('../net/receiving.js').Sealed} */ sealed) => receive(sealed, line),

  receiveOne: (line, /** @type {string} */ id, /** @type {number} */ number) => receiveOne(id, number, line),

  receiveArchive: (line, /** @type {string} */ id) => receiveArchive(id, line),

  receiveFolder: (line, /** @type {string} */ id, /** @type {FileSystemDirectoryHandle} */ folder) =>
    receiveFolder(id, folder, line),

  stateOf: (_, /** @type {string} */ id) => stateOf(id),

  forget: (_, /** @type {string} */ id) => forget(id),

  distrust: (_, /** @type {string} */ id) => distrust(id),

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

/** Who waits for the page's answer. @type {Map<number, (answer: any) => void>} */
const asking = new Map();

self.addEventListener('message', async ({ data: { id, call, args, abort, answer } }) => {
  if (abort) {
    running.get(id)?.abort(new DOMException(abort, 'AbortError'));
    return;
  }
  if (answer) {
    asking.get(id)?.(answer);
    asking.delete(id);
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const tell = (/** @type {string} */ event, /** @type {unknown[]} */ ...said) =>
    self.postMessage({ id, event, args: said });
  /** @type {import('../net/receiving.js').Ask} */
  const ask = (question) =>
    new Promise((resolve, reject) => {
      asking.set(id, resolve);
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      self.postMessage({ id, question });
    });
  try {
    const value = await calls[call]({ signal: controller.signal, tell, ask }, ...args);
    self.postMessage({ id, value });
  } catch (error) {
    self.postMessage({ id, error: crossing(error) });
  } finally {
    running.delete(id);
    asking.delete(id); // what was asked and never answered
  }
});
