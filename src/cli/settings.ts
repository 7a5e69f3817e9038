import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../base/failure.ts';
import { silentLog } from '../base/log.ts';
import { type Records, composeRecords } from '../compose-records.ts';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { ROWS } from '../config/sources.ts';
import { recordsIn } from '../database/records-file.ts';

/** Gives a command a flag for each setting, or for those whose keys are named. */
export function withSettings(command: Command, ...keys: readonly string[]): Command {
  command.option('--config <FILE>', 'read settings from this file (TOML)');
  for (const row of ROWS) {
    if (keys.length > 0 && !keys.includes(row.key)) continue;
    const option = new Option(`${row.flag} <${row.kind.valueName}>`, row.about);
    command.addOption(option.helpGroup('Settings:'));
  }
  return command;
}

/** The settings as file, environment and flags say. @throws SettingsError */
export function settingsOf(options: Readonly<Record<string, unknown>>): Settings {
  const file = options['config'] ?? process.env['CARRYON_CONFIG'];
  return loadSettings({
    file: typeof file === 'string' ? file : undefined,
    env: process.env,
    flags: options,
  });
}

/** What a command does with the records. */
type Work = (records: Records, settings: Settings) => Promise<void>;

/**
 * Runs a command on the data folder, beside a server that may be serving from it.
 * @throws Failure `not-found` if nothing is there: the folder is then more likely misspelled than new
 */
export async function withRecords(
  options: Readonly<Record<string, unknown>>,
  run: Work,
): Promise<void> {
  const settings = settingsOf(options);
  const { data } = settings;
  if (!existsSync(recordsIn(data))) {
    throw new Failure(
      'not-found',
      `There are no records in ${resolve(data)}: is it the data folder of a server (--data)?`,
    );
  }
  await work(settings, run);
}

/** The same for a command that may be the first in a new data folder. */
export async function withRecordsOrNew(
  options: Readonly<Record<string, unknown>>,
  run: Work,
): Promise<void> {
  await work(settingsOf(options), run);
}

async function work(settings: Settings, run: Work): Promise<void> {
  await using records = await composeRecords(settings, silentLog);
  await run(records, settings);
}
