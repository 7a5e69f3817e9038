#!/usr/bin/env node
import { nodeProblem } from './cli/supported-node.ts';
import { widenThreadPool } from './cli/thread-pool.ts';
import { boundYoungSpace } from './cli/young-space.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  const serves = process.argv[2] === 'serve';
  widenThreadPool({ serves });
  // Reading the rest of the program would widen it, too.
  if (serves) boundYoungSpace();
  // Only now: an older Node cannot even read the rest.
  const { startFast } = await import('./cli/start-fast.ts');
  startFast({ staysLong: serves });
  const { runProgram } = await import('./cli/program.ts');
  process.exitCode = await runProgram(process.argv);
} else {
  process.stderr.write(`carryon: ${problem}\n`);
  process.exitCode = 1;
}
