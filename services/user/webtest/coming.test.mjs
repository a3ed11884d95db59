// Waiting for what is still being sent: how often it is asked, and until when.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { untilSent } from '../web/assets/net/coming.js';

/** A page, and a service that says one thing after the other, the last again and again. */
function arrange(t, answers) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const page = Object.assign(new EventTarget(), { hidden: false });
  t.after(() => {
    delete globalThis.document;
  });
  globalThis.document = page;
  const asked = [];
  t.mock.method(globalThis, 'fetch', async () => {
    const answer = answers[Math.min(asked.push(Date.now()), answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return new Response(JSON.stringify(answer), { status: answer.code ? 404 : 200 });
  });
  return { page, asked };
}

const settle = async () => {
  for (let i = 0; i < 50; i++) await null;
};

/** Lets time pass until something is done, second by second. */
async function until(t, done, most) {
  for (let passed = 0; passed < most && !done(); passed += 1000) {
    await settle();
    t.mock.timers.tick(1000);
  }
  await settle();
}

const pending = (arrived) => ({ status: 'pending', file_size_bytes: 100, arrived_bytes: arrived });
const never = new AbortController().signal;

test('it is asked until all is there, and seldom where nothing arrives', async (t) => {
  const { asked } = arrange(t, [
    pending(0),
    pending(50),
    new TypeError('offline'),
    ...Array(8).fill(pending(50)),
    { status: 'completed' },
  ]);
  const shown = [];
  let came = null;
  untilSent('4abd0a491ed3', { signal: never, onProgress: (info) => shown.push(info.arrived_bytes) }).then((info) => {
    came = info;
  });
  await until(t, () => came, 600_000);
  assert.equal(came.status, 'completed');
  assert.deepEqual(shown.slice(0, 3), [0, 50, 50]);
  const pauses = asked.slice(1).map((time, i) => time - asked[i]);
  assert.ok(pauses[0] <= 3000 && pauses.at(-1) >= 30_000 && pauses.at(-1) <= 31_000, `pauses of ${pauses}`);
});

test('nobody asks while nobody looks', async (t) => {
  const { page, asked } = arrange(t, [pending(0), { status: 'completed' }]);
  let came = null;
  untilSent('4abd0a491ed3', { signal: never, onProgress() {} }).then((info) => {
    came = info;
  });
  await settle();
  page.hidden = true;
  await until(t, () => false, 3600_000);
  assert.equal(asked.length, 1);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await until(t, () => came, 5000);
  assert.equal(came.status, 'completed');
});

test('it ends where nothing comes for an hour, and where nobody wants it any more', async (t) => {
  const { asked } = arrange(t, [pending(7)]);
  let came = null;
  untilSent('4abd0a491ed3', { signal: never, onProgress() {} }).then((info) => {
    came = info;
  });
  await until(t, () => came, 7200_000);
  assert.equal(came?.status, 'pending');
  assert.ok(asked.length < 140, `${asked.length} times in an hour`);

  const stop = new AbortController();
  const stopped = untilSent('4abd0a491ed3', { signal: stop.signal, onProgress() {} });
  await settle();
  stop.abort();
  await assert.rejects(stopped, { name: 'AbortError' });
});

test('what is over is told as the service says it', async (t) => {
  arrange(t, [pending(7), { detail: 'Transfer not found', code: 'transfer_not_found' }]);
  let why = null;
  untilSent('4abd0a491ed3', { signal: never, onProgress() {} }).catch((error) => {
    why = error;
  });
  await until(t, () => why, 60_000);
  assert.equal(why.code, 'transfer_not_found');
});
