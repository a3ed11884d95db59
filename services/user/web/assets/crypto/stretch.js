// Stretches a passphrase with Argon2id and mixes it into the key, so that link or passphrase alone opens nothing.
//
//   key     HKDF-SHA256(the link's key | Argon2id(passphrase), no salt, info = "sgraph-send passphrase 1"), 32 bytes
//
// It stands in for the link's key wherever that is used otherwise.

import { argon2idAsync } from '../libraries/argon2.js';
import { concat, encodeText } from './bytes.js';
import { MOST, passphraseBytes, readBlock } from './passphrase.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key.js').Key} Key */

const INFO = encodeText('sgraph-send passphrase 1');

/**
 * The key of link and passphrase together. It takes about a second, and tells meanwhile how much of it is done, from 0
 * to 1.
 * @param {Key} linkKey
 * @param {string} passphrase
 * @param {Bytes} block
 * @param {(done: number) => void} [onProgress]
 * @returns {Promise<Key>}
 */
export async function mixPassphrase(linkKey, passphrase, block, onProgress) {
  const { lanes, passes, memory, salt } = readBlock(block);
  const secret = passphraseBytes(passphrase);
  if (!secret) throw new RangeError('a passphrase has 1 to 1,024 bytes');
  const stretched = await argon2idAsync(secret, salt, {
    t: passes,
    m: memory,
    p: lanes,
    version: 0x13,
    dkLen: 32,
    maxmem: 2 * MOST.memory * 1024,
    asyncTick: 50,
    onProgress,
  });
  const both = concat([linkKey, new Uint8Array(stretched)]);
  const material = await crypto.subtle.importKey('raw', both, 'HKDF', false, ['deriveBits']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, 256));
}
