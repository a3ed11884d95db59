// The pages name every module they will load, so that a browser fetches all at once instead of one import after the
// other. This keeps the lists true.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const web = new URL('../web/', import.meta.url);
const read = (path) => readFileSync(new URL(path.replace(/^\//, ''), web), 'utf8');

function modulesFrom(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, target] of read(entry).matchAll(/^import (?:[^'"]* from )?'(\.[^']+)';$/gm)) {
    modulesFrom(new URL(target, `http://x${entry}`).pathname, found);
  }
  return found;
}

for (const page of ['index.html', 'receive.html', 'how.html']) {
  test(`${page} preloads its modules`, () => {
    const html = read(page);
    const entry = html.match(/<script type="module" src="([^"]+)">/)[1];
    const preloaded = Array.from(html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g), (match) => match[1]);
    const needed = [...modulesFrom(entry)].filter((path) => path !== entry);
    assert.deepEqual(preloaded.sort(), needed.sort());
  });

  test(`${page} has nothing inline and nothing from elsewhere`, () => {
    const html = read(page);
    assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|\son\w+=|https?:\/\//);
  });
}
