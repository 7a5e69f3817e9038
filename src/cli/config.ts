import type { Command } from 'commander';
import { explainSettings } from '../config/explain.ts';
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
}
