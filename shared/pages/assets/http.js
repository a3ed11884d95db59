// Asking a service. Every failure is an ApiError: each site has the words for it.

import { headers as names } from './contract.js';

/** @typedef {typeof import('./contract.js').codes} Codes */
/** @typedef {Codes[keyof Codes] | 'no_answer' | 'no_answer_in_time' | 'no_proper_answer'} Code */

/**
 * What an answer without a code comes to: of something on the way, or of the storage, which has words of its own.
 * @type {Record<number, Code>}
 */
const STATUSES = {
  0: 'no_answer',
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  410: 'gone',
  413: 'too_large',
  416: 'out_of_range',
  429: 'limited',
  500: 'internal',
  502: 'no_proper_answer',
  503: 'unavailable',
  504: 'no_answer_in_time',
  507: 'full',
};

/**
 * The code that a status comes to.
 * @param {number} status
 */
export const codeOf = (status) => STATUSES[status] ?? (status < 500 ? 'invalid' : 'internal');

/** That a service did not do what was asked, or did not answer. Its code says why, in a word that does not change. */
export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {{ code?: Code, detail?: string, retryAfter?: number }} [why] detail is for people, retryAfter in seconds
   */
  constructor(status, { code = codeOf(status), detail = '', retryAfter = 0 } = {}) {
    super(detail || code);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/**
 * Asks, and returns an answer that is one of success.
 * @param {string} method
 * @param {string} path
 * @param {{
 *   headers?: Record<string, string>, json?: unknown, signal?: AbortSignal, credentials?: RequestCredentials,
 * }} [options]
 */
export async function request(method, path, { headers = {}, json, signal, credentials = 'omit' } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { [names.contentType]: 'application/json', ...headers },
      body,
      signal,
      credentials,
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new ApiError(0);
  }
  if (response.ok) return response;
  const text = await response.text().catch(() => '');
  throw errorOf(response.status, text, response.headers.get(names.retryAfter));
}

/**
 * What a successful answer says.
 * @param {Response} response
 * @returns {Promise<any>}
 */
export async function read(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError(502); // a proxy's page, not the service's answer
  }
}

/**
 * The error in an answer: {"code", "detail": "text"} or {"code", "detail": [{"loc", "msg"}]}.
 * @param {number} status
 * @param {string} body
 * @param {string | null} retryAfter
 */
export function errorOf(status, body, retryAfter) {
  let said;
  try {
    said = JSON.parse(body);
  } catch {
    // Not JSON: the status has to do.
  }
  const detail = Array.isArray(said?.detail)
    ? said.detail.map((/** @type {{ msg: string }} */ { msg }) => msg).join('; ')
    : said?.detail;
  return new ApiError(status, {
    code: typeof said?.code === 'string' ? said.code : undefined,
    detail: typeof detail === 'string' ? detail : '',
    retryAfter: Number(retryAfter) || 0,
  });
}
