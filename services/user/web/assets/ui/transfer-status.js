import { changeExpiry, deleteTransfer, getConfig, getInfo } from '../net/api.js';
import { dialog, el, facts, icon, Problem } from '../shared/dom.js';
import { minute, moment } from '../shared/format.js';
import { ApiError } from '../shared/http.js';
import { sentences, t } from '../shared/language.js';
import { describe } from '../words.js';
import { Choice } from './choice.js';
import { ErrorNote } from './error-note.js';
import { statusRows } from './status-rows.js';

const LOOK_EVERY = 15_000;

/** @typedef {import('../net/api.js').TransferInfo} TransferInfo */

/** From now on, in seconds. @type {[string, number][]} */
const LIVES = [
  [t('1 hour'), 3600],
  [t('1 day'), 86400],
  [t('7 days'), 7 * 86400],
  [t('30 days'), 30 * 86400],
];

/**
 * <transfer-status>: what became of a transfer, for its sender, and the ways to end it sooner or later. watch(id, secret)
 * starts it; "deleted" follows a deletion, and "over" says, with a title and a picture, that it is there no more, and when
 * it was deleted from here, which the service does not tell.
 */
export class TransferStatus extends HTMLElement {
  #id = '';
  #secret = '';
  #facts = el('dl', { class: 'facts', 'aria-live': 'polite', tabindex: -1 });
  #error = new ErrorNote();
  #button = el('button', { type: 'button', class: 'button danger' }, icon('trash'), t('Delete now'));
  /** It stands there before it is known when it ends, as what is beside it would move. */
  #change = el('button', { type: 'button', class: 'button', disabled: true }, icon('clock'), t('Change when it ends'));
  #timer = 0;
  /** When it was deleted from here; 0 where it was not. */
  #deleted = 0;
  /** @type {TransferInfo | null} */
  #info = null;

  /**
   * @param {string} id
   * @param {string} secret
   * @param {number} [deleted] when it was, from here
   */
  watch(id, secret, deleted = 0) {
    this.#id = id;
    this.#secret = secret;
    this.#deleted = deleted;
    this.#button.addEventListener('click', () => this.#confirm());
    this.#change.addEventListener('click', () => this.#choose());
    this.replaceChildren(this.#facts, this.#error, el('div', { class: 'row' }, this.#change, this.#button));
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
      this.#info = await getInfo(this.#id);
      this.#error.clear();
      this.#render(this.#info);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'transfer_not_found') {
        if (this.#deleted) this.#endDeleted();
        else this.#end(t('Not on the server any more'), t('Not there any more'));
      } else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, 'status'));
    }
  }

  /** @param {TransferInfo} info */
  #render(info) {
    if (info.status === 'deleted') {
      if (info.taken_down) this.#end(t('Taken down by whoever runs this service'), t('Taken down'));
      else this.#endDeleted();
      return;
    }
    const isSent = info.status !== 'pending';
    this.#show([...(isSent ? [when(t('Sent'), new Date(info.created_at))] : []), ...statusRows(info)]);
    this.#change.disabled = false;
    this.#change.hidden = info.is_expired || Boolean(info.erased) || !info.delete_enabled;
    this.#button.hidden = info.is_expired || Boolean(info.erased);
    if (info.is_expired) this.#tell(t('Expired'), 'clock');
  }

  /**
   * @param {string} title
   * @param {string} picture
   */
  #tell(title, picture) {
    const deleted = this.#deleted || undefined;
    this.dispatchEvent(new CustomEvent('over', { bubbles: true, detail: { title, picture, deleted } }));
  }

  /**
   * @param {string} text
   * @param {string} [title]
   * @param {[string, string]} [row] what there is to say of it
   */
  #end(text, title = text, row = [t('State'), text]) {
    clearInterval(this.#timer);
    this.#tell(title, 'trash');
    this.#show([row]);
    const isHeld = this.#button === document.activeElement || this.#change === document.activeElement;
    this.#button.hidden = true;
    this.#change.hidden = true;
    if (isHeld) this.#facts.focus(); // rather than nowhere
  }

  #endDeleted() {
    const text = t('Deleted');
    this.#end(text, text, this.#deleted ? when(text, new Date(this.#deleted)) : undefined);
  }

  /** @param {[string, string][]} rows */
  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return; // nothing new to read out
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...facts(rows));
  }

  /** Lets the sender choose another end, as long as the service keeps anything at most. */
  async #choose() {
    if (!this.#info) return;
    let config;
    try {
      config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, 'status'));
      return;
    }
    const latest = Date.parse(this.#info.created_at) + config.max_ttl_seconds * 1000;
    const now = Date.now() + config.clock_offset;
    const choices = LIVES.filter(([, seconds]) => now + seconds * 1000 < latest);
    const option = (/** @type {string} */ words, /** @type {number | string} */ time, checked = false) =>
      el('label', {}, el('input', { type: 'radio', name: 'ends', value: time, checked }), el('span', {}, words));
    const fieldset = el(
      'fieldset',
      {},
      el('legend', {}, t('From now on')),
      el(
        'div',
        { class: 'segments' },
        choices.map(([words, seconds]) => option(words, now + seconds * 1000, seconds === 86400)),
        option(t('Latest'), latest, choices.length < 2),
        option(t('A date'), 'other'),
      ),
      el(
        'div',
        { 'data-other': true, hidden: true },
        el('label', { class: 'label', for: 'ends-at' }, t('On this day, at this time')),
        el('input', {
          id: 'ends-at',
          type: 'datetime-local',
          min: minute(new Date(now + 60_000)),
          max: minute(new Date(latest)),
          value: minute(new Date(Math.min(now + 86_400_000, latest))),
        }),
      ),
      el(
        'p',
        { class: 'hint' },
        t('The latest is {{moment}}: this service keeps nothing longer.', { moment: moment(new Date(latest)) }),
      ),
    );
    const choice = new Choice(fieldset);
    const changed = await dialog({
      title: t('When is it to end?'),
      body: fieldset,
      dismiss: t('Leave it'),
      action: t('Change it'),
      submit: async () => {
        const ends = choice.isOther ? new Date(choice.field.value).getTime() : choice.value;
        if (Number.isNaN(ends)) throw new Problem(t('Set a day and a time.'), choice.field);
        try {
          // A moment is lost on the way, and nothing is kept longer than the longest.
          await changeExpiry(this.#id, this.#secret, new Date(choice.isOther ? ends : Math.min(ends, latest)));
        } catch (error) {
          const { title, text } = describe(error, 'extend');
          throw new Problem(sentences(`${title}.`, text));
        }
        return true;
      },
    });
    if (changed) await this.#look();
    this.#change.focus();
  }

  async #confirm() {
    if (this.#button.ariaDisabled) return;
    const sure = await dialog({
      title: t('Delete this transfer?'),
      body: el(
        'p',
        {},
        t('It is erased from the server at once, and the link stops working for everyone. This cannot be undone.'),
      ),
      dismiss: t('Keep it'),
      action: t('Delete'),
      danger: true,
      submit: () => true,
    });
    this.#button.focus();
    if (sure) await this.#delete();
  }

  async #delete() {
    this.#button.ariaDisabled = 'true'; // and not so that it loses the focus
    try {
      await deleteTransfer(this.#id, this.#secret);
      this.#deleted = Date.now();
      this.#endDeleted();
      this.dispatchEvent(new CustomEvent('deleted', { bubbles: true }));
    } catch (error) {
      this.#error.show(describe(error, 'delete'));
    } finally {
      this.#button.ariaDisabled = null;
    }
  }
}

/**
 * @param {string} what
 * @param {Date} date
 * @returns {[string, string]}
 */
const when = (what, date) => [what, moment(date)];

customElements.define('transfer-status', TransferStatus);
