// The service's API, as these pages use it. Every failure is an ApiError; words.js says what it means to a person.

import { read, request } from '../shared/http.js';

const TOKEN_HEADER = 'x-sgraph-access-token';
const DELETE_HEADER = 'x-sgraph-transfer-delete-auth';

/**
 * What the service says about itself; max_bytes is 0 where there is no limit.
 * @typedef {{
 *   max_bytes: number, direct_bytes: number, default_ttl_seconds: number, max_ttl_seconds: number,
 *   token_required: boolean, version?: string, clock_offset: number,
 * }} Config
 */

/** Cautious values for a service that does not say. */
const DEFAULTS = {
  max_bytes: 0,
  direct_bytes: 5 * 1024 * 1024,
  default_ttl_seconds: 7 * 86400,
  max_ttl_seconds: 30 * 86400,
  token_required: true,
};

/**
 * What the service says about itself, and how far its clock is ahead of ours (milliseconds).
 * @returns {Promise<Config>}
 */
export async function getConfig() {
  const response = await request('GET', '/api/send/config');
  const serverTime = Date.parse(response.headers.get('date') ?? '');
  const ahead = serverTime - Date.now();
  const said = await read(response);
  // The header has whole seconds, and the answer took a moment: only a clock that is really off counts.
  return { ...DEFAULTS, ...said, clock_offset: Math.abs(ahead) > 5000 ? ahead : 0 };
}

const get = async (/** @type {string} */ path) => read(await request('GET', path));

/** @returns {Promise<{ valid: boolean, status?: string, reason?: string, remaining?: number, unlimited?: boolean }>} */
export const checkToken = (/** @type {string} */ token) =>
  get(`/api/transfers/check-token/${encodeURIComponent(token)}`);

/**
 * @typedef {{
 *   status: string, content_type_hint?: string, file_size_bytes?: number, payload_bytes?: number, expires_at?: string,
 *   is_expired?: boolean, is_exhausted?: boolean, download_count: number, max_downloads?: number,
 *   downloads_remaining?: number,
 * }} TransferInfo
 */

/** @returns {Promise<TransferInfo>} */
export const getInfo = (/** @type {string} */ id) => get(`/api/transfers/info/${id}`);

/** @returns {Promise<{ download_url: string }>} */
export const getDownloadUrl = (/** @type {string} */ id) => get(`/api/presigned/download-url/${id}`);

export const directDownloadPath = (/** @type {string} */ id) => `/api/transfers/download/${id}`;

/**
 * @param {string} id
 * @param {string} secret
 */
export const deleteTransfer = (id, secret) =>
  request('DELETE', `/api/transfers/delete/${id}`, { headers: { [DELETE_HEADER]: secret } });

/** @returns {Record<string, string>} */
export const tokenHeaders = (/** @type {string} */ token) => (token ? { [TOKEN_HEADER]: token } : {});

/**
 * @param {string} path
 * @param {{ token?: string, json?: unknown, signal?: AbortSignal }} [options]
 */
export const post = async (path, { token = '', json, signal } = {}) =>
  read(await request('POST', path, { json, signal, headers: tokenHeaders(token) }));
