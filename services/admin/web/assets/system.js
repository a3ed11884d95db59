// <send-system>: whether everything answers, how fast, and what runs.

import { call } from './api.js';
import { ago, h, icon } from './dom.js';

const REFRESH = 30_000; // milliseconds
const WORDS = {
  ok: ['ok', 'Answers'],
  unavailable: ['bad', 'Does not answer'],
  not_configured: ['none', 'Not watched'],
};

customElements.define(
  'send-system',
  class extends HTMLElement {
    #timer = 0;
    #cards = h('div', { class: 'cards' });
    #state = h('span', { role: 'status' });
    #time = h('span', {});

    connectedCallback() {
      this.append(
        h(
          'header',
          { class: 'head' },
          h('div', {}, h('h1', {}, 'System'), h('p', { class: 'muted' }, this.#state, this.#time)),
          h('button', { onclick: () => this.#load() }, icon('refresh'), h('span', {}, 'Check now')),
        ),
        this.#cards,
      );
      document.addEventListener('visibilitychange', () => {
        if (!this.hidden && !document.hidden) this.#load();
      });
    }

    opened() {
      this.#load();
    }

    closed() {
      clearTimeout(this.#timer);
    }

    async #load() {
      clearTimeout(this.#timer);
      try {
        const start = performance.now();
        const status = await call('GET', '/info/status');
        const latency = Math.round(performance.now() - start);
        const [services, versions, server] = await Promise.all([
          call('GET', '/health/services'),
          call('GET', '/info/versions'),
          call('GET', '/info/server'),
        ]);
        this.#cards.replaceChildren(
          card('Admin service', 'ok', [
            ['Round trip', `${latency} ms`],
            ['Version', status.version],
            ['Runs on', place(status.environment)],
            ['Stage', status.stage || 'none'],
            ['Up since', ago(new Date(server.server_boot_time))],
            ['Go', versions.go.replace(/^go/, '')],
          ]),
          card('Ledger', services.ledger.status, [
            ['Answered in', took(services.ledger.latency_ms)],
            ['Kept in', status.storage_mode === 's3' ? 'DynamoDB' : 'Local file'],
          ]),
          card(
            'User service',
            services.user.status,
            services.user.status === 'not_configured'
              ? [['To watch it', 'Set SEND__USER_BASE_URL to its address']]
              : [
                  ['Answered in', took(services.user.latency_ms)],
                  ['Version', services.user.version || 'unknown'],
                ],
          ),
        );
        const down = Object.values(services).filter((x) => x.status === 'unavailable').length;
        this.#say(down ? 'Something does not answer' : 'All well');
      } catch (problem) {
        this.#say(problem.message);
      }
      if (!this.hidden && !document.hidden) this.#timer = setTimeout(() => this.#load(), REFRESH);
    }

    // #say announces what is the case, but not again and again.
    #say(text) {
      if (this.#state.textContent !== text) this.#state.textContent = text;
      this.#time.textContent = `, checked at ${new Date().toLocaleTimeString()}`;
    }
  },
);

const place = (environment) => (environment === 'aws-lambda' ? 'AWS Lambda' : 'Server process');

const took = (ms) => (ms < 1 ? 'under 1 ms' : `${ms} ms`);

function card(title, status, facts) {
  const [kind, words] = WORDS[status] ?? WORDS.unavailable;
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, h('i', { class: `dot ${kind}` }), title),
    h('p', { class: `verdict ${kind}` }, words),
    h(
      'dl',
      {},
      facts.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
    ),
  );
}
