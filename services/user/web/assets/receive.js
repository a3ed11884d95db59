// The receive page: what is waiting, and on a click, the thing itself. Opening the page never spends a download.

import { fromBase64url } from './crypto/bytes.js';
import { CryptoClient } from './crypto/client.js';
import { DamagedError, WrongKeyError } from './crypto/errors.js';
import { parseKey } from './crypto/key.js';
import { isSize, openLabel } from './crypto/label.js';
import { takeLink } from './link/address.js';
import { readKey, readLink } from './link/read.js';
import { getInfo } from './net/api.js';
import { Download, isEnded } from './net/download.js';
import { previewOf } from './preview.js';
import { BlobSink, FileSink } from './save.js';
import { codes } from './shared/contract.js';
import { announce, copyButton, el, facts, find, icon, show } from './shared/dom.js';
import { bytes, clock, plural, until } from './shared/format.js';
import { ApiError } from './shared/http.js';
import { ErrorNote } from './ui/error-note.js';
import { ProgressMeter } from './ui/progress-meter.js';
import { nameOf, SealedLabel } from './ui/sealed-label.js';
import { describe, insecure, keyWords, linkWords, wrongKey } from './words.js';

const STREAM_TO_DISK_FROM = 64 * 1024 * 1024;
const SHOWN_TEXT_MAX = 2 * 1024 * 1024;
const WAITS = {
  offline: 'Offline. It goes on when the connection is back.',
  retrying: 'Connection lost. Picking up where it stopped…',
};

/** @type {import('./shared/http.js').Code[]} */
const OVER = [codes.deleted, codes.expired, codes.exhausted, codes.transferNotFound];

/** @typedef {import('./crypto/key.js').Key} Key */
/** @typedef {import('./words.js').Words} Words */

class ReceivePage extends HTMLElement {
  #ready = find(this, '[data-view="ready"]');
  #done = find(this, '[data-view="done"]');
  #note = find(this.#ready, 'error-note', ErrorNote);
  #linkField = find(this, '#link', HTMLTextAreaElement);
  #keyField = find(this, '#key', HTMLInputElement);
  #meter = find(this, 'progress-meter', ProgressMeter);
  #waiting = find(this, 'sealed-label', SealedLabel);
  #crypto = new CryptoClient();
  #id = '';
  /** @type {Key | null} */
  #key = null;
  /** @type {import('./link/read.js').Reading | null} what is wrong with the key in the link */
  #fault = null;
  /** @type {import('./net/api.js').TransferInfo | null} */
  #info = null;
  /** @type {import('./crypto/label.js').Label | null} once a key has opened it */
  #label = null;
  /** @type {Words | null} what is wrong with the key that was tried on the label */
  #refused = null;
  #download = new Download('');
  /** @type {AbortController | null} */
  #running = null;

  connectedCallback() {
    this.#onSubmit('ask', () => this.#lookUpPasted());
    this.#onSubmit('ready', () => this.#receive());
    this.#linkField.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      this.#lookUpPasted();
    });
    this.#keyField.addEventListener('input', () => this.#tryTyped());
    find(this, '[data-cancel]').addEventListener('click', () =>
      this.#running?.abort(new DOMException('cancelled', 'AbortError')),
    );
    find(this, '[data-retry]').addEventListener('click', () => this.#lookUp());
    addEventListener('hashchange', () => {
      if (location.hash && !this.#running) this.#openAddress();
    });
    addEventListener('beforeunload', (event) => {
      const { begun, isStored } = this.#download;
      if (this.#running || (begun && !isStored)) event.preventDefault();
    });
    if (!isSecureContext) this.#showGone(insecure, false);
    else this.#openAddress();
  }

  /**
   * @param {string} view
   * @param {() => Promise<void>} action which a second click does not begin again
   */
  #onSubmit(view, action) {
    let busy = false;
    find(this, `form[data-view="${view}"]`).addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      await action().finally(() => {
        busy = false;
      });
    });
  }

  /** Opens what the address of the page leads to, and leaves nothing else in it. */
  #openAddress() {
    const { link, exposed } = takeLink();
    find(this.#ready, '[data-exposed]').hidden = !exposed;
    find(document, '[data-claim]').hidden = exposed;
    if (link.id || link.friendly) this.#open(link);
    else this.#ask(link.reason === 'no_link' && location.hash.length < 2 ? null : linkWords(link));
  }

  /** @param {Words | null} words */
  #ask(words) {
    const view = show(this, 'ask');
    const note = find(view, 'error-note', ErrorNote);
    if (words) note.show(words);
    else note.clear();
  }

  /** @param {import('./link/read.js').Reading} link */
  async #open(link) {
    show(this, 'loading');
    const { friendly, id, key } = link;
    const transfer = friendly ? await this.#crypto.friendly(friendly) : { id, key: key ? parseKey(key) : null };
    if (transfer.id !== this.#id) this.#download = new Download(transfer.id);
    this.#id = transfer.id;
    this.#key = transfer.key;
    this.#fault = link.reason ? link : null;
    await this.#lookUp();
  }

  async #lookUpPasted() {
    const link = readLink(this.#linkField.value);
    if (link.id || link.friendly) await this.#open(link);
    else this.#ask(linkWords(link));
  }

  /** @param {Words} [ended] why the download that was begun cannot be gone on with */
  async #lookUp(ended) {
    show(this, 'loading');
    try {
      [this.#info] = await Promise.all([getInfo(this.#id), this.#download.load()]);
      const why = whyGone(this.#info, this.#download.begun);
      if (why) {
        if (ended && why.code === codes.exhausted) this.#showGone(ended, false);
        else await this.#end(why, 'download');
        return;
      }
      this.#label = null;
      this.#refused = null;
      if (this.#key) await this.#unlock(this.#key);
      this.#showReady();
      if (ended) this.#note.show(ended);
    } catch (error) {
      await this.#end(error, 'look');
    }
  }

  /**
   * Tries a key on the label, which costs nothing. Without a label nobody knows before the end whether it fits.
   * @param {Key} key
   */
  async #unlock(key) {
    this.#key = key;
    this.#refused = null;
    try {
      this.#label = await openLabel(key, sealedLabel(this.#info));
    } catch (error) {
      if (!(error instanceof WrongKeyError)) throw error;
      this.#key = null;
      this.#refused = wrongKey;
    }
  }

  /** Shows what is waiting as soon as the key for it is there. */
  async #tryTyped() {
    const { key } = readKey(this.#keyField.value);
    if (!key || !this.#info?.label) return;
    await this.#unlock(parseKey(key));
    if (this.#key) this.#showReady();
    else this.#note.show(wrongKey);
  }

  #showReady() {
    show(this, 'ready');
    this.#waiting.show(this.#label);
    this.#waiting.hidden = !this.#waiting.hasChildNodes();
    const title = find(this.#ready, '[data-title]');
    title.replaceChildren(...this.#title());
    find(this.#ready, '[data-action]').textContent = this.#isText ? 'Decrypt and show' : 'Decrypt and save';
    find(this.#ready, '[data-facts]').replaceChildren(...facts(this.#facts()));
    this.#showCost();
    find(this.#ready, '[data-key]').hidden = this.#key !== null;
    this.#note.clear();
    announce(title);
    if (this.#refused) {
      this.#note.show(this.#refused);
      this.#keyField.focus();
    } else if (this.#fault) this.#note.show(linkWords(this.#fault));
  }

  /** @returns {(Node | string)[]} */
  #title() {
    if (this.#isText) return ['A text is waiting for you'];
    const { files = [], count = 0 } = this.#label ?? {};
    if (count > 1) return [`${plural(count, 'file')} are waiting for you`];
    return files.length ? [nameOf(files[0].name), ' is waiting for you'] : ['A file is waiting for you'];
  }

  /** @returns {[string, string][]} */
  #facts() {
    const { file_size_bytes: declared, payload_bytes: stored, expires_at: expires } = this.#info ?? {};
    const { max_downloads: max, downloads_remaining: left } = this.#info ?? {};
    /** @type {[string, string][]} */
    const rows = [
      ['Size', bytes(this.#label && isSize(this.#label.size) ? this.#label.size : declared || stored || 0)],
    ];
    if (expires) rows.push(['Expires', until(new Date(expires))]);
    const rest = left ? `${left} of ${max}` : 'none';
    rows.push(['Downloads left', max ? rest + (this.#download.begun ? ', besides this one' : '') : 'no limit']);
    return rows;
  }

  /** A download was begun since the service was asked. */
  #countOne() {
    if (!this.#info) return;
    const left = Math.max(0, this.#info.downloads_remaining - 1);
    this.#info = { ...this.#info, downloads_remaining: left };
  }

  /** What the button does to the number of downloads. */
  #showCost() {
    const { max_downloads: max, downloads_remaining: left } = this.#info ?? {};
    const { begun, kept, ends, isStored } = this.#download;
    const going = find(this.#ready, '[data-begun]');
    going.hidden = !begun;
    const here = kept ? ` ${bytes(kept)} of it are here already.` : '';
    const stay = isStored ? '' : ' Leave this page open: your browser stores nothing of it.';
    going.textContent =
      `You have begun this download. Until ${clock(new Date(ends))} the button goes on with it, ` +
      `which is not counted again.${here}${stay}`;
    const cost = find(this.#ready, '[data-cost]');
    cost.hidden = !max || begun;
    cost.textContent =
      left === 1
        ? 'This is the last download. Opening this page did not use it; the button does.'
        : 'Opening this page did not count. The button uses one download.';
  }

  get #isText() {
    return this.#info?.content_type_hint?.startsWith('text/') ?? false;
  }

  async #receive() {
    if (!this.#key) {
      const typed = readKey(this.#keyField.value);
      if (!typed.key) {
        this.#note.show(keyWords(typed));
        this.#keyField.focus();
        return;
      }
      await this.#unlock(parseKey(typed.key));
    }
    if (!this.#key) {
      this.#showReady();
      return;
    }
    const { begun } = this.#download;
    await this.#download.load();
    if (begun && !this.#download.begun) {
      await this.#lookUp(); // over, or done in another tab: what the page said of the button is not so any more
      return;
    }
    const { begun: isGoingOn } = this.#download;
    find(this, '[data-view="working"] [data-subject]').textContent = isGoingOn
      ? 'Going on with the download that was begun.'
      : '';
    show(this, 'working');
    this.#meter.reset();
    announce(find(this, '#working-title'));
    this.#running = new AbortController();
    try {
      const received = await this.#decrypt(this.#download, this.#key, this.#running.signal);
      await this.#download.forget();
      history.replaceState(null, '', '/d/'); // the key has done its work; it must not stay in the address bar
      await this.#showDone(received);
    } catch (error) {
      if (this.#download.begun && !isGoingOn) this.#countOne();
      await this.#failed(error);
    } finally {
      this.#running = null;
    }
  }

  /**
   * Downloads and decrypts into a sink, segment by segment.
   * @param {Download} download
   * @param {Key} key
   * @param {AbortSignal} signal
   */
  async #decrypt(download, key, signal) {
    const opener = await this.#crypto.open(key);
    /** @type {{ sink?: BlobSink | FileSink }} */
    const to = {};
    let received = 0;
    const take = async (/** @type {import('./crypto/client.js').Opened} */ { chunks, known, name }) => {
      if (!known) return;
      to.sink ??= await this.#sinkFor(name, download.total, signal);
      for (const chunk of chunks) await to.sink.write(chunk);
    };
    try {
      for await (const chunk of download.chunks({ signal, onWait: (why) => this.#meter.wait(WAITS[why]) })) {
        received += chunk.length;
        await take(await opener.push(chunk));
        const { total } = download;
        this.#meter.update({ done: received, total, steps: [{ name: 'Decrypted as it arrives' }] });
        document.title = `${total ? Math.floor((received / total) * 100) : 0}% received`;
      }
      await take(await opener.finish());
      if (!to.sink) throw new Error('Nothing arrived.');
      return await to.sink.close();
    } catch (error) {
      await to.sink?.abort();
      throw error;
    } finally {
      opener.close();
      document.title = 'Receive: SGraph Send';
    }
  }

  /**
   * Small things become a blob. Large ones go straight to a file, where the browser lets the person choose one.
   * @param {string} name
   * @param {number} total bytes
   * @param {AbortSignal} signal
   */
  async #sinkFor(name, total, signal) {
    if (!FileSink.supported || total < STREAM_TO_DISK_FROM) return new BlobSink(name);
    const offer = find(this, '[data-choose]');
    const pick = find(offer, 'button');
    find(this, '[data-view="working"] [data-subject]').textContent = name;
    offer.hidden = false;
    pick.focus();
    try {
      // The browser opens its dialog only on a click, and the name was not known before the first bytes came.
      await new Promise((resolve, reject) => {
        pick.addEventListener('click', resolve, { once: true });
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

  /** @param {import('./save.js').Saved} received */
  async #showDone({ name, blob }) {
    const preview = blob ? await previewOf(blob, { name, isText: this.#isText, maxText: SHOWN_TEXT_MAX }) : null;
    const text = preview?.text;
    const filename = name || (text === undefined ? 'download' : 'message.txt');
    show(this, 'done');
    const title = find(this.#done, '#done-title');
    const subject = find(this.#done, '[data-subject]');
    const content = find(this.#done, '[data-content]');
    const actions = find(this.#done, '[data-actions]');
    content.replaceChildren();
    actions.replaceChildren();
    if (!blob) {
      title.textContent = 'Saved';
      subject.textContent = filename;
    } else if (text !== undefined) {
      title.textContent = 'Your text';
      subject.textContent = plural(text.length, 'character');
      content.append(el('pre', { class: 'shown-text', tabindex: 0, 'aria-label': 'The text' }, text));
      actions.append(
        copyButton('Copy text', () => text),
        saveButton('Save as a file', blob, filename),
      );
    } else {
      saveBlob(blob, filename);
      title.textContent = 'Decrypted and saved';
      subject.textContent = `${filename}, ${bytes(blob.size)}. Look in your downloads.`;
      if (preview?.image) {
        const src = URL.createObjectURL(preview.image);
        content.append(el('img', { class: 'preview', src, alt: `Preview of ${filename}` }));
      }
      actions.append(saveButton('Save again', blob, filename));
    }
    content.hidden = !content.hasChildNodes();
    actions.hidden = !actions.hasChildNodes();
    announce(title);
  }

  /** @param {unknown} error */
  async #failed(error) {
    const { name, code } = /** @type {{ name?: string, code?: string }} */ (error);
    if (name === 'AbortError') {
      this.#showReady();
      return;
    }
    if (isOver(error)) {
      await this.#end(error, 'download');
      return;
    }
    const isKeyWrong = code === 'wrong-key' && !this.#label;
    // Where the label has proved the key, it is the bytes that do not fit.
    const isDamaged = code === 'damaged' || (code === 'wrong-key' && !isKeyWrong);
    const words = describe(isDamaged ? new DamagedError() : error, 'download');
    if (isEnded(error)) {
      await this.#download.forget();
      await this.#lookUp(words); // whether there is another is to be seen
      return;
    }
    if (isDamaged) await this.#download.distrust();
    if (isKeyWrong) this.#key = null;
    this.#showReady();
    this.#note.show(words);
    if (isKeyWrong) this.#keyField.focus();
  }

  /**
   * Says why there is nothing to be had, for now or for ever.
   * @param {unknown} why
   * @param {import('./words.js').Doing} doing
   */
  async #end(why, doing) {
    if (isOver(why)) await this.#download.forget();
    this.#showGone(describe(why, doing), !isOver(why));
  }

  /**
   * @param {Words} words
   * @param {boolean} retry
   */
  #showGone({ title, text }, retry) {
    const view = show(this, 'gone');
    find(view, '#gone-title').textContent = title;
    find(view, '[data-text]').textContent = text;
    find(view, '[data-retry]').hidden = !retry;
    announce(find(view, '#gone-title'));
  }
}

/**
 * What the facts alone say about a transfer that cannot be had any more: the answer that asking for it would get. What
 * was begun goes on when the downloads are used up.
 * @param {import('./net/api.js').TransferInfo} info
 * @param {boolean} begun
 */
function whyGone({ status, is_expired: expired, is_exhausted: exhausted }, begun) {
  if (status === 'deleted') return new ApiError(404, { code: codes.deleted });
  if (expired || status === 'expired') return new ApiError(410, { code: codes.expired });
  if ((exhausted || status === 'exhausted') && !begun) return new ApiError(410, { code: codes.exhausted });
  if (status === 'pending') return new ApiError(409, { code: codes.notCompleted });
  return null;
}

/**
 * The sealed label of a transfer; empty where there is none.
 * @param {import('./net/api.js').TransferInfo | null} info
 */
function sealedLabel(info) {
  try {
    return fromBase64url(info?.label ?? '');
  } catch {
    return new Uint8Array();
  }
}

/** Whether the service says that the transfer is over, for everybody. */
const isOver = (/** @type {unknown} */ error) => error instanceof ApiError && OVER.includes(error.code);

/**
 * @param {string} words
 * @param {Blob} blob
 * @param {string} name
 */
const saveButton = (words, blob, name) =>
  el('button', { type: 'button', class: 'button', click: () => saveBlob(blob, name) }, icon('download'), words);

/**
 * @param {Blob} blob
 * @param {string} name
 */
function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

customElements.define('receive-page', ReceivePage);
