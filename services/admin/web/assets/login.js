// <send-login>: trades the API key for a session cookie. It lies over whatever is open, so that work goes on where it
// was when a session ends.

import * as api from './api.js';
import { paths } from './shared/contract.js';
import { el, icon } from './shared/dom.js';
import { brand, messageOf } from './view.js';

export class SendLogin extends HTMLElement {
  /** @type {Promise<void> | null} */
  #waiting = null;

  /**
   * Shows the form and resolves once somebody has logged in. However many requests ask at once, there is one form.
   * @param {boolean} again
   */
  ask(again) {
    this.#waiting ??= /** @type {Promise<void>} */ (new Promise((done) => this.#show(again, done))).finally(() => {
      this.#waiting = null;
    });
    return this.#waiting;
  }

  /**
   * @param {boolean} again
   * @param {() => void} done
   */
  #show(again, done) {
    const error = el('p', { class: 'note bad', role: 'alert', id: 'login-error' }, again ? '' : refusal());
    const key = el('input', {
      id: 'login-key',
      name: 'password',
      type: 'password',
      required: true,
      autocomplete: 'current-password',
      'aria-describedby': 'login-error',
      autofocus: true,
    });
    const turn = () => {
      const shown = key.type === 'password';
      key.type = shown ? 'text' : 'password';
      reveal.setAttribute('aria-pressed', String(shown));
      reveal.replaceChildren(icon(shown ? 'hide' : 'eye'));
    };
    const reveal = el('button', { type: 'button', class: 'button square', click: turn }, icon('eye'));
    reveal.setAttribute('aria-label', 'Show the key');
    reveal.setAttribute('aria-pressed', 'false');
    // The machine itself is as good as https, and so browsers count it.
    const open = !isSecureContext;
    const enter = el('button', { class: 'button primary wide' }, open ? 'Log in all the same' : 'Log in');
    const warning = el(
      'p',
      { class: 'note bad', role: 'alert' },
      el('b', {}, 'This address is not secure. '),
      'Whoever is on the network between can read the key, and do with it all that you can. Open the console ' +
        'by https, or on the machine itself.',
    );
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      error.textContent = '';
      if (!key.value.trim()) {
        error.textContent = 'Enter the API key.';
        key.focus();
        return;
      }
      enter.disabled = true;
      try {
        await api.login(key.value);
        place.remove();
        done();
      } catch (problem) {
        error.textContent = messageOf(problem);
        key.select();
      } finally {
        enter.disabled = false;
      }
    };
    const box = el(
      'dialog',
      { class: again ? 'login again' : 'login', 'aria-labelledby': 'login-title' },
      el(
        'form',
        { method: 'post', action: paths.login, novalidate: true, submit },
        el('p', { class: 'brand' }, icon('brand'), brand()),
        el(
          'div',
          {},
          el('h1', { id: 'login-title' }, again ? 'Your session has ended' : 'Console'),
          el(
            'p',
            { class: 'muted' },
            again
              ? 'Log in again to go on. Nothing you typed is lost.'
              : 'For those who run this service. Log in with its API key.',
          ),
        ),
        open && warning,
        // For what keeps passwords: it wants a name beside each.
        el('input', { name: 'username', value: 'operator', autocomplete: 'username', hidden: true, readonly: true }),
        el(
          'div',
          {},
          el('label', { class: 'label', for: 'login-key' }, 'API key'),
          el('div', { class: 'secret' }, key, reveal),
        ),
        error,
        enter,
        signOn(again, error),
      ),
    );
    box.addEventListener('close', () => box.showModal()); // there is nothing to see without a session
    const place = again ? box : el('main', { id: 'main', tabindex: '-1' }, box); // the console has one of its own
    document.body.append(place);
    box.showModal();
    key.focus();
  }
}

const WAY_BACK = '#sign-in/';

/** Why the provider's way back led here without a session, once. */
function refusal() {
  if (!location.hash.startsWith(WAY_BACK)) return '';
  const code = location.hash.slice(WAY_BACK.length);
  history.replaceState(null, '', location.pathname);
  return api.wordsFor(/** @type {any} */ ({ code, status: 401, detail: '' }));
}

/**
 * The way in by the provider, where there is one. It leads away from this page.
 * @param {boolean} again
 * @param {HTMLElement} error
 */
function signOn(again, error) {
  const place = el('div', { class: 'sign-on', hidden: true });
  const show = (/** @type {string} */ provider) => {
    if (!provider) return;
    const go = async () => {
      error.textContent = '';
      button.disabled = true;
      try {
        location.assign(await api.signOn.begin());
      } catch (problem) {
        error.textContent = messageOf(problem);
        button.disabled = false;
      }
    };
    const words = el('span', {}, 'Sign in with ', el('bdi', {}, provider));
    const button = el('button', { type: 'button', class: 'button wide', click: go }, words);
    place.append(el('p', { class: 'or' }, el('span', {}, 'or')), button);
    if (again) place.append(el('p', { class: 'hint' }, 'That opens the console anew: what you typed is lost.'));
    place.hidden = false;
  };
  api.signOn.provider().then(show, () => {}); // the key opens it in any case
  return place;
}

customElements.define('send-login', SendLogin);
