// What holds for the pages of every service.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/**
 * A page names every module it will load, so that a browser fetches all at once instead of one import after the other;
 * and it has nothing that its policy forbids.
 * @param {{ web: URL, base?: string, pages: Record<string, string[]> }} site the folder, the path it is served at, and
 * of each page the modules that it loads later
 */
export function checkPages({ web, base = '', pages }) {
  const read = (path) => readFileSync(new URL(path.replace(/^\//, ''), web), 'utf8');

  function modulesFrom(entry, found = new Set()) {
    if (found.has(entry)) return found;
    found.add(entry);
    for (const [, target] of read(entry).matchAll(/^import (?:[^'"]* from )?'(\.[^']+)';$/gm)) {
      modulesFrom(new URL(target, `http://x${entry}`).pathname, found);
    }
    return found;
  }

  for (const [page, later] of Object.entries(pages)) {
    const html = read(page);

    test(`${base}/${page} preloads its modules`, () => {
      const entry = html.match(/<script type="module" src="([^"]+)">/)[1];
      const preloaded = Array.from(html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g), (match) => match[1]);
      const needed = new Set([entry.slice(base.length), ...later].flatMap((module) => [...modulesFrom(module)]));
      assert.deepEqual(
        preloaded.sort(),
        [...needed]
          .map((module) => base + module)
          .filter((m) => m !== entry)
          .sort(),
      );
    });

    test(`${base}/${page} has nothing inline and nothing from elsewhere`, () => {
      assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|\son\w+=|https?:\/\//);
    });

    test(`${base}/${page} names files that there are`, () => {
      for (const [, path] of html.matchAll(/(?:href|src)="([^"#]*\/assets\/[^"#]+)/g)) {
        assert.ok(read(path.slice(base.length)).length > 0, path);
      }
    });
  }
}
