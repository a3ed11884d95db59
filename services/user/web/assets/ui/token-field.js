import { plural } from '../format.js';
import { stripNoise } from '../link.js';
import { checkToken } from '../net/api.js';
import { el, icon } from './dom.js';

const STORED = 'sgraph-send-token';
const FORM = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * <token-field>: the access token, checked as soon as it is there. It stays in memory, and on the device only when
 * the person says so.
 */
class TokenField extends HTMLElement {
  #input;
  #state;
  #checked = '';

  connectedCallback() {
    this.#input = this.querySelector('#token');
    this.#state = this.querySelector('.token-state');
    this.#input.addEventListener('input', () => {
      this.#say('', '');
      this.#offerToRemember();
    });
    this.#input.addEventListener('change', () => this.#check());
    this.#input.addEventListener('paste', () => setTimeout(() => this.#check()));
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

  get value() {
    return stripNoise(this.#input.value);
  }

  /** What is wrong with the token as it stands, or nothing. */
  get problem() {
    if (this.hidden) return '';
    if (!this.value) return 'Paste your access token first. Whoever runs this service gives you one.';
    if (!FORM.test(this.value)) return 'This does not look like an access token: letters, digits, "-" and "_" only.';
    return '';
  }

  /** Says that the service refused the token. */
  refuse(text) {
    this.hidden = false;
    this.#edit();
    this.#say('bad', text);
    this.#input.focus();
  }

  focus() {
    this.#edit();
    this.#input.focus();
  }

  #offerToRemember() {
    this.querySelector('[data-remember]').hidden = !this.value;
  }

  get #remember() {
    return this.querySelector('[data-remember] input');
  }

  async #check() {
    const token = this.value;
    if (!token || token === this.#checked) return;
    if (this.problem) return this.#say('bad', this.problem);
    this.#checked = token;
    this.#say('', 'Checking…');
    try {
      const answer = await checkToken(token);
      if (token !== this.value) return;
      if (answer.valid) this.#accept(answer);
      else this.#say('bad', REASONS[answer.reason ?? answer.status] ?? REASONS.not_found);
    } catch {
      if (token === this.value) this.#say('', ''); // it is checked again on sending
    }
  }

  #accept({ remaining, unlimited }) {
    this.#input.value = this.value;
    this.#store();
    const left = unlimited || !(remaining > 0) ? '' : ` ${plural(remaining, 'transfer')} left.`;
    this.#say('good', `Access token accepted.${left}`);
    this.querySelector('[data-edit]').hidden = true;
    this.#state.prepend(icon('check'));
    this.#state.append(el('button', { type: 'button', class: 'link', click: () => this.focus() }, 'Change'));
  }

  #edit() {
    this.#checked = '';
    this.querySelector('[data-edit]').hidden = false;
    this.#say('', '');
  }

  #say(kind, text) {
    this.#state.className = `token-state ${kind}`;
    this.#state.replaceChildren(...(text ? [el('span', {}, text)] : []));
    this.#input.setAttribute('aria-invalid', kind === 'bad');
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

const REASONS = {
  not_found: 'This service does not know that token. Check that all of it was copied.',
  revoked: 'This token was withdrawn. Ask whoever runs the service for a new one.',
  exhausted: 'This token is used up. Ask whoever runs the service for a new one.',
};

customElements.define('token-field', TokenField);
