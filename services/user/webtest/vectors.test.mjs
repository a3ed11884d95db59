// The browser's modules against the vectors that the Go implementation passes too.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { concat, fromBase64url, toHex } from '../web/assets/crypto/bytes.js';
import { safeFilename, writeEnvelope } from '../web/assets/crypto/envelope.js';
import { friendlyTransfer, writeKey } from '../web/assets/crypto/key.js';
import { Opener } from '../web/assets/crypto/open.js';
import { SealedAtOnce, SealedStream } from '../web/assets/crypto/seal.js';
import { Places } from '../web/assets/crypto/stream.js';

const vectors = JSON.parse(readFileSync(new URL('../../../shared/envelope/testdata/vectors.json', import.meta.url)));

const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const pattern = (size) => Uint8Array.from({ length: size }, (_, i) => i % 251);

async function* pieces(bytes, length) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

/** A sealed file, of parts of a length. */
async function whole(sealed, length = sealed.size) {
  const chunks = [];
  for (let at = 0; at < sealed.size; at += length) chunks.push((await sealed.part(at, length)).bytes);
  return concat(chunks);
}

/** Opens a ciphertext that arrives in pieces of a length. */
async function open(key, sealed, length = 100_000) {
  const opener = new Opener(key);
  const content = [];
  for await (const piece of pieces(sealed, length)) content.push(...(await opener.push(piece)));
  content.push(...(await opener.finish()));
  return { metadata: opener.metadata, content: concat(content) };
}

for (const vector of vectors.v1) {
  test(`format 1 opens: ${vector.name}`, async () => {
    const { metadata, content } = await open(fromBase64url(vector.key), fromHex(vector.sealed), 7);
    assert.equal(safeFilename(metadata?.filename), vector.meta.filename);
    assert.equal(toHex(content), vector.content);
  });
  test(`format 1 seals: ${vector.name}`, async () => {
    const plain = new Blob([fromHex(vector.plain)]);
    const sealed = new SealedAtOnce(fromBase64url(vector.key), plain, fromHex(vector.iv));
    assert.equal(toHex(await whole(sealed, 100)), vector.sealed);
  });
}

function sealV2(vector, length) {
  const plain = new Blob([writeEnvelope(vector.meta), pattern(vector.contentSize)]);
  const random = concat([fromHex(vector.salt), fromHex(vector.noncePrefix)]);
  return whole(new SealedStream(fromBase64url(vector.key), plain, { random }), length);
}

for (const vector of vectors.v2) {
  test(`format 2: ${vector.name}`, async () => {
    const sealed = await sealV2(vector);
    assert.equal(sealed.length, vector.sealedSize);
    assert.equal(sha256(sealed), vector.sealedSha256);
    assert.equal(sha256(await sealV2(vector, 333_333)), vector.sealedSha256);
    for (const length of [64 * 1024, 1024 * 1024, 5_000_000]) {
      const { metadata, content } = await open(fromBase64url(vector.key), sealed, length);
      assert.deepEqual(metadata, vector.meta);
      assert.equal(sha256(content), sha256(pattern(vector.contentSize)));
    }
  });
}

const SEGMENT = 1024 * 1024;
const HEADER = 8;

/** Damages a ciphertext as its vector says. */
function change(sealed, { change, at }) {
  const bytes = Uint8Array.from(sealed);
  // Segments follow each other from behind the header; the stream's own header is part of the first.
  const start = (n) => HEADER + n * SEGMENT;
  switch (change) {
    case 'cut':
      return bytes.slice(0, at);
    case 'flip':
      bytes[at] ^= 1;
      return bytes;
    case 'append':
      return concat([bytes, Uint8Array.of(0)]);
    case 'swap':
      return concat([
        bytes.slice(0, start(at)),
        bytes.slice(start(at + 1), start(at + 2)),
        bytes.slice(start(at), start(at + 1)),
        bytes.slice(start(at + 2)),
      ]);
    case 'drop':
      return concat([bytes.slice(0, start(at)), bytes.slice(start(at + 1))]);
  }
  throw new Error(`no such change: ${change}`);
}

for (const broken of vectors.broken) {
  test(`refused: ${broken.of}, ${broken.change} at ${broken.at}`, async () => {
    const vector = vectors.v2.find(({ name }) => name === broken.of);
    const damaged = change(await sealV2(vector), broken);
    await assert.rejects(open(fromBase64url(vector.key), damaged), ({ code }) =>
      ['wrong-key', 'damaged', 'newer-version'].includes(code),
    );
  });
}

for (const { name, key, sealed } of vectors.foreign) {
  test(`refused, though it is genuine: ${name}`, async () => {
    await assert.rejects(open(fromBase64url(key), fromHex(sealed)), ({ code }) => code === 'damaged');
  });
}

test('sizes of format 2', () => {
  for (const { form, plain, sealed } of vectors.sizes)
    if (form === 2) assert.equal(new Places(null).sealedSize(plain), sealed);
});

test('names', () => {
  for (const { in: name, out } of vectors.names) assert.equal(safeFilename(name), out);
});

for (const { token, id, key } of vectors.friendly) {
  test(`friendly token ${token}`, async () => {
    const transfer = await friendlyTransfer(token);
    assert.equal(transfer.id, id);
    assert.equal(writeKey(transfer.key), key);
  });
}
