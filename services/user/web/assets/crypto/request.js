// What a request for files needs: a pair of keys of its own, and the link's key of each transfer sealed to it by HPKE
// (RFC 9180, base mode): X25519, HKDF-SHA256, AES-256-GCM.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '../libraries/hpke.js';
import { concat, encodeText } from './bytes.js';
import { DamagedError, WrongKeyError } from './errors.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

const ENCAPSULATED = 32;
const SEALED = ENCAPSULATED + 32 + 16;

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** @param {string} requestId */
const info = (requestId) => concat([encodeText('sgraph-send request 1'), Uint8Array.of(0), encodeText(requestId)]);

/**
 * What opens the keys of what is sent to a request: a pair whose private half no script can read, or, where it was kept in
 * bytes, those.
 * @typedef {CryptoKeyPair | Bytes} RequestKeys
 */

/**
 * A new pair. Its private half never leaves the maker's browser, which keeps it without telling anybody what it is.
 * @returns {Promise<{ publicKey: Bytes, keys: CryptoKeyPair }>}
 */
export async function newRequestKeys() {
  const keys = /** @type {CryptoKeyPair} */ (
    await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits'])
  );
  return { publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)), keys };
}

/**
 * Seals a link's key to a request.
 * @param {Bytes} publicKey of the request, out of its link
 * @param {string} requestId
 * @param {Key} linkKey
 */
export async function sealKey(publicKey, requestId, linkKey) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey.slice().buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: info(requestId) }, linkKey);
  return concat([new Uint8Array(enc), new Uint8Array(ct)]);
}

/**
 * Opens the key of what somebody sent to a request: a WrongKeyError if it was sealed to another.
 * @param {RequestKeys} keys
 * @param {string} requestId
 * @param {Bytes} sealed
 * @returns {Promise<Key>}
 */
export async function openKey(keys, requestId, sealed) {
  if (sealed.length !== SEALED) throw new DamagedError();
  const recipientKey = keys instanceof Uint8Array ? await suite.kem.importKey('raw', keys.slice().buffer, false) : keys;
  const enc = sealed.slice(0, ENCAPSULATED).buffer;
  try {
    return new Uint8Array(await suite.open({ recipientKey, enc, info: info(requestId) }, sealed.slice(ENCAPSULATED)));
  } catch {
    throw new WrongKeyError();
  }
}

const GRANT = encodeText('sgraph-send request grant 1');

/**
 * What shows that somebody has a request's link, out of its seed.
 * @param {Bytes} seed
 * @returns {Promise<Bytes>}
 */
export async function grantOf(seed) {
  const material = await crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveBits']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: GRANT };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, 256));
}
