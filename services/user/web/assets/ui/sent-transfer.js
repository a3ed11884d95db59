import { moment } from '../format.js';
import { writeLinks } from '../link.js';
import { copyButton } from './copy-field.js';
import './copy-field.js';
import { el, icon } from './dom.js';
import './qr-code.js';
import './transfer-status.js';

/**
 * <sent-transfer>: everything a sender needs after sending. "taken" says that the link has left the page; "again"
 * that the sender wants to send something else.
 */
class SentTransfer extends HTMLElement {
  show({ id, key, deleteSecret, expires, maxDownloads, isText }) {
    const { whole, withoutKey } = writeLinks(location.origin, id, key);
    const taken = () => this.dispatchEvent(new CustomEvent('taken'));

    const wholeField = field('Link', 'Copy link', whole, true);
    const linkField = field('1. The link', 'Copy link', withoutKey, true);
    const keyField = field('2. The key', 'Copy key', key, false);
    const apart = el(
      'div',
      { class: 'apart', hidden: true },
      linkField,
      keyField,
      el(
        'p',
        { class: 'hint' },
        'Send them by two different ways, such as mail and phone. Either alone opens nothing.',
      ),
    );
    this.addEventListener('copied', taken);

    const message = () =>
      messageFor({
        link: toggle.checked ? withoutKey : whole,
        keyApart: toggle.checked,
        expires,
        maxDownloads,
        isText,
      });
    const buttons = el('div', { class: 'row' }, copyButton('Copy as message', message, taken, 'mail'));
    if (navigator.share) {
      const share = async () => {
        try {
          await navigator.share({ text: message() });
          taken();
        } catch {
          // Closed without sharing.
        }
      };
      buttons.append(el('button', { type: 'button', class: 'button', click: share }, icon('share'), 'Share'));
    }

    const qr = el('qr-code');
    const qrHint = el('p', { class: 'hint' });
    const qrPanel = el('div', { class: 'qr', id: 'qr-panel', hidden: true }, qr, qrHint);
    const qrButton = el(
      'button',
      { type: 'button', class: 'button', 'aria-controls': 'qr-panel', 'aria-expanded': 'false' },
      icon('qr'),
      'QR code',
    );
    qrButton.addEventListener('click', () => {
      qrPanel.hidden = !qrPanel.hidden;
      qrButton.setAttribute('aria-expanded', !qrPanel.hidden);
    });
    buttons.append(qrButton);
    const drawQr = () => {
      const fits = qr.draw(toggle.checked ? withoutKey : whole);
      qrHint.textContent = !fits
        ? 'The address of this site is too long for a QR code.'
        : toggle.checked
          ? 'Holds the link without the key.'
          : 'Holds the whole link: whoever photographs it can open the transfer.';
    };

    const toggle = el('input', { type: 'checkbox', role: 'switch' });
    toggle.addEventListener('change', () => {
      wholeField.hidden = toggle.checked;
      apart.hidden = !toggle.checked;
      drawQr();
    });
    drawQr();

    const manage = `${location.origin}/#manage/${id}/${deleteSecret}`;
    const manageField = field('Your private page', 'Copy', manage, false);
    manageField.addEventListener('copied', (event) => event.stopPropagation()); // not the link it is about
    const status = el('transfer-status');

    this.replaceChildren(
      wholeField,
      apart,
      el('label', { class: 'switch' }, toggle, el('span', {}, 'Show link and key separately')),
      buttons,
      qrPanel,
      status,
      el(
        'details',
        {},
        el('summary', {}, icon('eye'), 'See or delete it later'),
        el(
          'div',
          {},
          el(
            'p',
            { class: 'hint' },
            'This page shows how often it was downloaded and can delete it. It cannot open it. Keep it to yourself.',
          ),
          manageField,
        ),
      ),
      el(
        'button',
        { type: 'button', class: 'button wide', click: () => this.dispatchEvent(new CustomEvent('again')) },
        'Send something else',
      ),
    );
    status.watch(id, deleteSecret);
  }
}

function field(label, action, value, primary) {
  const copyField = el('copy-field', { label, action, primary });
  copyField.value = value;
  return copyField;
}

/** What the sender can paste into a mail or chat. */
function messageFor({ link, keyApart, expires, maxDownloads, isText }) {
  const lines = [
    `I have sent you ${isText ? 'a text' : 'a file'}, encrypted so that only you can open it:`,
    '',
    link,
    '',
  ];
  lines.push('Open the link in a browser. Nothing has to be installed.');
  if (keyApart) lines.push('You will be asked for a key; I am sending it to you separately.');
  const limit =
    maxDownloads === 1 ? ' It can be opened once.' : maxDownloads ? ` It can be opened ${maxDownloads} times.` : '';
  lines.push(`It is there until ${moment(expires)}.${limit}`);
  return lines.join('\n');
}

customElements.define('sent-transfer', SentTransfer);
