import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ROOMS } from './rooms.ts';
import { cycles, FILE_RULES } from './rules.ts';
import { roomOf, sourcesIn, target } from './scan.ts';

const sources = sourcesIn('src', 'test', 'bench');
const server = sources.filter(({ path, isTest }) => path.startsWith('src/') && !isTest);

function assertNothing(broken: readonly string[]): void {
  if (broken.length > 0) assert.fail(`\n${broken.join('\n')}`);
}

suite('architecture', () => {
  for (const [name, broken] of Object.entries(FILE_RULES)) {
    test(name, () => assertNothing(sources.flatMap(broken)));
  }

  test('no rooms import one another in a circle', () => assertNothing(cycles(sources)));

  test('every room of the table is there, unless it is only planned', () => {
    const there = new Set(server.map(({ path }) => roomOf(path)));
    const missing = Object.entries(ROOMS).filter(
      ([name, { planned }]) => !planned && !there.has(name),
    );
    assertNothing(
      missing.map(([name]) => `src/${name} is not there, so nothing about it was checked`),
    );
  });

  test('enough was seen for these results to mean something', () => {
    assert.ok(server.length >= 60, `only ${server.length} files`);
    assert.ok(sources.length - server.length >= 30, `only ${sources.length - server.length} tests`);
    const imports = server.flatMap((source) => source.imports);
    assert.ok(imports.length >= 3 * server.length, `only ${imports.length} imports`);
  });

  test('every relative import leads to a file that was seen', () => {
    const seen = new Set(sources.map(({ path }) => path));
    assertNothing(
      server.flatMap((source) =>
        source.imports
          .map((found) => target(source, found))
          .filter((path) => path?.endsWith('.ts') && !seen.has(path))
          .map((path) => `${source.path} imports ${path}, which was not found`),
      ),
    );
  });
});
