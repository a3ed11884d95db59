// What a text may mean: what programs do to a text on its way is undone in every order until nothing is left to undo,
// and each text on the way there is a reading of its own, since what looks encoded need not be. docs/formats.md,
// "Reading a link", says how; shared/envelope/readings.go is the same in Go.

const MOST = 64; // readings of one text

// White space with a line break, and the marks of a quotation in the next line.
const LINE_BREAK = '(?:[ \\t]*[\\r\\n][ \\t\\r\\n>]*)?';

const INVISIBLE = /\u034f|[\ufe00-\ufe0f]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

const PERCENT = new RegExp(`(?:%${LINE_BREAK}[0-9A-Fa-f]${LINE_BREAK}[0-9A-Fa-f])+`, 'g');
const ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));/g;
const SOFT_BREAK = /=[ \t]*\r?\n(?:(?:[ \t]*>)+[ \t]?)?/g;
const QUOTED = /(?:=(?:0[9AD]|[2-9A-F][0-9A-F]))+/g;
const ESCAPE = new RegExp(`\\\\(?:u([0-9A-Fa-f]{4})|([nrt])|${LINE_BREAK}([!-/:-@\\[-\`{-~]))`, 'g');

// Those that stand for a character of a link, or for one that is found beside links.
const ENTITIES = new Map(
  Object.entries({
    amp: '&',
    apos: "'",
    colon: ':',
    commat: '@',
    dash: '\u2010',
    equals: '=',
    excl: '!',
    gt: '>',
    hyphen: '\u2010',
    lowbar: '_',
    lt: '<',
    nbsp: '\u00a0',
    num: '#',
    percnt: '%',
    period: '.',
    plus: '+',
    quest: '?',
    quot: '"',
    semi: ';',
    shy: '\u00ad',
    sol: '/',
    verbar: '|',
    vert: '|',
    zwj: '\u200d',
    zwnj: '\u200c',
    NewLine: '\n',
    Tab: '\t',
  }),
);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of bytes that are written as a sign and two hexadecimal digits each. */
function unhex(/** @type {string} */ codes) {
  const pairs = codes.replace(/[^0-9A-Fa-f]/g, '').match(/../g) ?? [];
  return decoder.decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16))).replace(/\ufffd+/g, '\ufffd');
}

/** The character of a number; U+FFFD where there is none. */
function character(/** @type {string} */ digits, /** @type {number} */ base) {
  const code = parseInt(digits, base);
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
}

/** Undoes the percent-encoding of URLs (RFC 3986, 2.1), once. Line breaks may divide the characters of one code. */
export const unpercent = (/** @type {string} */ text) => text.replace(PERCENT, unhex);

/** The encodings, each with what undoes it once: of URLs, of HTML, of mail (RFC 2045, 6.7), of JSON and Markdown. */
const UNDO = [
  unpercent,
  (/** @type {string} */ text) =>
    text.replace(ENTITY, (reference, decimal, hex, name) => {
      if (decimal || hex) return decimal ? character(decimal, 10) : character(hex, 16);
      return ENTITIES.get(name) ?? reference;
    }),
  (/** @type {string} */ text) => text.replace(SOFT_BREAK, '').replace(QUOTED, unhex),
  (/** @type {string} */ text) =>
    text.replace(ESCAPE, (_, hex, blank, sign) => (hex ? character(hex, 16) : blank ? '\n' : sign)),
];

/**
 * A text in the simple form in which links are looked for: without what is invisible, with one kind of quotes and
 * hyphens, and with every run of white space as one blank, or as one line feed where it holds a line break.
 * @param {string} text
 */
function simplify(text) {
  return text
    .replace(INVISIBLE, '')
    .replace(/[\r\u0085\u2028\u2029]/g, '\n')
    .replace(/[\t\v\f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u2010\u2011]/g, '-')
    .replace(/['`\u00ab\u00b4\u00bb\u2018-\u201f\u2039\u203a]/g, '"')
    .replace(/<[wW][bB][rR] ?\/?>/g, '')
    .replace(/ *\n[ \n>]*| +/g, (gap) => (gap.includes('\n') ? '\n' : ' '));
}

/**
 * What a text may mean, each in the simple form.
 * @param {string} text
 */
export function readings(text) {
  const found = [text.replace(INVISIBLE, '')];
  for (let i = 0; i < found.length; i++) {
    for (const undo of UNDO) {
      const plain = undo(found[i]);
      if (found.length < MOST && !found.includes(plain)) found.push(plain);
    }
  }
  return found.map(simplify);
}
