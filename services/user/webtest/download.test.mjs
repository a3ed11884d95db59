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
 * together; the clock runs as bytes come. A line is cut once, where it is said. Tells what was asked for, how many
 * connections there were at once, and how many answers were not read to their end.
 * @param {{
 *   size: number, each?: number, isShared?: boolean, knowsRanges?: boolean, fails?: (range: string) => boolean,
 *   cutAt?: number, tellsSize?: boolean, hasUrls?: boolean,
 * }} line
 */
function line(t, { size, each = 60, isShared = false, knowsRanges = true, fails = () => false, ...more }) {
  const { tellsSize = true, hasUrls = true } = more;
  let { cutAt = Infinity } = more;
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  const asked = [];
  const permits = [];
  const ofWhat = [];
  let most = 0;
  let left = 0;
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
    if (path.includes('download-url'))
      return hasUrls ? link('https://s3.example/file', 'p') : new Response('', { status: 500 });
    const range = headers.range ?? '';
    asked.push(range);
    permits.push(headers['x-sgraph-download-permit'] ?? '');
    ofWhat.push(headers['if-range'] ?? '');
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
        if (at >= cutAt) {
          cutAt = Infinity;
          controller.error(new TypeError('network error'));
          return;
        }
        const start = at;
        at = Math.min(at + MIB / 4, end);
        controller.enqueue(largeFile.slice(start, at));
      },
      cancel() {
        left++;
      },
    });
    const from = first === undefined || !tellsSize ? {} : { 'content-range': `bytes ${first}-${end - 1}/${size}` };
    const said = { etag: '"e"', 'content-length': String(end - Number(first ?? 0)), ...from };
    if (!hasUrls) said['x-sgraph-download-permit'] = 'p';
    return new Response(body, { status: first === undefined ? 200 : 206, headers: said });
  };
  return { asked, permits, ofWhat, most: () => most, left: () => left };
}

/** Numbers of a range that was asked for: its first byte, and that behind its last. */
const ends = (range) => {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? assert.fail(`no range: ${range}`);
  return [Number(first), Number(last) + 1];
};

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
  const parts = pieces.map(ends);
  for (const [i, [from]] of parts.entries()) if (i) assert.equal(from, parts[i - 1][1]);
  assert.equal(parts.at(-1)[1], LARGE);
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
  const isPiece = (range) => /-\d/.test(range) && ends(range)[1] - ends(range)[0] === 4 * MIB;
  const { asked } = line(t, { size: LARGE, fails: isPiece });
  await arrives(new Download('000000000000'), LARGE);
  assert.ok(asked.some(isPiece));
  assert.match(asked.at(-1), /^bytes=\d+-$/);
});

/** Bytes of one answer at most. */
const ANSWER = 32 * MIB;

/** A download of whose size the service has told. */
function toldOf(size) {
  const download = new Download('000000000000');
  download.size = size;
  return download;
}

test('what is large is asked for answer by answer, none of which is left before its end', async (t) => {
  const { asked, permits, ofWhat, left } = line(t, { size: LARGE, each: 1 });
  await arrives(toldOf(LARGE), LARGE);
  assert.deepEqual(asked, [
    ...[0, 1, 2, 3].map((n) => `bytes=${n * ANSWER}-${(n + 1) * ANSWER - 1}`),
    `bytes=${4 * ANSWER}-`,
  ]);
  assert.deepEqual(new Set(permits), new Set([''])); // a storage never sees it
  assert.deepEqual(ofWhat, ['', '"e"', '"e"', '"e"', '"e"']);
  assert.equal(left(), 0); // a connection that was read to its end serves for the next
});

test('so it is by the service itself, which counts the first', async (t) => {
  const { asked, permits } = line(t, { size: LARGE, each: 1, hasUrls: false });
  await arrives(toldOf(LARGE), LARGE);
  assert.deepEqual([asked.length, asked[0]], [5, `bytes=0-${ANSWER - 1}`]);
  assert.deepEqual(permits, ['', 'p', 'p', 'p', 'p']);
});

test('what is no larger is asked for at once, and so is what nobody told of', async (t) => {
  for (const [size, told] of [
    [ANSWER, ANSWER],
    [LARGE, 0],
  ]) {
    const { asked } = line(t, { size, each: 1 });
    await arrives(toldOf(told), size);
    assert.deepEqual(asked, ['']);
    t.mock.timers.reset();
  }
});

test('an answer that breaks off is gone on with, and the next begins where it should', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 1, cutAt: 40 * MIB });
  await arrives(toldOf(LARGE), LARGE);
  const starts = asked.map((range) => Number(/\d+/.exec(range)[0]) / MIB);
  assert.deepEqual(starts, [0, 32, 40, 72, 104]);
});

test('answers that do not say of how much they are part of it all the same', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 1, tellsSize: false });
  await arrives(toldOf(LARGE), LARGE);
  assert.equal(asked.length, 5);
});

test('who knows no ranges is asked once', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 1, knowsRanges: false });
  await arrives(toldOf(LARGE), LARGE);
  assert.equal(asked.length, 1);
});

test('what ends soon is asked for at once: an answer that has begun goes on', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 1 });
  const download = toldOf(LARGE);
  download.expires = Date.now() + 10 * 60 * 1000;
  await arrives(download, LARGE);
  assert.deepEqual(asked, ['']);
});

test('so is the rest, a quarter of an hour before the end of an hour', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 15_000, isShared: true }); // 32 minutes for an answer
  await arrives(toldOf(LARGE), LARGE);
  assert.ok(asked.length < 12, `${asked.length} requests`);
  assert.match(asked.at(-1), /^bytes=\d+-$/);
  assert.ok(Number(/\d+/.exec(asked.at(-1))[0]) < LARGE - ANSWER);
});

test('several connections are tried where no answer takes as long as it takes to judge one', async (t) => {
  const { most } = line(t, { size: LARGE, each: 12 });
  await arrives(toldOf(LARGE), LARGE);
  assert.ok(most() > 1, 'there was one connection at a time');
});

test('a part of what is large comes answer by answer, too', async (t) => {
  const { asked } = line(t, { size: LARGE, each: 1 });
  const download = toldOf(LARGE);
  const options = { signal: new AbortController().signal, onWait() {} };
  for await (const _ of download.chunks(options)) break; // it was begun
  asked.length = 0;
  const [from, to] = [MIB + 7, 71 * MIB + 7];
  let at = from;
  for await (const bytes of download.range({ from, to }, options)) {
    assert.equal(Buffer.compare(bytes, largeFile.subarray(at, at + bytes.length)), 0);
    at += bytes.length;
  }
  assert.equal(at, to);
  assert.deepEqual(asked.map(ends), [
    [MIB, 33 * MIB],
    [33 * MIB, 65 * MIB],
    [65 * MIB, 72 * MIB],
  ]);
});
