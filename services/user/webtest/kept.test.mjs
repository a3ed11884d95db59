// What a download leaves in the browser: it comes back as it was, as far as it is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Kept, PIECE } from '../web/assets/net/kept.js';
import { fakeDatabase } from './database.mjs';

Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });

const rows = fakeDatabase('claims', 'pieces');
const ID = '0123456789ab';
const PIECES = 19; // more than are read at once, and some

const claim = {
  name: 'n',
  place: 'p',
  permit: '',
  validator: '',
  total: PIECES * PIECE - 5,
  ends: Date.now() + 60_000,
};

/** A piece of which each is another. */
const pieceOf = (index) => new Uint8Array(index === PIECES - 1 ? PIECE - 5 : PIECE).fill(index);

async function filled(kept) {
  await kept.save(claim);
  for (let index = 0; index < PIECES; index++) assert.ok(await kept.add(index, pieceOf(index)));
  await kept.close();
  return kept;
}

/** How many whole pieces come, in their order. */
async function comeBack(kept) {
  let index = 0;
  for await (const bytes of kept.bytes()) assert.deepEqual(bytes, pieceOf(index++));
  return index;
}

test('what is kept comes back, to another page, too', async () => {
  await filled(new Kept(ID));
  const kept = new Kept(ID);
  await kept.load();
  assert.ok(kept.isStored);
  assert.equal(kept.size, claim.total);
  assert.equal(await comeBack(kept), PIECES);
  assert.equal(await comeBack(kept), PIECES);
});

test('of what is done the permission stays, and few bytes', async () => {
  let kept = await filled(new Kept(ID));
  await kept.finish();
  kept = new Kept(ID);
  await kept.load();
  assert.deepEqual(kept.claim, { ...claim, isDone: true });
  assert.equal(await comeBack(kept), PIECES);
  const large = { ...claim, total: 33 * PIECE };
  await kept.save(large);
  await kept.finish();
  assert.deepEqual(kept.claim, { ...large, isDone: true });
  assert.equal(rows.pieces.size, 0);
  assert.equal(await comeBack(kept), 0);
});

test('nothing stays when the hour is over', async () => {
  const kept = await filled(new Kept(ID));
  await kept.save({ ...claim, ends: Date.now() - 1 });
  await kept.finish();
  await kept.load();
  assert.equal(kept.claim, null);
  assert.equal(rows.claims.size + rows.pieces.size, 0);
});

test('where a piece is gone, those before it are all that is kept', async () => {
  const { pieces } = rows;
  await filled(new Kept(ID));
  const gone = [...pieces].find(([, { key }]) => key[1] === 11)[0];
  const kept = new Kept(ID);
  await kept.load();
  pieces.delete(gone);
  assert.equal(await comeBack(kept), 11);
  assert.equal(kept.size, 11 * PIECE);
  assert.equal(await comeBack(kept), 11);
});

test('so it is where pieces cannot be read', async () => {
  const { pieces } = rows;
  await filled(new Kept(ID));
  const kept = new Kept(ID);
  await kept.load();
  for (const row of pieces.values()) if (row.key[1] === 11) row.value = { at: 0, size: PIECE }; // in no file
  const back = await comeBack(kept);
  assert.ok(back > 0 && back <= 11, `${back} pieces came`);
  assert.equal(kept.size, back * PIECE);
});

test('where nothing is stored, the page itself has it', async () => {
  rows.claims.isFull = true;
  const kept = await filled(new Kept(ID));
  assert.equal(kept.isStored, false);
  assert.equal(await comeBack(kept), PIECES);
  assert.equal(await kept.piece(PIECES), null);
  assert.ok(await kept.put(PIECES + 1, pieceOf(1)));
  assert.equal(await kept.piece(PIECES), null);
  assert.deepEqual(await kept.piece(PIECES + 1), pieceOf(1));
});
