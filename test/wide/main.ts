/** `npm run test:wide`: a folder of a million files, and what it costs to list it. */
import { parseArgs } from 'node:util';
import { MiB } from '../../src/base/size.ts';
import { Site } from '../peers/support/site.ts';
import { makeWide } from './folder.ts';
import { measure } from './listing.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    memory: { type: 'string', default: '128' },
  },
});

const [entries, limit] = [Number(values.entries), Number(values.memory)];
await using site = await Site.open();
makeWide(site.inHome('ann', 'wide'), entries);
say(
  `A folder of ${entries} files, listed through a server of its own; the limit is ${limit} MiB.\n`,
);
say('| | first byte | all | memory | longest wait of another session |\n|---|---|---|---|---|');
for (const verb of ['LIST', 'NLST', 'MLSD']) {
  const found = await measure(site, 'ann', `${verb} /wide`);
  const memory = found.memory / MiB;
  const cells = [
    verb,
    `${found.firstByte.toFixed(0)} ms`,
    `${(found.total / 1000).toFixed(1)} s`,
    `+${memory.toFixed(0)} MiB`,
    `${found.others.longest.toFixed(0)} ms`,
  ];
  say(`| ${cells.join(' | ')} |`);
  if (found.entries !== entries) fail(`${verb} has shown ${found.entries} entries`);
  if (memory > limit) fail(`${verb} took ${memory.toFixed(0)} MiB`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(why: string): void {
  say(why);
  process.exitCode = 1;
}
