import { type Command, Option } from 'commander';
import { type Algorithm, ALGORITHMS, type Digest } from '../../base/digest.ts';
import { encodeName } from '../../base/name.ts';
import { nameOf, type Path } from '../../base/path.ts';
import { parseAddress } from '../../client/address/address.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { say } from '../output.ts';
import { type ConnectionFlags, type OutputFlags, withConnection, withOutput } from './flags.ts';
import { find, type Found } from './glob.ts';
import { type Job, runJob } from './job.ts';
import { readDigest } from './read-digest.ts';
import type { Site } from './site.ts';
import { Sites } from './sites.ts';

interface DigestFlags extends ConnectionFlags, OutputFlags {
  readonly algorithm: Algorithm;
  readonly read?: boolean;
}

/** `carryon digest` */
export function addDigestCommand(program: Command): void {
  const command = program
    .command('digest')
    .argument('<url...>', 'files or patterns')
    .addOption(
      new Option('-a, --algorithm <name>', 'which one')
        .choices(Object.keys(ALGORITHMS))
        .default('sha-256'),
    )
    .option('--no-read', 'fail where the server does not tell it, instead of reading the file');
  withConnection(withOutput(command)).action(
    async (urls: readonly string[], flags: DigestFlags) => {
      // Its lines are the results, and events are not.
      await runJob({ ...flags, json: false }, { isStdoutTaken: true }, async (job) => {
        await using sites = new Sites(flags, 1, job);
        for (const url of urls) {
          const address = parseAddress(url);
          const site = await sites.of(address);
          for (const found of await find(site, address.place))
            show(await digestOf(site, found, flags, job), found, flags);
        }
      });
    },
  );
}

interface Told extends Digest {
  readonly by: 'server' | 'reading';
}

/** The digest as the server tells it, else by reading the file. @throws TransferFailure */
export async function digestOf(
  site: Site,
  found: Found,
  flags: DigestFlags,
  job: Job,
): Promise<Told> {
  const { path, entry } = found;
  const { algorithm, read = true } = flags;
  if (entry.kind === 'folder')
    throw new TransferFailure('refused', `${site.url(path)} is a folder`);
  const told = await site.ask((connection, signal) =>
    connection.facts.digests.includes(algorithm)
      ? connection.digest(path, algorithm, undefined, signal)
      : Promise.resolve(undefined),
  );
  if (told) return { ...told, by: 'server' };
  if (read) return { algorithm, hex: await byReading(site, path, flags, job), by: 'reading' };
  throw new TransferFailure(
    'unsupported',
    `The server does not tell the ${algorithm} of ${site.url(path)}`,
  );
}

async function byReading(site: Site, path: Path, flags: DigestFlags, job: Job): Promise<string> {
  const { progress, signal } = job;
  progress.note(`${site.url(path)}: the server tells no ${flags.algorithm}, so the file is read`);
  const title = { name: nameOf(path), source: site.url(path), target: '' };
  const track = progress.begin({ ...title, direction: 'download' });
  try {
    return await readDigest(site, path, flags.algorithm, flags, signal, track.listen);
  } finally {
    track.end({ kind: 'over' });
  }
}

function show({ algorithm, hex, by }: Told, { path, entry }: Found, { json }: DigestFlags): void {
  if (json) say(JSON.stringify({ path, algorithm, hex, by, size: entry.size ?? null }));
  else process.stdout.write(encodeName(`${hex}  ${path}\n`));
}
