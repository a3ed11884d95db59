import { writeKey } from '../crypto/key.js';
import { sameFiles } from '../files/again.js';
import { called } from '../files/called.js';
import { picked } from '../files/selection.js';
import { writeLinks } from '../link/write.js';
import { deleteTransfer } from '../net/api.js';
import { forget, lockName, unfinished } from '../net/unfinished.js';
import { copyButton, dialog, el, icon } from '../shared/dom.js';
import { bytes, moment, percent } from '../shared/format.js';
import { parts, sentences, t, tn } from '../shared/language.js';
import { ErrorNote } from './error-note.js';
import { isolated, nameOf } from './name.js';

/** @typedef {import('../files/selection.js').Entry} Entry */
/** @typedef {import('../net/unfinished.js').Begun} Begun */

/** What goes on: with the files that were chosen again. @typedef {{ begun: Begun, entries: Entry[] }} GoOn */

/**
 * <unfinished-uploads>: what was begun in this browser and is not finished, with the way to go on. "go-on" says that the
 * person wants that, and "changed" that the files are others by now; both with { begun, entries }.
 */
export class UnfinishedUploads extends HTMLElement {
  #request = '';
  /** Transfers that somebody else sends. @type {Set<string>} */
  #awaited = new Set();

  /**
   * Shows what can go on of what is sent to a request, or, with nothing, with an access token. What another tab sends is
   * not among it until that ends, nor is what the page of before a reload sends, whose end may take a while.
   * @param {string} request
   */
  async load(request) {
    this.#request = request;
    /** @type {Awaited<ReturnType<typeof unfinished>>} */
    let all = [];
    try {
      const busy = new Set((await navigator.locks?.query())?.held?.map(({ name }) => name));
      const kept = (await unfinished()).filter(({ begun }) => begun.request === request);
      all = kept.filter(({ begun }) => !busy.has(lockName(begun.id)));
      for (const { begun } of kept) if (busy.has(lockName(begun.id))) this.#await(begun.id);
    } catch {
      // The browser keeps nothing.
    }
    const shown = all.map(({ begun, sent }) => `${begun.id} ${sent}`).join();
    if (this.dataset.shown === shown && this.childElementCount === all.length) return; // somebody may be choosing
    this.dataset.shown = shown;
    this.replaceChildren(...all.map(({ begun, sent }) => this.#item(begun, sent)));
  }

  /**
   * Looks again once nobody else sends a transfer.
   * @param {string} id
   */
  async #await(id) {
    if (this.#awaited.has(id)) return;
    this.#awaited.add(id);
    await navigator.locks.request(lockName(id), { mode: 'shared' }, () => {});
    this.#awaited.delete(id);
    if (this.isConnected) await this.load(this.#request);
  }

  /**
   * @param {Begun} begun
   * @param {number} sent
   */
  #item(begun, sent) {
    const { size, ends, handles } = begun;
    const name = nameOfBegun(begun);
    const error = new ErrorNote();
    const title = el(
      'h2',
      { tabindex: -1 },
      parts('Go on sending {{name}} ({{percent}})', { name: nameOf(name), percent: new Text(percent(sent / size)) }),
    );
    const bar = el('i', { class: 'done' });
    bar.style.setProperty('--done', String(sent / size));
    const actions = el('div', { class: 'row' });
    const item = el(
      'section',
      { class: 'card unfinished', 'aria-label': t('Not finished: {{name}}', { name }) },
      title,
      el('div', { class: 'bar', 'aria-hidden': 'true' }, bar),
      el(
        'p',
        { class: 'hint' },
        sentences(
          t('{{size}} of {{all}} have arrived. It can go on until {{moment}}.', {
            size: bytes(sent),
            all: bytes(size),
            moment: moment(new Date(ends)),
          }),
          !handles &&
            t('This browser does not remember where the file is: choose the same again, and only the rest is sent.'),
        ),
      ),
      error,
      actions,
    );
    /** @type {Entry[]} */
    let chosen = [];
    const offer = (/** @type {Entry[]} */ entries) => {
      error.clear();
      chosen = [...entries, ...chosen]; // several folders are chosen one after the other
      const found = sameFiles(begun.files, chosen);
      if (found.missing.length) {
        if (found.missing.length === begun.files.length) chosen = [];
        error.show(missing(begun, found.missing));
      } else {
        this.#tell(found.changed.length ? 'changed' : 'go-on', { begun, entries: found.entries });
      }
    };
    const open = async () => {
      try {
        offer(await fromHandles(begun));
      } catch {
        actions.firstChild?.replaceWith(...choosers(begun, offer)); // moved, deleted, or not allowed
        error.show({
          title: t('The browser cannot read it any more'),
          text: t('It was moved or renamed, or reading it was not allowed. Choose it again.'),
        });
      }
    };
    actions.append(
      ...(handles
        ? [el('button', { type: 'button', class: 'button primary', click: open }, icon('upload'), t('Go on'))]
        : choosers(begun, offer)),
      ...(begun.request ? [] : [copyButton(t('Copy link'), () => linkOf(begun))]),
      el(
        'button',
        { type: 'button', class: 'button', click: () => this.#forget(begun) },
        icon('trash'),
        t('Forget it'),
      ),
    );
    return item;
  }

  /**
   * @param {'go-on' | 'changed'} name
   * @param {GoOn} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {Begun} begun */
  async #forget({ id, name, deleteSecret, request }) {
    const sure = await dialog({
      title: t('Forget this upload?'),
      body: el(
        'p',
        {},
        sentences(
          t('What has arrived of {{name}} is erased from the server.', { name: isolated(name) }),
          !request && t('The link that you may have copied opens nothing.'),
        ),
      ),
      dismiss: t('Keep it'),
      action: t('Forget it'),
      danger: true,
      submit: () => true,
    });
    if (!sure) return;
    deleteTransfer(id, deleteSecret).catch(() => {}); // it is over after a day anyway
    await forget(id);
    await this.load(this.#request);
    this.dispatchEvent(new CustomEvent('forgotten'));
  }
}

const linkOf = (/** @type {Begun} */ { id, linkKey }) => writeLinks(location.origin, id, writeKey(linkKey)).whole;

/**
 * The files that are chosen again.
 * @param {Begun} begun
 * @param {(entries: Entry[]) => void} offer
 */
function choosers({ files, together }, offer) {
  const chooser = (/** @type {string} */ words, /** @type {import('../shared/dom.js').Attributes} */ attributes) => {
    const input = el('input', { type: 'file', ...attributes });
    input.addEventListener('change', () => {
      offer(picked(input.files ?? []));
      input.value = '';
    });
    return el('label', { class: 'button primary' }, input, words);
  };
  const inFolders = files.some(({ path }) => path.includes('/'));
  const loose = files.some(({ path }) => !path.includes('/'));
  return [
    ...(loose ? [chooser(together ? t('Choose the files again') : t('Choose it again'), { multiple: together })] : []),
    ...(inFolders
      ? [chooser(loose ? t('Choose the folder') : t('Choose the folder again'), { webkitdirectory: true })]
      : []),
  ];
}

/**
 * @param {Begun} begun
 * @returns {Promise<Entry[]>}
 */
async function fromHandles({ files, handles }) {
  return Promise.all(
    (handles ?? []).map(async (handle, i) => {
      const asking = /** @type {any} */ (handle); // which not every browser has
      const state = (await asking.queryPermission?.({ mode: 'read' })) ?? 'granted';
      if (state !== 'granted' && (await asking.requestPermission({ mode: 'read' })) !== 'granted') {
        throw new DOMException('not allowed', 'NotAllowedError');
      }
      return { path: files[i].path, file: await handle.getFile(), handle };
    }),
  );
}

/**
 * @param {Begun} begun
 * @param {string[]} paths
 */
function missing(begun, paths) {
  const { files, together } = begun;
  const name = nameOfBegun(begun);
  if (!together) {
    return {
      title: t('That is another file'),
      text: t('What was begun is called {{name}}. Choose that one.', { name: isolated(name) }),
    };
  }
  const rest = paths.length > 1 ? tn('and {{count}} other', 'and {{count}} others', paths.length - 1) : '';
  const which = [isolated(paths[0]), rest].filter(Boolean).join(' ');
  return paths.length === files.length
    ? {
        title: t('Those are other files'),
        text: t('What was begun is {{name}}, with {{files}}.', { name: isolated(name), files: which }),
      }
    : { title: t('Not all of it is there'), text: t('Choose {{files}}, too.', { files: which }) };
}

/** What is begun is called. */
export const nameOfBegun = (/** @type {Begun} */ { name, together, files }) => (together ? called(name, files) : name);

customElements.define('unfinished-uploads', UnfinishedUploads);
