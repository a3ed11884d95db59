// Asking a service. Every failure is an ApiError: each site has the words for it.

/** What a service answered other than what was asked for, or that it did not answer. */
export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {{ code?: string, detail?: string, retryAfter?: number }} [why] code is a word of the contract, and empty
   * where something on the way answered; detail is for people; retryAfter is in seconds
   */
  constructor(status, { code = '', detail = '', retryAfter = 0 } = {}) {
    super(detail || code || `status ${status}`);
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
 * @param {{ headers?: Record<string, string>, json?: unknown, signal?: AbortSignal, credentials?: RequestCredentials }} [options]
 */
export async function request(method, path, { headers = {}, json, signal, credentials = 'omit' } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
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
  throw errorOf(response.status, text, response.headers.get('retry-after'));
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
    code: typeof said?.code === 'string' ? said.code : '',
    detail: typeof detail === 'string' ? detail : '',
    retryAfter: Number(retryAfter) || 0,
  });
}
