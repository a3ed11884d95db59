// What the pages have in common that send: what is chosen is sealed and sent on, and what was interrupted goes on.

import { toBase64 } from './crypto/bytes.js';
import { CryptoClient } from './crypto/client.js';
import { hashSecret, newSecret, writeKey } from './crypto/key.js';
import { sealLabel } from './crypto/label.js';
import { remembered } from './files/again.js';
import { labelOf } from './files/label.js';
import { isContainer, picked, sendName, shownName, totalSize } from './files/selection.js';
import { deleteTransfer, getConfig } from './net/api.js';
import { isPassing } from './net/patience.js';
import { forget, isUnfinished } from './net/unfinished.js';
import { announce, find, show } from './shared/dom.js';
import { bytes, percent } from './shared/format.js';
import { ApiError } from './shared/http.js';
import { parts, sentences, t } from './shared/language.js';
import { ErrorNote } from './ui/error-note.js';
import { FilePicker } from './ui/file-picker.js';
import { nameOf } from './ui/name.js';
import { NoteField } from './ui/note-field.js';
import { ProgressMeter } from './ui/progress-meter.js';
import { onceSomebodyIsHere } from './ui/somebody.js';
import { nameOfBegun, UnfinishedUploads } from './ui/unfinished-uploads.js';
import { describe, insecure } from './words.js';

const SETTLES = 1500; // milliseconds until the page shows what it has, whether or not it knows all

const WAITS = {
  offline: t('Offline. It goes on when the connection is back.'),
  retrying: t('Connection trouble. Trying again…'),
};

/** @typedef {import('./net/api.js').Config} Config */
/** @typedef {import('./net/unfinished.js').Begun} Begun */
/** @typedef {{ source: import('./crypto/client.js').Content, isText: boolean, subject: [name: string, size: number] }} Content */

/**
 * How it is sent: the fields of create that the person chooses, the passphrase, which can be empty, and again as words where
 * it was made here, and to what the key is sealed, if it is sent to a request.
 * @typedef {{
 *   maxDownloads: number, expires: Date, autoDelete: boolean, passphrase: string, words?: string,
 *   to?: { id: string, publicKey: import('./crypto/bytes.js').Bytes },
 * }} Way
 */

/** Failures after which an upload that goes on can be tried once more. */
const REPAIRABLE = ['elsewhere', 'worker', 'file-changed'];

/** Why it cannot be sent, and where that can be mended. */
export class Missing extends Error {
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

/** A page that sends. What differs, it says by the methods at the end. */
export class SenderPage extends HTMLElement {
  form = find(this, 'form', HTMLFormElement);
  picker = find(this, 'file-picker', FilePicker);
  note = find(this, 'note-field', NoteField);
  error = find(this, 'form error-note', ErrorNote);
  /** @type {Config | null} */
  config = null;
  crypto = new CryptoClient();
  /** @type {AbortController | null} */
  running = null;
  title = document.title;
  #meter = find(this, 'progress-meter', ProgressMeter);
  #unfinished = find(this, 'unfinished-uploads', UnfinishedUploads);

  connectedCallback() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    // While something is typed, too: when the field is left, the button that is pressed for that must not move.
    this.form.addEventListener('input', () => this.error.clear());
    this.form.addEventListener('change', () => {
      this.error.clear();
      this.#limit();
    });
    this.picker.addEventListener('change', () => this.#chose());
    this.picker.addEventListener('elsewhere', (event) => this.#dropped(event));
    this.picker.addEventListener('unreadable', () =>
      this.error.show({
        title: t('That could not be read'),
        text: t('The browser gave no access to it. Use the "Choose files" button instead.'),
      }),
    );
    find(this, '[data-cancel]').addEventListener('click', () =>
      this.running?.abort(new DOMException('cancelled', 'AbortError')),
    );
    this.#unfinished.addEventListener('go-on', (event) => this.#goOn(detailOf(event)));
    this.#unfinished.addEventListener('changed', (event) => this.#anew(detailOf(event)));
    this.#unfinished.addEventListener('forgotten', () => find(this, '#files').focus());
    document.addEventListener('paste', (event) => this.#paste(event));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && !this.running) this.#offer(); // another tab may have begun or finished something
    });
    addEventListener('beforeunload', (event) => {
      if (this.running || this.isAtRisk) event.preventDefault();
    });
    if (!isSecureContext) {
      this.form.inert = true; // nothing pretends to work
      this.warn(insecure);
    } else {
      onceSomebodyIsHere(() => this.crypto.start().catch((error) => this.error.show(describe(error, 'send'))));
    }
    setTimeout(() => this.settle(), isSecureContext ? SETTLES : 0);
  }

  /**
   * Says something about the page as a whole, at its top.
   * @param {import('./words.js').Words} words
   */
  warn(words) {
    const note = new ErrorNote();
    this.prepend(note);
    note.show(words);
  }

  /** Shows what was made ready out of sight. */
  settle() {
    this.toggleAttribute('data-settled', true);
  }

  /** What was pressed to choose is gone: the next thing to press is the button that sends. */
  #chose() {
    const { activeElement: at } = document;
    const isLost = !at || at === document.body || !at.checkVisibility();
    if (this.picker.entries.length && isLost) this.submitter.focus({ preventScroll: true });
  }

  /** Says of what is chosen that it is too large, before it is to be sent. */
  #limit() {
    const words = tooLarge(totalSize(this.picker.entries), this.config?.max_bytes ?? 0);
    if (words && this.picker.checkVisibility()) this.error.show(words);
  }

  /** What is dropped on what was sent is the next thing to send. */
  async #dropped(/** @type {Event} */ event) {
    /** @type {import('./files/selection.js').Entry[]} */
    const entries = /** @type {CustomEvent} */ (event).detail;
    if (this.running) {
      find(this, '[data-later]').textContent = t(
        'That was not added: this is on its way. Drop it again when it is done.',
      );
    } else if (!document.querySelector('dialog[open]') && (await this.startOver())) {
      this.chooseFiles();
      this.picker.add(entries);
    }
  }

  /** Learns what the service allows; says so where it cannot. */
  async configure() {
    try {
      this.config = await getConfig();
    } catch (error) {
      this.error.show(describe(error, 'send'));
      this.settle();
      return null;
    }
    this.#offer().finally(() => this.settle());
    this.#limit(); // of what was chosen before that was known
    return this.config;
  }

  #offer() {
    return this.#unfinished.load(this.request);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.running || this.form.hidden || this.form.inert || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.picker.add(files);
    } else if (!(event.target instanceof Element && event.target.closest('input, textarea'))) {
      const text = event.clipboardData.getData('text/plain');
      if (text) this.pasted(text, event);
    }
  }

  /**
   * The files that would be sent; Missing where there are none yet.
   * @param {number} max bytes, 0 for no limit
   * @returns {Content}
   */
  files(max) {
    const { entries } = this.picker;
    if (entries.length === 0) {
      const advice = t('Choose a file, drop one, or paste one first.');
      throw new Missing({ title: t('Nothing chosen yet'), text: advice }, find(this, '#files'));
    }
    const size = totalSize(entries);
    const words = tooLarge(size, max);
    if (words) throw new Missing(words, find(this, '#more'));
    const source = { entries, name: sendName(entries), together: isContainer(entries) };
    return { isText: false, source, subject: [shownName(entries), size] };
  }

  async #submit() {
    if (!isSecureContext) return;
    this.error.clear();
    const config = this.config ?? (await this.configure());
    if (!config || this.running) return; // what is missing is on the page
    try {
      const content = this.content(config.max_bytes);
      if (this.note.problem) throw new Missing(this.note.problem, this.note);
      const way = this.way(config);
      if (way) await this.#send(content, way, config);
    } catch (missing) {
      if (!(missing instanceof Missing)) throw missing;
      this.error.show(missing.words);
      missing.field.focus();
    }
  }

  /**
   * @param {Content} content
   * @param {Way} way
   * @param {Config} config
   */
  async #send({ source, isText, subject }, way, config) {
    const { maxDownloads, expires, autoDelete, passphrase, words = '', to } = way;
    const linkKey = newSecret();
    const deleteSecret = writeKey(newSecret());
    const note = this.note.value;
    let created = '';
    const signal = this.#begin(subject);
    try {
      const { key, block } = passphrase
        ? await this.crypto.lock(linkKey, passphrase, null, { onProgress: (done) => this.#stretching(done) })
        : { key: linkKey, block: null };
      signal.throwIfAborted();
      const settings = {
        label: toBase64(await sealLabel(key, await labelOf(source, note), { block })),
        content_type_hint: isText ? 'text/plain' : 'application/octet-stream',
        max_downloads: maxDownloads,
        expires_at: expires.toISOString(),
        auto_delete: autoDelete,
        delete_auth_hash: await hashSecret(deleteSecret),
        ...(to && { sealed_key: toBase64(await this.crypto.sealKey(to.publicKey, to.id, linkKey)) }),
      };
      const kept = { linkKey, key, block, deleteSecret, note, request: this.request, maxDownloads };
      const plan =
        'text' in source
          ? null
          : { ...kept, name: source.name, together: source.together, ...remembered(source.entries), expires: +expires };
      const id = await this.crypto.upload(
        { key, block, content: plain(source), settings, plan, token: this.token, config },
        {
          signal,
          onCreated: (id) => {
            created = id;
            this.created(id, writeKey(linkKey));
          },
          ...this.#hears(signal),
        },
      );
      this.#end();
      const isLocked = Boolean(passphrase);
      const [name, size] = subject;
      const sent = { id, key: writeKey(linkKey), deleteSecret, expires, maxDownloads, sent: Date.now() };
      this.done({ ...sent, isText, isLocked, words, name, size });
    } catch (error) {
      const isKept = isPassing(error) && (await isUnfinished(created));
      if (created && !isKept) this.#drop(created, deleteSecret); // what is half there need not stay
      this.#failed(error, config, created ? this.ended(isKept) : '');
    }
  }

  /** @param {import('./ui/unfinished-uploads.js').GoOn} what */
  async #goOn({ begun, entries }) {
    const { id, linkKey, key, block, deleteSecret, together, expires, maxDownloads } = begun;
    const config = this.config ?? (await this.configure());
    if (!config || this.running || !this.mayGoOn()) return;
    const content = { entries, name: begun.name, together };
    const [name, size] = [nameOfBegun(begun), totalSize(entries)];
    const signal = this.#begin([name, size]);
    try {
      const { token } = this;
      this.created(id, writeKey(linkKey));
      const what = { key, block, content: plain(content), settings: {}, token, config, begun: id };
      await this.crypto.upload(what, { signal, ...this.#hears(signal) });
      this.#end();
      const isLocked = Boolean(block);
      const ends = { expires: new Date(expires), sent: Date.now() };
      const sent = { id, key: writeKey(linkKey), deleteSecret, maxDownloads, ...ends };
      this.done({ ...sent, isText: false, isLocked, words: '', name, size });
    } catch (error) {
      const { code = '' } = /** @type {{ code?: string }} */ (error);
      const isKept = isPassing(error) || isRefused(error) || REPAIRABLE.includes(code);
      if (!isKept) this.#drop(id, deleteSecret);
      this.#failed(error, config, this.ended(isKept));
    }
  }

  /**
   * What was begun cannot go on with other files: they are chosen instead, to be sent anew.
   * @param {import('./ui/unfinished-uploads.js').GoOn} what
   */
  async #anew({ begun, entries }) {
    await this.#drop(begun.id, begun.deleteSecret);
    this.chooseFiles();
    this.picker.clear();
    this.picker.add(entries);
    this.note.value = begun.note;
    this.error.show({
      title: t('It has changed since it was begun'),
      text: sentences(
        t('Its size is another one, so that what had arrived is of no use and was erased. Send it anew.'),
        this.ended(false),
      ),
    });
    this.submitter.focus();
  }

  /**
   * @param {string} id
   * @param {string} deleteSecret
   */
  async #drop(id, deleteSecret) {
    deleteTransfer(id, deleteSecret).catch(() => {});
    await forget(id).catch(() => {});
    this.#offer();
  }

  /** @param {Content['subject']} subject */
  #begin([name, size]) {
    for (const line of this.querySelectorAll('[data-subject]')) {
      line.replaceChildren(...subjectOf(name, size));
    }
    find(this, '[data-later]').textContent = '';
    show(this, 'working');
    this.#unfinished.hidden = true;
    this.begun();
    this.#meter.reset(t('Nothing has gone out for a while. It goes on as soon as the line and the server do.'));
    announce(find(this, '#working-title'));
    this.running = new AbortController();
    return this.running.signal;
  }

  #end() {
    this.running = null;
    this.#meter.rest();
    this.#unfinished.hidden = false;
    this.#unfinished.replaceChildren();
  }

  /** @param {number} done from 0 to 1 */
  #stretching(done) {
    this.#meter.wait(t('Mixing in the passphrase, {{percent}}…', { percent: percent(done) }));
  }

  /** @param {AbortSignal} signal */
  #hears(signal) {
    return {
      onProgress: (/** @type {{ encrypted: number, uploaded: number, size: number }} */ said) => {
        if (!signal.aborted) this.#progress(said); // a last word of what was cancelled
      },
      onWait: (/** @type {'retrying' | 'offline'} */ why) => this.#meter.wait(WAITS[why]),
    };
  }

  /** @param {{ encrypted: number, uploaded: number, size: number }} progress */
  #progress({ encrypted, uploaded, size }) {
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [
        { name: t('Encrypted {{percent}}', { percent: percent(encrypted / size) }), ahead: true },
        { name: t('Uploaded {{percent}}', { percent: percent(uploaded / size) }) },
      ],
    });
    document.title = t('{{percent}} sent', { percent: percent(uploaded / size) });
  }

  /**
   * @param {unknown} error
   * @param {Config} config
   * @param {string} ended what is to be said of it beside that
   */
  #failed(error, config, ended) {
    this.#end();
    show(this, 'compose');
    document.title = this.title;
    this.#offer();
    if (error instanceof Error && error.name === 'AbortError') {
      if (ended) this.error.show({ title: t('Cancelled'), text: ended });
      this.submitter.focus();
      return;
    }
    const { title, text } = describe(error, 'send', config);
    if (isRefused(error)) this.refused(text);
    this.error.show({ title, text: sentences(text, ended) });
  }

  get submitter() {
    return find(this.form, '[type="submit"]');
  }

  /** Whether something is lost when the page is left. */
  get isAtRisk() {
    return false;
  }

  /** The ID of the request that the page sends to, if it does. */
  get request() {
    return '';
  }

  /** What shows that the person may send. */
  get token() {
    return '';
  }

  /** Whether what was begun can go on: what is missing is said. */
  mayGoOn() {
    return true;
  }

  /**
   * What would be sent.
   * @param {number} max
   * @returns {Content}
   */
  content(max) {
    return this.files(max);
  }

  /**
   * How it is to be sent; null where something is missing, and said.
   * @param {Config} _config
   * @returns {Way | null}
   */
  way(_config) {
    return null;
  }

  /** Goes back to where one begins; false where the person wants to stay. */
  async startOver() {
    return true;
  }

  /** Shows where files are chosen. */
  chooseFiles() {}

  /**
   * Text that was pasted beside all fields.
   * @param {string} _text
   * @param {Event} _event
   */
  pasted(_text, _event) {}

  /**
   * Says that the service let nobody send.
   * @param {string} _why
   */
  refused(_why) {}

  /** To be shown while it is sent. */
  begun() {}

  /**
   * There is a transfer, of which nothing has arrived yet, or not all.
   * @param {string} _id
   * @param {string} _key
   */
  created(_id, _key) {}

  /**
   * What is to be said of a transfer that came to nothing, for now or for ever.
   * @param {boolean} _isKept whether it can be gone on with
   */
  ended(_isKept) {
    return '';
  }

  /**
   * Shows what was sent.
   * @param {import('./ui/sent-transfer.js').Transfer} _transfer
   */
  done(_transfer) {}
}

/**
 * What a transfer is called.
 * @param {string} name
 * @param {number} size
 */
export const subjectOf = (name, size) =>
  parts('{{name}}, {{size}}', { name: nameOf(name), size: new Text(bytes(size)) });

/**
 * What is wrong with a size, if it is more than can be sent.
 * @param {number} size
 * @param {number} max bytes, 0 for no limit
 */
const tooLarge = (size, max) =>
  max && size > max
    ? {
        title: t('Too large'),
        text: t('Together they have {{size}}; up to {{most}} can be sent at a time.', {
          size: bytes(size),
          most: bytes(max),
        }),
      }
    : null;

const isRefused = (/** @type {unknown} */ error) => error instanceof ApiError && error.status === 401;

/** @returns {import('./ui/unfinished-uploads.js').GoOn} */
const detailOf = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;

/**
 * Content as it goes to the worker, without what only the page needs.
 * @param {import('./crypto/client.js').Content} content
 * @returns {import('./crypto/client.js').Content}
 */
const plain = (content) =>
  'text' in content ? content : { ...content, entries: content.entries.map(({ path, file }) => ({ path, file })) };
