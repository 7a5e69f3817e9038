import type { Command } from 'commander';
import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { formatSize } from '../../base/size.ts';
import type { Records } from '../../compose-records.ts';
import { columns, say, tell } from '../output.ts';
import { passwordFromStdin, promptedPassword, randomPassword } from '../passwords.ts';
import { withRecords, withRecordsOrNew, withSettings } from '../settings.ts';
import { addExchangeCommands } from './exchange.ts';
import {
  type ProfileOptions,
  changesOf,
  passwordHash,
  passwordStdin,
  withProfile,
} from './flags.ts';
import { addUsageCommand } from './usage.ts';
import { HEADING, originsOf, rowOf, showRows, viewOf } from './view.ts';

interface AccountOptions extends ProfileOptions {
  readonly passwordStdin?: boolean;
  readonly passwordHash?: string;
  readonly json?: boolean;
}

/** `carryon account …` */
export function addAccountCommands(program: Command): void {
  const account = program.command('account');
  const sub = (usage: string, description: string) =>
    withSettings(account.command(usage).description(description), 'data');

  withProfile(sub('add <name>', 'add an account'))
    .addOption(passwordStdin())
    .addOption(passwordHash())
    .action((name: string, options: AccountOptions) =>
      withRecordsOrNew({ ...options }, async (records) => {
        const { stored, shown } = await passwordFor(records, name, options);
        const added = await records.accounts.add(name, stored, changesOf(options));
        const { found } = await records.vault.audit(added.homeId, true);
        tell(`Added ${name}.`, ...(found.files > 0 ? [existing(found)] : []));
        if (shown !== undefined) say(`password: ${shown}`);
      }),
    );

  withProfile(
    sub(
      'set <name>',
      'change an account; what is not named stays, and what is "inherit" its group says',
    ),
  )
    .option('--enable', 'let it log in')
    .option('--disable', 'let it log in no more, and end its sessions')
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async ({ accounts, vault }) => {
        const changes = changesOf(options);
        const changed = await accounts.set(name, changes);
        // Another home has other contents.
        if (changes.home !== undefined) await vault.audit(changed.homeId, true);
        tell(`Changed ${name}.`);
      }),
    );

  sub('passwd <name>', 'set a new password; sessions opened with the old one end')
    .addOption(passwordStdin())
    .addOption(passwordHash())
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const { stored, shown } = await passwordFor(records, name, options);
        await records.accounts.setPassword(name, stored);
        tell(`Changed the password of ${name}.`);
        if (shown !== undefined) say(`password: ${shown}`);
      }),
    );

  sub('show <name>', 'show one account')
    .option('--json', 'for machines')
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async (records, settings) => {
        const found = await records.accounts.find(name);
        if (!found) throw new Failure('not-found', `There is no account ${name}`);
        const { groups } = records.accounts;
        const said = found.group === undefined ? {} : (await groups.get(found.group)).profile;
        const view = await viewOf(records, found);
        const from = originsOf(found, said);
        if (options.json) say(JSON.stringify({ ...view, from }, undefined, 2));
        else say(...columns(showRows(view, from, settings)));
      }),
    );

  sub('list', 'list the accounts')
    .option('--json', 'for machines: one line of JSON for each')
    .action((options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const views = await Promise.all(
          (await records.accounts.list()).map((found) => viewOf(records, found)),
        );
        if (options.json) say(...views.map((view) => JSON.stringify(view)));
        else say(...columns([HEADING, ...views.map(rowOf)]));
      }),
    );

  addUsageCommand(sub);
  addExchangeCommands(sub);

  sub('remove <name>', 'remove an account; the files in its home stay').action(
    (name: string, options: AccountOptions) =>
      withRecords({ ...options }, async ({ accounts }, settings) => {
        const removed = await accounts.remove(name);
        tell(`Removed ${name}. The files stay in ${resolve(settings.data, removed.home)}`);
      }),
  );
}

function existing(found: { readonly bytes: number; readonly files: number }): string {
  return `Its home holds ${found.files} files, ${formatSize(found.bytes)}, already; they count.`;
}

async function passwordFor(
  { passwords }: Records,
  name: string,
  options: AccountOptions,
): Promise<{ stored: string; shown?: string }> {
  if (options.passwordHash !== undefined) return { stored: options.passwordHash };
  if (options.passwordStdin) return { stored: await passwords.hash(await passwordFromStdin()) };
  if (process.stdin.isTTY) return { stored: await passwords.hash(await promptedPassword(name)) };
  const shown = randomPassword();
  return { stored: await passwords.hash(shown), shown };
}
