// <send-tokens>: who may send. Lists the tokens and changes them.

import { tokens as api, isOperator } from './api.js';
import { copyButton, dialog, el, icon, Problem } from './shared/dom.js';
import { ago, number, plural } from './shared/format.js';
import { qrPicture } from './shared/qr-picture.js';
import { button, empty, failed, field, head, messageOf, notice, Segments, View } from './view.js';

/** @typedef {import('./api.js').Token} Token */

/** @type {Record<string, [title: string, order: (a: Token, b: Token) => number]>} */
const SORTS = {
  newest: ['Newest first', (a, b) => b.created_at.localeCompare(a.created_at)],
  name: ['By note or name', (a, b) => labelOf(a).localeCompare(labelOf(b))],
  used: ['Most used first', (a, b) => b.usage_count - a.usage_count],
  left: ['Fewest left first', (a, b) => left(a) - left(b)],
};

const FILTERS = ['all', 'active', 'exhausted', 'revoked'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000_000;
const MOST = 100; // tokens that are made at once
const PAGE = 100; // rows shown at first, and with every "Show more"

const left = (/** @type {Token} */ t) => (t.remaining < 0 ? Number.POSITIVE_INFINITY : t.remaining);
/** What a token's maker noted of whom it is for, or nothing. */
export const noteOf = (/** @type {Token} */ t) => (typeof t.metadata?.note === 'string' ? t.metadata.note : '');
const labelOf = (/** @type {Token} */ t) => noteOf(t) || t.token_name || 'Unreadable name';

class SendTokens extends View {
  /** @type {Token[]} */
  #tokens = [];
  #shown = PAGE;
  /** @type {Set<string>} */
  #revealed = new Set();
  #filter = FILTERS[0];
  #search = el('input', {
    id: 'search',
    type: 'search',
    'aria-label': 'Search tokens',
    placeholder: isOperator() ? 'Search by note, name, ID or creator' : 'Search by note, ID or creator',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => this.#list(true),
  });
  #sort = el(
    'select',
    { id: 'sort', 'aria-label': 'Order', change: () => this.#list(true) },
    Object.entries(SORTS).map(([value, [title]]) => el('option', { value }, title)),
  );
  #filters = new Segments('Show', (name) => this.#narrow(name));
  #rows = el('ul', { class: isOperator() ? 'tokens card' : 'tokens card viewed' });
  #below = el('div', { class: 'below' });
  #count = el('p', { class: 'muted', role: 'status' });
  /** @type {Set<string>} IDs of the tokens that are chosen, to do something with all of them */
  #chosen = new Set();
  #chosenCount = el('b', { role: 'status' });
  #bar = el(
    'div',
    { class: 'chosen card', hidden: true, role: 'group', 'aria-label': 'With all that are chosen' },
    this.#chosenCount,
    button('Choose all shown', 'check', 'quiet', () => this.#chooseShown()),
    button('Set limit', 'gauge', 'quiet', () => this.#limitChosen()),
    button('Revoke', 'ban', 'quiet danger', () => this.#revokeChosen()),
    button('Choose none', 'close', 'quiet', () => this.#choose([])),
  );

  draw() {
    this.append(
      head(
        'Tokens',
        this.#count,
        isOperator() &&
          el(
            'div',
            { class: 'make' },
            button('Several', 'plus', '', () => this.#createSeveral()),
            button('New token', 'plus', 'primary', () => this.#create()),
          ),
      ),
      el(
        'div',
        { class: 'tools' },
        el('div', { class: 'search' }, icon('search'), this.#search),
        this.#filters.element,
        this.#sort,
      ),
      this.#bar,
      this.#rows,
      this.#below,
    );
  }

  async load() {
    try {
      this.#tokens = await api.list();
      const known = new Set(this.#tokens.map((t) => t.cache_id));
      this.#choose([...this.#chosen].filter((id) => known.has(id)));
      this.#list();
    } catch (problem) {
      if (this.#tokens.length > 0) notice(messageOf(problem), 'bad');
      else this.#below.replaceChildren(failed('The tokens cannot be shown', messageOf(problem), () => this.load()));
    }
  }

  #narrow(/** @type {string} */ filter) {
    this.#filter = filter;
    this.#list(true);
  }

  #list(fromTop = false) {
    if (fromTop) this.#shown = PAGE;
    const asked = this.#search.value.trim().toLowerCase();
    const found = this.#tokens.filter((t) =>
      `${noteOf(t)}\n${t.token_name}\n${t.created_by}\n${t.cache_id}`.toLowerCase().includes(asked),
    );
    const of = (/** @type {string} */ filter) => found.filter((t) => filter === 'all' || t.status === filter);
    const matching = of(this.#filter).sort(SORTS[this.#sort.value][1]);
    this.#filters.draw(
      FILTERS.map((name) => [name, capital(name), el('span', { class: 'n' }, number(of(name).length))]),
      this.#filter,
    );
    this.#count.textContent = this.#summary(matching.length);
    const keep = this.#focused();
    this.#rows.replaceChildren(...matching.slice(0, this.#shown).map((t) => this.#row(t)));
    if (keep) this.#buttons(keep.id)[keep.index]?.focus();
    this.#below.replaceChildren(...this.#rest(matching.length, asked));
  }

  /** Which button of which token has the focus, so that the keyboard stays where it is when the list is drawn anew. */
  #focused() {
    const focused = /** @type {HTMLButtonElement} */ (document.activeElement);
    const id = /** @type {HTMLElement | null} */ (focused?.closest('li.token'))?.dataset.id;
    return id && { id, index: this.#buttons(id).indexOf(focused) };
  }

  #buttons(/** @type {string} */ id) {
    return Array.from(this.#rows.querySelectorAll(`[data-id="${id}"] button`), (b) => /** @type {HTMLElement} */ (b));
  }

  #summary(/** @type {number} */ matching) {
    const all = this.#tokens.length;
    if (matching !== all) return `${number(matching)} of ${number(all)}`;
    const active = this.#tokens.filter((t) => t.status === 'active').length;
    return `${plural(all, 'token')}, ${number(active)} active`;
  }

  /**
   * What stands below the rows.
   * @param {number} matching
   * @param {string} asked
   */
  #rest(matching, asked) {
    if (this.#tokens.length === 0) {
      const none = { picture: 'key', title: 'No tokens yet' };
      if (!isOperator()) return [empty({ ...none, text: 'Operators make them, for people to send with.' })];
      const text = 'People need a token to send a file. Make one and hand it over; receiving needs none.';
      const make = button('Make the first token', 'plus', 'primary', () => this.#create());
      return [empty({ ...none, text, button: make })];
    }
    if (matching === 0) {
      const showAll = () => {
        this.#search.value = '';
        this.#narrow('all');
        this.#search.focus();
      };
      const title = asked ? 'Nothing found' : `No ${this.#filter} tokens`;
      return [empty({ picture: 'search', title, button: button('Show all tokens', '', '', showAll) })];
    }
    if (matching <= this.#shown) return [];
    const more = () => {
      this.#shown += PAGE;
      this.#list();
    };
    return [button(`Show more (${number(matching - this.#shown)} left)`, '', 'wide', more)];
  }

  #row(/** @type {Token} */ t) {
    const made = new Date(t.created_at);
    const time = el('time', { datetime: t.created_at, title: made.toLocaleString() }, ago(made));
    return el(
      'li',
      { class: `token ${t.status}`, 'data-id': t.cache_id },
      el(
        'div',
        { class: 'who' },
        el(
          'h2',
          { class: noteOf(t) ? '' : 'none' },
          isOperator()
            ? el('label', {}, this.#chooser(t), el('span', {}, noteOf(t) || 'No note'))
            : noteOf(t) || 'No note',
        ),
        el('p', { class: 'muted' }, 'Made ', time, ` by ${t.created_by}, ID ${idOf(t)}`),
      ),
      isOperator() && this.#name(t),
      usage(t),
      el('span', { class: `pill ${t.status}` }, t.status),
      isOperator() && el('div', { class: 'actions' }, t.token_name && this.#actions(t)),
    );
  }

  /** Shows a token's name only when asked: whoever reads it may send. */
  #name(/** @type {Token} */ t) {
    if (!t.token_name) {
      const why = 'Made under an earlier API key. It still works, but its name cannot be shown.';
      return el('p', { class: 'name muted' }, why);
    }
    const shown = this.#revealed.has(t.token_name);
    const what = noteOf(t) ? ` of ${noteOf(t)}` : '';
    const turn = () => {
      if (!this.#revealed.delete(t.token_name)) this.#revealed.add(t.token_name);
      this.#list();
    };
    const title = shown ? 'Hide' : 'Reveal';
    const reveal = el(
      'button',
      {
        type: 'button',
        class: 'button quiet square reveal',
        title,
        'aria-label': `${title} the name${what}`,
        click: turn,
      },
      icon(shown ? 'hide' : 'eye'),
    );
    const hidden = [
      el('span', { 'aria-hidden': 'true' }, masked(t.token_name)),
      el('span', { class: 'visually-hidden' }, 'Hidden name'),
    ];
    const copy = copyButton(`Copy the name${what}`, () => t.token_name, { wordless: true, onRefused: refused });
    return el('div', { class: 'name' }, el('code', {}, shown ? t.token_name : hidden), reveal, copy);
  }

  #actions(/** @type {Token} */ t) {
    const of = (/** @type {string} */ words) => el('span', { class: 'visually-hidden' }, ` ${words}${labelOf(t)}`);
    const limit = button('Limit', 'gauge', 'quiet', () => this.#limit(t), of('of '));
    const toggle =
      t.status === 'revoked'
        ? button('Reactivate', 'undo', 'quiet', () => this.#reactivate(t), of(''))
        : button('Revoke', 'ban', 'quiet danger', () => this.#revoke(t), of(''));
    const invite = button('Invite', 'share', 'quiet', () => this.#invite(t), of('with '));
    return [t.invite_url && (t.status === 'active' ? invite : el('span', {})), limit, toggle];
  }

  async #invite(/** @type {Token} */ t) {
    const uses = t.remaining < 0 ? 'without limit' : plural(t.remaining, 'time');
    await dialog({
      title: 'Invite to send',
      dismiss: 'Done',
      body: [
        el('p', {}, 'Whoever has this link can send with ', subject(t), `, ${uses}. Revoke the token to withdraw it.`),
        invitation(t.invite_url ?? ''),
      ],
    });
  }

  async #create() {
    const noteHelp = 'Who it is for, so that you find it again. Only operators see it.';
    const nameHelp =
      'The name is the secret: whoever guesses it can send. Left empty, a strong one is made. ' +
      'Letters, digits, - and _; anything else becomes _.';
    const made = await dialog({
      title: 'New token',
      action: 'Make token',
      body: [
        field('note', 'Note', noteHelp, { maxlength: 120, autofocus: true }),
        limitField(DEFAULT_LIMIT),
        el(
          'details',
          {},
          el('summary', {}, 'Choose the name yourself'),
          field('name', 'Name', nameHelp, { maxlength: 128, spellcheck: 'false', autocapitalize: 'none' }),
        ),
      ],
      submit: (fields) => {
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
    this.load();
    const { token_name: name, invite_url: link } = made;
    const alone =
      link && el('details', {}, el('summary', {}, 'The token alone'), el('div', {}, handedOver('Copy', name)));
    await dialog({
      title: 'The token is ready',
      dismiss: 'Done',
      body: [
        el('p', {}, 'Hand it to the sender by a way you trust. It can be copied again from the list.'),
        link ? invitation(link) : handedOver('Copy', name, true),
        alone,
        !link && el('p', { class: 'hint' }, 'With SEND__PUBLIC_URL set there is a link here that invites to send.'),
      ],
    });
  }

  /** The box that chooses a token. */
  #chooser(/** @type {Token} */ t) {
    const change = (/** @type {any} */ event) => {
      if (event.target.checked) this.#choose([...this.#chosen, t.cache_id]);
      else this.#choose([...this.#chosen].filter((id) => id !== t.cache_id));
    };
    const chosen = this.#chosen.has(t.cache_id);
    return t.token_name && el('input', { type: 'checkbox', class: 'choose', checked: chosen, change });
  }

  #choose(/** @type {string[]} */ ids) {
    this.#chosen = new Set(ids);
    this.#bar.hidden = ids.length === 0;
    this.#chosenCount.textContent = `${plural(ids.length, 'token')} chosen`;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.#rows.querySelectorAll('li.token'))) {
      const box = /** @type {HTMLInputElement | null} */ (row.querySelector('.choose'));
      if (box) box.checked = this.#chosen.has(row.dataset.id ?? '');
    }
  }

  #chooseShown() {
    const rows = /** @type {HTMLElement[]} */ ([...this.#rows.querySelectorAll('li.token:has(.choose)')]);
    this.#choose([...new Set([...this.#chosen, ...rows.map((row) => row.dataset.id ?? '')])]);
  }

  /**
   * Does something with each token that is chosen, and says how many of them it was done with. Those are chosen no
   * more: where one failed, it can be done with the rest again.
   * @param {(t: Token) => Promise<unknown>} act
   */
  async #withChosen(act) {
    let done = 0;
    for (const t of this.#tokens.filter((t) => this.#chosen.has(t.cache_id))) {
      try {
        await act(t);
      } catch (problem) {
        this.load();
        throw new Problem(`Done with ${number(done)}, then: ${messageOf(problem)}`);
      }
      this.#choose([...this.#chosen].filter((id) => id !== t.cache_id));
      done++;
    }
    return plural(done, 'token');
  }

  async #limitChosen() {
    const done = await dialog({
      title: 'Set the limit of all of them',
      action: 'Save',
      body: [this.#whichChosen(), limitField(DEFAULT_LIMIT)],
      submit: (fields) => {
        const limit = readLimit(fields);
        return this.#withChosen((t) => api.limit(t.token_name, limit));
      },
    });
    if (done) this.#changed(`Limit saved of ${done}`);
  }

  async #revokeChosen() {
    const done = await dialog({
      title: 'Revoke all of them?',
      action: 'Revoke',
      danger: true,
      body: [
        this.#whichChosen(),
        el('p', {}, 'Whoever holds one can no longer send. What they sent stays until it expires.'),
        purgeBox(),
      ],
      submit: (fields) => {
        const purge = fields.purge.checked;
        return this.#withChosen((t) => api.revoke(t.token_name, purge));
      },
    });
    if (done) this.#changed(`${done} revoked`);
  }

  /** Names some of those that are chosen. */
  #whichChosen() {
    const labels = this.#tokens.filter((t) => this.#chosen.has(t.cache_id)).map((t) => noteOf(t) || idOf(t));
    const some = labels.slice(0, 5).join(', ');
    const more = labels.length > 5 ? `, and ${number(labels.length - 5)} more` : '';
    return el('p', { class: 'which' }, `${plural(labels.length, 'token')}: ${some}${more}`);
  }

  /** Makes a token for each note, or as many as are wanted with one. */
  async #createSeveral() {
    const help =
      'One a line: each gets a token of its own. One line alone is the note of as many tokens as you say below.';
    const made = await dialog({
      title: 'Several tokens',
      action: 'Make tokens',
      body: [
        el(
          'div',
          {},
          el('label', { class: 'label', for: 'notes' }, 'Notes'),
          el('textarea', { id: 'notes', name: 'notes', rows: 5, autofocus: true, 'aria-describedby': 'notes-help' }),
          el('p', { class: 'hint', id: 'notes-help' }, help),
        ),
        field('many', 'How many with one note', `At most ${MOST} at once.`, {
          type: 'number',
          inputmode: 'numeric',
          min: 1,
          max: MOST,
          value: 10,
        }),
        limitField(DEFAULT_LIMIT),
      ],
      submit: (fields) => makeSeveral(notesOf(fields), readLimit(fields)),
    });
    if (!made) return;
    this.load();
    const lines = made.tokens.map(([note, said]) => `${note}\t${said}`).join('\n');
    const all = copyButton('Copy all', () => lines, { primary: true, onRefused: refused });
    await dialog({
      title: `${plural(made.tokens.length, 'token')} made`,
      dismiss: 'Done',
      body: [
        made.problem && el('p', { class: 'note bad' }, `The others could not be made: ${made.problem}`),
        el(
          'p',
          {},
          'A note and what to hand over, a line each, as a table takes them. They can be copied again later.',
        ),
        el(
          'textarea',
          { class: 'several', readonly: true, rows: 8, 'aria-label': 'Notes and tokens', wrap: 'off' },
          lines,
        ),
        all,
      ],
    });
  }

  async #limit(/** @type {Token} */ t) {
    const done = await dialog({
      title: 'Set the limit',
      action: 'Save',
      body: [
        el('p', {}, subject(t), ` has been used ${t.usage_count === 1 ? 'once' : plural(t.usage_count, 'time')}.`),
        limitField(t.usage_limit),
        t.status === 'revoked' &&
          el('p', { class: 'hint' }, 'The token is revoked and stays so until it is reactivated.'),
      ],
      submit: (fields) => api.limit(t.token_name, readLimit(fields)),
    });
    if (done) this.#changed(`Limit saved: ${done.usage_limit ? number(done.usage_limit) : 'none'}`);
  }

  async #revoke(/** @type {Token} */ t) {
    const after = ' can no longer send. What they sent stays until it expires. You can reactivate the token later.';
    const done = await dialog({
      title: 'Revoke this token?',
      action: 'Revoke',
      danger: true,
      body: [el('p', {}, 'Whoever holds ', subject(t), after), purgeBox()],
      submit: (fields) => api.revoke(t.token_name, fields.purge.checked),
    });
    if (done) this.#changed('Token revoked');
  }

  async #reactivate(/** @type {Token} */ t) {
    try {
      await api.reactivate(t.token_name);
      this.#changed('Token reactivated');
    } catch (problem) {
      notice(messageOf(problem), 'bad');
    }
  }

  #changed(/** @type {string} */ text) {
    notice(text);
    this.load();
  }
}

/** Enough of a token's ID to find it by in the audit trail. */
export const idOf = (/** @type {Token} */ t) => t.cache_id.slice(0, 8);

const purgeBox = () =>
  el(
    'label',
    { class: 'check' },
    el('input', { type: 'checkbox', name: 'purge' }),
    ' Remove uploads that they began and did not finish',
  );

/**
 * The notes that are asked for: those that were typed, or the one as often as it was said.
 * @param {any} fields
 * @returns {string[]}
 */
function notesOf(fields) {
  const lines = fields.notes.value.split('\n').map((/** @type {string} */ line) => line.trim());
  const notes = lines.filter(Boolean);
  if (notes.length > MOST) throw new Problem(`These are ${number(notes.length)}, of at most ${MOST}.`, fields.notes);
  if (notes.length > 1) return notes;
  const many = Number(fields.many.value);
  if (!Number.isInteger(many) || many < 1 || many > MOST) {
    throw new Problem(`Enter a whole number from 1 to ${MOST}.`, fields.many);
  }
  return Array(many).fill(notes[0] ?? '');
}

/**
 * Makes a token for each note, one after the other. What was made before one fails is there, and told.
 * @param {string[]} notes
 * @param {number} limit
 */
async function makeSeveral(notes, limit) {
  /** @type {[note: string, said: string][]} */
  const tokens = [];
  for (const note of notes) {
    try {
      const made = await api.create({
        token_name: '',
        usage_limit: limit,
        created_by: 'console',
        metadata: note ? { note } : {},
      });
      tokens.push([note, made.invite_url || made.token_name]);
    } catch (problem) {
      if (tokens.length === 0) throw problem;
      return { tokens, problem: messageOf(problem) };
    }
  }
  return { tokens, problem: '' };
}

const capital = (/** @type {string} */ word) => word[0].toUpperCase() + word.slice(1);

/** Hides a name but for its end, enough to tell tokens apart by eye. */
const masked = (/** @type {string} */ name) => `••••••••${name.length > 12 ? name.slice(-4) : ''}`;

const subject = (/** @type {Token} */ t) => el('strong', {}, noteOf(t) || masked(t.token_name));

const refused = () => notice('The browser does not let the page copy. Show it and copy it by hand.', 'bad');

/**
 * A text to hand over, with the button that copies it.
 * @param {string} action
 * @param {string} text
 */
function handedOver(action, text, isMain = false) {
  const copy = copyButton(action, () => text, { primary: isMain, onRefused: refused });
  copy.autofocus = isMain;
  return el('div', { class: 'note made' }, el('code', {}, text), copy);
}

/** A link that invites, also for the phone that is to send. */
const invitation = (/** @type {string} */ link) => [
  handedOver('Copy link', link, true),
  el(
    'div',
    { class: 'qr' },
    qrPicture(link, 'QR code of the invitation'),
    el('p', { class: 'hint' }, 'Or have the phone that is to send scan it.'),
  ),
];

function usage(/** @type {Token} */ { usage_count: count, usage_limit: limit }) {
  const used = el('b', {}, number(count));
  if (limit === 0) return el('div', { class: 'usage' }, el('span', {}, used, ' used, no limit'));
  const share = Math.min(1, count / limit);
  const done = el('i');
  done.style.width = `${share * 100}%`;
  const meter = el('div', { class: `meter ${share >= 1 ? 'full' : share >= 0.8 ? 'high' : ''}` }, done);
  return el('div', { class: 'usage' }, el('span', {}, used, ` of ${number(limit)} used`), meter);
}

function limitField(/** @type {number} */ limit) {
  const uses = el('input', {
    id: 'limit',
    name: 'limit',
    type: 'number',
    inputmode: 'numeric',
    min: 1,
    max: MAX_LIMIT,
    value: limit || DEFAULT_LIMIT,
    disabled: limit === 0,
  });
  const unlimited = el('input', { type: 'checkbox', name: 'unlimited', checked: limit === 0 });
  unlimited.addEventListener('change', () => {
    uses.disabled = unlimited.checked;
  });
  return el(
    'div',
    {},
    el('label', { class: 'label', for: 'limit' }, 'Uploads it allows in all'),
    el('div', { class: 'limit' }, uses, el('label', { class: 'check' }, unlimited, 'No limit')),
  );
}

/** @param {{ limit: HTMLInputElement, unlimited: HTMLInputElement }} fields */
function readLimit(fields) {
  if (fields.unlimited.checked) return 0;
  const limit = Number(fields.limit.value);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new Problem(`Enter a whole number from 1 to ${number(MAX_LIMIT)}, or tick "No limit".`, fields.limit);
  }
  return limit;
}

customElements.define('send-tokens', SendTokens);
