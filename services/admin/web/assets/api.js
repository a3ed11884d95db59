// The service's API, as the console speaks it. Every failure is a Problem, which has the words for it.

import { Problem } from './shared/dom.js';
import { span } from './shared/format.js';
import { ApiError, read, request } from './shared/http.js';

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
 * Asks the service and returns what it answers. When the session is over it waits for a new login and asks again, so
 * that nothing typed is lost.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 */
export async function call(method, path, json) {
  for (;;) {
    try {
      return await read(await send(method, path, json));
    } catch (error) {
      if (!signedOut(error) || !askToLogIn) throw problemOf(error);
      await askToLogIn();
    }
  }
}

/**
 * Opens a session; the cookie it sets is out of reach of this page.
 * @param {string} key
 */
export async function login(key) {
  try {
    await send('POST', '/auth/login', { api_key: key });
  } catch (error) {
    throw signedOut(error)
      ? new Problem('That is not the API key. Check that all of it was pasted.')
      : problemOf(error);
  }
  if (await signedIn()) return;
  throw new Problem('The browser did not keep the session cookie. Allow cookies for this site, then log in again.');
}

/** Says whether there is a session. */
export async function signedIn() {
  try {
    await send('GET', '/auth/session');
    return true;
  } catch (error) {
    if (signedOut(error)) return false;
    throw problemOf(error);
  }
}

export async function logout() {
  try {
    await send('POST', '/auth/logout');
  } catch (error) {
    throw problemOf(error);
  }
}

/**
 * A token as the list has it; remaining is negative where there is no limit.
 * @typedef {{
 *   token_name: string, cache_id: string, status: string, created_at: string, created_by: string,
 *   usage_limit: number, usage_count: number, remaining: number, metadata: { note?: unknown } | null,
 * }} Token
 */

export const tokens = {
  /** @returns {Promise<Token[]>} */
  list: () => call('GET', '/tokens/list-details').then((answer) => answer.tokens),
  create: (/** @type {object} */ token) => call('POST', '/tokens/create', token),
  revoke: (/** @type {string} */ name) => call('POST', tokenPath('revoke', name)),
  reactivate: (/** @type {string} */ name) => call('POST', tokenPath('reactivate', name)),
  limit: (/** @type {string} */ name, /** @type {number} */ limit) =>
    call('POST', tokenPath('update-limit', name), { usage_limit: limit }),
};

/**
 * @typedef {{
 *   time: string, event: string, outcome: string, reason?: string, transfer?: string, token?: string, client?: string,
 * }} Event
 */

export const audit = {
  /** @returns {Promise<{ events: Event[], after?: string }>} */
  page: (/** @type {URLSearchParams} */ query, /** @type {number} */ limit) =>
    call('GET', `/audit/events?${query}&limit=${limit}`),
  exportOf: (/** @type {URLSearchParams} */ query) => `/audit/export?${query}`,
};

const tokenPath = (/** @type {string} */ action, /** @type {string} */ name) =>
  `/tokens/${action}/${encodeURIComponent(name)}`;

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 */
const send = (method, path, json) => request(method, path, { json, credentials: 'same-origin' });

const signedOut = (/** @type {unknown} */ error) => error instanceof ApiError && error.status === 401;

const OWN_FAULT = 'The service has a problem of its own. Try again in a minute; the system page says what is wrong.';

/** The words for a failure, which are a Problem. */
function problemOf(/** @type {unknown} */ error) {
  if (!(error instanceof ApiError)) return error;
  return new Problem(wordsFor(error));
}

/** @param {ApiError} error */
export function wordsFor({ status, code, detail, retryAfter }) {
  return detail || code || String(status) || span(retryAfter) || OWN_FAULT;
}
