#!/usr/bin/env node
import { clientKnows } from './cli/outlines.ts';
import { nodeProblem } from './cli/supported-node.ts';
import { widenThreadPool } from './cli/thread-pool.ts';
import { boundYoungSpace } from './cli/young-space.ts';
import { VERSION } from './version.ts';

const words = process.argv.slice(2);
const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`carryon: ${problem}\n`);
  process.exitCode = 1;
} else if (words[0] === '--version' || words[0] === '-V') {
  process.stdout.write(`${VERSION}\n`);
} else {
  const serves = words[0] === 'serve';
  widenThreadPool({ serves });
  // Reading the rest of the program would widen it, too.
  if (serves) boundYoungSpace();
  // Only now: an older Node cannot even read the rest.
  const { startFast } = await import('./cli/start-fast.ts');
  startFast({ staysLong: serves });
  const { runProgram } = clientKnows(words)
    ? await import('./client-program.ts')
    : await import('./cli/whole-program.ts');
  process.exitCode = await runProgram(process.argv);
}
