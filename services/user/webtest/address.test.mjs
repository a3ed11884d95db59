// The link in a page's own address: what is taken out of it, and what is left there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dropLink, hiddenLink, hideLink, takeLink } from '../web/assets/link/address.js';

const ID = '0123456789ab';
const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';

/** Takes the link of a page at an address; `left` is what is in the address bar then. */
function at(path) {
  let left = path;
  globalThis.location = new URL(path, 'https://send.example.org');
  globalThis.history = { replaceState: (_state, _title, to) => (left = to) };
  return { ...takeLink(), left };
}

test('what stands behind the # was not sent', () => {
  for (const path of [`/d/#${ID}/${KEY}`, `/en/v/?token=x#${ID}/${KEY}`, `/d/${ID}#${KEY}`, `/lost##${ID}%2F${KEY}.`]) {
    const { link, exposed, left } = at(path);
    assert.deepEqual({ key: link.key, exposed, left }, { key: KEY, exposed: false, left: `/d/#${ID}/${KEY}` }, path);
  }
});

test('a key in the path or the query was sent, and is moved behind the #', () => {
  const wrapped = encodeURIComponent(`https://x.example/d/#${ID}/${KEY}`);
  for (const path of [`/d/%23${ID}/${KEY}`, `/d/%23${ID}%2F${KEY}%3E`, `/d/${ID}%23${KEY}`, `/d/?url=${wrapped}`]) {
    const { exposed, left } = at(path);
    assert.deepEqual({ exposed, left }, { exposed: true, left: `/d/#${ID}/${KEY}` }, path);
  }
  assert.deepEqual(
    { exposed: at('/d/%23apple-mango-5623').exposed, left: at('/d/%23apple-mango-5623').left },
    { exposed: true, left: '/d/#apple-mango-5623' },
  );
});

test('an ID alone is no secret', () => {
  const { exposed, left } = at(`/send/v0/v0.1/v0.1.4/download.html?token=x&id=${ID}`);
  assert.deepEqual({ exposed, left }, { exposed: false, left: `/d/#${ID}` });
});

test('where there is no link, only the query goes', () => {
  assert.equal(at('/d/?token=x').left, '/d/');
  assert.equal(at(`/d/?token=x#${ID}/short`).left, `/d/#${ID}/short`);
  assert.equal(at('/d/').link.reason, 'no_link');
});

test('a link that has done its work stays behind the address until its time is over', (t) => {
  let left;
  const at = (path) => {
    globalThis.location = new URL(path, 'https://send.example.org');
  };
  globalThis.history = {
    state: null,
    replaceState(state, _title, to) {
      this.state = structuredClone(state);
      left = to;
    },
  };
  t.mock.timers.enable({ apis: ['Date'], now: 1000 });
  at('/d/');
  assert.equal(hiddenLink(), null);
  hideLink({ id: ID, key: KEY, ends: 2000 });
  assert.equal(left, '/d/');
  const { id, key } = hiddenLink();
  assert.deepEqual({ id, key }, { id: ID, key: KEY });
  hideLink({ id: ID, key: '', ends: 2000 });
  assert.deepEqual({ id: hiddenLink().id, key: hiddenLink().key }, { id: ID, key: '' });
  at(`/d/#${ID}/${KEY}`); // another link, in the same tab
  assert.equal(hiddenLink(), null);
  at('/d/');
  assert.notEqual(hiddenLink(), null);
  t.mock.timers.setTime(2000);
  assert.equal(hiddenLink(), null);
  assert.equal(history.state, null);
  hideLink({ id: ID, key: KEY, ends: 3000 });
  dropLink();
  assert.equal(hiddenLink(), null);
});
