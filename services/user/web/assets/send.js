// The send page: compose, send, hand over the link. /#invite/<token> brings the access token, /#manage/<id>/<secret> shows
// the sender's page of a transfer, which is then /#manage/<id>, and /#ask where files are asked for.

import { picked } from './files/selection.js';
import { endOwn, enterOwn, isOwn, leaveOwn, takeOwn } from './link/own.js';
import { writeLinks } from './link/write.js';
import { isKeeping, ownTransfer } from './net/own-transfers.js';
import { removeOver } from './net/storage.js';
import { scriptURL } from './script-url.js';
import { Missing, SenderPage, subjectOf } from './sender-page.js';
import { announce, dialog, el, find, icon, show } from './shared/dom.js';
import { bytes } from './shared/format.js';
import { sentences, t, tn } from './shared/language.js';
import { AskForFiles } from './ui/ask-for-files.js';
import { PassphraseField } from './ui/passphrase-field.js';
import { SendOptions } from './ui/send-options.js';
import { loadSentHere } from './ui/sent-here.js';
import { linkField, loadDrawing, SentTransfer } from './ui/sent-transfer.js';
import { onceSomebodyIsHere } from './ui/somebody.js';
import { tabs } from './ui/tabs.js';
import { TokenField } from './ui/token-field.js';
import { TransferStatus } from './ui/transfer-status.js';
import { cutManage, lacksSecret, stale } from './words.js';
import './shared/drops.js';

/** @returns {Promise<typeof import('./share-later.js')>} */
const loadShare = () => import(new URL('./share-later.js', import.meta.url).href);

/** Has what takes what other apps share there. */
const prepareShare = () => loadShare().then(({ prepare }) => prepare(scriptURL));

const MAX_TEXT = 1024 * 1024; // bytes; longer ones are better sent as a file

class SendPage extends SenderPage {
  #text = find(this, '#text', HTMLTextAreaElement);
  #token = find(this, 'token-field', TokenField);
  #options = find(this, 'send-options', SendOptions);
  #passphrase = find(this, 'passphrase-field', PassphraseField);
  #ask = find(this, 'ask-for-files', AskForFiles);
  #result = find(this, '[data-links]');
  #mode = 'tab-files';
  #selectTab = tabs(find(this, '[role="tablist"]'), (id) => {
    this.#mode = id;
    this.error.clear();
  });
  /** The link of what is being sent. */
  #early = linkField('');
  #isTaken = false; // before all was sent
  #linkAtRisk = false;
  #shown = ''; // the ID of the transfer whose page this is

  connectedCallback() {
    super.connectedCallback();
    this.#text.addEventListener('input', () => this.#count());
    this.picker.addEventListener('change', () => {
      if (this.picker.entries.length) this.chooseFiles();
    });
    const early = find(this, '[data-early]');
    early.append(
      this.#early,
      el('p', { class: 'hint' }, t('You can hand it over now: whoever opens it waits for the rest.')),
    );
    early.addEventListener('copied', () => {
      this.#isTaken = true;
    });
    find(this, '[data-ask]').addEventListener('click', () => this.#openAsk());
    this.#ask.addEventListener('back', () => this.#back());
    find(this, '[data-mine]').addEventListener('click', () => this.#openMine());
    this.#offerMine();
    addEventListener('hashchange', () => this.#follow());
    document.querySelector('.skip')?.addEventListener('click', (event) => {
      event.preventDefault(); // the address may be that of a transfer
      document.getElementById('main')?.focus();
    });
    this.#follow();
    removeOver().catch(() => {}); // of what was received in this browser
    if (isSecureContext) this.configure();
    onceSomebodyIsHere(() => loadDrawing().catch(() => {})); // it is asked for again
    if (matchMedia('(display-mode: standalone)').matches) prepareShare();
    else if (matchMedia('(pointer: coarse)').matches) onceSomebodyIsHere(prepareShare);
  }

  async configure() {
    const config = await super.configure();
    if (!config) return null;
    const { max_bytes: max, token_required: isRequired } = config;
    find(this, '[data-limit]').textContent = max ? t('Up to {{size}} at a time.', { size: bytes(max) }) : '';
    if (isRequired) this.#token.require();
    else this.#token.hidden = true;
    this.#options.configure(config);
    return config;
  }

  #count() {
    const { length } = this.#text.value;
    const over = sizeOf(this.#text.value) > MAX_TEXT;
    find(this, '[data-counter]').textContent = sentences(
      tn('{{count}} character', '{{count}} characters', length) + (over ? '.' : ''),
      over && t('More than {{size}}: send it as a file instead.', { size: bytes(MAX_TEXT) }),
    );
  }

  /**
   * @param {string} text
   * @param {Event} event
   */
  pasted(text, event) {
    event.preventDefault();
    this.#selectTab('tab-text');
    this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, 'end');
    this.#text.focus();
    this.#count();
  }

  chooseFiles() {
    this.#selectTab('tab-files');
  }

  /**
   * @param {number} max bytes, 0 for no limit
   * @returns {import('./sender-page.js').Content}
   */
  content(max) {
    if (this.#mode !== 'tab-text') return this.files(max);
    const text = this.#text.value;
    if (!text)
      throw new Missing({ title: t('There is no text yet'), text: t('Write or paste one first.') }, this.#text);
    if (sizeOf(text) > MAX_TEXT) {
      const advice = t('Up to {{size}}. Save it as a file and send that.', { size: bytes(MAX_TEXT) });
      throw new Missing({ title: t('Too long for a text'), text: advice }, this.#text);
    }
    return {
      isText: true,
      source: { text },
      subject: [tn('{{count}} character', '{{count}} characters', text.length), sizeOf(text)],
    };
  }

  get token() {
    return this.#token.hidden ? '' : this.#token.value;
  }

  mayGoOn() {
    if (this.#token.problem) this.#token.refuse(this.#token.problem);
    return !this.#token.problem;
  }

  way() {
    if (this.#passphrase.problem) throw new Missing(this.#passphrase.problem, this.#passphrase);
    const { problem, maxDownloads, expires, autoDelete } = this.#options;
    if (problem) throw new Missing(problem.words, problem.field);
    if (!this.mayGoOn()) return null;
    const { value: passphrase, words } = this.#passphrase;
    return { maxDownloads, expires, autoDelete, passphrase, words };
  }

  /** @param {string} why */
  refused(why) {
    this.#token.refuse(why);
  }

  get isAtRisk() {
    return this.#linkAtRisk;
  }

  begun() {
    this.#early.value = '';
    this.#isTaken = false;
  }

  /**
   * @param {string} id
   * @param {string} key
   */
  created(id, key) {
    this.#early.value = writeLinks(location.origin, id, key).whole;
  }

  /** @param {boolean} isKept */
  ended(isKept) {
    return isKept
      ? t('The link stays the same, and opens it once the rest is sent.')
      : t('The link that you may have copied opens nothing.');
  }

  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  done(transfer) {
    enterOwn({ ...transfer, words: '' }); // which are nowhere but here
    this.#shown = transfer.id;
    this.#showSent(t('Sealed and ready'), 'check');
    this.#showLink(transfer, isKeeping());
    this.#linkAtRisk = !this.#isTaken;
    document.title = t('Ready: {{title}}', { title: this.title });
    announce(find(this, '#sent-title'));
  }

  /**
   * @param {import('./ui/sent-transfer.js').Transfer} transfer
   * @param {boolean} isKept on the list of this device
   */
  #showLink(transfer, isKept) {
    const result = new SentTransfer();
    const safe = () => {
      this.#linkAtRisk = false;
    };
    result.addEventListener('taken', safe);
    result.addEventListener('deleted', safe);
    result.addEventListener('again', () => this.startOver());
    result.addEventListener('over', (event) => this.#over(event));
    this.#result.replaceChildren(result);
    result.show(transfer, isKept);
  }

  /**
   * @param {string} title
   * @param {string} picture of what is good; another is plain
   */
  #showSent(title, picture) {
    const view = show(this, 'sent');
    find(view, '#sent-title').textContent = title;
    const seal = icon(picture);
    seal.setAttribute('class', picture === 'check' ? 'seal' : 'seal plain');
    find(view, '.seal', SVGElement).replaceWith(seal);
  }

  /** What was sent is there no more. */
  #over(/** @type {Event} */ event) {
    if (!this.#result.contains(/** @type {Node} */ (event.target))) return; // the person has gone on
    const { title, picture, deleted } = /** @type {CustomEvent} */ (event).detail;
    this.#linkAtRisk = false;
    endOwn(deleted);
    this.#showSent(title, picture);
    document.title = `${title}: ${this.title}`;
  }

  async startOver() {
    if (!this.#ask.hidden) {
      this.#ask.leave();
      return true;
    }
    if (this.#linkAtRisk && !(await this.#mayForget())) return false;
    this.#linkAtRisk = false;
    leaveOwn();
    this.picker.clear();
    this.#text.value = '';
    this.note.clear();
    this.#passphrase.clear();
    this.#count();
    this.#back();
    return true;
  }

  async #mayForget() {
    return dialog({
      title: t('Go on without the link?'),
      body: el('p', {}, t('You have not copied it yet. Without it nobody can open what you sent.')),
      dismiss: t('Stay here'),
      action: t('Go on'),
      danger: true,
      submit: () => true,
    });
  }

  #back() {
    this.#shown = '';
    this.#result.replaceChildren();
    if (this.#token.value) this.#token.require();
    this.#offerMine();
    document.title = this.title;
    show(this, 'compose');
    announce(find(this, '[role="tab"][aria-selected="true"]'));
    this.configure(); // and what can go on is offered
  }

  #follow() {
    const [, invite] = location.hash.match(/^#invite\/(.*)$/) ?? [];
    if (invite !== undefined) this.#takeInvite(invite);
    else if (location.hash === '#ask') this.#openAsk();
    else if (/^#(not-)?shared$/.test(location.hash)) this.#takeShared();
    else if (isOwn()) this.#openOwn();
    else if (!location.hash && !find(this, '[data-view="sent"]').hidden) this.#goneBack(); // in the history
  }

  /** The person went back from the page of what was sent, which may have the only copy of its link. */
  async #goneBack() {
    if (this.#linkAtRisk && !(await this.#mayForget())) {
      history.forward();
      return;
    }
    this.#linkAtRisk = false;
    this.#back();
  }

  /** Somebody was invited to send: the token in the link is taken, and does not stay in the address bar. */
  #takeInvite(/** @type {string} */ token) {
    history.replaceState(null, '', location.pathname);
    this.#token.invite(token);
    if (this.config?.token_required) this.#token.require(); // otherwise it is when that is known
  }

  /** Another app shared something with this one. */
  async #takeShared() {
    const isHere = location.hash === '#shared';
    history.replaceState(null, '', location.pathname);
    const { files = [], text = '' } = (isHere && (await (await loadShare()).taken())) || {};
    if (files.length) {
      this.chooseFiles();
      this.picker.add(picked(files));
    } else if (text) this.pasted(text, new Event('paste'));
    else {
      this.error.show({
        title: t('What you shared did not come through'),
        text: t('Nothing of it was sent. Choose it here instead.'),
      });
      prepareShare(); // for the next time
    }
  }

  #openAsk() {
    if (this.running) return;
    history.replaceState(null, '', location.pathname);
    this.settle();
    show(this, 'ask');
    this.#ask.open(this.crypto, this.#token);
    announce(find(this.#ask, 'h2'));
  }

  /** Offers the list of what was sent, where it is kept. */
  #offerMine() {
    find(this, '[data-sent-here]').hidden = !isKeeping();
  }

  async #openMine() {
    const card = find(this, '[data-view="mine"]');
    try {
      const { showSentHere } = await loadSentHere();
      const heading = await showSentHere(card, () => this.#back());
      show(this, 'mine');
      announce(heading);
    } catch {
      this.error.show(stale);
    }
  }

  /** The sender's page of an earlier transfer, with what this browser knows of it. */
  async #openOwn() {
    if (this.running) return;
    const own = takeOwn();
    if (!own) {
      this.warn(cutManage);
      return;
    }
    if (own.id === this.#shown) return; // it is there still
    const listed = await ownTransfer(own.id).catch(() => undefined); // the browser may keep nothing
    if (this.running || location.hash !== `#manage/${own.id}`) return; // the person has gone on
    const { id, name = listed?.name, size = listed?.size ?? 0 } = own;
    const secret = own.deleteSecret || listed?.deleteSecret || '';
    if (!secret && !own.isOver) {
      this.warn(lacksSecret);
      return;
    }
    this.settle();
    this.#shown = id;
    this.#showSent(t('Your transfer'), 'eye');
    find(this, '[data-view="sent"] [data-subject]').replaceChildren(
      ...(name ? subjectOf(name, size) : [t('Number {{id}}', { id })]),
    );
    if (own.key) {
      this.#showLink(/** @type {import('./ui/sent-transfer.js').Transfer} */ (own), Boolean(listed));
    } else {
      const status = new TransferStatus();
      const another = { type: 'button', class: 'button', click: () => this.startOver() };
      this.#result.replaceChildren(
        status,
        el('div', { class: 'row' }, el('button', another, t('Send something else'))),
      );
      status.addEventListener('over', (event) => this.#over(event));
      status.watch(id, secret, own.deleted);
    }
    announce(find(this, '#sent-title'));
  }
}

const sizeOf = (/** @type {string} */ text) => new Blob([text]).size;

customElements.define('send-page', SendPage);
