// Which parts of the pages have the words that somebody looks for.

/** A part of a page. @typedef {{ page: string, heading: string, at: string, text: string }} Part */

/** A part, its words, and what it is worth. @typedef {{ part: Part, snippet: string[] }} Found */

const MOST = 30;
const AROUND = 90; // characters of text before the first word that was looked for, and twice that after it

const plain = (/** @type {string} */ text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The words of what somebody typed, each once. */
export function wordsOf(/** @type {string} */ query) {
  return [...new Set(plain(query).match(/[\p{L}\p{N}]+(?:[-_.:/][\p{L}\p{N}]+)*/gu) ?? [])];
}

/** How often a word begins in a text, up to a few times: what is said again and again is not better for it. */
function times(/** @type {string} */ text, /** @type {string} */ word) {
  let count = 0;
  for (let i = text.indexOf(word); i >= 0 && count < 4; i = text.indexOf(word, i + word.length)) {
    if (i === 0 || !/[\p{L}\p{N}]/u.test(text[i - 1])) count++;
  }
  return count;
}

/** Makes what looks through the parts of all pages. */
export function searcher(/** @type {Part[]} */ parts) {
  const known = parts.map((part) => ({
    part,
    page: plain(part.page),
    heading: plain(part.heading),
    at: plain(part.at), // which says in a word what a title says in several
    text: plain(part.text),
  }));

  /** The parts that have all words, the best first. @returns {Found[]} */
  return (/** @type {string} */ query) => {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const scored = [];
    for (const { part, page, heading, at, text } of known) {
      let score = 0;
      for (const word of words) {
        const worth = 12 * Math.max(times(page, word), times(at, word)) + 10 * times(heading, word) + times(text, word);
        if (worth === 0) {
          score = 0;
          break;
        }
        score += worth;
      }
      if (score > 0) scored.push({ part, score: score + (part.heading === '' ? 12 : 0) });
    }
    scored.sort((a, b) => b.score - a.score);
    return scored.slice(0, MOST).map(({ part }) => ({ part, snippet: snippet(part.text, words) }));
  };
}

/** A piece of a text around the words; each second element is a word that was looked for. */
export function snippet(/** @type {string} */ text, /** @type {string[]} */ words) {
  const alternatives = words.map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|');
  const marks = new RegExp(`(?<![\\p{L}\\p{N}])(${alternatives})`, 'giu');
  const first = Math.max(0, text.search(marks) - AROUND);
  let begin = first === 0 ? 0 : text.indexOf(' ', first) + 1;
  if (begin > first + AROUND) begin = first;
  const piece = text.slice(begin, begin + 3 * AROUND);
  const end = begin + piece.length < text.length ? ' …' : '';
  return `${begin > 0 ? '… ' : ''}${piece}${end}`.split(marks);
}
