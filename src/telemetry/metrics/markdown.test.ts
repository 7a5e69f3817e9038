import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricsMarkdown } from './markdown.ts';
import { METRIC_ROWS } from './table.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');

test('docs/metrics.md is what the table says', () => {
  assert.equal(page, metricsMarkdown(), 'run: npm run docs');
});

test('docs/metrics.md has every metric of the table, and no other', () => {
  const named = [...page.matchAll(/^\| `(carryon_\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(named, Object.keys(METRIC_ROWS));
});

test('names say their unit and kind as Prometheus wants it', () => {
  for (const [name, { kind, about }] of Object.entries(METRIC_ROWS)) {
    assert.match(name, /^carryon_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    assert.match(about, /^[A-Z].*\.$/, name);
  }
});
