// <send-console>: the frame around the views, and which of them is open.

import * as api from './api.js';
import { h, icon, notice } from './dom.js';
import './login.js';
import './tokens.js';
import './pulse.js';
import './audit.js';
import './system.js';

const VIEWS = [
  ['tokens', 'Tokens', 'key'],
  ['pulse', 'Pulse', 'pulse'],
  ['audit', 'Audit', 'trail'],
  ['system', 'System', 'server'],
];

customElements.define(
  'send-console',
  class extends HTMLElement {
    #main = h('main', { id: 'main', tabindex: '-1' });
    #links = new Map();

    start() {
      for (const [name, title, picture] of VIEWS) {
        this.#links.set(name, h('a', { href: `#${name}` }, icon(picture), h('span', {}, title)));
      }
      this.append(
        h(
          'header',
          { class: 'bar' },
          h(
            'a',
            { class: 'brand', href: '#tokens' },
            icon('brand'),
            h('span', {}, 'SGraph ', h('b', {}, 'Send')),
            h('small', {}, 'console'),
          ),
          h('nav', { 'aria-label': 'Views' }, ...this.#links.values()),
          h('button', { class: 'quiet', onclick: () => this.#leave() }, icon('leave'), h('span', {}, 'Log out')),
        ),
        this.#main,
      );
      this.hidden = false;
      addEventListener('hashchange', () => this.#open());
      this.#open();
    }

    // #open shows the view that the address names. The views stay in the page
    // when another is opened: a search or a window is as it was on coming back.
    #open() {
      const asked = location.hash.slice(1);
      if (asked === 'main') return; // the skip link
      const name = this.#links.has(asked) ? asked : VIEWS[0][0];
      for (const [other, link] of this.#links) {
        if (other === name) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
      let view = this.#main.querySelector(`send-${name}`);
      if (!view) this.#main.append((view = document.createElement(`send-${name}`)));
      for (const other of this.#main.children) {
        other.hidden = other !== view;
        if (other !== view) other.closed?.();
      }
      view.opened();
      document.title = `${VIEWS.find(([n]) => n === name)[1]} · SGraph Send console`;
    }

    async #leave() {
      try {
        await api.logout();
      } catch (problem) {
        notice(problem.message, 'bad');
        return;
      }
      location.reload();
    }
  },
);

const form = document.querySelector('send-login');
try {
  if (!(await api.signedIn())) await form.ask(false);
} catch {
  await form.ask(false);
}
api.onSignedOut(() => form.ask(true));
document.querySelector('send-console').start();
