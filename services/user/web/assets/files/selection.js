// What the sender has chosen: files and folders from drop, picker or clipboard, as one thing to send.

import { called, UNNAMED } from './called.js';

/**
 * What is to be sent. The path of a folder with nothing in it ends with "/", and its file is empty. The handle leads to
 * the file again after a reload, where the browser gave one.
 * @typedef {{ path: string, file: File, handle?: FileSystemFileHandle }} Entry
 */

/**
 * The entries of a drop, folders walked through. To be called inside the event.
 * @param {DataTransfer} transfer
 * @returns {Promise<Entry[]>}
 */
export async function dropped(transfer) {
  const roots = [];
  for (const item of transfer.items ?? []) {
    const root = item.kind === 'file' && item.webkitGetAsEntry?.();
    if (root) roots.push({ root, handle: handleOf(item) });
  }
  if (roots.length === 0) return picked(transfer.files);
  const all = roots.map(async ({ root, handle }) => {
    const entries = await walk(root, '');
    const found = root.isFile && (await handle);
    return found ? entries.map((entry) => ({ ...entry, handle: found })) : entries;
  });
  return (await Promise.all(all)).flat();
}

/**
 * The handle of what was dropped, if it is a file and the browser has handles.
 * @param {DataTransferItem} item
 * @returns {Promise<FileSystemFileHandle | null>}
 */
async function handleOf(item) {
  try {
    return (await /** @type {any} */ (item).getAsFileSystemHandle?.()) ?? null;
  } catch {
    return null;
  }
}

/**
 * The entries of handles.
 * @param {FileSystemFileHandle[]} handles
 * @returns {Promise<Entry[]>}
 */
export const opened = (handles) =>
  Promise.all(handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile(), handle })));

/**
 * The entries of a file input or a clipboard.
 * @param {ArrayLike<File>} files
 * @returns {Entry[]}
 */
export function picked(files) {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * @param {FileSystemEntry} entry
 * @param {string} folder
 * @returns {Promise<Entry[]>}
 */
async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const found = /** @type {FileSystemFileEntry} */ (entry);
    return [{ path, file: await new Promise((resolve, reject) => found.file(resolve, reject)) }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const children = [];
  for (;;) {
    // A reader hands out a folder in batches and says with an empty one that it is done.
    /** @type {FileSystemEntry[]} */
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    children.push(...batch);
  }
  if (children.length === 0) return [{ path: `${path}/`, file: new File([], entry.name) }];
  return (await Promise.all(children.map((child) => walk(child, `${path}/`)))).flat();
}

/**
 * Entries added to others; a path that is already taken gets a number.
 * @param {Entry[]} entries
 * @param {Entry[]} added
 */
export function merge(entries, added) {
  const taken = new Set(entries.map(({ path }) => path));
  const renamed = added.flatMap(({ path, ...entry }) => {
    if (path.endsWith('/') && taken.has(path)) return []; // the same folder
    const free = freePath(path, taken);
    taken.add(free);
    return [{ ...entry, path: free }];
  });
  return [...entries, ...renamed];
}

/**
 * @param {string} path
 * @param {Set<string>} taken
 */
function freePath(path, taken) {
  if (!taken.has(path)) return path;
  const dot = path.lastIndexOf('.');
  const [stem, ending] = dot > path.lastIndexOf('/') + 1 ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  for (let n = 2; ; n++) {
    const candidate = `${stem} (${n})${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Files that file managers do not show, and that people send without meaning to. */
export const isHidden = (/** @type {Entry} */ { path }) => path.split('/').some((part) => part.startsWith('.'));

export const totalSize = (/** @type {Entry[]} */ entries) => entries.reduce((sum, { file }) => sum + file.size, 0);

/** A single file that is not in a folder goes as it is; everything else as a container. */
export const isContainer = (/** @type {Entry[]} */ entries) =>
  entries.length > 1 || entries.some(({ path }) => path.includes('/'));

/**
 * What it is called together, by whoever sends it and whoever receives it.
 * @param {Entry[]} entries
 */
export function sendName(entries) {
  if (!isContainer(entries)) return entries[0].path;
  const roots = new Set(entries.map(({ path }) => path.split('/')[0]));
  return roots.size === 1 ? [...roots][0] : UNNAMED;
}

/**
 * What the sender is told that it is called.
 * @param {Entry[]} entries
 */
export function shownName(entries) {
  const name = sendName(entries);
  return isContainer(entries) ? called(name, entries) : name;
}
