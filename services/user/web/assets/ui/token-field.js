import { checkToken } from '../net/api.js';
import { el, find, icon } from '../shared/dom.js';
import { sentences, t, tn } from '../shared/language.js';
import { tokenWords } from '../words.js';

const STORED = 'sgraph-send-token';
const FORM = /^[A-Za-z0-9_-]{1,128}$/;

// Quotes and invisible characters come along when a token is copied out of a mail or a chat.
const NOISE = /["'`\u201c\u201d\u2018\u2019\u00ab\u00bb\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/**
 * What is wrong with a token, by its state.
 * @type {Record<string, string>}
 */
const STATES = {
  not_found: tokenWords.token_unknown,
  revoked: tokenWords.token_revoked,
  exhausted: tokenWords.token_exhausted,
};

/** The token of a link that invites; what is none is taken for the token itself. */
const invited = (/** @type {string} */ text) => text.replace(/^.*#invite\//, '');

/**
 * <token-field>: the access token, checked as soon as it is there. It stays in memory, and on the device only when
 * the person says so. Its markup is in the page.
 */
export class TokenField extends HTMLElement {
  #input = find(this, '#token', HTMLInputElement);
  #state = find(this, '.token-state');
  #editor = find(this, '[data-edit]');
  #offer = find(this, '[data-remember]');
  #remember = find(this, '[data-remember] input', HTMLInputElement);
  #checked = '';
  #invite = '';
  #isReady = false;
  #isTyped = false;

  connectedCallback() {
    if (this.#isReady) return; // it moves between the forms of a page
    this.#isReady = true;
    this.#input.addEventListener('input', () => {
      this.#isTyped = true;
      this.#say('', '');
      this.#offerToRemember();
    });
    const check = () => this.#check().then(() => this.#reveal());
    this.#input.addEventListener('change', check);
    this.#input.addEventListener('paste', () => setTimeout(check));
    this.#remember.addEventListener('change', () => this.#store());
    try {
      this.#input.value = localStorage.getItem(STORED) ?? '';
    } catch {
      // Storage is off: nothing is remembered.
    }
    this.#remember.checked = this.#input.value !== '';
    this.#offerToRemember();
  }

  /** Shows the field where the service asks for a token. */
  require() {
    this.hidden = false;
    if (this.value) this.#check();
  }

  /**
   * Takes the token of a link that invites. One that is remembered gives way to it when the service accepts it.
   * @param {string} token
   */
  invite(token) {
    this.#input.value = token;
    this.#invite = this.value;
    this.#edit();
    this.#offerToRemember();
  }

  get value() {
    return invited(this.#input.value.replace(NOISE, ''));
  }

  /** What is wrong with the token as it stands, or nothing. */
  get problem() {
    if (this.hidden) return '';
    if (!this.value) return t('Paste your access token first. Whoever runs this service gives you one.');
    if (!FORM.test(this.value)) return t('This does not look like an access token: letters, digits, "-" and "_" only.');
    return '';
  }

  /**
   * Says that the service refused the token.
   * @param {string} text
   */
  refuse(text) {
    this.hidden = false;
    this.#edit();
    this.#say('bad', text);
    this.#input.focus();
    this.#reveal();
  }

  /** What is said of the token may stand under the button that stays on the screen. */
  #reveal() {
    this.#state.scrollIntoView({ block: 'nearest' });
  }

  focus() {
    this.#edit();
    this.#input.focus();
  }

  #offerToRemember() {
    this.#offer.hidden = !this.value;
  }

  async #check() {
    const token = this.value;
    if (!token || token === this.#checked) return;
    if (this.problem) {
      this.#say('bad', this.problem);
      return;
    }
    this.#checked = token;
    this.#say('', t('Checking…'));
    try {
      const answer = await checkToken(token);
      if (token !== this.value) return;
      if (answer.valid) this.#accept(answer);
      else this.#say('bad', STATES[answer.reason ?? answer.status ?? ''] ?? tokenWords.token_unknown);
    } catch {
      if (token === this.value) this.#say('', ''); // it is checked again on sending
    }
  }

  /** @param {{ remaining?: number, unlimited?: boolean }} token */
  #accept({ remaining = 0, unlimited }) {
    this.#input.value = this.value;
    this.#store();
    const isLimited = !unlimited && remaining > 0;
    const words = sentences(
      this.value === this.#invite ? t('You are invited to send.') : t('Access token accepted.'),
      isLimited && tn('{{count}} transfer left.', '{{count}} transfers left.', remaining),
    );
    this.#say('good', words);
    this.#state.prepend(icon('check'));
    if (this.#isTyped) return; // what is below the field would move under a hand
    this.#editor.hidden = true;
    this.#state.append(el('button', { type: 'button', class: 'link', click: () => this.focus() }, t('Change')));
  }

  #edit() {
    this.#checked = '';
    this.#editor.hidden = false;
    this.#say('', '');
  }

  /**
   * @param {'good' | 'bad' | ''} kind
   * @param {string} text
   */
  #say(kind, text) {
    this.#state.className = `token-state ${kind}`;
    this.#state.replaceChildren(...(text ? [el('span', {}, text)] : []));
    this.#input.setAttribute('aria-invalid', String(kind === 'bad'));
  }

  #store() {
    try {
      if (this.#remember.checked && this.value) localStorage.setItem(STORED, this.value);
      else localStorage.removeItem(STORED);
    } catch {
      this.#remember.checked = false;
    }
  }
}

customElements.define('token-field', TokenField);
