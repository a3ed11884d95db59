// How long a browser keeps what an upload that broke off is sealed with.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Journal, unfinished } from '../web/assets/net/unfinished.js';
import { fakeDatabase } from './database.mjs';

const HOUR = 3600_000;
const key = new Uint8Array(32);
const plan = { key, linkKey: key, name: 'a.bin', files: [], handles: null };
const stream = { random: new Uint8Array(39), size: 1000 };

test('what broke off is kept for a day, and no longer than its transfer is', async (t) => {
  const rows = fakeDatabase('uploads', 'tags', 'sent');
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const kept = async () => (await unfinished()).map(({ begun }) => begun.id);
  await Journal.begin({ ...plan, expires: Date.now() + 100 * HOUR }, { ...stream, id: 'long' });
  await Journal.begin({ ...plan, expires: Date.now() + HOUR }, { ...stream, id: 'short' });
  assert.deepEqual((await kept()).sort(), ['long', 'short']);
  t.mock.timers.tick(HOUR);
  assert.deepEqual(await kept(), ['long']);
  t.mock.timers.tick(23 * HOUR - 1);
  assert.deepEqual(await kept(), ['long']);
  t.mock.timers.tick(1);
  assert.deepEqual(await kept(), []);
  for (const [store, left] of Object.entries(rows)) assert.equal(left.size, 0, store);
});

test('parts that have a segment in common leave at the same time, and the tags of both are kept', async () => {
  fakeDatabase('uploads', 'tags', 'sent');
  const segment = (index) => ({ index, tag: new Uint8Array(16).fill(index + 1) });
  const journal = await Journal.begin({ ...plan, expires: Date.now() + HOUR }, { ...stream, id: 'small' });
  await Promise.all([journal.leaving([segment(0), segment(1)]), journal.leaving([segment(0)])]);
  const { tags } = await (await Journal.find('small')).kept();
  assert.deepEqual([tags.length, tags[0], tags[16]], [32, 1, 2]);
});
