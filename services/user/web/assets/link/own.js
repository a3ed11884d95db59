// Which transfer the sender's page is of, in the address of the send page: /#manage/<id>. What opens and deletes it is not
// in the address, where a browser would keep it and pass it on, but behind this entry of the tab's history.

const PLACE = /^#manage\/([0-9a-f]{12,64})(?:\/([A-Za-z0-9_-]{43}))?$/;

/**
 * What is known here of a transfer of one's own: its secret is empty where it is not, or of no use any more, as when it
 * is over. Where it was sent from here, its key is there, too. `deleted` is when it was deleted from here, in milliseconds.
 * @typedef {{
 *   id: string, deleteSecret: string, isOver?: boolean, deleted?: number,
 * } & Partial<import('../ui/sent-transfer.js').Transfer>} Own
 */

export const writeManage = (/** @type {string} */ origin, /** @type {Own} */ { id, deleteSecret }) =>
  `${origin}/#manage/${id}/${deleteSecret}`;

/** Whether the address is that of a sender's page. */
export const isOwn = () => /^#manage\b/.test(location.hash);

/**
 * The transfer that the address names; null where that is not whole. Its secret is taken out of the address, and of what
 * has expired nothing is left that opens or deletes it.
 * @returns {Own | null}
 */
export function takeOwn() {
  const [, id, secret] = location.hash.match(PLACE) ?? [];
  if (!id) {
    history.replaceState(null, '', location.pathname);
    return null;
  }
  if (secret) history.replaceState({ own: { id, deleteSecret: secret } }, '', `#manage/${id}`);
  if (history.state?.own?.expires <= new Date()) endOwn();
  /** @type {Own | undefined} */
  const own = history.state?.own;
  return own?.id === id ? own : { id, deleteSecret: '' };
}

/** Makes the page the sender's page of what was sent by it. */
export const enterOwn = (/** @type {Own} */ own) => history.pushState({ own }, '', `#manage/${own.id}`);

/** Makes it the page to send with again. */
export function leaveOwn() {
  if (isOwn()) history.pushState(null, '', location.pathname);
}

/**
 * Leaves nothing in this entry of the history that opens or deletes what is over.
 * @param {number} [when] it was deleted from here just now
 */
export function endOwn(when) {
  const { id, name, size, deleted = when } = history.state?.own ?? {};
  if (id)
    history.replaceState({ own: { id, name, size, deleteSecret: '', isOver: true, ...(deleted && { deleted }) } }, '');
}
