// Sealing in parts, again and again, and opening of any part.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { concat, startsWith } from '../web/assets/crypto/bytes.js';
import { Opener } from '../web/assets/crypto/open.js';
import { newBlock } from '../web/assets/crypto/passphrase.js';
import { SealedFile } from '../web/assets/crypto/range.js';
import { SealedStream, seal } from '../web/assets/crypto/seal.js';
import { Places } from '../web/assets/crypto/stream.js';
import { again, rounds } from './chance.mjs';

const MIB = 2 ** 20;
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const BLOCK = newBlock({ lanes: 1, passes: 1, memory: 8 });
const FILE = 3 * MIB + 77; // four segments
const content = Uint8Array.from({ length: FILE }, (_, i) => (i * 31) >> (i & 7));

const source = (bytes = content, name = 'a.bin') => ({ name, content: new Blob([bytes]), inParts: true });
const whole = async (sealed) => (await sealed.part(0, sealed.size)).bytes;

/** What a client keeps of what it sent: all segments that the parts had. */
function keep(sealed, parts) {
  const tags = new Uint8Array(new Places(sealed.version === 3 ? BLOCK : null).countOfSealed(sealed.size) * 16);
  for (const { segments } of parts) for (const { index, tag } of segments) tags.set(tag, index * 16);
  return { random: sealed.random, size: sealed.size, tags };
}

async function open(sealed, block = null, key = KEY) {
  const opener = new Opener(key, block);
  async function* pieces() {
    for (let at = 0; at < sealed.length; at += 300_000) yield sealed.slice(at, at + 300_000);
  }
  const chunks = [];
  for await (const chunk of opener.content(pieces())) chunks.push(chunk);
  return { metadata: opener.metadata, content: concat(chunks) };
}

for (const block of [null, BLOCK]) {
  const version = block ? 3 : 2;

  test(`version ${version}: parts are the same in any order, of any length and side by side`, async () => {
    const random = crypto.getRandomValues(new Uint8Array(39));
    const kept = {
      random,
      size: new Places(block).sealedSize(seal(KEY, source()).plainSize),
      tags: new Uint8Array(),
    };
    const expected = await whole(seal(KEY, source(), { block, kept }));
    assert.equal(expected.length, kept.size);
    await again(rounds(5, 50), async (chance) => {
      const sealed = seal(KEY, source(), { block, kept });
      const places = [];
      for (let at = 0; at < sealed.size; ) {
        const length = 1 + chance([100, MIB, 2 * MIB][chance(3)]);
        places.push([at, length]);
        at += chance(4) ? length : 1 + chance(length); // some overlap
      }
      places.sort(() => chance(3) - 1);
      const parts = await Promise.all(places.slice(0, 40).map(([at, length]) => sealed.part(at, length)));
      for (const [i, { bytes, segments }] of parts.entries()) {
        const [at, length] = places[i];
        assert.deepEqual(bytes, expected.slice(at, at + length));
        for (const { index, tag } of segments) {
          const where = new Places(block);
          const segment = expected.slice(where.sealedStart(index), where.sealedStart(index + 1));
          assert.deepEqual(tag, segment.slice(-16));
        }
        const covered = segments.map(({ index }) => index);
        assert.ok(covered.includes(new Places(block).indexOfSealed(at)));
        assert.ok(covered.includes(new Places(block).indexOfSealed(Math.min(at + length, sealed.size) - 1)));
      }
    });
    assert.deepEqual((await seal(KEY, source()).part(expected.length, 1)).bytes, new Uint8Array());
  });

  test(`version ${version}: nothing leaves that differs from what left before under the same nonce`, async () => {
    const sealed = seal(KEY, source(), { block });
    const kept = keep(sealed, [await sealed.part(0, 2 * MIB)]);
    const goOn = seal(KEY, source(), { block, kept });
    assert.deepEqual(await whole(goOn), await whole(sealed));

    await again(rounds(6, 60), async (chance) => {
      const changed = content.slice();
      const at = chance(FILE);
      changed[at] ^= 1 << chance(8);
      const envelope = seal(KEY, source()).plainSize - FILE;
      const index = new Places(block).indexOfPlain(envelope + at);
      const other = seal(KEY, source(changed), { block, kept });
      const known = kept.tags.subarray(index * 16, index * 16 + 16).some((byte) => byte !== 0);
      const begin = new Places(block).sealedStart(index);
      if (known) await assert.rejects(other.part(begin, 1), { code: 'file-changed' });
      else assert.equal((await other.part(begin, 1)).segments.length, 1); // it never left
    });
    for (const bytes of [content.slice(1), concat([content, content])]) {
      assert.throws(() => seal(KEY, source(bytes), { block, kept }), { code: 'file-changed' });
    }
    // A longer name, too, moves all that follows.
    assert.throws(() => seal(KEY, source(content, 'ab.bin'), { block, kept }), { code: 'file-changed' });
  });

  test(`version ${version}: a new one is another in all its segments`, async () => {
    const [one, other] = await Promise.all([seal(KEY, source(), { block }), seal(KEY, source(), { block })].map(whole));
    for (let index = 0; index < 4; index++) {
      const at = new Places(block).sealedStart(index);
      assert.notDeepEqual(one.slice(at, at + 16), other.slice(at, at + 16));
    }
  });

  test(`version ${version}: it opens as it arrives, and any part without the rest`, async () => {
    const bytes = await whole(seal(KEY, source(), { block }));
    assert.equal(bytes[7], version);
    assert.deepEqual((await open(bytes, block)).content, content);

    const fetched = [];
    const fetch = async function* (from, to) {
      fetched.push([from, to]);
      for (let at = from; at < to; at += 400_000) yield bytes.slice(at, Math.min(at + 400_000, to));
    };
    const file = await SealedFile.open(KEY, block, { size: bytes.length, fetch });
    assert.equal(file.size, FILE);
    assert.deepEqual(file.metadata, { filename: 'a.bin' });
    await again(rounds(20, 300), async (chance) => {
      const from = chance(FILE + 2);
      const to = chance(3) ? from + chance(1000) : chance(FILE + 1000);
      fetched.length = 0;
      const chunks = [];
      for await (const chunk of file.content(from, to)) chunks.push(chunk);
      assert.deepEqual(concat(chunks), content.slice(from, to));
      const { from: begin, to: end } = file.sealed(from, to);
      for (const [a, b] of fetched) assert.ok(a >= begin && b <= end, `${[a, b]} is beyond ${[begin, end]}`);
    });
  });

  test(`version ${version}: a part that was changed does not open, whatever is well beside it`, async () => {
    const bytes = await whole(seal(KEY, source(), { block }));
    const places = new Places(block);
    const from = (damaged, size = damaged.length) => ({
      size,
      fetch: async function* (from, to) {
        yield damaged.slice(from, to);
      },
    });
    const read = async (file, ...range) => {
      const chunks = [];
      for await (const chunk of file.content(...range)) chunks.push(chunk);
      return concat(chunks);
    };
    await again(rounds(10, 200), async (chance) => {
      const damaged = bytes.slice();
      const at = places.sealedStart(1) + chance(bytes.length - places.sealedStart(1));
      damaged[at] ^= 1 << chance(8);
      const bad = places.indexOfSealed(at);
      const file = await SealedFile.open(KEY, block, from(damaged));
      await assert.rejects(read(file, 0), { code: 'damaged' });
      for (const index of [1, 2, 3]) {
        const plain = places.plainStart(index); // which is within the segment of the content, too
        if (index === bad) await assert.rejects(read(file, plain, plain + 10), { code: 'damaged' });
        else assert.deepEqual(await read(file, plain, plain + 10), content.slice(plain, plain + 10));
      }
    });
    const short = await SealedFile.open(KEY, block, from(bytes.slice(0, places.sealedStart(3))));
    await assert.rejects(read(short, 0), { code: 'damaged' }); // its last segment is not the last
    const lost = await SealedFile.open(KEY, block, from(bytes.slice(0, -1), bytes.length));
    await assert.rejects(read(lost, 0), { code: 'damaged' });
    const first = bytes.slice();
    first[100] ^= 1;
    await assert.rejects(SealedFile.open(KEY, block, from(first)), { code: 'wrong-key' });
    for (const length of [0, 7, 8, 47]) {
      await assert.rejects(SealedFile.open(KEY, block, from(bytes.slice(0, length))), { code: 'damaged' });
    }
  });
}

test('link without passphrase, passphrase without one in the file, and another block open nothing', async () => {
  const [plain, locked] = await Promise.all([seal(KEY, source()), seal(KEY, source(), { block: BLOCK })].map(whole));
  await assert.rejects(open(locked), ({ code, block }) => code === 'needs-passphrase' && startsWith(block, BLOCK));
  await assert.rejects(open(locked, newBlock({ lanes: 1, passes: 1, memory: 8 })), { code: 'needs-passphrase' });
  await assert.rejects(open(locked, BLOCK, KEY.toReversed()), { code: 'wrong-key' });
  await assert.rejects(open(plain, BLOCK), { code: 'wrong-key' });
  await assert.rejects(open(new Uint8Array(1000), BLOCK), { code: 'wrong-key' });
  const moved = locked.slice();
  moved[10] ^= 1; // the block is in the key of the stream
  await assert.rejects(open(moved, moved.slice(8, 32)), ({ code }) => ['wrong-key', 'damaged'].includes(code));
});

test('which version is written', async () => {
  const small = { name: 'a', content: new Blob(['a']) };
  assert.equal(seal(KEY, small).version, 1);
  assert.equal(seal(KEY, { ...small, inParts: true }).version, 2);
  assert.equal(seal(KEY, small, { block: BLOCK }).version, 3);
  assert.equal(seal(KEY, { name: 'a', content: new Blob([new Uint8Array(32 * MIB + 1)]) }).version, 2);
  const text = await whole(seal(KEY, { name: '', content: new Blob(['hi']) }, { block: BLOCK }));
  assert.deepEqual((await open(text, BLOCK)).metadata, { filename: 'message.txt' });
});

/** A blob that is read in another way than this one. */
function readBy(bytes, slice) {
  const blob = new Blob([bytes]);
  blob.slice = (from, to) => slice(bytes.slice(from, to));
  return blob;
}

/** A stream of bytes, in pieces of any length, which ends in its own way. */
function streamOf(bytes, chance, end = (controller) => controller.close()) {
  let at = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const piece = bytes.slice(at, at + 1 + chance(70_000));
      at += piece.length;
      if (piece.length) controller.enqueue(piece);
      else {
        end(controller);
        controller.byobRequest?.respond(0);
      }
    },
  });
}

test('it is sealed the same however its file is read', async () => {
  const random = crypto.getRandomValues(new Uint8Array(39));
  const expected = await whole(new SealedStream(KEY, new Blob([content]), { random }));
  for (const slice of [
    (bytes) => ({ arrayBuffer: async () => bytes.buffer }), // a browser that knows no other way
    (bytes) => ({ stream: () => streamOf(bytes, (most) => Math.floor(Math.random() * most)) }),
  ]) {
    const sealed = new SealedStream(KEY, readBy(content, slice), { random });
    const half = MIB * 1.5;
    const parts = await Promise.all([2, 0, 1].map((n) => sealed.part(n * half, half)));
    assert.deepEqual(concat([parts[1], parts[2], parts[0]].map(({ bytes }) => bytes)), expected);
  }
});

test('a file that changes or goes while it is read is an error', async () => {
  for (const slice of [
    () => ({ arrayBuffer: async () => new ArrayBuffer(0) }),
    () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }),
    (bytes) => ({ stream: () => streamOf(bytes.slice(0, -1), () => 0) }),
    (bytes) => ({
      stream: () =>
        streamOf(
          bytes.slice(0, 10),
          () => 0,
          (it) => it.error(new DOMException('gone')),
        ),
    }),
  ]) {
    await assert.rejects(whole(new SealedStream(KEY, readBy(new Uint8Array(100), slice))), { code: 'file-changed' });
  }
});
