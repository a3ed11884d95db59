// Making elements without markup strings: text stays text, whatever is in it. And the few controls that are made of
// several elements.

import { t } from './language.js';

/** @typedef {Node | string | number | false | null | undefined} Leaf */
/** @typedef {Leaf | Child[]} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes (or, for functions, event listeners) and children. True sets an attribute without a
 * value; attributes and children that are false or nothing are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of /** @type {any[]} */ (children).flat(Infinity)) {
    if (child !== false && child != null) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

const ICONS = new URL('icons.svg', import.meta.url).pathname;

/**
 * A picture that says nothing to a screen reader: the words beside it do, or the label of its button.
 * @param {string} name
 */
export const icon = (name) => svg('svg', { 'aria-hidden': 'true' }, svg('use', { href: `${ICONS}#${name}` }));

/**
 * The rows of a list of facts, to go into a <dl class="facts">.
 * @param {[term: string, fact: string | number][]} rows
 */
export const facts = (rows) => rows.flatMap(([term, fact]) => [el('dt', {}, term), el('dd', {}, fact)]);

/**
 * The element of a page that has to be there.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [type]
 * @returns {E}
 */
export function find(root, selector, type = /** @type {any} */ (HTMLElement)) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * Shows one of a page's views, hides the others, and returns it.
 * @param {Element} root
 * @param {string} name
 */
export function show(root, name) {
  for (const view of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-view]'))) {
    view.hidden = view.dataset.view !== name;
  }
  return find(root, `[data-view="${name}"]`);
}

/**
 * Moves reading and keyboard to a heading that has just appeared.
 * @param {HTMLElement} heading
 */
export function announce(heading) {
  heading.focus({ preventScroll: true });
  heading.closest('.card')?.scrollIntoView({ block: 'nearest' });
}

/**
 * A button that copies, and says so for a moment. Where the browser does not let it, onRefused may help.
 * @param {string} words
 * @param {() => string} value
 * @param {{
 *   picture?: string, wordless?: boolean, primary?: boolean, onCopied?: () => void, onRefused?: () => void,
 * }} [options]
 */
export function copyButton(words, value, { picture = 'copy', wordless, primary, onCopied, onRefused } = {}) {
  const said = el('span', { class: wordless ? 'visually-hidden' : '', 'aria-live': 'polite' }, words);
  const kind = wordless ? 'button quiet square' : primary ? 'button primary' : 'button';
  const button = el('button', { type: 'button', class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say = (/** @type {string} */ name, /** @type {string} */ text) => {
    said.textContent = text;
    button.firstChild?.replaceWith(icon(name));
  };
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(value());
      say('check', t('Copied'));
      onCopied?.();
    } catch {
      say(picture, t('Press Ctrl+C')); // no permission, or not a secure address
      onRefused?.();
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => say(picture, words), 2500);
  });
  return button;
}

/** An error whose message is for the person, and the field it is about. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {HTMLElement} [field]
   */
  constructor(message, field) {
    super(message);
    this.field = field;
  }
}

/**
 * Opens a modal dialog with a form and resolves with what submit returned, or with undefined when it was dismissed.
 * While submit runs the dialog is busy; when it throws, the dialog says why and keeps what was typed. What has the focus
 * first is what needs no thought: of what is dangerous, the way out.
 * @template R
 * @param {{
 *   title: string, body: Child, dismiss?: string,
 *   action?: string, danger?: boolean, submit?: (fields: any) => R | Promise<R>,
 * }} options
 * @returns {Promise<R | undefined>}
 */
export function dialog({ title, body, action, danger, submit, dismiss = t('Cancel') }) {
  /** @type {R | undefined} */
  let result;
  const error = el('p', { class: 'note bad', role: 'alert' });
  const close = () => {
    box.close();
  };
  const ok = el('button', { class: `button primary ${danger ? 'danger' : ''}` }, action);
  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    error.textContent = '';
    ok.disabled = true;
    try {
      result = await submit?.(form.elements);
      box.close();
    } catch (problem) {
      error.textContent = /** @type {Error} */ (problem).message;
      if (problem instanceof Problem) problem.field?.focus();
    } finally {
      ok.disabled = false;
    }
  };
  const leave = { type: 'button', class: action ? 'button' : 'button primary', click: close, autofocus: danger };
  const form = el(
    'form',
    { method: 'dialog', novalidate: true, submit: send },
    el('h2', { id: 'dialog-title' }, title),
    body,
    error,
    el('footer', {}, el('button', leave, dismiss), action && ok),
  );
  const box = el('dialog', { 'aria-labelledby': 'dialog-title' }, form);
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener('close', () => {
      box.remove();
      resolve(result);
    });
  });
}
