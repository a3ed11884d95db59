// Keys that are sealed to a request.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { grantOf, newRequestKeys, openKey, sealKey } from '../web/assets/crypto/request.js';
import { again, rounds } from './chance.mjs';

const ID = '0123456789ab';
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

test('a key opens for who made the request, and for no one else', async () => {
  const [maker, other] = [await newRequestKeys(), await newRequestKeys()];
  assert.equal(maker.publicKey.length, 32);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', maker.keys.privateKey), /not extractable/);
  const sealed = await sealKey(maker.publicKey, ID, KEY);
  assert.equal(sealed.length, 80);
  assert.notDeepEqual(await sealKey(maker.publicKey, ID, KEY), sealed);
  assert.deepEqual(await openKey(maker.keys, ID, sealed), KEY);
  await assert.rejects(openKey(other.keys, ID, sealed), { code: 'wrong-key' });
  await assert.rejects(openKey(maker.keys, '0123456789ac', sealed), { code: 'wrong-key' });
});

test('a key that was changed does not open', async () => {
  const { publicKey, keys } = await newRequestKeys();
  const sealed = await sealKey(publicKey, ID, KEY);
  await again(rounds(40, 2000), async (chance) => {
    const changed = sealed.slice();
    changed[chance(80)] ^= 1 << chance(8);
    if (chance(8) === 0) changed.fill(0, 0, 32); // a point of low order
    await assert.rejects(openKey(keys, ID, changed), { code: 'wrong-key' });
    await assert.rejects(openKey(keys, ID, sealed.slice(0, chance(80))), { code: 'damaged' });
  });
  await assert.rejects(openKey(keys, ID, new Uint8Array(81)), { code: 'damaged' });
});

test('grants', async () => {
  const grant = await grantOf(KEY);
  assert.equal(grant.length, 32);
  assert.notDeepEqual(await grantOf(KEY.toReversed()), grant);
});
