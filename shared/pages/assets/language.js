// Texts in the language of the page. A text is written in English where it is used, and found by that in the catalogue of
// another language, if the page has one (services/user/web/assets/languages). What is not in it stays English.
//
// Each text stands whole and as a literal in a call of one of these functions, by which a test finds it; what differs in
// it is {{named}}. That is also how translators' tools know it: the catalogues are JSON of i18next.

/** @typedef {Record<string, string>} Catalogue */
/** @typedef {Record<string, string | number>} Values numbers are written as the language does */

/** What languages/choose.js says, where a page has that. @type {Promise<Catalogue | null> | undefined} */
const coming = /** @type {any} */ (globalThis).sgraphCatalogue;
const catalogue = coming ? await coming : null;

/** The language of the page: of what it says, of its numbers and of its dates. */
export const language = catalogue ? document.documentElement.lang : 'en';

const forms = new Intl.PluralRules(language);

/**
 * A text.
 * @param {string} text
 * @param {Values} [values]
 */
export const t = (text, values = {}) => filled(catalogue?.[text] ?? text, values);

/**
 * A text with a {{count}} in it, in the form that goes with that.
 * @param {string} one
 * @param {string} other
 * @param {number} count
 * @param {Values} [values]
 */
export function tn(one, other, count, values = {}) {
  const form = catalogue?.[`${other}_${forms.select(count)}`] ?? catalogue?.[`${other}_other`];
  return filled(form ?? (count === 1 ? one : other), { count, ...values });
}

/**
 * A text with elements in it, to be put into another.
 * @param {string} text
 * @param {Record<string, Node>} nodes
 * @returns {(Node | string)[]}
 */
export const parts = (text, nodes) =>
  t(text)
    .split(/\{\{(\w+)\}\}/)
    .map((part, i) => (i % 2 ? nodes[part] : part))
    .filter(Boolean);

/** Sentences, one after the other. */
export const sentences = (/** @type {(string | false)[]} */ ...all) =>
  all.filter(Boolean).join(['ja', 'zh'].includes(language) ? '' : ' ');

/**
 * @param {string} text
 * @param {Values} values
 */
const filled = (text, values) =>
  text.replace(/\{\{(\w+)\}\}/g, (all, name) => {
    const value = values[name] ?? all;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
