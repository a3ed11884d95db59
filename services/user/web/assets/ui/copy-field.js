import { copy, el, icon } from './dom.js';

let lastId = 0;

/** <copy-field label="…" action="Copy link" primary>: a text to take along, with the button that does it. */
class CopyField extends HTMLElement {
  #input = el('input', { type: 'text', readonly: true, spellcheck: 'false' });

  connectedCallback() {
    if (this.#input.isConnected) return;
    this.#input.id = `copy-${++lastId}`;
    this.#input.addEventListener('focus', () => this.#input.select());
    const button = copyButton(
      this.getAttribute('action') ?? 'Copy',
      () => this.value,
      () => {
        this.dispatchEvent(new CustomEvent('copied', { bubbles: true }));
      },
    );
    if (this.hasAttribute('primary')) button.classList.add('primary');
    this.replaceChildren(
      el('label', { class: 'label', for: this.#input.id }, this.getAttribute('label')),
      el('div', { class: 'field' }, this.#input, button),
    );
  }

  get value() {
    return this.#input.value;
  }

  set value(text) {
    this.#input.value = text;
  }
}

/** A button that copies and says so for a moment. */
export function copyButton(text, getValue, onCopied = () => {}, iconName = 'copy') {
  const words = el('span', { 'aria-live': 'polite' }, text);
  const button = el('button', { type: 'button', class: 'button' }, icon(iconName), words);
  let timer;
  button.addEventListener('click', async () => {
    const copied = await copy(getValue());
    if (copied) onCopied();
    words.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    button.firstChild.replaceWith(icon(copied ? 'check' : iconName));
    if (!copied) button.parentElement.querySelector('input')?.focus();
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = text;
      button.firstChild.replaceWith(icon(iconName));
    }, 2500);
  });
  return button;
}

customElements.define('copy-field', CopyField);
