// <send-pulse>: how busy the service is now, was over the last hour and over days, and how much is stored.

import { call } from './api.js';
import { paths } from './shared/contract.js';
import { el, svg } from './shared/dom.js';
import { bytes, number, plural } from './shared/format.js';
import { head, messageOf, Segments, View } from './view.js';

/** @typedef {import('./shared/contract.js').MinuteCounts} Minute */
/** @typedef {import('./shared/contract.js').Totals & { begins: string }} Step */

/**
 * A span that can be looked at: minutes are what limits count, days what was done.
 * @typedef {{ title: string, words: string, minutes?: number, days?: number }} Span
 */

/** @type {Span[]} */
const SPANS = [
  { title: '5 min', words: '5 minutes', minutes: 5 },
  { title: '1 hour', words: 'hour', minutes: 60 },
  { title: 'Day', words: '24 hours', days: 1 },
  { title: 'Week', words: '7 days', days: 7 },
  { title: 'Month', words: '30 days', days: 30 },
];

class SendPulse extends View {
  refresh = 15_000;
  #span = SPANS[0];
  #spans = new Segments('Time', (span) => this.#look(span));
  #cards = el('div', { class: 'cards' });
  #note = el('p', { class: 'note warn', hidden: true });
  #chart = el('figure');
  #table = el('div');
  #stored = el('p', { class: 'muted' });
  #state = el('p', { class: 'muted' });
  // Nothing of it is seen before there is all of it: it would move down as the rest comes.
  #picture = el(
    'div',
    { hidden: true },
    this.#note,
    this.#cards,
    el(
      'section',
      { class: 'chart card' },
      this.#chart,
      el('details', {}, el('summary', {}, 'As a table'), this.#table),
    ),
    el('section', { class: 'card' }, el('h2', {}, 'Stored'), this.#stored),
  );

  draw() {
    this.append(head('Pulse', this.#state, this.#spans.element), this.#picture);
    this.#choose(this.#span);
  }

  #look(/** @type {Span} */ span) {
    this.#choose(span);
    this.opened();
  }

  #choose(/** @type {Span} */ span) {
    this.#span = span;
    this.#spans.draw(
      SPANS.map((other) => [other, other.title]),
      span,
    );
  }

  async load() {
    const span = this.#span;
    try {
      const [picture, storage] = await Promise.all([
        span.days ? ofDays(span) : ofMinutes(span),
        call('GET', paths.storage),
      ]);
      if (span !== this.#span) return;
      this.#cards.replaceChildren(
        ...picture.cards.map(([title, value, text]) =>
          el(
            'section',
            { class: 'card' },
            el('h2', {}, title),
            el('p', { class: 'big' }, value),
            el('p', { class: 'muted' }, text),
          ),
        ),
      );
      this.#note.hidden = !picture.note;
      this.#note.textContent = picture.note;
      this.#chart.replaceChildren(...chart(picture));
      this.#table.replaceChildren(table(picture));
      this.#stored.textContent = stored(storage);
      this.#picture.hidden = false;
      this.#state.textContent = `The last ${span.words}, at ${new Date().toLocaleTimeString()}`;
    } catch (problem) {
      if (span === this.#span) this.#state.textContent = messageOf(problem);
    }
  }
}

/**
 * What is shown of a span. Of the bars the second is a part of the first, unless they are side by side.
 * @typedef {object} Picture
 * @property {[title: string, value: string, text: string][]} cards
 * @property {string} note what is not counted; '' = all is
 * @property {string} title
 * @property {string} words the bars, for who does not see them
 * @property {[string, string]} legend
 * @property {{ name: string, bars: [number, number], cells: [count: number, bytes?: number][], tells: string }[]} steps the oldest first
 * @property {boolean} beside the bars are side by side
 * @property {number[]} marks which steps have their names below
 * @property {string} last what stands below the last
 * @property {string[]} columns of the table
 */

/**
 * What limits counted in the last minutes; the bars are the last hour's.
 * @param {Span} span
 * @returns {Promise<Picture>}
 */
async function ofMinutes({ minutes }) {
  const [now, hour] = await Promise.all([
    call('GET', `${paths.pulse}?window_minutes=${minutes}`),
    call('GET', `${paths.pulse}?window_minutes=60&series=1`),
  ]);
  /** @type {Minute[]} */
  const series = hour.series;
  const total = series.reduce((sum, m) => sum + m.requests, 0);
  const most = Math.max(...series.map((m) => m.requests));
  const counted = 'Only what a rate limit of one minute watches is counted: a day, a week and a month count all.';
  return {
    cards: [
      ['Requests', number(now.active_requests), 'sending, downloading, token checks, logins'],
      ['Visitors', number(now.active_visitors), 'different addresses, kept only as a hash'],
      ['Transfers', number(now.active_transfers), 'uploads begun, and downloads'],
    ],
    note: now.uncounted.length ? `Not counted: ${now.uncounted.join(', ')}. ${counted}` : '',
    title: 'The last hour',
    words:
      total === 0
        ? 'No counted request in the last hour.'
        : `${number(total)} requests in the last hour, at most ${number(most)} in a minute.`,
    legend: ['requests', 'of them transfers'],
    steps: series.map((m) => ({
      name: clock(m.minute),
      bars: [m.requests, m.transfers],
      cells: [[m.requests], [m.transfers], [m.visitors]],
      tells: `${m.requests} requests, ${m.transfers} transfers, ${m.visitors} visitors`,
    })),
    beside: false,
    marks: [0, 15, 30, 45],
    last: 'now',
    columns: ['Minute', 'Requests', 'Transfers', 'Visitors'],
  };
}

/**
 * What was done in the last days, as the audit trail was told.
 * @param {Span} span
 * @returns {Promise<Picture>}
 */
async function ofDays({ days, words }) {
  const all = await call('GET', `${paths.activity}?days=${days}`);
  const hours = all.step === 'hour';
  /** @type {Step[]} */
  const series = all.series;
  const name = (/** @type {Step} */ { begins }) => (hours ? clock(begins) : day(begins));
  const [sent, downloaded] = [all.bytes_completed, all.bytes_downloaded].map(bytes);
  const none = all.completed + all.downloads === 0;
  return {
    cards: [
      ['Sent', number(all.completed), `${sent}, sealed`],
      ['Downloads', number(all.downloads), `${downloaded}, as if each went on to its end`],
      ['Refused', number(all.refused), 'wrong tokens and keys, files that are over, logins'],
    ],
    note: '',
    title: `The last ${words}`,
    words: none
      ? `Nothing sent or downloaded in the last ${words}.`
      : `${plural(all.completed, 'transfer')} sent (${sent}), ${plural(all.downloads, 'download')} (${downloaded}).`,
    legend: ['sent', 'downloads'],
    steps: series.map((step) => ({
      name: name(step),
      bars: [step.completed, step.downloads],
      cells: [[step.completed, step.bytes_completed], [step.downloads, step.bytes_downloaded], [step.refused]],
      tells: `${step.completed} sent, ${plural(step.downloads, 'download')}, ${step.refused} refused`,
    })),
    beside: true,
    marks: hours ? [0, 6, 12, 18] : days === 7 ? [0, 2, 4] : [0, 10, 20],
    last: hours ? 'now' : 'today',
    columns: [hours ? 'Hour' : 'Day (UTC)', 'Sent', 'Downloads', 'Refused'],
  };
}

/** @param {import('./shared/contract.js').StorageReply} storage */
function stored({ transfers, bytes: held, more, free_bytes: free, total_bytes: total }) {
  const least = more ? 'At least ' : '';
  const text = `${least}${bytes(held)} in ${plural(transfers, 'transfer')}.`;
  if (free === undefined || total === undefined) return `${text} A bucket has no end.`;
  return `${text} The disk has ${bytes(free)} of ${bytes(total)} free.`;
}

// Of the drawing, which the page stretches.
const WIDTH = 600;
const HEIGHT = 100;

/**
 * Draws the bars of each step. What the picture shows is also in words and in a table.
 * @param {Picture} picture
 */
function chart({ title, words, legend, steps, beside, marks, last }) {
  const most = Math.max(1, ...steps.flatMap(({ bars }) => bars));
  const step = WIDTH / steps.length;
  const wide = beside ? 0.35 : 0.7;
  const bar = (/** @type {number} */ i, /** @type {number} */ n, /** @type {number} */ which) => {
    const height = (n / most) * HEIGHT;
    const x = (i + 0.15 + (beside ? which * wide : 0)) * step;
    return n > 0 && svg('rect', { class: KINDS[which], x, y: HEIGHT - height, width: step * wide, height });
  };
  const drawn = steps.map(({ name, bars, tells }, i) =>
    svg(
      'g',
      {},
      svg('rect', { class: 'hit', x: i * step, y: 0, width: step, height: HEIGHT }),
      bars.map((n, which) => bar(i, n, which)),
      svg('title', {}, `${name}: ${tells}`),
    ),
  );
  const level = (/** @type {number} */ y) => svg('line', { x1: 0, x2: WIDTH, y1: y, y2: y });
  const frame = {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': words,
  };
  return [
    el(
      'figcaption',
      {},
      el('h2', {}, title),
      el('p', { class: 'muted' }, words),
      el(
        'p',
        { class: 'legend', 'aria-hidden': 'true' },
        legend.map((text, which) => [el('i', { class: KINDS[which] }), text]),
      ),
    ),
    svg('svg', frame, level(0), level(HEIGHT / 2), drawn, level(HEIGHT)),
    el(
      'p',
      { class: 'axis', 'aria-hidden': 'true' },
      marks.map((i) => el('span', {}, steps[i].name)),
      el('span', {}, last),
    ),
  ];
}

const KINDS = ['requests', 'transfers'];

/** @param {Picture} picture */
function table({ steps, columns }) {
  const busy = steps.filter(({ cells }) => cells.some(([count]) => count > 0)).reverse();
  if (busy.length === 0) return el('p', { class: 'muted' }, 'Nothing to list.');
  return el(
    'table',
    {},
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        columns.map((title) => el('th', { scope: 'col' }, title)),
      ),
    ),
    el(
      'tbody',
      {},
      busy.map(({ name, cells }) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, name),
          cells.map(([count, size]) => el('td', {}, number(count), size ? el('small', {}, bytes(size)) : null)),
        ),
      ),
    ),
  );
}

const clock = (/** @type {string} */ time) =>
  new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

const day = (/** @type {string} */ time) =>
  new Date(time).toLocaleDateString([], { day: 'numeric', month: 'short', timeZone: 'UTC' });

customElements.define('send-pulse', SendPulse);
