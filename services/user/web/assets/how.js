// Puts this server's own limits into the page that explains them.

import { getConfig } from './net/api.js';
import { el, find } from './shared/dom.js';
import { bytes, span } from './shared/format.js';
import './shared/drops.js';

try {
  const { max_bytes: max, max_ttl_seconds: lifetime, token_required: tokenRequired } = await getConfig();
  const archive = 'Several files or a folder go together, under one link.';
  find(document, '[data-limits]').replaceChildren(
    el('li', {}, max ? `A transfer can have up to ${bytes(max)}. ${archive}` : archive),
    el('li', {}, `It is kept for at most ${span(lifetime)}, or as long as the sender chose.`),
    el(
      'li',
      {},
      tokenRequired
        ? 'Sending needs an access token. Receiving needs only the link.'
        : 'Sending and receiving need no account.',
    ),
  );
} catch {
  // The general sentence in the page stays.
}
