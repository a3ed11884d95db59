import { copyButton, el } from '../shared/dom.js';
import { t } from '../shared/language.js';

let lastId = 0;

/** <copy-field label="…" action="Copy link" primary>: a text to take along, with the button that does it. */
export class CopyField extends HTMLElement {
  #input = el('input', { type: 'text', readonly: true, spellcheck: 'false' });
  /** @type {HTMLButtonElement | undefined} */
  #button;

  connectedCallback() {
    if (this.#input.isConnected) return;
    this.#input.id = `copy-${++lastId}`;
    this.#input.addEventListener('focus', () => this.#input.select());
    this.#button = copyButton(this.getAttribute('action') ?? t('Copy'), () => this.value, {
      primary: this.hasAttribute('primary'),
      onCopied: () => this.dispatchEvent(new CustomEvent('copied', { bubbles: true })),
      onRefused: () => this.#input.focus(),
    });
    this.replaceChildren(
      el('label', { class: 'label', for: this.#input.id }, this.getAttribute('label')),
      el('div', { class: 'field' }, this.#input, this.#button),
    );
    this.value = this.value;
  }

  get value() {
    return this.#input.value;
  }

  set value(text) {
    this.#input.value = text;
    if (this.#button) this.#button.disabled = !text; // there is nothing yet
  }
}

customElements.define('copy-field', CopyField);
