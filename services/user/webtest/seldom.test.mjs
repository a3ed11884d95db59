// What is done a few times a second at most.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seldom } from '../web/assets/net/seldom.js';

test('what is asked for all the time is done now and then, and what was asked last is done', (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  const done = [];
  const pass = () => {
    for (let i = 0; i < 100; i++) t.mock.timers.tick(10);
  };
  const { now, sometimes } = seldom((n) => done.push(n));
  for (let n = 0; n < 50; n++) {
    sometimes(n);
    t.mock.timers.tick(10);
  }
  pass();
  assert.deepEqual([done[0], done.at(-1)], [0, 49]);
  assert.ok(done.length > 2 && done.length < 6, `it was done ${done.length} times`);

  sometimes('before');
  sometimes('never');
  now('at once');
  pass();
  assert.deepEqual(done.slice(-2), ['before', 'at once']);
});
