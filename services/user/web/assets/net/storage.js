// Where a browser keeps what a download that was begun needs to go on (kept.js): IndexedDB. Every call fails where the
// browser has no such place, as in some private windows, or no room.

/** @typedef {import('./kept.js').Claim} Claim */

const NAME = 'sgraph-send';
const LAST = 2 ** 32; // a number that no piece has

/**
 * @template R
 * @param {IDBRequest<R>} request
 * @returns {Promise<R>}
 */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** The database, without what is over. */
function database() {
  opened ??= open();
  return opened;
}

async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('claims');
    request.result.createObjectStore('pieces');
  };
  const db = await answer(request);
  await transact(db, async (claims, pieces) => {
    const [ids, all] = await Promise.all([answer(claims.getAllKeys()), answer(claims.getAll())]);
    await Promise.all(ids.filter((_, i) => all[i].ends <= Date.now()).map((id) => erase(claims, pieces, id)));
  });
  return db;
}

/**
 * @template R
 * @param {IDBDatabase} db
 * @param {(claims: IDBObjectStore, pieces: IDBObjectStore) => Promise<R>} task
 * @returns {Promise<R>}
 */
async function transact(db, task) {
  const transaction = db.transaction(['claims', 'pieces'], 'readwrite');
  const complete = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error); // no room, for one
  });
  const [result] = await Promise.all([
    task(transaction.objectStore('claims'), transaction.objectStore('pieces')),
    complete,
  ]);
  return result;
}

const piecesOf = (/** @type {IDBValidKey} */ id) => IDBKeyRange.bound([id, 0], [id, LAST]);

/**
 * @param {IDBObjectStore} claims
 * @param {IDBObjectStore} pieces
 * @param {IDBValidKey} id
 */
const erase = (claims, pieces, id) => Promise.all([answer(claims.delete(id)), answer(pieces.delete(piecesOf(id)))]);

/** Removes what is over, as every use of the storage does. */
export async function removeOver() {
  await database();
}

/**
 * The claim of a transfer, if there is one, and how many pieces of its bytes there are.
 * @param {string} id
 * @returns {Promise<{ claim: Claim | null, count: number }>}
 */
export async function find(id) {
  return transact(await database(), async (claims, pieces) => {
    const [claim, count] = await Promise.all([answer(claims.get(id)), answer(pieces.count(piecesOf(id)))]);
    return { claim: claim ?? null, count };
  });
}

/**
 * @param {string} id
 * @param {Claim} claim
 */
export async function saveClaim(id, claim) {
  await transact(await database(), (claims) => answer(claims.put(claim, id)));
}

/**
 * Keeps a piece, unless another tab is done with the download and has erased what was kept of it.
 * @param {string} id
 * @param {number} index
 * @param {Blob} piece
 */
export async function savePiece(id, index, piece) {
  await transact(await database(), async (claims, pieces) => {
    if (await answer(claims.getKey(id))) await answer(pieces.put(piece, [id, index]));
  });
}

/**
 * @param {string} id
 * @param {number} index
 * @returns {Promise<Blob | undefined>}
 */
export async function findPiece(id, index) {
  return transact(await database(), (_, pieces) => answer(pieces.get([id, index])));
}

/** @param {string} id */
export async function remove(id) {
  await transact(await database(), (claims, pieces) => erase(claims, pieces, id));
}
