// <send-system>: whether everything answers, how fast, what runs, and who is logged in.

import { call } from './api.js';
import { Sessions } from './sessions.js';
import { paths } from './shared/contract.js';
import { el, facts, icon } from './shared/dom.js';
import { ago } from './shared/format.js';
import { head, messageOf, View } from './view.js';

/** @type {Record<string, [kind: string, words: string]>} */
const WORDS = {
  ok: ['ok', 'Answers'],
  unavailable: ['bad', 'Does not answer'],
  not_configured: ['none', 'Not watched'],
};

class SendSystem extends View {
  refresh = 30_000;
  #cards = el('div', { class: 'cards' });
  #state = el('span', { role: 'status' });
  #time = el('span', {});
  #sessions = new Sessions();

  draw() {
    const again = { type: 'button', class: 'button', click: () => this.opened() };
    this.append(
      head(
        'System',
        el('p', { class: 'muted' }, this.#state, this.#time),
        el('button', again, icon('refresh'), el('span', {}, 'Check now')),
      ),
      this.#cards,
      this.#sessions.element,
    );
  }

  async load() {
    await Promise.all([this.#check(), this.#sessions.load()]);
  }

  async #check() {
    try {
      const start = performance.now();
      const status = await call('GET', paths.status);
      const latency = Math.round(performance.now() - start);
      const [services, versions, server] = await Promise.all([
        call('GET', paths.services),
        call('GET', paths.versions),
        call('GET', paths.server),
      ]);
      this.#cards.replaceChildren(
        card('Admin service', 'ok', [
          ['Round trip', `${latency} ms`],
          ['Version', status.version],
          ['Runs on', status.environment === 'aws-lambda' ? 'AWS Lambda' : 'Server process'],
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
      const down = [services.ledger, services.user].some(({ status }) => status === 'unavailable');
      this.#say(down ? 'Something does not answer' : 'All well');
    } catch (problem) {
      this.#say(messageOf(problem));
    }
  }

  /**
   * Announces what is the case, but not again and again.
   * @param {string} text
   */
  #say(text) {
    if (this.#state.textContent !== text) this.#state.textContent = text;
    this.#time.textContent = `, checked at ${new Date().toLocaleTimeString()}`;
  }
}

const took = (/** @type {number} */ ms) => (ms < 1 ? 'under 1 ms' : `${ms} ms`);

/**
 * @param {string} title
 * @param {string} status
 * @param {[term: string, fact: string][]} rows
 */
function card(title, status, rows) {
  const [kind, words] = WORDS[status] ?? WORDS.unavailable;
  return el(
    'section',
    { class: 'card' },
    el('h2', {}, el('i', { class: `dot ${kind}` }), title),
    el('p', { class: `verdict ${kind}` }, words),
    el('dl', { class: 'facts' }, facts(rows)),
  );
}

customElements.define('send-system', SendSystem);
