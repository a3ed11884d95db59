// The send page: compose, send, hand over the link. /#manage/<id>/<secret> shows the sender's page of a transfer.

import { CryptoClient } from './crypto/client.js';
import { hashSecret, newSecret, writeKey } from './crypto/key.js';
import { isArchive, picked, sendName, totalSize } from './files/selection.js';
import { bytes, plural } from './format.js';
import { ApiError, deleteTransfer, getConfig } from './net/api.js';
import { upload } from './net/upload.js';
import { announce, el, show } from './ui/dom.js';
import './ui/error-note.js';
import './ui/file-picker.js';
import './ui/progress-meter.js';
import './ui/sent-transfer.js';
import { tabs } from './ui/tabs.js';
import './ui/token-field.js';
import { describe, insecure } from './words.js';

const MAX_TEXT = 1024 * 1024; // bytes; longer ones are better sent as a file
const WAITS = {
  offline: 'Offline. It goes on when the connection is back.',
  retrying: 'Connection trouble. Trying again…',
};
const TITLE = document.title;

class SendPage extends HTMLElement {
  #config = null;
  #mode = 'tab-files';
  #crypto;
  #running = null;
  #linkAtRisk = false;

  get #form() {
    return this.querySelector('form');
  }
  get #picker() {
    return this.querySelector('file-picker');
  }
  get #text() {
    return this.querySelector('#text');
  }
  get #token() {
    return this.querySelector('token-field');
  }
  get #error() {
    return this.#form.querySelector('error-note');
  }
  get #meter() {
    return this.querySelector('progress-meter');
  }

  connectedCallback() {
    this.selectTab = tabs(this.querySelector('[role="tablist"]'), (id) => {
      this.#mode = id;
      this.#error.clear();
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener('change', () => this.#error.clear());
    this.#form.elements.downloads.forEach((radio) => radio.addEventListener('change', () => this.#offerAutoDelete()));
    this.#text.addEventListener('input', () => this.#count());
    this.#picker.addEventListener('change', () => {
      if (this.#picker.entries.length) this.selectTab('tab-files');
    });
    this.#picker.addEventListener('unreadable', () =>
      this.#error.show({
        title: 'That could not be read',
        text: 'The browser gave no access to it. Use the "Choose files" button instead.',
      }),
    );
    this.querySelector('[data-cancel]').addEventListener('click', () =>
      this.#running?.abort(new DOMException('cancelled', 'AbortError')),
    );
    document.addEventListener('paste', (event) => this.#paste(event));
    addEventListener('beforeunload', (event) => {
      if (this.#running || this.#linkAtRisk) event.preventDefault();
    });
    addEventListener('hashchange', () => this.#openManage());
    this.#openManage();
    if (!isSecureContext) this.#error.show(insecure);
    else this.#configure();
  }

  async #configure() {
    try {
      this.#config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, 'send'));
      return;
    }
    const {
      max_bytes: max,
      max_ttl_seconds: maxTtl,
      default_ttl_seconds: usualTtl,
      token_required: tokenRequired,
    } = this.#config;
    this.querySelector('[data-limit]').textContent = max ? `Up to ${bytes(max)} at a time.` : '';
    if (tokenRequired) this.#token.require();

    const choices = Array.from(this.#form.elements.expiry);
    for (const radio of choices) radio.closest('label').hidden = Number(radio.value) > maxTtl;
    const offered = choices.filter((radio) => Number(radio.value) <= maxTtl);
    if (offered.length === 0)
      this.querySelector('[data-expiry]').hidden = true; // the server's own lifetime applies
    else if (!offered.some((radio) => radio.checked))
      (offered.findLast((radio) => Number(radio.value) <= usualTtl) ?? offered.at(-1)).checked = true;
  }

  #offerAutoDelete() {
    this.querySelector('[data-auto-delete]').hidden = this.#form.elements.downloads.value === '0';
  }

  #count() {
    const text = this.#text.value;
    const size = new Blob([text]).size;
    const counter = this.querySelector('[data-counter]');
    counter.textContent = `${plural(text.length, 'character')}${size > MAX_TEXT ? `. More than ${bytes(MAX_TEXT)}: send it as a file instead.` : ''}`;
  }

  #paste(event) {
    if (this.#running || this.#form.hidden || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.#picker.add(files);
    } else if (!event.target.closest?.('input, textarea')) {
      const text = event.clipboardData.getData('text/plain');
      if (!text) return;
      event.preventDefault();
      this.selectTab('tab-text');
      this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, 'end');
      this.#text.focus();
      this.#count();
    }
  }

  /** What would be sent, or what is missing for it. */
  #content() {
    const max = this.#config.max_bytes;
    if (this.#mode === 'tab-text') {
      const text = this.#text.value;
      if (!text)
        return { problem: { title: 'There is no text yet', text: 'Write or paste one first.' }, focus: this.#text };
      if (new Blob([text]).size > MAX_TEXT)
        return {
          problem: { title: 'Too long for a text', text: `Up to ${bytes(MAX_TEXT)}. Save it as a file and send that.` },
          focus: this.#text,
        };
      return { isText: true, source: { text }, subject: plural(text.length, 'character') };
    }
    const { entries } = this.#picker;
    if (entries.length === 0)
      return {
        problem: { title: 'Nothing chosen yet', text: 'Choose a file, drop one, or paste one first.' },
        focus: this.querySelector('#files'),
      };
    const size = totalSize(entries);
    if (max && size > max)
      return {
        problem: {
          title: 'Too large',
          text: `Together they have ${bytes(size)}; this service takes up to ${bytes(max)}.`,
        },
        focus: this.querySelector('#more'),
      };
    const name = sendName(entries);
    return {
      isText: false,
      source: { entries, name, archive: isArchive(entries) },
      subject: `${name}, ${bytes(size)}`,
    };
  }

  async #submit() {
    if (!isSecureContext) return;
    this.#error.clear();
    if (!this.#config) await this.#configure();
    if (!this.#config || this.#running) return; // what is missing is on the page
    const content = this.#content();
    if (content.problem) {
      this.#error.show(content.problem);
      content.focus.focus();
      return;
    }
    if (this.#token.problem) {
      this.#token.refuse(this.#token.problem);
      return;
    }
    await this.#send(content);
  }

  async #send({ source, isText, subject }) {
    const { elements } = this.#form;
    const maxDownloads = Number(elements.downloads.value);
    const lifetime = elements.expiry.value ? Number(elements.expiry.value) : this.#config.default_ttl_seconds;
    const expires = new Date(Date.now() + this.#config.clock_offset + lifetime * 1000);
    const key = newSecret();
    const deleteSecret = writeKey(newSecret());
    const settings = {
      content_type_hint: isText ? 'text/plain' : 'application/octet-stream',
      max_downloads: maxDownloads,
      expires_at: expires.toISOString(),
      auto_delete: maxDownloads > 0 && elements.autodelete.checked,
      delete_auth_hash: await hashSecret(deleteSecret),
    };

    for (const line of this.querySelectorAll('[data-subject]')) line.textContent = subject;
    show(this, 'working');
    this.#meter.reset();
    announce(this.querySelector('#working-title'));
    this.#running = new AbortController();
    let sealed;
    let created = '';
    try {
      this.#crypto ??= new CryptoClient();
      sealed = await this.#crypto.seal(key, source);
      const { max_bytes: max } = this.#config;
      if (max && sealed.size > max) throw new ApiError(413, ''); // fitted only before it was sealed
      const id = await upload(sealed, {
        settings,
        token: this.#token.hidden ? '' : this.#token.value,
        config: this.#config,
        signal: this.#running.signal,
        onCreated: (id) => (created = id),
        onProgress: ({ encrypted, uploaded }) => this.#progress(encrypted, uploaded, sealed.size),
        onWait: (why) => this.#meter.wait(WAITS[why]),
      });
      this.#sent({ id, key: writeKey(key), deleteSecret, expires, maxDownloads, isText });
    } catch (error) {
      if (created) deleteTransfer(created, deleteSecret).catch(() => {}); // what is half there need not stay
      this.#failed(error);
    } finally {
      sealed?.close();
      this.#running = null;
    }
  }

  #progress(encrypted, uploaded, size) {
    if (!this.#running || this.#running.signal.aborted) return; // a last word of what was cancelled
    const percent = (part) => `${Math.floor((part / size) * 100)}%`;
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [{ name: `Encrypted ${percent(encrypted)}`, ahead: true }, { name: `Uploaded ${percent(uploaded)}` }],
    });
    document.title = `${percent(uploaded)} sent`;
  }

  #sent(transfer) {
    const result = el('sent-transfer');
    result.addEventListener('taken', () => (this.#linkAtRisk = false));
    result.addEventListener('deleted', () => (this.#linkAtRisk = false));
    result.addEventListener('again', () => this.#again());
    show(this, 'sent');
    this.querySelector('[data-links]').replaceChildren(result);
    result.show(transfer);
    this.#linkAtRisk = true;
    document.title = `Ready: ${TITLE}`;
    announce(this.querySelector('#sent-title'));
  }

  #failed(error) {
    show(this, 'compose');
    document.title = TITLE;
    if (error.name === 'AbortError') {
      this.#form.querySelector('[type="submit"]').focus();
      return;
    }
    const words = describe(error, 'send', this.#config);
    if (error.status === 401) this.#token.refuse(words.text);
    this.#error.show(words);
  }

  #again() {
    if (
      this.#linkAtRisk &&
      !confirm('You have not copied the link yet. Without it nobody can open what you sent. Go on anyway?')
    )
      return;
    this.#linkAtRisk = false;
    this.querySelector('[data-links]').replaceChildren();
    this.#picker.clear();
    this.#text.value = '';
    this.#count();
    if (this.#token.value) this.#token.require();
    document.title = TITLE;
    show(this, 'compose');
    announce(this.querySelector('[role="tab"][aria-selected="true"]'));
  }

  /** The sender's page of an earlier transfer. The secret does not stay in the address bar. */
  #openManage() {
    const [, id, secret] = location.hash.match(/^#manage\/([0-9a-f]{12,64})\/([A-Za-z0-9_-]{43})$/) ?? [];
    if (!id || this.#running) return;
    history.replaceState(null, '', location.pathname);
    const status = el('transfer-status');
    show(this, 'sent');
    this.querySelector('#sent-title').textContent = 'Your transfer';
    this.querySelector('[data-view="sent"] [data-subject]').textContent = `Number ${id}`;
    this.querySelector('[data-links]').replaceChildren(status);
    status.watch(id, secret);
    announce(this.querySelector('#sent-title'));
  }
}

customElements.define('send-page', SendPage);
