// Who is told of events: the part of the system page that says so, and tries it.

import { webhook as api, isOperator } from './api.js';
import { copyButton, dialog, el } from './shared/dom.js';
import { button, failed, messageOf, notice } from './view.js';

export class Webhook {
  #line = el('p', { class: 'muted' });
  #send = button('Send a test', 'share', '', () => this.#test());
  #buttons = el(
    'div',
    { class: 'make', hidden: true },
    button('URL and secret', 'eye', '', () => reveal()),
    this.#send,
  );
  #outcome = el('p', { class: 'note', role: 'status', hidden: true });
  #below = el('div', { class: 'below' });

  element = el(
    'section',
    { class: 'part webhook', 'aria-labelledby': 'webhook-title' },
    el(
      'header',
      { class: 'head' },
      el('div', {}, el('h2', { id: 'webhook-title' }, 'Webhook'), this.#line),
      this.#buttons,
    ),
    this.#outcome,
    this.#below,
  );

  async load() {
    try {
      const { status, host = '', events } = await api.show();
      this.#below.replaceChildren();
      if (status === 'not_configured') {
        this.#buttons.hidden = true;
        this.#line.replaceChildren(
          'Nobody is told of events. To have a receiver told, set ',
          el('code', {}, 'SEND__WEBHOOK_URL'),
          ', on AWS ',
          el('code', {}, 'webhookUrl'),
          ' in the stack’s file, to its address.',
        );
        return;
      }
      this.#line.replaceChildren(
        el('code', {}, host),
        ' is told of ',
        ...events.flatMap((event, i) => [i === 0 ? '' : i < events.length - 1 ? ', ' : ' and ', el('code', {}, event)]),
      );
      this.#buttons.hidden = !isOperator();
    } catch (problem) {
      this.#buttons.hidden = true;
      this.#line.replaceChildren();
      this.#below.replaceChildren(failed('The webhook cannot be shown', messageOf(problem), () => this.load()));
    }
  }

  async #test() {
    this.#send.disabled = true;
    this.#say('', 'Sending');
    try {
      const { status, detail } = await api.test();
      const at = new Date().toLocaleTimeString();
      if (status === 'ok') this.#say('good', `The receiver took a test at ${at}.`);
      else this.#say('warn', `A test at ${at} was not taken: ${detail}.`);
    } catch (problem) {
      this.#say('bad', messageOf(problem));
    }
    this.#send.disabled = false;
    this.#send.focus();
  }

  /**
   * @param {string} kind
   * @param {string} text
   */
  #say(kind, text) {
    this.#outcome.className = `note ${kind}`;
    this.#outcome.textContent = text;
    this.#outcome.hidden = false;
  }
}

/** Shows what is asked for only then, and kept nowhere. */
async function reveal() {
  let known;
  try {
    known = await api.reveal();
  } catch (problem) {
    notice(messageOf(problem), 'bad');
    return;
  }
  const line = (/** @type {string} */ title, /** @type {string} */ value) => [
    el('p', { class: 'label' }, title),
    el(
      'div',
      { class: 'made' },
      el('code', {}, value),
      copyButton('Copy', () => value),
    ),
  ];
  await dialog({
    title: 'URL and secret',
    dismiss: 'Done',
    body: [
      el('p', {}, 'Whoever knows the secret can sign messages that look as if they came from here.'),
      line('URL', known.url),
      line('Secret', known.secret),
    ],
  });
}
