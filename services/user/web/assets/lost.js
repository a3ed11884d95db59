// The page for an address that has none. Where it holds a link, in whatever form, that is where the way goes on.

import { takeLink } from './link/address.js';
import { announce, find, show } from './shared/dom.js';
import { linkWords } from './words.js';
import './shared/drops.js';

class LostPage extends HTMLElement {
  connectedCallback() {
    const { link, exposed } = takeLink();
    find(this, '[data-open]').addEventListener('click', () => location.reload()); // its address is the right one by now
    if (!link.reason && exposed) announce(find(show(this, 'link'), '[data-title]'));
    else if (!link.reason) location.reload();
    else if (link.reason !== 'no_link') this.#explain(linkWords(link));
  }

  /** @param {import('./words.js').Words} words */
  #explain({ title, text }) {
    const view = show(this, 'nothing');
    find(view, '[data-title]').textContent = title;
    find(view, '[data-text]').textContent = text;
  }
}

customElements.define('lost-page', LostPage);
