import { find } from '../shared/dom.js';
import { minute, moment, span } from '../shared/format.js';
import { t, tn } from '../shared/language.js';
import { Choice } from './choice.js';

const SOON = 60_000; // milliseconds: nothing ends before it has begun

/** @typedef {import('../words.js').Words} Words */

/**
 * <send-options>: how long it is kept and how often it can be had, in one line that opens. Its markup is in the page.
 */
export class SendOptions extends HTMLElement {
  #more = find(this, 'details', HTMLDetailsElement);
  #said = find(this, '[data-said]');
  #life = new Choice(find(this, '[data-expiry]'));
  #downloads = new Choice(find(this, '[data-downloads]'));
  #erase = find(this, '[data-auto-delete]');
  /** Milliseconds that it is kept at most, and where nothing is chosen. */
  #longest = Number.POSITIVE_INFINITY;
  #usual = 0;
  #ahead = 0;

  connectedCallback() {
    this.addEventListener('input', () => this.#say());
    this.addEventListener('change', () => this.#say());
    this.#more.addEventListener('toggle', () => this.#bound());
  }

  /** @param {import('../net/api.js').Config} config */
  configure({ max_ttl_seconds: longest, default_ttl_seconds: usual, clock_offset: ahead }) {
    this.#longest = longest * 1000;
    this.#usual = usual * 1000;
    this.#ahead = ahead;
    this.#life.allow((seconds) => seconds <= longest, usual);
    this.#bound();
    this.#say();
  }

  /** 0 is no limit. */
  get maxDownloads() {
    return this.#downloads.isOther ? Number(this.#downloads.field.value) : this.#downloads.value;
  }

  get expires() {
    if (this.#life.isOther) return new Date(this.#life.field.value); // which is a time of this device's zone
    return new Date(this.#now + (this.#life.value * 1000 || this.#usual));
  }

  get autoDelete() {
    return this.maxDownloads > 0 && find(this.#erase, 'input', HTMLInputElement).checked;
  }

  /** What keeps the options from being used, and the field that it is about; null if nothing does. */
  get problem() {
    const wrong = this.#wrongTime() ?? this.#wrongNumber();
    if (wrong) this.#more.open = true;
    return wrong;
  }

  /** By the clock of the service. */
  get #now() {
    return Date.now() + this.#ahead;
  }

  get #latest() {
    return new Date(this.#now + this.#longest);
  }

  /** @returns {{ words: Words, field: HTMLElement } | null} */
  #wrongTime() {
    const { isOther, field } = this.#life;
    const time = this.expires.getTime();
    if (!isOther) return null;
    if (Number.isNaN(time))
      return wrong(t('When is it to expire?'), t('Set a day and a time, or choose one of the others.'), field);
    if (time < this.#now + SOON) return wrong(t('That time has passed'), t('Set one that is still to come.'), field);
    const latest = this.#latest;
    // The field knows minutes, and what is as long as may be ends within one.
    if (time >= latest.getTime())
      return wrong(
        t('That is too long'),
        t('This service keeps nothing beyond {{moment}}.', { moment: moment(latest) }),
        field,
      );
    return null;
  }

  #wrongNumber() {
    const { isOther, field } = this.#downloads;
    const number = this.maxDownloads;
    if (!isOther || (Number.isSafeInteger(number) && number >= 1)) return null;
    return wrong(
      t('How often can it be downloaded?'),
      t('Enter a whole number from 1, or choose one of the others.'),
      field,
    );
  }

  /** Tells the field what can be set. */
  #bound() {
    const { field } = this.#life;
    if (this.#longest === Number.POSITIVE_INFINITY) return;
    field.min = minute(new Date(this.#now + 2 * SOON));
    field.max = minute(this.#latest);
    find(this, '[data-latest]').textContent = t('{{moment}} at the latest.', { moment: moment(this.#latest) });
    if (!field.value && !this.#life.isOther) field.value = minute(this.expires);
  }

  #say() {
    const number = this.maxDownloads;
    this.#erase.hidden = number === 0 && !this.#downloads.isOther;
    const life = this.#life.isOther ? untilWords(this.expires) : this.#life.words || span(this.#usual / 1000);
    const times =
      number >= 1
        ? tn('{{count}} download', '{{count}} downloads', number)
        : this.#downloads.isOther
          ? ''
          : t('no limit');
    this.#said.textContent = [life, times].filter(Boolean).join(' · ');
  }
}

const untilWords = (/** @type {Date} */ time) =>
  Number.isNaN(time.getTime()) ? '' : t('until {{moment}}', { moment: moment(time) });

/**
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement} field
 */
const wrong = (title, text, field) => ({ words: { title, text }, field });

customElements.define('send-options', SendOptions);
