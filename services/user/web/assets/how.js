// Puts this server's own limits into the page that explains them.

import { bytes, span } from './format.js';
import { getConfig } from './net/api.js';
import { el } from './ui/dom.js';

try {
  const config = await getConfig();
  document
    .querySelector('[data-limits]')
    .replaceChildren(
      el(
        'li',
        {},
        config.max_bytes
          ? `A transfer can have up to ${bytes(config.max_bytes)}. Several files or a folder go as one ZIP archive.`
          : 'Several files or a folder go as one ZIP archive.',
      ),
      el('li', {}, `It is kept for at most ${span(config.max_ttl_seconds)}, or as long as the sender chose.`),
      el(
        'li',
        {},
        config.token_required
          ? 'Sending needs an access token. Receiving needs only the link.'
          : 'Sending and receiving need no account.',
      ),
    );
} catch {
  // The general sentence in the page stays.
}
