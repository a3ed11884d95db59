// Which versions serve: the card of the system page where functions do.

import { call } from './api.js';
import { paths } from './shared/contract.js';

/** @typedef {import('./shared/contract.js').AliasPointer} Pointer */
/** @typedef {import('./shared/contract.js').FunctionServing} Serving */

/**
 * What a card says: of whether it is well, in words, and in rows.
 * @typedef {[kind: string, words: string, rows: [term: string, fact: string][]]} Said
 */

/**
 * What there is to say of versions; nothing where no functions run.
 * @returns {Promise<Said | undefined>}
 */
export async function versions() {
  /** @type {import('./shared/contract.js').ServingReply} */
  let serving;
  try {
    serving = await call('GET', paths.serving);
  } catch {
    return ['none', 'Not known', [['Why', 'AWS cannot be asked now']]];
  }
  const all = serving.functions;
  if (all.length === 0) return undefined;
  const moving = all.some(({ live }) => live.other);
  const waiting = all.some(({ live, next }) => next && next.version !== live.version);
  const words = moving ? 'Calls are being moved' : waiting ? 'A version waits' : 'The newest serve';
  return [
    moving || waiting ? 'none' : 'ok',
    words,
    [...all.flatMap(rows), ['This answer', `from ${serving.function}`]],
  ];
}

/**
 * @param {Serving} serving
 * @returns {[string, string][]}
 */
function rows({ service, live, next }) {
  const title = service === 'admin' ? 'Admin' : 'User';
  const same = next && next.version === live.version && !live.other;
  /** @type {[string, string][]} */
  const said = [[`${title}, live`, where(live)]];
  if (next) said.push([`${title}, next`, same ? 'the same' : where(next)]);
  return said;
}

const where = (/** @type {Pointer} */ { version, other, percent }) =>
  other ? `${version}, and ${percent}\u00a0% of the calls go to ${other}` : version;
