import { find } from '../shared/dom.js';

/**
 * Makes the tabs of a tablist work: click, arrow keys, Home and End. Returns what selects one by its id.
 * @param {HTMLElement} list
 * @param {(id: string) => void} onSelect
 */
export function tabs(list, onSelect) {
  const all = /** @type {HTMLElement[]} */ (Array.from(list.querySelectorAll('[role="tab"]')));
  const select = (/** @type {HTMLElement} */ tab) => {
    for (const other of all) {
      const selected = other === tab;
      other.setAttribute('aria-selected', String(selected));
      other.tabIndex = selected ? 0 : -1;
      find(document, `#${other.getAttribute('aria-controls')}`).hidden = !selected;
    }
    onSelect(tab.id);
  };
  for (const [i, tab] of all.entries()) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[key];
      const next = to === undefined ? undefined : all.at(to % all.length);
      if (!next) return;
      select(next);
      next.focus();
    });
  }
  return (/** @type {string} */ id) => select(find(list, `#${id}`));
}
