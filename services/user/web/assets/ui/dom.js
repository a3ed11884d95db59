// Making elements without markup strings: text stays text, whatever is in it.

/** An element with attributes (or, for functions, event listeners) and children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const icon = (name) => svg('svg', { 'aria-hidden': 'true' }, svg('use', { href: `/assets/icons.svg#${name}` }));

/** Shows one of a page's views and hides the others. */
export function show(root, name) {
  for (const view of root.querySelectorAll('[data-view]')) view.hidden = view.dataset.view !== name;
  return root.querySelector(`[data-view="${name}"]`);
}

/** Moves reading and keyboard to a heading that has just appeared. */
export function announce(heading) {
  heading.focus({ preventScroll: true });
  heading.closest('.card')?.scrollIntoView({ block: 'nearest' });
}

/** Copies text; says whether it worked. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or not a secure address
  }
}
