import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The example in a page that stands behind `<!-- example: NAME … -->`, with changes for a test. */
export async function exampleIn(
  page: string,
  name: string,
  changes: Readonly<Record<string, string>>,
): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../..', page), 'utf8');
  const example = new RegExp(`<!-- example: ${name}[^]*?\`\`\`ts\\n([^]*?)\`\`\``).exec(text)?.[1];
  assert.ok(example !== undefined, `${page} has no example ${name}`);
  return Object.entries(changes).reduce((text, [said, meant]) => {
    assert.ok(text.includes(said), `the example does not say ${said}`);
    return text.replace(said, meant);
  }, example);
}
