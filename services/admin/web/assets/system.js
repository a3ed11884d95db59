// <send-system>: whether everything answers, how fast, what runs, what alarms say, and who is logged in.

import { Alarms } from './alarms.js';
import { call, isOperator } from './api.js';
import { Sessions } from './sessions.js';
import { paths } from './shared/contract.js';
import { el, facts, icon } from './shared/dom.js';
import { ago } from './shared/format.js';
import { versions } from './versions.js';
import { head, messageOf, View } from './view.js';
import { Webhook } from './webhook.js';

/** @type {Record<string, Verdict>} */
const WORDS = {
  ok: ['ok', 'Answers'],
  unavailable: ['bad', 'Does not answer'],
  not_configured: ['none', 'Not watched'],
};

/** @typedef {[kind: string, words: string]} Verdict */

class SendSystem extends View {
  refresh = 20_000;
  #cards = el('div', { class: 'cards' });
  #state = el('span', { role: 'status' });
  #time = el('span', {});
  #alarms = new Alarms();
  #parts = [this.#alarms, new Webhook(), ...(isOperator() ? [new Sessions()] : [])];

  draw() {
    const again = { type: 'button', class: 'button', click: () => this.opened() };
    this.append(
      head(
        'System',
        el('p', { class: 'muted' }, this.#state, this.#time),
        el('button', again, icon('refresh'), el('span', {}, 'Check now')),
      ),
      this.#cards,
      ...this.#parts.map(({ element }) => element),
    );
    for (const { element } of this.#parts) element.hidden = true;
  }

  /** Asks for all at once, and shows a part when all above it is there, so that nothing moves down that is read. */
  async load() {
    const checked = this.#check();
    /** @type {Promise<unknown>} */
    let above = checked;
    for (const part of this.#parts) {
      const loaded = part.load();
      above = above.then(() => {
        part.element.hidden = false;
        return loaded;
      });
    }
    await above;
    const verdict = await checked;
    this.#say(verdict || (this.#alarms.sound ? 'An alarm sounds' : 'All well'));
  }

  /** Says what is not well of what is asked; nothing where all is. */
  async #check() {
    try {
      const start = performance.now();
      const status = await call('GET', paths.status);
      const latency = Math.round(performance.now() - start);
      const [services, built, server, serving] = await Promise.all([
        call('GET', paths.services),
        call('GET', paths.versions),
        call('GET', paths.server),
        versions(),
      ]);
      this.#cards.replaceChildren(
        card('Admin service', WORDS.ok, [
          ['Round trip', `${latency} ms`],
          ['Version', status.version],
          ['Runs on', status.environment === 'aws-lambda' ? 'AWS Lambda' : 'Server process'],
          ['Stage', status.stage || 'none'],
          ['Up since', ago(new Date(server.server_boot_time))],
          ['Go', built.go.replace(/^go/, '')],
        ]),
        card('Ledger', verdict(services.ledger), [
          ['Answered in', took(services.ledger.latency_ms)],
          ['Kept in', status.storage_mode === 's3' ? 'DynamoDB' : 'Local file'],
        ]),
        card(
          'User service',
          verdict(services.user),
          services.user.status === 'not_configured'
            ? [['To watch it', 'Set SEND__USER_BASE_URL to its address']]
            : [
                ['Answered in', took(services.user.latency_ms)],
                ['Version', services.user.version || 'unknown'],
              ],
        ),
        ...(serving ? [card('Versions', [serving[0], serving[1]], serving[2])] : []),
      );
      const down = [services.ledger, services.user].some(({ status }) => status === 'unavailable');
      return down ? 'Something does not answer' : '';
    } catch (problem) {
      return messageOf(problem);
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

const verdict = (/** @type {{ status: string }} */ { status }) => WORDS[status] ?? WORDS.unavailable;

const took = (/** @type {number} */ ms) => (ms < 1 ? 'under 1 ms' : `${ms} ms`);

/**
 * @param {string} title
 * @param {Verdict} verdict
 * @param {[term: string, fact: string][]} rows
 */
function card(title, [kind, words], rows) {
  return el(
    'section',
    { class: 'card' },
    el('h2', {}, el('i', { class: `dot ${kind}` }), title),
    el('p', { class: `verdict ${kind}` }, words),
    el('dl', { class: 'facts' }, facts(rows)),
  );
}

customElements.define('send-system', SendSystem);
