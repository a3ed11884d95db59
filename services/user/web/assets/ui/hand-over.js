// The ways in which a message leaves the page: copied, by e-mail, by text message from a phone, or by what the device has.

import { copyButton, el, icon } from '../shared/dom.js';
import { t } from '../shared/language.js';

/** What is handed over. @typedef {{ subject: string, text: string }} Message */

const isPhone = () => matchMedia('(pointer: coarse)').matches;

/**
 * The buttons that hand a message over.
 * @param {() => Message} message
 * @param {() => void} taken
 */
export const handOver = (message, taken) => [
  copyButton(t('Copy as message'), () => message().text, { onCopied: taken }),
  leading(t('E-mail'), 'mail', message, byMail, taken),
  isPhone() && leading(t('Message'), 'text', message, bySms, taken),
  'share' in navigator && shareButton(message, taken),
];

/** @param {Message} message */
export const byMail = ({ subject, text }) =>
  `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text.replaceAll('\n', '\r\n'))}`;

/** Both kinds of phones understand it so. @param {Message} message */
export const bySms = ({ text }) => `sms:?&body=${encodeURIComponent(text)}`;

/**
 * A link into another program, which is made when it is followed: what it holds may have changed.
 * @param {string} words
 * @param {string} picture
 * @param {() => Message} message
 * @param {(message: Message) => string} address
 * @param {() => void} taken
 */
function leading(words, picture, message, address, taken) {
  const link = el('a', { class: 'button', href: address({ subject: '', text: '' }) }, icon(picture), words);
  link.addEventListener('click', () => {
    link.href = address(message());
    taken();
  });
  return link;
}

/**
 * @param {() => Message} message
 * @param {() => void} taken
 */
function shareButton(message, taken) {
  const share = async () => {
    const { subject: title, text } = message();
    try {
      await navigator.share({ title, text });
      taken();
    } catch {
      // Closed without sharing.
    }
  };
  return el('button', { type: 'button', class: 'button', click: share }, icon('share'), t('Share'));
}
