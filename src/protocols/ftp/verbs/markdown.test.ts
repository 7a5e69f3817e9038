import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verbsMarkdown } from './markdown.ts';
import { TABLE } from './table.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/verbs.md'), 'utf8');

test('docs/verbs.md is what the table says', () => {
  assert.equal(page, verbsMarkdown(), 'run: npm run docs');
});

test('docs/verbs.md has every verb of the table', () => {
  for (const verb of TABLE)
    assert.ok(page.includes(`\`${verb.syntax.replaceAll('|', '\\|')}\``), verb.name);
});
