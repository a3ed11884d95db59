import { writeManage } from '../link/own.js';
import { writeLinks } from '../link/write.js';
import { forgetTransfer, keepFromNow, keepTransfer } from '../net/own-transfers.js';
import { el, icon } from '../shared/dom.js';
import { moment } from '../shared/format.js';
import { sentences, t, tn } from '../shared/language.js';
import { CopyField } from './copy-field.js';
import { handOver } from './hand-over.js';
import { keptWords } from './status-rows.js';
import { TransferStatus } from './transfer-status.js';

/**
 * Loads what draws QR codes: when somebody is there, as after a deploy it may be gone.
 * @returns {Promise<typeof import('./qr-later.js')>}
 */
export const loadDrawing = () => import(new URL('./qr-later.js', import.meta.url).href);

/**
 * @typedef {{
 *   id: string, key: string, deleteSecret: string, expires: Date, maxDownloads: number, isText: boolean,
 *   isLocked: boolean, words: string, name: string, size: number, sent: number,
 * }} Transfer maxDownloads is 0 where there is no limit; isLocked where there is a passphrase beside the key, and words
 * those that were made for it; sent is when, in milliseconds since 1970
 */

/**
 * <sent-transfer>: everything a sender needs after sending. "taken" says that the link has left the page; "again"
 * that the sender wants to send something else.
 */
export class SentTransfer extends HTMLElement {
  /**
   * @param {Transfer} transfer
   * @param {boolean} isKept on the list of this device
   */
  show(transfer, isKept) {
    const { id, key, deleteSecret, isLocked, words } = transfer;
    const { whole, withoutKey } = writeLinks(location.origin, id, key);
    const link = () => (toggle.checked ? withoutKey : whole);
    const taken = () => this.dispatchEvent(new CustomEvent('taken'));
    this.addEventListener('copied', taken);

    const wholeField = linkField(whole);
    const handWhole = el(
      'div',
      { class: 'row' },
      handOver(() => messageFor(transfer, whole, false), taken),
    );
    const apart = el(
      'div',
      { class: 'apart', hidden: true },
      field(t('1. The link'), t('Copy link'), withoutKey, true),
      el(
        'div',
        { class: 'row' },
        handOver(() => messageFor(transfer, withoutKey, true), taken),
      ),
      field(t('2. The key'), t('Copy key'), key),
      el(
        'div',
        { class: 'row' },
        handOver(() => keyMessage(key), taken),
      ),
      el(
        'p',
        { class: 'hint' },
        t('Send them by two different ways, such as mail and phone. Either alone opens nothing.'),
      ),
    );
    const qrPanel = el('div', { class: 'qr', id: 'qr-panel', hidden: true });
    const showsQr = qrButton(qrPanel);
    const drawing = loadDrawing();
    const drawQr = () =>
      drawing.then(
        ({ qrPicture }) => {
          const picture = qrPicture(link(), t('QR code of the link'));
          const holds = toggle.checked
            ? t('Holds the link without the key.')
            : t('Holds the whole link: whoever photographs it can open the transfer.');
          const hint = picture ? holds : t('The address of this site is too long for a QR code.');
          qrPanel.replaceChildren(picture ?? '', el('p', { class: 'hint' }, hint));
        },
        () => {
          showsQr.hidden = true;
        },
      );
    const turn = () => {
      wholeField.hidden = toggle.checked;
      handWhole.hidden = toggle.checked;
      apart.hidden = !toggle.checked;
      drawQr();
    };
    const toggle = el('input', { type: 'checkbox', role: 'switch' });
    toggle.addEventListener('change', turn);
    drawQr();

    const manageField = field(t('Your private page'), t('Copy'), writeManage(location.origin, transfer));
    manageField.addEventListener('copied', (event) => event.stopPropagation()); // not the link it is about
    const status = new TransferStatus();
    status.addEventListener('over', () => this.classList.add('over'));

    this.replaceChildren(
      wholeField,
      apart,
      isLocked
        ? el(
            'p',
            { class: 'note' },
            t(
              'The link opens nothing without the passphrase. Tell the recipient by another way, such as the phone: nobody ' +
                'can find it out later.',
            ),
          )
        : '',
      words && spokenField(words),
      el('label', { class: 'check' }, toggle, el('span', {}, t('Show link and key separately'))),
      handWhole,
      el('div', { class: 'row' }, showsQr),
      qrPanel,
      status,
      el(
        'details',
        {},
        el('summary', {}, icon('eye'), t('See or delete it later')),
        el(
          'div',
          {},
          el(
            'p',
            { class: 'hint' },
            t('This page shows how often it was downloaded and can delete it. It cannot open it. Keep it to yourself.'),
          ),
          manageField,
        ),
      ),
      keepSwitch(transfer, isKept),
      el(
        'button',
        { type: 'button', class: 'button wide again', click: () => this.dispatchEvent(new CustomEvent('again')) },
        t('Send something else'),
      ),
    );
    status.watch(id, deleteSecret);
  }
}

/**
 * Keeps it on the list of this device, if the person wants that, and what is sent from then on.
 * @param {Transfer} transfer
 * @param {boolean} isKept
 */
function keepSwitch({ id, key, deleteSecret, name, size, isText, sent }, isKept) {
  const keep = el('input', { type: 'checkbox', role: 'switch', checked: isKept });
  const hint = el('p', { class: 'hint', role: 'status' }, keptWords());
  const turn = async () => {
    try {
      keepFromNow(keep.checked);
      if (keep.checked) await keepTransfer({ id, key, deleteSecret, name, size, isText, sent });
      else await forgetTransfer(id);
      hint.textContent = keptWords();
    } catch {
      keep.checked = false;
      hint.textContent = t('This browser keeps nothing');
    }
  };
  keep.addEventListener('change', turn);
  if (keep.checked) turn();
  const label = el('label', { class: 'check' }, keep, el('span', {}, t('Keep it on a list in this browser')));
  return el('div', { class: 'keep' }, label, hint);
}

/** Words that were made for a passphrase, which is not the link: who copies them still lacks that. */
function spokenField(/** @type {string} */ words) {
  const copyField = field(t('Passphrase'), t('Copy'), words);
  copyField.addEventListener('copied', (event) => event.stopPropagation());
  return copyField;
}

/** The link to a transfer; nothing while there is none. */
export const linkField = (/** @type {string} */ link) => field(t('Link'), t('Copy link'), link, true);

/**
 * @param {string} label
 * @param {string} action
 * @param {string} value
 */
function field(label, action, value, primary = false) {
  const copyField = new CopyField();
  copyField.setAttribute('label', label);
  copyField.setAttribute('action', action);
  copyField.toggleAttribute('primary', primary);
  copyField.value = value;
  return copyField;
}

/** @param {HTMLElement} panel */
function qrButton(panel) {
  const button = el(
    'button',
    { type: 'button', class: 'button', 'aria-controls': panel.id, 'aria-expanded': 'false' },
    icon('qr'),
    t('QR code'),
  );
  button.addEventListener('click', () => {
    panel.hidden = !panel.hidden;
    button.setAttribute('aria-expanded', String(!panel.hidden));
  });
  return button;
}

/**
 * What the sender can paste into a mail or chat.
 * @param {Transfer} transfer
 * @param {string} link
 * @param {boolean} keyApart
 */
function messageFor({ expires, maxDownloads: max, isText, isLocked }, link, keyApart) {
  const text = [
    isText
      ? t('I have sent you a text, encrypted so that only you can open it:')
      : t('I have sent you a file, encrypted so that only you can open it:'),
    '',
    link,
    '',
    t('Open the link in a browser. Nothing has to be installed.'),
    ...(keyApart ? [t('You will be asked for a key; I am sending it to you separately.')] : []),
    ...(isLocked ? [t('You will be asked for a passphrase; I am telling it to you separately.')] : []),
    sentences(
      t('It is there until {{moment}}.', { moment: moment(expires) }),
      max > 0 && tn('It can be opened once.', 'It can be opened {{count}} times.', max),
    ),
  ].join('\n');
  return { subject: isText ? t('A text for you, encrypted') : t('A file for you, encrypted'), text };
}

/**
 * The key alone, for another way than the link.
 * @param {string} key
 */
const keyMessage = (key) => ({
  subject: t('The key'),
  text: [
    t('This is the key for what I have sent you:'),
    '',
    key,
    '',
    t('Open the link that I am sending you separately, and put the key in where it is asked for.'),
  ].join('\n'),
});

customElements.define('sent-transfer', SentTransfer);
