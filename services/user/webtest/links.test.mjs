import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readKey, readLink, readRequest } from '../web/assets/link/read.js';
import { writeRequest } from '../web/assets/link/write.js';
import { again, dice, rounds } from './chance.mjs';

// What people and programs do to links, and what is read from them: the vectors that the Go implementation passes too.
// docs/formats.md says what each of them means.
const vectors = JSON.parse(
  readFileSync(new URL('../../../shared/envelope/testdata/vectors.json', import.meta.url), 'utf8'),
);

function wrap({ replace = [], insert = '', every = 0, behind = '', around = '{}' }, text) {
  for (const [from, to] of replace) text = text.replaceAll(from, () => to);
  const at = text.lastIndexOf(behind);
  if (every && at >= 0) {
    const start = behind ? at + behind.length : 0;
    const tail = Array.from(text.slice(start), (char, i) => (i > 0 && i % every === 0 ? insert + char : char));
    text = text.slice(0, start) + tail.join('');
  }
  return around.replaceAll('{}', () => text);
}

function checkLink(text, { origin, id, key, friendly }) {
  const read = readLink(text);
  const want = { origin, id: friendly ? '' : id, key, friendly, reason: '' };
  delete read.length;
  assert.deepEqual(read, want, text);
}

test('links', () => {
  for (const link of [...vectors.links, ...vectors.oddLinks]) checkLink(link.in, link);
});

test('what is no link, and why', () => {
  for (const { in: text, reason } of vectors.noLinks) {
    const { reason: why, key, friendly } = readLink(text);
    assert.deepEqual({ why, key, friendly }, { why: reason, key: '', friendly: '' }, text);
  }
});

test('keys', () => {
  for (const { in: text, key } of vectors.keys) assert.equal(readKey(text).key, key, text);
  for (const { in: text, reason } of vectors.noKeys) {
    const { reason: why, key } = readKey(text);
    assert.deepEqual({ why, key }, { why: reason, key: '' }, text);
  }
});

/** Whether the same must be read from a wrapped text: see the test of the same name in Go. */
function suits(wrapping, { in: text, origin, id, key }) {
  const anchored = key || origin || text.includes(`#${id}`);
  const divided = / |\n/.test(text);
  return (
    (anchored || !wrapping.words) &&
    (!divided || !wrapping.behind) &&
    (!wrapping.address || (origin && text.startsWith(origin)))
  );
}

const PAIRED = 6;

test('links in every wrapping, and in every wrapping of every wrapping', () => {
  vectors.links.forEach((link, i) => {
    for (const inner of vectors.wrappings.filter((wrapping) => suits(wrapping, link))) {
      const wrapped = wrap(inner, link.in);
      checkLink(wrapped, link);
      if (i >= PAIRED) continue;
      for (const outer of vectors.wrappings) {
        if (outer.first || (inner.insert && outer.behind) || !suits(outer, link)) continue;
        checkLink(wrap(outer, wrapped), link);
      }
    }
  });
});

test('a key of which a character is missing, or with one too many, is never taken for another', () => {
  const { in: whole, key } = vectors.links[1];
  const base = whole.slice(0, -key.length);
  for (const wrapping of vectors.wrappings) {
    for (let i = 1; i < key.length; i++) {
      for (const [text, reason] of [
        [key.slice(0, i) + key.slice(i + 1), 'short_key'],
        [`${key.slice(0, i)}9${key.slice(i)}`, 'long_key'],
      ]) {
        assert.equal(readLink(wrap(wrapping, base + text)).reason, reason, wrap(wrapping, base + text));
      }
      assert.equal(readLink(wrap(wrapping, `${base}${key.slice(0, i)} thanks, Bob I\nam fine`)).key, '');
    }
  }
});

const STRAYS = Array.from('#/%&=;:?.,|<>()[]"\'\\ \n\r\t_-+09aAfFzZ\u200b\u00a0…é');

/** A text that chance makes: one of texts, in up to two wrappings, with up to three changes. */
function shake(roll, texts) {
  let text = texts[roll(texts.length)];
  for (let n = roll(3); n > 0; n--) text = wrap(vectors.wrappings[roll(vectors.wrappings.length)], text);
  for (let n = roll(4); n > 0; n--) {
    let chars = Array.from(text);
    const at = roll(chars.length + 1);
    switch (roll(4)) {
      case 0:
        chars.splice(at, 1 + roll(2));
        break;
      case 1:
        chars.splice(at, 0, STRAYS[roll(STRAYS.length)]);
        break;
      case 2:
        if (at < chars.length) chars[at] = STRAYS[roll(STRAYS.length)];
        break;
      default:
        if (roll(4) > 0) chars.push(` ${texts[roll(texts.length)]}`);
        else chars = chars.slice(0, at);
    }
    text = chars.join('');
  }
  return text;
}

test('texts that chance makes are read as Go reads them', () => {
  const texts = [...vectors.links, ...vectors.oddLinks, ...vectors.noLinks.filter((text) => text.in.length < 1000)];
  const inputs = texts.map((text) => text.in);
  const roll = dice(vectors.shaken.seed);
  const hash = createHash('sha256');
  for (let n = vectors.shaken.count; n > 0; n--) {
    const text = shake(roll, inputs);
    const { reason, origin, id, key, friendly } = readLink(text);
    const line = reason || [origin, id, key, friendly].join(' ');
    if (process.env.SHOW) console.log(JSON.stringify(text), line);
    hash.update(`${line}\n`);
  }
  assert.equal(hash.digest('hex'), vectors.shaken.sha256);
});

const REQUEST = {
  id: '0123456789ab',
  seed: vectors.links[0].key,
  publicKey: 'H3Q_b-8sFmlkqyXkCZ9Zr5Vt1bGQm0wWmH6hYkM5r2E',
};
const REQUEST_LINK = writeRequest('https://send.example.org', REQUEST);

test('links of requests, in every wrapping', () => {
  const want = { ...REQUEST, origin: 'https://send.example.org', reason: '', length: 0 };
  for (const wrapping of [{}, ...vectors.wrappings]) {
    const text = wrap(wrapping, REQUEST_LINK);
    assert.deepEqual(readRequest(text), want, text);
    assert.equal(readLink(text).reason, 'request_link', text);
  }
  const bare = REQUEST_LINK.slice(REQUEST_LINK.indexOf('#') + 1);
  assert.deepEqual(readRequest(bare), { ...want, origin: '' });
  const transfer = `https://send.example.org/d/#${REQUEST.id}/${REQUEST.publicKey}`;
  assert.equal(readLink(`${REQUEST_LINK} ${transfer}`).key, REQUEST.publicKey);
});

test('what is no link of a request, and why', () => {
  const other = writeRequest('https://send.example.org', { ...REQUEST, id: 'ba9876543210' });
  const another = writeRequest('https://send.example.org', { ...REQUEST, publicKey: REQUEST.seed });
  for (const [text, reason] of [
    ['', 'no_link'],
    ['hello', 'no_link'],
    [vectors.links[0].in, 'no_link'],
    ['x'.repeat(32 * 1024 + 1), 'long_text'],
    [REQUEST_LINK.slice(0, -1), 'short_key'],
    [REQUEST_LINK.slice(0, 70), 'short_key'],
    [REQUEST_LINK.slice(0, 84), 'short_key'],
    [`${REQUEST_LINK}A`, 'long_key'],
    [`${REQUEST_LINK.slice(0, -1)}9`, 'damaged_key'],
    [`${REQUEST_LINK} ${other}`, 'several_links'],
    [`${REQUEST_LINK} ${another}`, 'several_links'],
  ]) {
    const { reason: why, seed, publicKey } = readRequest(text);
    assert.deepEqual({ why, seed, publicKey }, { why: reason, seed: '', publicKey: '' }, text.slice(0, 200));
  }
});

test('whatever is done to a link of a request, its keys are read whole or not at all', () =>
  again(rounds(300, 20_000), (chance) => {
    const text = shake(chance, [REQUEST_LINK, vectors.links[0].in]);
    const { seed, publicKey, id } = readRequest(text);
    if (seed || publicKey) assert.ok(seed.length === 43 && publicKey.length === 43 && id.length === 12, text);
  }));
