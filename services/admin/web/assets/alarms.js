// What the alarms of the stack on AWS say: the part of the system page that shows those that sound first.

import { call, Refusal } from './api.js';
import { codes, paths } from './shared/contract.js';
import { el, icon } from './shared/dom.js';
import { ago, plural } from './shared/format.js';
import { failed, messageOf } from './view.js';

/** @typedef {import('./shared/contract.js').Alarm} Alarm */

/** @type {Record<string, [kind: string, picture: string, words: string]>} */
const STATES = {
  ALARM: ['failure', 'alert', 'Sounds'],
  INSUFFICIENT_DATA: ['exhausted', 'clock', 'Lacks data'],
  OK: ['', 'check', 'Quiet'],
};

export class Alarms {
  #line = el('p', { class: 'muted', role: 'status' }, 'Asking AWS');
  #note = el('p', { class: 'note warn', hidden: true });
  #loud = el('ul', { class: 'card' });
  #quiet = el('ul', {});
  #count = el('summary', {});
  #rest = el('details', { class: 'card', hidden: true }, this.#count, this.#quiet);
  #below = el('div', { class: 'below' });
  /** Whether one sounds, as far as it is known. */
  sound = false;
  /** @type {Date | undefined} when AWS last answered */
  #asked;

  element = el(
    'section',
    { class: 'part alarms', 'aria-labelledby': 'alarms-title' },
    el('header', { class: 'head' }, el('div', {}, el('h2', { id: 'alarms-title' }, 'Alarms'), this.#line)),
    this.#note,
    this.#loud,
    this.#rest,
    this.#below,
  );

  async load() {
    try {
      /** @type {import('./shared/contract.js').AlarmsReply} */
      const all = await call('GET', paths.alarms);
      this.#below.replaceChildren();
      if (all.status === 'not_configured') {
        this.#say(
          'None here: only a stack on AWS has them. Whether all answers stands above, and metrics tell the rest.',
        );
        return;
      }
      this.#asked = new Date();
      this.#show(all);
    } catch (problem) {
      const text = whyNot(problem);
      if (this.#asked) this.#say(`${text} This is what it said ${ago(this.#asked)}.`);
      else {
        this.#say('');
        this.#below.replaceChildren(failed('The alarms cannot be shown', text, () => this.load()));
      }
    }
  }

  /** @param {import('./shared/contract.js').AlarmsReply} reply */
  #show({ alarms, missing }) {
    const quiet = alarms.filter(({ state }) => state === 'OK');
    const loud = alarms.filter(({ state }) => state !== 'OK');
    const sound = loud.filter(({ state }) => state === 'ALARM').length;
    this.sound = sound > 0;
    this.#note.hidden = missing.length === 0;
    this.#note.textContent = `The alarms in ${missing.join(' and ')} cannot be asked now: theirs are missing.`;
    this.#loud.replaceChildren(...loud.map(row));
    this.#quiet.replaceChildren(...quiet.map(row));
    this.#rest.hidden = quiet.length === 0;
    this.#count.textContent = quiet.length === 1 ? 'The one that is quiet' : `The ${quiet.length} that are quiet`;
    this.#say(summary(alarms.length, sound, loud.length - sound));
  }

  /**
   * Announced when it changes, not with every look.
   * @param {string} text
   */
  #say(text) {
    if (this.#line.textContent !== text) this.#line.textContent = text;
  }
}

/**
 * @param {number} all
 * @param {number} sound
 * @param {number} lack
 */
function summary(all, sound, lack) {
  if (all === 0) return 'This stack has none.';
  const words = [
    sound > 0 && (sound === 1 ? 'One sounds' : `${sound} sound`),
    lack > 0 && (lack === 1 ? 'one lacks data' : `${lack} lack data`),
  ].filter(Boolean);
  if (words.length === 0) return `${plural(all, 'alarm')}, all quiet`;
  return `${words.join(', ')}, of ${plural(all, 'alarm')}`;
}

/** Of AWS's failures the service says no more than that. */
const whyNot = (/** @type {unknown} */ problem) =>
  problem instanceof Refusal && problem.code === codes.unavailable ? 'AWS cannot be asked now.' : messageOf(problem);

/** @param {Alarm} alarm */
function row({ name, region, state, since, reason, means, playbook }) {
  const [kind, picture, words] = STATES[state] ?? ['exhausted', 'alert', state];
  const at = new Date(since);
  return el(
    'li',
    { class: 'alarm' },
    el('span', { class: `pill ${kind}` }, icon(picture), words),
    el(
      'div',
      { class: 'who' },
      el('h3', {}, name),
      means && el('p', {}, state === 'ALARM' || !playbook ? sentence(means) : `Sounds if ${means}.`),
      state !== 'OK' && reason && el('p', { class: 'muted' }, reason),
    ),
    el(
      'p',
      { class: 'when' },
      el('span', {}, 'Since ', el('time', { datetime: since, title: at.toLocaleString() }, ago(at))),
      el('span', {}, region),
      playbook && el('span', {}, 'What to do: ', el('code', {}, `docs/playbooks/${playbook}.md`)),
    ),
  );
}

const sentence = (/** @type {string} */ text) =>
  text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
