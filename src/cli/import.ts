import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { DIALECTS, dialectOf } from '../config/foreign/index.ts';
import { translate } from '../config/foreign/translate.ts';
import { SettingsError } from '../config/settings.ts';
import { say, tell } from './output.ts';

const NAMES = DIALECTS.map(({ name }) => name);

/** `carryon import …` */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'its settings file, as vsftpd.conf, pure-ftpd.conf or proftpd.conf')
    .addOption(
      new Option('--from <server>', 'whose it is, if its name does not say so').choices(NAMES),
    )
    .action(async (file: string, { from }: { readonly from?: string }) => {
      const dialect = DIALECTS.find(({ name }) => name === from) ?? dialectOf(file);
      if (dialect === undefined) {
        throw new SettingsError([
          `${file}: say whose settings these are: --from ${NAMES.join('|')}`,
        ]);
      }
      const { toml, remarks } = translate(dialect, await readFile(file, 'utf8'));
      say(toml.trimEnd());
      tell(...remarks.map((remark) => `${file}: ${remark}`));
    });
}
