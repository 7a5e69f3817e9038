import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsMarkdown } from './markdown.ts';
import { ROWS } from './sources.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8');

test('docs/settings.md is what the table says', () => {
  assert.equal(page, settingsMarkdown(), 'run: npm run docs');
});

test('docs/settings.md has every key, flag and variable', () => {
  for (const row of ROWS) {
    for (const name of [row.key, row.flag, row.variable]) {
      assert.ok(page.includes(`\`${name}\``) || page.includes(`\`${name} `), name);
    }
  }
});
