// A person is told of every failure in words, whatever answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { codes } from '../web/assets/shared/contract.js';
import { ApiError, errorOf } from '../web/assets/shared/http.js';
import { describe } from '../web/assets/words.js';

const DOINGS = ['send', 'look', 'download', 'status', 'delete', 'extend', 'ask', 'request'];

/** What only the console meets. */
const OPERATORS = [
  'token_name_taken',
  'api_key_required',
  'wrong_api_key',
  'session_expired',
  'session_invalid',
  'operator_required',
  'sign_on_failed',
  'no_role',
  'sign_on_unavailable',
];

const titleOf = (status, code, doing) => describe(new ApiError(status, { code }), doing).title;

/** Whether a code decides by itself what is said, whatever the status. */
const hasWords = (code) => DOINGS.some((doing) => titleOf(400, code, doing) === titleOf(500, code, doing));

test('every code of the contract that these pages meet has words of its own', () => {
  assert.equal(hasWords('no_such_code'), false);
  for (const code of Object.values(codes)) {
    assert.equal(hasWords(code), !OPERATORS.includes(code), code);
  }
});

test('an answer without a code is explained by its status', () => {
  for (const doing of DOINGS) {
    for (const status of [0, 400, 401, 403, 404, 405, 409, 410, 413, 416, 418, 429, 500, 502, 503, 504, 507, 599]) {
      const { title, text } = describe(errorOf(status, '<html>Bad Gateway</html>', null), doing);
      assert.ok(title && title !== 'That did not work' && text, `${doing}, ${status}`);
    }
  }
  assert.equal(describe(errorOf(503, '', '30'), 'send').title, 'The service is not available just now');
  assert.equal(describe(errorOf(410, '', null), 'download').title, 'This transfer is gone');
  assert.equal(describe(errorOf(429, '', '120'), 'look').text, 'Wait 2 min and try again.');
});

test('a code of a newer service is explained by its status', () => {
  const { title } = describe(errorOf(410, '{"detail":"x","code":"something_new"}', null), 'download');
  assert.equal(title, 'This transfer is gone');
});

test('the code decides, not the sentence', () => {
  for (const [status, code, doing, want] of [
    [401, 'token_revoked', 'send', 'The access token was not accepted'],
    [410, 'expired', 'download', 'This transfer has expired'],
    [410, 'exhausted', 'look', 'All downloads are used'],
    [404, 'deleted', 'download', 'The sender has deleted this'],
    [503, 'token_check_unavailable', 'send', 'The service cannot check tokens just now'],
    [403, 'link_expired', 'download', 'This download has run out of time'],
    [403, 'wrong_delete_secret', 'delete', 'It cannot be deleted from here'],
  ]) {
    const body = JSON.stringify({ code, detail: 'in other words' });
    assert.equal(describe(errorOf(status, body, null), doing).title, want, code);
  }
  const { text } = describe(errorOf(401, '{"code":"token_exhausted"}', null), 'send');
  assert.match(text, /used up/);
});

test('what goes wrong in the page has words', () => {
  for (const code of ['wrong-key', 'damaged', 'newer-version', 'too-large-to-open', 'file-changed', 'worker']) {
    const { title, text } = describe(Object.assign(new Error('why'), { code }), 'download');
    assert.ok(title !== 'That did not work' && text, code);
  }
  assert.equal(describe(new TypeError('x is undefined'), 'send').text, 'x is undefined');
});
