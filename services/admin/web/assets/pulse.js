// <send-pulse>: how busy the service is now, and was over the last hour.

import { call } from './api.js';
import { h, number, s } from './dom.js';

const WINDOWS = [5, 15, 60]; // minutes
const REFRESH = 15_000; // milliseconds
const CARDS = [
  ['active_requests', 'Requests', 'sending, downloading, token checks, logins'],
  ['active_visitors', 'Visitors', 'different addresses, kept only as a hash'],
  ['active_transfers', 'Transfers', 'uploads begun, and downloads'],
];

customElements.define(
  'send-pulse',
  class extends HTMLElement {
    #window = WINDOWS[0];
    #timer = 0;
    #values = new Map();
    #segments = h('div', { class: 'segments', role: 'group', 'aria-label': 'Window' });
    #note = h('p', { class: 'note', hidden: true });
    #chart = h('figure', {});
    #table = h('div', {});
    #state = h('p', { class: 'muted' });

    connectedCallback() {
      this.append(
        h('header', { class: 'head' }, h('div', {}, h('h1', {}, 'Pulse'), this.#state), this.#segments),
        this.#note,
        h(
          'div',
          { class: 'cards' },
          CARDS.map(([key, title, text]) => {
            const value = h('p', { class: 'big' }, '–');
            this.#values.set(key, value);
            return h('section', { class: 'card' }, h('h2', {}, title), value, h('p', { class: 'muted' }, text));
          }),
        ),
        h(
          'section',
          { class: 'chart card' },
          this.#chart,
          h('details', {}, h('summary', {}, 'As a table'), this.#table),
        ),
      );
      document.addEventListener('visibilitychange', () => {
        if (!this.hidden && !document.hidden) this.#load();
      });
      this.#drawWindows();
    }

    opened() {
      this.#load();
    }

    closed() {
      clearTimeout(this.#timer);
    }

    #drawWindows() {
      this.#segments.replaceChildren(
        ...WINDOWS.map((minutes) =>
          h(
            'button',
            {
              class: 'segment',
              'aria-pressed': String(minutes === this.#window),
              onclick: () => {
                this.#window = minutes;
                this.#drawWindows();
                this.#segments.querySelector('[aria-pressed=true]').focus();
                this.#load();
              },
            },
            minutes === 60 ? '1 hour' : `${minutes} min`,
          ),
        ),
      );
    }

    // #load asks again and again while the view is seen.
    async #load() {
      clearTimeout(this.#timer);
      try {
        const asked = this.#window;
        const [now, hour] = await Promise.all([
          call('GET', `/health/pulse?window_minutes=${asked}`),
          call('GET', '/health/pulse?window_minutes=60&series=1'),
        ]);
        if (asked !== this.#window) return;
        for (const [key, value] of this.#values) value.textContent = number.format(now[key]);
        this.#note.hidden = now.uncounted.length === 0;
        this.#note.textContent = `Not counted: ${now.uncounted.join(', ')}. Only what a rate limit of one minute watches is counted.`;
        this.#chart.replaceChildren(...chart(hour.series));
        this.#table.replaceChildren(table(hour.series));
        this.#state.textContent = `The last ${asked === 60 ? 'hour' : `${asked} minutes`}, at ${new Date().toLocaleTimeString()}`;
      } catch (problem) {
        this.#state.textContent = problem.message;
      }
      if (!this.hidden && !document.hidden) this.#timer = setTimeout(() => this.#load(), REFRESH);
    }
  },
);

const WIDTH = 600,
  HEIGHT = 100; // of the drawing, which the page stretches

// chart draws a bar a minute: requests, and the transfers among them. What the
// picture shows is also in words and in a table.
function chart(series) {
  const most = Math.max(1, ...series.map((m) => m.requests));
  const step = WIDTH / series.length;
  const bar = (i, n, name) => {
    const height = (n / most) * HEIGHT;
    return n > 0 && s('rect', { class: name, x: (i + 0.15) * step, y: HEIGHT - height, width: step * 0.7, height });
  };
  const bars = series.map((m, i) =>
    s(
      'g',
      {},
      s('rect', { class: 'hit', x: i * step, y: 0, width: step, height: HEIGHT }),
      bar(i, m.requests, 'requests'),
      bar(i, m.transfers, 'transfers'),
      s('title', {}, `${clock(m.minute)}: ${m.requests} requests, ${m.transfers} transfers, ${m.visitors} visitors`),
    ),
  );
  const level = (y) => s('line', { x1: 0, x2: WIDTH, y1: y, y2: y });
  const total = series.reduce((sum, m) => sum + m.requests, 0);
  const words =
    total === 0
      ? 'No counted request in the last hour.'
      : `${number.format(total)} requests in the last hour, at most ${number.format(most)} in a minute.`;
  return [
    h(
      'figcaption',
      {},
      h('h2', {}, 'The last hour'),
      h('p', { class: 'muted' }, words),
      h(
        'p',
        { class: 'legend', 'aria-hidden': 'true' },
        h('i', { class: 'requests' }),
        'requests',
        h('i', { class: 'transfers' }),
        'of them transfers',
      ),
    ),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': words },
      level(0),
      level(HEIGHT / 2),
      bars,
      level(HEIGHT),
    ),
    h(
      'p',
      { class: 'axis', 'aria-hidden': 'true' },
      [0, 15, 30, 45].map((i) => h('span', {}, clock(series[i].minute))),
      h('span', {}, 'now'),
    ),
  ];
}

function table(series) {
  const busy = series.filter((m) => m.requests > 0).reverse();
  if (busy.length === 0) return h('p', { class: 'muted' }, 'Nothing to list.');
  return h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Minute', 'Requests', 'Transfers', 'Visitors'].map((title) => h('th', { scope: 'col' }, title)),
      ),
    ),
    h(
      'tbody',
      {},
      busy.map((m) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, clock(m.minute)),
          [m.requests, m.transfers, m.visitors].map((n) => h('td', {}, number.format(n))),
        ),
      ),
    ),
  );
}

const clock = (minute) => new Date(minute).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
