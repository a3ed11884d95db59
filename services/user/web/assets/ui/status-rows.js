// What there is to say of a transfer to its sender.

import { moment, number, percent, until } from '../shared/format.js';
import { t, tn } from '../shared/language.js';

/** @typedef {import('../net/api.js').TransferInfo} TransferInfo */

/**
 * What there is to say of a transfer that was not deleted. A service that knows no receipts tells no arrivals.
 * @param {TransferInfo} info
 * @returns {[string, string][]}
 */
export function statusRows(info) {
  const { status, download_count: begun, downloads_completed: whole, max_downloads: max, expires_at: expires } = info;
  if (status === 'pending') return [[t('State'), t('Not sent completely yet')], ...soFar(info)];
  const isSpent = status === 'exhausted' || (max > 0 && begun >= max);
  const count = max ? t('{{left}} of {{all}}', { left: begun, all: max }) : begun ? number(begun) : t('none yet');
  /** @type {[string, string][]} */
  const rows = [[t('Downloads begun'), isSpent ? t('{{count}}, no more', { count }) : count]];
  if (begun && whole !== undefined) {
    rows.push([t('Confirmed to have arrived'), whole ? tn('once', '{{count}} times', whole) : t('not yet')]);
  }
  const ends = new Date(expires ?? '');
  if (info.is_expired) rows.push([t('Expired'), moment(ends)]);
  else if (expires && !info.erased) rows.push([t('Expires'), until(ends)]);
  if (info.erased) rows.push([t('On the server'), t('Erased')]);
  return rows;
}

/** What is kept of it in this browser, where its sender wants that, and what that means. */
export const keptWords = () =>
  t('The link with its key, and the secret that deletes it. Whoever uses this browser can open what you sent.');

/**
 * How far it is.
 * @param {TransferInfo} info
 * @returns {[string, string][]}
 */
const soFar = ({ arrived_bytes: done = 0, file_size_bytes: all }) =>
  all ? [[t('Sent so far'), percent(Math.min(1, done / all))]] : [];
