import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { askAll, removeFromAny } from '../../admin/ask.ts';
import type { Health } from '../../admin/operator.ts';
import { socketsIn } from '../../admin/supervision.ts';
import type { SessionView } from '../../admin/views.ts';
import { Failure } from '../../base/failure.ts';
import { say, tell } from '../output.ts';
import { Screen } from '../progress/screen.ts';
import { settingsOf, withSettings } from '../settings.ts';
import { stopped } from './stopped.ts';
import { movedIn, whoLines } from './who-lines.ts';

/** Between two looks from which the rates come, in milliseconds. */
const RATE_MS = 500;
const WATCH_MS = 1000;

interface WhoOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `carryon who` */
export function addWhoCommand(program: Command): void {
  withSettings(program.command('who'), 'data')
    .option('--watch', 'go on showing it, once a second, until Ctrl-C')
    .option('--json', 'for machines: one line of JSON for each session')
    .action(async (options: WhoOptions) => {
      const sockets = socketsIn(settingsOf({ ...options }).data);
      if (options.watch) return watch(sockets, options.json ?? false);
      const before = await look(sockets);
      // A rate is what moved between two looks; nobody waits for it where nothing moves.
      const moves = !options.json && before.some(({ transfers }) => transfers.length > 0);
      if (moves) await sleep(RATE_MS);
      const now = moves ? await look(sockets) : before;
      if (options.json) say(...now.map((session) => JSON.stringify(session)));
      else say(...whoLines(now, moves ? movedIn(before, RATE_MS) : undefined, Date.now()));
    });
}

/** `carryon kick` */
export function addKickCommand(program: Command): void {
  withSettings(program.command('kick <session>'), 'data').action(
    (id: string, options: Readonly<Record<string, unknown>>) =>
      remove(options, `/sessions/${id}`, `There is no session ${id}`, `Ended session ${id}.`),
  );
}

/** `carryon stop-transfer` */
export function addStopTransferCommand(program: Command): void {
  withSettings(program.command('stop-transfer <transfer>'), 'data').action(
    (id: string, options: Readonly<Record<string, unknown>>) =>
      remove(options, `/transfers/${id}`, `No transfer ${id} runs`, `Stopped transfer ${id}.`),
  );
}

async function remove(
  options: Readonly<Record<string, unknown>>,
  path: string,
  missing: string,
  done: string,
): Promise<void> {
  const sockets = socketsIn(settingsOf(options).data);
  if (!(await removeFromAny(sockets, path))) throw new Failure('not-found', missing);
  tell(done);
}

async function watch(sockets: string, asJson: boolean): Promise<void> {
  using stop = stopped();
  using screen = !asJson && process.stdout.isTTY ? new Screen(process.stdout) : undefined;
  let before: readonly SessionView[] | undefined;
  let began = performance.now();
  while (!stop.signal.aborted) {
    const now = await look(sockets);
    const passed = performance.now() - began;
    began = performance.now();
    const lines = asJson
      ? now.map((session) => JSON.stringify(session))
      : whoLines(now, before && movedIn(before, passed), Date.now());
    if (screen) screen.draw(lines.slice(0, screen.size.rows - 1));
    else say(...lines);
    before = now;
    await sleep(WATCH_MS, undefined, { signal: stop.signal }).catch(() => {});
  }
}

/** The sessions of all servers, the oldest first. @throws Failure `not-found` if there is no server */
async function look(sockets: string): Promise<readonly SessionView[]> {
  const sessions = (await askAll<readonly SessionView[]>(sockets, '/sessions')).flat();
  if (sessions.length === 0 && (await askAll<Health>(sockets, '/health')).length === 0) {
    throw new Failure('not-found', 'No server is running on this data folder');
  }
  return sessions.toSorted((one, other) => one.since.localeCompare(other.since));
}
