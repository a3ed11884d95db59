// What the views of the console are made of.

import { Presence } from './presence.js';
import { el, icon } from './shared/dom.js';

const operator = new Presence(document);

/**
 * A view loads when it is opened. A live one also when the page is seen again, when somebody is there again, and every so
 * often while they are.
 */
export class View extends HTMLElement {
  live = true;
  /** Milliseconds between two loads; 0: it does not load by itself. */
  refresh = 0;
  #timer = 0;

  connectedCallback() {
    this.draw();
    const again = () => this.live && this.#seen() && this.opened();
    document.addEventListener('visibilitychange', again);
    operator.addEventListener('back', again);
  }

  /** Puts together what is there before anything is loaded. */
  draw() {}

  async load() {}

  async opened() {
    clearTimeout(this.#timer);
    await this.load();
    clearTimeout(this.#timer);
    const again = () => !operator.absent && this.opened();
    if (this.refresh && this.#seen()) this.#timer = window.setTimeout(again, this.refresh);
  }

  closed() {
    clearTimeout(this.#timer);
  }

  #seen() {
    return !this.hidden && !document.hidden;
  }
}

/**
 * The head of a view: its name, a line below, and what can be done with all of it.
 * @param {string} title
 * @param {Node} line
 * @param {...import('./shared/dom.js').Child} rest
 */
export const head = (title, line, ...rest) =>
  el('header', { class: 'head' }, el('div', {}, el('h1', {}, title), line), ...rest);

export const brand = () => el('span', {}, 'SGraph ', el('b', {}, 'Send'));

/** A choice of a few, side by side. `choose` gets what was pressed, and has to draw it again. */
export class Segments {
  #choose;

  /**
   * @param {string} label
   * @param {(value: any) => void} choose
   */
  constructor(label, choose) {
    this.element = el('div', { class: 'segments', role: 'group', 'aria-label': label });
    this.#choose = choose;
  }

  /**
   * @template V
   * @param {[value: V, ...content: import('./shared/dom.js').Child[]][]} choices
   * @param {V} chosen
   */
  draw(choices, chosen) {
    this.element.replaceChildren(
      ...choices.map(([value, ...content]) => {
        const click = () => {
          this.#choose(value);
          /** @type {HTMLElement | null} */ (this.element.querySelector('[aria-pressed="true"]'))?.focus();
        };
        return el('button', { type: 'button', 'aria-pressed': String(value === chosen), click }, content);
      }),
    );
  }
}

// What views are narrowed down, and dialogs filled in, with.

/**
 * @param {string} words
 * @param {string} picture
 * @param {string} kind
 * @param {() => void} click
 * @param {Node} [more]
 */
export const button = (words, picture, kind, click, more) =>
  el(
    'button',
    { type: 'button', class: `button ${kind}`, click },
    picture && icon(picture),
    el('span', {}, words),
    more,
  );

/**
 * A field of a form with its label, and help below.
 * @param {string} name
 * @param {string} label
 * @param {string} help
 * @param {import('./shared/dom.js').Attributes} attributes
 */
export const field = (name, label, help, attributes) =>
  el(
    'div',
    {},
    el('label', { class: 'label', for: name }, label),
    el('input', { id: name, name, autocomplete: 'off', 'aria-describedby': `${name}-help`, ...attributes }),
    el('p', { class: 'hint', id: `${name}-help` }, help),
  );

/**
 * A choice of what is shown.
 * @param {string} id
 * @param {string} label
 * @param {string} all what it says where nothing is chosen
 * @param {Record<string, string>} words
 * @param {() => void} change
 */
export const choice = (id, label, all, words, change) =>
  el(
    'select',
    { id, 'aria-label': label, change },
    [['', all], ...Object.entries(words)].map(([value, text]) => el('option', { value }, text)),
  );

/**
 * What stands in the place of a list that has nothing to show.
 * @param {{ picture?: string, title: string, text?: string, button?: Node }} what
 */
export const empty = ({ picture, title, text, button }) =>
  el('div', { class: 'empty' }, picture && icon(picture), el('h2', {}, title), text && el('p', {}, text), button);

/**
 * In the place of what could not be loaded.
 * @param {string} title
 * @param {string} text
 * @param {() => void} again
 */
export const failed = (title, text, again) =>
  empty({
    title,
    text,
    button: el('button', { type: 'button', class: 'button', click: again }, icon('refresh'), 'Try again'),
  });

/**
 * Says something for a moment, also to screen readers, over all else.
 * @param {string} text
 * @param {'good' | 'bad'} [kind]
 */
export function notice(text, kind = 'good') {
  const box = /** @type {HTMLElement} */ (document.getElementById('notices'));
  const line = el('p', { class: `notice ${kind}` }, text);
  box.append(line);
  box.hidePopover(); // shown again it lies over dialogs that were opened since
  box.showPopover();
  setTimeout(() => line.remove(), kind === 'bad' ? 8000 : 3500);
}

export const messageOf = (/** @type {unknown} */ problem) =>
  problem instanceof Error ? problem.message : String(problem);
