/** Makes the tabs of a tablist work: click, arrow keys, Home and End. Returns what selects one by its id. */
export function tabs(list, onSelect) {
  const all = Array.from(list.querySelectorAll('[role="tab"]'));
  const select = (tab) => {
    for (const other of all) {
      const selected = other === tab;
      other.setAttribute('aria-selected', selected);
      other.tabIndex = selected ? 0 : -1;
      document.getElementById(other.getAttribute('aria-controls')).hidden = !selected;
    }
    onSelect(tab.id);
  };
  for (const [i, tab] of all.entries()) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[key];
      if (to === undefined) return;
      const next = all.at(to % all.length);
      select(next);
      next.focus();
    });
  }
  return (id) => select(all.find((tab) => tab.id === id));
}
