import { MAX_PASSPHRASE, passphraseBytes } from '../crypto/passphrase.js';
import { find } from '../shared/dom.js';
import { t } from '../shared/language.js';

const SHORT = 12; // characters

/**
 * <passphrase-field>: what the recipient has to know beside the link, if the sender wants that. Its markup is in the page.
 */
export class PassphraseField extends HTMLElement {
  #field = find(this, 'input', HTMLInputElement);
  #eye = find(this, 'button', HTMLButtonElement);
  #advice = find(this, '[data-advice]');
  #more = find(this, 'details', HTMLDetailsElement);

  connectedCallback() {
    this.#field.addEventListener('change', () => this.#advise());
    this.#field.addEventListener('input', () => {
      if (this.#field.value.length >= SHORT || !this.#field.value) this.#advise();
    });
    this.#eye.addEventListener('click', () => this.#show(this.#field.type === 'password'));
  }

  /** Empty where there is to be none, also where it was typed and the field was closed again. */
  get value() {
    return this.#more.open ? this.#field.value : '';
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
    this.#more.open = false;
    this.#show(false);
    this.#advise();
  }

  #show(/** @type {boolean} */ shown) {
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
