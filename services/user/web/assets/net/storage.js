// Where a browser keeps what a download that was begun needs to go on (kept.js): IndexedDB, and for the pieces a file of
// the page's own, in the origin-private file system, where there is one. Every call fails where the browser has no such
// place, as in some private windows, or no room.
//
// In the file a piece stands where it stands in what is downloaded. It counts once the database says that it is there.

import { answer, Database, rowsOf } from './database.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./kept.js').Claim} Claim */
/** @typedef {{ at: number, size: number }} Place of a piece in the file */
/** @typedef {{ write: (bytes: Bytes, options: { at: number }) => number, close: () => void }} File */

const FOLDER = 'received';

/** Whether pieces go into a file. Only a worker can write there without a copy of the whole. */
const hasFiles = () => 'FileSystemSyncAccessHandle' in globalThis && Boolean(navigator.storage?.getDirectory);

const folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });

/**
 * Erases files, if there are any.
 * @param {IDBValidKey[]} ids
 */
async function eraseFiles(ids) {
  if (ids.length === 0 || !navigator.storage?.getDirectory) return;
  const files = await folder().catch(() => null);
  await Promise.all(ids.map((id) => files?.removeEntry(String(id)).catch(() => {})));
}

const received = new Database('sgraph-send', ['claims', 'pieces'], 'default');

/** @type {Promise<void> | undefined} */
let cleared;

/**
 * Does something with what is kept, which is without what is over.
 * @template R
 * @param {(claims: IDBObjectStore, pieces: IDBObjectStore) => Promise<R>} task
 * @returns {Promise<R>}
 */
async function transact(task) {
  await removeOver();
  return received.transact(['claims', 'pieces'], task);
}

async function clear() {
  /** @type {IDBValidKey[]} */
  let last = [];
  const files = await filesOf(); // before the claims: a file is made when there is one
  await received.transact(['claims', 'pieces'], async (claims, pieces) => {
    const [ids, all] = await Promise.all([answer(claims.getAllKeys()), answer(claims.getAll())]);
    const over = ids.filter((_, i) => all[i].ends <= Date.now());
    last = ids.filter((id) => !over.includes(id));
    await Promise.all(over.map((id) => erase(claims, pieces, id)));
  });
  // Also those of which another tab had the file open when their claim was erased.
  await eraseFiles(files.filter((id) => !last.includes(id)));
}

/** Of which downloads there are files. */
async function filesOf() {
  /** @type {string[]} */
  const ids = [];
  try {
    const files = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    for await (const id of /** @type {any} */ (files).keys()) ids.push(id);
  } catch {
    // there is no such place, or nothing was ever put there
  }
  return ids;
}

/**
 * @param {IDBObjectStore} claims
 * @param {IDBObjectStore} pieces
 * @param {IDBValidKey} id
 */
const erase = (claims, pieces, id) => Promise.all([answer(claims.delete(id)), answer(pieces.delete(rowsOf(id)))]);

/** Removes what is over, as every use of the storage does. */
export async function removeOver() {
  cleared ??= clear();
  await cleared;
}

/**
 * The claim of a transfer, if there is one, and how many pieces of its bytes there are.
 * @param {string} id
 * @returns {Promise<{ claim: Claim | null, count: number }>}
 */
export async function find(id) {
  return transact(async (claims, pieces) => {
    const [claim, count] = await Promise.all([answer(claims.get(id)), answer(pieces.count(rowsOf(id)))]);
    return { claim: claim ?? null, count };
  });
}

/**
 * @param {string} id
 * @param {Claim} claim
 */
export async function saveClaim(id, claim) {
  await transact((claims) => answer(claims.put(claim, id)));
}

/**
 * The file into which the pieces of a download are written; null where there is none. Tabs write side by side, the same
 * bytes; where a browser knows no such mode the first has the file, and there is none for the others.
 * @param {string} id
 * @returns {Promise<File | null>}
 */
export async function openFile(id) {
  await removeOver(); // and nothing is written where there is no database
  if (!hasFiles()) return null;
  const handle = await (await folder()).getFileHandle(id, { create: true });
  try {
    return await /** @type {any} */ (handle).createSyncAccessHandle({ mode: 'readwrite-unsafe' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') return null;
    throw error;
  }
}

/**
 * Keeps pieces, or where they are in the file, unless another tab is done with the download and has erased what was kept
 * of it.
 * @param {string} id
 * @param {Map<number, Blob | Place>} added by their numbers
 */
export async function savePieces(id, added) {
  await transact(async (claims, pieces) => {
    if (!(await answer(claims.getKey(id)))) return;
    await Promise.all([...added].map(([index, piece]) => answer(pieces.put(piece, [id, index]))));
  });
}

/**
 * So many pieces, from one on, as far as they are here and follow each other.
 * @param {string} id
 * @param {number} first
 * @param {number} count
 * @returns {Promise<Blob[]>}
 */
export async function findPieces(id, first, count) {
  const rows = IDBKeyRange.bound([id, first], [id, first + count - 1]);
  /** @type {[any[], (Blob | Place)[]]} */
  const [keys, pieces] = await transact((_, pieces) =>
    Promise.all([answer(pieces.getAllKeys(rows)), answer(pieces.getAll(rows))]),
  );
  /** @type {globalThis.File | undefined} */
  let file;
  const found = [];
  for (const [i, piece] of pieces.entries()) {
    if (keys[i][1] !== first + i) break;
    if (piece instanceof Blob) {
      found.push(piece);
      continue;
    }
    file ??= await (await (await folder()).getFileHandle(id)).getFile();
    const part = file.slice(piece.at, piece.at + piece.size);
    if (part.size < piece.size) break;
    found.push(part);
  }
  return found;
}

/**
 * Erases what is kept of a download.
 * @param {string} id
 */
export async function remove(id) {
  await transact((claims, pieces) => erase(claims, pieces, id));
  await eraseFiles([id]);
}

/** How many bytes more may be kept: half of what the browser gives, since what comes of them needs as much. */
export async function room() {
  if (!hasFiles()) return 0;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return Math.max(0, (quota - usage) / 2);
}
