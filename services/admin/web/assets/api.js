// The service's API, as the console speaks it. Every failure is a Problem, which has the words for it.

import { codes, paths } from './shared/contract.js';
import { Problem } from './shared/dom.js';
import { span } from './shared/format.js';
import { ApiError, codeOf, read, request } from './shared/http.js';

/** @type {(() => Promise<void>) | undefined} resolves once somebody has logged in again */
let askToLogIn;

/**
 * Sets what to do when a request finds the session over.
 * @param {() => Promise<void>} ask
 */
export function onSignedOut(ask) {
  askToLogIn = ask;
}

/**
 * Asks the service and returns what it answers, if it has anything to say. When the session is over it waits for a new login and asks again, so
 * that nothing typed is lost.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 */
export async function call(method, path, json) {
  for (;;) {
    try {
      const response = await send(method, path, json);
      return response.status === 204 ? undefined : await read(response);
    } catch (error) {
      if (!signedOut(error) || !askToLogIn) throw problemOf(error);
      await askToLogIn();
    }
  }
}

/** @typedef {import('./shared/contract.js').SessionReply} Me */

/** @type {Me | undefined} who is logged in */
let me;

/** Whether who is logged in may change something, and see what is secret. The service decides that; the page shows it. */
export const isOperator = () => me?.role === 'operator';

export const whoAmI = () => me;

/**
 * Opens a session; the cookie it sets is out of reach of this page.
 * @param {string} key
 */
export async function login(key) {
  try {
    await send('POST', paths.login, { api_key: key });
  } catch (error) {
    if (signedOut(error)) throw new Problem('That is not the API key. Check that all of it was pasted.');
    if (error instanceof ApiError && error.code === codes.limited) throw new Problem(tooManyKeys(error));
    throw problemOf(error);
  }
  if (await signedIn()) return;
  throw new Problem('The browser did not keep the session cookie. Allow cookies for this site, then log in again.');
}

/** Says whether there is a session. */
export async function signedIn() {
  try {
    me = await read(await send('GET', paths.currentSession));
    return true;
  } catch (error) {
    if (signedOut(error)) return false;
    throw problemOf(error);
  }
}

export const signOn = {
  /** @returns {Promise<string>} the provider by which people can sign in, or '' */
  provider: () => ask('GET', paths.showSignOn).then((answer) => answer.provider),
  /** @returns {Promise<string>} where at the provider they do */
  begin: () => ask('POST', paths.beginSignOn).then((answer) => answer.url),
};

/**
 * Asks what needs no session.
 * @param {string} method
 * @param {string} path
 */
async function ask(method, path) {
  try {
    return await read(await send(method, path));
  } catch (error) {
    throw problemOf(error);
  }
}

export async function logout() {
  try {
    await send('POST', paths.logout);
  } catch (error) {
    throw problemOf(error);
  }
}

/** @typedef {import('./shared/contract.js').TokenDetails} Token remaining is negative where there is no limit */
/** @typedef {import('./shared/contract.js').TransferOverview} Transfer */
/** @typedef {import('./shared/contract.js').Event} Event */
/** @typedef {import('./shared/contract.js').Session} Session */

export const tokens = {
  /** @returns {Promise<Token[]>} */
  list: () => call('GET', paths.listTokenDetails).then((answer) => answer.tokens),
  create: (/** @type {import('./shared/contract.js').CreateTokenRequest} */ token) =>
    call('POST', paths.createToken, token),
  revoke: (/** @type {string} */ name, /** @type {boolean} */ purge) =>
    call('POST', paths.revokeToken(name), { purge }),
  reactivate: (/** @type {string} */ name) => call('POST', paths.reactivateToken(name)),
  limit: (/** @type {string} */ name, /** @type {number} */ limit) =>
    call('POST', paths.updateTokenLimit(name), { usage_limit: limit }),
};

export const transfers = {
  /** @returns {Promise<{ transfers: Transfer[], after?: string }>} */
  page: (/** @type {URLSearchParams} */ query) => call('GET', `${paths.listTransfers}?${query}`),
  /** @returns {Promise<Transfer>} */
  show: (/** @type {string} */ id) => call('GET', paths.showTransfer(id)),
  /** @returns {Promise<Transfer>} as it stands then */
  takeDown: (/** @type {string} */ id, /** @type {string} */ reason) =>
    call('POST', paths.takeDownTransfer(id), { reason }),
};

export const sessions = {
  /** @returns {Promise<Session[]>} those that hold, the last used first */
  list: () => call('GET', paths.listSessions).then((answer) => answer.sessions),
  end: (/** @type {string} */ id) => call('DELETE', paths.endSession(id)),
  endOthers: () => call('DELETE', paths.endOtherSessions),
};

export const webhook = {
  /** @returns {Promise<import('./shared/contract.js').WebhookReply>} */
  show: () => call('GET', paths.showWebhook),
  /** @returns {Promise<import('./shared/contract.js').RevealWebhookReply>} */
  reveal: () => call('POST', paths.revealWebhook),
  /** @returns {Promise<import('./shared/contract.js').TestWebhookReply>} */
  test: () => call('POST', paths.testWebhook),
};

export const audit = {
  /** @returns {Promise<{ events: Event[], after?: string }>} */
  page: (/** @type {URLSearchParams} */ query, /** @type {number} */ limit) =>
    call('GET', `${paths.listEvents}?${query}&limit=${limit}`),
  exportOf: (/** @type {URLSearchParams} */ query) => `${paths.exportEvents}?${query}`,
  chainOf: (/** @type {string} */ from) => `${paths.exportEvents}?${new URLSearchParams({ form: 'chain', from })}`,
  /** @returns {Promise<{ seq: number, hash: string, time?: string, events: number }>} where the chain ends */
  head: () => call('GET', paths.chainHead),
};

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 */
const send = (method, path, json) => request(method, path, { json, credentials: 'same-origin' });

const signedOut = (/** @type {unknown} */ error) => error instanceof ApiError && error.status === 401;

/** A failure in words, and its code. */
export class Refusal extends Problem {
  /** @param {ApiError} error */
  constructor(error) {
    super(wordsFor(error));
    this.code = error.code;
  }
}

const problemOf = (/** @type {unknown} */ error) => (error instanceof ApiError ? new Refusal(error) : error);

/** What keeps out even who has the right key. */
const tooManyKeys = (/** @type {ApiError} */ { retryAfter }) =>
  'Too many wrong keys came from your address, perhaps from somebody who shares it, so no key is taken now. ' +
  `Try again in ${span(retryAfter || 60)}.`;

const ownFault = 'The service has a problem of its own. Try again in a minute; the system page says what is wrong.';
const noToken = 'There is no such token any more. Reload the page to see those there are.';
const stranger = 'The console and the service do not fit together. Reload the page and try again.';

/** @type {Partial<Record<import('./shared/http.js').Code, string>>} */
const WORDS = {
  no_answer: 'The service cannot be reached. Check your connection and try again.',
  no_answer_in_time: ownFault,
  too_slow: 'The request did not arrive in time. Check your connection and try again.',
  no_proper_answer: ownFault,
  unavailable: ownFault,
  internal: ownFault,
  full: ownFault,
  token_name_taken: 'There is a token of that name already. Choose another, or leave the name empty.',
  not_found: noToken,
  token_unknown: noToken,
  transfer_not_found: 'There is no such transfer any more.',
  deleted: 'Its sender has deleted it meanwhile.',
  expired: 'Its time is over: nobody can download it any more.',
  operator_required: 'You are logged in as a viewer, and only operators may do that.',
  no_role: 'Your account is neither an operator’s nor a viewer’s here. Ask whoever runs this service to let you in.',
  sign_on_failed:
    'The sign-in was not completed: it was cancelled, took too long, or began in another browser. Sign in again.',
  sign_on_unavailable:
    'The provider of your account cannot be asked now. Try again in a minute, or log in with the API key.',
  cross_site: stranger,
  method_not_allowed: stranger,
};

/**
 * What to tell an operator about a failure. Of what they entered the service itself says what is wrong.
 * @param {ApiError} error
 */
export function wordsFor({ status, code, detail, retryAfter }) {
  if (code === codes.limited) return `Too many attempts. Try again in ${span(retryAfter || 60)}.`;
  return WORDS[code] ?? (detail || WORDS[codeOf(status)] || 'The service refused that. Check what you entered.');
}
