import { type Command, Option } from 'commander';
import { silentLog } from '../base/log.ts';
import { type Records, composeRecords } from '../compose.ts';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { ROWS } from '../config/sources.ts';

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

/** Runs a command on the data folder, beside a server that may be serving from it. */
export async function withRecords(
  options: Readonly<Record<string, unknown>>,
  run: (records: Records, settings: Settings) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(options);
  await using records = await composeRecords(settings, silentLog);
  await run(records, settings);
}
