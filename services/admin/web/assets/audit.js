// <send-audit>: what was done with tokens and transfers, and by whom.

import { audit, isOperator, sessions, tokens, whoAmI } from './api.js';
import { el, icon } from './shared/dom.js';
import { number, plural } from './shared/format.js';
import { choice, empty, failed, head, messageOf, notice, Segments, View } from './view.js';

/** @typedef {import('./api.js').Event} Event */

/** @type {[hours: number, title: string][]} */
const RANGES = [
  [1, '1 hour'],
  [24, '24 hours'],
  [7 * 24, '7 days'],
  [30 * 24, '30 days'],
];

/** @type {Record<string, string>} */
export const EVENTS = {
  token_created: 'Token created',
  token_limit_changed: 'Token limit changed',
  token_revoked: 'Token revoked',
  token_purged: 'Pending uploads given up',
  token_reactivated: 'Token reactivated',
  token_used: 'Token used',
  token_nearly_spent: 'Token nearly spent',
  token_tried: 'Unknown token tried',
  login: 'Login',
  logout: 'Logout',
  session_ended: 'Session ended',
  transfer_created: 'Transfer created',
  transfer_completed: 'Transfer completed',
  transfer_downloaded: 'Transfer downloaded',
  transfer_confirmed: 'Download confirmed',
  transfer_expiry_changed: 'Expiry changed',
  transfer_deleted: 'Transfer deleted',
  transfer_taken_down: 'Transfer taken down',
  transfer_expired: 'Transfer removed',
  request_created: 'Request created',
  request_closed: 'Request closed',
};

/** @type {Record<string, string>} */
const OUTCOMES = { success: 'Success', denied: 'Denied', failure: 'Failure' };

const PAGE = 50;

class SendAudit extends View {
  live = false; // how far somebody has looked back stays as it is
  #hours = 24;
  #asked = 0; // counts the questions, so that a late answer to an old one is dropped
  /** @type {Map<string, unknown>} by the beginning of a token's ID */
  #notes = new Map();
  /** @type {Map<string, string | undefined>} what people are called of whom there are events, or sessions, by their IDs */
  #people = new Map();
  #ranges = new Segments('Time', (hours) => this.#range(hours));
  #event = choice('audit-event', 'Event', 'All events', EVENTS, () => this.load());
  #outcome = choice('audit-outcome', 'Outcome', 'All outcomes', OUTCOMES, () => this.load());
  #id = el('input', {
    id: 'audit-id',
    type: 'search',
    'aria-label': 'ID of a transfer, token or person',
    placeholder: 'ID to look for',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'none',
    maxlength: 80,
    change: () => this.load(),
    search: () => this.load(),
  });
  #download = el('a', { class: 'button', download: '' }, icon('download'), el('span', {}, 'Download'));
  #state = el('p', { class: 'muted', role: 'status' });
  #rows = el('tbody', { role: 'rowgroup' });
  #table = el(
    'table',
    { class: 'events card', role: 'table', hidden: true },
    el(
      'thead',
      { role: 'rowgroup' },
      el(
        'tr',
        { role: 'row' },
        ['Time', 'Event', 'Outcome', 'About', 'Who'].map((title) =>
          el('th', { scope: 'col', role: 'columnheader' }, title),
        ),
      ),
    ),
    this.#rows,
  );
  #below = el('div', { class: 'below' });
  #chain = el('a', { class: 'button', download: '' }, icon('download'), el('span', {}, 'Download the chain'));
  #head = el('div', {});
  #end = el('section', { class: 'card chain', hidden: true }, el('h2', {}, 'Verify it later'), this.#head, this.#chain);

  draw() {
    this.append(
      head('Audit', this.#state, this.#download),
      el(
        'div',
        { class: 'tools' },
        el('div', { class: 'search' }, icon('search'), this.#id),
        this.#ranges.element,
        this.#event,
        this.#outcome,
      ),
      this.#table,
      this.#below,
      this.#end,
    );
    this.#ranges.draw(RANGES, this.#hours);
  }

  #range(/** @type {number} */ hours) {
    this.#hours = hours;
    this.#ranges.draw(RANGES, hours);
    this.load();
  }

  /** What the filters ask for. */
  #query() {
    const query = new URLSearchParams({ from: new Date(Date.now() - this.#hours * 3_600_000).toISOString() });
    const id = this.#id.value.trim().toLowerCase();
    if (id) query.set(this.#people.has(id) ? 'person' : /^[0-9a-f]{12}$/.test(id) ? 'transfer' : 'token', id);
    if (this.#event.value) query.set('event', this.#event.value);
    if (this.#outcome.value) query.set('outcome', this.#outcome.value);
    return query;
  }

  /** Shows the newest of what is asked for; #more goes on from there. */
  async load() {
    const query = this.#query();
    this.#download.href = audit.exportOf(query);
    this.#chain.href = audit.chainOf(query.get('from') ?? '');
    const asked = ++this.#asked;
    // What is shown does not go on: its next page is none of what is asked for now.
    for (const button of this.#below.querySelectorAll('button')) button.disabled = true;
    try {
      const [page, known, end, here] = await Promise.all([
        audit.page(query, PAGE),
        tokens.list(),
        audit.head(),
        isOperator() ? sessions.list() : [],
      ]);
      if (asked !== this.#asked) return;
      for (const { person, name } of here) if (person) this.#people.set(person, name);
      this.#notes = new Map(known.map((t) => [t.cache_id.replaceAll('-', ''), t.metadata?.note]));
      this.#rows.replaceChildren();
      this.#add(page, query);
      this.#verifiable(end);
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.#end.hidden = true;
      this.#table.hidden = true;
      this.#state.textContent = '';
      this.#below.replaceChildren(failed('The trail cannot be shown', messageOf(problem), () => this.load()));
    }
  }

  /**
   * Shows what an operator writes down, to see later whether what was kept is what it was.
   * @param {{ seq: number, hash: string, time?: string }} chainEnd
   */
  #verifiable({ seq, hash, time }) {
    this.#end.hidden = seq === 0;
    if (seq === 0) return;
    this.#head.replaceChildren(
      el('p', {}, 'Each batch of events holds the hash of the one before. Write the last one down:'),
      el('p', {}, el('code', {}, hash)),
      el(
        'p',
        {},
        'With it, ',
        el('code', {}, 'sgsend audit verify FILE --head HASH'),
        ' tells whether the chain is still the same.',
      ),
      el('p', { class: 'muted' }, `Batch ${number(seq)}${time ? `, kept ${stamp(new Date(time))}` : ''}`),
    );
  }

  /**
   * @param {URLSearchParams} query
   * @param {HTMLButtonElement} button
   */
  async #more(query, button) {
    button.disabled = true;
    const asked = this.#asked;
    try {
      const page = await audit.page(query, PAGE);
      if (asked === this.#asked) this.#add(page, query);
    } catch (problem) {
      button.disabled = false;
      notice(messageOf(problem), 'bad');
    }
  }

  /**
   * @param {{ events: Event[], after?: string }} page
   * @param {URLSearchParams} query
   */
  #add({ events, after }, query) {
    this.#rows.append(...events.map((event) => this.#row(event)));
    const n = this.#rows.childElementCount;
    this.#table.hidden = n === 0;
    this.#state.textContent = n === 0 ? '' : `${after ? `${n} or more events` : plural(n, 'event')}, the newest first`;
    if (after) {
      query.set('after', after);
      const click = () => {
        this.#more(query, more);
      };
      const words = n === 0 ? 'Nothing yet: look further back' : 'Show more';
      const more = el('button', { type: 'button', class: 'button wide', click }, words);
      this.#below.replaceChildren(more);
    } else if (n === 0) {
      const text = 'No event matches in this time. Look further back, or show all events.';
      this.#below.replaceChildren(empty({ picture: 'trail', title: 'Nothing happened', text }));
    } else this.#below.replaceChildren();
  }

  #row(/** @type {Event} */ { time, event, outcome, reason, transfer, token, person, client, count, last }) {
    const cell = (/** @type {string} */ title, /** @type {import('./shared/dom.js').Child[]} */ ...content) =>
      el('td', { role: 'cell', 'data-title': title }, el('div', {}, content));
    const note = token && this.#notes.get(token.slice(0, 32));
    return el(
      'tr',
      { role: 'row' },
      cell('Time', el('time', { datetime: time, title: time }, stamp(new Date(time)))),
      cell(
        'Event',
        el('b', {}, EVENTS[event] ?? event),
        reason && el('small', {}, reason),
        repeated(count, time, last),
      ),
      cell('Outcome', el('span', { class: `pill ${outcome}` }, OUTCOMES[outcome] ?? outcome)),
      cell(
        'About',
        transfer && this.#about('Transfer', transfer, transfer),
        token && this.#about('Token', token, note ? String(note) : `${token.slice(0, 12)}…`),
      ),
      cell(
        'Who',
        person && this.#about('Person', person, this.#nameOf(person)),
        client
          ? el('code', { title: 'Hash of the address; it changes every day' }, client.slice(0, 8))
          : !person && el('span', { class: 'muted' }, '–'),
      ),
    );
  }

  /**
   * What somebody is called: by who is logged in meanwhile, since the trail has no names.
   * @param {string} id
   */
  #nameOf(id) {
    if (!this.#people.has(id)) this.#people.set(id, undefined);
    return id === whoAmI()?.person ? 'you' : (this.#people.get(id) ?? `${id.slice(0, 8)}…`);
  }

  /**
   * Names what an event is about; pressing it shows only that.
   * @param {string} kind
   * @param {string} id
   * @param {string} label
   */
  #about(kind, id, label) {
    const click = () => {
      this.#id.value = id;
      this.load();
    };
    return el(
      'button',
      {
        type: 'button',
        class: 'button quiet id',
        title: `${kind} ${id}`,
        click,
      },
      el('span', { class: 'visually-hidden' }, 'Only '),
      // Of a person the column says already what it names.
      el('span', { class: kind === 'Person' ? 'visually-hidden' : '' }, kind),
      ' ',
      el('code', {}, label),
    );
  }
}

/**
 * Says how many events one stands for.
 * @param {number | undefined} count
 * @param {string} first
 * @param {string | undefined} last
 */
const repeated = (count, first, last) =>
  (count ?? 1) > 1 &&
  el('small', { class: 'times' }, `${number(count ?? 1)} times between ${clock(first)} and ${clock(last ?? first)}`);

const clock = (/** @type {string} */ time) => new Date(time).toLocaleTimeString();

export const stamp = (/** @type {Date} */ time) =>
  time.toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

customElements.define('send-audit', SendAudit);
