// An operator is told of every failure in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wordsFor } from '../web/assets/api.js';
import { codes } from '../web/assets/shared/contract.js';
import { ApiError, errorOf } from '../web/assets/shared/http.js';

test('every code of the contract has words', () => {
  for (const code of Object.values(codes)) assert.match(wordsFor(new ApiError(400, { code })), /^[A-Z].*\.$/, code);
});

test('an answer without a code is explained by its status', () => {
  for (const status of [0, 400, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504]) {
    assert.match(wordsFor(errorOf(status, '<html></html>', null)), /^[A-Z].*\.$/, String(status));
  }
  assert.match(wordsFor(errorOf(502, '<html></html>', null)), /problem of its own/);
});

test('the code decides; of what was entered the service says what is wrong', () => {
  const taken = errorOf(409, '{"code":"token_name_taken","detail":"in other words"}', null);
  assert.match(wordsFor(taken), /of that name already/);
  assert.equal(wordsFor(errorOf(400, '{"code":"invalid","detail":"too long"}', null)), 'too long');
  assert.match(wordsFor(errorOf(429, '{"code":"limited"}', '180')), /in 3 min\.$/);
});
