// Whatever happens to who receives a file by the page, in whatever order: the line breaks, the tab is closed or reloaded,
// another tab goes on, the service is away for a while, the time of a URL is over, the key is wrong, the browser erases,
// damages or cannot keep what has arrived: who has the right key in the end, within the hour, gets the file, and it counts
// once. The service is a model of docs/contract.md, the storage one of IndexedDB.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';

import { Download, isEnded } from '../web/assets/net/download.js';
import { dice, rounds } from './chance.mjs';

const ROUNDS = rounds(40, 500);
const ID = '000000000000';
const MINUTE = 60_000;
const PERMIT = 'x-sgraph-download-permit';
const NAME = 'x-sgraph-download-claim';

let now = Date.now();
Date.now = () => now;
const wait = globalThis.setTimeout;
globalThis.setTimeout = (task, milliseconds) => {
  now += milliseconds ?? 0;
  return wait(task, 0);
};
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });

/** What a page needs of IndexedDB. */
class Storage {
  /** @type {Record<string, Map<string, { key: any, value: any }>>} */
  stores = {};
  isFull = false;

  #request(work, then = () => {}) {
    const request = {};
    setImmediate(() => {
      try {
        request.result = work();
        request.onsuccess?.();
      } catch (error) {
        request.error = error;
        request.onerror?.();
      }
      then(request.error);
    });
    return request;
  }

  open() {
    const request = this.#request(() => this);
    queueMicrotask(() => {
      request.result = this;
      if (!this.stores.claims) request.onupgradeneeded?.();
    });
    return request;
  }

  createObjectStore(name) {
    this.stores[name] = new Map();
  }

  transaction() {
    const transaction = {};
    let open = 0;
    const ended = (error) => {
      open--;
      if (error) {
        transaction.error = error;
        transaction.onabort?.();
      } else setImmediate(() => open || transaction.oncomplete?.());
    };
    const ask = (work) => {
      open++;
      return this.#request(work, ended);
    };
    transaction.objectStore = (name) => {
      const rows = this.stores[name];
      const isIn = ({ from, to }, key) => key[0] === from[0] && key[1] >= from[1] && key[1] <= to[1];
      const within = (range) => [...rows.values()].filter(({ key }) => isIn(range, key));
      return {
        get: (key) => ask(() => rows.get(JSON.stringify(key))?.value),
        getKey: (key) => ask(() => rows.get(JSON.stringify(key))?.key),
        getAll: () => ask(() => [...rows.values()].map(({ value }) => value)),
        getAllKeys: () => ask(() => [...rows.values()].map(({ key }) => key)),
        count: (range) => ask(() => within(range).length),
        delete: (what) =>
          ask(() => {
            if (what.from) for (const { key } of within(what)) rows.delete(JSON.stringify(key));
            else rows.delete(JSON.stringify(what));
          }),
        put: (value, key) =>
          ask(() => {
            if (this.isFull && name === 'pieces') throw new Error('no room');
            rows.set(JSON.stringify(key), { key, value: structuredClone(value) });
          }),
      };
    };
    return transaction;
  }
}

const storage = new Storage();
globalThis.indexedDB = storage;
globalThis.IDBKeyRange = { bound: (from, to) => ({ from, to }) };

/** A service, and its storage, with one transfer that can be downloaded once. */
class Service {
  counted = 0;
  away = 0; // requests that are not answered
  isURLOver = false;
  plan = []; // of what happens when so many bytes more have come
  lost = ''; // what happens to the next answer that says where the bytes are, which does not come
  #name = ''; // of the claim that was counted
  #url = 0;

  constructor(content, { makesURLs, chance }) {
    this.content = content;
    this.makesURLs = makesURLs;
    this.chance = chance;
    this.part = Math.ceil(content.length / 8);
    this.least = Math.min(this.part, 65536);
    this.budget = (makesURLs ? 3 : 2) * content.length;
  }

  /** What may go out before it is too much, if all has to come afterwards. */
  get spare() {
    return this.budget - this.content.length - 4 * this.least - (this.isURLOver ? this.part : 0);
  }

  /** Has some things happen, for no more than can be spared; kinds are of them. */
  some(kinds) {
    this.plan = [];
    this.lost = '';
    let { spare } = this;
    const least = 2 * this.least;
    if (this.makesURLs && this.chance(3) === 0 && spare > this.part) {
      this.lost = kinds[this.chance(kinds.length)];
      if (this.chance(2)) this.lost = 'close';
      spare -= this.part; // it is asked for again
    }
    for (let n = 1 + this.chance(3); n > 0 && spare > least; n--) {
      const after = this.chance(Math.min(spare - least, this.content.length) + 1);
      this.plan.push({ after, kind: n === 1 ? 'close' : kinds[this.chance(kinds.length)] });
      spare -= after + least;
    }
  }

  refuse(status, code) {
    return Response.json({ code, detail: 'x' }, { status });
  }

  /** Counts a download, or knows the permit of it, or what it is called. */
  #claim(permit, name) {
    if (permit && permit !== 'p') return this.refuse(403, 'link_not_genuine');
    if (permit || name === this.#name) return now < this.begun + 60 * MINUTE ? null : this.refuse(410, 'link_expired');
    if (this.counted) return this.refuse(410, 'exhausted');
    this.counted++;
    this.begun = now;
    this.#name = name;
    return null;
  }

  fetch = async (path, { headers, signal }) => {
    signal?.throwIfAborted();
    if (this.away) {
      this.away--;
      if (this.chance(2)) throw new TypeError('network error');
      return this.refuse(503, 'unavailable');
    }
    const permit = headers[PERMIT] ?? '';
    const name = headers[NAME] ?? '';
    const costs = permit !== '' || name === this.#name;
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (path.includes('/download-url/')) {
      if (!this.makesURLs) return this.refuse(500, 'internal');
      const refused = this.#claim(permit, name);
      if (refused) return refused;
      if (costs) {
        this.budget -= this.part;
        assert.ok(this.budget >= 0, 'no budget for another URL');
      }
      this.#url++;
      this.isURLOver = false;
      if (this.lost) {
        const { lost } = this;
        this.lost = '';
        await this.happens(lost);
        throw new TypeError('network error');
      }
      const url = `https://storage.example/${this.#url}`;
      return Response.json({ download_url: url }, { headers: { [PERMIT]: 'p' } });
    }
    if (path.startsWith('https:')) {
      if (!path.endsWith(`/${this.#url}`) || this.isURLOver) return new Response('<Error/>', { status: 403 });
      return this.#hand(from, true, {});
    }
    return this.#claim(permit, name) ?? this.#hand(from, costs, { [PERMIT]: 'p' });
  };

  #hand(from, costs, headers) {
    const { content } = this;
    if (from >= content.length) return this.refuse(416, 'out_of_range');
    let at = from;
    let isOver = false;
    const charge = () => {
      if (isOver) return;
      isOver = true;
      if (costs && at > from) this.budget -= Math.max(at - from, this.least);
    };
    const body = new ReadableStream(
      {
        pull: async (controller) => {
          const next = this.plan[0];
          const piece = Math.min(content.length - at, 1 + this.chance(200_000), next ? next.after : Infinity);
          if (piece > 0) {
            controller.enqueue(content.slice(at, at + piece));
            at += piece;
            if (next) next.after -= piece;
          } else if (at === content.length) {
            charge();
            controller.close();
          } else {
            this.plan.shift();
            charge();
            await this.happens(next.kind);
            controller.error(new TypeError('network error'));
          }
        },
        cancel: charge,
      },
      { highWaterMark: 0 },
    );
    headers.etag = '"e"';
    headers['content-length'] = `${content.length - from}`;
    if (from) headers['content-range'] = `bytes ${from}-${content.length - 1}/${content.length}`;
    return new Response(body, { status: from ? 206 : 200, headers });
  }

  /** @param {string} kind of what happens */
  happens(kind) {
    if (kind === 'away') this.away = 1 + this.chance(3);
    if (kind === 'outlive') this.outlive();
    if (kind === 'full') storage.isFull = true;
    if (kind !== 'close') return undefined;
    this.close();
    return new Promise(() => {}); // nobody is there to read on
  }

  /** Ends the time of the URL, unless that costs too much; nothing that was planned happens then. */
  outlive() {
    this.plan = [];
    if (!this.makesURLs || this.spare < this.part) return;
    this.isURLOver = true;
    now += 3 * MINUTE;
  }
}

/** What the page does with a key that fits, or does not, until it is closed. */
async function receive(service, download, fits) {
  await download.load();
  const closed = new Promise((resolve) => {
    service.close = () => resolve('closed');
  });
  const all = async () => {
    const got = [];
    let size = 0;
    try {
      for await (const chunk of download.chunks({ signal: new AbortController().signal, onWait() {} })) {
        if (!fits) return 'wrong key';
        got.push(chunk);
        size += chunk.length;
      }
      if (size === service.content.length && Buffer.concat(got).equals(service.content)) {
        await download.forget();
        return 'received';
      }
      await download.distrust();
      return 'damaged';
    } catch (error) {
      if (isEnded(error)) await download.forget();
      return error;
    }
  };
  return Promise.race([all(), closed]);
}

async function interleave(seed) {
  const chance = dice(seed);
  const content = Buffer.alloc([1000, 300_000, 2_700_000, 5_300_000][chance(4)]);
  for (let i = 0; i < content.length; i++) content[i] = (i * 31) >> (i & 7);
  const service = new Service(content, { makesURLs: chance(2) === 0, chance });
  globalThis.fetch = service.fetch;
  for (const rows of Object.values(storage.stores)) rows.clear();
  const tabs = [new Download(ID), new Download(ID)];
  const did = [];
  let came = '';
  for (let steps = chance(7); came !== 'received'; steps--) {
    storage.isFull = false;
    service.some(['break', 'break', 'away', 'outlive', 'full']);
    const tab = chance(2);
    const pieces = storage.stores.pieces;
    const canLose = service.spare > content.length;
    let fits = true;
    if (steps <= 0) [service.plan, service.lost] = [[], ''];
    else
      switch (chance(10)) {
        case 0:
          fits = false;
          break;
        case 1:
          service.outlive();
          break;
        case 2:
          now += chance(3 * MINUTE);
          break;
        case 3:
        case 6:
          if (canLose && pieces?.size) {
            service.plan = [];
            pieces.delete([...pieces.keys()][chance(pieces.size)]);
          }
          break;
        case 4:
        case 7:
          if (canLose && pieces?.size) {
            service.plan = [];
            [...pieces.values()][chance(pieces.size)].value = new Blob([new Uint8Array(1 << 20)]);
          }
          break;
        case 5:
          service.away = 1 + chance(3);
          break;
      }
    came = await receive(service, tabs[tab], fits);
    if (came !== 'received') tabs[tab] = came === 'closed' || chance(2) ? new Download(ID) : tabs[tab];
    did.push(String(came?.code ?? came));
    // What is damaged is found when all of it has come, and is asked for again.
    assert.ok(steps > -1 || came === 'received' || (came === 'damaged' && steps > -2), `it does not come: ${did}`);
  }
  assert.equal(service.counted, 1);
  assert.equal(storage.stores.claims.size + storage.stores.pieces.size, 0, 'something is left');
  const again = await receive(service, new Download(ID), true);
  assert.equal(again.code, 'exhausted');
}

test('whatever happens, in whatever order, the right key gets the file, and it counts once', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
    try {
      await interleave(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
    }
  }
});
