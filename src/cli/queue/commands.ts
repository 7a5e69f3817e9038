import { type Command, Option } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { Failure } from '../../base/failure.ts';
import type { Item } from '../../client/queue/item.ts';
import { Queue } from '../../client/queue/queue.ts';
import { lockQueue } from '../../client/queue/runner-lock.ts';
import { runQueue } from '../../client/queue/run-queue.ts';
import { printable } from '../../telemetry/printable.ts';
import { Ended, EXIT } from '../exit-codes.ts';
import { columns, formatTime, say, tell } from '../output.ts';
import { statePlace } from '../places.ts';
import { counted, sizeText } from '../progress/text.ts';
import {
  atLeastOne,
  count,
  rate,
  type ConnectionFlags,
  type OutputFlags,
  PARALLEL,
  type TransferFlags,
  withConnection,
  withOutput,
  withTransfers,
} from '../transfer/flags.ts';
import { runJob } from '../transfer/job.ts';
import { Performer } from './perform.ts';
import { type WishFlags, wishesOf } from './wishes.ts';

interface RunFlags
  extends OutputFlags, Pick<TransferFlags, 'parallel'>, Pick<ConnectionFlags, 'limitRate'> {
  readonly attempts: number;
  readonly wait?: boolean;
  readonly failed?: boolean;
}

/** How often a file is tried before it has failed. */
const ATTEMPTS = 20;

/** `carryon queue …` */
export function addQueueCommands(program: Command): void {
  const queue = program.command('queue');
  const add = queue
    .command('add')
    .usage('[options] <source...> <target>')
    .argument(
      '<word...>',
      'files or folders (-r) and the URL where to, or URLs and the folder where to',
    )
    .description('put transfers at the end; fine while it runs')
    .option('-r, --recursive', 'folders with all that is in them');
  withConnection(withTransfers(withOutput(add))).action(
    (words: readonly string[], flags: WishFlags) =>
      runJob(flags, {}, async (job) => {
        const wishes = await wishesOf(words, flags, job);
        using open = openQueue();
        const added = wishes.map((wish) =>
          flags.dryRun ? { id: '-', isNew: true } : open.add(wish, Date.now()),
        );
        const fresh = added.filter(({ isNew }) => isNew).length;
        const old = added.length - fresh;
        job.progress.note(
          `Added ${counted(fresh, 'file')}${old > 0 ? `; ${old} were there already` : ''}. Run them with: carryon queue run`,
        );
      }),
  );
  queue
    .command('run')
    .description('transfer what is in it, until nothing is left; Ctrl-C keeps everything')
    .option('-P, --parallel <n>', 'files at once (4)', atLeastOne)
    .addOption(new Option('--limit-rate <size>', 'bytes a second of all together').argParser(rate))
    .option(
      '--attempts <n>',
      'how often a file is tried, with longer and longer waits',
      count,
      ATTEMPTS,
    )
    .option('--no-wait', 'do not wait for files that are put off')
    .option('--failed', 'give those that have failed another turn')
    .option('--json', 'for machines: lines of JSON')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say more', (_, before: number) => before + 1, 0)
    .action((flags: RunFlags) => run(flags));
  queue
    .command('list')
    .description('show what is in it, and how it is with each')
    .option('--json', 'for machines: one line of JSON for each')
    .action(({ json }: OutputFlags) => {
      using open = openQueue();
      const items = open.list();
      if (json) say(...items.map((item) => JSON.stringify(viewOf(item))));
      else if (items.length === 0) tell('The queue is empty.');
      else {
        const [heading = '', ...rows] = columns([HEADING, ...items.map(rowOf)]);
        say(heading, ...items.flatMap((item, index) => [rows[index] ?? '', ...notesOf(item)]));
      }
    });
  queue
    .command('remove [id...]')
    .description('take transfers out of it; files that have come so far stay')
    .option('--done', 'all that are done')
    .option('--failed', 'all that have failed')
    .option('--all', 'all that do not run')
    .action((ids: readonly string[], flags: Readonly<Record<string, boolean>>) =>
      remove(ids, flags),
    );
}

function openQueue(): Queue {
  return new Queue(statePlace('queue.sqlite'));
}

async function run(flags: RunFlags): Promise<void> {
  await runJob(flags, { canResume: true }, async (job) => {
    using open = openQueue();
    using _lock = lockQueue(statePlace('queue.sqlite'));
    if (flags.failed) open.retryFailed();
    const waiting = open.list().filter(({ standing }) => standing.state === 'waiting');
    job.progress.expect(waiting.length, undefined);
    const { parallel = PARALLEL } = flags;
    await using performer = new Performer(parallel, job);
    const result = await runQueue(open, (item) => performer.perform(item), {
      parallel,
      attempts: flags.attempts,
      waits: flags.wait ?? true,
      clock: systemClock,
      signal: job.signal,
    });
    const { done, failed, waiting: left } = result;
    job.progress.note(
      `${counted(done, 'file')} done${failed > 0 ? `, ${failed} failed` : ''}${left > 0 ? `, ${left} put off` : ''}.`,
    );
    if (failed + left > 0) throw new Ended(done > 0 ? EXIT.someFailed : EXIT.gaveUp);
  });
}

function remove(ids: readonly string[], flags: Readonly<Record<string, boolean>>): void {
  using open = openQueue();
  const isMeant = ({ id, standing }: Item) =>
    ids.includes(String(id)) || flags['all'] === true || flags[standing.state] === true;
  const meant = open.list().filter(isMeant);
  const unknown = ids.filter((id) => !meant.some((item) => String(item.id) === id));
  if (ids.length === 0 && Object.keys(flags).length === 0) {
    throw new Failure('name-refused', 'Which? Give ids, --done, --failed or --all');
  }
  const removed = meant.filter(({ id }) => open.remove(id)).length;
  tell(`Removed ${counted(removed, 'file')}.`);
  if (unknown.length > 0) throw new Failure('not-found', `There is no ${unknown.join(', ')}`);
  if (removed < meant.length) throw new Failure('locked', `${meant.length - removed} are running`);
}

const HEADING = ['ID', 'STATE', 'TRIES', 'SIZE', 'PROOF', 'WHAT'];

function rowOf(item: Item): string[] {
  const { id, attempts, size, standing } = item;
  return [
    String(id),
    standing.state,
    String(attempts),
    size === undefined ? '?' : sizeText(size),
    standing.state === 'done' ? standing.proof : '-',
    printable(routeOf(item)),
  ];
}

function routeOf({ direction, local, url }: Item): string {
  return direction === 'upload' ? `${local} -> ${url}` : `${url} -> ${local}`;
}

/** Why it is not done, in a line of its own. */
function notesOf({ standing, lastError }: Item): string[] {
  if (lastError === undefined || standing.state === 'done') return [];
  const isPutOff = standing.state === 'waiting' && standing.nextTry > 0;
  const when = isPutOff ? `again at ${formatTime(standing.nextTry)}: ` : '';
  return [`    ${printable(when + lastError)}`];
}

function viewOf({ standing, ...item }: Item) {
  const { how: _how, added, ...rest } = item;
  return { ...rest, added: new Date(added).toISOString(), ...standing };
}
