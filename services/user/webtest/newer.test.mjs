// Passphrases, several files under one link and requests against the vectors that the Go implementation passes too.
// docs/formats.md says what each of them means.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { concat, encodeText, fromBase64url, toBase64url, toHex } from '../web/assets/crypto/bytes.js';
import { writeEnvelope } from '../web/assets/crypto/envelope.js';
import { openLabel, sealLabel } from '../web/assets/crypto/label.js';
import { Opener } from '../web/assets/crypto/open.js';
import { passphraseBytes, readBlock } from '../web/assets/crypto/passphrase.js';
import { SealedFile } from '../web/assets/crypto/range.js';
import { grantOf, openKey, sealKey } from '../web/assets/crypto/request.js';
import { SealedStream } from '../web/assets/crypto/seal.js';
import { mixPassphrase } from '../web/assets/crypto/stretch.js';
import { readIndex } from '../web/assets/files/container.js';
import { Tree } from '../web/assets/files/tree.js';
import { argon2idAsync } from '../web/assets/libraries/argon2.js';
import { readLink, readRequest } from '../web/assets/link/read.js';
import { writeRequest } from '../web/assets/link/write.js';

const vectors = JSON.parse(readFileSync(new URL('../../../shared/envelope/testdata/vectors.json', import.meta.url)));

const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const pattern = (size) => Uint8Array.from({ length: size }, (_, i) => i % 251);
const whole = async (sealed) => (await sealed.part(0, sealed.size)).bytes;
const randomOf = ({ salt, noncePrefix }) => concat([fromHex(salt), fromHex(noncePrefix)]);

async function open(key, block, sealed) {
  const opener = new Opener(key, block);
  const content = [];
  for (let at = 0; at < sealed.length; at += 400_000)
    content.push(...(await opener.push(sealed.slice(at, at + 400_000))));
  content.push(...(await opener.finish()));
  return { metadata: opener.metadata, content: concat(content) };
}

for (const { name, passphrase, block, stretched, key, mixed } of vectors.passphrases) {
  test(`a passphrase: ${name}`, async () => {
    const bytes = fromHex(block);
    const { lanes: p, passes: t, memory: m, salt } = readBlock(bytes);
    assert.equal(toHex(await argon2idAsync(passphraseBytes(passphrase), salt, { t, m, p, dkLen: 32 })), stretched);
    assert.equal(toBase64url(await mixPassphrase(fromBase64url(key), passphrase, bytes)), mixed);
  });
}

test('what is no passphrase, and what is not stretched', () => {
  for (const { passphrase } of vectors.noPassphrases) assert.equal(passphraseBytes(passphrase), null);
  for (const { name, block } of vectors.noBlocks) {
    assert.throws(
      () => readBlock(fromHex(block)),
      ({ code }) => ['damaged', 'newer-version'].includes(code),
      name,
    );
  }
});

const sealV3 = (vector) => {
  const plain = new Blob([writeEnvelope(vector.meta), pattern(vector.contentSize)]);
  const options = { block: fromHex(vector.block), random: randomOf(vector) };
  return whole(new SealedStream(fromBase64url(vector.mixed), plain, options));
};

for (const vector of vectors.v3) {
  test(`format 3: ${vector.name}`, async () => {
    const [block, mixed] = [fromHex(vector.block), fromBase64url(vector.mixed)];
    assert.deepEqual(await mixPassphrase(fromBase64url(vector.key), vector.passphrase, block), mixed);
    const sealed = await sealV3(vector);
    assert.equal(sealed.length, vector.sealedSize);
    assert.equal(sha256(sealed), vector.sealedSha256);
    const { metadata, content } = await open(mixed, block, sealed);
    assert.deepEqual(metadata, vector.meta);
    assert.equal(sha256(content), sha256(pattern(vector.contentSize)));
    await assert.rejects(open(fromBase64url(vector.key), null, sealed), { code: 'needs-passphrase' });
  });
}

const start = (n) => 32 + n * 2 ** 20;

/** Damages a ciphertext as its vector says. */
const changes = {
  cut: (bytes, at) => bytes.slice(0, at),
  flip: (bytes, at) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte)),
  append: (bytes) => concat([bytes, Uint8Array.of(0)]),
  swap: (bytes, at) =>
    concat([
      bytes.slice(0, start(at)),
      bytes.slice(start(at + 1), start(at + 2)),
      bytes.slice(start(at), start(at + 1)),
      bytes.slice(start(at + 2)),
    ]),
  drop: (bytes, at) => concat([bytes.slice(0, start(at)), bytes.slice(start(at + 1))]),
};

for (const { of, change, at } of vectors.broken3) {
  test(`refused: ${of}, ${change} at ${at}`, async () => {
    const vector = vectors.v3.find(({ name }) => name === of);
    const damaged = changes[change](await sealV3(vector), at);
    await assert.rejects(open(fromBase64url(vector.mixed), fromHex(vector.block), damaged), ({ code }) =>
      ['wrong-key', 'damaged', 'newer-version', 'needs-passphrase'].includes(code),
    );
  });
}

/** A label of the vectors, which leave out what says nothing, as the module has it. */
const labelOf = ({ files, count, size, note = '', picture }) => ({
  files: files.map(({ name, size, type = '' }) => ({ name, size, type })),
  count,
  size,
  note,
  picture: picture ? { type: picture.type, data: fromBase64url(picture.data) } : null,
});

for (const { name, mixed, block, nonce, label, read, sealed } of vectors.labels2) {
  test(`a label with a passphrase is sealed and opened: ${name}`, async () => {
    const [key, asked] = [fromBase64url(mixed), fromHex(block)];
    assert.equal(toHex(await sealLabel(key, labelOf(label), { block: asked, nonce: fromHex(nonce) })), sealed);
    assert.deepEqual(await openLabel(key, fromHex(sealed), asked), labelOf(read));
  });
}

const CODES = { needed: 'needs-passphrase', wrong: 'wrong-key', none: 'wrong-key', 'wrong key': 'wrong-key' };

for (const { name, key, passphrase, sealed, reason } of vectors.noLabels2) {
  test(`not a label with a passphrase: ${name}`, async () => {
    const bytes = fromHex(sealed);
    // Whoever gives a passphrase stretches it as the label asks, or the file would.
    const block = bytes[0] === 2 ? bytes.slice(1, 25) : fromHex(vectors.labels2[0].block);
    let [opened, error] = [null, null];
    try {
      const linkKey = fromBase64url(key);
      const used = passphrase ? await mixPassphrase(linkKey, passphrase, block) : linkKey;
      opened = await openLabel(used, bytes, passphrase ? block : null);
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(opened, null);
    if (reason !== 'label') assert.equal(error?.code, CODES[reason]);
    else if (error) assert.throws(() => readBlock(block)); // nothing was stretched
  });
}

/** What is listed, as the vectors have it. */
const listed = ({ files }) =>
  files.map(({ path, size, mode, time, type }) => ({
    path,
    size,
    ...(mode && { mode }),
    ...(time !== null && { time: new Date(time).toISOString().replace('.000Z', 'Z') }),
    ...(type && { type }),
  }));

for (const vector of vectors.files) {
  test(`several files: ${vector.name}`, async () => {
    const index = fromHex(vector.index);
    const read = readIndex(index);
    assert.deepEqual(listed(read), vector.read);
    assert.equal(read.size, vector.contentSize);
    assert.deepEqual(
      read.files.map(({ from, to }) => [from, to]),
      vector.places,
    );
    const contents = read.files.map(({ size }) => pattern(size));
    const plain = new Blob([writeEnvelope(vector.meta), index, ...contents]);
    const block = vector.block ? fromHex(vector.block) : null;
    const linkKey = fromBase64url(vector.key);
    const key = block ? await mixPassphrase(linkKey, vector.passphrase, block) : linkKey;
    const sealed = await whole(new SealedStream(key, plain, { block, random: randomOf(vector) }));
    assert.equal(sealed.length, vector.sealedSize);
    assert.equal(sha256(sealed), vector.sealedSha256);
    const file = await SealedFile.open(key, block, {
      size: sealed.length,
      fetch: async function* (from, to) {
        yield sealed.slice(from, to);
      },
    });
    for (const [i, [from, to]] of vector.places.entries()) {
      const chunks = [];
      for await (const chunk of file.content(from, to)) chunks.push(chunk);
      assert.deepEqual(concat(chunks), contents[i]);
      const span = file.sealed(from, to);
      if (to > from) assert.deepEqual([span.from, span.to], vector.spans[i]);
    }
  });
}

for (const { name, index, files } of vectors.oddFiles) {
  test(`an odd index is read: ${name}`, () => assert.deepEqual(listed(readIndex(fromHex(index))), files));
}

for (const { name, index } of vectors.noFiles) {
  test(`no index: ${name}`, () => assert.throws(() => readIndex(fromHex(index)), { code: 'damaged' }));
}

test('paths', () => {
  for (const { in: paths, out } of vectors.paths) {
    const tree = new Tree();
    assert.deepEqual(
      paths.map((path) => tree.add(path)),
      out,
    );
  }
});

for (const { name, count, modulo, before, after, read, last } of vectors.manyFiles) {
  test(`many files: ${name}`, () => {
    const files = Array.from({ length: count }, (_, i) => ({ path: `${before}${i % modulo}${after}`, size: 0 }));
    const json = encodeText(JSON.stringify({ files }));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, json.length);
    const index = concat([encodeText('SGFILES\u0001'), length, json]);
    if (read) assert.equal(readIndex(index).files.at(-1).path, last);
    else assert.throws(() => readIndex(index), { code: 'damaged' });
  });
}

test('requests', async () => {
  for (const { id, seed, privateKey, publicKey, grant, link, key, sealedKey } of vectors.requests) {
    assert.equal(toBase64url(await grantOf(fromBase64url(seed))), grant);
    assert.equal(writeRequest('https://send.example.org', { id, seed, publicKey }), link);
    assert.equal(toBase64url(await openKey(fromHex(privateKey), id, fromHex(sealedKey))), key);
    const sealed = await sealKey(fromBase64url(publicKey), id, fromBase64url(key));
    assert.equal(toBase64url(await openKey(fromHex(privateKey), id, sealed)), key);
  }
  for (const { name, id, privateKey, sealedKey } of vectors.noSealedKeys) {
    const opened = openKey(fromHex(privateKey), id, fromHex(sealedKey));
    await assert.rejects(opened, ({ code }) => ['wrong-key', 'damaged'].includes(code), name);
  }
  for (const publicKey of vectors.noPublicKeys) {
    const key = fromBase64url(vectors.requests[0].key);
    await assert.rejects(sealKey(fromBase64url(publicKey), vectors.requests[0].id, key), publicKey);
  }
});

test('links of requests', () => {
  for (const { in: text, origin, id, seed, publicKey } of vectors.requestLinks) {
    assert.deepEqual(readRequest(text), { origin, id, seed, publicKey, reason: '', length: 0 }, text);
  }
  for (const { in: text, reason } of vectors.noRequestLinks) {
    const { reason: why, seed, publicKey } = readRequest(text);
    assert.deepEqual({ why, seed, publicKey }, { why: reason, seed: '', publicKey: '' }, text);
  }
  for (const { in: text, link = '', reason = '' } of vectors.requestsAsLinks) {
    const read = readLink(text);
    assert.equal(read.reason, reason, text);
    if (link) assert.equal(`${read.origin}/d/#${read.id}/${read.key}`, link, text);
  }
});
