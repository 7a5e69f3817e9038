import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../base/failure.ts';
import type { Address } from '../../client/address/address.ts';
import { osPath } from '../../client/local/os-path.ts';
import { PublishGroup } from '../../client/local/publish-group.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { refusedHere, refusedThere } from '../../client/sync/names.ts';
import {
  type Plan,
  planSync,
  removalsOf,
  type Step,
  type TransferStep,
} from '../../client/sync/plan.ts';
import { below } from '../../client/sync/walk-remote.ts';
import { troubled } from '../../client/transfer-failure.ts';
import { printable } from '../../telemetry/printable.ts';
import { Ended, EXIT } from '../exit-codes.ts';
import { say } from '../output.ts';
import { concludeBatch, runBatch, type Transfer } from './batch.ts';
import { engineOptions } from './engine-options.ts';
import {
  connectionsFor,
  count,
  PARALLEL,
  withConnection,
  withOutput,
  withTransfers,
} from './flags.ts';
import { makeFolders } from './folders.ts';
import { type Job, runJob } from './job.ts';
import type { Site } from './site.ts';
import { Sites } from './sites.ts';
import { summarize } from './summary.ts';
import { lookAtSides, type Sides, type SidesFlags, tellSkipped, withFilters } from './two-sides.ts';

export interface SyncFlags extends SidesFlags {
  readonly delete?: boolean;
  readonly maxDelete?: number;
}

/** `carryon sync` */
export function addSyncCommand(program: Command): void {
  const command = program
    .command('sync <from> <to>')
    .option('--delete', 'remove what only the target has')
    .option('--max-delete <n>', 'do nothing at all if more would have to be removed', count);
  withConnection(withTransfers(withOutput(withFilters(command)))).action(
    async (from: string, to: string, flags: SyncFlags) => {
      await runJob(flags, { canResume: true }, async (job) => {
        await using sites = new Sites(flags, connectionsFor(flags), job);
        await sync(from, to, flags, job, (address) => sites.of(address));
      });
    },
  );
}

/** Makes `to` hold what `from` holds; one of both is a URL. @throws TransferFailure, Failure, Ended */
export async function sync(
  from: string,
  to: string,
  flags: SyncFlags,
  job: Job,
  siteOf: (address: Address) => Promise<Site>,
): Promise<void> {
  const sides = await lookAtSides(from, to, flags, job, siteOf);
  const plan = planSync(sides.source, sides.target, {
    isSame: sides.isSame,
    removes: flags.delete ?? false,
    refusesName: sides.direction === 'up' ? refusedThere : refusedHere,
    keepsExisting: flags.overwrite === 'skip',
  });
  guard(plan, sides, flags);
  if (flags.dryRun) show(plan, flags);
  else await carryOut(plan, sides, flags, job);
}

/** A source that is not mounted looks like an empty one. */
function guard(plan: Plan, { source }: Sides, { maxDelete }: SyncFlags): void {
  const removals = removalsOf(plan);
  if (maxDelete !== undefined && removals > maxDelete) {
    throw new Failure(
      'forbidden',
      `${removals} would have to be removed, more than ${maxDelete}: nothing was done`,
    );
  }
  if (maxDelete === undefined && removals > 0 && source.entries.size === 0) {
    throw new Failure(
      'forbidden',
      `The source is empty, and ${removals} would be removed: nothing was done. If that is meant, give --max-delete ${removals}`,
    );
  }
}

const MARKS = { 'make-folder': '+', remove: '-', 'remove-folder': '-' } as const;

/** The plan, one line a step: `+` is new, `*` replaced, `-` removed; folders end with a slash. */
function show({ before, transfers, after }: Plan, { json }: SyncFlags): void {
  const line = (mark: string, path: string) => {
    if (json) return JSON.stringify({ mark, path });
    return `${mark} ${process.stdout.isTTY ? printable(path) : path}`;
  };
  const step = ({ kind, path }: Step) => line(MARKS[kind], kind === 'remove' ? path : `${path}/`);
  say(
    ...before.map(step),
    ...transfers.map(({ path, isNew }) => line(isNew ? '+' : '*', path)),
    ...after.map(step),
  );
}

async function carryOut(plan: Plan, sides: Sides, flags: SyncFlags, job: Job): Promise<void> {
  const missed = tellSkipped(sides, job) + plan.refused.length;
  for (const { path, reason } of plan.refused) job.warn(`${path} is left out: ${reason}`);
  await makeTarget(sides, job);
  for (const step of plan.before) await change(step, sides, job);

  const began = performance.now();
  const parallel = flags.parallel ?? PARALLEL;
  const transferOf = plan.transfers.length > 0 ? await carrier(sides, flags, job) : undefined;
  const result = await runBatch(
    plan.transfers.flatMap((step) => transferOf?.(step) ?? []),
    job,
    { parallel, keepsExisting: flags.overwrite === 'skip' },
  );
  const isWhole = result.failures.length === 0 && result.untried === 0;
  // Whatever has not arrived may be what is about to be removed, under another name.
  const removed = isWhole ? await removeAll(plan.after, sides, job) : 0;
  if (!isWhole && plan.after.length > 0) job.warn('nothing was removed, since not all has arrived');
  const milliseconds = performance.now() - began;
  job.progress.summarize({
    ...summarize(result, missed, milliseconds),
    same: plan.same.length,
    removed,
  });
  concludeBatch(result, true);
  if (missed > 0) throw new Ended(EXIT.someFailed, [`${missed} could not be looked at or copied`]);
}

/** Several at a time, folders when they are empty. @returns how many are gone */
async function removeAll(steps: readonly Step[], sides: Sides, job: Job): Promise<number> {
  const files = steps.filter(({ kind }) => kind === 'remove');
  const waiting = files.values();
  const work = async () => {
    for (const step of waiting) await change(step, sides, job);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, files.length) }, work));
  let kept = 0;
  for (const step of steps.filter(({ kind }) => kind === 'remove-folder')) {
    try {
      await change(step, sides, job);
    } catch (error) {
      // What the filters leave alone may still be in it.
      if (!troubled(error, 'refused', 'local-failed')) throw error;
      job.warn(`${step.path} is not removed: ${error.message}`);
      kept += 1;
    }
  }
  return steps.length - kept;
}

async function makeTarget({ direction, local, remote, site, isTargetThere }: Sides, job: Job) {
  if (isTargetThere) return;
  if (direction === 'up') await makeFolders(site, [remote], job);
  else await locally(() => mkdir(osPath(local), { recursive: true }));
}

async function change(step: Step, sides: Sides, job: Job): Promise<void> {
  if (sides.direction === 'up') await CHANGES_THERE[step.kind](step.path, sides);
  else await locally(() => CHANGES_HERE[step.kind](join(sides.local, step.path)));
  if (job.verbosity > 0) job.progress.note(`${MARKS[step.kind]} ${step.path}`);
}

const CHANGES_THERE = {
  'make-folder': (path, { site, remote }) =>
    site.ask((connection, signal) => connection.makeFolder(below(remote, path), signal)),
  remove: (path, { site, remote }) =>
    site.ask((connection, signal) => connection.remove(below(remote, path), signal)),
  'remove-folder': (path, { site, remote }) =>
    site.ask((connection, signal) => connection.removeFolder(below(remote, path), signal)),
} as const satisfies Record<Step['kind'], (path: string, sides: Sides) => Promise<void>>;

const CHANGES_HERE = {
  'make-folder': (path) => mkdir(osPath(path)),
  remove: (path) => rm(osPath(path)),
  'remove-folder': (path) => rmdir(osPath(path)),
} as const satisfies Record<Step['kind'], (path: string) => Promise<unknown>>;

async function locally(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asTransferFailure(error);
  }
}

/** What brings one file over. The engine for it is read only if there is something to bring. */
async function carrier(
  { direction, local, remote, site }: Sides,
  flags: SyncFlags,
  { signal }: Job,
): Promise<(step: TransferStep) => Transfer> {
  const { bundling, pool } = site;
  if (direction === 'up') {
    const { upload } = await import('../../client/transfer/upload/upload.ts');
    return ({ path, size, isNew }) => {
      const [source, there] = [join(local, path), below(remote, path)];
      return {
        title: {
          name: path,
          direction: 'upload',
          source,
          // Only machines want to know, and of very many files it takes its time.
          get target() {
            return site.url(there);
          },
        },
        size,
        run: (hear) =>
          upload(pool, source, there, { ...engineOptions(flags, signal, hear), isNew, bundling }),
      };
    };
  }
  const { download } = await import('../../client/transfer/download/download.ts');
  const group = new PublishGroup();
  return ({ path, size, modified }) => {
    const [target, there] = [join(local, path), below(remote, path)];
    return {
      title: {
        name: path,
        direction: 'download',
        target,
        get source() {
          return site.url(there);
        },
      },
      size,
      run: (hear) =>
        download(pool, there, target, {
          ...engineOptions(flags, signal, hear),
          listed: { size, modified },
          group,
          bundling,
        }),
    };
  };
}
