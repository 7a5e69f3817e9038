import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsJsonSchema, settingsJsonSchemaText } from './json-schema.ts';
import { ROWS } from './sources.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/settings.schema.json'), 'utf8');

test('docs/settings.schema.json is what the table says', () => {
  assert.equal(page, settingsJsonSchemaText(), 'run: npm run docs');
});

test('every key stands in the schema, in its group, and nothing else does', () => {
  const found: string[] = [];
  const visit = (schema: Readonly<Record<string, unknown>>, prefix: string): void => {
    const properties = schema['properties'] as Record<string, Record<string, unknown>> | undefined;
    for (const [name, property] of Object.entries(properties ?? {})) {
      if (property['properties'] === undefined) found.push(prefix + name);
      else visit(property, `${prefix}${name}.`);
    }
  };
  visit(settingsJsonSchema(), '');
  assert.deepEqual(found.toSorted(), ROWS.map((row) => row.key).toSorted());
});

test('a word that is not among the possible ones is refused by the schema, too', () => {
  const text = JSON.stringify(settingsJsonSchema());
  assert.ok(text.includes('"enum":["off","allowed","required"]'));
});
