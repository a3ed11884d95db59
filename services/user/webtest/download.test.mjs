// Downloads through proxies that change answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Download } from '../web/assets/net/download.js';

Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });

const file = Uint8Array.from({ length: 1000 }, (_, i) => i);

/** An answer with that part of the file; a broken one ends in an error. */
function answer(from, to, { status = from ? 206 : 200, broken = false, ...headers }) {
  const body = new ReadableStream({
    pull(controller) {
      if (to > from) controller.enqueue(file.slice(from, to));
      else if (broken) controller.error(new TypeError('network error'));
      else controller.close();
      from = to;
    },
  });
  return new Response(body, { status, headers });
}

/** What arrives, and what was asked for, where each request of the bytes is answered by the next of these. */
async function download(...answers) {
  const asked = [];
  globalThis.fetch = async (path, { headers }) => {
    if (path.includes('download-url')) return Response.json({ download_url: 'http://x/api/presigned/bytes/l' });
    asked.push(headers);
    return answers.shift()();
  };
  const got = [];
  const it = new Download('000000000000');
  for await (const chunk of it.chunks({ signal: new AbortController().signal, onWait() {} })) got.push(...chunk);
  assert.deepEqual(Uint8Array.from(got), file);
  assert.equal(answers.length, 0);
  return asked;
}

test('a weak ETag is asked for as the strong one that it was made of', async () => {
  const asked = await download(
    () => answer(0, 400, { broken: true, etag: 'W/"id"', 'content-length': '1000' }),
    () => answer(400, 1000, { 'content-range': 'bytes 400-999/1000' }),
  );
  assert.deepEqual(asked, [{}, { range: 'bytes=400-', 'if-range': '"id"' }]);
});

test('the length of what was compressed is not that of the file', async () => {
  await download(() => answer(0, 1000, { 'content-encoding': 'gzip', 'content-length': '1020' }));
  await download(() => answer(0, 1000, { 'content-encoding': 'gzip', 'content-length': '20' }));
});

test('a download without a length goes on where it was interrupted', async () => {
  await download(() => answer(0, 1000, {}));
  await download(
    () => answer(0, 400, { broken: true }),
    () => answer(400, 1000, { 'content-range': 'bytes 400-999/1000' }),
  );
  await download(
    () => answer(0, 1000, { broken: true }),
    () => answer(0, 0, { status: 416 }),
  );
});
