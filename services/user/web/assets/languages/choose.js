// Chooses the language of a page before anything of it is shown: the one that the person has chosen here, that of an old
// link (/de/download/…), or the first of the browser's that there is. English is in the page; for another the words of the
// page are fetched, and until they are there, for a moment at most, the page shows nothing, rather than what it takes
// back. Those of its script come beside them.

import { translate } from './translate.js';

/** What they call themselves. A catalogue is called as the language is. @type {Record<string, string>} */
const NAMES = {
  en: 'English',
  ar: 'العربية',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  it: 'Italiano',
  ja: '日本語',
  nl: 'Nederlands',
  pl: 'Polski',
  pt: 'Português',
  ru: 'Русский',
  uk: 'Українська',
  zh: '简体中文',
};
const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ur'];
const CHOSEN = 'sgraph-send-language'; // by the person, for good; by an old link, as long as the tab is open
const PATIENCE = 3000; // milliseconds until English is shown
const LONGER = 10_000; // until a script speaks it

const page = document.documentElement;
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const isParsed = new Promise((resolve) => document.addEventListener('readystatechange', resolve, { once: true }));

const wanted = fitting();
if (wanted === 'en') isParsed.then(() => offer('en'));
else Object.assign(globalThis, { sgraphCatalogue: turn(wanted) }); // for shared/language.js

function fitting() {
  const [, old = ''] = location.pathname.match(/^\/([a-z]{2,3})(?:-[A-Za-z]{2,4})?\//) ?? [];
  if (old) keep('sessionStorage', old);
  const tags = [kept('localStorage'), kept('sessionStorage'), ...navigator.languages];
  return tags.map((tag) => tag.split('-')[0].toLowerCase()).find((language) => Object.hasOwn(NAMES, language)) ?? 'en';
}

/** @param {string} language */
async function turn(language) {
  write(language);
  page.dataset.waits = '';
  const [ofPage, ofScript] = `${script.dataset.whose}`.split(' ').map((sayer) => load(`${sayer}.${language}.json`));
  const words = await Promise.race([ofPage, late(PATIENCE)]);
  await isParsed;
  if (words) translate(page, (text) => words[text]);
  else write('en');
  offer(page.lang);
  delete page.dataset.waits;
  return words && { ...words, ...(await Promise.race([ofScript, late(LONGER)])) };
}

/** @param {number} after milliseconds */
function late(after) {
  return new Promise((resolve) => setTimeout(resolve, after, null));
}

/** @param {string} name */
async function load(name) {
  try {
    const answer = await fetch(new URL(name, script.src));
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** @param {string} language */
function write(language) {
  page.lang = language;
  page.dir = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
}

/** Lets the person choose another. */
function offer(/** @type {string} */ shown) {
  const choice = document.querySelector('select[data-languages]');
  if (!(choice instanceof HTMLSelectElement)) return;
  for (const [language, name] of Object.entries(NAMES)) {
    const option = new Option(name, language, false, language === shown);
    option.lang = language;
    choice.append(option);
  }
  choice.addEventListener('change', () => {
    keep('localStorage', choice.value);
    location.reload();
  });
}

/** @typedef {'localStorage' | 'sessionStorage'} Place */

function kept(/** @type {Place} */ place) {
  try {
    return window[place].getItem(CHOSEN) ?? '';
  } catch {
    return ''; // it is off
  }
}

/**
 * @param {Place} place
 * @param {string} language
 */
function keep(place, language) {
  try {
    window[place].setItem(CHOSEN, language);
  } catch {
    // It is off: the choice holds for nothing, and the browser's preference for all.
  }
}
