import type { Command } from 'commander';
import { parseAddress } from '../../client/address/address.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { download } from '../../client/transfer/download/download.ts';
import { engineOptions } from './engine-options.ts';
import { type ConnectionFlags, type OutputFlags, withConnection } from './flags.ts';
import { find } from './glob.ts';
import { runJob } from './job.ts';
import { Sites } from './sites.ts';
import { stdoutSink } from './stdout-sink.ts';

/** `carryon cat` */
export function addCatCommand(program: Command): void {
  const command = program
    .command('cat')
    .argument('<url...>', 'files or patterns')
    .option(
      '-v, --verbose',
      'twice: all that is said to the server',
      (_, before: number) => before + 1,
      0,
    );
  withConnection(command).action(
    async (urls: readonly string[], flags: ConnectionFlags & OutputFlags) => {
      await runJob({ ...flags, progress: false }, { isStdoutTaken: true }, async (job) => {
        await using sites = new Sites(flags, 1, job);
        for (const url of urls) {
          const address = parseAddress(url);
          const site = await sites.of(address);
          for (const { path, entry } of await find(site, address.place)) {
            if (entry.kind === 'folder') {
              throw new TransferFailure('refused', `${site.url(path)} is a folder`);
            }
            const options = engineOptions(flags, job.signal, {});
            await download(site.pool, path, stdoutSink(), options);
          }
        }
      });
    },
  );
}
