// Who is logged in to the console: the part of the system page that lists the sessions and ends them.

import { sessions as api } from './api.js';
import { dialog, el, icon } from './shared/dom.js';
import { ago, moment, plural, span } from './shared/format.js';
import { empty, failed, messageOf, notice } from './view.js';

/** @typedef {import('./api.js').Session} Session */

export class Sessions {
  #count = el('p', { class: 'muted', role: 'status' });
  #endOthers = el(
    'button',
    { type: 'button', class: 'button', hidden: true, click: () => this.#endAllOthers() },
    icon('leave'),
    el('span', {}, 'End all others'),
  );
  #title = el('h2', { id: 'sessions-title', tabindex: '-1' }, 'Sessions');
  #rows = el('ul', { class: 'card' });
  #below = el('div', { class: 'below' });
  #loaded = false;

  element = el(
    'section',
    { class: 'part', 'aria-labelledby': 'sessions-title' },
    el('header', { class: 'head' }, el('div', {}, this.#title, this.#count), this.#endOthers),
    this.#rows,
    this.#below,
  );

  async load() {
    try {
      this.#show(await api.list());
      this.#loaded = true;
    } catch (problem) {
      if (this.#loaded) notice(messageOf(problem), 'bad');
      else this.#below.replaceChildren(failed('The sessions cannot be shown', messageOf(problem), () => this.load()));
    }
  }

  /** @param {Session[]} all */
  #show(all) {
    const own = all.find((s) => s.current);
    const others = all.filter((s) => s !== own);
    const said = others.length === 0 ? 'Nobody else is logged in' : `Yours and ${plural(others.length, 'other')}`;
    // Announced when it changes, not with every look.
    if (this.#count.textContent !== said) this.#count.textContent = said;
    this.#endOthers.hidden = others.length === 0;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest('.session'))?.dataset.id;
    this.#rows.replaceChildren(...[...(own ? [own] : []), ...others].map((s) => this.#row(s, own)));
    if (focused) this.#focus(focused);
    this.#below.replaceChildren(...(all.length === 0 ? [NONE()] : []));
  }

  /**
   * Puts the focus back on the button of a session; where that has ended, on the title.
   * @param {string} id
   */
  #focus(id) {
    const button = this.#rows.querySelector(`[data-id="${CSS.escape(id)}"] button`);
    /** @type {HTMLElement} */ (button ?? this.#title).focus();
  }

  /**
   * @param {Session} session
   * @param {Session} [own]
   */
  #row(session, own) {
    const made = new Date(session.created_at);
    const end = new Date(session.expires_at);
    const left = (end.getTime() - Date.now()) / 1000;
    return el(
      'li',
      { class: 'session', 'data-id': session.session_id },
      el(
        'div',
        { class: 'who' },
        el('h3', {}, whatOf(session)),
        el('p', { class: 'muted' }, asWhat(session)),
        el('p', { class: 'muted' }, whereOf(session, own)),
      ),
      el(
        'p',
        { class: 'when' },
        el('span', {}, 'Logged in ', time(made, ago(made))),
        el('span', {}, session.current ? 'In use' : ['Last used ', time(new Date(session.used_at))]),
        el('span', {}, 'Ends at the latest in ', time(end, span(left))),
      ),
      session.current
        ? el('span', { class: 'pill' }, 'This session')
        : el(
            'button',
            {
              type: 'button',
              class: 'button quiet danger',
              'aria-label': `End the session of ${whatOf(session)}, begun ${moment(made)}`,
              click: () => this.#end(session),
            },
            icon('ban'),
            el('span', {}, 'End'),
          ),
    );
  }

  async #end(/** @type {Session} */ session) {
    const begun = moment(new Date(session.created_at));
    const ended = await dialog({
      title: 'End this session?',
      action: 'End',
      danger: true,
      body: el(
        'p',
        {},
        el('strong', {}, whatOf(session)),
        `, logged in since ${begun}, is logged out at once and needs ${session.person ? 'to sign in' : 'the API key'} to come back.`,
      ),
      submit: async () => {
        await api.end(session.session_id);
        return true;
      },
    });
    if (ended) this.#ended('Session ended');
  }

  async #endAllOthers() {
    const ended = await dialog({
      title: 'End all other sessions?',
      action: 'End all others',
      danger: true,
      body: [
        el('p', {}, 'Everybody but you is logged out at once and needs the API key, or to sign in, to come back.'),
        el(
          'p',
          { class: 'hint' },
          'If somebody has the key who should not, change the key: that ends every session that it opened.',
        ),
      ],
      submit: async () => {
        await api.endOthers();
        return true;
      },
    });
    if (ended) this.#ended('All other sessions ended');
  }

  async #ended(/** @type {string} */ text) {
    notice(text);
    await this.load();
    const at = document.activeElement; // Firefox leaves it on what is hidden
    if (at === document.body || !at?.checkVisibility()) this.#title.focus();
  }
}

const NONE = () =>
  empty({ picture: 'leave', title: 'No sessions', text: 'Nobody is logged in. Programs bring the API key instead.' });

/** Who is logged in, where that is known, and with what. */
const whatOf = (/** @type {Session} */ { browser, name }) =>
  [name, browser || 'An unknown browser'].filter(Boolean).join(', ');

/** As what. */
function asWhat(/** @type {Session} */ { role, person }) {
  const words = role === 'viewer' ? 'Viewer' : 'Operator';
  if (!person) return `${words}, by the API key`;
  return [`${words}, ID `, el('code', { title: `${person}, as the audit trail has it` }, person.slice(0, 8))];
}

/**
 * Where from: nobody keeps the address, so all that can be told is whether it is the same.
 * @param {Session} session
 * @param {Session} [own]
 */
function whereOf({ client, current }, own) {
  if (!client) return 'From an unknown address';
  const name = el('code', { title: 'Hash of the address on the day of the login' }, client.slice(0, 8));
  if (current) return ['From your address, ', name];
  return client === own?.client ? ['From the same address as you, ', name] : ['From client ', name];
}

/**
 * @param {Date} at
 * @param {string} words
 */
const time = (at, words = ago(at)) => el('time', { datetime: at.toISOString(), title: at.toLocaleString() }, words);
