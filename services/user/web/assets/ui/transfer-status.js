import { plural, until } from '../format.js';
import { deleteTransfer, getInfo } from '../net/api.js';
import { describe } from '../words.js';
import { el, icon } from './dom.js';

const LOOK_EVERY = 15_000;

/**
 * <transfer-status>: what became of a transfer, for its sender, and the way to end it. watch(id, secret) starts it;
 * "deleted" follows a deletion.
 */
class TransferStatus extends HTMLElement {
  #id;
  #secret;
  #facts = el('dl', { class: 'facts', 'aria-live': 'polite' });
  #error = el('error-note');
  #button = el('button', { type: 'button', class: 'button danger' }, icon('trash'), 'Delete now');
  #timer;

  watch(id, secret) {
    this.#id = id;
    this.#secret = secret;
    this.#button.addEventListener('click', () => this.#confirm());
    this.replaceChildren(this.#facts, this.#error, el('div', { class: 'row' }, this.#button));
    this.#look();
    this.#timer = setInterval(() => {
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
      if (error.status === 404) this.#end('Not on the server any more');
      else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, 'status'));
    }
  }

  #render({ status, download_count: count, max_downloads: max, expires_at: expires, is_expired: expired }) {
    const rows = [
      ['Downloaded', max ? `${count} of ${plural(max, 'time')}` : count ? plural(count, 'time') : 'not yet'],
    ];
    if (status === 'deleted') return this.#end('Deleted');
    if (expired) rows.push(['Expired', until(new Date(expires)).replace('expired ', '')]);
    else if (expires) rows.push(['Expires', until(new Date(expires))]);
    if (status === 'exhausted' || (max && count >= max)) rows[0][1] += ', no more';
    this.#show(rows);
  }

  #end(text) {
    clearInterval(this.#timer);
    this.#show([['State', text]]);
    this.#button.hidden = true;
  }

  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return; // nothing new to read out
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
  }

  #confirm() {
    const close = () => dialog.close();
    const dialog = el(
      'dialog',
      { 'aria-labelledby': 'delete-title' },
      el(
        'form',
        { method: 'dialog' },
        el('h2', { id: 'delete-title' }, 'Delete this transfer?'),
        el(
          'p',
          {},
          'It is erased from the server at once, and the link stops working for everyone. This cannot be undone.',
        ),
        el(
          'div',
          { class: 'row' },
          el('button', { type: 'button', class: 'button', click: close }, 'Keep it'),
          el(
            'button',
            { type: 'button', class: 'button danger', 'data-confirm': true, click: () => (close(), this.#delete()) },
            icon('trash'),
            'Delete',
          ),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      this.#button.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
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
