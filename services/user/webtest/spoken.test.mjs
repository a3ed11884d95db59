// Passphrases that can be said.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { newWords } from '../web/assets/ui/spoken.js';

const list = readFileSync(new URL('../web/assets/ui/eff-large-wordlist.txt', import.meta.url), 'utf8');
const words = list.split('\n').filter((line) => line && !line.startsWith('#'));

/** Answers for the server, and by chance only these numbers, one after the other. */
function arrange(t, text, numbers) {
  t.mock.method(globalThis, 'fetch', async () => new Response(text));
  if (numbers) {
    t.mock.method(crypto, 'getRandomValues', (into) => {
      into[0] = numbers.shift();
      return into;
    });
  }
}

test('six words of the list, by chance', async (t) => {
  arrange(t, list);
  const [one, other] = [await newWords(), await newWords()];
  assert.equal(one.split(' ').length, 6);
  assert.notEqual(one, other);
  for (const word of one.split(' ')) assert.ok(words.includes(word), word);
});

test('none is likelier than another', async (t) => {
  const most = 2 ** 32 - (2 ** 32 % 7776);
  arrange(t, list, [0, 7775, 7776, most, 2 ** 32 - 1, most - 1, 1, 2]);
  const wanted = [0, 7775, 0, 7775, 1, 2].map((n) => words[n]);
  assert.equal(await newWords(), wanted.join(' '));
});

test('a list that is not whole makes none', async (t) => {
  arrange(t, list.slice(0, 30_000));
  await assert.rejects(newWords());
});
