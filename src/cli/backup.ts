import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../base/failure.ts';
import { formatSize } from '../base/size.ts';
import type { Records } from '../compose-records.ts';
import { restoreRecords } from '../restore.ts';
import { tellSentences } from './output.ts';
import { settingsOf, withRecords, withSettings } from './settings.ts';

const WHAT = 'accounts, groups, quota, bans, digests, and how far unfinished uploads are';

const NOT =
  'Not in it: the files in homes/ and staging/, the settings, certificates and logs. Copy those by other means.';

/** `carryon backup` */
export function addBackupCommand(program: Command): void {
  withSettings(program.command('backup <file>'), 'data').action(
    (file: string, options: Readonly<Record<string, unknown>>) =>
      withRecords(options, async ({ database }) => {
        await database.backup(file);
        tellSentences(`Wrote ${file}: ${WHAT}.`, NOT, `To go back to it: carryon restore ${file}`);
      }),
  );
}

/** `carryon restore` */
export function addRestoreCommand(program: Command): void {
  withSettings(program.command('restore <backup>'), 'data')
    .option('--replace', 'also if there are records already; they are kept in copies/')
    .action(async (backup: string, options: Readonly<Record<string, unknown>>) => {
      const { data } = settingsOf(options);
      const aside = await restored(data, backup, options['replace'] === true);
      if (aside !== undefined) tellSentences(`The records that were there are kept in ${aside}`);
      await withRecords(options, async (records) => {
        const { accounts, lines } = await fitToDisk(records, data);
        tellSentences(`Restored ${accounts} from ${backup} into ${data}.`, ...lines, NOT);
      });
    });
}

/** @throws Failure `already-exists` that says how to replace what is there */
async function restored(data: string, backup: string, replace: boolean) {
  try {
    return await restoreRecords(data, backup, replace);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'already-exists') throw error;
    const sentence = `${error.message}; --replace keeps those in copies/ and puts these in their place`;
    throw new Failure('already-exists', sentence, { cause: error.cause });
  }
}

/**
 * What is on the disk may be newer or older than the records: they are set to what is there.
 * @returns how many accounts there are, and what people should know
 */
async function fitToDisk({ accounts, vault }: Records, data: string) {
  await vault.mend();
  const all = await accounts.list();
  const lines: string[] = [];
  for (const { name, home, homeId } of all) {
    const folder = resolve(data, home);
    if (isAbsolute(home) && !existsSync(folder)) {
      // Its disk may just not be mounted: nothing is concluded from that.
      lines.push(
        `${name}: its home is not there: ${folder}; then: carryon quota audit --repair ${name}`,
      );
      continue;
    }
    for (const { folder: where, name: file, offset } of await vault.dropGone(homeId)) {
      const path = where === '/' ? `/${file}` : `${where}/${file}`;
      lines.push(
        `${name}: the ${formatSize(offset)} of the unfinished ${path} are not there: it begins anew`,
      );
    }
    const { found, recorded } = await vault.audit(homeId, true);
    if (found.bytes !== recorded.bytes || found.files !== recorded.files) {
      lines.push(
        `${name}: its home holds ${found.files} files, ${formatSize(found.bytes)}; ` +
          `the backup said ${recorded.files} files, ${formatSize(recorded.bytes)}. That has been set right.`,
      );
    }
  }
  return { accounts: all.length === 1 ? '1 account' : `${all.length} accounts`, lines };
}
