import { el, icon } from './dom.js';

/** <error-note>: says in an alert what went wrong and what to do. Empty and invisible until then. */
class ErrorNote extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'alert');
  }

  show({ title, text }) {
    this.replaceChildren(el('div', {}, icon('alert'), el('div', {}, el('b', {}, title), el('p', {}, text))));
    this.scrollIntoView({ block: 'nearest' });
  }

  clear() {
    this.replaceChildren();
  }
}

customElements.define('error-note', ErrorNote);
