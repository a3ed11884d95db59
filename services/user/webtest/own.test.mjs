// The sender's page in the address: which transfer it is of stays there, and what opens and deletes that does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { endOwn, enterOwn, isOwn, leaveOwn, takeOwn, writeManage } from '../web/assets/link/own.js';

const ID = '0123456789ab';
const OTHER = 'ba9876543210';
const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';

/** A tab at an address, with a history of which `entries` are. */
function tab(path) {
  const entries = [{ state: null, url: new URL(path, 'https://send.example.org') }];
  const set = (at, state, to) => {
    entries[at] = { state: structuredClone(state), url: to === undefined ? entries[at].url : new URL(to, location) };
    globalThis.location = entries[at].url;
    history.state = entries[at].state;
  };
  globalThis.location = entries[0].url;
  globalThis.history = {
    state: null,
    replaceState: (state, _, to) => set(entries.length - 1, state, to),
    pushState: (state, _, to) => set(entries.length, state, to),
  };
  return entries;
}

test('the secret goes out of the address, and is found behind it', () => {
  tab(`/#manage/${ID}/${SECRET}`);
  assert.deepEqual(takeOwn(), { id: ID, deleteSecret: SECRET });
  assert.equal(location.href, `https://send.example.org/#manage/${ID}`);
  assert.deepEqual(takeOwn(), { id: ID, deleteSecret: SECRET }); // loaded anew
  tab(`/#manage/${OTHER}`); // in another tab
  assert.deepEqual(takeOwn(), { id: OTHER, deleteSecret: '' });
  history.state = { own: { id: ID, deleteSecret: SECRET } };
  assert.deepEqual(takeOwn(), { id: OTHER, deleteSecret: '' });
});

test('a link that is not whole leaves nothing in the address', () => {
  for (const cut of ['#manage', `#manage/${ID}/${SECRET.slice(1)}`, '#manage/0123']) {
    tab(`/de/${cut}`);
    assert.ok(isOwn());
    assert.equal(takeOwn(), null, cut);
    assert.equal(location.href, 'https://send.example.org/de/');
  }
});

test('what was sent has an entry of its own in the history, with what opens it until it is over', () => {
  const entries = tab('/');
  const own = { id: ID, deleteSecret: SECRET, key: 'key', name: 'a.txt', size: 5 };
  endOwn(); // of nothing
  assert.equal(history.state, null);
  enterOwn(own);
  assert.equal(location.href, `https://send.example.org/#manage/${ID}`);
  assert.deepEqual(takeOwn(), own);
  endOwn();
  assert.deepEqual(takeOwn(), { id: ID, name: 'a.txt', size: 5, deleteSecret: '', isOver: true });
  endOwn(1234); // when it was deleted
  endOwn();
  assert.equal(takeOwn()?.deleted, 1234);
  leaveOwn();
  assert.equal(location.href, 'https://send.example.org/');
  leaveOwn();
  assert.deepEqual([entries.length, history.state], [3, null]);
  assert.doesNotMatch(JSON.stringify(entries), new RegExp(SECRET));
});

test('the private link is that of the sender’s page', () => {
  tab(writeManage('https://send.example.org', { id: ID, deleteSecret: SECRET }));
  assert.deepEqual(takeOwn(), { id: ID, deleteSecret: SECRET });
});
