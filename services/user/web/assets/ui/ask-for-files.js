import { fromBase64url, toBase64, toBase64url } from '../crypto/bytes.js';
import { hashSecret, newSecret, writeKey } from '../crypto/key.js';
import { isSize, openLabel, sealLabel, UNKNOWN } from '../crypto/label.js';
import { placeOf, writeRequest } from '../link/write.js';
import { closeRequest, getArrived, getConfig, getInfo, getRequest, post } from '../net/api.js';
import { forgetRequest, keepRequest, ownRequests } from '../net/own-requests.js';
import { paths } from '../shared/contract.js';
import { announce, copyButton, dialog, el, find, icon } from '../shared/dom.js';
import { ago, bytes, moment } from '../shared/format.js';
import { ApiError } from '../shared/http.js';
import { sentences, t, tn } from '../shared/language.js';
import { describe } from '../words.js';
import { CopyField } from './copy-field.js';
import { ErrorNote } from './error-note.js';
import { isolated, nameOf } from './name.js';

/** @typedef {import('../net/own-requests.js').OwnRequest} OwnRequest */
/** @typedef {import('../shared/contract.js').ArrivedTransfer} Arrived */

/** @type {Record<string, string>} */
const STATES = {
  open: t('It takes files'),
  full: t('It is full'),
  expired: t('Its time is over'),
  closed: t('It is closed'),
};

/**
 * <ask-for-files>: makes requests for files, and shows what arrived for those that were made in this browser. Its markup
 * is in the page. "back" says that the person is done here.
 */
export class AskForFiles extends HTMLElement {
  #form = find(this, 'form', HTMLFormElement);
  #title = find(this, '#ask-for', HTMLInputElement);
  #note = find(this, '#ask-note', HTMLTextAreaElement);
  #error = find(this, 'form error-note', ErrorNote);
  #made = find(this, '[data-made]');
  #own = find(this, '[data-own]');
  /** @type {import('../crypto/client.js').CryptoClient | null} */
  #crypto = null;
  /** @type {import('./token-field.js').TokenField | null} */
  #token = null;
  /** Where the token's field stands otherwise. @type {Element | null} */
  #home = null;
  #isMaking = false;

  connectedCallback() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#make();
    });
    find(this, '[data-back]').addEventListener('click', () => this.leave());
  }

  /**
   * @param {import('../crypto/client.js').CryptoClient} crypto
   * @param {import('./token-field.js').TokenField} token
   */
  open(crypto, token) {
    this.#crypto = crypto;
    this.#token = token;
    if (token.parentElement !== this.#form) this.#home = token.nextElementSibling;
    this.#error.before(token);
    this.#made.replaceChildren();
    this.#offer();
    this.#list();
  }

  /** Gives back what it had of the page. */
  leave() {
    if (this.#token) this.#home?.before(this.#token);
    this.dispatchEvent(new CustomEvent('back'));
  }

  /** Offers the times that the service allows. */
  async #offer() {
    try {
      const { max_ttl_seconds: longest, token_required: isRequired } = await getConfig();
      for (const radio of this.#radios('ask-time')) {
        find(this, `label:has([name="ask-time"][value="${radio.value}"])`).hidden = Number(radio.value) > longest;
        if (radio.checked && Number(radio.value) > longest) radio.checked = false;
      }
      if (isRequired) this.#token?.require();
    } catch (error) {
      this.#error.show(describe(error, 'ask'));
    }
  }

  /** @returns {HTMLInputElement[]} */
  #radios(/** @type {string} */ name) {
    return Array.from(this.#form.querySelectorAll(`input[name="${name}"]`));
  }

  #chosen(/** @type {string} */ name) {
    return Number(this.#radios(name).find((radio) => radio.checked)?.value ?? 0);
  }

  async #make() {
    this.#error.clear();
    if (!this.#crypto || !this.#token || this.#isMaking) return;
    const title = this.#title.value.trim();
    if (!title) {
      this.#error.show({
        title: t('What do you need?'),
        text: t('Say it in a few words: whoever has the link reads them.'),
      });
      this.#title.focus();
      return;
    }
    if (this.#token.problem) {
      this.#token.refuse(this.#token.problem);
      return;
    }
    this.#isMaking = true;
    try {
      const request = await this.#create(this.#crypto, this.#token, title);
      this.#show(request);
      this.#form.reset();
      await this.#list();
    } catch (error) {
      const words = describe(error, 'ask');
      if (error instanceof ApiError && error.status === 401) this.#token.refuse(words.text);
      this.#error.show(words);
    } finally {
      this.#isMaking = false;
    }
  }

  /**
   * @param {import('../crypto/client.js').CryptoClient} crypto
   * @param {import('./token-field.js').TokenField} token
   * @param {string} title
   * @returns {Promise<OwnRequest>}
   */
  async #create(crypto, token, title) {
    const note = this.#note.value.trim();
    const { publicKey, keys } = await crypto.newRequestKeys();
    const seed = newSecret();
    const secret = writeKey(newSecret());
    const files = [{ name: title, size: UNKNOWN, type: '' }];
    const said = note ? `${title}\n\n${note}` : title; // a name is made safe as a file's, which spoils some titles
    const label = await sealLabel(seed, { files, count: 1, size: UNKNOWN, note: said, picture: null });
    const config = await getConfig();
    const lifetime = this.#chosen('ask-time') || config.default_ttl_seconds;
    const maxTransfers = this.#chosen('ask-number');
    const made = { seed, publicKey, keys, secret, title, note, maxTransfers, created: Date.now(), expires: Date.now() };
    // Where the browser keeps nothing, that is known before anybody is asked for anything.
    await keepRequest({ ...made, id: '' });
    await forgetRequest('');
    /** @type {import('../shared/contract.js').CreateRequestReply} */
    const { request_id: id, expires_at: expires } = await post(paths.createRequest, {
      token: token.hidden ? '' : token.value,
      json: {
        public_key: toBase64url(publicKey),
        grant_hash: await hashSecret(toBase64url(await crypto.grant(seed))),
        auth_hash: await hashSecret(secret),
        max_transfers: maxTransfers,
        max_bytes: this.#chosen('ask-size'),
        expires_at: new Date(Date.now() + config.clock_offset + lifetime * 1000).toISOString(),
        label: toBase64(label),
      },
    });
    const request = { ...made, id, expires: Date.parse(expires) };
    await keepRequest(request);
    return request;
  }

  /** @param {OwnRequest} request */
  #show(request) {
    const field = new CopyField();
    field.setAttribute('label', t('The link to send by'));
    field.setAttribute('action', t('Copy link'));
    field.toggleAttribute('primary', true);
    field.value = linkOf(request);
    const heading = el('h2', { tabindex: -1 }, t('Give this link to whoever is to send'));
    this.#made.replaceChildren(
      el(
        'section',
        { class: 'card' },
        heading,
        field,
        el(
          'div',
          { class: 'row' },
          copyButton(t('Copy as message'), () => messageFor(request), { picture: 'mail' }),
        ),
        el(
          'p',
          { class: 'hint' },
          t('Whoever has it can send to you, and open nothing. What arrives is listed below.'),
        ),
      ),
    );
    announce(heading);
  }

  async #list() {
    /** @type {OwnRequest[]} */
    let all = [];
    try {
      all = await ownRequests();
    } catch {
      // The browser keeps nothing.
    }
    this.#own.hidden = all.length === 0;
    find(this.#own, '[data-list]').replaceChildren(
      ...all.map((request) => {
        const item = new OwnRequestItem();
        item.addEventListener('gone', () => this.#list());
        if (this.#crypto) item.show(request, this.#crypto);
        return item;
      }),
    );
  }
}

/** <own-request>: a request, what arrived for it, and the way to close it. "gone" says that it is not kept any more. */
class OwnRequestItem extends HTMLElement {
  #state = el('p', { class: 'hint', role: 'status' }, t('Looking…'));
  #arrived = el('ul', { class: 'files', hidden: true });
  #error = new ErrorNote();
  #actions = el('div', { class: 'row' });

  /**
   * @param {OwnRequest} request
   * @param {import('../crypto/client.js').CryptoClient} crypto
   */
  show(request, crypto) {
    this.#arrived.setAttribute('aria-label', t('What arrived for {{name}}', { name: request.title }));
    this.replaceChildren(
      el('h3', { tabindex: -1 }, nameOf(request.title)),
      this.#state,
      this.#arrived,
      this.#error,
      this.#actions,
    );
    this.#look(request, crypto);
  }

  /**
   * @param {OwnRequest} request
   * @param {import('../crypto/client.js').CryptoClient} crypto
   */
  async #look(request, crypto) {
    const { id, secret } = request;
    const look = () => this.#look(request, crypto);
    const button = (/** @type {string} */ picture, /** @type {string} */ words, /** @type {() => void} */ click) =>
      el('button', { type: 'button', class: 'button', click }, icon(picture), words);
    this.#error.clear();
    try {
      const [info, { transfers = [] }] = await Promise.all([getRequest(id), getArrived(id, secret)]);
      const isOpen = info.status === 'open';
      const state = STATES[info.status] ?? info.status;
      const { length: count } = transfers;
      this.#state.textContent = isOpen
        ? sentences(
            tn('{{count}} transfer has arrived.', '{{count}} transfers have arrived.', count),
            tn(
              '{{count}} more can come until {{moment}}.',
              '{{count}} more can come until {{moment}}.',
              info.transfers_left,
              {
                moment: moment(new Date(info.expires_at)),
              },
            ),
          )
        : sentences(`${state}.`, tn('{{count}} transfer has arrived.', '{{count}} transfers have arrived.', count));
      this.#arrived.hidden = transfers.length === 0;
      this.#arrived.replaceChildren(...transfers.map((transfer) => arrivedItem(transfer, request, crypto)));
      this.#actions.replaceChildren(
        ...(isOpen ? [copyButton(t('Copy link'), () => linkOf(request))] : []),
        button('refresh', t('Look again'), look),
        ...(isOpen ? [button('ban', t('Close it'), () => this.#close(request, look))] : []),
        ...(isOpen ? [] : [button('trash', t('Take off the list'), () => this.#forget(request, transfers.length))]),
      );
    } catch (error) {
      this.#state.textContent = '';
      this.#error.show(describe(error, 'ask'));
      this.#actions.replaceChildren(
        button('refresh', t('Try again'), look),
        button('trash', t('Take off the list'), () => this.#forget(request, 0)),
      );
    }
  }

  /**
   * @param {OwnRequest} request
   * @param {() => void} look
   */
  async #close({ id, secret, title }, look) {
    const sure = await dialog({
      title: t('Close this request?'),
      body: el(
        'p',
        {},
        t('Nobody can send for {{name}} any more. What has arrived stays until it ends.', { name: isolated(title) }),
      ),
      dismiss: t('Keep it open'),
      action: t('Close it'),
      danger: true,
      submit: () => true,
    });
    if (!sure) return;
    try {
      await closeRequest(id, secret);
      look();
    } catch (error) {
      this.#error.show(describe(error, 'ask'));
    }
    find(this, 'h3').focus();
  }

  /**
   * @param {OwnRequest} request
   * @param {number} arrived
   */
  async #forget({ id, title }, arrived) {
    const sure = await dialog({
      title: t('Take it off the list?'),
      body: el(
        'p',
        {},
        sentences(
          t('This browser forgets the key for {{name}}.', { name: isolated(title) }),
          arrived > 0 && t('What arrived and was not saved yet can then be opened by nobody.'),
        ),
      ),
      dismiss: t('Keep it'),
      action: t('Forget it'),
      danger: true,
      submit: () => true,
    });
    if (!sure) return;
    await forgetRequest(id);
    this.dispatchEvent(new CustomEvent('gone'));
  }
}

/**
 * What arrived, with what it is called as soon as that is known, and the way to open it.
 * @param {Arrived} transfer
 * @param {OwnRequest} request
 * @param {import('../crypto/client.js').CryptoClient} crypto
 */
function arrivedItem(
  { transfer_id: id, status, payload_bytes: size, created_at: created, sealed_key: sealed },
  request,
  crypto,
) {
  const name = el('span', { class: 'name' }, t('Number {{id}}', { id }));
  const sizeAndAge = (/** @type {number} */ of) =>
    t('{{size}}, {{ago}}', { size: bytes(of), ago: ago(new Date(created)) });
  const facts = el('span', { class: 'size' }, sizeAndAge(size)); // sealed it is a little more
  const item = el('li', {}, icon('file'), name, facts);
  const say = (/** @type {string} */ text) => item.append(el('span', { class: 'size' }, text));
  const open = async () => {
    if (status !== 'completed') {
      say(status === 'deleted' ? t('deleted by its sender') : t('over'));
      return;
    }
    let key;
    try {
      key = await crypto.openKey(request.keys, request.id, fromBase64url(sealed));
    } catch {
      say(t('not sealed for this request')); // whoever has the link can send anything
      return;
    }
    const link = el('a', { class: 'button', href: placeOf(id, writeKey(key)) }, t('Open'));
    item.append(link);
    try {
      const { label } = await getInfo(id);
      const said = label ? await openLabel(key, fromBase64url(label)) : null;
      if (!said) return;
      const rest =
        said.count > 1 ? ` ${tn('and {{count}} more file', 'and {{count}} more files', said.count - 1)}` : '';
      name.replaceChildren(nameOf(said.files[0].name), rest);
      if (isSize(said.size)) facts.textContent = sizeAndAge(said.size);
      link.setAttribute('aria-label', t('Open {{name}}', { name: said.files[0].name + rest }));
    } catch {
      // It has a passphrase beside, or is over: its page says so.
    }
  };
  open();
  return item;
}

/** @param {OwnRequest} request */
const linkOf = ({ id, seed, publicKey }) =>
  writeRequest(location.origin, { id, seed: toBase64url(seed), publicKey: toBase64url(publicKey) });

/**
 * What the maker can paste into a mail or chat.
 * @param {OwnRequest} request
 */
const messageFor = (request) =>
  [
    t('Please send me: {{name}}', { name: request.title }),
    ...(request.note ? ['', request.note] : []),
    '',
    linkOf(request),
    '',
    t('Open the link in a browser and choose the files. They are encrypted so that only I can open them.'),
    t('It is open until {{moment}}.', { moment: moment(new Date(request.expires)) }),
  ].join('\n');

customElements.define('own-request', OwnRequestItem);
customElements.define('ask-for-files', AskForFiles);
