// Passphrases, and what stretches them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { toHex } from '../web/assets/crypto/bytes.js';
import { BLOCK, newBlock, passphraseBytes, readBlock } from '../web/assets/crypto/passphrase.js';
import { mixPassphrase } from '../web/assets/crypto/stretch.js';
import { argon2idAsync } from '../web/assets/libraries/argon2.js';
import { again, rounds } from './chance.mjs';

const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const CHEAP = { lanes: 1, passes: 1, memory: 8 };

test('Argon2id is that of Go', async () => {
  const made = JSON.parse(readFileSync(new URL('argon2.json', import.meta.url)));
  assert.ok(made.length > 0);
  for (const { secret, salt, lanes: p, passes: t, memory: m, out } of made) {
    assert.equal(toHex(await argon2idAsync(fromHex(secret), fromHex(salt), { t, m, p, dkLen: 32 })), out);
  }
});

test('link and passphrase give one key together, and each alone another', async () => {
  const [linkKey, block] = [new Uint8Array(32).fill(1), newBlock(CHEAP)];
  const keys = await Promise.all([
    mixPassphrase(linkKey, 'Zürich', block),
    mixPassphrase(linkKey, 'Zu\u0308rich', block), // the same, as another keyboard writes it
    mixPassphrase(linkKey, 'Zurich', block),
    mixPassphrase(new Uint8Array(32), 'Zürich', block),
    mixPassphrase(linkKey, 'Zürich', newBlock(CHEAP)),
    mixPassphrase(
      linkKey,
      'Zürich',
      Uint8Array.from(block, (byte, i) => (i === 3 ? 2 : byte)),
    ), // passes
  ]);
  assert.deepEqual(keys[0], keys[1]);
  assert.equal(new Set(keys.map(toHex)).size, keys.length - 1);
  assert.ok(keys.every((key) => key.length === 32));
});

test('it tells how much of it is done', async () => {
  const told = [];
  await mixPassphrase(new Uint8Array(32), 'a', newBlock({ lanes: 1, passes: 2, memory: 512 }), (done) =>
    told.push(done),
  );
  assert.equal(told.at(-1), 1);
  assert.deepEqual(told, told.toSorted());
});

test('passphrases have 1 to 1,024 bytes', async () => {
  assert.equal(passphraseBytes(''), null);
  assert.equal(passphraseBytes('ü'.repeat(512)).length, 1024);
  assert.equal(passphraseBytes('ü'.repeat(513)), null);
  assert.equal(passphraseBytes('u\u0308'.repeat(512)).length, 1024);
  await assert.rejects(mixPassphrase(new Uint8Array(32), '', newBlock(CHEAP)), RangeError);
});

test('blocks that ask for another function, or for too much or too little, are refused', () => {
  const block = (change) => {
    const bytes = newBlock(CHEAP);
    change(new DataView(bytes.buffer));
    return bytes;
  };
  const good = block((view) => view.setUint8(1, 4) || view.setUint16(2, 16) || view.setUint32(4, 262_144));
  const { lanes, passes, memory, salt } = readBlock(good);
  assert.deepEqual({ lanes, passes, memory }, { lanes: 4, passes: 16, memory: 262_144 });
  assert.deepEqual(salt, good.slice(8));
  for (const [code, change] of [
    ['newer-version', (view) => view.setUint8(0, 2)],
    ['damaged', (view) => view.setUint8(1, 0)],
    ['damaged', (view) => view.setUint8(1, 5)],
    ['damaged', (view) => view.setUint16(2, 0)],
    ['damaged', (view) => view.setUint16(2, 17)],
    ['damaged', (view) => view.setUint32(4, 7)],
    ['damaged', (view) => view.setUint8(1, 2)], // which need 16 KiB
    ['damaged', (view) => view.setUint32(4, 262_145)],
  ]) {
    assert.throws(() => readBlock(block(change)), { code });
  }
  assert.throws(() => readBlock(good.slice(1)), { code: 'damaged' });
});

test('whatever a block has in it, it is refused or within bounds', () =>
  again(rounds(2000, 100_000), (chance) => {
    const bytes = Uint8Array.from({ length: BLOCK + (chance(20) === 0 ? chance(3) - 1 : 0) }, () =>
      chance(2) ? chance(4) : chance(256),
    );
    bytes[0] = chance(8) ? 1 : bytes[0];
    try {
      const { lanes, passes, memory } = readBlock(bytes);
      assert.ok(bytes.length === BLOCK && bytes[0] === 1);
      assert.ok(lanes >= 1 && lanes <= 4 && passes >= 1 && passes <= 16 && memory >= 8 * lanes && memory <= 262_144);
    } catch (error) {
      assert.ok(['damaged', 'newer-version'].includes(error.code), error);
    }
  }));
