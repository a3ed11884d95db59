// The receive page: what is waiting, and on a click, the thing itself. Opening the page never spends a download.

import { CryptoClient } from './crypto/client.js';
import { bytes, plural, until } from './format.js';
import { readAddress, readPasted, readPastedKey } from './link.js';
import { ApiError, getInfo } from './net/api.js';
import { Download } from './net/download.js';
import { previewOf } from './preview.js';
import { BlobSink, FileSink } from './save.js';
import { copyButton } from './ui/copy-field.js';
import { announce, el, icon, show } from './ui/dom.js';
import './ui/error-note.js';
import './ui/progress-meter.js';
import { describe, insecure } from './words.js';

const STREAM_TO_DISK_FROM = 64 * 1024 * 1024;
const SHOWN_TEXT_MAX = 2 * 1024 * 1024;
const WAITS = {
  offline: 'Offline. It goes on when the connection is back.',
  retrying: 'Connection lost. Picking up where it stopped…',
};

class ReceivePage extends HTMLElement {
  #crypto = new CryptoClient();
  #id = '';
  #key = null;
  #keyBroken = false;
  #info = null;
  #download = null;
  #running = null;

  connectedCallback() {
    this.#onSubmit('ask', () => this.#lookUpPasted());
    this.#onSubmit('ready', () => this.#receive());
    this.querySelector('[data-cancel]').addEventListener('click', () =>
      this.#running?.abort(new DOMException('cancelled', 'AbortError')),
    );
    this.querySelector('[data-retry]').addEventListener('click', () => this.#lookUp());
    addEventListener('hashchange', () => {
      if (location.hash && !this.#running) this.#open(readAddress(location));
    });
    addEventListener('beforeunload', (event) => {
      if (this.#running) event.preventDefault();
    });
    dropToken();
    if (!isSecureContext) this.#gone(insecure, false);
    else this.#open(readAddress(location));
  }

  #onSubmit(view, action) {
    this.querySelector(`form[data-view="${view}"]`).addEventListener('submit', (event) => {
      event.preventDefault();
      action();
    });
  }

  async #open({ id, key, friendly }) {
    if (!id && !friendly) {
      show(this, 'ask');
      return;
    }
    show(this, 'loading');
    const transfer = friendly ? await this.#crypto.friendly(friendly) : { id, key: readPastedKey(key) };
    this.#id = transfer.id;
    this.#key = transfer.key;
    this.#keyBroken = Boolean(key) && !transfer.key;
    this.#download = null;
    await this.#lookUp();
  }

  #lookUpPasted() {
    const note = this.querySelector('[data-view="ask"] error-note');
    const address = readPasted(this.querySelector('#link').value);
    note.clear();
    if (address.id || address.friendly) this.#open(address);
    else note.show({ title: 'That is no link to a transfer', text: 'Paste all of it, up to its last character.' });
  }

  async #lookUp() {
    show(this, 'loading');
    try {
      this.#info = await getInfo(this.#id);
      const reason = whyGone(this.#info);
      if (reason) this.#gone(reason, false);
      else this.#ready();
    } catch (error) {
      this.#gone(describe(error, 'look'), error.status !== 404);
    }
  }

  #ready() {
    const {
      file_size_bytes: declared,
      payload_bytes: stored,
      expires_at: expires,
      max_downloads: max,
      downloads_remaining: left,
    } = this.#info;
    const view = show(this, 'ready');
    const isText = this.#isText;
    view.querySelector('[data-title]').textContent = isText ? 'A text is waiting for you' : 'A file is waiting for you';
    view.querySelector('[data-action]').textContent = isText ? 'Decrypt and show' : 'Decrypt and save';
    const facts = [['Size', bytes(declared || stored || 0)]];
    if (expires) facts.push(['Expires', until(new Date(expires))]);
    facts.push(['Downloads left', max ? `${left} of ${max}` : 'no limit']);
    view
      .querySelector('[data-facts]')
      .replaceChildren(...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
    const cost = view.querySelector('[data-cost]');
    cost.hidden = !max;
    cost.textContent =
      left === 1
        ? 'This is the last download. Opening this page did not use it; the button does.'
        : 'Opening this page did not count. The button uses one download.';
    if (this.#download) cost.hidden = true; // paid for already
    view.querySelector('[data-key]').hidden = this.#key !== null;
    const note = view.querySelector('error-note');
    note.clear();
    if (this.#keyBroken)
      note.show({
        title: 'The key in your link is not whole',
        text: 'Copy all of the link, up to its last character, or paste the key above.',
      });
    announce(view.querySelector('[data-title]'));
  }

  get #isText() {
    return this.#info.content_type_hint?.startsWith('text/') ?? false;
  }

  async #receive() {
    const view = this.querySelector('[data-view="ready"]');
    const key = this.#key ?? readPastedKey(view.querySelector('#key').value);
    if (!key) {
      view
        .querySelector('error-note')
        .show({ title: 'That is not a whole key', text: 'A key has 43 letters, digits, "-" or "_". Paste all of it.' });
      view.querySelector('#key').focus();
      return;
    }
    const meter = this.querySelector('progress-meter');
    this.querySelector('[data-view="working"] [data-subject]').textContent = '';
    show(this, 'working');
    meter.reset();
    announce(this.querySelector('#working-title'));
    this.#running = new AbortController();
    this.#download ??= new Download(this.#id);
    try {
      const received = await this.#decrypt(key, meter, this.#running.signal);
      history.replaceState(null, '', '/d/'); // the key has done its work; it must not stay in the address bar
      await this.#done(received);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = null;
    }
  }

  /** Downloads and decrypts into a sink, segment by segment. */
  async #decrypt(key, meter, signal) {
    const opener = await this.#crypto.open(key);
    let sink = null;
    let received = 0;
    const take = async ({ chunks, known, name }) => {
      if (!known) return;
      sink ??= await this.#sinkFor(name, signal);
      for (const chunk of chunks) await sink.write(chunk);
    };
    const onWait = (why) => meter.wait(WAITS[why]);
    try {
      for await (const chunk of this.#download.chunks({ signal, onWait })) {
        received += chunk.length;
        await take(await opener.push(chunk));
        meter.update({ done: received, total: this.#download.total, steps: [{ name: 'Decrypted as it arrives' }] });
        document.title = `${this.#download.total ? Math.floor((received / this.#download.total) * 100) : 0}% received`;
      }
      await take(await opener.finish());
      return await sink.close();
    } catch (error) {
      await sink?.abort();
      throw error;
    } finally {
      opener.close();
      document.title = 'Receive: SGraph Send';
    }
  }

  /** Small things become a blob. Large ones go straight to a file, where the browser lets the person choose one. */
  async #sinkFor(name, signal) {
    if (!window.showSaveFilePicker || this.#download.total < STREAM_TO_DISK_FROM) return new BlobSink(name);
    const subject = this.querySelector('[data-view="working"] [data-subject]');
    const offer = this.querySelector('[data-choose]');
    subject.textContent = name;
    offer.hidden = false;
    offer.querySelector('button').focus();
    try {
      // The browser opens its dialog only on a click, and the name was not known before the first bytes came.
      await new Promise((resolve, reject) => {
        offer.querySelector('button').addEventListener('click', resolve, { once: true });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return await FileSink.choose(name);
    } catch (error) {
      if (signal.aborted) throw error;
      return new BlobSink(name); // no place chosen: it is offered as a download at the end
    } finally {
      offer.hidden = true;
    }
  }

  async #done({ name, blob }) {
    const view = show(this, 'done');
    const title = view.querySelector('#done-title');
    const content = view.querySelector('[data-content]');
    const actions = view.querySelector('[data-actions]');
    const subject = view.querySelector('[data-subject]');
    content.replaceChildren();
    actions.replaceChildren();

    const preview = blob ? await previewOf(blob, { name, isText: this.#isText, maxText: SHOWN_TEXT_MAX }) : null;
    const filename = name || (preview?.text !== undefined ? 'message.txt' : 'download');
    const saveButton = (words) =>
      el('button', { type: 'button', class: 'button', click: () => saveBlob(blob, filename) }, icon('download'), words);
    if (!blob) {
      title.textContent = 'Saved';
      subject.textContent = filename;
    } else if (preview?.text !== undefined) {
      title.textContent = 'Your text';
      subject.textContent = plural(preview.text.length, 'character');
      content.append(el('pre', { class: 'shown-text', tabindex: 0, 'aria-label': 'The text' }, preview.text));
      actions.append(
        copyButton('Copy text', () => preview.text),
        saveButton('Save as a file'),
      );
    } else {
      saveBlob(blob, filename);
      title.textContent = 'Decrypted and saved';
      subject.textContent = `${filename}, ${bytes(blob.size)}. Look in your downloads.`;
      if (preview?.image)
        content.append(
          el('img', { class: 'preview', src: URL.createObjectURL(preview.image), alt: `Preview of ${filename}` }),
        );
      actions.append(saveButton('Save again'));
    }
    content.hidden = !content.hasChildNodes();
    actions.hidden = !actions.hasChildNodes();
    announce(title);
  }

  #failed(error) {
    if (error.name === 'AbortError') {
      this.#ready();
      return;
    }
    const words = describe(error, 'download');
    if (error.code === 'wrong-key') {
      this.#key = null;
      this.#ready();
      this.querySelector('[data-view="ready"] error-note').show(words);
      this.querySelector('#key').focus();
    } else if (error instanceof ApiError && [404, 410].includes(error.status)) {
      this.#gone(words, false);
    } else {
      if (error.status === 403) this.#download = null; // its permission has run out
      this.#ready();
      this.querySelector('[data-view="ready"] error-note').show(words);
    }
  }

  #gone({ title, text }, retry) {
    const view = show(this, 'gone');
    view.querySelector('#gone-title').textContent = title;
    view.querySelector('[data-text]').textContent = text;
    view.querySelector('[data-retry]').hidden = !retry;
    announce(view.querySelector('#gone-title'));
  }
}

/** What the facts alone say about a transfer that cannot be had any more. */
function whyGone(info) {
  if (info.status === 'deleted')
    return {
      title: 'The sender has deleted this',
      text: 'It was erased from the server. Ask the sender if you still need it.',
    };
  if (info.is_expired || info.status === 'expired') return describe(new ApiError(410, 'expired'), 'look');
  if (info.status === 'exhausted' || info.is_exhausted) return describe(new ApiError(410, 'exhausted'), 'look');
  if (info.status === 'pending') return describe(new ApiError(409, ''), 'download');
  return null;
}

/** Old links carried an access token. It is nobody's business here and is not to stay in the address bar. */
function dropToken() {
  const query = new URLSearchParams(location.search);
  query.delete('token');
  query.delete('access_token');
  const search = query.size ? `?${query}` : '';
  if (search !== location.search) history.replaceState(null, '', location.pathname + search + location.hash);
}

function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

customElements.define('receive-page', ReceivePage);
