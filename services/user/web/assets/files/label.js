// What a label says of what is sent.

import { smallPicture } from './picture.js';
import { totalSize } from './selection.js';
import { isFolder } from './tree.js';

/** @typedef {import('../crypto/label.js').Label} Label */

/**
 * @param {import('../crypto/client.js').Content} content
 * @param {string} note
 * @returns {Promise<Label>}
 */
export async function labelOf(content, note) {
  if ('text' in content) {
    const { size } = new Blob([content.text]);
    return { files: [{ name: 'message.txt', size, type: 'text/plain' }], count: 1, size, note, picture: null };
  }
  const { entries } = content;
  const size = totalSize(entries);
  const listed = entries.filter(({ path }) => !isFolder(path));
  const files = (listed.length ? listed : entries).map(({ path, file }) => ({
    name: path.replace(/\/$/, ''),
    size: file.size,
    type: file.type,
  }));
  const picture = entries.length === 1 ? await smallPicture(entries[0].file) : null;
  return { files, count: files.length, size, note, picture };
}
