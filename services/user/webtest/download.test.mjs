// Downloads through proxies that change answers.

import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
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

const MIB = 1024 * 1024;

const LARGE = 130 * MIB + 5;
const largeFile = randomFillSync(new Uint8Array(LARGE));

/**
 * A large file over a line on which each connection brings a quarter of a MiB in so many milliseconds, or all of them do
 * together; the clock runs as bytes come. Tells what was asked for, and how many connections there were at once.
 * @param {{
 *   size: number, each?: number, isShared?: boolean, knowsRanges?: boolean, fails?: (range: string) => boolean,
 * }} line
 */
function line(t, { size, each = 60, isShared = false, knowsRanges = true, fails = () => false }) {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  const asked = [];
  let most = 0;
  /** Who waits for bytes. @type {(() => void)[]} */
  let waiting = [];
  const bring = () => {
    most = Math.max(most, waiting.length);
    t.mock.timers.setTime(Date.now() + each);
    const now = isShared ? waiting.slice(0, 1) : waiting;
    waiting = waiting.slice(now.length);
    if (waiting.length) setImmediate(bring);
    for (const go of now) go();
  };
  const turn = () =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(bring);
      waiting.push(resolve);
    });
  globalThis.fetch = async (path, { headers }) => {
    if (path.includes('download-url')) return link('https://s3.example/file', 'p');
    const range = headers.range ?? '';
    asked.push(range);
    if (fails(range)) return Response.json({ code: 'expired', detail: 'x' }, { status: 410 });
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(knowsRanges ? range : '') ?? [];
    let at = Number(first ?? 0);
    const end = last ? Number(last) + 1 : size;
    const body = new ReadableStream({
      async pull(controller) {
        if (at >= end) {
          controller.close();
          return;
        }
        await turn();
        const start = at;
        at = Math.min(at + MIB / 4, end);
        controller.enqueue(largeFile.slice(start, at));
      },
    });
    const from = first === undefined ? {} : { 'content-range': `bytes ${first}-${end - 1}/${size}` };
    const said = { etag: '"e"', 'content-length': String(end - Number(first ?? 0)), ...from };
    return new Response(body, { status: first === undefined ? 200 : 206, headers: said });
  };
  return { asked, most: () => most };
}

/** Whether all bytes of a large file arrive, in their order. */
async function arrives(download, size) {
  let at = 0;
  for await (const chunk of download.chunks({ signal: new AbortController().signal, onWait() {} })) {
    assert.equal(Buffer.compare(chunk, largeFile.subarray(at, at + chunk.length)), 0);
    at += chunk.length;
  }
  assert.equal(at, size);
}

test('several connections bring what one brings too slowly, piece by piece', async (t) => {
  const { asked, most } = line(t, { size: LARGE });
  await arrives(new Download('000000000000'), LARGE);
  assert.ok(most() > 1, 'there was one connection at a time');
  const [whole, ...pieces] = asked;
  assert.equal(whole, '');
  assert.ok(pieces.length > 10, `there were ${pieces.length} pieces`);
  const ends = pieces.map((range) => range.split('-').map((word) => Number(word.replace('bytes=', ''))));
  for (const [i, [from]] of ends.entries()) if (i) assert.equal(from, ends[i - 1][1] + 1);
  assert.equal(ends.at(-1)[1], LARGE - 1);
});

test('where several connections bring no more there is one again', async (t) => {
  const { asked } = line(t, { size: LARGE, isShared: true });
  await arrives(new Download('000000000000'), LARGE);
  assert.ok(asked.length > 3 && asked.length < 12, `${asked.length} requests`);
  assert.match(asked.at(-1), /^bytes=\d+-$/);
});

test('little is fetched over one connection, and what comes fast', async (t) => {
  for (const [size, each] of [
    [50 * MIB, 60],
    [LARGE, 7],
  ]) {
    const { asked } = line(t, { size, each });
    await arrives(new Download('000000000000'), size);
    assert.equal(asked.length, 1);
    t.mock.timers.reset();
  }
});

test('so is what ends soon, or comes from who knows no ranges', async (t) => {
  const soon = line(t, { size: LARGE });
  const download = new Download('000000000000');
  download.expires = Date.now() + 10 * 60 * 1000;
  await arrives(download, LARGE);
  assert.equal(soon.asked.length, 1);
  t.mock.timers.reset();
  const { asked } = line(t, { size: LARGE, knowsRanges: false });
  await arrives(new Download('000000000000'), LARGE);
  assert.equal(asked.length, 1 + 3 + 1);
});

test('when pieces are refused, one connection goes on', async (t) => {
  const { asked } = line(t, { size: LARGE, fails: (range) => /-\d/.test(range) });
  await arrives(new Download('000000000000'), LARGE);
  assert.match(asked.at(-1), /^bytes=\d+-$/);
});
