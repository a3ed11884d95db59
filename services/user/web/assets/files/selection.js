// What the sender has chosen: files and folders from drop, picker or clipboard, as one thing to send.

/** The entries of a drop, [{path, file}], folders walked through. To be called inside the event. */
export async function dropped(transfer) {
  const items = Array.from(transfer.items ?? []).filter((item) => item.kind === 'file');
  const roots = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (roots.length === 0) return picked(transfer.files);
  const found = await Promise.all(roots.map((root) => walk(root, '')));
  return found.flat();
}

/** The entries of a file input or a clipboard. */
export function picked(files) {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  const reader = entry.createReader();
  const children = [];
  for (;;) {
    // A reader hands out a folder in batches and says with an empty one that it is done.
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    children.push(...batch);
  }
  const found = await Promise.all(children.map((child) => walk(child, `${path}/`)));
  return found.flat();
}

/** Entries added to others; a path that is already taken gets a number. */
export function merge(entries, added) {
  const taken = new Set(entries.map(({ path }) => path));
  const renamed = added.map(({ path, file }) => {
    const free = freePath(path, taken);
    taken.add(free);
    return { path: free, file };
  });
  return [...entries, ...renamed];
}

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
export const isHidden = ({ path }) => path.split('/').some((part) => part.startsWith('.'));

export const totalSize = (entries) => entries.reduce((sum, { file }) => sum + file.size, 0);

/** A single file that is not in a folder goes as it is; everything else as an archive. */
export const isArchive = (entries) => entries.length > 1 || entries.some(({ path }) => path.includes('/'));

/** The name under which the recipient gets it. */
export function sendName(entries) {
  if (!isArchive(entries)) return entries[0].path;
  const roots = new Set(entries.map(({ path }) => path.split('/')[0]));
  return roots.size === 1 ? `${[...roots][0]}.zip` : `${entries.length} files.zip`;
}
