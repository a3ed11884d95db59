// What holds for the pages of every service.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/**
 * A page has nothing that its policy forbids, and names files that there are.
 * @param {{ web: URL, base?: string, pages: string[] }} site the folder of the sources, and the path it is served at
 */
export function checkPages({ web, base = '', pages }) {
  const read = (path) => readFileSync(new URL(path.replace(/^\//, ''), web), 'utf8');

  for (const page of pages) {
    const html = read(page);

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
