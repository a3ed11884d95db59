import { el } from '../shared/dom.js';
import { bytes, percent, span, speed } from '../shared/format.js';
import { t } from '../shared/language.js';

const SPOKEN_EVERY = 10_000;
const SETTLED_AFTER = 1500;
const STILL_AFTER = 20_000;

/**
 * <progress-meter label="…">: how far, how fast, how long still. `ahead` is work that runs before the one being
 * measured (encrypting before uploading); `done` is what counts.
 */
export class ProgressMeter extends HTMLElement {
  #ahead = el('i', { class: 'ahead' });
  #done = el('i', { class: 'done' });
  #bar = el(
    'div',
    { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    this.#ahead,
    this.#done,
  );
  #percent = el('span', { class: 'meter-percent' }, percent(0));
  #facts = el('span', { class: 'meter-facts' });
  #steps = el('p', { class: 'meter-steps' });
  #spoken = el('p', { class: 'visually-hidden', role: 'status' });
  #lastSpoken = 0;
  #pace = new Pace();
  #waiting = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #still;
  #why = '';

  connectedCallback() {
    this.#bar.setAttribute('aria-label', this.getAttribute('label') ?? '');
    this.replaceChildren(
      el('div', { class: 'meter-head' }, this.#percent, this.#facts),
      this.#bar,
      this.#steps,
      this.#spoken,
    );
  }

  /** @param {string} why what to say when it has not moved for a while, and nobody has said why */
  reset(why) {
    this.#why = why;
    this.#pace = new Pace();
    this.#waiting = '';
    this.#lastSpoken = performance.now();
    this.update({ done: 0, total: 0 });
    this.#watch();
  }

  /** To be called when nothing is to move any more. */
  rest() {
    clearTimeout(this.#still);
  }

  #watch() {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      if (!this.#waiting) this.wait(this.#why);
    }, STILL_AFTER);
  }

  /**
   * A line that says why nothing moves; the next progress takes it away.
   * @param {string} text
   */
  wait(text) {
    this.#waiting = text;
    this.#facts.textContent = text;
    this.#speak(text);
  }

  /**
   * @param {{ done: number, total: number, ahead?: number, steps?: { name: string, ahead?: boolean }[] }} progress in
   * bytes; ahead marks steps that run before the one being measured
   */
  update({ done, total, ahead = 0, steps = [] }) {
    const ratio = total ? Math.min(1, done / total) : 0;
    this.#done.style.setProperty('--done', String(ratio));
    this.#ahead.style.setProperty('--done', String(total ? Math.min(1, ahead / total) : 0));
    this.#percent.textContent = percent(ratio);
    this.#bar.setAttribute('aria-valuenow', String(Math.floor(ratio * 100)));
    this.#steps.replaceChildren(...steps.map((step) => el('span', { class: step.ahead ? 'ahead' : '' }, step.name)));

    const perSecond = this.#pace.at(done);
    if (this.#pace.moved) {
      this.#waiting = '';
      this.#watch();
    }
    if (this.#waiting) return;
    const facts = [t('{{size}} of {{all}}', { size: bytes(done), all: bytes(total) })];
    if (total && done >= total) facts.push(t('finishing…'));
    else if (perSecond > 0)
      facts.push(speed(perSecond), t('{{time}} left', { time: span((total - done) / perSecond) }));
    this.#facts.textContent = total ? facts.join(' · ') : '';
    if (performance.now() - this.#lastSpoken > SPOKEN_EVERY) this.#speak(`${percent(ratio)}. ${facts.join(t(', '))}`);
  }

  /** @param {string} text */
  #speak(text) {
    this.#lastSpoken = performance.now();
    this.#spoken.textContent = text;
  }
}

/** Bytes per second, smoothed so that the figures can be read. */
class Pace {
  #started = 0;
  #lastAt = 0;
  #last = 0;
  #perSecond = 0;
  moved = false;

  /** @param {number} done bytes so far */
  at(done) {
    const now = performance.now();
    this.moved = done > this.#last;
    if (!this.#started) {
      [this.#started, this.#lastAt, this.#last] = [now, now, done];
      return 0;
    }
    const seconds = (now - this.#lastAt) / 1000;
    if (seconds >= 0.25) {
      const current = Math.max(0, done - this.#last) / seconds;
      this.#perSecond = this.#perSecond ? this.#perSecond * 0.75 + current * 0.25 : current;
      [this.#lastAt, this.#last] = [now, done];
    }
    return now - this.#started > SETTLED_AFTER ? this.#perSecond : 0;
  }
}

customElements.define('progress-meter', ProgressMeter);
