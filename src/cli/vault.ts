import type { Command } from 'commander';
import { Failure } from '../base/failure.ts';
import { formatSize } from '../base/size.ts';
import type { Records } from '../compose-records.ts';
import type { Settings } from '../config/settings.ts';
import { columns, formatTime, say, tell } from './output.ts';
import { withRecords, withSettings } from './settings.ts';

interface VaultCommandOptions {
  readonly json?: boolean;
  readonly repair?: boolean;
}

/** `carryon quota …` */
export function addQuotaCommands(program: Command): void {
  const quota = program.command('quota');
  withSettings(quota.command('audit [name]'), 'data')
    .description('compare the ledger with what is in the homes, of one account or of all')
    .option('--repair', 'set the ledger to what was found')
    .option('--json', 'for machines: one line of JSON for each account')
    .action((name: string | undefined, options: VaultCommandOptions) =>
      withRecords({ ...options }, async ({ accounts, vault }) => {
        const all = (await accounts.list()).filter(
          (one) => name === undefined || one.name === name,
        );
        if (name !== undefined && all.length === 0) {
          throw new Failure('not-found', `There is no account ${name}`);
        }
        for (const account of all) {
          const { found, recorded } = await vault.audit(account.homeId, options.repair ?? false);
          const drift = {
            bytes: found.bytes - recorded.bytes,
            files: found.files - recorded.files,
          };
          if (options.json) say(JSON.stringify({ name: account.name, found, recorded, drift }));
          else say(auditLine(account.name, drift, options.repair ?? false));
        }
      }),
    );
}

function auditLine(
  name: string,
  drift: { readonly bytes: number; readonly files: number },
  isRepaired: boolean,
): string {
  if (drift.bytes === 0 && drift.files === 0) return `${name}: the ledger is right`;
  const bytes = `${drift.bytes < 0 ? '-' : '+'}${formatSize(Math.abs(drift.bytes))}`;
  const files = `${drift.files < 0 ? '' : '+'}${drift.files} files`;
  const done = isRepaired ? ', repaired' : '; --repair sets the ledger to what is there';
  return `${name}: the home differs from the ledger by ${bytes}, ${files}${done}`;
}

/** `carryon uploads …` */
export function addUploadsCommands(program: Command): void {
  const uploads = program.command('uploads');
  withSettings(uploads.command('list'), 'data', 'uploads.expire')
    .description('list the uploads that have not been committed')
    .option('--json', 'for machines: one line of JSON for each')
    .action((options: VaultCommandOptions) =>
      withRecords({ ...options }, async (records, settings) => {
        const views = await viewsOf(records, settings);
        if (options.json) say(...views.map((view) => JSON.stringify(view)));
        else {
          say(
            ...columns([
              ['ID', 'ACCOUNT', 'STATE', 'HERE', 'OF', 'TOUCHED', 'PATH'],
              ...views.map((view) => [
                view.id,
                view.account,
                view.state,
                formatSize(view.offset),
                view.length === null ? '?' : formatSize(view.length),
                formatTime(Date.parse(view.touched)),
                view.path,
              ]),
            ]),
          );
        }
      }),
    );
  withSettings(uploads.command('show <id>'), 'data', 'uploads.expire')
    .description('show all that is known of one upload')
    .option('--json', 'for machines')
    .action((id: string, options: VaultCommandOptions) =>
      withRecords({ ...options }, async (records, settings) => {
        const view = (await viewsOf(records, settings)).find((one) => one.id === id);
        if (!view) throw new Failure('not-found', `There is no unfinished upload ${id}`);
        if (options.json) say(JSON.stringify(view, undefined, 2));
        else
          say(...columns(Object.entries(view).map(([key, value]) => [key, String(value ?? '-')])));
      }),
    );
  withSettings(uploads.command('drop <id>'), 'data')
    .description('drop an unfinished upload and free its room')
    .action((id: string, options: VaultCommandOptions) =>
      withRecords({ ...options }, async ({ vault }) => {
        if (!(await vault.dropUpload(id))) {
          throw new Failure('not-found', `There is no unfinished upload ${id}`);
        }
        tell(`Dropped ${id}.`);
      }),
    );
}

/** Unfinished uploads as people see them. */
async function viewsOf({ accounts, vault }: Records, { uploads }: Settings) {
  const owners = new Map((await accounts.list()).map((one) => [one.homeId, one.name]));
  return (await vault.uploads()).map((row) => ({
    id: row.id,
    account: owners.get(row.home_id) ?? '?',
    path: row.folder === '/' ? `/${row.name}` : `${row.folder}/${row.name}`,
    state: row.holder === null ? row.state : 'running',
    offset: row.offset,
    length: row.length,
    promised: row.promised_hex === null ? null : `${row.promised_algorithm}=${row.promised_hex}`,
    reserved: row.reserved_bytes,
    evidence: row.evidence,
    holder: row.holder,
    epoch: row.epoch,
    begun: new Date(row.created_at).toISOString(),
    touched: new Date(row.touched_at).toISOString(),
    expires: row.holder === null ? new Date(row.touched_at + uploads.expire).toISOString() : null,
  }));
}
