// The service's API, as this page uses it. Every failure is an ApiError; words.js says what it means to a person.

export class ApiError extends Error {
  /** status 0: no answer at all. */
  constructor(status, detail, retryAfter = 0) {
    super(detail || `status ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

const TOKEN_HEADER = 'x-sgraph-access-token';
const DELETE_HEADER = 'x-sgraph-transfer-delete-auth';

/** Cautious values for a service that does not say. */
const DEFAULTS = {
  max_bytes: 0,
  direct_bytes: 5 * 1024 * 1024,
  default_ttl_seconds: 7 * 86400,
  max_ttl_seconds: 30 * 86400,
  token_required: true,
};

/** What the service says about itself, and how far its clock is ahead of ours (milliseconds). */
export async function getConfig() {
  let clockOffset = 0;
  const said = await request('GET', '/api/send/config', {}, (response) => {
    const serverTime = Date.parse(response.headers.get('date') ?? '');
    // The header has whole seconds, and the answer took a moment: only a clock that is really off counts.
    if (Math.abs(serverTime - Date.now()) > 5000) clockOffset = serverTime - Date.now();
  });
  return { ...DEFAULTS, ...said, clock_offset: clockOffset };
}

export const checkToken = (token) => request('GET', `/api/transfers/check-token/${encodeURIComponent(token)}`);

export const getInfo = (id) => request('GET', `/api/transfers/info/${id}`);

export const getDownloadUrl = (id) => request('GET', `/api/presigned/download-url/${id}`);

export const directDownloadPath = (id) => `/api/transfers/download/${id}`;

export const deleteTransfer = (id, secret) =>
  request('DELETE', `/api/transfers/delete/${id}`, { headers: { [DELETE_HEADER]: secret } });

export const tokenHeaders = (token) => (token ? { [TOKEN_HEADER]: token } : {});

export const post = (path, { token, body, signal } = {}) =>
  request('POST', path, {
    signal,
    headers: { ...tokenHeaders(token), ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });

async function request(method, path, options = {}, onResponse = () => {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      ...options,
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
  if (!response.ok) throw await errorFrom(response);
  onResponse(response);
  try {
    return await response.json();
  } catch {
    throw new ApiError(502, ''); // a proxy's page, not the service's answer
  }
}

export async function errorFrom(response) {
  return errorOf(response.status, await response.text().catch(() => ''), response.headers.get('retry-after'));
}

/** The error in an answer: {"detail": "text"} or {"detail": [{"loc", "msg"}]}. */
export function errorOf(status, body, retryAfter) {
  let detail = '';
  try {
    ({ detail } = JSON.parse(body));
    if (Array.isArray(detail)) detail = detail.map(({ msg }) => msg).join('; ');
  } catch {
    // Not JSON: the status has to do.
  }
  return new ApiError(status, typeof detail === 'string' ? detail : '', Number(retryAfter) || 0);
}
