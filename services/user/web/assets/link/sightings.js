// Links, and what is left of them, at their places in a text that is in the simple form. docs/formats.md, "Reading a
// link", says how; shared/envelope/sighting.go is the same in Go.

import { unpercent } from './readings.js';

export const KEY_LENGTH = 43;
const ID_LENGTH = 12;
const MAX_RUN = 1024; // characters in which a key is looked for
const MAX_HOST = 300; // characters of the name of a service, and its port

/**
 * What was seen of a link. `state` is how much: whole, derived (a friendly token), short, long or damaged (its key), or
 * without (a key); `length` is that of what stands where the key should.
 * @typedef {{ origin: string, id: string, friendly: string, key: string, state: string, length: number }} Sighting
 */

const isHex = (/** @type {string | undefined} */ c) => c !== undefined && /^[0-9a-f]$/.test(c);
const KEY = /[A-Za-z0-9_-]/;
const BASE64 = /[A-Za-z0-9_+/-]/;

// What can be words or numbers that somebody wrote.
const WORD = /^(?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+)(?:[-_+/](?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+))*$/;
const isWord = (/** @type {string} */ text) => text.length <= KEY_LENGTH && WORD.test(text);

const HOST = /^(?:[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/u;

// The name of a service, with its port, and what may go before it.
const NAME = new RegExp(
  '^(.*[:\\[\\]])?(' +
    '(?:(?:[A-Za-z0-9][A-Za-z0-9_-]*\\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)|[0-9]+(?:\\.[0-9]+){3}|' +
    '[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?)$',
);
const LOCAL = /^(?:localhost(?::|$)|127\.|\[::1\])/;

const FRIENDLY = /[a-z](?:\n?[a-z]){0,31}\n?-\n?[a-z](?:\n?[a-z]){0,31}\n?-\n?[0-9](?:\n?[0-9]){3}/g;

/** Letters of ASCII in lower case, as names in addresses are compared. */
const lower = (/** @type {string} */ text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * Drops what can end no key: the last character of one carries two zero bits.
 * @param {string} text
 */
function trimKey(text) {
  let end = text.length;
  while (end > 0 && '-_+/'.includes(text[end - 1])) end--;
  return text.slice(0, end);
}

/**
 * The key that a text is, in the alphabet of keys; or '', when it is none. It may be in the standard alphabet. The last
 * of its characters carries two bits that must be zero, so that a key has one spelling.
 * @param {string} text
 */
export function decodeKey(text) {
  const key = trimKey(text).replaceAll('+', '-').replaceAll('/', '_');
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(key) ? key : '';
}

/** @returns {Sighting} */
const seen = (/** @type {Partial<Sighting>} */ what) => ({
  origin: '',
  id: '',
  friendly: '',
  key: '',
  state: 'without',
  length: 0,
  ...what,
});

export const isFaulty = (/** @type {Sighting} */ { state }) => ['short', 'long', 'damaged'].includes(state);

function run(/** @type {string} */ s, /** @type {number} */ at, /** @type {RegExp} */ set) {
  let end = at;
  while (end < s.length && end - at < MAX_RUN && set.test(s[end])) end++;
  return s.slice(at, end);
}

function skip(/** @type {string} */ s, /** @type {number} */ at, /** @type {string} */ signs) {
  while (at < s.length && signs.includes(s[at])) at++;
  return at;
}

const isAlphanumeric = (/** @type {string} */ c) => /^[A-Za-z0-9]$/.test(c);

/** Whether no letter or digit goes before what begins at a place. Signs may: Markdown emphasises by them. */
function startsWord(/** @type {string} */ s, /** @type {number} */ at) {
  while (at > 0 && (s[at - 1] === '-' || s[at - 1] === '_')) at--;
  return at === 0 || !isAlphanumeric(s[at - 1]);
}

/** Whether no letter or digit goes on with what ends at a place. */
const endsWord = (/** @type {string} */ s, /** @type {number} */ at) => trimKey(run(s, at, KEY)) === '';

/** Whether a text holds nothing else that could be read. */
const isAlone = (/** @type {string} */ s, /** @type {number} */ from, /** @type {number} */ to) =>
  !/[A-Za-z0-9]/.test(s.slice(0, from)) && !/[A-Za-z0-9]/.test(s.slice(to));

/** A text without the quotes, and the line break, that may stand between an address and what follows it. */
function trimBreak(/** @type {string} */ s) {
  let end = s.length;
  while (end > 0 && '"\n'.includes(s[end - 1])) end--;
  return '#/='.includes(s[end - 1] ?? ' ') ? s.slice(0, end) : s;
}

/** The last part of a text that has no white space and none of the signs that do not stand in addresses. */
function tokenOf(/** @type {string} */ s) {
  let start = s.length;
  while (start > 0 && !' \n"<>(){}|,;'.includes(s[start - 1])) start--;
  return s.slice(start);
}

/** Whether what begins at a place stands where links have it. */
const isAnchored = (/** @type {string} */ s, /** @type {number} */ at) => {
  const before = trimBreak(s.slice(0, at));
  return ['#', '/d/', '?id=', '&id='].some((anchor) => before.endsWith(anchor));
};

/**
 * The ID that begins at a place, and where it ends; null where there is none. Line breaks may divide it.
 * @param {string} s
 * @param {number} at
 */
function idAt(s, at) {
  let id = '';
  for (; id.length < ID_LENGTH; at++) {
    if (id && at + 1 < s.length && s[at] === '\n') at++;
    if (!isHex(s[at])) return null;
    id += s[at];
  }
  return endsWord(s, at) ? { id, end: at } : null;
}

/**
 * The characters of a key from a place on, and where they end. It goes on behind white space while there are fewer than
 * a key has, unless what stands there can be a word.
 * @param {string} s
 * @param {number} at
 * @param {RegExp} set
 */
function gather(s, at, set) {
  let text = run(s, at, set);
  let end = at + text.length;
  while (text && text.length < KEY_LENGTH && (s[end] === ' ' || s[end] === '\n')) {
    const more = run(s, end + 1, set);
    const after = end + 1 + more.length;
    if (!more || more.length > KEY_LENGTH) break;
    if (isWord(more) && !(s[end] === '\n' && more.length <= 2 && endsLine(s, after))) break;
    text += more;
    end = after;
  }
  return { text, end };
}

/** Whether nothing but a closing sign follows in a line. */
function endsLine(/** @type {string} */ s, /** @type {number} */ at) {
  at = skip(s, at, '>)]"=');
  return at === s.length || s[at] === '\n';
}

/**
 * The key that begins at a place. White space may divide it where what follows completes it.
 * @param {string} s
 * @param {number} at
 * @returns {{ what: Sighting, end: number }}
 */
function keyAt(s, at) {
  const from = skip(s, at, '\n"');
  const narrow = gather(s, from, KEY);
  const wide = gather(s, from, BASE64);
  for (const { text, end } of [narrow, wide]) {
    const key = decodeKey(text);
    if (key) return { what: seen({ key, state: 'whole' }), end };
  }
  const n = trimKey(narrow.text).length;
  const w = trimKey(wide.text).length;
  if (w === 0 || s.slice(at, from).includes('\n')) return { what: seen({}), end: at }; // the next line need not be ours
  if (w < KEY_LENGTH) return { what: seen({ state: 'short', length: w }), end: wide.end };
  if (n > KEY_LENGTH) return { what: seen({ state: 'long', length: n }), end: narrow.end };
  return { what: seen({ state: 'damaged', length: n }), end: wide.end };
}

/**
 * What follows an ID: "/" and the key, or what is left of a path and of a query, "#", and the key.
 * @param {string} s
 * @param {number} at
 */
function keyBehind(s, at) {
  let next = skip(s, at, '\n');
  if (s[next] === '/') {
    const key = keyAt(s, next + 1);
    if (key.what.state !== 'without') return key;
    at = next + 1;
    next = at;
  }
  if (s[next] === '?' || s[next] === '&') {
    while (next < s.length && !'# \n"<>()[]{}|'.includes(s[next])) next++;
  }
  if (s[next] !== '#') return { what: seen({}), end: at };
  next = skip(s, next, '#');
  const other = idAt(s, next);
  if (other && s[other.end] === '/') return { what: seen({}), end: at }; // the fragment says which transfer
  return keyAt(s, next);
}

/**
 * The name of a service, with its port, that an address without a scheme begins with: '' where there is none.
 * @param {string} address
 */
function nameIn(address) {
  const [before, ...path] = address.replace(/^[/:_]+/, '').split('/', 2);
  let from = before.length;
  while (from > 0 && /[A-Za-z0-9._:[\]-]/.test(before[from - 1])) from--;
  if (path.length === 0 || before.length - from > MAX_HOST) return '';
  const name = NAME.exec(before.slice(from));
  // What a letter goes before is only the end of a name.
  const isEnd = !name?.[1] && /[\p{L}\p{N}]$/u.test(before.slice(0, from));
  return name && !isEnd ? name[2] : '';
}

/**
 * The service that an address names: '' where it names none, null where what it names is none. In the address of a
 * redirector it is the one that stands last.
 * @param {string} address
 */
function originIn(address) {
  for (let plain = unpercent(address); plain !== address; plain = unpercent(address)) address = plain;
  if (/[?&]id=$/.test(address)) address = address.slice(0, Math.max(0, address.lastIndexOf('?')));
  else if (address.endsWith('=')) return ''; // it is a redirector's, and what it leads to names no service
  const value = Math.max(address.lastIndexOf('?'), address.lastIndexOf('='), address.lastIndexOf('&')) + 1;
  for (const part of [address.slice(value), address]) {
    const at = part.lastIndexOf('://');
    if (at >= 0) {
      let from = at;
      while (from > 0 && isAlphanumeric(part[from - 1])) from--;
      const scheme = lower(part.slice(from, at));
      const host = lower(part.slice(at + 3).split(/[/?#\\]/)[0]);
      return /^https?$/.test(scheme) && HOST.test(host) ? `${scheme}://${host}` : null;
    }
    const host = lower(nameIn(part));
    if (host) return LOCAL.test(host) ? `http://${host}` : `https://${host}`;
  }
  return '';
}

/**
 * The service of a link whose ID begins at a place, as originIn says it.
 * @param {string} s
 * @param {number} at
 */
function originBefore(s, at) {
  let before = trimBreak(s.slice(0, at));
  const address = tokenOf(before);
  const origin = originIn(address);
  before = before.slice(0, before.length - address.length);
  if (!before.endsWith('\n') || address.includes('://')) return origin;
  // A line break may divide the address. Where it divides the name of the service, nobody can tell what it is.
  const above = tokenOf(before.slice(0, -1));
  const scheme = above.lastIndexOf('://');
  if (above.includes('#')) return origin;
  if (scheme >= 0 && !/[/?]/.test(above.slice(scheme + 3))) return '';
  return origin === '' ? originIn(above) : origin;
}

/**
 * The links in a text.
 * @param {string} s
 */
export function sightings(s) {
  const found = [];
  for (let at = 0; at < s.length; at++) {
    if (!isHex(s[at]) || !startsWord(s, at)) continue;
    const id = idAt(s, at);
    if (!id) continue;
    const { what, end } = keyBehind(s, id.end);
    if (isRequested(s, at) || keyAfter(s, what, end).state === 'whole') continue; // the link of a request
    if (what.state !== 'whole' && !isAnchored(s, at) && !isAlone(s, at, end)) continue; // something else of 12 digits
    const origin = originBefore(s, at);
    if (origin !== null) found.push({ ...what, origin, id: id.id });
  }
  for (const match of s.matchAll(FRIENDLY)) {
    const at = match.index;
    const end = at + match[0].length;
    if (!startsWord(s, at) || !endsWord(s, end)) continue;
    const before = trimBreak(s.slice(0, at));
    const inLink = before.endsWith('#') && tokenOf(before).includes('/');
    if (!inLink && !isAlone(s, at, end)) continue;
    const origin = originBefore(s, at);
    const friendly = match[0].replaceAll('\n', '');
    if (origin !== null) found.push(seen({ origin, friendly, state: 'derived' }));
  }
  return found;
}

/** Whether what begins at a place stands where requests have it. */
const isRequested = (/** @type {string} */ s, /** @type {number} */ at) => trimBreak(s.slice(0, at)).endsWith('/r/#');

/**
 * The key that follows another, behind "/".
 * @param {string} s
 * @param {Sighting} first
 * @param {number} at
 */
function keyAfter(s, first, at) {
  const next = skip(s, at, '"\n');
  return first.state === 'whole' && s[next] === '/' ? keyAt(s, next + 1).what : seen({});
}

/**
 * The links of requests in a text: `key` is the seed, and `publicKey` the key behind it.
 * @param {string} s
 */
export function requests(s) {
  const found = [];
  for (let at = 0; at < s.length; at++) {
    if (!isHex(s[at]) || !startsWord(s, at)) continue;
    const id = idAt(s, at);
    if (!id) continue;
    const { what: seed, end } = keyBehind(s, id.end);
    const second = keyAfter(s, seed, end);
    const isWhole = second.state === 'whole';
    if (!isWhole && !isRequested(s, at)) continue;
    const first = seed.state === 'whole' ? second : seed; // that is not whole
    const lacks = isFaulty(first) ? first : seen({ state: 'short' });
    const { key, state, length } = isWhole ? seed : lacks;
    const origin = originBefore(s, at);
    if (origin !== null) found.push({ ...seen({ origin, id: id.id, key, state, length }), publicKey: second.key });
  }
  return found;
}

/**
 * The keys in a text, those in links and those that stand by themselves.
 * @param {string} s
 */
export function keys(s) {
  const found = [];
  for (const what of sightings(s)) {
    if (what.state === 'whole' || isFaulty(what)) found.push({ ...what, origin: '', id: '' });
  }
  for (let at = 0; at < s.length; at++) {
    if (!BASE64.test(s[at]) || (at > 0 && BASE64.test(s[at - 1]) && s[at - 1] !== '/')) continue;
    const { what, end } = keyAt(s, at);
    const first = run(s, at, BASE64);
    if (what.state === 'whole' && (end <= at + first.length || !isWord(first))) {
      found.push(what);
      at = end;
    } else if (isFaulty(what) && isAlone(s, at, end)) {
      found.push(what);
    }
  }
  return found;
}

/**
 * Whether a key stands in a text behind what should be an ID.
 * @param {string} s
 */
export function hasKeyWithoutID(s) {
  for (let at = s.indexOf('/'); at >= 0; at = s.indexOf('/', at + 1)) {
    if (!decodeKey(run(s, at + 1, KEY))) continue;
    let from = at;
    while (from > 0 && KEY.test(s[from - 1])) from--;
    if (from < at && (isAnchored(s, from) || from === 0)) return true;
  }
  return false;
}
