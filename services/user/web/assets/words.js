// What to tell a person about a failure: what happened, and what they can do.

import { bytes, span } from './format.js';

/** Browsers give encryption only to pages that nobody on the way can have changed. */
export const insecure = {
  title: 'This address is not secure',
  text: 'Encryption works only at an https:// address, or on the machine itself. Open this page there.',
};

/**
 * {title, text} for an error. `doing` is one of send, look, download, status, delete; `config` gives limits
 * to name.
 */
export function describe(error, doing, config = {}) {
  return (
    byCode[error.code]?.(error) ??
    byDoing[doing]?.[error.status]?.(error, config) ??
    byStatus[error.status]?.(error, config) ??
    unexpected(error)
  );
}

const say = (title, text) => ({ title, text });

const byCode = {
  'wrong-key': () =>
    say(
      'The key does not fit this transfer',
      'Check that all of the link or key was copied, up to its last character, and try again; that does not count as another download. If it was, the data may have been damaged: ask the sender to send it again.',
    ),
  damaged: () =>
    say(
      'Not all of it arrived intact',
      'The key is right, but the data were cut off or changed on the way. Try again; if it happens twice, ask the sender to send it anew.',
    ),
  'newer-version': () =>
    say('Sent with a newer version', 'This page does not know the format yet. Reload it and open the link again.'),
  'too-large-to-open': () =>
    say(
      'Too large for this browser',
      'It was sent by an older version, in one piece of more than 2 GB. The sgsend command line program can open it.',
    ),
  'file-changed': () =>
    say(
      'A file changed while it was read',
      'It was edited, moved or deleted after you chose it. Choose it again and send once more.',
    ),
  worker: (error) => say('The page could not start encryption', error.message),
};

const gone = (error) => {
  const reason = error.detail.toLowerCase();
  if (reason.includes('expired'))
    return say('This transfer has expired', 'Its time is over and it was erased. Ask the sender to send it again.');
  if (reason.includes('exhausted') || reason.includes('limit'))
    return say(
      'All downloads are used',
      'It could be downloaded a limited number of times, and that number is reached. Ask the sender to send it again.',
    );
  return say('This transfer is gone', 'It expired or was deleted. Ask the sender to send it again.');
};

const notFound = () =>
  say(
    'There is no such transfer',
    'The link may be incomplete, or the transfer was deleted or has been over for a while. Check that you have the whole link, or ask the sender.',
  );

const byDoing = {
  send: {
    401: (error) => say('The access token was not accepted', tokenReason(error)),
    403: () => say('This token may not do that', 'Ask whoever runs the service for one that may.'),
    404: () => say('The server dropped the upload', 'It waited too long or was restarted. Send again.'),
    409: () => say('The server lost track of the upload', 'Send again; nothing was published.'),
    410: () =>
      say(
        'The upload took too long',
        'The server no longer accepts its parts. Send again, over a faster connection if you can.',
      ),
    413: (_, { max_bytes: max }) =>
      say(
        'Too large',
        max
          ? `This service takes up to ${bytes(max)}. Send less at a time.`
          : 'This service does not take that much at a time.',
      ),
    507: () =>
      say(
        'The server is full',
        'It has no room left for this. Nothing was kept. Try later, or tell whoever runs the service.',
      ),
    503: () =>
      say(
        'The service cannot check tokens just now',
        'This usually passes. Try again in a minute; what you chose is still here.',
      ),
  },
  look: { 404: notFound, 400: notFound },
  download: {
    404: notFound,
    409: () => say('Not there yet', 'The sender has not finished uploading. Try again in a while.'),
    403: () => say('The download link has run out', 'It took too long to get here. Start the download again.'),
    410: gone,
  },
  delete: {
    403: () => say('It cannot be deleted from here', 'This page does not hold the right secret for it.'),
    404: () => say('It is gone already', 'There is no such transfer any more.'),
    409: () => say('It cannot be deleted', 'It was sent without that possibility. It still expires by itself.'),
  },
};

const byStatus = {
  0: () => say('No connection', 'The server could not be reached. Check your connection and try again.'),
  400: (error) => say('The server did not accept that', error.detail || 'Check what you entered and try again.'),
  404: notFound,
  410: gone,
  429: (error) =>
    say('Too many attempts', `Wait ${error.retryAfter ? span(error.retryAfter) : 'a minute'} and try again.`),
  500: () =>
    say(
      'Something failed on the server',
      'It is not your fault, and nothing was kept. Try again; if it stays, tell whoever runs the service.',
    ),
  502: () =>
    say('The server gave no proper answer', 'Something between you and it may be in the way. Try again in a minute.'),
  503: () => say('The service is not available just now', 'Try again in a minute.'),
  504: () => say('The server took too long', 'Try again in a minute.'),
};

function tokenReason({ detail }) {
  const reason = detail.toLowerCase();
  if (reason.includes('required')) return 'This service asks for one. Whoever runs it gives you one.';
  if (reason.includes('revoked')) return 'It was withdrawn. Ask whoever runs the service for a new one.';
  if (reason.includes('exhausted')) return 'It is used up. Ask whoever runs the service for a new one.';
  return 'Check that all of it was copied, or ask whoever runs the service for a new one.';
}

function unexpected(error) {
  return say(
    'That did not work',
    error.detail || error.message || 'Try again; if it stays, tell whoever runs the service.',
  );
}
