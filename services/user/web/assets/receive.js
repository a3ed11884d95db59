// The receive page: what is waiting, and on a click, the thing itself. Opening the page never spends a download.

import { fromBase64url } from './crypto/bytes.js';
import { CryptoClient } from './crypto/client.js';
import { DamagedError, PassphraseError, WrongKeyError } from './crypto/errors.js';
import { parseKey, writeKey } from './crypto/key.js';
import { isSize, openLabel } from './crypto/label.js';
import { passphraseBytes } from './crypto/passphrase.js';
import { beginDownload, canChooseFile, canChooseFolder, chooseFile, chooseFolder, LARGE } from './destination.js';
import { called, UNNAMED } from './files/called.js';
import { dropLink, hiddenLink, hideLink, takeLink } from './link/address.js';
import { readKey, readLink } from './link/read.js';
import { getInfo } from './net/api.js';
import { isComing, untilSent } from './net/coming.js';
import { isEnded } from './net/download.js';
import { previewOf } from './preview.js';
import { removeOwn } from './save.js';
import { codes } from './shared/contract.js';
import { announce, copyButton, el, facts, find, icon, show } from './shared/dom.js';
import { bytes, clock, percent, until } from './shared/format.js';
import { ApiError } from './shared/http.js';
import { parts, sentences, t, tn } from './shared/language.js';
import { ErrorNote } from './ui/error-note.js';
import { isolated, nameOf, rowOf } from './ui/name.js';
import { ProgressMeter } from './ui/progress-meter.js';
import { SealedLabel } from './ui/sealed-label.js';
import {
  describe,
  gaveUp,
  insecure,
  keyWords,
  linkWords,
  passphraseWords,
  wrongKey,
  wrongPassphrase,
} from './words.js';
import './shared/drops.js';

const SHOWN_FILES = 500;
const MINUTE = 60_000;
const LINGERS = MINUTE; // that a browser has to take the end of a download
const SHOWN_TEXT_MAX = 2 * 1024 * 1024;
const WAITS = {
  offline: t('Offline. It goes on when the connection is back.'),
  retrying: t('Connection lost. Picking up where it stopped…'),
};

/** @type {import('./shared/http.js').Code[]} */
const OVER = [codes.deleted, codes.takenDown, codes.expired, codes.exhausted, codes.transferNotFound];

/** @typedef {import('./crypto/bytes.js').Bytes} Bytes */
/** @typedef {import('./crypto/key.js').Key} Key */
/** @typedef {import('./save.js').Place} Place */
/** @typedef {import('./words.js').Words} Words */
/** @typedef {import('./crypto/client.js').Receiving} Receiving */
/** @typedef {{ saved: import('./save.js').Saved, name: string }} One */
/** @typedef {{ files: { path: string, size: number }[], name: string }} Several */

/** A download of which nothing was begun. @type {import('./net/receiving.js').State} */
const NOTHING = { begun: false, ends: 0, isStored: true, isDone: false, kept: 0 };

class ReceivePage extends HTMLElement {
  #ready = find(this, '[data-view="ready"]');
  #done = find(this, '[data-view="done"]');
  #several = find(this, '[data-view="files"]');
  #note = find(this.#ready, 'error-note', ErrorNote);
  #linkField = find(this, '#link', HTMLTextAreaElement);
  #keyField = find(this, '#key', HTMLInputElement);
  #passphrase = find(this, '#passphrase', HTMLInputElement);
  #meter = find(this, '[data-view="working"] progress-meter', ProgressMeter);
  #waiting = find(this, 'sealed-label', SealedLabel);
  #crypto = new CryptoClient();
  #id = '';
  /** @type {Key | null} */
  #key = null;
  #isKeyOfLink = false; // and was not typed
  /** @type {import('./link/read.js').Reading | null} what is wrong with the key in the link */
  #fault = null;
  /** @type {import('./net/api.js').TransferInfo | null} */
  #info = null;
  /** @type {import('./crypto/label.js').Label | null} once a key has opened it */
  #label = null;
  /** @type {Words | null} what is wrong with the key that was tried on the label */
  #refused = null;
  /** What the file or its label asks for beside the key. @type {Bytes | null} */
  #block = null;
  /** The key with the passphrase in it. @type {Key | null} */
  #locked = null;
  #download = NOTHING;
  /** @type {Several | null} */
  #files = null;
  /** @type {AbortController | null} */
  #running = null;
  /** @type {AbortController | null} of what is still being sent */
  #coming = null;
  /** Until what was received can be had no more. @type {ReturnType<typeof setTimeout> | undefined} */
  #hour;

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
    find(this, '[data-archive]').addEventListener('click', () => this.#receiveArchive());
    find(this, '[data-folder]').addEventListener('click', () => this.#receiveFolder());
    find(this, '[data-retry]').addEventListener('click', () => this.#lookUp());
    find(this.#done, '[data-forget]').addEventListener('click', () => this.#forget());
    find(this.#several, '[data-forget-all]').addEventListener('click', () => this.#forget());
    addEventListener('hashchange', () => {
      if (location.hash && !this.#running) this.#openAddress();
    });
    addEventListener('beforeunload', (event) => {
      const { begun, isStored, isDone } = this.#download;
      if (this.#running || (begun && !isStored && !isDone)) event.preventDefault();
    });
    removeOwn().catch(() => {});
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
    const hidden = hiddenLink();
    const { link, exposed } = hidden ? { link: hidden, exposed: false } : takeLink();
    find(this.#ready, '[data-exposed]').hidden = !exposed;
    find(document, '[data-claim]').hidden = exposed;
    if (link.id || link.friendly) this.#open(link);
    else this.#ask(link.reason === 'no_link' && location.hash.length < 2 ? null : linkWords(link));
  }

  /** @param {Words | null} words */
  #ask(words) {
    this.#coming?.abort();
    const view = show(this, 'ask');
    const note = find(view, 'error-note', ErrorNote);
    if (words) note.show(words);
    else note.clear();
  }

  /** @param {import('./link/read.js').Reading} link */
  async #open(link) {
    this.#coming?.abort();
    show(this, 'loading');
    clearTimeout(this.#hour);
    const { friendly, id, key } = link;
    const transfer = friendly ? await this.#crypto.friendly(friendly) : { id, key: key ? parseKey(key) : null };
    this.#id = transfer.id;
    this.#key = transfer.key;
    this.#isKeyOfLink = transfer.key !== null;
    this.#block = null;
    this.#locked = null;
    this.#files = null;
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
      [this.#info] = await Promise.all([getInfo(this.#id), this.#learn()]);
      if (isComing(this.#info)) {
        this.#await();
        return;
      }
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

  /** Shows how far something is that is still being sent, until it is there. */
  async #await() {
    const view = show(this, 'coming');
    const meter = find(view, 'progress-meter', ProgressMeter);
    const coming = new AbortController();
    this.#coming = coming;
    meter.reset(t('No more of it has arrived for a while. Its sender may have lost the connection.'));
    announce(find(view, '#coming-title'));
    try {
      const info = await untilSent(this.#id, {
        signal: coming.signal,
        onProgress: ({ arrived_bytes: done = 0, file_size_bytes: total }) => {
          meter.update({ done: Math.min(done, total), total });
          document.title = t('{{percent}} sent', { percent: percent(total ? Math.min(1, done / total) : 0) });
        },
      });
      const why = whyGone(info, false);
      if (isGivenUp(why)) this.#showGone(gaveUp, false);
      else if (why) await this.#end(why, 'download');
      else await this.#lookUp();
    } catch (error) {
      if (coming.signal.aborted) return;
      if (isGivenUp(error)) this.#showGone(gaveUp, false);
      else await this.#end(error, 'look');
    } finally {
      meter.rest();
      document.title = t('Receive: SGraph Send');
    }
  }

  /** How the download stands. */
  async #learn() {
    this.#download = await this.#crypto.stateOf(this.#id);
  }

  /**
   * Tries a key on the label, which costs nothing. Without a label nobody knows before the end whether it fits.
   * @param {Key} key
   */
  async #unlock(key) {
    this.#key = key;
    this.#block = null;
    this.#locked = null;
    this.#refused = null;
    try {
      this.#label = await openLabel(key, sealedLabel(this.#info));
    } catch (error) {
      if (error instanceof PassphraseError) {
        this.#block = error.block;
        return;
      }
      if (!(error instanceof WrongKeyError)) throw error;
      this.#key = null;
      this.#isKeyOfLink = false;
      this.#refused = wrongKey;
    }
  }

  /**
   * Tries the passphrase that was typed: on the label, if there is one.
   * @param {Key} key
   * @param {Bytes} block
   * @returns {Promise<boolean>} whether to go on
   */
  async #tryPassphrase(key, block) {
    if (!passphraseBytes(this.#passphrase.value)) {
      this.#note.show(passphraseWords);
      this.#passphrase.focus();
      return false;
    }
    const action = find(this.#ready, '[data-action]');
    this.#note.clear();
    action.textContent = t('Checking…');
    try {
      const onProgress = (/** @type {number} */ done) => {
        action.textContent = t('Checking… {{percent}}', { percent: percent(done) });
      };
      const locked = await this.#crypto.lock(key, this.#passphrase.value, block, { onProgress });
      const sealed = sealedLabel(this.#info);
      if (sealed.length) this.#label = await openLabel(locked.key, sealed, block);
      this.#locked = locked.key;
      this.#passphrase.value = '';
      return true;
    } catch (error) {
      if (!(error instanceof WrongKeyError)) throw error;
      this.#note.show(wrongPassphrase);
      this.#passphrase.select();
      return false;
    } finally {
      action.textContent = this.#action();
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
    find(this.#ready, '[data-sealed]').textContent = this.#block
      ? t('Encrypted. Only your link and the passphrase together can open it.')
      : t('Encrypted. Only your link can open it.');
    find(this.#ready, '[data-action]').textContent = this.#action();
    find(this.#ready, '[data-passphrase]').hidden = !this.#needsPassphrase;
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

  get #needsPassphrase() {
    return this.#key !== null && this.#block !== null && this.#locked === null;
  }

  /** The passphrase is tried on the label, which costs no download. */
  get #unlocks() {
    return this.#needsPassphrase && Boolean(this.#info?.label);
  }

  #action() {
    if (this.#unlocks) return t('Unlock');
    if (this.#download.isDone) return this.#isText ? t('Show again') : t('Save again');
    return this.#isText ? t('Decrypt and show') : t('Decrypt and save');
  }

  /** @returns {(Node | string)[]} */
  #title() {
    if (this.#needsPassphrase) return [t('Something is waiting for you')];
    if (this.#isText) return [t('A text is waiting for you')];
    const { files = [], count = 0 } = this.#label ?? {};
    if (count > 1) return [tn('{{count}} file is waiting for you', '{{count}} files are waiting for you', count)];
    return files.length
      ? parts('{{name}} is waiting for you', { name: nameOf(files[0].name) })
      : [t('A file is waiting for you')];
  }

  /** @returns {[string, string][]} */
  #facts() {
    const { file_size_bytes: declared, payload_bytes: stored, expires_at: expires } = this.#info ?? {};
    const { max_downloads: max, downloads_remaining: left } = this.#info ?? {};
    /** @type {[string, string][]} */
    const rows = [
      this.#label && isSize(this.#label.size)
        ? [t('Size'), bytes(this.#label.size)]
        : [t('Size, encrypted'), bytes(declared || stored || 0)], // what is in it is smaller, and nobody knows yet by how much
    ];
    if (expires) rows.push([t('Expires'), until(new Date(expires))]);
    const rest = left ? t('{{left}} of {{all}}', { left, all: max ?? left }) : t('none');
    const besides = this.#download.begun ? t('{{rest}}, besides this one', { rest }) : rest;
    rows.push([t('Downloads left'), max ? besides : t('no limit')]);
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
    const { begun, kept, ends, isStored, isDone } = this.#download;
    // What is kept is sealed, and so a little more than what is said to be there.
    const shown = this.#label && isSize(this.#label.size) ? this.#label.size : Infinity;
    const going = find(this.#ready, '[data-begun]');
    going.hidden = !begun;
    const time = clock(new Date(ends));
    going.textContent = isDone
      ? t('You have received this. Until {{time}} you can have it again, which is not counted again.', { time })
      : sentences(
          t('You have begun this download. Until {{time}} the button goes on with it, which is not counted again.', {
            time,
          }),
          kept > 0 && t('{{size}} of it are here already.', { size: bytes(Math.min(kept, shown)) }),
          !isStored && t('Leave this page open: your browser stores nothing of it.'),
        );
    const cost = find(this.#ready, '[data-cost]');
    cost.hidden = !max || begun || this.#unlocks;
    cost.textContent =
      left === 1
        ? t('This is the last download. Opening this page did not use it; the button does.')
        : t('Opening this page did not count. The button uses one download.');
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
    if (this.#block && !this.#locked) {
      if (!(await this.#tryPassphrase(this.#key, this.#block))) return;
      if (this.#info?.label) {
        this.#showReady(); // what is waiting could not be shown before
        return;
      }
    }
    const { begun } = this.#download;
    await this.#learn();
    if (begun && !this.#download.begun) {
      await this.#lookUp(); // over, or done in another tab: what the page said of the button is not so any more
      return;
    }
    const { begun: isGoingOn, isDone } = this.#download;
    const going = isGoingOn && !isDone ? t('Going on with the download that was begun.') : '';
    const sealed = {
      id: this.#id,
      key: this.#locked ?? this.#key,
      block: this.#locked ? this.#block : null,
      size: this.#info?.payload_bytes ?? 0,
      expires: Date.parse(this.#info?.expires_at ?? '') || Number.POSITIVE_INFINITY,
    };
    try {
      const received = await this.#working(going, (receiving) => this.#crypto.receive(sealed, receiving));
      await this.#learn();
      if (!isGoingOn) this.#countOne();
      this.#hide();
      if ('files' in received) this.#showFiles(received);
      else await this.#showDone(received);
    } catch (error) {
      await this.#learn();
      if (this.#download.begun && !isGoingOn) this.#countOne();
      await this.#failed(error);
    }
  }

  /**
   * The key must not stay in the address bar. What was received can be had again within the hour, also when the page is
   * loaded anew: until then the link stays behind the address.
   */
  #hide() {
    const { begun, ends } = this.#download;
    if (!begun) {
      dropLink();
      return;
    }
    hideLink({ id: this.#id, key: this.#key && this.#isKeyOfLink ? writeKey(this.#key) : '', ends });
    this.#forgetAt(ends);
  }

  /** @param {number} time in milliseconds since 1970; what is received just then goes on */
  #forgetAt(time) {
    clearTimeout(this.#hour);
    const forget = () => (this.#running ? this.#forgetAt(Date.now() + MINUTE) : this.#forget());
    this.#hour = setTimeout(forget, Math.max(0, time - Date.now()));
  }

  /** Keeps nothing of what was received: the hour is over, or the person wants it so. */
  async #forget() {
    clearTimeout(this.#hour);
    await this.#crypto.forget(this.#id);
    await this.#learn();
    dropLink();
    this.#showAgain();
    // What the page says of its buttons is not so any more.
    if (!this.#ready.hidden || !this.#several.hidden) await this.#lookUp();
  }

  /** Whether what was received can be had again. */
  #showAgain() {
    const { begun, ends } = this.#download;
    find(this.#done, '[data-again]').textContent = begun
      ? t('Until {{time}} you can have it again in this browser, also by the link: it is not counted again.', {
          time: clock(new Date(ends)),
        })
      : t('Nothing of it is kept in this browser. To have it again counts as another download.');
    find(this.#done, '[data-forget]').hidden = !begun;
  }

  /**
   * Shows how far something has come that can be cancelled.
   * @template R
   * @param {string} subject
   * @param {(receiving: Receiving) => Promise<R>} task
   * @returns {Promise<R>}
   */
  async #working(subject, task) {
    const running = new AbortController();
    const stop = { download: () => {} };
    this.#running = running;
    find(this, '[data-view="working"] [data-subject]').textContent = subject;
    show(this, 'working');
    this.#meter.reset(t('Nothing has arrived for a while. It goes on as soon as the line and the server do.'));
    announce(find(this, '#working-title'));
    try {
      const done = await task({
        signal: running.signal,
        onWait: (why) => this.#meter.wait(WAITS[why]),
        onProgress: (done, total) => {
          this.#meter.update({ done, total, steps: [{ name: t('Decrypted as it arrives') }] });
          document.title = t('{{percent}} received', { percent: percent(total ? done / total : 0) });
        },
        place: (what) => this.#place(what, stop, running.signal),
      });
      setTimeout(stop.download, LINGERS);
      return done;
    } catch (error) {
      stop.download();
      throw error;
    } finally {
      this.#running = null;
      this.#meter.rest();
      document.title = t('Receive: SGraph Send');
    }
  }

  /**
   * Where something goes. Small things become a blob. Large ones go to disk as they arrive, by the best way that the
   * browser has.
   * @param {{ name: string, size: number }} what
   * @param {{ download: () => void }} stop what ends a download of the browser's own
   * @param {AbortSignal} signal
   * @returns {Promise<Place>}
   */
  async #place({ name, size }, stop, signal) {
    if (size < LARGE) return { kind: 'blob' };
    const filename = name || 'download';
    find(this, '[data-view="working"] [data-subject]').replaceChildren(nameOf(filename));
    if (canChooseFile()) {
      const handle = await this.#chosenFile(filename, signal);
      if (handle) return { kind: 'file', handle };
    }
    const begun = await beginDownload(filename, size);
    if (begun) {
      stop.download = begun.stop;
      return { kind: 'stream', port: begun.port };
    }
    this.#meter.wait(t('This browser takes it at the end: it needs twice the room on disk, or as much memory.'));
    return { kind: 'own' };
  }

  /**
   * The browser opens its dialog only on a click, and the name was not known before the first bytes came.
   * @param {string} name
   * @param {AbortSignal} signal
   */
  async #chosenFile(name, signal) {
    const offer = find(this, '[data-choose]');
    const pick = find(offer, 'button');
    offer.hidden = false;
    pick.focus();
    this.#meter.rest(); // it is the person's turn
    try {
      await new Promise((resolve, reject) => {
        pick.addEventListener('click', resolve, { once: true });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return await chooseFile(name);
    } finally {
      offer.hidden = true;
    }
  }

  /** @param {Several} several */
  #showFiles(several) {
    this.#files = several;
    const view = show(this, 'files');
    const { files } = several;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const title = find(view, '#files-title');
    title.textContent = called(UNNAMED, files);
    find(view, '[data-subject]').replaceChildren(
      ...(several.name === UNNAMED
        ? [bytes(size)]
        : parts('{{name}}, {{size}}', { name: nameOf(several.name), size: new Text(bytes(size)) })),
    );
    find(view, '[data-folder]').hidden = !canChooseFolder();
    find(view, '[data-saved]').hidden = true;
    find(view, 'error-note', ErrorNote).clear();
    find(view, '[data-hour]').textContent = t(
      'Until {{time}} each of these can be saved, as often as you need it; together they count as one download. Only ' +
        'what you save is fetched.',
      { time: clock(new Date(this.#download.ends)) },
    );
    const rest = files.length - SHOWN_FILES;
    find(view, '[data-list]').replaceChildren(
      ...files.slice(0, SHOWN_FILES).map((file, number) => this.#row(file, number)),
      ...(rest > 0
        ? [
            el(
              'li',
              { class: 'rest' },
              tn(
                'and {{count}} more file, which comes with all',
                'and {{count}} more files, which come with all',
                rest,
              ),
            ),
          ]
        : []),
    );
    announce(title);
  }

  /**
   * @param {{ path: string, size: number }} file
   * @param {number} number
   */
  #row({ path, size }, number) {
    const folder = path.endsWith('/');
    const save = () => this.#receiveOne(number, path);
    return el(
      'li',
      {},
      icon(folder ? 'folder' : 'file'),
      rowOf(path),
      !folder && el('span', { class: 'size' }, bytes(size)),
      !folder &&
        el(
          'button',
          { type: 'button', title: t('Save'), 'aria-label': t('Save {{name}}', { name: path }), click: save },
          icon('download'),
        ),
    );
  }

  /**
   * @param {number} number
   * @param {string} path
   */
  #receiveOne(number, path) {
    return this.#fetchFiles(path, async (receiving) => {
      const { saved, name } = await this.#crypto.receiveOne(this.#id, number, receiving);
      if (saved.blob) saveBlob(saved.blob, name);
      return t('{{name}} is saved.', { name: isolated(saved.name || name) });
    });
  }

  #receiveArchive() {
    return this.#fetchFiles(`${this.#files?.name}.zip`, async (receiving) => {
      const { saved, name } = await this.#crypto.receiveArchive(this.#id, receiving);
      if (saved.blob) saveBlob(saved.blob, name);
      return t('All is saved, as {{name}}.', { name: isolated(saved.name || name) });
    });
  }

  async #receiveFolder() {
    const folder = await chooseFolder();
    if (!folder) return;
    await this.#fetchFiles(this.#files?.name ?? '', async (receiving) => {
      const name = await this.#crypto.receiveFolder(this.#id, folder, receiving);
      return t('All is saved, in the folder {{name}}.', { name: isolated(name) });
    });
  }

  /**
   * Receives some of several files, and comes back to the list of them.
   * @param {string} subject
   * @param {(receiving: Receiving) => Promise<string>} task returns what there is to say
   */
  async #fetchFiles(subject, task) {
    const files = this.#files;
    if (!files) return;
    let said = '';
    /** @type {unknown} */
    let failed = null;
    try {
      said = await this.#working(subject, task);
    } catch (error) {
      failed = error;
    }
    await this.#learn();
    if (failed && (isOver(failed) || isEnded(failed))) {
      await this.#failed(failed);
      return;
    }
    this.#showFiles(files);
    const view = this.#several;
    const isCancelled = /** @type {any} */ (failed)?.name === 'AbortError';
    if (failed && !isCancelled) find(view, 'error-note', ErrorNote).show(describe(failed, 'download'));
    const saved = find(view, '[data-saved]');
    saved.textContent = said;
    saved.hidden = !said;
  }

  /** @param {One} received */
  async #showDone({ saved: { blob, name: chosen }, name }) {
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
      title.textContent = t('Saved');
      const saved = nameOf(chosen || filename);
      subject.replaceChildren(...(chosen ? [saved] : parts('{{name}}. Look in your downloads.', { name: saved })));
      actions.append(button(t('Save again'), () => this.#receive()));
    } else if (text !== undefined) {
      title.textContent = t('Your text');
      const characters = tn('{{count}} character', '{{count}} characters', text.length);
      subject.textContent = t('{{name}}, {{size}}', { name: characters, size: bytes(blob.size) });
      content.append(el('pre', { class: 'shown-text', tabindex: 0, 'aria-label': t('The text') }, text));
      actions.append(
        copyButton(t('Copy text'), () => text),
        saveButton(t('Save as a file'), blob, filename),
      );
    } else {
      saveBlob(blob, filename);
      title.textContent = t('Decrypted and saved');
      const size = new Text(bytes(blob.size));
      subject.replaceChildren(
        ...parts('{{name}}, {{size}}. Look in your downloads.', { name: nameOf(filename), size }),
      );
      if (preview?.image) {
        const src = URL.createObjectURL(preview.image);
        content.append(el('img', { class: 'preview', src, alt: t('Preview of {{name}}', { name: filename }) }));
      }
      actions.append(saveButton(t('Save again'), blob, filename));
    }
    content.hidden = !content.hasChildNodes();
    this.#showAgain();
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
    if (isKeyWrong && this.#locked) {
      this.#locked = null;
      this.#showReady();
      this.#note.show(wrongPassphrase);
      this.#passphrase.focus();
      return;
    }
    // Where the label has proved the key, it is the bytes that do not fit.
    const isDamaged = code === 'damaged' || (code === 'wrong-key' && !isKeyWrong);
    const words = describe(isDamaged ? new DamagedError() : error, 'download');
    if (error instanceof PassphraseError) {
      this.#block = error.block;
      this.#locked = null;
      this.#showReady();
      this.#passphrase.focus();
      return;
    }
    if (isEnded(error)) {
      await this.#crypto.forget(this.#id);
      await this.#lookUp(words); // whether there is another is to be seen
      return;
    }
    if (isDamaged) {
      await this.#crypto.distrust(this.#id);
      await this.#learn();
    }
    if (isKeyWrong) [this.#key, this.#isKeyOfLink] = [null, false];
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
    if (isOver(why)) {
      await this.#crypto.forget(this.#id);
      this.#download = NOTHING;
    }
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
function whyGone({ status, taken_down: takenDown, is_expired: expired, is_exhausted: exhausted }, begun) {
  if (takenDown) return new ApiError(404, { code: codes.takenDown });
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

/** Whether what was still being sent is over, and nobody took it down. */
const isGivenUp = (/** @type {unknown} */ why) => isOver(why) && why.code !== codes.takenDown;

/**
 * Whether the service says that the transfer is over, for everybody.
 * @param {unknown} error
 * @returns {error is ApiError}
 */
function isOver(error) {
  return error instanceof ApiError && OVER.includes(error.code);
}

/**
 * @param {string} words
 * @param {Blob} blob
 * @param {string} name
 */
const saveButton = (words, blob, name) => button(words, () => saveBlob(blob, name));

/**
 * @param {string} words
 * @param {() => void} save
 */
const button = (words, save) => el('button', { type: 'button', class: 'button', click: save }, icon('download'), words);

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
