// The texts of the pages are whole in every language, and fit where they stand.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { catalogues, formOf, keysOf, modules, ofModule, ofPage, ofScript, texts, unsaid } from './texts.mjs';

const english = texts();
const all = catalogues();

const placeholders = (text) => [...text.matchAll(/\{\{\w+\}\}|<\/?\d+\/?>/g)].map(([one]) => one).sort();

/** By its length in English: what is short stands in a button, a tab or a title, and has little room. */
const most = (length) => (length <= 12 ? length + 16 : length <= 40 ? length * 1.8 + 12 : length * 1.5 + 20);

test('texts are found in markup and in modules', () => {
  const page = `<p title="A title">Run <code>it</code>, <b></b> and <!-- no -->see. <svg><title>X</title></svg></p>
    <p><input placeholder="Type"> <span>5</span><b> alone </b></p><noscript><p>none</p></noscript>`;
  assert.deepEqual([...ofPage(page)], ['A title', 'Run <0>it</0>, <1/> and see.', 'Type', 'alone']);
  const module = `t('one'); x.t('no'); tn('{{count}} file', '{{count}} ' + 'files', n); t(\n  'it\\'s ' +\n 'long', {});`;
  assert.deepEqual(Object.fromEntries(ofModule(module)), {
    one: 'one',
    '{{count}} files_one': '{{count}} file',
    '{{count}} files_other': '{{count}} files',
    "it's long": "it's long",
  });
});

test('nothing is said in English alone', () => {
  const files = '$' + '{n} files';
  const module = `// \`${files}\`\nt('Choose a file'); el('p', { class: \`b ${files}\` }, \`${files}\`, 'A ' + 'Or not');`;
  assert.deepEqual(unsaid(module), [files, 'Or not']);
  for (const [path, source] of modules()) assert.deepEqual(unsaid(source, path), [], path);
});

test('every catalogue can be chosen', () => {
  const script = readFileSync(new URL('../web/assets/languages/choose.js', import.meta.url), 'utf8');
  const [, names] = script.match(/const NAMES = \{(.*?)\};/s);
  const offered = [...names.matchAll(/^ {2}(\w+): '/gm)].map(([, language]) => language);
  assert.deepEqual(offered.toSorted(), [...all.keys()].toSorted());
});

test('what translators take for the source is what the pages say', () => {
  assert.deepEqual(all.get('en'), Object.fromEntries(english), 'node services/user/webtest/texts.mjs writes it');
});

test('what a page fetches is all that it says, in every language', () => {
  const site = new URL('../site/assets/', import.meta.url);
  const [folder] = readdirSync(site);
  const read = (name) => readFileSync(new URL(`${folder}/${name}`, site), 'utf8');
  for (const page of ['index', 'receive', 'request', 'how', 'lost']) {
    const markup = readFileSync(new URL(`../web/${page}.html`, import.meta.url), 'utf8');
    const [, sayer, script] = markup.match(/ data-whose="(\S+) (\S+)"/);
    assert.ok(
      sayer === `${page}.html` && markup.includes(`src="/assets/${script}"`),
      `${page} names ${sayer}, ${script}`,
    );
    const ofMarkup = new Map([...ofPage(markup)].map((text) => [text, text]));
    const source = read(script);
    // What nothing in it says is not drawn into a script: the beginning of a text tells.
    const isDrawnIn = ([, text]) =>
      [`"${text.slice(0, 40)}`, `'${text.slice(0, 40)}`].some((one) => source.includes(one));
    const ofDrawnIn = new Map([...ofScript(script)].filter(isDrawnIn));
    assert.ok(ofMarkup.size > 5 && ofDrawnIn.size > 4, `${page} says something`);
    for (const language of all.keys()) {
      if (language === 'en') continue;
      for (const [name, said] of Object.entries({ [sayer]: ofMarkup, [script]: ofDrawnIn })) {
        const fetched = JSON.parse(read(`${name}.${language}.json`));
        const lacking = [...keysOf(language, said)].filter((key) => fetched[key] !== all.get(language)[key]);
        assert.deepEqual(lacking, [], `${name} in ${language}`);
      }
    }
  }
});

for (const [language, catalogue] of all) {
  test(`${language} has every text and no other`, () => {
    const keys = keysOf(language, english);
    assert.deepEqual(
      [...keys].filter((key) => !catalogue[key]?.trim()),
      [],
      'missing',
    );
    assert.deepEqual(
      Object.keys(catalogue).filter((key) => !keys.has(key)),
      [],
      'unused',
    );
  });

  test(`${language} says in each what it is about`, () => {
    for (const [key, text] of Object.entries(catalogue)) {
      const [base, form] = formOf(key);
      const wanted = placeholders(form ? base : (english.get(key) ?? ''));
      const there = placeholders(text);
      // One, two and none can be said without a number.
      const rest = ['zero', 'one', 'two'].includes(form) ? wanted.filter((one) => one !== '{{count}}') : wanted;
      assert.ok(
        there.join() === wanted.join() || there.join() === rest.join(),
        `${key}: ${there.join()} instead of ${wanted.join()}`,
      );
    }
  });

  test(`${language} has room for each`, () => {
    for (const [key, text] of Object.entries(catalogue)) {
      const [base] = formOf(key);
      assert.ok(
        text.length <= most(base.length),
        `${key}: ${text.length} characters, ${Math.floor(most(base.length))} fit`,
      );
    }
  });
}
