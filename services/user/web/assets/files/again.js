// The same files once more, chosen again for an upload that goes on. Names, sizes and times say what cannot be the same;
// whether it is the same in truth, the tags of what is sealed again say.

import { isFolder } from './tree.js';

/** @typedef {import('./selection.js').Entry} Entry */
/** @typedef {import('../net/unfinished.js').Chosen} Chosen */

/**
 * What is kept of files that are sent, and what leads to them again.
 * @param {Entry[]} entries
 * @returns {{ files: Chosen[], handles: FileSystemFileHandle[] | null }}
 */
export function remembered(entries) {
  const handles = entries.flatMap(({ handle }) => handle ?? []);
  return {
    files: entries.map(({ path, file: { size, lastModified: modified, type } }) => ({ path, size, modified, type })),
    handles: handles.length === entries.length ? handles : null,
  };
}

/**
 * The entries that were sent, of those that are there now: in the order that they had, with those that are missing, and
 * those that have another size. Folders need not be chosen: there is nothing in them.
 * @param {Chosen[]} files
 * @param {Entry[]} entries
 * @returns {{ entries: Entry[], missing: string[], changed: string[] }}
 */
export function sameFiles(files, entries) {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  /** @type {{ entries: Entry[], missing: string[], changed: string[] }} */
  const found = { entries: [], missing: [], changed: [] };
  for (const { path, size, type } of files) {
    if (isFolder(path)) {
      found.entries.push({ path, file: new File([], '') });
      continue;
    }
    const entry = byPath.get(path);
    if (!entry) {
      found.missing.push(path);
      continue;
    }
    if (entry.file.size !== size) found.changed.push(path);
    // The type is the browser's guess, and stands in the index of several files: it has to be the one that was sent.
    const isSame = entry.file.type === type;
    const { name, lastModified } = entry.file;
    const file = isSame ? entry.file : new File([entry.file], name, { type, lastModified });
    found.entries.push({ path, file });
  }
  return found;
}
