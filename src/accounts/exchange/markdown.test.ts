import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accountsMarkdown } from './markdown.ts';

test('docs/accounts.md is up to date', async () => {
  const page = await readFile(new URL('../../../docs/accounts.md', import.meta.url), 'utf8');
  assert.equal(page, accountsMarkdown(), 'run: npm run docs');
});
