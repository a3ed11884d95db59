// The page that searches: what is typed is looked for at once, in this browser.

import { searcher } from './search.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('form[data-index]'));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'));
const status = /** @type {HTMLElement} */ (document.querySelector('[role="status"]'));
const list = /** @type {HTMLElement} */ (document.querySelector('.found'));

/** @type {Promise<ReturnType<typeof searcher>> | undefined} */
let loading;

async function load() {
  const answer = await fetch(/** @type {string} */ (form.dataset.index));
  if (!answer.ok) throw new Error(String(answer.status));
  return searcher(await answer.json());
}

async function show() {
  const query = field.value.trim();
  history.replaceState(null, '', query === '' ? location.pathname : `?q=${encodeURIComponent(query)}`);
  if (query === '') {
    status.textContent = 'Type what you look for.';
    list.replaceChildren();
    return;
  }
  loading ??= load();
  let search;
  try {
    search = await loading;
  } catch {
    loading = undefined; // to be tried again
    status.textContent = 'What is searched could not be loaded. Try again.';
    return;
  }
  if (query !== field.value.trim()) return; // it was typed on
  const found = search(query);
  status.textContent = found.length === 0 ? 'Nothing has all of these words.' : said(found.length);
  list.replaceChildren(...found.map(entry));
}

const said = (/** @type {number} */ n) => (n === 1 ? 'One part of a page.' : `${n} parts of pages, the best first.`);

function entry(/** @type {import('./search.js').Found} */ { part, snippet }) {
  const link = document.createElement('a');
  link.href = part.at;
  link.textContent = part.heading || part.page;
  const words = document.createElement('p');
  words.append(...snippet.map((piece, i) => (i % 2 === 0 ? piece : mark(piece))));
  const item = document.createElement('li');
  item.append(link);
  if (part.heading !== '') {
    const page = document.createElement('span');
    page.textContent = part.page;
    item.append(page);
  }
  item.append(words);
  return item;
}

function mark(/** @type {string} */ text) {
  const m = document.createElement('mark');
  m.textContent = text;
  return m;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  show();
});
field.addEventListener('input', () => {
  show();
});
field.value = new URLSearchParams(location.search).get('q') ?? '';
show();
