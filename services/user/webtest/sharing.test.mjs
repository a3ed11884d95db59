// What is posted to the service worker of the share target is another app's, or any other site's: it takes files and
// text of it, gives them out once, and leads to the page whatever came.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const source = readFileSync(new URL('../web/sharing.js', import.meta.url), 'utf8');

/** A worker of its own, with the ways in that a browser has. */
function worker() {
  const on = {};
  const self = { addEventListener: (kind, take) => (on[kind] = take), skipWaiting: () => {} };
  const led = { ...globalThis.Response, redirect: (to, status) => ({ to, status }) };
  new Function('self', 'Response', 'File', source)(self, led, File);
  return {
    post: (formData) => {
      let answer = null;
      on.fetch({ request: { method: 'POST', formData }, respondWith: (given) => (answer = given) });
      return answer;
    },
    asks: (method) => {
      let taken = false;
      on.fetch({ request: { method }, respondWith: () => (taken = true) });
      return taken;
    },
    taken: () => {
      let given;
      on.message({ ports: [{ postMessage: (shared) => (given = shared) }] });
      return given;
    },
  };
}

const form = (...fields) => {
  const data = new FormData();
  for (const field of fields) data.append(...field);
  return async () => data;
};

test('what is shared is had once', async () => {
  const w = worker();
  const file = new File(['a'], 'a.txt');
  assert.deepEqual(
    await w.post(form(['files', file], ['title', 'A title'], ['text', ''], ['url', 'https://a.example'])),
    {
      to: '/#shared',
      status: 303,
    },
  );
  const shared = w.taken();
  assert.deepEqual(
    shared.files.map((f) => f.name),
    ['a.txt'],
  );
  assert.equal(shared.text, 'A title\nhttps://a.example');
  assert.equal(w.taken(), null);
});

test('of what is no form of ours files and text are taken, and nothing else', async () => {
  const script = '<script>window.hacked=1</script>';
  for (const [name, formData, want] of [
    ['files that are text', form(['files', script], ['files', new File([script], '')]), { files: [], text: '' }],
    ['text that is a file', form(['text', new File([script], 'text')]), { files: [], text: '' }],
    ['other fields', form(['file', new File([''], 'a')], ['token', 'x'], ['__proto__', 'x']), { files: [], text: '' }],
    ['markup', form(['title', script], ['title', 'again']), { files: [], text: script }],
    ['nothing', form(), { files: [], text: '' }],
  ]) {
    const w = worker();
    assert.equal((await w.post(formData)).to, '/#shared', name);
    assert.deepEqual(w.taken(), want, name);
  }
});

test('what cannot be read leaves nothing, also of what was shared before', async () => {
  const w = worker();
  await w.post(form(['text', 'before']));
  const broken = () => Promise.reject(new TypeError('no form'));
  assert.equal((await w.post(broken)).to, '/#shared');
  assert.equal(w.taken(), null);
});

test('only what is posted is taken', () => {
  const w = worker();
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) assert.equal(w.asks(method), false, method);
});
