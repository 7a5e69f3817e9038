import type { Command } from 'commander';
import type { StoredAccount } from '../../accounts/accounts.ts';
import { Failure } from '../../base/failure.ts';
import { formatSize } from '../../base/size.ts';
import type { Records } from '../../compose-records.ts';
import { columns, formatTime, say } from '../output.ts';
import { withRecords } from '../settings.ts';

/** `carryon account usage`; `sub` makes a command for accounts. */
export function addUsageCommand(sub: (usage: string, description: string) => Command): void {
  sub('usage [name]', 'show what accounts store, the largest first, and when they last came in')
    .option('--json', 'for machines: one line of JSON for each')
    .action((name: string | undefined, options: { readonly json?: boolean }) =>
      withRecords({ ...options }, async (records) => {
        const all = await records.accounts.list();
        const wanted = all.filter((one) => name === undefined || one.name === name);
        if (name !== undefined && wanted.length === 0) {
          throw new Failure('not-found', `There is no account ${name}`);
        }
        const views = await usagesOf(records, wanted);
        if (options.json) say(...views.map((view) => JSON.stringify(view)));
        else
          say(
            ...columns([HEADING, ...views.map(rowOf), ...(views.length > 1 ? [total(views)] : [])]),
          );
      }),
    );
}

type View = Awaited<ReturnType<typeof usagesOf>>[number];

/** Bytes and files by the ledger, which counts what has come of unfinished uploads, too. */
async function usagesOf({ vault }: Records, accounts: readonly StoredAccount[]) {
  const unfinished = Map.groupBy(await vault.uploads(), ({ home_id }) => home_id);
  const views = await Promise.all(
    accounts.map(async ({ name, homeId, limits: { quotaBytes, quotaFiles }, lastLoginAt }) => {
      const { bytes, files } = await vault.usage(homeId);
      const uploads = unfinished.get(homeId) ?? [];
      return {
        name,
        bytes,
        quota: quotaBytes ?? null,
        files,
        maxFiles: quotaFiles ?? null,
        unfinished: uploads.length,
        unfinishedBytes: uploads.reduce(
          (sum, { offset, base_bytes }) => sum + offset - base_bytes,
          0,
        ),
        lastLogin: lastLoginAt === undefined ? null : new Date(lastLoginAt).toISOString(),
      };
    }),
  );
  return views.toSorted(
    (one, other) => other.bytes - one.bytes || (one.name < other.name ? -1 : 1),
  );
}

const HEADING = ['NAME', 'BYTES', 'OF', 'SHARE', 'FILES', 'OF', 'UNFINISHED', 'LAST LOGIN'];

function rowOf(view: View): string[] {
  const { bytes, quota, files, maxFiles, lastLogin } = view;
  return [
    view.name,
    formatSize(bytes),
    quota === null ? '-' : formatSize(quota),
    shareOf(bytes, quota),
    String(files),
    maxFiles === null ? '-' : String(maxFiles),
    unfinishedOf(view.unfinished, view.unfinishedBytes),
    lastLogin === null ? 'never' : formatTime(Date.parse(lastLogin)),
  ];
}

function total(views: readonly View[]): string[] {
  const sum = (of: (view: View) => number) => views.reduce((all, view) => all + of(view), 0);
  const unfinished = unfinishedOf(
    sum((view) => view.unfinished),
    sum((view) => view.unfinishedBytes),
  );
  const files = String(sum((view) => view.files));
  return ['(all)', formatSize(sum((view) => view.bytes)), '', '', files, '', unfinished, ''];
}

/** Never 100 % before it is full, and never 0 % for something. */
function shareOf(bytes: number, quota: number | null): string {
  if (quota === null) return '-';
  if (bytes >= quota) return '100%';
  if (bytes === 0) return '0%';
  return `${Math.max(1, Math.min(99, Math.round((bytes / quota) * 100)))}%`;
}

function unfinishedOf(count: number, bytes: number): string {
  return count === 0 ? '-' : `${count}, ${formatSize(bytes)}`;
}
