import type { Command } from 'commander';
import { askAll } from '../admin/ask.ts';
import { socketsIn } from '../admin/supervision.ts';
import { type SettingsInUse, changesFrom, settingsInUse } from '../config/changes.ts';
import { explainSetting, explainSettings } from '../config/explain.ts';
import { nearest } from '../base/nearest.ts';
import { ROWS } from '../config/sources.ts';
import { type Settings, SettingsError } from '../config/settings.ts';
import { say, tell } from './output.ts';
import { settingsOf, withSettings } from './settings.ts';

/** `carryon config …` */
export function addConfigCommands(program: Command): void {
  const config = program.command('config');
  withSettings(config.command('check'))
    .description(
      'say what is wrong with the settings, if anything, and which of them a running server has not taken yet',
    )
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const settings = settingsOf(options);
      tell('The settings are fine.', ...(await waiting(settings)));
    });
  withSettings(config.command('show'))
    .description('show every setting and where its value comes from')
    .action((options: Readonly<Record<string, unknown>>) => {
      say(...explainSettings(settingsOf(options)));
    });
  withSettings(config.command('explain').argument('<key>', 'as in the settings file'))
    .description('say what one setting does, what it takes, and where its value comes from')
    .action((key: string, options: Readonly<Record<string, unknown>>) => {
      const lines = explainSetting(key, settingsOf(options));
      if (lines === undefined) throw new SettingsError([unknown(key)]);
      say(...lines);
    });
}

/** What differs from what a server on the same data folder uses, but for its flags and variables. */
async function waiting(settings: Settings): Promise<string[]> {
  const [server] = await askAll<SettingsInUse>(socketsIn(settings.data), '/settings');
  if (server === undefined) return [];
  const inUse = Object.entries(server).filter(([, { origin }]) => !isOverriding(origin));
  const wanted = settingsInUse(settings);
  const comparable = Object.fromEntries(inUse.map(([key]) => [key, wanted[key]]));
  const { reload, restart } = changesFrom(Object.fromEntries(inUse), comparable as SettingsInUse);
  if (reload.length + restart.length === 0) return ['The running server uses them.'];
  return [
    ...(reload.length > 0 ? [`SIGHUP lets the running server take: ${reload.join(', ')}`] : []),
    ...(restart.length > 0 ? [`A restart is needed for: ${restart.join(', ')}`] : []),
  ];
}

/** A flag or a variable, which no file changes. */
function isOverriding(origin: string): boolean {
  return ROWS.some(({ flag, variable }) => origin === flag || origin === variable);
}

function unknown(key: string): string {
  const meant = nearest(
    key,
    ROWS.map((row) => row.key),
  );
  return `${key} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
