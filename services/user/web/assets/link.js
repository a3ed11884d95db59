// Links: how they are written, and everything that has ever been a link and must still open.

import { FRIENDLY_TOKEN, readKey } from './crypto/key.js';

/** @typedef {{ id: string, key: string, friendly: string }} Address each empty when absent */

// Twelve digits so far; longer ones may come.
const TRANSFER_ID = /^[0-9a-f]{12,64}$/;

// Quotes and invisible characters come along when a link is copied out of a mail or a chat.
const NOISE = /["'`\u201c\u201d\u2018\u2019\u00ab\u00bb\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

export const stripNoise = (/** @type {string} */ text) => text.replace(NOISE, '');

/**
 * The links of a transfer. Both id and key stand in the fragment, which browsers never send.
 * @param {string} origin
 * @param {string} id
 * @param {string} key
 */
export function writeLinks(origin, id, key) {
  return { whole: `${origin}/d/#${id}/${key}`, withoutKey: `${origin}/d/#${id}` };
}

/**
 * What a page address points to. Knows #id/key, #id, #friendly-token,
 * /d/id#key and ?id=; a "|…" suffix once pointed into an archive and is ignored.
 * @param {{ pathname: string, search: string, hash: string }} address
 * @returns {Address}
 */
export function readAddress({ pathname, search, hash }) {
  let fragment = hash.replace(/^#/, '');
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // Not percent-encoded after all: take it as it stands.
  }
  fragment = stripNoise(fragment).split('|')[0];
  const idInPath = pathname.match(/^\/d\/([0-9a-f]{12,64})\/?$/)?.[1];
  const idInQuery = stripNoise(new URLSearchParams(search).get('id') ?? '');
  const id = idInPath ?? (TRANSFER_ID.test(idInQuery) ? idInQuery : '');
  // With the id elsewhere, what has no slash is the key.
  if (id && !fragment.includes('/')) return { id, key: fragment, friendly: '' };
  return readFragment(fragment, id);
}

/**
 * @param {string} fragment
 * @param {string} idElsewhere
 */
function readFragment(fragment, idElsewhere) {
  if (FRIENDLY_TOKEN.test(fragment)) return { id: '', key: '', friendly: fragment };
  // A key may hold "/" when it was written in plain base64, so only the first slash divides.
  const slash = fragment.indexOf('/');
  const id = slash < 0 ? fragment : fragment.slice(0, slash);
  const key = slash < 0 ? '' : fragment.slice(slash + 1);
  if (TRANSFER_ID.test(id)) return { id, key, friendly: '' };
  return { id: idElsewhere, key: '', friendly: '' };
}

/**
 * What someone pasted into the page: a whole link, an id with or without its key, or a friendly token.
 * @param {string} text
 */
export function readPasted(text) {
  const clean = stripNoise(text);
  if (/^[a-z]+:\/\//i.test(clean)) {
    try {
      return readAddress(new URL(clean));
    } catch {
      return { id: '', key: '', friendly: '' };
    }
  }
  const [id, fragment] = clean.includes('#') ? clean.split('#') : ['', clean];
  return readAddress({ pathname: TRANSFER_ID.test(id) ? `/d/${id}` : '', search: '', hash: fragment });
}

/**
 * The key in what someone typed into the key box; a whole link does as well. Null when there is none.
 * @param {string} text
 */
export function readPastedKey(text) {
  const clean = stripNoise(text);
  const key = readKey(clean) ? clean : readPasted(clean).key;
  return readKey(key);
}
