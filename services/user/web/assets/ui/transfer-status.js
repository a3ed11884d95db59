import { deleteTransfer, getInfo } from '../net/api.js';
import { dialog, el, facts, icon } from '../shared/dom.js';
import { plural, until } from '../shared/format.js';
import { ApiError } from '../shared/http.js';
import { describe } from '../words.js';
import { ErrorNote } from './error-note.js';

const LOOK_EVERY = 15_000;

/**
 * <transfer-status>: what became of a transfer, for its sender, and the way to end it. watch(id, secret) starts it;
 * "deleted" follows a deletion.
 */
export class TransferStatus extends HTMLElement {
  #id = '';
  #secret = '';
  #facts = el('dl', { class: 'facts', 'aria-live': 'polite' });
  #error = new ErrorNote();
  #button = el('button', { type: 'button', class: 'button danger' }, icon('trash'), 'Delete now');
  #timer = 0;

  /**
   * @param {string} id
   * @param {string} secret
   */
  watch(id, secret) {
    this.#id = id;
    this.#secret = secret;
    this.#button.addEventListener('click', () => this.#confirm());
    this.replaceChildren(this.#facts, this.#error, el('div', { class: 'row' }, this.#button));
    this.#look();
    this.#timer = window.setInterval(() => {
      if (!document.hidden) this.#look();
    }, LOOK_EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  async #look() {
    try {
      const info = await getInfo(this.#id);
      this.#error.clear();
      this.#render(info);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#end('Not on the server any more');
      else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, 'status'));
    }
  }

  /** @param {import('../net/api.js').TransferInfo} info */
  #render({ status, download_count: count, max_downloads: max, expires_at: expires, is_expired: expired }) {
    if (status === 'deleted') {
      this.#end('Deleted');
      return;
    }
    let downloads = max ? `${count} of ${plural(max, 'time')}` : count ? plural(count, 'time') : 'not yet';
    if (status === 'exhausted' || (max && count >= max)) downloads += ', no more';
    /** @type {[string, string][]} */
    const rows = [['Downloaded', downloads]];
    if (expired) rows.push(['Expired', until(new Date(expires ?? '')).replace('expired ', '')]);
    else if (expires) rows.push(['Expires', until(new Date(expires))]);
    this.#show(rows);
  }

  /** @param {string} text */
  #end(text) {
    clearInterval(this.#timer);
    this.#show([['State', text]]);
    this.#button.hidden = true;
  }

  /** @param {[string, string][]} rows */
  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return; // nothing new to read out
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...facts(rows));
  }

  async #confirm() {
    const sure = await dialog({
      title: 'Delete this transfer?',
      body: el(
        'p',
        {},
        'It is erased from the server at once, and the link stops working for everyone. This cannot be undone.',
      ),
      dismiss: 'Keep it',
      action: 'Delete',
      danger: true,
      submit: () => true,
    });
    if (sure) await this.#delete();
    else this.#button.focus();
  }

  async #delete() {
    this.#button.disabled = true;
    try {
      await deleteTransfer(this.#id, this.#secret);
      this.#end('Deleted');
      this.dispatchEvent(new CustomEvent('deleted', { bubbles: true }));
    } catch (error) {
      this.#error.show(describe(error, 'delete'));
    } finally {
      this.#button.disabled = false;
    }
  }
}

customElements.define('transfer-status', TransferStatus);
