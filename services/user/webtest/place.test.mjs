// Where links that the service gave are asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place } from '../web/assets/net/api.js';

test('its own links are asked where the page came from, and no others', () => {
  for (const [link, asked] of [
    ['https://send.example.org/api/presigned/bytes/a.b-c', '/api/presigned/bytes/a.b-c'],
    ['http://[::1]:8080/api/presigned/bytes/a%2Fb?x=1', '/api/presigned/bytes/a%2Fb?x=1'],
    ['/api/presigned/bytes/a', '/api/presigned/bytes/a'],
    ['https://b.s3.eu-central-1.amazonaws.com/transfers/a?X-Amz-Signature=1', ''],
    ['http://127.0.0.1:5000/bucket/api/presigned/bytes/a', ''],
    ['https://send.example.org/api/presigned/initiate', ''],
  ])
    assert.equal(place(link), asked || link);
});
