// Whose turn it is to send a part, by how long parts take: time passes here only as it is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seal } from '../web/assets/crypto/seal.js';
import { Turns } from '../web/assets/net/turns.js';
import { upload } from '../web/assets/net/upload.js';

const QUICK = 10_000;

Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });

let now = 0;
Date.now = () => now;

/** Lets all that waits for no time go on. */
const settle = () => new Promise(setImmediate);

/** Parts that wait for their turn, and are sent until it is said that one has arrived. */
function sending(count, signal = new AbortController().signal) {
  const turns = new Turns(signal);
  const onTheirWay = [];
  const all = Array.from({ length: count }, () =>
    turns.take(() => new Promise((resolve, reject) => onTheirWay.push({ resolve, reject }))),
  );
  const arrives = async (after = 0) => {
    now += after;
    onTheirWay.shift().resolve();
    await settle();
    return onTheirWay.length;
  };
  return { all, onTheirWay, arrives };
}

test('one part goes alone, and more beside it as they go through quickly, up to three', async () => {
  const { all, onTheirWay, arrives } = sending(9);
  await settle();
  assert.equal(onTheirWay.length, 1);
  const many = [];
  for (let i = 0; i < 9; i++) many.push(await arrives(1000));
  assert.deepEqual(many, [2, 3, 3, 3, 3, 3, 2, 1, 0]);
  await Promise.all(all);
});

test('where parts take long none goes beside another', async () => {
  const { arrives } = sending(4);
  await settle();
  const many = [];
  for (let i = 0; i < 4; i++) many.push(await arrives(QUICK));
  assert.deepEqual(many, [1, 1, 1, 0]);
});

test('a line that has become slow has fewer, one by one, until it is quick again', async () => {
  const { arrives } = sending(12);
  await settle();
  assert.equal(await arrives(QUICK - 1), 2);
  assert.equal(await arrives(), 3);
  assert.equal(await arrives(), 3);
  now += 3 * QUICK;
  const many = [];
  for (let i = 0; i < 4; i++) many.push(await arrives());
  assert.deepEqual(many, [2, 1, 1, 2]);
});

test('after parts that were lost one goes alone', async () => {
  const { all, onTheirWay, arrives } = sending(8);
  await settle();
  await arrives();
  assert.equal(await arrives(), 3);
  const lost = all.slice(2, 5).map((part) => assert.rejects(part, /lost/));
  for (const part of onTheirWay.splice(0)) part.reject(new Error('lost'));
  await Promise.all(lost);
  await settle();
  assert.equal(onTheirWay.length, 1);
});

test('who waits is ended, and sends nothing', async () => {
  const stop = new AbortController();
  const { all, onTheirWay } = sending(3, stop.signal);
  await settle();
  stop.abort(new Error('cancelled'));
  onTheirWay[0].resolve();
  await all[0];
  for (const waiting of all.slice(1)) await assert.rejects(waiting, /cancelled/);
  assert.equal(onTheirWay.length, 1);
});

test('an upload has its parts wait for their turns, sealed', async () => {
  const MIB = 1024 * 1024;
  const ID = '0123456789ab';
  const sent = [];
  globalThis.XMLHttpRequest = class {
    upload = {};
    status = 200;
    responseText = '';
    open() {}
    getResponseHeader = () => '"x"';
    send() {
      sent.push(this);
    }
  };
  globalThis.fetch = async (path) => {
    const urls = Array.from({ length: 6 }, (_, i) => ({ part_number: i + 1, upload_url: `https://x.example/${i}` }));
    const said = { transfer_id: ID, upload_url: '', upload_id: 'u', part_size: MIB, part_urls: urls };
    return Response.json(path.startsWith('/api/transfers/complete') ? {} : said);
  };
  const key = crypto.getRandomValues(new Uint8Array(32));
  const content = new Blob([new Uint8Array(5 * MIB)]);
  let encrypted = 0;
  const uploaded = upload((kept) => seal(key, { name: 'a.bin', content, inParts: true }, { kept }), {
    settings: {},
    config: { direct_bytes: 0, max_bytes: 0 },
    token: 't',
    signal: new AbortController().signal,
    onProgress: (bytes) => {
      encrypted = bytes.encrypted;
    },
    onWait() {},
  });
  /** What is on its way when so much is sealed. */
  const whenSealed = async (parts) => {
    while (encrypted < parts * MIB) await settle();
    for (let i = 0; i < 10; i++) await settle();
    return sent.length;
  };
  const arrives = () => {
    const request = sent.shift();
    request.onload();
    request.onloadend();
  };
  assert.equal(await whenSealed(3), 1);
  arrives();
  assert.equal(await whenSealed(4), 2);
  arrives();
  assert.equal(await whenSealed(5), 3);
  while ((await Promise.race([uploaded, settle()])) !== ID) if (sent.length) arrives();
});
