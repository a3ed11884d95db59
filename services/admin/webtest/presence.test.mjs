// Whether somebody is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Presence } from '../web/assets/presence.js';

test('nobody is there after five minutes without a sign, and somebody with the next', () => {
  const page = new EventTarget();
  let now = 0;
  let came = 0;
  const presence = new Presence(page, () => now);
  presence.addEventListener('back', () => came++);
  for (const sign of ['pointermove', 'pointerdown', 'keydown', 'wheel']) {
    now += 4 * 60_000;
    assert.equal(presence.absent, false);
    page.dispatchEvent(new Event(sign));
    assert.equal(came, 0);
  }
  now += 5 * 60_000;
  assert.equal(presence.absent, true);
  page.dispatchEvent(new Event('scroll')); // a page scrolls by itself, too
  assert.equal(presence.absent, true);
  page.dispatchEvent(new Event('keydown'));
  page.dispatchEvent(new Event('keydown'));
  assert.equal(presence.absent, false);
  assert.equal(came, 1);
});
