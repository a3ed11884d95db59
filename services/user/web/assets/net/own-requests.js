// The requests for files that were made in this browser, with what opens what is sent to them. It is nowhere else.

import { answer, sending } from './database.js';

/** @typedef {import('../crypto/bytes.js').Bytes} Bytes */

/**
 * A request of one's own: its link is made of ID, seed and public key; `secret` is what the service knows its maker by.
 * Until when files can arrive is in milliseconds since 1970.
 * @typedef {{
 *   id: string, seed: Bytes, publicKey: Bytes, keys: CryptoKeyPair, secret: string, title: string, note: string,
 *   created: number, expires: number, maxTransfers: number,
 * }} OwnRequest
 */

/**
 * Keeps a request. It fails where the browser keeps nothing: then there must be no request.
 * @param {OwnRequest} request
 */
export async function keepRequest(request) {
  await sending.transact(['requests'], (requests) => answer(requests.put(request, request.id)));
  navigator.storage?.persist?.().catch(() => {}); // so that the browser does not want the room back
}

/**
 * All of them, the newest first.
 * @returns {Promise<OwnRequest[]>}
 */
export async function ownRequests() {
  /** @type {OwnRequest[]} */
  const all = await sending.transact(['requests'], (requests) => answer(requests.getAll()));
  return all.sort((a, b) => b.created - a.created);
}

/** @param {string} id */
export async function forgetRequest(id) {
  await sending.transact(['requests'], (requests) => answer(requests.delete(id)));
}
