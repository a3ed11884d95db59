// Archives and selections.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { concat } from '../web/assets/crypto/bytes.js';
import { crc32 } from '../web/assets/files/crc32.js';
import { isArchive, isHidden, merge, sendName } from '../web/assets/files/selection.js';
import { zipSource } from '../web/assets/files/zip.js';

const utf8 = new TextEncoder();

/** A file of a size no test could hold: any slice of it is zeros. */
const hugeFile = (size) => ({
  size,
  lastModified: 0,
  slice: (from, to) => ({ arrayBuffer: async () => new ArrayBuffer(to - from) }),
});

const file = (text, name = 'x') => new File([text], name, { lastModified: Date.UTC(2024, 1, 3) });

async function read(source) {
  const chunks = [];
  for await (const chunk of source.chunks()) chunks.push(chunk);
  return concat(chunks);
}

test('crc32', () => {
  assert.equal(crc32(utf8.encode('123456789')), 0xcbf43926);
  assert.equal(crc32(utf8.encode('')), 0);
  const text = utf8.encode('a text that is taken apart in the middle of an eight byte step');
  assert.equal(crc32(text.subarray(13), crc32(text.subarray(0, 13))), crc32(text));
});

test('an archive is as long as it said and holds every file', async () => {
  const entries = [
    { path: 'folder/a.txt', file: file('hello') },
    { path: 'folder/empty', file: file('') },
    { path: 'folder/Ünïcode 写真.txt', file: file('more'.repeat(1000)) },
  ];
  const source = zipSource('folder.zip', entries);
  const zip = await read(source);
  assert.equal(zip.length, source.size);

  const view = new DataView(zip.buffer);
  const end = zip.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  assert.equal(view.getUint16(end + 10, true), entries.length);
  let at = view.getUint32(end + 16, true);
  for (const { path, file } of entries) {
    assert.equal(view.getUint32(at, true), 0x02014b50);
    const [crc, size, nameLength, local] = [
      view.getUint32(at + 16, true),
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
      view.getUint32(at + 42, true),
    ];
    assert.equal(new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength)), path);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = zip.subarray(start, start + size);
    assert.deepEqual(content, new Uint8Array(await file.arrayBuffer()));
    assert.equal(crc, crc32(content));
    assert.equal(view.getUint32(local + 14, true), crc);
    at += 46 + nameLength;
  }
  assert.equal(at, end);
});

test('beyond four gigabytes or 65,535 files the size is still known', async () => {
  const large = zipSource('large.zip', [
    { path: 'a', file: hugeFile(5 * 2 ** 30) },
    { path: 'b', file: hugeFile(1) },
  ]);
  // local headers 30 + 1 + 20 and 30 + 1, directory 46 + 1 + 20 and 46 + 1 + 12, endings 56 + 20 + 22
  assert.equal(large.size, 5 * 2 ** 30 + 51 + 1 + 31 + 67 + 59 + 98);
  const many = Array.from({ length: 70_000 }, (_, i) => ({ path: `f${i}`, file: file('') }));
  const source = zipSource('many.zip', many);
  assert.equal((await read(source)).length, source.size);
});

test('a file that changes while it is read is an error', async () => {
  let reads = 0;
  const changing = {
    size: 4,
    lastModified: 0,
    slice: () => ({ arrayBuffer: async () => Uint8Array.of(1, 2, 3, reads++).buffer }),
  };
  await assert.rejects(read(zipSource('x.zip', [{ path: 'a', file: changing }])), { code: 'file-changed' });
});

test('selections', () => {
  const entry = (path) => ({ path, file: file('', path) });
  const merged = merge([entry('a.txt'), entry('.env')], [entry('a.txt'), entry('a.txt'), entry('.env')]);
  assert.deepEqual(
    merged.map(({ path }) => path),
    ['a.txt', '.env', 'a (2).txt', 'a (3).txt', '.env (2)'],
  );
  assert.equal(merged.filter(isHidden).length, 2);
  assert.ok(isHidden(entry('a/.git/config')));

  assert.equal(isArchive([entry('a.txt')]), false);
  assert.equal(sendName([entry('a.txt')]), 'a.txt');
  assert.ok(isArchive([entry('folder/a.txt')]));
  assert.equal(sendName([entry('folder/a.txt'), entry('folder/b/c.txt')]), 'folder.zip');
  assert.equal(sendName([entry('a.txt'), entry('b.txt')]), '2 files.zip');
});
