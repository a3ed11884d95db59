// What several files are called together.

import { t, tn } from '../shared/language.js';
import { isFolder } from './tree.js';

/** Where nobody called them anything: one word for all languages, as who receives them may read another. */
export const UNNAMED = 'files';

/**
 * What a page calls them, in its own language where they have no name of their own.
 * @param {string} name
 * @param {{ path: string }[]} entries
 */
export function called(name, entries) {
  if (name !== UNNAMED) return name;
  const files = entries.filter(({ path }) => !isFolder(path)).length;
  return files ? tn('{{count}} file', '{{count}} files', files) : t('Empty folders');
}
