// The texts of the pages, as they stand in the markup and in the modules, and the catalogues of them. Run by itself it
// brings web/assets/languages/en.json up to date, which translators' tools take for the source, and takes out of the other
// catalogues what nothing says any more. What is missing in those, a translator adds.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { translate } from '../web/assets/languages/translate.js';

const WEB = new URL('../web/', import.meta.url);
const CATALOGUES = new URL('assets/languages/', WEB);

const read = (path) => readFileSync(new URL(path, WEB), 'utf8');

const PAGES = ['index.html', 'receive.html', 'request.html', 'how.html', 'lost.html'];

/** Of what the pages share, what they use. */
const SHARED = ['dom.js', 'format.js'].map((name) => `assets/shared/${name}`);

/** The texts of a page's markup. */
export function ofPage(html) {
  const found = new Set();
  translate(parse(html), (text) => {
    found.add(text);
  });
  return found;
}

const VOID = ['meta', 'link', 'input', 'br', 'img'];

/** As much of a document as translate() needs. The pages are our own, and well-formed. */
function parse(html) {
  const element = (name, attributes) => ({
    nodeType: 1,
    localName: name,
    childNodes: [],
    getAttribute: (wanted) => attributes[wanted] ?? null,
  });
  const root = element('#root', {});
  const open = [root];
  for (const [, tag, text] of html.matchAll(/<!--.*?-->|<!doctype html>|<(\/?[^>]+)>|([^<]+)/gs)) {
    const parent = open.at(-1);
    if (text) parent.childNodes.push({ nodeType: 3, data: decoded(text) });
    else if (tag?.startsWith('/')) open.pop();
    else if (tag) {
      const name = tag.match(/^[\w-]+/)[0];
      const attributes = Object.fromEntries(
        [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, decoded(value)]),
      );
      const child = element(name, attributes);
      parent.childNodes.push(child);
      if (!VOID.includes(name) && !tag.endsWith('/')) open.push(child);
    }
  }
  return root;
}

const decoded = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const LITERAL = "'(?:[^'\\\\]|\\\\.)*'";
const LITERALS = `(${LITERAL}(?:\\s*\\+\\s*${LITERAL})*)`;
const CALL = new RegExp(`(?<![\\w.#])(t|tn|parts|say)\\(\\s*${LITERALS}(?:,\\s*${LITERALS})?`, 'g');

const spoken = (literals) =>
  [...literals.matchAll(new RegExp(LITERAL, 'g'))].map(([one]) => one.slice(1, -1).replace(/\\(.)/g, '$1')).join('');

/** The texts of a module, as a catalogue has them. */
export function ofModule(source, path = '') {
  const found = new Map();
  for (const [, name, first, second] of source.matchAll(CALL)) {
    if (name === 'say' && path !== 'assets/words.js') continue;
    if (name === 'tn') {
      found.set(`${spoken(second)}_one`, spoken(first));
      found.set(`${spoken(second)}_other`, spoken(second));
    } else {
      found.set(spoken(first), spoken(first));
      if (name === 'say' && second) found.set(spoken(second), spoken(second));
    }
  }
  return found;
}

const COMMENT = /\/\*.*?\*\/|(?<=^|\s)\/\/ .*?$/gms;
const UNSEEN = 'new \\w*(?:Error|Exception)\\(\\s*|className = |class: '; // what follows is for programs
const ANY = new RegExp(`(${UNSEEN})?('(?:[^'\\\\\n]|\\\\.)*'|\`(?:[^\`\\\\\n]|\\\\.)*\`)`, 'g');

/** A sentence, or a value with a word after it. */
const ENGLISH = /^['`]\p{Lu}\p{Ll}* \p{L}{2}|(?<!\})\}\s\p{L}{2}/u;

/** What a module seems to say in English alone: what reads like a text, and is in no catalogue. */
export function unsaid(source, path = '') {
  const said = [...ofModule(source, path).values()];
  return [...source.replace(COMMENT, '').matchAll(ANY)]
    .filter(([, unseen, literal]) => !unseen && ENGLISH.test(literal))
    .map(([, , literal]) => literal.slice(1, -1).replace(/\\(.)/g, '$1'))
    .filter((text) => !said.some((one) => one.includes(text)));
}

/** The modules whose texts are to be in the catalogues, with their sources. */
export function modules() {
  const own = readdirSync(new URL('assets/', WEB), { recursive: true })
    .filter((name) => /^(\w+\/)?[\w-]+\.js$/.test(name) && !/^(libraries|shared|languages)\//.test(name))
    .map((name) => `assets/${name}`);
  return new Map([...own, ...SHARED].map((path) => [path, read(path)]));
}

/** The texts of a script, with those of what it draws in, and of what it loads later. */
export function ofScript(name) {
  const all = modules();
  const found = new Map();
  const seen = new Set();
  const follow = (path) => {
    const source = all.get(path);
    if (source === undefined || seen.has(path)) return;
    seen.add(path);
    for (const [key, text] of ofModule(source, path)) found.set(key, text);
    const named = source.replace(COMMENT, '').matchAll(/(?:from |import |new URL\()'(\.\.?\/[^']+\.js)'/g);
    for (const [, other] of named) follow(new URL(other, `file:///${path}`).pathname.slice(1));
  };
  follow(`assets/${name}`);
  return found;
}

/** All texts, as the English catalogue has them. */
export function texts() {
  const all = new Map();
  for (const page of PAGES) for (const text of ofPage(read(page))) all.set(text, text);
  for (const [path, source] of modules()) for (const [key, text] of ofModule(source, path)) all.set(key, text);
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The catalogues that there are, by language. */
export function catalogues() {
  const files = readdirSync(CATALOGUES).filter((name) => name.endsWith('.json'));
  return new Map(files.map((name) => [name.replace('.json', ''), JSON.parse(read(`assets/languages/${name}`))]));
}

/** The key of a text without the form that it is in; and that form. */
export const formOf = (key) => key.match(/^(.*)_(zero|one|two|few|many|other)$/s)?.slice(1) ?? [key, ''];

/** The keys that the catalogue of a language has to have. */
export function keysOf(language, english) {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  return new Set(
    [...english.keys()].flatMap((key) => {
      const [text, form] = formOf(key);
      return form ? pluralCategories.map((category) => `${text}_${category}`) : [key];
    }),
  );
}

export const write = (language, entries) =>
  writeFileSync(new URL(`${language}.json`, CATALOGUES), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const english = texts();
  write('en', english);
  for (const [language, catalogue] of catalogues()) {
    if (language === 'en') continue;
    const keys = keysOf(language, english);
    write(
      language,
      [...keys].filter((key) => catalogue[key] !== undefined).map((key) => [key, catalogue[key]]),
    );
    for (const key of keys) if (catalogue[key] === undefined) console.log(`${language}: ${key}`);
  }
}
