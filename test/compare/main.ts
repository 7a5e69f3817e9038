/** `npm run docs:compliance`: asks all servers again and writes docs/compliance.md anew. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOREIGN_NAMES } from '../support/foreign-packages.ts';
import { compareAll } from './comparison.ts';
import { OTHERS } from './hosts.ts';
import { complianceMarkdown } from './markdown.ts';

if (OTHERS.length < FOREIGN_NAMES.length) {
  process.stderr.write(`Only ${OTHERS.join(', ')} can be started here; all servers are needed\n`);
  process.exitCode = 1;
} else {
  const page = join(import.meta.dirname, '../../docs/compliance.md');
  await writeFile(page, complianceMarkdown(await compareAll()));
}
