// <send-tokens>: who may send. Lists the tokens and changes them.

import { tokens as api } from './api.js';
import { ago, copy, dialog, h, icon, notice, number, Problem } from './dom.js';

const SORTS = {
  newest: ['Newest first', (a, b) => b.created_at.localeCompare(a.created_at)],
  name: ['By note or name', (a, b) => labelOf(a).localeCompare(labelOf(b))],
  used: ['Most used first', (a, b) => b.usage_count - a.usage_count],
  left: ['Fewest left first', (a, b) => left(a) - left(b)],
};

const FILTERS = ['all', 'active', 'exhausted', 'revoked'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000_000;
const PAGE = 100; // rows shown at first, and with every "Show more"

const left = (t) => (t.remaining < 0 ? Infinity : t.remaining);
const noteOf = (t) => (typeof t.metadata?.note === 'string' ? t.metadata.note : '');
const labelOf = (t) => noteOf(t) || t.token_name || 'Unreadable name';

customElements.define(
  'send-tokens',
  class extends HTMLElement {
    #tokens = [];
    #shown = PAGE;
    #revealed = new Set();
    #filter = 'all';
    #search = h('input', {
      id: 'search',
      type: 'search',
      placeholder: 'Search by note, name or creator',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => this.#draw(true),
    });
    #sort = h(
      'select',
      { id: 'sort', onchange: () => this.#draw(true) },
      ...Object.entries(SORTS).map(([value, [title]]) => h('option', { value }, title)),
    );
    #filters = h('div', { class: 'segments', role: 'group', 'aria-label': 'Show' });
    #list = h('ul', { class: 'tokens' });
    #foot = h('div', { class: 'foot' });
    #count = h('p', { class: 'muted', role: 'status' });

    connectedCallback() {
      this.append(
        h(
          'header',
          { class: 'head' },
          h('div', {}, h('h1', {}, 'Tokens'), this.#count),
          h('button', { class: 'primary', onclick: () => this.#create() }, icon('plus'), h('span', {}, 'New token')),
        ),
        h(
          'div',
          { class: 'tools' },
          h(
            'div',
            { class: 'search' },
            icon('search'),
            h('label', { class: 'hidden', for: 'search' }, 'Search tokens'),
            this.#search,
          ),
          this.#filters,
          h('label', { class: 'hidden', for: 'sort' }, 'Order'),
          this.#sort,
        ),
        this.#list,
        this.#foot,
      );
      document.addEventListener('visibilitychange', () => {
        if (!this.hidden && !document.hidden) this.#load();
      });
    }

    opened() {
      this.#load();
    }

    async #load() {
      try {
        this.#tokens = await api.list();
        this.#draw();
      } catch (problem) {
        if (this.#tokens.length > 0) return notice(problem.message, 'bad');
        this.#foot.replaceChildren(
          h(
            'div',
            { class: 'empty' },
            h('h2', {}, 'The tokens cannot be shown'),
            h('p', {}, problem.message),
            h('button', { onclick: () => this.#load() }, icon('refresh'), 'Try again'),
          ),
        );
      }
    }

    #draw(fromTop) {
      if (fromTop) this.#shown = PAGE;
      const asked = this.#search.value.trim().toLowerCase();
      const found = this.#tokens.filter((t) =>
        `${noteOf(t)}\n${t.token_name}\n${t.created_by}`.toLowerCase().includes(asked),
      );
      const matching = found.filter((t) => this.#filter === 'all' || t.status === this.#filter);
      matching.sort(SORTS[this.#sort.value][1]);

      this.#filters.replaceChildren(
        ...FILTERS.map((name) => {
          const n = name === 'all' ? found.length : found.filter((t) => t.status === name).length;
          return h(
            'button',
            {
              class: 'segment',
              'aria-pressed': String(name === this.#filter),
              onclick: () => {
                this.#filter = name;
                this.#draw(true);
                this.#filters.querySelector('[aria-pressed=true]').focus();
              },
            },
            name[0].toUpperCase() + name.slice(1),
            h('span', { class: 'n' }, number.format(n)),
          );
        }),
      );
      this.#count.textContent = this.#summary(matching.length);
      const focused = this.#focused();
      this.#list.replaceChildren(...matching.slice(0, this.#shown).map((t) => this.#row(t)));
      if (focused)
        this.#list.querySelector(`[data-id="${focused.id}"]`)?.querySelectorAll('button')[focused.index]?.focus();
      this.#foot.replaceChildren(...this.#below(matching.length, asked));
    }

    // #focused says which button of which token has the focus, so that the
    // keyboard stays where it is when the list is drawn anew.
    #focused() {
      const row = document.activeElement.closest('li.token');
      return row && { id: row.dataset.id, index: [...row.querySelectorAll('button')].indexOf(document.activeElement) };
    }

    #summary(matching) {
      const all = this.#tokens.length;
      if (matching !== all) return `${number.format(matching)} of ${number.format(all)}`;
      const active = this.#tokens.filter((t) => t.status === 'active').length;
      return `${number.format(all)} ${all === 1 ? 'token' : 'tokens'}, ${number.format(active)} active`;
    }

    #below(matching, asked) {
      if (this.#tokens.length === 0) {
        return [
          h(
            'div',
            { class: 'empty' },
            icon('key'),
            h('h2', {}, 'No tokens yet'),
            h('p', {}, 'People need a token to send a file. Make one and hand it over; receiving needs none.'),
            h('button', { class: 'primary', onclick: () => this.#create() }, icon('plus'), 'Make the first token'),
          ),
        ];
      }
      if (matching === 0) {
        return [
          h(
            'div',
            { class: 'empty' },
            icon('search'),
            h('h2', {}, asked ? 'Nothing found' : `No ${this.#filter} tokens`),
            h(
              'button',
              {
                onclick: () => {
                  this.#search.value = '';
                  this.#filter = 'all';
                  this.#draw(true);
                  this.#search.focus();
                },
              },
              'Show all tokens',
            ),
          ),
        ];
      }
      if (matching <= this.#shown) return [];
      return [
        h(
          'button',
          {
            class: 'wide',
            onclick: () => {
              this.#shown += PAGE;
              this.#draw();
            },
          },
          `Show more (${number.format(matching - this.#shown)} left)`,
        ),
      ];
    }

    #row(t) {
      const label = noteOf(t) || 'No note';
      return h(
        'li',
        { class: `token ${t.status}`, 'data-id': t.cache_id },
        h(
          'div',
          { class: 'who' },
          h('h2', { class: noteOf(t) ? '' : 'none' }, label),
          h(
            'p',
            { class: 'muted' },
            'Made ',
            h(
              'time',
              { datetime: t.created_at, title: new Date(t.created_at).toLocaleString() },
              ago(new Date(t.created_at)),
            ),
            ` by ${t.created_by}`,
          ),
        ),
        this.#name(t, labelOf(t)),
        usage(t),
        h('span', { class: `pill ${t.status}` }, t.status),
        h('div', { class: 'actions' }, ...(t.token_name ? this.#actions(t, labelOf(t)) : [])),
      );
    }

    // #name shows a token's name only when asked: whoever reads it may send.
    #name(t, label) {
      if (!t.token_name) {
        return h(
          'p',
          { class: 'name muted' },
          'Made under an earlier API key. It still works, but its name cannot be shown.',
        );
      }
      const shown = this.#revealed.has(t.token_name);
      const what = noteOf(t) ? ` of ${label}` : '';
      return h(
        'div',
        { class: 'name' },
        h(
          'code',
          {},
          shown
            ? t.token_name
            : [
                h('span', { 'aria-hidden': 'true' }, masked(t.token_name)),
                h('span', { class: 'hidden' }, 'Hidden name'),
              ],
        ),
        h(
          'button',
          {
            class: 'quiet square reveal',
            'aria-label': `${shown ? 'Hide' : 'Reveal'} the name${what}`,
            title: shown ? 'Hide' : 'Reveal',
            onclick: () => {
              if (!this.#revealed.delete(t.token_name)) this.#revealed.add(t.token_name);
              this.#draw();
            },
          },
          icon(shown ? 'hide' : 'eye'),
        ),
        h(
          'button',
          {
            class: 'quiet square',
            'aria-label': `Copy the name${what}`,
            title: 'Copy',
            onclick: (event) => copy(t.token_name, event.currentTarget),
          },
          icon('copy'),
        ),
      );
    }

    #actions(t, label) {
      const limit = h(
        'button',
        { class: 'quiet', onclick: () => this.#limit(t) },
        icon('gauge'),
        h('span', {}, 'Limit'),
        h('span', { class: 'hidden' }, ` of ${label}`),
      );
      const toggle =
        t.status === 'revoked'
          ? h(
              'button',
              { class: 'quiet', onclick: () => this.#reactivate(t) },
              icon('undo'),
              h('span', {}, 'Reactivate'),
              h('span', { class: 'hidden' }, ` ${label}`),
            )
          : h(
              'button',
              { class: 'quiet danger-text', onclick: () => this.#revoke(t) },
              icon('ban'),
              h('span', {}, 'Revoke'),
              h('span', { class: 'hidden' }, ` ${label}`),
            );
      return [limit, toggle];
    }

    async #create() {
      const made = await dialog({
        title: 'New token',
        action: 'Make token',
        body: [
          h('label', { for: 'note' }, 'Note'),
          h('input', {
            id: 'note',
            name: 'note',
            maxlength: 120,
            autocomplete: 'off',
            autofocus: true,
            'aria-describedby': 'note-help',
          }),
          h(
            'p',
            { class: 'help', id: 'note-help' },
            'Who it is for, so that you find it again. Only operators see it.',
          ),
          limitField(DEFAULT_LIMIT),
          h(
            'details',
            {},
            h('summary', {}, 'Choose the name yourself'),
            h('label', { for: 'name' }, 'Name'),
            h('input', {
              id: 'name',
              name: 'name',
              maxlength: 128,
              autocomplete: 'off',
              spellcheck: 'false',
              autocapitalize: 'none',
              'aria-describedby': 'name-help',
            }),
            h(
              'p',
              { class: 'help', id: 'name-help' },
              'The name is the secret: whoever guesses it can send. Left empty, a strong one is made. Letters, digits, - and _; anything else becomes _.',
            ),
          ),
        ],
        submit: async (fields) => {
          const note = fields.note.value.trim();
          return api.create({
            token_name: fields.name.value,
            usage_limit: readLimit(fields),
            created_by: 'console',
            metadata: note ? { note } : {},
          });
        },
      });
      if (!made) return;
      this.#load();
      await dialog({
        title: 'The token is ready',
        dismiss: 'Done',
        body: [
          h('p', {}, 'Hand it to the sender by a way you trust. It can be copied again from the list.'),
          h(
            'div',
            { class: 'made' },
            h('code', {}, made.token_name),
            h(
              'button',
              {
                type: 'button',
                class: 'primary',
                autofocus: true,
                onclick: (event) => copy(made.token_name, event.currentTarget),
              },
              icon('copy'),
              'Copy',
            ),
          ),
        ],
      });
    }

    async #limit(t) {
      const done = await dialog({
        title: 'Set the limit',
        action: 'Save',
        body: [
          h('p', {}, subject(t), ` has been used ${times(t.usage_count)}.`),
          limitField(t.usage_limit),
          t.status === 'revoked' &&
            h('p', { class: 'help' }, 'The token is revoked and stays so until it is reactivated.'),
        ],
        submit: (fields) => api.limit(t.token_name, readLimit(fields)),
      });
      if (done) this.#changed(`Limit saved: ${done.usage_limit ? number.format(done.usage_limit) : 'none'}`);
    }

    async #revoke(t) {
      const done = await dialog({
        title: 'Revoke this token?',
        action: 'Revoke',
        danger: true,
        body: [
          h(
            'p',
            {},
            'Whoever holds ',
            subject(t),
            ' can no longer send. What they sent stays until it expires. You can reactivate the token later.',
          ),
        ],
        submit: () => api.revoke(t.token_name),
      });
      if (done) this.#changed('Token revoked');
    }

    async #reactivate(t) {
      try {
        await api.reactivate(t.token_name);
        this.#changed('Token reactivated');
      } catch (problem) {
        notice(problem.message, 'bad');
      }
    }

    #changed(text) {
      notice(text);
      this.#load();
    }
  },
);

// masked hides a name but for its end, enough to tell tokens apart by eye.
const masked = (name) => `••••••••${name.length > 12 ? name.slice(-4) : ''}`;

const subject = (t) => h('strong', {}, noteOf(t) || masked(t.token_name));

const times = (n) => (n === 1 ? 'once' : `${number.format(n)} times`);

function usage(t) {
  if (t.usage_limit === 0) {
    return h('div', { class: 'usage' }, h('span', {}, h('b', {}, number.format(t.usage_count)), ' used, no limit'));
  }
  const share = Math.min(1, t.usage_count / t.usage_limit);
  const bar = h('div', { class: share >= 1 ? 'meter full' : share >= 0.8 ? 'meter high' : 'meter' }, h('i'));
  bar.firstChild.style.width = `${share * 100}%`;
  return h(
    'div',
    { class: 'usage' },
    h('span', {}, h('b', {}, number.format(t.usage_count)), ` of ${number.format(t.usage_limit)} used`),
    bar,
  );
}

function limitField(limit) {
  const uses = h('input', {
    id: 'limit',
    name: 'limit',
    type: 'number',
    inputmode: 'numeric',
    min: 1,
    max: MAX_LIMIT,
    value: limit || DEFAULT_LIMIT,
    disabled: limit === 0,
  });
  return [
    h('label', { for: 'limit' }, 'Uploads it allows in all'),
    h(
      'div',
      { class: 'limit' },
      uses,
      h(
        'label',
        { class: 'check' },
        h('input', {
          type: 'checkbox',
          name: 'unlimited',
          checked: limit === 0,
          onchange: (event) => {
            uses.disabled = event.target.checked;
          },
        }),
        'No limit',
      ),
    ),
  ];
}

function readLimit(fields) {
  if (fields.unlimited.checked) return 0;
  const limit = Number(fields.limit.value);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new Problem(`Enter a whole number from 1 to ${number.format(MAX_LIMIT)}, or tick "No limit".`, fields.limit);
  }
  return limit;
}
