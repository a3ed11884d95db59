// Uploads that are interrupted anywhere, as often as you like, with files that change meanwhile: what arrives is what was
// there when all of it had left, and under no nonce did anything leave twice that was not the same.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { concat } from '../web/assets/crypto/bytes.js';
import { Opener } from '../web/assets/crypto/open.js';
import { seal } from '../web/assets/crypto/seal.js';
import { unfinished } from '../web/assets/net/unfinished.js';
import { upload } from '../web/assets/net/upload.js';
import { again, rounds } from './chance.mjs';
import { fakeDatabase } from './database.mjs';

const ID = '0123456789ab';
const MIB = 1024 * 1024;
const CONFIG = { direct_bytes: 0, max_bytes: 0 };

const rows = fakeDatabase('uploads', 'tags', 'sent', 'requests');
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (task) => realTimeout(task, 0); // nobody waits here

/** The service: it keeps parts, and says which it has. */
class Service {
  parts = new Map();
  upload = 0;
  state = 'none';
  bytes = null;
  initiated = 0;
  partSize = 0;
  size = 0;

  /** @param {Uint8Array} content the file, which changes */
  constructor(content) {
    this.content = content;
  }

  #urls(skip = new Set()) {
    const count = Math.ceil(this.size / this.partSize);
    return Array.from({ length: count }, (_, i) => i + 1)
      .filter((number) => !skip.has(number))
      .map((number) => ({ part_number: number, upload_url: `https://x.example/${this.upload}/${number}` }));
  }

  answer(path, said, partSize) {
    switch (path) {
      case '/api/transfers/create':
        this.state = 'pending';
        return { transfer_id: ID, upload_url: '' };
      case '/api/presigned/initiate':
        this.initiated++;
        this.upload++;
        this.parts.clear();
        [this.size, this.partSize] = [said.file_size_bytes, said.part_size ? partSize >> 1 : partSize];
        return { transfer_id: ID, upload_id: `u${this.upload}`, part_size: this.partSize, part_urls: this.#urls() };
      case '/api/presigned/resume': {
        if (this.state !== 'pending') return { http: 409, code: 'not_pending' };
        if (this.bytes) return { transfer_id: ID, assembled: true };
        if (!this.upload) return { http: 404, code: 'upload_not_found' };
        const parts = [...this.parts].sort(([a], [b]) => a - b);
        return {
          transfer_id: ID,
          upload_id: `u${this.upload}`,
          part_size: this.partSize,
          file_size_bytes: this.size,
          parts: parts.map(([number, bytes]) => ({ part_number: number, size: bytes.length, etag: tagOf(bytes) })),
          part_urls: this.#urls(new Set(this.parts.keys())),
        };
      }
      case '/api/presigned/complete':
        assert.equal(said.upload_id, `u${this.upload}`);
        this.made = this.content.slice(); // what changes from now on was sent already
        this.bytes = concat(said.parts.map(({ part_number: number }) => this.parts.get(number)));
        for (const { part_number: number, etag } of said.parts) assert.equal(etag, tagOf(this.parts.get(number)));
        return { transfer_id: ID, status: 'assembled' };
      case `/api/transfers/complete/${ID}`:
        assert.ok(this.bytes);
        this.state = 'completed';
        return {};
      case `/api/transfers/info/${ID}`:
        return { status: this.state };
      default: // cancel
        return {};
    }
  }
}

const tagOf = (bytes) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}"`;

/**
 * One page that sends, until it is done or dies: after so many answers nothing comes back any more, whether what was
 * asked for was done or not. Its line breaks before a part of more bytes than `most` is through.
 */
async function run(
  service,
  { content, begun, key, partSize, answers, inParts = true, most = Infinity, handedOver = () => {} },
) {
  let left = answers;
  let died;
  const death = new Promise((resolve) => {
    died = () => resolve('died');
  });
  let isOver = false;
  const next = (task, give) => {
    if (isOver) return;
    if (left-- > 0) {
      give(task());
      return;
    }
    isOver = true;
    if (answers % 2) task(); // it was done, and nobody heard of it
    died();
  };
  globalThis.fetch = (path, { body } = {}) =>
    new Promise((resolve) =>
      next(
        () => service.answer(path, body && JSON.parse(body), partSize),
        ({ http = 200, ...said }) => setImmediate(() => resolve(Response.json(said, { status: http }))),
      ),
    );
  let current;
  globalThis.XMLHttpRequest = class {
    upload = {};
    status = 200;
    responseText = '';
    open(_, url) {
      [, this.upload.id, this.number] = url.match(/\/(\d+)\/(\d+)$/) ?? [];
    }
    getResponseHeader = () => this.etag;
    abort() {
      this.onabort();
      this.onloadend();
    }
    send(body) {
      const bytes = body.slice(); // its memory may serve for another as soon as this one is answered
      if (isOver) return;
      handedOver(current, Number(this.number), bytes);
      if (bytes.length > most) {
        setImmediate(() => {
          this.onerror();
          this.onloadend();
        });
        return;
      }
      next(
        () => {
          if (Number(this.upload.id) === service.upload) service.parts.set(Number(this.number), bytes);
          this.etag = tagOf(bytes);
        },
        () =>
          setImmediate(() => {
            this.onload();
            this.onloadend();
          }),
      );
    }
  };
  let sealing = 0;
  const sealAs = (kept) => {
    const sealed = seal(key, { name: 'a.bin', content: new Blob([content]), inParts }, { kept });
    current = sealed;
    const { random, size, plainSize } = sealed;
    const part = async (from, length, into) => {
      sealing++;
      try {
        return await sealed.part(from, length, into);
      } finally {
        sealing--;
      }
    };
    return { random, size, plainSize, part };
  };
  const plan = { key, linkKey: key, expires: Date.now() + 3600_000, name: 'a.bin', files: [], handles: null };
  const signal = new AbortController().signal;
  const options = { settings: {}, config: CONFIG, plan, begun, token: 't', signal, onProgress() {}, onWait() {} };
  const result = await Promise.race([upload(sealAs, options), death]);
  // Whoever died does nothing more: all that it still does ends where it waits for an answer.
  for (let quiet = 0; quiet < 50; quiet = sealing ? 0 : quiet + 1) await new Promise(setImmediate);
  return result;
}

async function openAll(key, sealed) {
  const opener = new Opener(key);
  const chunks = [...(await opener.push(sealed)), ...(await opener.finish())];
  return concat(chunks);
}

test('what is interrupted goes on, and no nonce serves for two plaintexts', () =>
  again(rounds(12, 300), async (roll) => {
    for (const store of Object.values(rows)) store.clear();
    const key = crypto.getRandomValues(new Uint8Array(32));
    const content = new Uint8Array(2 * MIB + roll(3 * MIB)).map((_, i) => i % 251);
    const partSize = MIB / 2 + roll(MIB);
    const service = new Service(content);
    /** Of each stream, what each segment was made of that left, and the bytes that left. */
    const plains = new Map();
    const twice = [];
    const handedOver = ({ random, size, plainSize }, number, bytes) => {
      const from = (number - 1) * service.partSize;
      assert.equal(bytes.length, Math.min(service.partSize, size - from));
      const [first, last] = [from, from + bytes.length - 1].map((at) => Math.max(0, Math.floor((at - 8) / MIB)));
      for (let index = first; index <= last; index++) {
        const name = `${Buffer.from(random).toString('hex')} ${index}`;
        const start = index * (MIB - 16) - 40 - (plainSize - content.length); // behind the stream's head and the envelope
        const plain = content.subarray(Math.max(0, start), start + MIB - 16);
        const hash = createHash('sha256').update(plain).digest('hex');
        if (plains.has(name) && plains.get(name) !== hash) twice.push(name);
        plains.set(name, hash);
      }
    };
    let result = 'died';
    for (let n = 0; result === 'died'; n++) {
      const [one] = await unfinished();
      if (n > 0 && roll(3) === 0) content[roll(content.length)]++; // somebody writes to the file
      if (!one) {
        service.upload = 0; // what was not kept begins again
        service.bytes = null;
      }
      const answers = n > 6 ? Infinity : roll(16);
      result = await run(service, { content, begun: one?.begun.id, key, partSize, answers, handedOver });
    }
    assert.deepEqual(twice, [], 'segments left with two plaintexts under one nonce');
    assert.equal(result, ID);
    assert.equal(service.state, 'completed');
    assert.equal(rows.uploads.size + rows.tags.size + rows.sent.size, 0);
    const got = await openAll(key, service.bytes);
    assert.ok(Buffer.from(got).equals(service.made), 'other bytes arrived');
  }));

test('where no part was through before a line broke, smaller ones are sent', async () => {
  for (const store of Object.values(rows)) store.clear();
  const key = crypto.getRandomValues(new Uint8Array(32));
  const content = new Uint8Array(3 * MIB).fill(7);
  const way = { content, key, partSize: MIB, answers: Infinity };
  const service = new Service(content);
  assert.equal(await run(service, { ...way, most: MIB - 1 }), ID);
  assert.deepEqual([service.initiated, service.partSize], [2, MIB / 2]);
  assert.ok(Buffer.from(await openAll(key, service.bytes)).equals(content));

  const later = new Service(content);
  assert.equal(await run(later, { ...way, answers: 2 }), 'died'); // before its first part arrived
  const [one] = await unfinished();
  assert.equal(await run(later, { ...way, begun: one.begun.id }), ID);
  assert.deepEqual([later.initiated, later.partSize], [2, MIB / 2]);

  const there = new Service(content);
  assert.equal(await run(there, { ...way, answers: 4 }), 'died'); // when two had
  const [two] = await unfinished();
  assert.equal(await run(there, { ...way, begun: two.begun.id }), ID);
  assert.deepEqual([there.initiated, there.partSize], [1, MIB]);
});

test('what nobody keeps is sent in small parts at once', async () => {
  for (const store of Object.values(rows)) store.clear();
  const key = crypto.getRandomValues(new Uint8Array(32));
  const content = new Uint8Array(3 * MIB).fill(7);
  const service = new Service(content);
  const way = { content, key, partSize: MIB, answers: Infinity, inParts: false, most: MIB / 2 };
  assert.equal(await run(service, way), ID);
  assert.deepEqual([service.initiated, service.partSize, rows.uploads.size], [1, MIB / 2, 0]);
});

test('where there is no room for tags, all is sent in one go, and nothing is kept', async () => {
  for (const store of Object.values(rows)) store.clear();
  rows.tags.isFull = true;
  const key = crypto.getRandomValues(new Uint8Array(32));
  const content = new Uint8Array(3 * MIB).fill(7);
  const service = new Service(content);
  const way = { content, key, partSize: MIB, handedOver() {} };
  assert.equal(await run(service, { ...way, answers: 4 }), 'died');
  assert.equal(rows.uploads.size, 0);
  assert.equal(await run(new Service(content), { ...way, answers: Infinity }), ID);
  assert.equal(rows.uploads.size + rows.tags.size + rows.sent.size, 0);
  rows.tags.isFull = false;
});
