import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB } from '../base/size.ts';

/**
 * Makes objects that stay. Prints how large the space for new ones has become, in bytes: after a
 * collection of it, which gives back what V8 borrows beyond its size while it collects the rest.
 */
const CROWD = `
  const kept = [];
  for (let index = 0; index < 500_000; index += 1) kept.push({ index, list: [index] });
  gc({ type: 'minor' });
  const { getHeapSpaceStatistics } = process.getBuiltinModule('node:v8');
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.log(space.space_size, kept.length);
`;

/** Bytes: what was read until then may have made it grow a little; by itself it grows far more. */
const LITTLE = 16 * MiB;

function youngSpaceAfter(script: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script + CROWD],
    { encoding: 'utf8' },
  );
  const size = Number.parseInt(stdout, 10);
  assert.ok(size > 0, stderr);
  return size;
}

test('a crowd does not widen the space for new objects of a process that serves', () => {
  const url = JSON.stringify(join(import.meta.dirname, 'young-space.ts'));
  const bound = youngSpaceAfter(`const young = await import(${url}); young.boundYoungSpace();`);
  assert.ok(bound <= LITTLE, `${bound / MiB} MiB`);
  const unbound = youngSpaceAfter('');
  assert.ok(unbound > LITTLE, 'by itself V8 widens it');
});
