import { dropped, isArchive, isHidden, merge, picked, sendName, totalSize } from '../files/selection.js';
import { bytes, plural } from '../format.js';
import { el, icon } from './dom.js';

const SHOWN = 100; // a folder can have a hundred thousand files; a list cannot

/**
 * <file-picker>: the drop zone and what is in it. Its markup is in the page. `entries` is [{path, file}]; a "change"
 * follows every change.
 */
class FilePicker extends HTMLElement {
  entries = [];

  connectedCallback() {
    for (const input of this.querySelectorAll('input[type="file"]')) {
      input.addEventListener('change', () => {
        this.add(picked(input.files));
        input.value = ''; // the same file can be chosen again after it was removed
      });
    }
    this.querySelector('[data-clear]').addEventListener('click', () => {
      this.#set([]);
      this.querySelector('#files').focus();
    });
    this.querySelector('[data-drop-hidden]').addEventListener('click', () => {
      this.#set(this.entries.filter((entry) => !isHidden(entry)));
      this.querySelector('#more').focus();
    });

    // Anywhere on the page is near enough: a file dropped beside the zone must not replace the page.
    let depth = 0;
    const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
    addEventListener('dragenter', (event) => {
      if (carriesFiles(event)) this.classList.toggle('over', ++depth > 0);
    });
    addEventListener('dragleave', (event) => {
      if (carriesFiles(event)) this.classList.toggle('over', --depth > 0);
    });
    addEventListener('dragover', (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    addEventListener('drop', async (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      this.classList.remove('over');
      if (!this.closest('[data-view]').hidden) this.#drop(event); // not while something is being sent
    });
  }

  async #drop(event) {
    try {
      this.add(await dropped(event.dataTransfer));
    } catch {
      this.dispatchEvent(new CustomEvent('unreadable', { bubbles: true }));
    }
  }

  add(entries) {
    if (entries.length) this.#set(merge(this.entries, entries));
  }

  clear() {
    this.#set([]);
  }

  #set(entries) {
    this.entries = entries;
    const size = totalSize(entries);
    this.querySelector('.drop').hidden = entries.length > 0;
    this.querySelector('.chosen').hidden = entries.length === 0;
    this.querySelector('[data-total]').textContent = `${plural(entries.length, 'file')}, ${bytes(size)}`;
    this.querySelector('.files').replaceChildren(
      ...entries.slice(0, SHOWN).map((entry) => this.#item(entry)),
      ...(entries.length > SHOWN
        ? [el('li', { class: 'rest' }, `and ${plural(entries.length - SHOWN, 'more file')}`)]
        : []),
    );

    const hidden = entries.filter(isHidden);
    const warning = this.querySelector('[data-hidden-files]');
    warning.hidden = hidden.length === 0;
    warning.firstElementChild.textContent = `${plural(hidden.length, 'hidden file')} among them, such as ${hidden[0]?.path ?? ''}.`;

    const archive = this.querySelector('[data-archive]');
    archive.hidden = entries.length === 0 || !isArchive(entries);
    if (!archive.hidden) archive.textContent = `They travel together, as ${sendName(entries)}.`;
    this.dispatchEvent(new CustomEvent('change', { bubbles: true }));
  }

  #item(entry) {
    const remove = () => {
      const at = this.entries.indexOf(entry);
      this.#set(this.entries.filter((other) => other !== entry));
      const buttons = this.querySelectorAll('.files button');
      (buttons[Math.min(at, buttons.length - 1)] ?? this.querySelector('#files')).focus();
    };
    return el(
      'li',
      {},
      icon('file'),
      el('span', { class: 'name', title: entry.path }, entry.path),
      el('span', { class: 'size' }, bytes(entry.file.size)),
      el('button', { type: 'button', 'aria-label': `Remove ${entry.path}`, click: remove }, icon('close')),
    );
  }
}

customElements.define('file-picker', FilePicker);
