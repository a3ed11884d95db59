// The page of a request for files: somebody who has its link sends to whoever made it. There is no link to hand over: the
// key is sealed to the public key in the link of the request, and nobody else ever has it.

import { fromBase64url, toBase64url } from './crypto/bytes.js';
import { openLabel } from './crypto/label.js';
import { readRequest } from './link/read.js';
import { getRequest } from './net/api.js';
import { SenderPage } from './sender-page.js';
import { announce, facts, find, show } from './shared/dom.js';
import { bytes, moment } from './shared/format.js';
import { t, tn } from './shared/language.js';
import { TransferStatus } from './ui/transfer-status.js';
import { describe, requestWords } from './words.js';
import './shared/drops.js';

class RequestPage extends SenderPage {
  #link = readRequest(location.href);
  #token = '';
  #max = 0;
  /** @type {import('./sender-page.js').Way['to']} */
  #to;

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', () => location.reload());
    find(this, '[data-retry]').addEventListener('click', () => this.#open());
    find(this, '[data-again]').addEventListener('click', () => this.#again());
    if (isSecureContext) this.#open();
    else show(this, 'compose');
  }

  async #open() {
    const { id, seed, publicKey, reason } = this.#link;
    if (reason) {
      this.#gone(requestWords(this.#link), false);
      return;
    }
    show(this, 'loading');
    try {
      const [info, grant] = await Promise.all([getRequest(id), this.crypto.grant(fromBase64url(seed))]);
      if (info.status !== 'open') {
        this.#gone(requestWords({ reason: info.status, length: 0 }), false);
        return;
      }
      this.#token = `request.${id}.${toBase64url(grant)}`;
      this.#to = { id, publicKey: fromBase64url(publicKey) };
      await this.#describe(info, fromBase64url(seed));
      if (await this.configure()) show(this, 'compose');
      else
        this.#gone(
          { title: t('No connection'), text: t('The server could not be reached. Try again in a minute.') },
          true,
        );
    } catch (error) {
      this.#gone(describe(error, 'request'), true);
    }
  }

  /**
   * Shows what is asked for. Whoever made the link wrote it: nobody knows who that is.
   * @param {import('./shared/contract.js').RequestInfoReply} info
   * @param {import('./crypto/bytes.js').Bytes} seed
   */
  async #describe({ label, transfers_left: left, max_bytes: max, expires_at: expires }, seed) {
    let said = null;
    try {
      said = label ? await openLabel(seed, fromBase64url(label)) : null;
    } catch {
      // The service holds another one than the link is of, or none: it can be sent to all the same.
    }
    const [, title = said?.files[0].name, more = ''] = said?.note.match(/^([^\n]*)\n*(.*)$/s) ?? [];
    find(this, '[data-title]').textContent = title || t('Files are asked for');
    const note = find(this, '[data-asked]');
    note.hidden = !more;
    find(note, 'blockquote').textContent = more;
    this.#max = max;
    find(this, '[data-facts]').replaceChildren(
      ...facts([
        [t('Can still be sent'), tn('once', '{{count}} times', left)],
        ...(max ? [/** @type {[string, string]} */ ([t('Each time'), t('up to {{size}}', { size: bytes(max) })])] : []),
        [t('Takes files'), t('until {{moment}}', { moment: moment(new Date(expires)) })],
      ]),
    );
  }

  /**
   * @param {import('./words.js').Words} words
   * @param {boolean} mayPass whether it can be tried again
   */
  #gone({ title, text }, mayPass) {
    show(this, 'gone');
    find(this, '#gone-title').textContent = title;
    find(this, '[data-view="gone"] [data-text]').textContent = text;
    find(this, '[data-retry]').hidden = !mayPass;
    announce(find(this, '#gone-title'));
  }

  async configure() {
    const config = await super.configure();
    if (!config) return null;
    const max = config.max_bytes && this.#max ? Math.min(config.max_bytes, this.#max) : config.max_bytes || this.#max;
    this.config = { ...config, max_bytes: max };
    find(this, '[data-limit]').textContent = max ? t('Up to {{size}} at a time.', { size: bytes(max) }) : '';
    return this.config;
  }

  get request() {
    return this.#link.id;
  }

  get token() {
    return this.#token;
  }

  /** @param {import('./net/api.js').Config} config */
  way({ clock_offset: ahead, default_ttl_seconds: usual, max_ttl_seconds: longest }) {
    const lifetime = Math.min(Math.max(usual, 7 * 86400), longest);
    const expires = new Date(Date.now() + ahead + lifetime * 1000);
    return { maxDownloads: 0, expires, autoDelete: false, passphrase: '', to: this.#to };
  }

  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  done({ id, deleteSecret, expires }) {
    const status = new TransferStatus();
    show(this, 'sent');
    find(this, '[data-status]').replaceChildren(status);
    find(this, '[data-until]').textContent = t('until {{moment}}', { moment: moment(expires) });
    status.watch(id, deleteSecret);
    document.title = t('Delivered: {{title}}', { title: this.title });
    announce(find(this, '#sent-title'));
  }

  #again() {
    this.picker.clear();
    this.note.clear();
    document.title = this.title;
    find(this, '[data-status]').replaceChildren();
    this.#open();
  }
}

customElements.define('request-page', RequestPage);
