// Where the person wants what arrives, and what their browser can do: the page's end of save.js.

import { scriptURL } from './script-url.js';

const SCRIPT = '/saving.js'; // the service worker
const SCOPE = '/saving/';
const LOCK = 'sgraph-send saving';
const AWAKE = 10_000; // milliseconds: browsers end a service worker to which nobody speaks
const PATIENCE = 10_000;

/** From how many bytes on something goes to disk as it arrives. */
export const LARGE = 64 * 1024 * 1024;

/** Whether the browser lets a page write into a file that the person chooses. */
export const canChooseFile = () => 'showSaveFilePicker' in window;

/** Whether it does so with a folder. */
export const canChooseFolder = () => 'showDirectoryPicker' in window;

/**
 * Asks for a file; null if the person chose none.
 * @param {string} name
 * @returns {Promise<FileSystemFileHandle | null>}
 */
export const chooseFile = (name) => chosen(/** @type {any} */ (window).showSaveFilePicker?.({ suggestedName: name }));

/**
 * Asks for a folder; null if the person chose none.
 * @returns {Promise<FileSystemDirectoryHandle | null>}
 */
export const chooseFolder = () => chosen(/** @type {any} */ (window).showDirectoryPicker?.({ mode: 'readwrite' }));

/**
 * @template H
 * @param {Promise<H> | undefined} asked
 */
async function chosen(asked) {
  try {
    return (await asked) ?? null;
  } catch {
    return null;
  }
}

/**
 * Begins a download of the browser's own, through the service worker. Null where there can be none: in some private
 * windows, for one. `stop` is to be called when it is over.
 * @param {string} name
 * @param {number} size negative where it is not known
 * @returns {Promise<{ port: MessagePort, stop: () => void } | null>}
 */
export async function beginDownload(name, size) {
  if (!navigator.serviceWorker || !navigator.locks) return null;
  const stops = new AbortController();
  try {
    await navigator.serviceWorker.register(scriptURL(SCRIPT), { scope: SCOPE });
    const worker = await active(); // before the lock, for which the first one would wait, too
    await held(stops.signal);
    const { port1, port2 } = new MessageChannel();
    const path = `${SCOPE}${crypto.randomUUID()}`;
    const said = listenTo(port1);
    worker.postMessage({ path, name, size }, [port2]);
    await within(said('announced'));
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.src = path;
    document.body.append(frame);
    stops.signal.addEventListener('abort', () => frame.remove());
    await within(said('begun'));
    const timer = setInterval(() => worker.postMessage({}), AWAKE);
    stops.signal.addEventListener('abort', () => clearInterval(timer));
    port1.onmessage = null;
    return { port: port1, stop: () => stops.abort() };
  } catch {
    stops.abort();
    return null;
  }
}

/** The service worker, once it is there. */
async function active() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!worker) throw new Error('no service worker');
  if (worker.state !== 'activated') {
    await within(
      new Promise((resolve) => {
        worker.addEventListener('statechange', () => worker.state === 'activated' && resolve(undefined));
      }),
    );
  }
  return worker;
}

/**
 * Holds the lock for which a new version of the service worker waits.
 * @param {AbortSignal} until
 */
const held = (until) =>
  new Promise((resolve, reject) => {
    const over = new Promise((end) => until.addEventListener('abort', end));
    navigator.locks
      .request(LOCK, { mode: 'shared' }, () => {
        resolve(undefined);
        return over;
      })
      .catch(reject);
  });

/**
 * What comes through a port, by what it says.
 * @param {MessagePort} port
 */
function listenTo(port) {
  /** @type {Map<string, () => void>} */
  const waiting = new Map();
  const heard = new Set();
  port.onmessage = ({ data }) => {
    heard.add(data);
    waiting.get(data)?.();
  };
  return (/** @type {string} */ word) =>
    new Promise((resolve) => {
      waiting.set(word, () => resolve(undefined));
      if (heard.has(word)) resolve(undefined);
    });
}

/**
 * @template R
 * @param {Promise<R>} task
 * @returns {Promise<R>}
 */
const within = (task) =>
  Promise.race([task, new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), PATIENCE))]);
