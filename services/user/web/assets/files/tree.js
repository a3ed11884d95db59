// What the paths of several files make together: each is safe to create in any folder, and none of two is one that a
// system would take for the other. docs/formats.md has the rules; every reader and writer takes the same.

import { encodeText } from '../crypto/bytes.js';
import { safeFilename } from '../crypto/envelope.js';
import { PathsError } from '../crypto/errors.js';

/** The most entries of one container, and folders in which they are. */
export const MAX_ENTRIES = 100_000;

const MAX_DEPTH = 32; // elements of a path
const MAX_PATH = 4096; // bytes
const MAX_ENDING = 16;
const MAX_STEM = 230; // bytes of a name before its number

const lengthOf = (/** @type {string} */ text) => encodeText(text).length;

/** Whether a path is that of a folder. */
export const isFolder = (/** @type {string} */ path) => path.endsWith('/');

/** @typedef {{ folder: number, name: string }} Node folder is its number; 0 for a file */

export class Tree {
  /** @type {Map<string, Node>} */
  #taken = new Map();
  /** Folders that could not be called so, where a file is. @type {Map<string, Node>} */
  #moved = new Map();
  /** The least number that may be free. @type {Map<string, number>} */
  #numbers = new Map();
  #folders = 0;

  /**
   * Makes a path of an unknown sender safe, and unlike all before.
   * @param {string} path
   */
  add(path) {
    const folder = isFolder(path);
    const names = path
      .split('/')
      .map((name) => safeFilename(name, ''))
      .filter(Boolean);
    if (names.length === 0) names.push('download');
    const size = names.reduce((sum, name) => sum + lengthOf(name) + 1, folder ? 0 : -1);
    if (names.length > MAX_DEPTH || size > MAX_PATH) throw new PathsError();
    let within = 0;
    const safe = names.map((name, i) => {
      if (i === names.length - 1 && !folder) return this.#file(within, name);
      const node = this.#enter(within, name);
      within = node.folder;
      return node.name;
    });
    if (this.#folders > MAX_ENTRIES) throw new PathsError();
    return safe.join('/') + (folder ? '/' : '');
  }

  /**
   * What a file in a folder is called.
   * @param {number} within
   * @param {string} name
   */
  #file(within, name) {
    const free = this.#taken.has(place(within, name)) ? this.#numbered(within, name) : name;
    this.#taken.set(place(within, free), { folder: 0, name: free });
    return free;
  }

  /**
   * The folder of that name in another, which may be new.
   * @param {number} within
   * @param {string} name
   */
  #enter(within, name) {
    const key = place(within, name);
    const there = this.#taken.get(key);
    if (there?.folder) return there;
    const moved = there && this.#moved.get(key);
    if (moved) return moved;
    const free = there ? this.#numbered(within, name) : name; // a file has the name
    const node = { folder: ++this.#folders, name: free };
    this.#taken.set(place(within, free), node);
    if (there) this.#moved.set(key, node);
    return node;
  }

  /**
   * The first of "name (2)", "name (3)" and so on that is not taken in a folder.
   * @param {number} within
   * @param {string} name
   */
  #numbered(within, name) {
    const dot = name.lastIndexOf('.');
    const at = dot > 0 && lengthOf(name.slice(dot)) <= MAX_ENDING ? dot : name.length;
    const [stem, ending] = [cut(name.slice(0, at)), name.slice(at)];
    const key = place(within, stem + ending);
    for (let n = Math.max(2, this.#numbers.get(key) ?? 0); ; n++) {
      const candidate = `${stem} (${n})${ending}`;
      if (this.#taken.has(place(within, candidate))) continue;
      this.#numbers.set(key, n + 1);
      return candidate;
    }
  }
}

/** A name in a folder, as systems compare it that tell neither case nor how letters are composed. */
const place = (/** @type {number} */ within, /** @type {string} */ name) =>
  `${within}/${Array.from(name.normalize('NFC'), (char) => (char === '\u0130' ? char : char.toLowerCase())).join('')}`;

/** The beginning of a name, short enough for a number to follow. */
function cut(/** @type {string} */ stem) {
  if (lengthOf(stem) <= MAX_STEM) return stem;
  let room = MAX_STEM;
  let short = '';
  for (const char of stem) {
    room -= lengthOf(char);
    if (room < 0) break;
    short += char;
  }
  return short.replace(/[\s.]+$/, '');
}
