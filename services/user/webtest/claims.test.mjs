// A download that counts once, opened as the page opens it: whatever happens, in whatever order, who has the right key
// gets the file, and no right key is called wrong. What happens to tabs and pieces is in interleave.test.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { concat } from '../web/assets/crypto/bytes.js';
import { writeEnvelope } from '../web/assets/crypto/envelope.js';
import { Opener } from '../web/assets/crypto/open.js';
import { SealedAtOnce, SealedStream } from '../web/assets/crypto/seal.js';
import { Download, isEnded } from '../web/assets/net/download.js';
import { again, rounds } from './chance.mjs';
import { fakeDatabase } from './database.mjs';

const ID = '000000000000';
const PERMIT = 'x-sgraph-download-permit';

Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
globalThis.setTimeout = (task) => setImmediate(task); // nobody waits here

const { claims, pieces } = fakeDatabase('claims', 'pieces');

/** The service, and the line to it. It counts as docs/contract.md says. */
class Service {
  counted = 0;
  #sealed;
  #mode;
  #budget;
  #linkOf = 0;
  #breaks = []; // after how many bytes of an answer each

  /**
   * @param {Uint8Array} sealed
   * @param {'links' | 'storage' | 'route'} mode where the bytes are handed out
   */
  constructor(sealed, mode) {
    this.#sealed = sealed;
    this.#mode = mode;
    this.#budget = (mode === 'links' ? 3 : 2) * sealed.length;
    globalThis.fetch = async (path, { headers = {} } = {}) => this.#answer(path, new Headers(headers));
  }

  /** What may be fetched in vain, if all has to come afterwards. */
  get spare() {
    return this.#mode === 'storage' ? this.#sealed.length : this.#budget - this.#sealed.length - 3 * this.#least;
  }

  get #least() {
    return Math.min(Math.ceil(this.#sealed.length / 8), 65536);
  }

  /** Breaks the next answer after so many bytes, if that can be spared. */
  break(after) {
    this.#breaks.push(after);
  }

  calm() {
    this.#breaks = [];
  }

  /** Ends the time of a storage's link. */
  outlive() {
    this.#linkOf++;
  }

  #refuse(status, code) {
    return Response.json({ detail: 'x', code }, { status });
  }

  #answer(path, headers) {
    const permit = headers.get(PERMIT);
    const isRoute = path === `/api/transfers/download/${ID}`;
    if (path === `/api/presigned/download-url/${ID}` || (isRoute && !permit)) {
      if (!isRoute && this.#mode === 'route') return this.#refuse(500, 'internal');
      if (!permit) {
        if (this.counted) return this.#refuse(410, 'exhausted');
        this.counted++;
      }
      if (isRoute) return this.#bytes(headers, true);
      const url =
        this.#mode === 'links'
          ? 'https://elsewhere.example/api/presigned/bytes/l'
          : `https://s3.example/${this.#linkOf}`;
      return Response.json({ download_url: url }, { headers: { [PERMIT]: 'p' } });
    }
    if (path.startsWith('https://s3.example/')) {
      assert.equal(permit, null, 'a storage sees the permit');
      if (!path.endsWith(`/${this.#linkOf}`)) {
        return new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 });
      }
      return this.#bytes(headers, true);
    }
    return this.#bytes(headers, false);
  }

  #bytes(headers, isFree) {
    const size = this.#sealed.length;
    const from = Number(/^bytes=(\d+)-$/.exec(headers.get('range') ?? '')?.[1] ?? 0);
    if (from >= size) return this.#refuse(416, 'out_of_range');
    const breaks = this.#breaks.shift() ?? Infinity;
    const to = Math.min(size, from + breaks);
    if (!isFree) {
      this.#budget -= Math.max(to - from, this.#least);
      if (this.#budget < 0) return this.#refuse(410, 'permit_spent');
    }
    let at = from;
    const body = new ReadableStream({
      pull: (controller) => {
        const piece = this.#sealed.slice(at, Math.min(to, at + 300_000));
        at += piece.length;
        if (piece.length) controller.enqueue(piece);
        else if (to < size) controller.error(new TypeError('network error'));
        else controller.close();
      },
    });
    const said = { 'content-length': String(size - from), etag: '"id"', [PERMIT]: 'p' };
    if (from) said['content-range'] = `bytes ${from}-${size - 1}/${size}`;
    return new Response(body, { status: from ? 206 : 200, headers: said });
  }
}

/** The content, as the page opens it; it stops after so many chunks. */
async function receive(download, key, stopAfter = Infinity) {
  const stop = new AbortController();
  const opener = new Opener(key);
  const content = [];
  let n = 0;
  for await (const chunk of download.chunks({ signal: stop.signal, onWait() {} })) {
    if (n++ >= stopAfter) stop.abort();
    stop.signal.throwIfAborted();
    content.push(...(await opener.push(chunk)));
  }
  content.push(...(await opener.finish()));
  return concat(content);
}

async function seal(key, content, isStream) {
  const plain = new Blob([writeEnvelope({ filename: 'a.bin' }), content]);
  const sealed = isStream ? new SealedStream(key, plain) : new SealedAtOnce(key, plain);
  return (await sealed.part(0, sealed.size)).bytes;
}

const newKey = () => crypto.getRandomValues(new Uint8Array(32));

for (const mode of ['links', 'storage', 'route']) {
  for (const [size, isStream] of [
    [1000, false],
    [1000, true],
    [2_500_000, false],
    [3_500_000, true],
  ]) {
    const name = `whatever happens, the file comes once: ${mode}, ${size} bytes, ${isStream ? 'segments' : 'whole'}`;
    test(name, () =>
      again(rounds(4, 100), async (roll) => {
        const key = newKey();
        const content = Uint8Array.from({ length: size }, (_, i) => i % 251);
        const sealed = await seal(key, content, isStream);
        const service = new Service(sealed, mode);
        claims.clear();
        pieces.clear();
        pieces.isFull = roll(4) === 0;
        let download = new Download(ID);
        let got;
        const did = [];
        for (let n = roll(7); n > 0 && !got; n--) {
          let tried = key;
          let stopAfter = Infinity;
          service.calm();
          switch (roll(8)) {
            case 0: // all of it may come before that is known
              if (service.spare >= 2 * sealed.length || isStream || !pieces.isFull) tried = newKey();
              break;
            case 1:
              stopAfter = roll(12);
              break;
            case 2:
              download = new Download(ID); // the page was closed
              break;
            case 3:
              service.outlive();
              break;
            case 4:
              for (const piece of [...pieces.keys()]) {
                if (roll(2)) pieces.delete(piece); // the browser wanted the room
              }
              break;
            case 5:
              pieces.isFull = !pieces.isFull;
              break;
            default:
              service.break(roll(sealed.length));
          }
          if (service.spare < sealed.length) break;
          try {
            got = await receive(download, tried, stopAfter);
          } catch (error) {
            did.push(error.code ?? error.name);
            assert.ok(!isEnded(error), `it is over after ${did}: ${error.status} ${error.code}`);
            if (error.code === 'damaged') await download.distrust();
          }
        }
        service.calm();
        if (!got) {
          if (roll(2)) download = new Download(ID);
          await download.load();
          try {
            got = await receive(download, key);
          } catch (error) {
            assert.fail(`it does not come: ${error.status} ${error.code ?? error} after ${did}`);
          }
        }
        assert.ok(Buffer.from(got).equals(content), `other bytes come after ${did}`);
        await download.finish();
        await download.load();
        if (download.kept >= sealed.length || service.spare >= sealed.length) {
          const later = roll(2) ? download : new Download(ID);
          assert.ok(Buffer.from(await receive(later, key)).equals(content), `other bytes come again after ${did}`);
        }
        assert.equal(service.counted, 1);
        await download.forget();
        assert.equal(claims.size + pieces.size, 0);
        await assert.rejects(receive(new Download(ID), key), { status: 410, code: 'exhausted' });
      }),
    );
  }
}

test('what the browser erased of a download comes again, and the key is not blamed for it', async () => {
  const key = newKey();
  pieces.isFull = false;
  const content = new Uint8Array(2_500_000);
  const service = new Service(await seal(key, content, false), 'links');
  const download = new Download(ID);
  await assert.rejects(receive(download, newKey()), { code: 'wrong-key' });
  pieces.delete([...pieces].find(([, { key }]) => key[1] === 1)[0]);
  assert.ok(Buffer.from(await receive(download, key)).equals(content));
  pieces.clear();
  assert.ok(Buffer.from(await receive(new Download(ID), key)).equals(content));
  assert.equal(service.counted, 1);
  await download.forget();
});
