// Reading links and keys out of what a person pasted, or a browser was given.

import { readings } from './readings.js';
import { decodeKey, hasKeyWithoutID, isFaulty, keys, requests, sightings } from './sightings.js';

/** @typedef {import('./sightings.js').Sighting} Sighting */

/**
 * What was read: a link, or the key alone. Each part is empty where the text has none. `reason` is empty, or says why
 * nothing can be read, in a word of docs/formats.md; of a link whose key is not whole, `id` is there still, and
 * `length` says how much of the key there is.
 * @typedef {{ origin: string, id: string, key: string, friendly: string, reason: string, length: number }} Reading
 */

const MAX_TEXT = 32 * 1024; // bytes

/** @returns {Reading} */
const nothing = (/** @type {string} */ reason) => ({ origin: '', id: '', key: '', friendly: '', reason, length: 0 });

/**
 * The link in a text: whole or in part, in any form that there ever was, and through what programs do to links.
 * @param {string} text
 * @returns {Reading}
 */
export function readLink(text) {
  if (isTooLong(text)) return nothing('long_text');
  const texts = readings(text);
  const asked = texts.flatMap(requests);
  // In a reading in which not both keys are whole, the link of a request looks like one to a transfer.
  const isAsked = (/** @type {Sighting} */ { id, key }) =>
    asked.some((one) => one.id === id && (!key || key === one.key));
  const all = texts.flatMap(sightings).filter((one) => !isAsked(one));
  if (all.length > 0) return choose(all);
  if (asked.length > 0) return nothing('request_link');
  return nothing(texts.some(hasKeyWithoutID) ? 'damaged_id' : 'no_link');
}

/**
 * The link of a request in a text; its seed stands for the key. Seed and public key are empty where it is not whole, and
 * `reason` says why.
 * @param {string} text
 * @returns {{ origin: string, id: string, seed: string, publicKey: string, reason: string, length: number }}
 */
export function readRequest(text) {
  const none = (/** @type {string} */ reason) => ({ origin: '', id: '', seed: '', publicKey: '', reason, length: 0 });
  if (isTooLong(text)) return none('long_text');
  const all = readings(text).flatMap(requests);
  if (all.length === 0) return none('no_link');
  let best = all[0];
  for (const one of all) {
    const another =
      one.id !== best.id ||
      (one.origin && best.origin && one.origin !== best.origin) ||
      (!isFaulty(one) && !isFaulty(best) && (one.key !== best.key || one.publicKey !== best.publicKey));
    if (another) return none('several_links');
    const tellsMore =
      ORDER.indexOf(one.state) < ORDER.indexOf(best.state) ||
      (isFaulty(one) && isFaulty(best) && one.length > best.length);
    best = { ...(tellsMore ? one : best), origin: best.origin || one.origin };
  }
  const { origin, id, key, publicKey, length } = best;
  if (isFaulty(best)) return { ...none(`${best.state}_key`), origin, id, length };
  return { origin, id, seed: key, publicKey, reason: '', length: 0 };
}

/**
 * The key in a text: alone, or in a link.
 * @param {string} text
 * @returns {Reading}
 */
export function readKey(text) {
  const key = decodeKey(text);
  if (key) return { ...nothing(''), key };
  if (isTooLong(text)) return nothing('long_text');
  const all = readings(text).flatMap(keys);
  return all.length === 0 ? nothing('no_link') : choose(all);
}

const isTooLong = (/** @type {string} */ text) => new TextEncoder().encode(text).length > MAX_TEXT;

const ORDER = ['whole', 'derived', 'short', 'long', 'damaged', 'without'];

/**
 * Whether a sighting tells more of the same link than another.
 * @param {Sighting} a
 * @param {Sighting} b
 */
function isBetter(a, b) {
  if (isFaulty(a) && isFaulty(b)) return a.length > b.length;
  return ORDER.indexOf(a.state) < ORDER.indexOf(b.state);
}

/**
 * The one link that was seen, however often and in however many forms.
 * @param {Sighting[]} all
 * @returns {Reading}
 */
function choose(all) {
  let best = all[0];
  for (const one of all) {
    const another =
      one.id !== best.id ||
      one.friendly !== best.friendly ||
      (one.origin && best.origin && one.origin !== best.origin) ||
      (one.state === 'whole' && best.state === 'whole' && one.key !== best.key);
    if (another) return nothing('several_links');
    const origin = best.origin || one.origin;
    best = { ...(isBetter(one, best) ? one : best), origin };
  }
  const { origin, id, friendly, key, length } = best;
  return { origin, id, friendly, key, length, reason: isFaulty(best) ? `${best.state}_key` : '' };
}
