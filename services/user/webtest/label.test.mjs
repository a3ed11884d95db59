// The sealed label against the vectors that the Go implementation passes too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { fromBase64url, toBase64, toHex } from '../web/assets/crypto/bytes.js';
import { MAX_NOTE, openLabel, sealLabel } from '../web/assets/crypto/label.js';

const vectors = JSON.parse(readFileSync(new URL('../../../shared/envelope/testdata/vectors.json', import.meta.url)));

const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** A label of the vectors, which leave out what says nothing, as the module has it. */
const labelOf = ({ files, count, size, note = '', picture }) => ({
  files: files.map(({ name, size, type = '' }) => ({ name, size, type })),
  count,
  size,
  note,
  picture: picture ? { type: picture.type, data: fromBase64url(picture.data) } : null,
});

for (const { name, key, nonce, label, read, sealed } of vectors.labels) {
  test(`a label is sealed and opened: ${name}`, async () => {
    const written = await sealLabel(fromBase64url(key), labelOf(label), { nonce: fromHex(nonce) });
    assert.equal(toHex(written), sealed);
    assert.deepEqual(await openLabel(fromBase64url(key), fromHex(sealed)), labelOf(read));
  });
}

for (const { name, key, sealed, label } of vectors.oddLabels) {
  test(`an odd label is read: ${name}`, async () => {
    assert.deepEqual(await openLabel(fromBase64url(key), fromHex(sealed)), labelOf(label));
  });
}

for (const { name, key, sealed, reason } of vectors.noLabels) {
  test(`not a label: ${name}`, async () => {
    const opened = openLabel(fromBase64url(key), fromHex(sealed));
    if (reason === 'key') await assert.rejects(opened, { code: 'wrong-key' });
    else assert.equal(await opened, null);
  });
}

test('whatever is in a label, it is of one of five sizes, and opens', async () => {
  const key = new Uint8Array(32);
  const picture = { type: 'image/jpeg', data: new Uint8Array(5120).fill(255) };
  picture.data.set([255, 216, 255]);
  for (const files of [1, 2, 100, 1000]) {
    for (const note of ['', 'n', '😀'.repeat(MAX_NOTE + 1)]) {
      for (const shown of [null, picture]) {
        const name = 'ü'.repeat(200);
        const all = Array.from({ length: files }, () => ({ name, size: 1, type: 'text/plain' }));
        const sealed = await sealLabel(key, { files: all, count: files, size: files, note, picture: shown });
        assert.ok([512, 1024, 2048, 4096, 8192].includes(sealed.length), toBase64(sealed).slice(0, 9));
        const opened = await openLabel(key, sealed);
        assert.equal(opened.count, files);
        assert.equal(opened.note, note.slice(0, 2 * MAX_NOTE));
        assert.ok(opened.files.length >= 1);
      }
    }
  }
});
