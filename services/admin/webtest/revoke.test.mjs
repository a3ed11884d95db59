// Revoking a token leaves what is pending with it, unless that is to go too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tokens } from '../web/assets/api.js';

test('what is pending goes with a token only where that was ticked', async () => {
  const asked = [];
  globalThis.fetch = async (path, options) => {
    asked.push([options.method, path, JSON.parse(options.body)]);
    return new Response('{"status":"revoked","token_name":"a-token"}', {
      headers: { 'Content-Type': 'application/json' },
    });
  };
  for (const purge of [false, true]) {
    assert.equal((await tokens.revoke('a-token', purge)).status, 'revoked');
  }
  assert.deepEqual(asked, [
    ['POST', '/tokens/revoke/a-token', { purge: false }],
    ['POST', '/tokens/revoke/a-token', { purge: true }],
  ]);
});
