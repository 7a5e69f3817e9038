import type { Command } from 'commander';
import type { Group } from '../../accounts/groups.ts';
import { SHARED_ROWS } from '../../accounts/profile.ts';
import { columns, say, tell } from '../output.ts';
import { withRecords, withRecordsOrNew, withSettings } from '../settings.ts';
import { type ProfileOptions, changesOf, withSharedProfile } from './flags.ts';
import { shownValue } from './view.ts';

interface GroupOptions extends ProfileOptions {
  readonly release?: boolean;
  readonly json?: boolean;
}

/** `carryon group …` */
export function addGroupCommands(program: Command): void {
  const group = program.command('group');
  const sub = (usage: string, description: string) =>
    withSettings(group.command(usage).description(description), 'data');

  withSharedProfile(
    sub('add <name>', 'add a group; what it does not say, it leaves to others'),
  ).action((name: string, options: GroupOptions) =>
    withRecordsOrNew({ ...options }, async ({ accounts }) => {
      await accounts.groups.add(name, changesOf(options));
      tell(`Added the group ${name}. To it: carryon account set ACCOUNT --group ${name}`);
    }),
  );

  withSharedProfile(
    sub('set <name>', 'change a group and its accounts; "inherit" says nothing of that any more'),
  ).action((name: string, options: GroupOptions) =>
    withRecords({ ...options }, async ({ accounts: { groups } }) => {
      const { inherit, ...changes } = changesOf(options);
      await groups.set(name, changes, inherit);
      tell(`Changed ${name} for ${countOf((await groups.get(name)).members)}.`);
    }),
  );

  sub('show <name>', 'show what a group says, and whose it is')
    .option('--json', 'for machines')
    .action((name: string, options: GroupOptions) =>
      withRecords({ ...options }, async ({ accounts: { groups } }) => {
        const found = await groups.get(name);
        if (options.json) say(JSON.stringify(viewOf(found), undefined, 2));
        else {
          const rows = SHARED_ROWS.map(([key, field]) => {
            const value = found.profile[key];
            return [field.name, value === undefined ? '-' : shownValue(field.name, value)];
          });
          say(...columns([['name', name], ...rows, ['accounts', found.members.join(' ') || '-']]));
        }
      }),
    );

  sub('list', 'list the groups')
    .option('--json', 'for machines: one line of JSON for each')
    .action((options: GroupOptions) =>
      withRecords({ ...options }, async ({ accounts }) => {
        const found = await accounts.groups.list();
        if (options.json) say(...found.map((one) => JSON.stringify(viewOf(one))));
        else say(...columns([['NAME', 'ACCOUNTS', 'SAYS'], ...found.map(rowOf)]));
      }),
    );

  sub('remove <name>', 'remove a group that no account is in')
    .option('--release', 'its accounts keep what it says as their own')
    .action((name: string, options: GroupOptions) =>
      withRecords({ ...options }, async ({ accounts }) => {
        await accounts.groups.remove(name, options.release);
        tell(`Removed the group ${name}.`);
      }),
    );
}

function viewOf({ name, profile, members }: Group) {
  const said = SHARED_ROWS.flatMap(([key, field]) =>
    profile[key] === undefined ? [] : [[field.name, profile[key]] as const],
  );
  return { name, ...Object.fromEntries(said), accounts: members };
}

function rowOf({ name, profile, members }: Group): string[] {
  const said = SHARED_ROWS.flatMap(([key, field]) => {
    const value = profile[key];
    return value === undefined ? [] : [`${field.name} ${shownValue(field.name, value)}`];
  });
  return [name, String(members.length), said.join(', ') || '-'];
}

function countOf({ length }: readonly string[]): string {
  return length === 1 ? '1 account' : `${length} accounts`;
}
