import type { Command } from 'commander';
import { explainSetting, explainSettings } from '../config/explain.ts';
import { nearest } from '../base/nearest.ts';
import { ROWS } from '../config/sources.ts';
import { SettingsError } from '../config/settings.ts';
import { say, tell } from './output.ts';
import { settingsOf, withSettings } from './settings.ts';

/** `carryon config …` */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('look at the settings');
  withSettings(config.command('check'))
    .description('say what is wrong with the settings, if anything')
    .action((options: Readonly<Record<string, unknown>>) => {
      settingsOf(options);
      tell('The settings are fine.');
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

function unknown(key: string): string {
  const meant = nearest(
    key,
    ROWS.map((row) => row.key),
  );
  return `${key} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
