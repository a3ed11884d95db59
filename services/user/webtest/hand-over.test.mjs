// What is handed over to other programs stays as it was written.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byMail, bySms } from '../web/assets/ui/hand-over.js';

const message = { subject: 'Ein Text & mehr', text: 'Für dich?\nhttps://send.example.org/d/#4abd0a491ed3/AA-_&=%' };

test('a mail has its subject, and its lines', () => {
  const { protocol, pathname, searchParams } = new URL(byMail(message).replaceAll('+', '%2B'));
  assert.deepEqual([protocol, pathname], ['mailto:', '']);
  assert.equal(searchParams.get('subject'), message.subject);
  assert.equal(searchParams.get('body'), message.text.replace('\n', '\r\n'));
  assert.ok(!byMail(message).includes('#')); // behind which no program reads
});

test('a text message has its text', () => {
  assert.ok(bySms(message).startsWith('sms:?&body='));
  assert.equal(decodeURIComponent(bySms(message).slice('sms:?&body='.length)), message.text);
});
