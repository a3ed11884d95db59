// <send-audit>: what was done with tokens and transfers, and by whom.

import { audit, tokens } from './api.js';
import { h, icon, notice } from './dom.js';

const RANGES = [
  ['1 hour', 1],
  ['24 hours', 24],
  ['7 days', 7 * 24],
  ['30 days', 30 * 24],
]; // hours

const EVENTS = {
  token_created: 'Token created',
  token_limit_changed: 'Token limit changed',
  token_revoked: 'Token revoked',
  token_reactivated: 'Token reactivated',
  token_used: 'Token used',
  login: 'Login',
  transfer_created: 'Transfer created',
  transfer_completed: 'Transfer completed',
  transfer_downloaded: 'Transfer downloaded',
  transfer_deleted: 'Transfer deleted',
  transfer_expired: 'Transfer removed',
};

const OUTCOMES = { success: 'Success', denied: 'Denied', failure: 'Failure' };

const PAGE = 50;

const choices = (all, words) => [
  h('option', { value: '' }, all),
  ...Object.entries(words).map(([value, text]) => h('option', { value }, text)),
];

customElements.define(
  'send-audit',
  class extends HTMLElement {
    #hours = 24;
    #asked = 0; // counts the questions, so that a late answer to an old one is dropped
    #notes = new Map(); // by the beginning of a token's ID
    #ranges = h('div', { class: 'segments', role: 'group', 'aria-label': 'Time' });
    #event = h('select', { id: 'audit-event', onchange: () => this.#load() }, choices('All events', EVENTS));
    #outcome = h('select', { id: 'audit-outcome', onchange: () => this.#load() }, choices('All outcomes', OUTCOMES));
    #id = h('input', {
      id: 'audit-id',
      type: 'search',
      placeholder: 'ID of a transfer or a token',
      autocomplete: 'off',
      spellcheck: 'false',
      autocapitalize: 'none',
      maxlength: 80,
      onchange: () => this.#load(),
      onsearch: () => this.#load(),
    });
    #download = h('a', { class: 'button', download: '' }, icon('download'), h('span', {}, 'Download'));
    #state = h('p', { class: 'muted', role: 'status' });
    #rows = h('tbody', { role: 'rowgroup' });
    #table = h(
      'table',
      { class: 'events', role: 'table', hidden: true },
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          ['Time', 'Event', 'Outcome', 'About', 'Who'].map((title) =>
            h('th', { scope: 'col', role: 'columnheader' }, title),
          ),
        ),
      ),
      this.#rows,
    );
    #foot = h('div', { class: 'foot' });

    connectedCallback() {
      this.append(
        h('header', { class: 'head' }, h('div', {}, h('h1', {}, 'Audit'), this.#state), this.#download),
        h(
          'div',
          { class: 'tools' },
          h(
            'div',
            { class: 'search' },
            icon('search'),
            h('label', { class: 'hidden', for: 'audit-id' }, 'ID of a transfer or a token'),
            this.#id,
          ),
          this.#ranges,
          h('label', { class: 'hidden', for: 'audit-event' }, 'Event'),
          this.#event,
          h('label', { class: 'hidden', for: 'audit-outcome' }, 'Outcome'),
          this.#outcome,
        ),
        this.#table,
        this.#foot,
      );
      this.#drawRanges();
    }

    opened() {
      this.#load();
    }

    #drawRanges() {
      this.#ranges.replaceChildren(
        ...RANGES.map(([title, hours]) =>
          h(
            'button',
            {
              class: 'segment',
              'aria-pressed': String(hours === this.#hours),
              onclick: () => {
                this.#hours = hours;
                this.#drawRanges();
                this.#ranges.querySelector('[aria-pressed=true]').focus();
                this.#load();
              },
            },
            title,
          ),
        ),
      );
    }

    // #query is what the filters ask for.
    #query() {
      const query = new URLSearchParams({ from: new Date(Date.now() - this.#hours * 3_600_000).toISOString() });
      const id = this.#id.value.trim().toLowerCase();
      if (id) query.set(/^[0-9a-f]{12}$/.test(id) ? 'transfer' : 'token', id);
      if (this.#event.value) query.set('event', this.#event.value);
      if (this.#outcome.value) query.set('outcome', this.#outcome.value);
      return query;
    }

    // #load shows the newest of what is asked for; #more goes on from there.
    async #load() {
      const query = this.#query();
      this.#download.href = `/audit/export?${query}`;
      const asked = ++this.#asked;
      try {
        const [page, known] = await Promise.all([audit.page(query, PAGE), tokens.list()]);
        if (asked !== this.#asked) return;
        this.#notes = new Map(known.map((t) => [t.cache_id.replaceAll('-', ''), t.metadata.note]));
        this.#rows.replaceChildren();
        this.#add(page, query);
      } catch (problem) {
        if (asked !== this.#asked) return;
        this.#table.hidden = true;
        this.#state.textContent = '';
        this.#foot.replaceChildren(
          h(
            'div',
            { class: 'empty' },
            h('h2', {}, 'The trail cannot be shown'),
            h('p', {}, problem.message),
            h('button', { onclick: () => this.#load() }, icon('refresh'), 'Try again'),
          ),
        );
      }
    }

    async #more(query, button) {
      button.disabled = true;
      const asked = this.#asked;
      try {
        const page = await audit.page(query, PAGE);
        if (asked === this.#asked) this.#add(page, query);
      } catch (problem) {
        button.disabled = false;
        notice(problem.message, 'bad');
      }
    }

    #add(page, query) {
      this.#rows.append(...page.events.map((e) => this.#row(e)));
      const n = this.#rows.childElementCount;
      this.#table.hidden = n === 0;
      this.#state.textContent =
        n === 0 ? '' : `${n}${page.after ? ' or more' : ''} ${n === 1 ? 'event' : 'events'}, the newest first`;
      if (page.after) {
        query.set('after', page.after);
        const more = h(
          'button',
          { class: 'wide', onclick: () => this.#more(query, more) },
          n === 0 ? 'Nothing yet: look further back' : 'Show more',
        );
        this.#foot.replaceChildren(more);
      } else {
        this.#foot.replaceChildren(
          ...(n > 0
            ? []
            : [
                h(
                  'div',
                  { class: 'empty' },
                  icon('trail'),
                  h('h2', {}, 'Nothing happened'),
                  h('p', {}, 'No event matches in this time. Look further back, or show all events.'),
                ),
              ]),
        );
      }
    }

    #row(e) {
      const time = new Date(e.time);
      const cell = (title, ...content) => h('td', { role: 'cell', 'data-title': title }, h('div', {}, content));
      return h(
        'tr',
        { role: 'row' },
        cell('Time', h('time', { datetime: e.time, title: e.time }, stamp(time))),
        cell('Event', h('b', {}, EVENTS[e.event] ?? e.event), e.reason && h('small', {}, e.reason)),
        cell('Outcome', h('span', { class: `pill ${e.outcome}` }, OUTCOMES[e.outcome] ?? e.outcome)),
        cell(
          'About',
          e.transfer && this.#about('Transfer', e.transfer, e.transfer),
          e.token && this.#about('Token', e.token, this.#notes.get(e.token.slice(0, 32)) || `${e.token.slice(0, 12)}…`),
        ),
        cell(
          'Who',
          e.client
            ? h('code', { title: 'Hash of the address; it changes every day' }, e.client.slice(0, 8))
            : h('span', { class: 'muted' }, '–'),
        ),
      );
    }

    // #about names what an event is about; pressing it shows only that.
    #about(kind, id, label) {
      return h(
        'button',
        {
          class: 'quiet id',
          title: `${kind} ${id}`,
          'aria-label': `Only ${kind.toLowerCase()} ${label}`,
          onclick: () => {
            this.#id.value = id;
            this.#load();
          },
        },
        h('span', {}, kind),
        h('code', {}, label),
      );
    }
  },
);

const stamp = (time) =>
  time.toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
