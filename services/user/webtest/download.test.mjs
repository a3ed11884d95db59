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
  assert.deepEqual(await all(new Download('000000000000')), file);
  assert.equal(answers.length, 0);
  return asked;
}

/** All of a download, as often as it is asked for. */
async function all(download) {
  const got = [];
  for await (const chunk of download.chunks({ signal: new AbortController().signal, onWait() {} })) got.push(...chunk);
  return Uint8Array.from(got);
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

/** A service and a storage that answer by path; what they were asked, as [path, permit]. */
function serve(answers) {
  const asked = [];
  globalThis.fetch = async (path, { headers }) => {
    asked.push([path, headers['x-sgraph-download-permit'] ?? '']);
    return answers(path, asked.length);
  };
  return asked;
}

const URLS = '/api/presigned/download-url/000000000000';
const link = (url, permit) =>
  Response.json({ download_url: url }, permit ? { headers: { 'x-sgraph-download-permit': permit } } : {});

for (const [status, body] of [
  [403, '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'],
  [400, '<Error><Code>ExpiredToken</Code></Error>'],
  [410, '{"detail":"x","code":"link_expired"}'],
])
  test(`a link that has run out (${status}) is renewed by the permit, which a storage never sees`, async () => {
    const asked = serve((path, n) => {
      if (path === URLS) return link(n === 1 ? 'https://s3.example/old' : 'https://s3.example/new', 'p');
      if (n === 2) return answer(0, 400, { broken: true, 'content-length': '1000' });
      if (path.endsWith('/old')) return new Response(body, { status });
      return answer(400, 1000, { 'content-range': 'bytes 400-999/1000' });
    });
    assert.deepEqual(await all(new Download('000000000000')), file);
    assert.deepEqual(asked, [
      [URLS, ''],
      ['https://s3.example/old', ''],
      ['https://s3.example/old', ''],
      [URLS, 'p'],
      ['https://s3.example/new', ''],
    ]);
  });

test('a download whose budget is used up is not tried by another link', async () => {
  const asked = serve((path) =>
    path === URLS
      ? link('http://x/api/presigned/bytes/l', 'p')
      : Response.json({ code: 'permit_spent', detail: 'x' }, { status: 410 }),
  );
  await assert.rejects(all(new Download('000000000000')), { status: 410, code: 'permit_spent' });
  assert.equal(asked.length, 2);
});

test('a link that has run out is not asked for for ever, and without a permit not at all', async () => {
  for (const [permit, times] of [
    ['p', 4],
    ['', 2],
  ]) {
    const asked = serve((path) =>
      path === URLS ? link('https://s3.example/l', permit) : new Response('', { status: 403 }),
    );
    await assert.rejects(all(new Download('000000000000')), { status: 403 });
    assert.equal(asked.length, times);
  }
});

test('what has arrived is kept, and asked for again only when it is not trusted', async () => {
  const asked = serve((path) =>
    path.includes('download-url')
      ? new Response('', { status: 500 })
      : answer(0, 1000, { 'x-sgraph-download-permit': 'p' }),
  );
  const download = new Download('000000000000');
  assert.equal(download.begun, false);
  assert.deepEqual(await all(download), file);
  assert.deepEqual(await all(download), file);
  assert.equal(asked.length, 2);
  assert.equal(download.begun, true);
  await download.distrust();
  assert.deepEqual(await all(download), file);
  assert.deepEqual(asked.at(-1), ['/api/transfers/download/000000000000', 'p']);
  await download.forget();
  assert.equal(download.begun, false);
});

test('what was begun is over after an hour', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  serve((path) => (path === URLS ? link('https://s3.example/l', 'p') : answer(0, 1000, {})));
  const download = new Download('000000000000');
  await all(download);
  t.mock.timers.tick(3600_000 - 1);
  await download.load();
  assert.equal(download.begun, true);
  t.mock.timers.tick(1);
  await download.load();
  assert.equal(download.begun, false);
});
