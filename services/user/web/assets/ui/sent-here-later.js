// What was sent from this device, with how it stands, and what ends or prolongs it. It is drawn together by itself, and so
// makes no elements that the page has of its own: it takes those by their names.

import { writeLinks } from '../link/write.js';
import { getInfo } from '../net/api.js';
import { forgetAll, forgetTransfer, isKeeping, keepFromNow, ownTransfers } from '../net/own-transfers.js';
import { copyButton, dialog, el, icon } from '../shared/dom.js';
import { ago, bytes } from '../shared/format.js';
import { t } from '../shared/language.js';
import { isolated, rowOf } from './name.js';
import { keptWords, statusRows } from './status-rows.js';

/** @typedef {import('../net/own-transfers.js').OwnTransfer} OwnTransfer */

/**
 * Shows the list in a card, and returns its heading.
 * @param {HTMLElement} card
 * @param {() => void} back
 */
export async function showSentHere(card, back) {
  const list = el('div', { class: 'own-transfers' });
  const keep = el('input', { type: 'checkbox', role: 'switch', checked: isKeeping() });
  keep.addEventListener('change', () => keepFromNow(keep.checked));
  const heading = el('h2', { id: 'sent-here-title', tabindex: -1 }, t('Sent from this device'));
  const clear = el(
    'button',
    { type: 'button', class: 'button', click: () => clearAll() },
    icon('trash'),
    t('Clear the list'),
  );
  const all = await ownTransfers();
  const seal = icon('eye');
  seal.setAttribute('class', 'seal plain');
  card.replaceChildren(
    el(
      'div',
      { class: 'done-head' },
      seal,
      el('div', {}, heading, el('p', { class: 'subject' }, t('Kept in this browser alone.'))),
    ),
    list,
    el('label', { class: 'check' }, keep, el('span', {}, t('Keep what I send on this list'))),
    el('p', { class: 'hint' }, keptWords()),
    el(
      'div',
      { class: 'row' },
      clear,
      el('button', { type: 'button', class: 'button', click: back }, t('Back to sending')),
    ),
  );
  card.setAttribute('aria-labelledby', heading.id);
  const rest = () => {
    clear.hidden = !list.querySelector('section');
    if (clear.hidden) list.replaceChildren(el('p', { class: 'hint' }, t('Nothing is on it.')));
  };
  const clearAll = async () => {
    const sure = await dialog({
      title: t('Clear the list?'),
      body: el('p', {}, forgettingWords()),
      dismiss: t('Keep it'),
      action: t('Clear the list'),
      danger: true,
      submit: () => true,
    });
    if (!sure) return;
    await forgetAll();
    list.replaceChildren();
    rest();
    heading.focus();
  };
  const items = all.map((transfer) =>
    itemOf(transfer, () => {
      rest();
      heading.focus();
    }),
  );
  list.replaceChildren(...items.map(({ item }) => item));
  rest();
  lookAll(items, list);
  return heading;
}

/** One after the other: the list may be long. */
async function lookAll(/** @type {{ look: () => Promise<void> }[]} */ items, /** @type {HTMLElement} */ list) {
  for (const { look } of items) {
    if (!list.isConnected) return;
    await look();
  }
}

const forgettingWords = () =>
  t(
    'This browser forgets the links and what deletes them. What you sent stays until it ends, for whoever has its link.',
  );

/**
 * @param {OwnTransfer} transfer
 * @param {() => void} removed
 */
function itemOf(transfer, removed) {
  const { id, key, deleteSecret, name, size, isText, sent } = transfer;
  const called = isText ? t('Text') : name;
  const state = el('p', { class: 'hint', role: 'status' }, t('Looking…'));
  const copy = copyButton(t('Copy link'), () => writeLinks(location.origin, id, key).whole);
  const more = el('details', {}, el('summary', {}, icon('clock'), t('Change when it ends, or delete it')));
  const status = /** @type {import('./transfer-status.js').TransferStatus} */ (
    document.createElement('transfer-status')
  );
  const over = (/** @type {string} */ words) => {
    state.textContent = words;
    copy.hidden = true;
    more.hidden = true;
  };
  more.addEventListener('toggle', () => {
    if (!more.open || status.isConnected) return;
    more.append(status);
    status.watch(id, deleteSecret);
  });
  status.addEventListener('over', (event) => over(/** @type {CustomEvent} */ (event).detail.title));
  const remove = async () => {
    const isOver = copy.hidden;
    const sure =
      isOver ||
      (await dialog({
        title: t('Take it off the list?'),
        body: el(
          'p',
          {},
          t('This browser forgets the link to {{name}}, and what deletes it.', { name: isolated(called) }),
        ),
        dismiss: t('Keep it'),
        action: t('Forget it'),
        danger: true,
        submit: () => true,
      }));
    if (!sure) return;
    await forgetTransfer(id);
    item.remove();
    removed();
  };
  const item = el(
    'section',
    { 'aria-label': called },
    el(
      'h3',
      {},
      rowOf(called),
      el('span', { class: 'size' }, t('{{size}}, {{ago}}', { size: bytes(size), ago: ago(new Date(sent)) })),
    ),
    state,
    el(
      'div',
      { class: 'row' },
      copy,
      el('button', { type: 'button', class: 'button', click: remove }, icon('ban'), t('Take off the list')),
    ),
    more,
  );
  const look = async () => {
    try {
      const info = await getInfo(id);
      if (info.status === 'deleted') over(info.taken_down ? t('Taken down') : t('Deleted'));
      else if (info.is_expired) over(t('Expired'));
      else {
        state.textContent = statusRows(info)
          .map(([term, fact]) => t('{{term}}: {{fact}}', { term, fact }))
          .join(' · ');
        copy.hidden = Boolean(info.erased);
      }
    } catch (error) {
      if (/** @type {{ status?: number }} */ (error).status === 404) over(t('Not there any more'));
      else state.textContent = t('The server could not be reached. Try again in a minute.');
    }
  };
  return { item, look };
}
