import { el } from '../shared/dom.js';

const SHOWN = 64; // characters in a line of text; all of it is in the title attribute
const ENDING = 20; // characters
const CUT_FROM = 16; // characters that a row may have to cut: a phone has room for no more
const ROW_ENDING = 12; // characters: rows can be narrow

// What turns the direction of writing around. It can make one ending look like another.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name in a line of text. It can be long, and in any direction of writing, which goes no further than itself. Its
 * ending, which says what it is, stays.
 * @param {string} name
 */
export function nameOf(name) {
  const characters = Array.from(name.replace(TURNS, ''));
  const isLong = characters.length > SHOWN;
  const shown = isLong
    ? `${characters.slice(0, SHOWN - ENDING).join('')}…${characters.slice(-ENDING).join('')}`
    : characters.join('');
  return el('bdi', { title: isLong && name }, shown);
}

/**
 * A name in a row of a list, which has as much room as the screen gives it: what does not fit is cut before the ending.
 * @param {string} name
 */
export function rowOf(name) {
  const characters = Array.from(name.replace(TURNS, ''));
  if (characters.length < CUT_FROM) return el('bdi', { class: 'name' }, characters.join(''));
  const at = characters.length - ROW_ENDING;
  return el(
    'bdi',
    { class: 'name cut', title: name },
    el('span', {}, characters.slice(0, at).join('')),
    el('span', {}, characters.slice(at).join('')),
  );
}

/**
 * A name in what is text and nothing else, such as an attribute.
 * @param {string} name
 */
export const isolated = (name) => `\u2068${name.replace(TURNS, '')}\u2069`;
