import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Sink } from '../../client/transfer/download/to-sink.ts';

/** What shows text page by page, as something that takes a download; disposing waits for its end. */
export function openPager(
  command = process.env['PAGER'] || 'less',
  shell = process.env['SHELL'] ?? '/bin/sh',
): Sink & AsyncDisposable {
  const child = spawn(shell, ['-c', command], { stdio: ['pipe', 'inherit', 'inherit'] });
  const closed = once(child, 'close');
  let hasEnough = false;
  child.stdin.on('error', () => {
    hasEnough = true;
  });
  return {
    write: async (chunk) => {
      // Whoever leaves before the end has seen what they wanted.
      if (hasEnough || child.stdin.write(chunk)) return;
      await Promise.race([once(child.stdin, 'drain'), closed]);
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
