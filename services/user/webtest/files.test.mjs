// Containers, archives and selections.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { concat, encodeText } from '../web/assets/crypto/bytes.js';
import {
  CONTAINER_START,
  CONTAINER_TYPE,
  containerSource,
  indexEnd,
  readIndex,
} from '../web/assets/files/container.js';
import { crc32 } from '../web/assets/files/crc32.js';
import { isContainer, isHidden, merge, sendName, shownName } from '../web/assets/files/selection.js';
import { Tree } from '../web/assets/files/tree.js';
import { ContainerZip, ZipWriter } from '../web/assets/files/zip.js';
import { again, rounds } from './chance.mjs';

const file = (text, name = 'x', type = '') =>
  new File([text], name, { lastModified: Date.UTC(2024, 1, 3, 4, 5, 6), type });
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

/** The content of a container with this JSON for its index. */
function container(json, content = new Uint8Array()) {
  const index = typeof json === 'string' ? encodeText(json) : encodeText(JSON.stringify(json));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, index.length);
  return concat([encodeText('SGFILES\u0001'), length, index, content]);
}

test('crc32', () => {
  assert.equal(crc32(encodeText('123456789')), 0xcbf43926);
  assert.equal(crc32(encodeText('')), 0);
  const text = encodeText('a text that is taken apart in the middle of an eight byte step');
  assert.equal(crc32(text.subarray(13), crc32(text.subarray(0, 13))), crc32(text));
});

const ENTRIES = [
  { path: 'folder/a.txt', file: file('hello', 'a.txt', 'text/plain') },
  { path: 'folder/empty', file: file('') },
  { path: 'folder/none/', file: file('') },
  { path: 'folder/Ünïcode 写真.txt', file: file('more'.repeat(1000)) },
];

test('a container lists what is in it, and where', async () => {
  const source = containerSource('folder', ENTRIES);
  assert.deepEqual([source.name, source.type], ['folder.sgfiles', CONTAINER_TYPE]);
  const content = await bytesOf(source.content);
  assert.deepEqual(await bytesOf(containerSource('folder', ENTRIES).content), content);
  const end = indexEnd(content.slice(0, CONTAINER_START));
  const { files, size } = readIndex(content.slice(0, end));
  assert.equal(size, content.length);
  assert.deepEqual(
    files.map(({ path, size, type, time, mode }) => ({ path, size, type, time, mode })),
    ENTRIES.map(({ path, file }) => ({
      path,
      size: file.size,
      type: file.type,
      time: path.endsWith('/') ? null : file.lastModified,
      mode: 0,
    })),
  );
  for (const [i, { from, to }] of files.entries()) {
    assert.deepEqual(content.slice(from, to), await bytesOf(ENTRIES[i].file));
  }
});

test('an index of a stranger is made safe, or refused', () => {
  const read = (...entries) => readIndex(container({ files: entries })).files;
  const paths = (...names) => read(...names.map((path) => ({ path, size: 0 }))).map(({ path }) => path);
  assert.deepEqual(paths('../../etc/passwd', '/etc/passwd', 'C:\\a\\b', 'a//b/./c', 'con/x'), [
    'etc/passwd',
    'etc/passwd (2)',
    'b',
    'a/b/c',
    '_con/x',
  ]);
  assert.deepEqual(paths('a.txt', 'A.TXT', 'a (2).txt', 'A.txt'), ['a.txt', 'A (2).TXT', 'a (2) (2).txt', 'A (3).txt']);
  assert.deepEqual(paths('\u00fc', 'u\u0308', 'x', 'x/y', 'x/z', ''), [
    'ü',
    'u\u0308 (2)',
    'x',
    'x (2)/y',
    'x (2)/z',
    'download',
  ]);
  assert.deepEqual(paths('d/', 'd/', 'D/a', 'd'), ['d/', 'd/', 'd/a', 'd (2)']);

  const odd = { path: 'a', size: 1, mode: 0o7777, time: '2030-02-30T00:00:00Z', type: 'text/html; charset=x' };
  assert.deepEqual(
    read(odd).map(({ mode, time, type }) => [mode, time, type]),
    [[0, null, '']],
  );
  const [good] = read({ path: 'a', size: 1e3, mode: 0o640, time: '2030-01-31T12:00:00Z', type: 'text/plain', more: 1 });
  assert.deepEqual(
    [good.size, good.mode, good.time, good.type],
    [1000, 0o640, Date.UTC(2030, 0, 31, 12), 'text/plain'],
  );

  const many = Array.from({ length: 100_001 }, () => ({ path: 'a/', size: 0 }));
  for (const wrong of [
    { files: [] },
    { files: {} },
    { files: [null] },
    { files: ['a'] },
    { files: [{ path: 'a' }] },
    { files: [{ path: 'a', size: -1 }] },
    { files: [{ path: 'a', size: 1.5 }] },
    { files: [{ path: 'a', size: 2 ** 53 - 1 }] },
    { files: [{ path: 'x/'.repeat(33), size: 0 }] },
    { files: [{ path: `${'y'.repeat(250)}/`.repeat(17), size: 0 }] },
    { files: many },
    [],
    null,
    '{"files":[{"path":"a","size":1}]} x',
  ]) {
    assert.throws(() => readIndex(container(wrong)), { code: 'damaged' });
  }
  const whole = container({ files: [{ path: 'a', size: 1 }] });
  assert.throws(() => readIndex(whole.slice(0, -1)), { code: 'damaged' });
  assert.throws(() => readIndex(whole.slice(1)), { code: 'damaged' });
  const long = whole.slice();
  new DataView(long.buffer).setUint32(8, 16 * 2 ** 20 + 1);
  assert.throws(() => indexEnd(long), { code: 'damaged' });
});

test('what cannot be sent in a container is said', () => {
  assert.throws(() => containerSource('x', []), { code: 'paths' });
  assert.throws(() => containerSource('x', [{ path: `${'x/'.repeat(33)}a`, file: file('') }]), { code: 'paths' });
});

test('whatever paths there are, they stay within, apart from each other, and as they are once they are safe', () =>
  again(rounds(300, 20_000), (chance) => {
    const parts = [
      'a',
      'A',
      'b.txt',
      'B.TXT',
      '..',
      '.',
      '',
      'ü',
      'u\u0308',
      'İ',
      'Σ',
      'ς',
      'x (2)',
      'x',
      '\\',
      'con',
      ' ',
      'y'.repeat(254),
    ];
    const path = () =>
      Array.from({ length: 1 + chance(5) }, () => parts[chance(parts.length)]).join('/') + (chance(4) ? '' : '/');
    const all = Array.from({ length: 1 + chance(30) }, path);
    const make = (paths) => {
      const tree = new Tree();
      return paths.map((one) => tree.add(one));
    };
    const safe = make(all);
    const seen = new Map();
    for (const one of safe) {
      assert.ok(
        !one.startsWith('/') && !/(^|\/)\.\.?(\/|$)/.test(one) && !one.includes('\\') && !one.includes('//'),
        one,
      );
      const folder = one.endsWith('/');
      const names = one.split('/').filter(Boolean);
      for (let n = 1; n <= names.length; n++) {
        const key = names.slice(0, n).join('/').normalize('NFC').toLowerCase();
        const here = { isFolder: folder || n < names.length, as: names.slice(0, n).join('/') };
        const there = seen.get(key);
        assert.ok(!there || (there.isFolder && here.isFolder && there.as === here.as), `${one} in ${safe}`);
        seen.set(key, here);
      }
    }
    assert.deepEqual(make(safe), safe);
  }));

test('whatever an index has in it, it is refused or its files lie side by side', () =>
  again(rounds(500, 50_000), (chance) => {
    const values = [0, 1, -1, 5, 1.5, 2 ** 53, null, true, 'a', 'b/', '', [], {}, '2030-01-31T12:00:00Z', 'text/plain'];
    const entry = () => {
      if (chance(20) === 0) return values[chance(values.length)];
      const made = { path: ['a', 'b/', 'a/b'][chance(3)], size: chance(9) };
      for (const name of ['path', 'size', 'mode', 'time', 'type', '__proto__'])
        if (chance(8) === 0) made[name] = values[chance(values.length)];
      return made;
    };
    const content = container({ files: Array.from({ length: chance(6) }, entry) }, new Uint8Array(40));
    if (chance(4) === 0) content[chance(content.length)] ^= 1 << chance(8);
    let read;
    try {
      read = readIndex(content);
    } catch (error) {
      assert.equal(error.code, 'damaged', error.stack);
      return;
    }
    let at = indexEnd(content);
    for (const { from, to, size, path } of read.files) {
      assert.ok(from === at && to === from + size && path);
      at = to;
    }
    assert.equal(read.size, at);
  }));

/** The archive of a container that arrives in pieces of a length. */
function zipOf(content, length) {
  const zip = new ContainerZip();
  const chunks = [];
  for (let at = 0; at < content.length; at += length) chunks.push(...zip.push(content.slice(at, at + length)));
  return concat([...chunks, ...zip.finish()]);
}

test('a container becomes an archive as it arrives, as long as was said, which others unpack', async (t) => {
  const content = await bytesOf(containerSource('folder', ENTRIES).content);
  const archive = zipOf(content, 1000);
  for (const length of [1, 7, content.length]) assert.deepEqual(zipOf(content, length), archive);
  const { files } = readIndex(content);
  assert.equal(archive.length, new ZipWriter(files).size);
  if (spawnSync('python3', ['-V']).error) return t.skip('NOT TESTED: archives, because there is no python3');
  const dir = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    writeFileSync(join(dir, 'a.zip'), archive);
    execFileSync('python3', ['-m', 'zipfile', '-t', join(dir, 'a.zip')]);
    execFileSync('python3', ['-m', 'zipfile', '-e', join(dir, 'a.zip'), join(dir, 'out')]);
    for (const { path, file } of ENTRIES) {
      const at = join(dir, 'out', path);
      if (path.endsWith('/')) assert.ok(statSync(at).isDirectory());
      else assert.deepEqual(new Uint8Array(readFileSync(at)), await bytesOf(file));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('beyond four gigabytes or 65,535 files the size of an archive is still known', () => {
  const listed = (path, size) => ({ path, size, mode: 0, time: null, type: '', from: 0, to: size });
  // local headers 30 + 1 + 20 and 30 + 1, what follows the files 24 and 16, directory 46 + 1 + 20 and 46 + 1 + 12,
  // endings 56 + 20 + 22
  assert.equal(
    new ZipWriter([listed('a', 5 * 2 ** 30), listed('b', 1)]).size,
    5 * 2 ** 30 + 51 + 24 + 1 + 31 + 16 + 67 + 59 + 98,
  );
  const many = new ZipWriter(Array.from({ length: 70_000 }, (_, i) => listed(`f${i}`, 0)));
  assert.equal(concat(many.finish()).length, many.size);
});

test('a container that ends too early, or goes on, is no archive', async () => {
  const content = await bytesOf(containerSource('folder', ENTRIES).content);
  for (const wrong of [
    content.slice(0, -1),
    concat([content, Uint8Array.of(0)]),
    content.slice(0, 20),
    content.slice(0, 3),
  ]) {
    assert.throws(() => zipOf(wrong, 999), { code: 'damaged' });
  }
});

test('selections', () => {
  const entry = (path) => ({ path, file: file('', path) });
  const merged = merge([entry('a.txt'), entry('.env')], [entry('a.txt'), entry('a.txt'), entry('.env')]);
  assert.deepEqual(
    merged.map(({ path }) => path),
    ['a.txt', '.env', 'a (2).txt', 'a (3).txt', '.env (2)'],
  );
  assert.equal(merged.filter(isHidden).length, 2);
  assert.equal(merge([entry('a/b/')], [entry('a/b/'), entry('a/c/')]).length, 2);
  assert.ok(isHidden(entry('a/.git/config')));

  assert.equal(isContainer([entry('a.txt')]), false);
  assert.equal(sendName([entry('a.txt')]), 'a.txt');
  assert.ok(isContainer([entry('folder/a.txt')]));
  assert.equal(sendName([entry('folder/a.txt'), entry('folder/b/c.txt')]), 'folder');
  for (const [entries, shown] of /** @type {const} */ ([
    [[entry('a.txt'), entry('b.txt'), entry('empty/')], '2 files'],
    [[entry('one/'), entry('two/')], 'Empty folders'],
  ])) {
    assert.equal(sendName(entries), 'files'); // whatever the sender's language is
    assert.equal(shownName(entries), shown);
  }
  assert.equal(shownName([entry('folder/a.txt'), entry('folder/b.txt')]), 'folder');
  assert.equal(shownName([entry('files')]), 'files');
});
