import { dropped, isContainer, isHidden, merge, opened, picked, shownName, totalSize } from '../files/selection.js';
import { isFolder } from '../files/tree.js';
import { el, find, icon } from '../shared/dom.js';
import { bytes } from '../shared/format.js';
import { t, tn } from '../shared/language.js';
import { isolated, rowOf } from './name.js';

/** @typedef {import('../files/selection.js').Entry} Entry */

const SHOWN = 100; // a folder can have a hundred thousand files; a list cannot

/**
 * <file-picker>: the drop zone and what is in it. Its markup is in the page. A "change" follows every change of its
 * entries; "elsewhere" says that something was dropped while the page shows something else.
 */
export class FilePicker extends HTMLElement {
  /** @type {Entry[]} */
  entries = [];
  #depth = 0; // of drags into elements of the page

  connectedCallback() {
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll('input[type="file"]'))) {
      input.addEventListener('change', () => {
        this.add(picked(input.files ?? []));
        input.value = ''; // the same file can be chosen again after it was removed
      });
      if (!input.webkitdirectory) input.addEventListener('click', (event) => this.#choose(event));
    }
    find(this, '[data-clear]').addEventListener('click', () => {
      this.#set([]);
      find(this, '#files').focus();
    });
    find(this, '[data-drop-hidden]').addEventListener('click', () => {
      this.#set(this.entries.filter((entry) => !isHidden(entry)));
      find(this, '#more').focus();
    });

    // Anywhere on the page is near enough: a file dropped beside the zone must not replace the page.
    addEventListener('dragenter', (event) => this.#over(event, 1));
    addEventListener('dragleave', (event) => this.#over(event, -1));
    addEventListener('dragover', (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    addEventListener('drop', (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#over(event, -this.#depth);
      if (event.dataTransfer && !this.closest('[inert]')) this.#drop(event.dataTransfer);
    });
  }

  /**
   * Lets the person choose files in a way that leads to them again after a reload, where the browser has one.
   * @param {Event} event
   */
  async #choose(event) {
    const pick = /** @type {any} */ (window).showOpenFilePicker;
    if (!pick) return;
    event.preventDefault();
    try {
      this.add(await opened(await pick({ multiple: true })));
    } catch (error) {
      if (/** @type {Error} */ (error).name === 'AbortError') return; // closed without a choice
      this.dispatchEvent(new CustomEvent('unreadable', { bubbles: true }));
    }
  }

  /**
   * @param {DragEvent} event
   * @param {number} by
   */
  #over(event, by) {
    if (!carriesFiles(event)) return;
    this.#depth += by;
    this.classList.toggle('over', this.#depth > 0);
  }

  /** @param {DataTransfer} transfer */
  async #drop(transfer) {
    try {
      const entries = await dropped(transfer);
      if (!entries.length) return;
      const isElsewhere = /** @type {HTMLElement | null} */ (this.closest('[data-view]'))?.hidden;
      if (isElsewhere) this.dispatchEvent(new CustomEvent('elsewhere', { detail: entries }));
      else this.add(entries);
    } catch {
      this.dispatchEvent(new CustomEvent('unreadable', { bubbles: true }));
    }
  }

  /** @param {Entry[]} entries */
  add(entries) {
    if (entries.length) this.#set(merge(this.entries, entries));
  }

  clear() {
    this.#set([]);
  }

  /** @param {Entry[]} entries */
  #set(entries) {
    this.entries = entries;
    const size = totalSize(entries);
    find(this, '.drop').hidden = entries.length > 0;
    find(this, '.chosen').hidden = entries.length === 0;
    const folders = entries.filter(({ path }) => isFolder(path)).length;
    find(this, '[data-total]').textContent = [
      tn('{{count}} file', '{{count}} files', entries.length - folders),
      folders > 0 && tn('{{count}} empty folder', '{{count}} empty folders', folders),
      bytes(size),
    ]
      .filter(Boolean)
      .join(t(', '));
    find(this, '.files').replaceChildren(
      ...entries.slice(0, SHOWN).map((entry) => this.#item(entry)),
      ...(entries.length > SHOWN
        ? [
            el(
              'li',
              { class: 'rest' },
              tn('and {{count}} more file', 'and {{count}} more files', entries.length - SHOWN),
            ),
          ]
        : []),
    );

    const hidden = entries.filter(isHidden);
    find(this, '[data-hidden-files]').hidden = hidden.length === 0;
    find(this, '[data-hidden-files] span').textContent = tn(
      '{{count}} hidden file among them: {{name}}.',
      '{{count}} hidden files among them, such as {{name}}.',
      hidden.length,
      { name: isolated(hidden[0]?.path ?? '') },
    );

    const archive = find(this, '[data-archive]');
    archive.hidden = entries.length === 0 || !isContainer(entries);
    if (!archive.hidden) {
      archive.textContent = t(
        'They travel under one link, as {{name}}. The recipient can have each of them alone, or all as a ZIP archive.',
        { name: isolated(shownName(entries)) },
      );
    }
    this.dispatchEvent(new CustomEvent('change', { bubbles: true }));
  }

  /** @param {Entry} entry */
  #item(entry) {
    const remove = () => {
      const at = this.entries.indexOf(entry);
      this.#set(this.entries.filter((other) => other !== entry));
      const buttons = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll('.files button'));
      (buttons[Math.min(at, buttons.length - 1)] ?? find(this, '#files')).focus();
    };
    return el(
      'li',
      {},
      icon(isFolder(entry.path) ? 'folder' : 'file'),
      rowOf(entry.path),
      el('span', { class: 'size' }, isFolder(entry.path) ? t('empty folder') : bytes(entry.file.size)),
      el(
        'button',
        { type: 'button', 'aria-label': t('Remove {{name}}', { name: entry.path }), click: remove },
        icon('close'),
      ),
    );
  }
}

const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;

customElements.define('file-picker', FilePicker);
