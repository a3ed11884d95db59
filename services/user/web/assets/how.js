// Puts this server's own limits into the page that explains them.

import { getConfig } from './net/api.js';
import { el, find } from './shared/dom.js';
import { bytes, span } from './shared/format.js';
import { sentences, t } from './shared/language.js';
import './shared/drops.js';

try {
  const { max_bytes: max, max_ttl_seconds: lifetime, token_required: tokenRequired } = await getConfig();
  const archive = t('Several files or a folder go together, under one link.');
  find(document, '[data-limits]').replaceChildren(
    el('li', {}, sentences(max ? t('A transfer can have up to {{size}}.', { size: bytes(max) }) : false, archive)),
    el('li', {}, t('It is kept for at most {{time}}, or as long as the sender chose.', { time: span(lifetime) })),
    el(
      'li',
      {},
      tokenRequired
        ? t('Sending needs an access token. Receiving needs only the link.')
        : t('Sending and receiving need no account.'),
    ),
  );
} catch {
  // The general sentence in the page stays.
}
