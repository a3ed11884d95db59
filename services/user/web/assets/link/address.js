// The link in the address of the page itself.

import { readLink } from './read.js';
import { placeOf } from './write.js';

/** @typedef {import('./read.js').Reading} Reading */

/**
 * What is behind an address that shows nothing of it, and until when, in milliseconds since 1970.
 * @typedef {{ id: string, key: string, ends: number }} Behind
 */

/**
 * Reads the link, and leaves in the address bar where it leads to, with all of it behind the "#": not in the path or the
 * query, where it may have come to stand, and without the access token that old links carried. `exposed` says that the
 * key stood there, so that the browser sent it to the server.
 * @returns {{ link: Reading, exposed: boolean }}
 */
export function takeLink() {
  const { origin, pathname, search, hash, href } = location;
  const link = readLink(href);
  const sent = readLink(origin + pathname + search);
  if (!link.reason) history.replaceState(null, '', placeOf(link.friendly || link.id, link.key));
  else if (search) history.replaceState(null, '', pathname + hash);
  return { link, exposed: Boolean(sent.key || sent.friendly) };
}

/**
 * Takes the link out of the address bar, where it has done its work. It stays behind this entry of the tab's history, as
 * it did before, but no longer than it is of use: so the page can be loaded anew.
 * @param {Behind} behind
 */
export const hideLink = (behind) => history.replaceState({ behind }, '', '/d/');

/** Leaves nothing of the link, wherever it stands. */
export const dropLink = () => history.replaceState(null, '', '/d/');

/**
 * The link behind the address, if there is one.
 * @returns {Reading | null}
 */
export function hiddenLink() {
  /** @type {Behind | undefined} */
  const behind = history.state?.behind;
  if (!behind || location.hash.length > 1 || location.search) return null;
  if (behind.ends <= Date.now()) {
    dropLink();
    return null;
  }
  return readLink(location.origin + placeOf(behind.id, behind.key));
}
