// <send-pulse>: how busy the service is now, and was over the last hour.

import { call } from './api.js';
import { paths } from './shared/contract.js';
import { el, svg } from './shared/dom.js';
import { number } from './shared/format.js';
import { head, messageOf, Segments, View } from './view.js';

/** @typedef {import('./shared/contract.js').MinuteCounts} Minute */

/** @type {[minutes: number, title: string][]} */
const WINDOWS = [
  [5, '5 min'],
  [15, '15 min'],
  [60, '1 hour'],
];

const CARDS = [
  ['active_requests', 'Requests', 'sending, downloading, token checks, logins'],
  ['active_visitors', 'Visitors', 'different addresses, kept only as a hash'],
  ['active_transfers', 'Transfers', 'uploads begun, and downloads'],
];

class SendPulse extends View {
  refresh = 15_000;
  #window = WINDOWS[0][0];
  /** @type {Map<string, HTMLElement>} */
  #values = new Map(CARDS.map(([key]) => [key, el('p', { class: 'big' }, '–')]));
  #windows = new Segments('Window', (minutes) => this.#look(minutes));
  #note = el('p', { class: 'note warn', hidden: true });
  #chart = el('figure');
  #table = el('div');
  #state = el('p', { class: 'muted' });

  draw() {
    this.append(
      head('Pulse', this.#state, this.#windows.element),
      this.#note,
      el(
        'div',
        { class: 'cards' },
        CARDS.map(([key, title, text]) =>
          el(
            'section',
            { class: 'card' },
            el('h2', {}, title),
            this.#values.get(key),
            el('p', { class: 'muted' }, text),
          ),
        ),
      ),
      el(
        'section',
        { class: 'chart card' },
        this.#chart,
        el('details', {}, el('summary', {}, 'As a table'), this.#table),
      ),
    );
    this.#windows.draw(WINDOWS, this.#window);
  }

  #look(/** @type {number} */ minutes) {
    this.#window = minutes;
    this.#windows.draw(WINDOWS, minutes);
    this.opened();
  }

  async load() {
    try {
      const asked = this.#window;
      const [now, hour] = await Promise.all([
        call('GET', `${paths.pulse}?window_minutes=${asked}`),
        call('GET', `${paths.pulse}?window_minutes=60&series=1`),
      ]);
      if (asked !== this.#window) return;
      for (const [key, value] of this.#values) value.textContent = number(now[key]);
      this.#note.hidden = now.uncounted.length === 0;
      const counted = 'Only what a rate limit of one minute watches is counted.';
      this.#note.textContent = `Not counted: ${now.uncounted.join(', ')}. ${counted}`;
      this.#chart.replaceChildren(...chart(hour.series));
      this.#table.replaceChildren(table(hour.series));
      const span = asked === 60 ? 'hour' : `${asked} minutes`;
      this.#state.textContent = `The last ${span}, at ${new Date().toLocaleTimeString()}`;
    } catch (problem) {
      this.#state.textContent = messageOf(problem);
    }
  }
}

// Of the drawing, which the page stretches.
const WIDTH = 600;
const HEIGHT = 100;

/**
 * Draws a bar a minute: requests, and the transfers among them. What the picture shows is also in words and in a table.
 * @param {Minute[]} series
 */
function chart(series) {
  const most = Math.max(1, ...series.map((m) => m.requests));
  const step = WIDTH / series.length;
  const bar = (/** @type {number} */ i, /** @type {number} */ n, /** @type {string} */ name) => {
    const height = (n / most) * HEIGHT;
    return n > 0 && svg('rect', { class: name, x: (i + 0.15) * step, y: HEIGHT - height, width: step * 0.7, height });
  };
  const bars = series.map((m, i) =>
    svg(
      'g',
      {},
      svg('rect', { class: 'hit', x: i * step, y: 0, width: step, height: HEIGHT }),
      bar(i, m.requests, 'requests'),
      bar(i, m.transfers, 'transfers'),
      svg('title', {}, `${clock(m)}: ${m.requests} requests, ${m.transfers} transfers, ${m.visitors} visitors`),
    ),
  );
  const level = (/** @type {number} */ y) => svg('line', { x1: 0, x2: WIDTH, y1: y, y2: y });
  const total = series.reduce((sum, m) => sum + m.requests, 0);
  const words =
    total === 0
      ? 'No counted request in the last hour.'
      : `${number(total)} requests in the last hour, at most ${number(most)} in a minute.`;
  const frame = {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': words,
  };
  const legend = (/** @type {string} */ name, /** @type {string} */ text) => [el('i', { class: name }), text];
  return [
    el(
      'figcaption',
      {},
      el('h2', {}, 'The last hour'),
      el('p', { class: 'muted' }, words),
      el(
        'p',
        { class: 'legend', 'aria-hidden': 'true' },
        legend('requests', 'requests'),
        legend('transfers', 'of them transfers'),
      ),
    ),
    svg('svg', frame, level(0), level(HEIGHT / 2), bars, level(HEIGHT)),
    el(
      'p',
      { class: 'axis', 'aria-hidden': 'true' },
      [0, 15, 30, 45].map((i) => el('span', {}, clock(series[i]))),
      el('span', {}, 'now'),
    ),
  ];
}

/** @param {Minute[]} series */
function table(series) {
  const busy = series.filter((m) => m.requests > 0).reverse();
  if (busy.length === 0) return el('p', { class: 'muted' }, 'Nothing to list.');
  const titles = ['Minute', 'Requests', 'Transfers', 'Visitors'];
  return el(
    'table',
    {},
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        titles.map((title) => el('th', { scope: 'col' }, title)),
      ),
    ),
    el(
      'tbody',
      {},
      busy.map((m) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, clock(m)),
          [m.requests, m.transfers, m.visitors].map((n) => el('td', {}, number(n))),
        ),
      ),
    ),
  );
}

const clock = (/** @type {Minute} */ { minute }) =>
  new Date(minute).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

customElements.define('send-pulse', SendPulse);
