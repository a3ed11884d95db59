// The passphrase beside a link, and what says how it is stretched, which stands in the open before what it seals.
//
//   block   01 (Argon2id v1.3) | lanes, 1 byte | passes, 2 | memory in KiB, 4 | salt, 16
//
// What makes a key of the two is stretch.js, for the worker alone: it brings a library with it.

import { encodeText } from './bytes.js';
import { DamagedError, NewerVersionError } from './errors.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ lanes: number, passes: number, memory: number }} Costs memory in KiB */

/** The length of a block. */
export const BLOCK = 24;

/** The longest passphrase, in bytes. */
export const MAX_PASSPHRASE = 1024;

const ARGON2ID = 1;
const SALT = 16;

/** What it costs to try one passphrase. docs/performance.md says what that takes. @type {Costs} */
export const COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };

/** What a stranger's file may ask of this device. */
export const MOST = { lanes: 4, passes: 16, memory: 256 * 1024 };

/** A block for a new transfer. */
export function newBlock({ lanes, passes, memory } = COSTS) {
  const block = crypto.getRandomValues(new Uint8Array(BLOCK));
  const view = new DataView(block.buffer);
  view.setUint8(0, ARGON2ID);
  view.setUint8(1, lanes);
  view.setUint16(2, passes);
  view.setUint32(4, memory);
  return block;
}

/**
 * What a block says, of whomever it is: refused if it asks for another function, or for more than is reasonable.
 * @param {Bytes} block
 */
export function readBlock(block) {
  if (block.length !== BLOCK) throw new DamagedError();
  if (block[0] !== ARGON2ID) throw new NewerVersionError();
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const [lanes, passes, memory] = [view.getUint8(1), view.getUint16(2), view.getUint32(4)];
  const isWithin =
    lanes >= 1 &&
    lanes <= MOST.lanes &&
    passes >= 1 &&
    passes <= MOST.passes &&
    memory >= 8 * lanes &&
    memory <= MOST.memory;
  if (!isWithin) throw new DamagedError();
  return { lanes, passes, memory, salt: block.slice(BLOCK - SALT) };
}

/**
 * The bytes of a passphrase, however it was typed; null if it is empty or too long.
 * @param {string} passphrase
 */
export function passphraseBytes(passphrase) {
  const bytes = encodeText(passphrase.normalize('NFC'));
  return bytes.length >= 1 && bytes.length <= MAX_PASSPHRASE ? bytes : null;
}
