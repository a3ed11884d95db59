import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readKey, readLink } from '../web/assets/link/read.js';
import { dice } from './chance.mjs';

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
