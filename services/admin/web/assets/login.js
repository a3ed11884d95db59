// <send-login>: trades the API key for a session cookie. It lies over whatever
// is open, so that work goes on where it was when a session ends.

import * as api from './api.js';
import { h, icon } from './dom.js';

customElements.define(
  'send-login',
  class extends HTMLElement {
    #waiting = null;

    // ask shows the form and resolves once somebody has logged in. However many
    // requests ask at once, there is one form.
    ask(again) {
      this.#waiting ??= new Promise((resolve) => this.#show(again, resolve)).finally(() => {
        this.#waiting = null;
      });
      return this.#waiting;
    }

    #show(again, done) {
      const error = h('p', { class: 'error', role: 'alert', id: 'login-error' });
      const key = h('input', {
        id: 'login-key',
        name: 'password',
        type: 'password',
        required: true,
        autocomplete: 'current-password',
        'aria-describedby': 'login-error',
        autofocus: true,
      });
      const reveal = h(
        'button',
        {
          type: 'button',
          class: 'quiet square',
          'aria-label': 'Show the key',
          'aria-pressed': 'false',
          onclick: () => {
            const shown = key.type === 'password';
            key.type = shown ? 'text' : 'password';
            reveal.setAttribute('aria-pressed', shown);
            reveal.replaceChildren(icon(shown ? 'hide' : 'eye'));
          },
        },
        icon('eye'),
      );
      const enter = h('button', { class: 'primary wide' }, 'Log in');
      const submit = async (event) => {
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
          box.remove();
          done();
        } catch (problem) {
          error.textContent = problem.message;
          key.select();
        } finally {
          enter.disabled = false;
        }
      };
      const box = h(
        'dialog',
        { class: again ? 'login again' : 'login', 'aria-labelledby': 'login-title' },
        h(
          'form',
          { method: 'post', action: '/auth/login', novalidate: true, onsubmit: submit },
          h('p', { class: 'brand' }, icon('brand'), h('span', {}, 'SGraph ', h('b', {}, 'Send'))),
          h('h1', { id: 'login-title' }, again ? 'Your session has ended' : 'Console'),
          h(
            'p',
            { class: 'muted' },
            again
              ? 'Log in again to go on. Nothing you typed is lost.'
              : 'For those who run this service. Log in with its API key.',
          ),
          h('input', {
            class: 'hidden',
            type: 'text',
            name: 'username',
            value: 'operator',
            autocomplete: 'username',
            tabindex: '-1',
            'aria-hidden': 'true',
            readonly: true,
          }),
          h('label', { for: 'login-key' }, 'API key'),
          h('div', { class: 'with-button' }, key, reveal),
          error,
          enter,
        ),
      );
      box.addEventListener('close', () => box.showModal()); // there is nothing to see without a session
      document.body.append(box);
      box.showModal();
      key.focus();
    }
  },
);
