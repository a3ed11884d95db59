// <send-console>: the frame around the views, and which of them is open.

import * as api from './api.js';
import { SendLogin } from './login.js';
import { el, find, icon } from './shared/dom.js';
import { brand, notice } from './view.js';
import './shared/drops.js';
import './audit.js';
import './pulse.js';
import './system.js';
import './tokens.js';
import './transfers.js';

/** [name, title, icon]: the view is <send-name>. */
const VIEWS = [
  ['tokens', 'Tokens', 'key'],
  ['transfers', 'Transfers', 'share'],
  ['pulse', 'Pulse', 'pulse'],
  ['audit', 'Audit', 'trail'],
  ['system', 'System', 'server'],
];

class SendConsole extends HTMLElement {
  #main = el('main', { id: 'main', tabindex: '-1' });
  /** @type {Map<string, HTMLElement>} */
  #links = new Map();

  start() {
    for (const [name, title, picture] of VIEWS) {
      this.#links.set(name, el('a', { href: `#${name}` }, icon(picture), el('span', {}, title)));
    }
    const leave = { type: 'button', class: 'button quiet', click: () => this.#leave() };
    this.append(
      el(
        'header',
        { class: 'top' },
        el('a', { class: 'brand', href: '#tokens' }, icon('brand'), brand(), el('small', {}, 'console')),
        el('nav', { 'aria-label': 'Views' }, ...this.#links.values()),
        el(
          'div',
          { class: 'here' },
          el('p', { class: 'me' }, ...me()),
          el('button', leave, icon('leave'), el('span', {}, 'Log out')),
        ),
      ),
      this.#main,
    );
    this.hidden = false;
    addEventListener('hashchange', () => this.#show());
    this.#show();
  }

  // The views stay in the page when another is opened: a search is as it was on coming back.
  #show() {
    const asked = location.hash.slice(1);
    if (asked === 'main') return; // the skip link
    const [name, title] = VIEWS.find(([name]) => name === asked) ?? VIEWS[0];
    for (const [other, link] of this.#links) {
      if (other === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    document.title = `${title} · SGraph Send console`;
    const known = this.#main.querySelector(`send-${name}`);
    const view = /** @type {import('./view.js').View} */ (known ?? document.createElement(`send-${name}`));
    if (!known) this.#main.append(view);
    for (const other of /** @type {Iterable<import('./view.js').View>} */ (this.#main.children)) {
      other.hidden = other !== view;
      if (other !== view) other.closed();
    }
    view.opened();
  }

  async #leave() {
    try {
      await api.logout();
    } catch (problem) {
      notice(/** @type {Error} */ (problem).message, 'bad');
      return;
    }
    location.reload();
  }
}

/** Who is logged in, and as what. */
function me() {
  const { role, person, name } = api.whoAmI() ?? {};
  const words = role === 'viewer' ? 'Viewer' : 'Operator';
  if (!person) return [el('b', {}, words), el('small', {}, 'by the API key')];
  const id = person.slice(0, 8);
  return [
    el('b', { title: `ID ${person} in the audit trail` }, el('bdi', {}, name || id)),
    el('small', {}, words, name && el('span', { class: 'id' }, `, ID ${id}`)),
  ];
}

customElements.define('send-console', SendConsole);

const form = find(document, 'send-login', SendLogin);
try {
  if (!(await api.signedIn())) await form.ask(false);
} catch {
  await form.ask(false);
}
const { role, person } = api.whoAmI() ?? {};
api.onSignedOut(async () => {
  await form.ask(true);
  const now = api.whoAmI();
  if (now?.role !== role || now?.person !== person) location.reload(); // what is shown is somebody else's
});
find(document, 'send-console', SendConsole).start();
