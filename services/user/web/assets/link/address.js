// The link in the address of the page itself.

import { readLink } from './read.js';
import { placeOf } from './write.js';

/** @typedef {import('./read.js').Reading} Reading */

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
