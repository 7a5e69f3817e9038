import { open } from 'node:fs/promises';
import { ReadStream, WriteStream } from 'node:tty';
import { TransferFailure } from '../../client/transfer-failure.ts';

const CONTROL = { cancel: '\u0003', end: '\u0004', clearLine: '\u0015' } as const;
const RUBOUT = new Set(['\u007f', '\b']);

/** True if there is a terminal that somebody can be asked at, wherever stdin and stdout lead. */
export async function canPrompt(): Promise<boolean> {
  try {
    await (await open('/dev/tty', 'r+')).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Asks on the terminal itself and shows nothing of what is typed.
 * @throws TransferFailure `interrupted` at Ctrl-C, `login-refused` if nothing was typed
 */
export async function promptSecret(question: string, signal: AbortSignal): Promise<string> {
  const terminal = await open('/dev/tty', 'r+');
  const input = new ReadStream(terminal.fd);
  const output = new WriteStream(terminal.fd);
  try {
    // In this order, or what is typed at once would be shown.
    input.setRawMode(true);
    output.write(question);
    const typed = await readLine(input, signal);
    if (typed !== '') return typed;
    throw new TransferFailure('login-refused', 'No password was typed');
  } finally {
    input.setRawMode(false);
    output.write('\n');
    input.destroy();
    output.destroy();
    // Both have opened the terminal once more for themselves.
    await terminal.close();
  }
}

/** The keys up to Enter, edited as a terminal in its ordinary mode would edit them. */
async function readLine(input: ReadStream, signal: AbortSignal): Promise<string> {
  const typed: string[] = [];
  input.setEncoding('utf8');
  const stop = () => input.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      for (const key of chunk) {
        if (key === '\r' || key === '\n' || key === CONTROL.end) return typed.join('');
        if (key === CONTROL.cancel) throw new TransferFailure('interrupted', 'Interrupted');
        if (key === CONTROL.clearLine) typed.length = 0;
        else if (RUBOUT.has(key)) typed.pop();
        else typed.push(key);
      }
    }
    return typed.join('');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
