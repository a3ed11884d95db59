// What was sent from this browser, where the person wants that kept: it is nowhere else, and opens and deletes what it is of.

import { answer, Database } from './database.js';

const KEEPING = 'sgraph-send-keeps';
const MOST = 200; // the oldest are forgotten for those that come

const sent = new Database('sgraph-sent', ['transfers'], 'default');

/**
 * A transfer of one's own, with when it was sent, in milliseconds since 1970.
 * @typedef {{
 *   id: string, key: string, deleteSecret: string, name: string, size: number, isText: boolean, sent: number,
 * }} OwnTransfer
 */

/** Whether what is sent is kept. */
export function isKeeping() {
  try {
    return localStorage.getItem(KEEPING) !== null;
  } catch {
    return false;
  }
}

/** It fails where the browser keeps nothing. */
export function keepFromNow(/** @type {boolean} */ wanted) {
  if (wanted) localStorage.setItem(KEEPING, '1');
  else localStorage.removeItem(KEEPING);
}

/**
 * @template R
 * @param {(transfers: IDBObjectStore) => Promise<R>} task
 */
const transact = (task) => sent.transact(['transfers'], task);

/** @param {OwnTransfer} transfer */
export async function keepTransfer(transfer) {
  await transact((transfers) => answer(transfers.put(transfer, transfer.id)));
  for (const { id } of (await ownTransfers()).slice(MOST)) await forgetTransfer(id);
}

/**
 * All of them, the newest first.
 * @returns {Promise<OwnTransfer[]>}
 */
export async function ownTransfers() {
  /** @type {OwnTransfer[]} */
  const all = await transact((transfers) => answer(transfers.getAll()));
  return all.sort((a, b) => b.sent - a.sent);
}

/**
 * One of them, if it is among them.
 * @param {string} id
 * @returns {Promise<OwnTransfer | undefined>}
 */
export const ownTransfer = async (id) => (isKeeping() ? transact((transfers) => answer(transfers.get(id))) : undefined);

export const forgetTransfer = (/** @type {string} */ id) => transact((transfers) => answer(transfers.delete(id)));

export const forgetAll = () => transact((transfers) => answer(transfers.clear()));
