// What to tell a person about a failure: what happened, and what they can do.

import { bytes, span } from './shared/format.js';
import { ApiError, codeOf } from './shared/http.js';
import { sentences, t } from './shared/language.js';

/** @typedef {{ title: string, text: string }} Words */
/** @typedef {'send' | 'look' | 'download' | 'status' | 'delete' | 'extend' | 'ask' | 'request'} Doing */
/** @typedef {{ max_bytes?: number }} Limits */
/** @typedef {import('./shared/http.js').Code} Code */
/** @typedef {Partial<Record<Code, (error: ApiError, limits: Limits) => Words>>} Table */

/**
 * @param {string} title
 * @param {string} text
 */
const say = (title, text) => ({ title: t(title), text: t(text) });

/** Browsers give encryption only to pages that nobody on the way can have changed. */
export const insecure = say(
  'This address is not secure',
  'Encryption works only at an https:// address, or on the machine itself. Ask whoever runs this service for its ' +
    'https:// address, and open that.',
);

/** That the way to what one sent is not whole. */
export const cutManage = say(
  'The link to your transfer is not whole',
  'Copy all of it, up to its last character, and open it again.',
);

/** That the address says only which transfer it is. */
export const lacksSecret = say(
  'This page needs its private link',
  'The address alone says only which transfer it is, and this browser does not know it. Open the whole link to it.',
);

/** That a part of the page, which was not there before, did not come. */
export const stale = say(
  'That did not load',
  'The page may have been replaced by a newer one. Reload it and try again.',
);

/** That what was still being sent does not come. */
export const gaveUp = say(
  'The sender gave up',
  'It was ended before all of it had been sent, and this link opens nothing any more. Ask the sender to send it again.',
);

const TO_COPY = t('Copy all of the link, up to its last character, and nothing else.');

/**
 * What is wrong with a link, by the reason why it cannot be read.
 * @type {Record<string, (length: number) => Words>}
 */
const LINK = {
  no_link: () => say('That is no link to a transfer', 'Paste all of it, up to its last character.'),
  several_links: () => say('There is more than one link in that', 'Paste the one that you want to open.'),
  short_key: (n) =>
    say('The key in the link is not whole', sentences(t('{{n}} of its 43 characters are there.', { n }), TO_COPY)),
  long_key: (n) =>
    say(
      'There is too much in the link',
      sentences(t('Its key has {{n}} characters, and a key has 43.', { n }), TO_COPY),
    ),
  damaged_key: () =>
    say('The key in the link was changed', sentences(t('It has the length of a key, but is none.'), TO_COPY)),
  request_link: () =>
    say(
      'That is a link to send by',
      'By it you send to somebody. Open it in the browser, or ask for the link to the files.',
    ),
  damaged_id: () =>
    say('The link is not whole', sentences(t('12 digits stand before the key, and those are not.'), TO_COPY)),
  long_text: () => say('That is too long', 'Paste the link alone.'),
};

/**
 * Why a link cannot be read, or not all of it.
 * @param {import('./link/read.js').Reading} link
 */
export const linkWords = ({ reason, length }) => LINK[reason](length);

/**
 * Why a key cannot be read.
 * @param {import('./link/read.js').Reading} key
 */
export const keyWords = (key) =>
  key.reason === 'no_link'
    ? say('That is not a whole key', 'A key has 43 letters, digits, "-" or "_". Paste all of it.')
    : linkWords(key);

/**
 * Why nothing can be sent by the link of a request: it cannot be read, or how the request stands.
 * @type {Record<string, Words>}
 */
const REQUEST = {
  no_link: say(
    'There is no request in this link',
    'Open the whole link that you were given, up to its last character.',
  ),
  full: say('All of it has arrived', 'As much was sent as was asked for. For more, ask for a new link.'),
  expired: say('The time for this is over', 'Nothing can be sent by this link any more. Ask for a new one.'),
  closed: say('This request is closed', 'Whoever made it takes nothing more by this link. Ask for a new one.'),
};

/**
 * @param {{ reason: string, length: number }} request as it was read, or with how it stands for a reason
 * @returns {Words}
 */
export const requestWords = ({ reason, length }) => REQUEST[reason] ?? LINK[reason](length);

/** What the label of a transfer tells of a key before anything is downloaded. */
export const wrongKey = say(
  'The key does not fit this transfer',
  'Copy all of the link or key, up to its last character, and try again. Nothing was downloaded, and so nothing counts.',
);

/** What the label tells of a passphrase, or the file itself. */
export const wrongPassphrase = say(
  'That passphrase does not open it',
  'Large and small letters count, and so do spaces. Try again; a wrong one is not counted as a download. If it stays, ' +
    'check that all of the link was copied.',
);

/** That there is no passphrase, or one that is none. */
export const passphraseWords = say(
  'Type the passphrase',
  'The sender set one and tells it to you by another way. It has at most 1,024 bytes.',
);

/**
 * What is wrong with an access token, by the code of the refusal.
 * @satisfies {Partial<Record<Code, string>>}
 */
export const tokenWords = {
  token_required: t('This service asks for one. Whoever runs it gives you one.'),
  token_unknown: t('This service does not know that token. Check that all of it was copied.'),
  token_revoked: t('This token was withdrawn. Ask whoever runs the service for a new one.'),
  token_exhausted: t('This token is used up. Ask whoever runs the service for a new one.'),
};

/**
 * The words for an error. `limits` are what there is to name.
 * @param {unknown} error
 * @param {Doing} doing
 * @param {Limits} [limits]
 * @returns {Words}
 */
export function describe(error, doing, limits = {}) {
  if (!(error instanceof ApiError)) return doing === 'ask' ? ofAsking(error) : ofThePage(error);
  for (const code of [error.code, codeOf(error.status)]) {
    const words = BY_DOING[doing]?.[code] ?? BY_CODE[code];
    if (words) return words(error, limits);
  }
  return unexpected(error.detail);
}

/** What a browser may lack to keep the key of a request. */
function ofAsking(/** @type {unknown} */ error) {
  const { name = '' } = /** @type {{ name?: string }} */ (error);
  if (name === 'NotSupportedError') {
    return say('This browser cannot ask for files', 'It lacks a kind of key (X25519). A newer one has it.');
  }
  return error instanceof DOMException
    ? say(
        'This browser keeps nothing',
        'The key would be lost with this page. Use another window, which is not private.',
      )
    : ofThePage(error);
}

/** What goes wrong in the page itself: see crypto/errors.js. */
function ofThePage(/** @type {unknown} */ error) {
  const { code = '', message = '' } = /** @type {{ code?: string, message?: string }} */ (error);
  return code === 'worker' ? say('The page could not start encryption', message) : (PAGE[code] ?? unexpected(message));
}

const unexpected = (/** @type {string} */ why) =>
  say('That did not work', why || t('Try again; if it stays, tell whoever runs the service.'));

/** @type {Record<string, Words>} */
const PAGE = {
  'wrong-key': say(
    'The key does not fit this transfer',
    'Check that all of the link or key was copied, up to its last character, and try again; that does not count as ' +
      'another download. If it was, the data may have been damaged: ask the sender to send it again.',
  ),
  damaged: say(
    'Not all of it arrived intact',
    'The key is right, but the data were cut off or changed on the way. Try again; if it happens twice, ask the ' +
      'sender to send it anew.',
  ),
  'newer-version': say(
    'Sent with a newer version',
    'This page does not know the format yet. Reload it and open the link again.',
  ),
  'too-large-to-open': say(
    'Too large for this browser',
    'It was sent by an older version, in one piece of more than 2 GB. The sgsend command line program can open it.',
  ),
  elsewhere: say(
    'Another tab is at it',
    'Another tab or window of this browser sends this, or has done so. Only one can: look there.',
  ),
  paths: say(
    'Too much for one link',
    'There are more than 100,000 files or folders, or folders within more than 30 others. Send less, or an archive.',
  ),
  'file-changed': say(
    'A file changed while it was read',
    'It was edited, moved or deleted after you chose it. Choose it again and send once more.',
  ),
};

const notFound = () =>
  say(
    'There is no such transfer',
    'The link may be incomplete, or the transfer was deleted or has been over for a while. Check that you have the ' +
      'whole link, or ask the sender.',
  );

const improper = () =>
  say('The server gave no proper answer', 'Something between you and it may be in the way. Try again in a minute.');

const notAllowed = () =>
  say('The server refused that', 'Reload the page and try again; if it stays, tell whoever runs the service.');

const stranger = () =>
  say('The page and the server do not fit together', 'The page may be out of date. Reload it and try again.');

const noRequest = () =>
  say('There is no such request', 'The link may be incomplete, or the request has been over for a while.');

/** Why nothing more can be sent to a request, by the code of the refusal. */
const requestOver = (/** @type {string} */ why) =>
  say('This request takes nothing more', sentences(why, t('Ask for a new link.')));

/** @type {Table} */
const ASKING = {
  request_not_found: noRequest,
  request_unknown: () =>
    say('The service does not know this request', 'Check that all of the link was copied, or ask for a new one.'),
  request_full: () => requestOver(t('As much has arrived as was asked for.')),
  request_closed: () => requestOver(t('It was closed.')),
  request_expired: () => requestOver(t('Its time is over.')),
  request_secret_required: () => say('Only who made the request can do that', 'It is done where it was made.'),
  wrong_request_secret: () => say('Only who made the request can do that', 'This page does not hold its secret.'),
};

/** @type {Table} */
const BY_CODE = {
  ...ASKING,
  no_answer: () => say('No connection', 'The server could not be reached. Check your connection and try again.'),
  no_answer_in_time: () => say('The server took too long', 'Try again in a minute.'),
  no_proper_answer: improper,
  invalid: ({ detail }) => say('The server did not accept that', detail || t('Check what you entered and try again.')),
  not_found: notFound,
  transfer_not_found: notFound,
  deleted: () =>
    say('The sender has deleted this', 'It was erased from the server. Ask the sender if you still need it.'),
  taken_down: () =>
    say(
      'This was taken down',
      'Whoever runs this service removed it, and nobody can download it any more. Ask the sender if you still need it.',
    ),
  expired: () =>
    say('This transfer has expired', 'Its time is over and it was erased. Ask the sender to send it again.'),
  exhausted: () =>
    say(
      'All downloads are used',
      'It could be downloaded a limited number of times, and that number is reached. Ask the sender to send it again.',
    ),
  gone: () => say('This transfer is gone', 'It expired or was deleted. Ask the sender to send it again.'),
  limited: ({ retryAfter }) =>
    say('Too many attempts', t('Wait {{time}} and try again.', { time: span(retryAfter || 60) })),
  internal: () =>
    say(
      'Something failed on the server',
      'It is not your fault, and nothing was kept. Try again; if it stays, tell whoever runs the service.',
    ),
  unavailable: () => say('The service is not available just now', 'Try again in a minute.'),
  too_slow: () =>
    say('The line is too slow', 'What was sent did not arrive in time. Try again, with nothing else on the line.'),
  too_large: (_, { max_bytes: max }) =>
    say(
      'Too large',
      max
        ? t('This service takes up to {{size}}. Send less at a time.', { size: bytes(max) })
        : t('This service does not take that much at a time.'),
    ),
  full: () =>
    say(
      'The server is full',
      'It has no room left for this. Nothing was kept. Try later, or tell whoever runs the service.',
    ),
  unauthorized: notAllowed,
  forbidden: notAllowed,
  conflict: notAllowed,
  out_of_range: notAllowed,
  method_not_allowed: stranger,
  cross_site: stranger,
};

const refused = (/** @type {string} */ why) => say('The access token was not accepted', why);

const lostTrack = () => say('The server lost track of the upload', 'Send again; nothing was published.');

const dropped = () => say('The server dropped the upload', 'It waited too long or was restarted. Send again.');

const tooSlow = () =>
  say(
    'The upload took too long',
    'The server no longer accepts its parts. Send again, over a faster connection if you can.',
  );

const notIntact = () => say('It did not arrive intact', 'The upload was cut off or changed on the way. Send again.');

const tooManyPending = () =>
  say(
    'Too many uploads are under way',
    'Others that began with this access token are not finished. Finish or delete some, or try again tomorrow.',
  );

/** @type {Table} */
const SENDING = {
  ...Object.fromEntries(Object.entries(tokenWords).map(([code, why]) => [code, () => refused(why)])),
  unauthorized: () => refused(t('Check that all of it was copied, or ask whoever runs the service for a new one.')),
  token_check_unavailable: () =>
    say(
      'The service cannot check tokens just now',
      'This usually passes. Try again in a minute; what you chose is still here.',
    ),
  forbidden: () => say('This token may not do that', 'Ask whoever runs the service for one that may.'),
  not_found: dropped,
  transfer_not_found: dropped,
  upload_not_found: dropped,
  conflict: lostTrack,
  id_taken: lostTrack,
  not_pending: lostTrack,
  not_uploaded: lostTrack,
  parts_mismatch: lostTrack,
  expired: tooSlow,
  gone: tooSlow,
  link_expired: tooSlow,
  link_mismatch: lostTrack,
  link_not_genuine: lostTrack,
  empty_body: notIntact,
  incomplete_body: notIntact,
  not_ciphertext: notIntact,
  damaged: notIntact,
  size_mismatch: notIntact,
  unknown_version: stranger,
  bad_label: stranger,
  bad_sealed_key: stranger,
  too_many_pending: tooManyPending,
  use_presigned: stranger,
};

const ANOTHER = t('If a download is left, start that one; if not, ask the sender to send it again.');

const linkOver = () =>
  say(
    'This download has run out of time',
    sentences(t('The service goes on with one for an hour, and that is over.'), ANOTHER),
  );

const noPermission = () =>
  say('The service does not know this download', sentences(t('It cannot be gone on with.'), ANOTHER));

const notYet = () => say('Not there yet', 'The sender has not finished uploading. Try again in a while.');

/** @type {Table} */
const DOWNLOADING = {
  conflict: notYet,
  not_completed: notYet,
  not_found: improper,
  forbidden: improper,
  link_expired: linkOver,
  link_mismatch: noPermission,
  link_not_genuine: noPermission,
  permit_spent: () =>
    say('This download was begun again too often', sentences(t('The service goes on with it no more.'), ANOTHER)),
  out_of_range: () => PAGE.damaged,
};

const wrongSecret = () => say('It cannot be deleted from here', 'This page does not hold the right secret for it.');

const noneLeft = () => say('It is gone already', 'There is no such transfer any more.');

const notEnabled = () =>
  say('It cannot be deleted', 'It was sent without that possibility. It still expires by itself.');

/** @type {Table} */
const DELETING = {
  forbidden: wrongSecret,
  wrong_delete_secret: wrongSecret,
  delete_secret_required: wrongSecret,
  not_found: noneLeft,
  transfer_not_found: noneLeft,
  conflict: notEnabled,
  delete_not_enabled: notEnabled,
};

/** @type {Table} */
const EXTENDING = {
  ...DELETING,
  forbidden: () => say('It cannot be changed from here', 'This page does not hold the right secret for it.'),
  wrong_delete_secret: () => say('It cannot be changed from here', 'This page does not hold the right secret for it.'),
  invalid: () => say('It cannot end then', 'That is in the past, or later than this service keeps anything.'),
};

/** @type {Table} */
const MAKING = {
  ...SENDING,
  too_large: () => say('That is more than this service takes', 'Ask for less each time.'),
  forbidden: () => say('This token may not do that', 'Ask whoever runs the service for one that may.'),
  not_found: noRequest,
  transfer_not_found: noRequest,
  conflict: stranger,
  id_taken: stranger,
  expired: noRequest,
  gone: noRequest,
};

/** @type {Partial<Record<Doing, Table>>} */
const BY_DOING = {
  send: SENDING,
  look: { invalid: notFound, not_found: improper, forbidden: improper },
  download: DOWNLOADING,
  delete: DELETING,
  extend: EXTENDING,
  ask: MAKING,
  request: { invalid: noRequest, not_found: noRequest },
};
