// <send-transfers>: what is kept for people, without names, and taking it down.

import { transfers as api, audit, isOperator, Refusal, tokens } from './api.js';
import { EVENTS, stamp } from './audit.js';
import { codes } from './shared/contract.js';
import { dialog, el, facts, icon, Problem } from './shared/dom.js';
import { ago, bytes, moment, number, plural, until } from './shared/format.js';
import { idOf, noteOf } from './tokens.js';
import { button, choice, empty, failed, field, head, messageOf, notice, View } from './view.js';

/** @typedef {import('./api.js').Transfer} Transfer */
/** @typedef {import('./api.js').Token} Token */

/** @type {Record<string, string>} */
const STATES = {
  pending: 'Uploading',
  completed: 'Available',
  exhausted: 'Used up',
  expired: 'Expired',
  deleted: 'Deleted',
  taken_down: 'Taken down',
};

/** @type {Record<string, [title: string, order: (a: Transfer, b: Transfer) => number]>} */
const SORTS = {
  newest: ['Newest first', (a, b) => b.created_at.localeCompare(a.created_at)],
  ends: ['Ends soonest first', (a, b) => a.expires_at.localeCompare(b.expires_at)],
  size: ['Largest first', (a, b) => b.payload_bytes - a.payload_bytes],
  used: ['Most downloaded first', (a, b) => b.download_count - a.download_count],
};

const PAGE = 200;
const REFRESH = 30_000;
const MAX_REASON = 300; // bytes

class SendTransfers extends View {
  refresh = REFRESH;
  /** @type {Transfer[]} */
  #transfers = [];
  #after = ''; // where the next page begins
  #asked = 0; // counts the questions, so that a late answer to an old one is dropped
  /** @type {Map<string, string>} what tokens are called, by their IDs */
  #labels = new Map();
  #id = el('input', {
    id: 'transfer-id',
    type: 'search',
    'aria-label': 'ID of a transfer',
    placeholder: 'ID of a transfer',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'none',
    maxlength: 80,
    change: () => this.#anew(),
    search: () => this.#anew(),
  });
  #status = choice('transfer-status', 'State', 'All states', STATES, () => this.#anew());
  #token = choice('transfer-token', 'Token', 'All tokens', {}, () => this.#anew());
  #sort = el(
    'select',
    { id: 'transfer-sort', 'aria-label': 'Order', change: () => this.#list() },
    Object.entries(SORTS).map(([value, [title]]) => el('option', { value }, title)),
  );
  #state = el('p', { class: 'muted', role: 'status' });
  #rows = el('ul', { class: 'tokens card' });
  #below = el('div', { class: 'below' });

  draw() {
    this.append(
      head('Transfers', this.#state),
      el(
        'div',
        { class: 'tools' },
        el('div', { class: 'search' }, icon('search'), this.#id),
        this.#status,
        this.#token,
        this.#sort,
      ),
      this.#rows,
      this.#below,
    );
  }

  /** Asks for something else: what is shown goes. */
  #anew() {
    this.#transfers = [];
    this.opened();
  }

  async load() {
    const asked = ++this.#asked;
    try {
      const [page, known] = await Promise.all([this.#find(), tokens.list()]);
      if (asked !== this.#asked) return;
      this.#know(known);
      this.#transfers = page.transfers;
      this.#follow(page.after);
      this.#list();
    } catch (problem) {
      if (asked !== this.#asked) return;
      if (this.#transfers.length > 0) {
        notice(messageOf(problem), 'bad');
        return;
      }
      this.#rows.replaceChildren();
      this.#state.textContent = '';
      this.#below.replaceChildren(failed('The transfers cannot be shown', messageOf(problem), () => this.load()));
    }
  }

  /** The first page of what is asked for, or the transfer of the ID. */
  async #find() {
    const id = this.#id.value.trim().toLowerCase();
    if (!id) return api.page(this.#query());
    if (!/^[0-9a-f]{12}$/.test(id)) return { transfers: [] };
    try {
      return { transfers: [await api.show(id)] };
    } catch (problem) {
      if (problem instanceof Refusal && problem.code === codes.transferNotFound) return { transfers: [] };
      throw problem;
    }
  }

  #query() {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (this.#status.value) query.set('status', this.#status.value);
    if (this.#token.value) query.set('token', this.#token.value);
    return query;
  }

  /** Where there is more than a page, what somebody has looked at stays. */
  #follow(/** @type {string | undefined} */ after) {
    this.#after = after ?? '';
    this.live = this.#transfers.length <= PAGE;
    this.refresh = this.live ? REFRESH : 0;
  }

  /** Learns what tokens are called. */
  #know(/** @type {Token[]} */ known) {
    const notes = known.map(noteOf);
    const label = (/** @type {Token} */ t) => {
      const note = noteOf(t);
      if (!note) return `${idOf(t)}…`;
      return notes.indexOf(note) === notes.lastIndexOf(note) ? note : `${note} (${idOf(t)}…)`;
    };
    this.#labels = new Map(known.map((t) => [t.cache_id, label(t)]));
    const chosen = this.#token.value;
    const options = Array.from(this.#labels, ([id, label]) => el('option', { value: id }, label));
    this.#token.replaceChildren(el('option', { value: '' }, 'All tokens'), ...options);
    this.#token.value = this.#labels.has(chosen) ? chosen : '';
  }

  async #more(/** @type {HTMLButtonElement} */ more) {
    more.disabled = true;
    const asked = this.#asked;
    const query = this.#query();
    query.set('after', this.#after);
    try {
      const page = await api.page(query);
      if (asked !== this.#asked) return;
      this.#transfers.push(...page.transfers);
      this.#follow(page.after);
      this.#list();
    } catch (problem) {
      more.disabled = false;
      notice(messageOf(problem), 'bad');
    }
  }

  #list() {
    const all = this.#transfers.toSorted(SORTS[this.#sort.value][1]);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest('li.transfer'))?.dataset.id;
    const name = document.activeElement?.getAttribute('data-do');
    this.#rows.replaceChildren(...all.map((t) => this.#row(t)));
    if (focused) {
      const row = this.#rows.querySelector(`[data-id="${focused}"]`);
      const again = row?.querySelector(`[data-do="${name}"]`) ?? row?.querySelector('button');
      /** @type {HTMLElement | null | undefined} */ (again)?.focus();
    }
    const size = all.reduce((sum, t) => sum + (t.erased ? 0 : t.payload_bytes), 0);
    const many = this.#after ? `${number(all.length)} or more transfers` : plural(all.length, 'transfer');
    const said = all.length === 0 ? '' : `${many}, ${bytes(size)} sealed`;
    if (this.#state.textContent !== said) this.#state.textContent = said;
    this.#below.replaceChildren(...this.#rest(all.length));
  }

  #rest(/** @type {number} */ n) {
    if (this.#after) {
      const more = button(n === 0 ? 'None among the first: look on' : 'Show more', '', 'wide', () => this.#more(more));
      if (n === 0) return [more];
      return [more, el('p', { class: 'hint' }, 'There are more than these, which are in order among themselves.')];
    }
    if (n > 0) return [];
    if (!this.#id.value && !this.#status.value && !this.#token.value) {
      const text = 'What people send is listed here, without names: this service knows none.';
      return [empty({ picture: 'upload', title: 'No transfers', text })];
    }
    const showAll = () => {
      this.#id.value = this.#status.value = this.#token.value = '';
      this.#anew();
      this.#id.focus();
    };
    return [empty({ picture: 'search', title: 'Nothing found', button: button('Show all', '', '', showAll) })];
  }

  #row(/** @type {Transfer} */ t) {
    const made = new Date(t.created_at);
    return el(
      'li',
      { class: `token transfer ${t.status}`, 'data-id': t.transfer_id },
      el(
        'div',
        { class: 'who' },
        el('h2', {}, el('code', {}, t.transfer_id)),
        el(
          'p',
          { class: 'muted' },
          'Made ',
          el('time', { datetime: t.created_at, title: made.toLocaleString() }, ago(made)),
          t.token && [' with ', this.#label(t.token)],
        ),
      ),
      el(
        'div',
        { class: 'what' },
        el('b', {}, t.payload_bytes > 0 ? bytes(t.payload_bytes) : 'Nothing yet'),
        el('span', {}, endOf(t)),
      ),
      downloads(t),
      el('span', { class: `pill ${t.status}` }, STATES[t.status] ?? t.status),
      el('div', { class: 'actions' }, this.#actions(t)),
    );
  }

  #label(/** @type {string} */ id) {
    return this.#labels.get(id) ?? `${id.slice(0, 8)}…`;
  }

  #actions(/** @type {Transfer} */ t) {
    const of = () => el('span', { class: 'visually-hidden' }, ` ${t.transfer_id}`);
    const details = button('Details', 'eye', 'quiet', () => this.#details(t), of());
    details.dataset.do = 'details';
    const down = button('Take down', 'ban', 'quiet danger', () => this.#takeDown(t), of());
    down.dataset.do = 'down';
    return [details, isOver(t) || !isOperator() ? el('span', {}) : down];
  }

  async #details(/** @type {Transfer} */ t) {
    const happened = el('div', {}, el('p', { class: 'muted' }, 'Looking…'));
    this.#happened(t).then(
      (told) => happened.replaceChildren(told),
      (problem) => happened.replaceChildren(el('p', { class: 'note bad' }, messageOf(problem))),
    );
    /** @type {[string, string][]} */
    const rows = [
      ['State', STATES[t.status] ?? t.status],
      ['Size, sealed', t.payload_bytes > 0 ? bytes(t.payload_bytes) : 'nothing yet'],
      ['Token', t.token ? this.#label(t.token) : 'none'],
      ['Made', moment(new Date(t.created_at))],
      ['Ends', until(new Date(t.expires_at))],
      ['Downloads', `${downloadsOf(t)}, ${number(t.downloads_completed)} confirmed`],
    ];
    if (t.request) rows.splice(3, 0, ['Sent to request', t.request]);
    if (t.erased) rows.push(['Bytes', 'erased']);
    await dialog({
      title: `Transfer ${t.transfer_id}`,
      dismiss: 'Done',
      body: [el('dl', { class: 'facts' }, facts(rows)), el('h3', {}, 'What happened'), happened],
    });
  }

  /** What the audit trail has of a transfer, the newest first. */
  async #happened(/** @type {Transfer} */ t) {
    const from = new Date(Math.max(Date.parse(t.created_at) - 60_000, Date.now() - 30 * 86_400_000)).toISOString();
    const { events, after } = await audit.page(new URLSearchParams({ from, transfer: t.transfer_id }), 50);
    if (events.length === 0) return el('p', { class: 'muted' }, 'The audit trail has nothing of it.');
    return el(
      'ul',
      { class: 'happened' },
      events.map(({ time, event, outcome, reason }) =>
        el(
          'li',
          {},
          el('time', { datetime: time, class: 'muted' }, stamp(new Date(time))),
          el('span', {}, EVENTS[event] ?? event, outcome !== 'success' && ` (${outcome})`),
          reason && el('small', {}, reason),
        ),
      ),
      after && el('li', { class: 'muted' }, 'The audit page has what was before.'),
    );
  }

  async #takeDown(/** @type {Transfer} */ t) {
    const help = 'For the audit trail. Whoever has the link is told that it was taken down, and not why.';
    const done = await dialog({
      title: 'Take this transfer down?',
      action: 'Take down',
      danger: true,
      body: [
        el(
          'p',
          {},
          'Nobody can download ',
          el('strong', {}, t.transfer_id),
          ' any more, and its bytes are removed. This cannot be undone.',
        ),
        field('reason', 'Reason', help, { maxlength: MAX_REASON }),
      ],
      submit: (fields) => {
        const reason = fields.reason.value.trim();
        if (!reason) throw new Problem('Say why, for the audit trail.', fields.reason);
        if (new TextEncoder().encode(reason).length > MAX_REASON) {
          throw new Problem('That is too long. Say it shorter.', fields.reason);
        }
        return api.takeDown(t.transfer_id, reason);
      },
    });
    if (!done) return;
    notice(done.erased ? 'Taken down, and erased' : 'Taken down; its bytes go with the next sweep');
    this.#transfers = this.#transfers.map((other) => (other.transfer_id === done.transfer_id ? done : other));
    this.#list();
  }
}

const isOver = (/** @type {Transfer} */ { status }) => ['expired', 'deleted', 'taken_down'].includes(status);

/** When it ends, or what became of its bytes. */
function endOf(/** @type {Transfer} */ t) {
  const end = new Date(t.expires_at);
  if (!isOver(t)) return ['ends ', el('time', { datetime: t.expires_at, title: end.toLocaleString() }, until(end))];
  return t.erased ? 'erased' : 'about to be erased';
}

const downloadsOf = (/** @type {Transfer} */ { download_count: count, max_downloads: most }) =>
  most > 0 ? `${number(count)} of ${number(most)}` : number(count);

function downloads(/** @type {Transfer} */ t) {
  const words = el('span', {}, el('b', {}, downloadsOf(t)), t.max_downloads === 1 ? ' download' : ' downloads');
  if (t.max_downloads === 0) return el('div', { class: 'usage' }, words);
  const done = el('i');
  done.style.width = `${Math.min(1, t.download_count / t.max_downloads) * 100}%`;
  return el('div', { class: 'usage' }, words, el('div', { class: 'meter' }, done));
}

customElements.define('send-transfers', SendTransfers);
