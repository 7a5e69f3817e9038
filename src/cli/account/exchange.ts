import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Reading, Source } from '../../accounts/exchange/entry.ts';
import { type Plan, type Step, planImport } from '../../accounts/exchange/plan.ts';
import { SOURCES, sourceOf } from '../../accounts/exchange/sources.ts';
import { exportCsv, exportJson } from '../../accounts/exchange/tables.ts';
import type { Records } from '../../compose-records.ts';
import { SettingsError } from '../../config/settings.ts';
import { printable } from '../../telemetry/printable.ts';
import { say, sentences, tellSentences } from '../output.ts';
import { randomPassword } from '../passwords.ts';
import { withRecords, withRecordsOrNew } from '../settings.ts';

interface ExportOptions {
  readonly format: 'csv' | 'json';
  readonly hashes?: boolean;
}

interface ImportOptions {
  readonly from?: string;
  readonly update?: boolean;
  readonly updatePasswords?: boolean;
  readonly makePasswords?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `carryon account export` and `import`; `sub` makes a command for accounts. */
export function addExchangeCommands(sub: (usage: string, description: string) => Command): void {
  sub('export', 'write all accounts to standard output, for a spreadsheet or another server')
    .addOption(
      new Option('--format <format>', 'of the output').choices(['csv', 'json']).default('csv'),
    )
    .option(
      '--hashes',
      'with what their passwords are checked against; whoever has it can try guesses',
    )
    .action((options: ExportOptions) =>
      withRecords({ ...options }, async ({ accounts }) => {
        const write = options.format === 'csv' ? exportCsv : exportJson;
        process.stdout.write(write(await accounts.list(), options.hashes ?? false));
      }),
    );

  sub('import <file>', 'add the accounts of a file, all of them or none')
    .addOption(
      new Option(
        '--from <kind>',
        `what the file is, if its name does not say so: ${kinds()}`,
      ).choices(SOURCES.map(({ name }) => name)),
    )
    .option(
      '--update',
      'change accounts that are there to what the file says, but not their passwords',
    )
    .option(
      '--update-passwords',
      'change their passwords, too, and end sessions opened with the old',
    )
    .option(
      '--make-passwords',
      'make a password for each new account that would be locked, and show it',
    )
    .option('-n, --dry-run', 'only say what would happen')
    .option('--json', 'for machines: one line of JSON for each account')
    .action((file: string, options: ImportOptions) =>
      withRecordsOrNew({ ...options }, async (records) => {
        const reading = await read(file, options);
        const { accounts } = records;
        const groups = (await accounts.groups.list()).map(({ name }) => name);
        const plan = planImport(reading, await accounts.list(), groups, {
          update: (options.update ?? false) || (options.updatePasswords ?? false),
          updatePasswords: options.updatePasswords ?? false,
        });
        if (plan.problems.length > 0) {
          throw new SettingsError([
            ...plan.problems.map((problem) => `${file}: ${printable(problem)}`),
            'Nothing was imported.',
          ]);
        }
        const isMaking = options.makePasswords === true && options.dryRun !== true;
        const made = isMaking ? await withPasswords(plan, records) : plan;
        const remarks = options.dryRun ? [] : await carryOut(made, records);
        show(made, options);
        tellSentences(
          ...[...reading.remarks, ...remarks].map((remark) => `Note: ${remark}`),
          summary(made, options.dryRun ?? false),
        );
      }),
    );
}

async function read(file: string, { from }: ImportOptions): Promise<Reading> {
  const source: Source | undefined = SOURCES.find(({ name }) => name === from) ?? sourceOf(file);
  if (source === undefined) {
    const names = SOURCES.map(({ name }) => name).join('|');
    throw new SettingsError([`${file}: say what it is: --from ${names}`]);
  }
  return source.read(await readFile(file, 'utf8'), Date.now());
}

/** Gives those a password who would be locked. */
async function withPasswords({ steps, problems }: Plan, { passwords }: Records): Promise<Plan> {
  const made = steps.map(async (step): Promise<Step> => {
    if (step.kind !== 'locked' || step.addition === undefined) return step;
    const password = randomPassword();
    const stored = await passwords.hash(password);
    const says = [`password: ${password}`, ...step.says.slice(1)];
    return { ...step, kind: 'added', says, addition: { ...step.addition, stored } };
  });
  return { steps: await Promise.all(made), problems };
}

/** @returns what went wrong with single homes, when all accounts were there already */
async function carryOut({ steps }: Plan, { accounts, vault }: Records): Promise<string[]> {
  const additions = steps.flatMap(({ addition }) => addition ?? []);
  const changes = steps.flatMap(({ change }) => change ?? []);
  if (additions.length + changes.length === 0) return [];
  await accounts.bring(additions, changes);
  const homes = [
    ...additions.map(({ name }) => name),
    ...changes.filter((one) => one.changes.home !== undefined).map(({ name }) => name),
  ];
  const trouble: string[] = [];
  const byName = new Map((await accounts.list()).map((account) => [account.name, account]));
  for (const name of homes) {
    const account = byName.get(name);
    if (account === undefined) continue;
    try {
      // What is in it already counts.
      await vault.audit(account.homeId, true);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      trouble.push(
        `the home of ${name} cannot be counted (${why}): ${account.home}; then: carryon quota audit --repair ${name}`,
      );
    }
  }
  return trouble;
}

function show({ steps }: Plan, { json }: ImportOptions): void {
  if (json) {
    say(...steps.map(({ name, kind, says }) => JSON.stringify({ name, result: kind, says })));
  } else
    say(
      ...sentences(steps.map(({ name, kind, says }) => [name, kind, printable(says.join('; '))])),
    );
}

function summary({ steps }: Plan, isDry: boolean): string {
  const counts = Map.groupBy(steps, ({ kind }) => kind);
  const parts = [...counts].map(([kind, { length }]) => `${length} ${kind}`);
  const locked = counts.get('locked')?.[0]?.name;
  return [
    `${isDry ? 'Would be: ' : ''}${parts.join(', ') || 'There are no accounts in it'}.`,
    ...(locked === undefined
      ? []
      : [
          `Nobody logs in to those locked before: carryon account passwd ${locked} (or --make-passwords)`,
        ]),
    ...(counts.has('kept') ? ['--update changes those kept.'] : []),
  ].join(' ');
}

function kinds(): string {
  return SOURCES.map(({ name, about }) => `${name} (${about})`).join('; ');
}
