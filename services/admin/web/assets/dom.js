// Building and announcing: the little that every view needs of the DOM.

const SVG = 'http://www.w3.org/2000/svg';

// h makes an element. Attributes that begin with "on" are listeners, "class"
// and the like are attributes, and true or false set or leave out a boolean
// one. Children are nodes or text; null and false are left out. Text is only
// ever text: nothing here reads markup.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// s makes an SVG element.
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(el, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
    else if (value === true) el.setAttribute(name, '');
    else if (value !== false && value != null) el.setAttribute(name, value);
  }
  el.append(...children.flat(Infinity).filter((c) => c != null && c !== false));
  return el;
}

// icon makes a picture that says nothing to a screen reader: the words beside
// it, or the label of its button, do.
export function icon(name) {
  return s('svg', { 'aria-hidden': 'true' }, s('use', { href: `/admin/assets/icons.svg#${name}` }));
}

// notice says something for a moment, also to screen readers, over all else.
export function notice(text, kind = 'good') {
  const box = document.getElementById('notices');
  const el = h('p', { class: `notice ${kind}` }, text);
  box.append(el);
  box.hidePopover(); // shown again it lies over dialogs that were opened since
  box.showPopover();
  setTimeout(() => el.remove(), kind === 'bad' ? 8000 : 3500);
}

// dialog opens a modal dialog with a form and resolves with what submit
// returned, or with undefined when it was dismissed. While submit runs the
// dialog is busy; when it throws, the dialog says why and keeps what was typed.
export function dialog({ title, body, action, danger, submit, dismiss = 'Cancel' }) {
  return new Promise((resolve) => {
    const error = h('p', { class: 'error', role: 'alert' });
    const ok = action && h('button', { class: danger ? 'danger' : 'primary' }, action);
    const el = h(
      'dialog',
      { 'aria-labelledby': 'dialog-title' },
      h(
        'form',
        {
          method: 'dialog',
          novalidate: true,
          onsubmit: async (event) => {
            event.preventDefault();
            error.textContent = '';
            ok.disabled = true;
            try {
              result = await submit(event.target.elements);
              el.close();
            } catch (problem) {
              error.textContent = problem.message;
              problem.field?.focus();
            } finally {
              ok.disabled = false;
            }
          },
        },
        h('h2', { id: 'dialog-title' }, title),
        body,
        error,
        h(
          'footer',
          {},
          h('button', { type: 'button', class: action ? '' : 'primary', onclick: () => el.close() }, dismiss),
          ok,
        ),
      ),
    );
    let result;
    el.addEventListener('close', () => {
      el.remove();
      resolve(result);
    });
    document.body.append(el);
    el.showModal();
  });
}

// Problem is an error whose message is for the person, and the field it is about.
export class Problem extends Error {
  constructor(message, field) {
    super(message);
    this.field = field;
  }
}

// copy puts text on the clipboard and says so, also on the button that asked.
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    notice('The browser does not let the page copy. Reveal the name and copy it by hand.', 'bad');
    return;
  }
  const before = [...button.childNodes];
  button.replaceChildren(icon('check'), ...(button.textContent ? ['Copied'] : []));
  setTimeout(() => button.replaceChildren(...before), 1600);
  notice('Copied');
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

// ago says how long ago a time was.
export function ago(time, now = Date.now()) {
  const seconds = Math.round((time - now) / 1000);
  for (const [unit, size] of [
    ['day', 86400],
    ['hour', 3600],
    ['minute', 60],
  ]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

export const number = new Intl.NumberFormat('en');
