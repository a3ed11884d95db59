import { MAX_NOTE } from '../crypto/label.js';
import { find } from '../shared/dom.js';
import { t, tn } from '../shared/language.js';

const NEAR = 100; // characters left from which on they are counted

/** <note-field>: what the sender wants to say with it, in a line that opens or not. Its markup is in the page. */
export class NoteField extends HTMLElement {
  #field = find(this, 'textarea', HTMLTextAreaElement);
  #left = find(this, '[data-left]');
  #more = this.querySelector('details');

  connectedCallback() {
    this.#field.addEventListener('input', () => this.#count());
  }

  get value() {
    return this.#field.value.trim();
  }

  set value(text) {
    this.#field.value = text;
    this.#count();
  }

  /** What keeps the note from being sent; null if nothing does. */
  get problem() {
    const over = -left(this.value);
    return over > 0
      ? {
          title: t('The note is too long'),
          text: t('It can have {{most}} characters: take out {{over}}, or send it as a text.', {
            most: MAX_NOTE,
            over,
          }),
        }
      : null;
  }

  focus() {
    if (this.#more) this.#more.open = true;
    this.#field.focus();
  }

  clear() {
    this.value = '';
    if (this.#more) this.#more.open = false;
  }

  #count() {
    const more = left(this.value);
    const words =
      more < 0
        ? tn('{{count}} character too many', '{{count}} characters too many', -more)
        : tn('{{count}} character left', '{{count}} characters left', more);
    this.#left.textContent = more <= NEAR ? words : '';
    this.#field.setAttribute('aria-invalid', String(more < 0));
    const kept = this.querySelector('[data-kept]');
    if (kept) kept.textContent = this.value ? t('written') : '';
  }
}

const left = (/** @type {string} */ note) => MAX_NOTE - Array.from(note).length;

customElements.define('note-field', NoteField);
