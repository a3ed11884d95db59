// What is kept of what was sent, where that is wanted.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  forgetAll,
  forgetTransfer,
  isKeeping,
  keepFromNow,
  keepTransfer,
  ownTransfer,
  ownTransfers,
} from '../web/assets/net/own-transfers.js';
import { fakeDatabase } from './database.mjs';

const sent = (n) => ({ id: `id ${n}`, key: 'key', deleteSecret: 'secret', name: `${n}.txt`, size: n, sent: n });
const ids = async () => (await ownTransfers()).map(({ id }) => id);

test('the newest two hundred are kept, one is forgotten, and all are', async () => {
  fakeDatabase('transfers');
  for (let n = 0; n < 205; n++) await keepTransfer(sent(n));
  assert.deepEqual([(await ids()).length, (await ids())[0], (await ids()).at(-1)], [200, 'id 204', 'id 5']);
  await keepTransfer({ ...sent(100), sent: 1000 }); // again, as one that went on
  assert.deepEqual([(await ids()).length, (await ids())[0]], [200, 'id 100']);
  await forgetTransfer('id 100');
  assert.equal((await ids())[0], 'id 204');
  await forgetAll();
  assert.deepEqual(await ids(), []);
});

test('nothing is kept unless that is wanted, or where the browser keeps nothing', async () => {
  assert.equal(isKeeping(), false); // there is no storage here
  const rows = new Map();
  globalThis.localStorage = {
    getItem: (key) => rows.get(key) ?? null,
    setItem: (key, value) => rows.set(key, value),
    removeItem: (key) => rows.delete(key),
  };
  assert.equal(isKeeping(), false);
  keepFromNow(true);
  assert.equal(isKeeping(), true);
  fakeDatabase('transfers');
  await keepTransfer(sent(1));
  assert.deepEqual([await ownTransfer('id 1'), await ownTransfer('id 2')], [sent(1), undefined]);
  keepFromNow(false);
  assert.equal(await ownTransfer('id 1'), undefined);
  assert.deepEqual([isKeeping(), rows.size], [false, 0]);
});
