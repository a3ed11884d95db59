// The link's key: 32 random bytes, written as 43 characters.

import { encodeText, fromBase64url, toBase64url, toHex } from './bytes.js';

/** @typedef {import('./bytes.js').Bytes} Key */

export const newSecret = () => crypto.getRandomValues(new Uint8Array(32));

export const writeKey = toBase64url;

/** The key that is written in 43 characters. */
export const parseKey = fromBase64url;

const FRIENDLY_SALT = encodeText('sgraph-send-v1');
const FRIENDLY_ROUNDS = 600_000;

/**
 * Id and key of a friendly token. Read for the links that exist; none are made, since the id gives the token away.
 * @param {string} token
 */
export async function friendlyTransfer(token) {
  const secret = encodeText(token);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', secret));
  const material = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: FRIENDLY_SALT, iterations: FRIENDLY_ROUNDS };
  const key = new Uint8Array(await crypto.subtle.deriveBits(pbkdf2, material, 256));
  return { id: toHex(digest.subarray(0, 6)), key };
}

/**
 * What the server keeps to recognise the sender's wish to delete: a hash of the secret, never the secret.
 * @param {string} secret
 */
export async function hashSecret(secret) {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(secret))));
}
