// The service's API, as these pages use it. Every failure is an ApiError; words.js says what it means to a person.

import { headers, paths } from '../shared/contract.js';
import { read, request } from '../shared/http.js';

/** @typedef {import('../shared/contract.js').TransferInfoReply} TransferInfo */
/** @typedef {import('../shared/contract.js').ConfigReply & { clock_offset: number }} Config */

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
  const response = await request('GET', paths.config);
  const serverTime = Date.parse(response.headers.get('date') ?? '');
  const ahead = serverTime - Date.now();
  const said = await read(response);
  // The header has whole seconds, and the answer took a moment: only a clock that is really off counts.
  return { ...DEFAULTS, ...said, clock_offset: Math.abs(ahead) > 5000 ? ahead : 0 };
}

/**
 * Where a link that the service gave is asked. Its own are asked where this page came from, by whatever name or address
 * that was; those of a storage are left as they are.
 * @param {string} link
 */
export function place(link) {
  const path = link.replace(/^https?:\/\/[^/]*/i, '');
  return path.startsWith(paths.getLink('')) ? path : link;
}

const get = async (/** @type {string} */ path) => read(await request('GET', path));

/** @returns {Promise<import('../shared/contract.js').CheckTokenReply>} */
export const checkToken = (/** @type {string} */ token) => get(paths.checkToken(token));

/** @returns {Promise<TransferInfo>} */
export const getInfo = (/** @type {string} */ id) => get(paths.transferInfo(id));

/**
 * Where the sealed bytes are, and the permit to ask for them again. It counts a download, unless the claim of one is
 * known.
 * @param {string} id
 * @param {{ name: string, permit: string }} claim
 */
export async function getDownloadPlace(id, claim) {
  const response = await request('GET', paths.downloadUrl(id), { headers: claimHeaders(claim) });
  /** @type {import('../shared/contract.js').DownloadURLReply} */
  const { download_url: link } = await read(response);
  return { place: place(link), permit: response.headers.get(headers.downloadPermit) ?? claim.permit };
}

/**
 * By what the service knows a claim: the permit that it gave, or before that what it is called here.
 * @param {{ name: string, permit: string }} claim
 * @returns {Record<string, string>}
 */
export const claimHeaders = ({ name, permit }) =>
  permit ? { [headers.downloadPermit]: permit } : { [headers.downloadClaim]: name };

/**
 * @param {string} id
 * @param {string} secret
 */
export const deleteTransfer = (id, secret) =>
  request('DELETE', paths.deleteTransfer(id), { headers: { [headers.deleteAuth]: secret } });

/**
 * Sets anew when a transfer ends.
 * @param {string} id
 * @param {string} secret
 * @param {Date} expires
 * @returns {Promise<import('../shared/contract.js').ChangeExpiryReply>}
 */
export const changeExpiry = async (id, secret, expires) => {
  const json = { expires_at: expires.toISOString() };
  return read(await request('POST', paths.changeExpiry(id), { headers: { [headers.deleteAuth]: secret }, json }));
};

/** @returns {Promise<import('../shared/contract.js').RequestInfoReply>} */
export const getRequest = (/** @type {string} */ id) => get(paths.requestInfo(id));

/**
 * What arrived for a request.
 * @param {string} id
 * @param {string} secret
 * @returns {Promise<import('../shared/contract.js').RequestTransfersReply>}
 */
export const getArrived = async (id, secret) =>
  read(await request('GET', paths.requestTransfers(id), { headers: { [headers.requestAuth]: secret } }));

/**
 * @param {string} id
 * @param {string} secret
 */
export const closeRequest = (id, secret) =>
  request('DELETE', paths.closeRequest(id), { headers: { [headers.requestAuth]: secret } });

/** @returns {Record<string, string>} */
export const tokenHeaders = (/** @type {string} */ token) => (token ? { [headers.accessToken]: token } : {});

/**
 * @param {string} path
 * @param {{ token?: string, json?: unknown, signal?: AbortSignal }} [options]
 */
export const post = async (path, { token = '', json, signal } = {}) =>
  read(await request('POST', path, { json, signal, headers: tokenHeaders(token) }));
