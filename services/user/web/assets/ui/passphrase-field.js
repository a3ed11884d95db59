import { MAX_PASSPHRASE, passphraseBytes } from '../crypto/passphrase.js';
import { el, find } from '../shared/dom.js';
import { sentences, t } from '../shared/language.js';
import { stale } from '../words.js';
import { newWords } from './spoken.js';

const SHORT = 12; // characters

/**
 * <passphrase-field>: what the recipient has to know beside the link, if the sender wants that. Its markup is in the page.
 */
export class PassphraseField extends HTMLElement {
  #field = find(this, 'input', HTMLInputElement);
  #eye = find(this, 'button', HTMLButtonElement);
  #advice = find(this, '[data-advice]');
  #more = find(this, 'details', HTMLDetailsElement);
  #words = '';

  connectedCallback() {
    // While it is typed: what came when the field is left would push away the button that is just being pressed.
    this.#field.addEventListener('input', () => this.#advise());
    find(this, '[data-words]').addEventListener('click', () => this.#suggest());
    this.#eye.addEventListener('click', () => this.#show(this.#field.type === 'password'));
  }

  /** Empty where there is to be none, also where it was typed and the field was closed again. */
  get value() {
    return this.#more.open ? this.#field.value : '';
  }

  /** It, where it was made here, and nobody but the page may know it by heart. */
  get words() {
    return this.value === this.#words ? this.#words : '';
  }

  /** What keeps it from being used; null if nothing does. */
  get problem() {
    return this.value && !passphraseBytes(this.value)
      ? {
          title: t('The passphrase is too long'),
          text: t('It can have {{most}} bytes, which are fewer letters.', { most: MAX_PASSPHRASE }),
        }
      : null;
  }

  focus() {
    this.#field.focus();
  }

  clear() {
    this.#field.value = '';
    this.#words = '';
    this.#more.open = false;
    this.#show(false);
  }

  async #suggest() {
    try {
      this.#words = await newWords();
      this.#field.value = this.#words;
      this.#show(true);
      this.#advice.replaceChildren(
        el('b', { lang: 'en', translate: 'no' }, this.#words), // which may be longer than the field
        el('br'),
        t('Six words by chance. Say them to the recipient, or have them copied when it is sent.'),
      );
    } catch {
      this.#advice.textContent = sentences(`${stale.title}.`, stale.text);
    }
  }

  #show(/** @type {boolean} */ shown) {
    if (!shown) this.#advise(); // which says no words
    this.#field.type = shown ? 'text' : 'password';
    this.#eye.setAttribute('aria-pressed', String(shown));
  }

  #advise() {
    const { length } = Array.from(this.#field.value);
    this.#advice.textContent =
      length > 0 && length < SHORT
        ? t('Rather short. Four or five words by chance are hard to guess, and easy to say.')
        : '';
  }
}

customElements.define('passphrase-field', PassphraseField);
