// The send page: compose, send, hand over the link. /#manage/<id>/<secret> shows the sender's page of a transfer.

import { toBase64 } from './crypto/bytes.js';
import { CryptoClient } from './crypto/client.js';
import { hashSecret, newSecret, writeKey } from './crypto/key.js';
import { sealLabel } from './crypto/label.js';
import { labelOf } from './files/label.js';
import { isContainer, picked, sendName, totalSize } from './files/selection.js';
import { deleteTransfer, getConfig } from './net/api.js';
import { removeOver } from './net/storage.js';
import { announce, find, show } from './shared/dom.js';
import { bytes, plural } from './shared/format.js';
import { ApiError } from './shared/http.js';
import { ErrorNote } from './ui/error-note.js';
import { FilePicker } from './ui/file-picker.js';
import { NoteField } from './ui/note-field.js';
import { ProgressMeter } from './ui/progress-meter.js';
import { SentTransfer } from './ui/sent-transfer.js';
import { tabs } from './ui/tabs.js';
import { TokenField } from './ui/token-field.js';
import { TransferStatus } from './ui/transfer-status.js';
import { describe, insecure } from './words.js';

const MAX_TEXT = 1024 * 1024; // bytes; longer ones are better sent as a file
const WAITS = {
  offline: 'Offline. It goes on when the connection is back.',
  retrying: 'Connection trouble. Trying again…',
};
const TITLE = document.title;

/** @typedef {{ source: import('./crypto/client.js').Content, isText: boolean, subject: string }} Content */

/** Why it cannot be sent, and where that can be mended. */
class Missing extends Error {
  /**
   * @param {import('./words.js').Words} words
   * @param {HTMLElement} field
   */
  constructor(words, field) {
    super(words.title);
    this.words = words;
    this.field = field;
  }
}

class SendPage extends HTMLElement {
  #form = find(this, 'form', HTMLFormElement);
  #picker = find(this, 'file-picker', FilePicker);
  #text = find(this, '#text', HTMLTextAreaElement);
  #note = find(this, 'note-field', NoteField);
  #token = find(this, 'token-field', TokenField);
  #error = find(this, 'form error-note', ErrorNote);
  #meter = find(this, 'progress-meter', ProgressMeter);
  #result = find(this, '[data-links]');
  #mode = 'tab-files';
  #selectTab = tabs(find(this, '[role="tablist"]'), (id) => {
    this.#mode = id;
    this.#error.clear();
  });
  /** @type {import('./net/api.js').Config | null} */
  #config = null;
  #crypto = new CryptoClient(); // now: what the page is made of may be gone after a deploy
  /** @type {AbortController | null} */
  #running = null;
  #linkAtRisk = false;

  connectedCallback() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener('change', () => this.#error.clear());
    for (const radio of this.#radios('downloads')) radio.addEventListener('change', () => this.#offerAutoDelete());
    this.#text.addEventListener('input', () => this.#count());
    this.#picker.addEventListener('change', () => {
      if (this.#picker.entries.length) this.#selectTab('tab-files');
    });
    this.#picker.addEventListener('unreadable', () =>
      this.#error.show({
        title: 'That could not be read',
        text: 'The browser gave no access to it. Use the "Choose files" button instead.',
      }),
    );
    find(this, '[data-cancel]').addEventListener('click', () =>
      this.#running?.abort(new DOMException('cancelled', 'AbortError')),
    );
    document.addEventListener('paste', (event) => this.#paste(event));
    addEventListener('beforeunload', (event) => {
      if (this.#running || this.#linkAtRisk) event.preventDefault();
    });
    addEventListener('hashchange', () => this.#openManage());
    this.#openManage();
    removeOver().catch(() => {}); // of what was received in this browser
    if (!isSecureContext) this.#error.show(insecure);
    else this.#configure();
  }

  /** @returns {HTMLInputElement[]} */
  #radios(/** @type {string} */ name) {
    return Array.from(this.#form.querySelectorAll(`input[name="${name}"]`));
  }

  /** The choice of a group as a number; 0 where there is none. */
  #chosen(/** @type {string} */ name) {
    return Number(this.#radios(name).find((radio) => radio.checked)?.value ?? 0);
  }

  /** Learns what the service allows; says so where it cannot. */
  async #configure() {
    try {
      this.#config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, 'send'));
      return null;
    }
    const { max_bytes: max, max_ttl_seconds: longest, default_ttl_seconds: usual } = this.#config;
    find(this, '[data-limit]').textContent = max ? `Up to ${bytes(max)} at a time.` : '';
    if (this.#config.token_required) this.#token.require();

    const choices = this.#radios('expiry');
    const offered = choices.filter((radio) => Number(radio.value) <= longest);
    for (const radio of choices) find(this, `label:has([value="${radio.value}"])`).hidden = !offered.includes(radio);
    find(this, '[data-expiry]').hidden = offered.length === 0; // the server's own lifetime applies
    if (!offered.some((radio) => radio.checked)) {
      for (const radio of choices) radio.checked = false;
      const fitting = offered.findLast((radio) => Number(radio.value) <= usual) ?? offered.at(-1);
      if (fitting) fitting.checked = true;
    }
    return this.#config;
  }

  #offerAutoDelete() {
    find(this, '[data-auto-delete]').hidden = this.#chosen('downloads') === 0;
  }

  #count() {
    const { length } = this.#text.value;
    const over = sizeOf(this.#text.value) > MAX_TEXT;
    const advice = over ? `. More than ${bytes(MAX_TEXT)}: send it as a file instead.` : '';
    find(this, '[data-counter]').textContent = plural(length, 'character') + advice;
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.#running || this.#form.hidden || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.#picker.add(files);
    } else if (!(event.target instanceof Element && event.target.closest('input, textarea'))) {
      const text = event.clipboardData.getData('text/plain');
      if (!text) return;
      event.preventDefault();
      this.#selectTab('tab-text');
      this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, 'end');
      this.#text.focus();
      this.#count();
    }
  }

  /**
   * What would be sent; Missing where there is nothing yet.
   * @param {number} max bytes, 0 for no limit
   * @returns {Content}
   */
  #content(max) {
    if (this.#mode === 'tab-text') {
      const text = this.#text.value;
      if (!text) throw new Missing({ title: 'There is no text yet', text: 'Write or paste one first.' }, this.#text);
      if (sizeOf(text) > MAX_TEXT) {
        const advice = `Up to ${bytes(MAX_TEXT)}. Save it as a file and send that.`;
        throw new Missing({ title: 'Too long for a text', text: advice }, this.#text);
      }
      return { isText: true, source: { text }, subject: plural(text.length, 'character') };
    }
    const { entries } = this.#picker;
    if (entries.length === 0) {
      const advice = 'Choose a file, drop one, or paste one first.';
      throw new Missing({ title: 'Nothing chosen yet', text: advice }, find(this, '#files'));
    }
    const size = totalSize(entries);
    if (max && size > max) {
      const why = `Together they have ${bytes(size)}; this service takes up to ${bytes(max)}.`;
      throw new Missing({ title: 'Too large', text: why }, find(this, '#more'));
    }
    const name = sendName(entries);
    const source = { entries, name, together: isContainer(entries) };
    return { isText: false, source, subject: `${name}, ${bytes(size)}` };
  }

  async #submit() {
    if (!isSecureContext) return;
    this.#error.clear();
    const config = this.#config ?? (await this.#configure());
    if (!config || this.#running) return; // what is missing is on the page
    try {
      const content = this.#content(config.max_bytes);
      if (this.#note.problem) throw new Missing(this.#note.problem, this.#note);
      if (this.#token.problem) this.#token.refuse(this.#token.problem);
      else await this.#send(content, config);
    } catch (missing) {
      if (!(missing instanceof Missing)) throw missing;
      this.#error.show(missing.words);
      missing.field.focus();
    }
  }

  /**
   * @param {Content} content
   * @param {import('./net/api.js').Config} config
   */
  async #send({ source, isText, subject }, config) {
    const maxDownloads = this.#chosen('downloads');
    const lifetime = this.#chosen('expiry') || config.default_ttl_seconds;
    const expires = new Date(Date.now() + config.clock_offset + lifetime * 1000);
    const key = newSecret();
    const deleteSecret = writeKey(newSecret());
    const erase = find(this, '[name="autodelete"]', HTMLInputElement).checked;
    const label = await sealLabel(key, await labelOf(source, this.#note.value));
    const settings = {
      label: toBase64(label),
      content_type_hint: isText ? 'text/plain' : 'application/octet-stream',
      max_downloads: maxDownloads,
      expires_at: expires.toISOString(),
      auto_delete: maxDownloads > 0 && erase,
      delete_auth_hash: await hashSecret(deleteSecret),
    };

    for (const line of this.querySelectorAll('[data-subject]')) line.textContent = subject;
    show(this, 'working');
    this.#meter.reset();
    announce(find(this, '#working-title'));
    this.#running = new AbortController();
    const { signal } = this.#running;
    let created = '';
    try {
      const token = this.#token.hidden ? '' : this.#token.value;
      const id = await this.#crypto.upload(
        { key, content: source, settings, token, config },
        {
          signal,
          onCreated: (id) => {
            created = id;
          },
          onProgress: ({ encrypted, uploaded, size }) => {
            if (signal.aborted) return; // a last word of what was cancelled
            this.#progress(encrypted, uploaded, size);
          },
          onWait: (why) => this.#meter.wait(WAITS[why]),
        },
      );
      this.#sent({ id, key: writeKey(key), deleteSecret, expires, maxDownloads, isText });
    } catch (error) {
      if (created) deleteTransfer(created, deleteSecret).catch(() => {}); // what is half there need not stay
      this.#failed(error, config);
    } finally {
      this.#running = null;
    }
  }

  /**
   * @param {number} encrypted
   * @param {number} uploaded
   * @param {number} size
   */
  #progress(encrypted, uploaded, size) {
    const percent = (/** @type {number} */ part) => `${Math.floor((part / size) * 100)}%`;
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [{ name: `Encrypted ${percent(encrypted)}`, ahead: true }, { name: `Uploaded ${percent(uploaded)}` }],
    });
    document.title = `${percent(uploaded)} sent`;
  }

  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  #sent(transfer) {
    const result = new SentTransfer();
    const safe = () => {
      this.#linkAtRisk = false;
    };
    result.addEventListener('taken', safe);
    result.addEventListener('deleted', safe);
    result.addEventListener('again', () => this.#again());
    show(this, 'sent');
    this.#result.replaceChildren(result);
    result.show(transfer);
    this.#linkAtRisk = true;
    document.title = `Ready: ${TITLE}`;
    announce(find(this, '#sent-title'));
  }

  /**
   * @param {unknown} error
   * @param {import('./net/api.js').Config} config
   */
  #failed(error, config) {
    show(this, 'compose');
    document.title = TITLE;
    if (error instanceof Error && error.name === 'AbortError') {
      find(this.#form, '[type="submit"]').focus();
      return;
    }
    const words = describe(error, 'send', config);
    if (error instanceof ApiError && error.status === 401) this.#token.refuse(words.text);
    this.#error.show(words);
  }

  #again() {
    const lost = 'You have not copied the link yet. Without it nobody can open what you sent. Go on anyway?';
    if (this.#linkAtRisk && !confirm(lost)) return;
    this.#linkAtRisk = false;
    this.#result.replaceChildren();
    this.#picker.clear();
    this.#text.value = '';
    this.#note.clear();
    this.#count();
    if (this.#token.value) this.#token.require();
    document.title = TITLE;
    show(this, 'compose');
    announce(find(this, '[role="tab"][aria-selected="true"]'));
  }

  /** The sender's page of an earlier transfer. The secret does not stay in the address bar. */
  #openManage() {
    const [, id, secret] = location.hash.match(/^#manage\/([0-9a-f]{12,64})\/([A-Za-z0-9_-]{43})$/) ?? [];
    if (!id || this.#running) return;
    history.replaceState(null, '', location.pathname);
    const status = new TransferStatus();
    show(this, 'sent');
    find(this, '#sent-title').textContent = 'Your transfer';
    find(this, '[data-view="sent"] [data-subject]').textContent = `Number ${id}`;
    this.#result.replaceChildren(status);
    status.watch(id, secret);
    announce(find(this, '#sent-title'));
  }
}

const sizeOf = (/** @type {string} */ text) => new Blob([text]).size;

customElements.define('send-page', SendPage);
