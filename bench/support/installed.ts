import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

let built: string | undefined;

/**
 * The program as people install it: Node need not leave the types out first, as of a checkout, which
 * takes time at each start and 18 MiB for as long as it runs. Built by the first who asks.
 */
export function installed(): string {
  return (built ??= build());
}

function build(): string {
  const root = join(import.meta.dirname, '../..');
  const { status, stderr } = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return join(root, 'dist/main.js');
}
