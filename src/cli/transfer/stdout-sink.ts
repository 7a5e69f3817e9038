import { once } from 'node:events';
import type { Sink } from '../../client/transfer/download/to-sink.ts';

/** Standard output as what takes a download, no faster than whoever reads it. */
export function stdoutSink(): Sink {
  return {
    write: async (chunk) => {
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    },
  };
}
