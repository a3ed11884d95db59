// The modules that all pages share, as far as they need no browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ago, bytes, minute, moment, plural, span, until } from '../assets/format.js';
import { ApiError, errorOf } from '../assets/http.js';

test('errors', () => {
  const refused = errorOf(401, '{"detail":"Access token revoked","code":"token_revoked"}', null);
  assert.ok(refused instanceof ApiError);
  assert.deepEqual(
    [refused.status, refused.code, refused.detail, refused.retryAfter],
    [401, 'token_revoked', 'Access token revoked', 0],
  );
  const invalid = errorOf(400, '{"detail":[{"loc":["body","a"],"msg":"one"},{"msg":"two"}],"code":"invalid"}', null);
  assert.equal(invalid.detail, 'one; two');
  for (const body of ['', '<html>', 'null', '[]', '7', '{"code":{},"detail":{}}']) {
    const { code, detail, retryAfter } = errorOf(503, body, '30');
    assert.deepEqual([code, detail, retryAfter], ['unavailable', '', 30], body);
  }
  assert.equal(new ApiError(0).code, 'no_answer');
  assert.equal(errorOf(418, '', 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfter, 0);
});

test('numbers', () => {
  assert.deepEqual([0, 1, 1023, 1536, 1_234_567, 10 * 1024 ** 3].map(bytes), [
    '0\u00a0bytes',
    '1\u00a0byte',
    '1023\u00a0bytes',
    '1.5\u00a0KB',
    '1.2\u00a0MB',
    '10\u00a0GB',
  ]);
  assert.deepEqual([0.2, 45, 600, 7200, 5 * 86400].map(span), ['1 sec', '45 sec', '10 min', '2 hours', '5 days']);
  assert.deepEqual([plural(1, 'file'), plural(1200, 'file')], ['1 file', '1,200 files']);
});

test('moments', () => {
  const year = new Date().getFullYear();
  assert.equal(minute(new Date(2026, 0, 2, 3, 4)), '2026-01-02T03:04');
  assert.equal(minute(new Date(2026, 10, 29, 13, 45, 59)), '2026-11-29T13:45');
  assert.doesNotMatch(moment(new Date(year, 5, 1)), /\b20\d\d\b/);
  assert.match(moment(new Date(year + 1, 5, 1)), new RegExp(`\\b${year + 1}\\b`)); // else it is taken for this year
});

test('times', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const at = (seconds) => new Date(now.getTime() + seconds * 1000);
  assert.match(until(at(3 * 3600), now), /^in 3 hours \(/);
  assert.match(until(at(-1), now), /^expired /);
  assert.deepEqual([ago(at(-20), now), ago(at(-86400 * 3), now)], ['just now', '3 days ago']);
});
