import { el, icon } from '../shared/dom.js';

/** <error-note>: says in an alert what went wrong and what to do. Empty and invisible until then. */
export class ErrorNote extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'alert');
  }

  /** @param {import('../words.js').Words} words */
  show({ title, text }) {
    this.replaceChildren(el('div', {}, icon('alert'), el('div', {}, el('b', {}, title), el('p', {}, text))));
    this.scrollIntoView({ block: 'nearest' });
  }

  clear() {
    this.replaceChildren();
  }
}

customElements.define('error-note', ErrorNote);
