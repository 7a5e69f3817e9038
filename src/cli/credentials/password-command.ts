import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TransferFailure } from '../../client/transfer-failure.ts';

/** How long a password manager may take to be unlocked by a person, in milliseconds. */
const PATIENCE = 300_000;

/**
 * Runs a command in the shell, as `git` and `rclone` do, and takes the first line that it prints.
 * It may talk to the person on its stderr and on the terminal.
 * @throws TransferFailure `login-refused` if it fails or prints nothing; never with what it printed
 */
export async function passwordFromCommand(command: string, signal: AbortSignal): Promise<string> {
  const [shell, ...words] =
    process.platform === 'win32'
      ? [process.env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', command]
      : ['/bin/sh', '-c', command];
  let printed: string;
  try {
    const run = promisify(execFile)(shell ?? '', words, { timeout: PATIENCE, signal });
    run.child.stdin?.end();
    run.child.stderr?.pipe(process.stderr, { end: false });
    ({ stdout: printed } = await run);
  } catch (error) {
    signal.throwIfAborted();
    const how = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    // The error itself holds what was printed, and so is no cause to be logged.
    throw new TransferFailure('login-refused', `The password command failed${how}`);
  }
  const [line = ''] = printed.split(/\r?\n/);
  if (line !== '') return line;
  throw new TransferFailure('login-refused', 'The password command printed nothing');
}
