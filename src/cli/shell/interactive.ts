import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { clearLine, cursorTo } from 'node:readline';
import type { REPLServer } from 'node:repl';
import { callbackify } from 'node:util';
import { verdictOn } from '../exit-codes.ts';
import { tell } from '../output.ts';
import { statePlace } from '../places.ts';
import type { OutputFlags } from '../transfer/flags.ts';
import { complete } from './completer.ts';
import { runLine } from './run-line.ts';
import type { Shell } from './shell.ts';

/** Talks to a person at a terminal until that person leaves. */
export async function talk(shell: Shell, output: OutputFlags): Promise<void> {
  // Of a program that is one file all would pay for it.
  const { start } = await import('node:repl');
  const { promise: left, resolve } = Promise.withResolvers<void>();
  let isBusy = false;
  const evaluate = callbackify(async (text: string) => {
    isBusy = true;
    await runTyped(text, server, shell, output);
    isBusy = false;
    // The prompt is drawn once more behind the last command.
    server.setPrompt(shell.isOver ? '' : shell.prompt);
    if (shell.isOver) server.close();
  });
  const server = start({
    prompt: shell.prompt,
    ignoreUndefined: true,
    preview: false,
    useGlobal: false,
    writer: () => '',
    eval: (text, _context, _file, done) =>
      evaluate(text, (error) => {
        done(error, undefined);
      }),
    completer: callbackify((line: string) => complete(line, shell)),
  });
  // The words of the REPL itself are not ours, and a name may well begin with a dot.
  for (const name of Object.keys(server.commands)) Reflect.deleteProperty(server.commands, name);
  // Its own answer to Ctrl-C speaks of words that are not ours.
  server.removeAllListeners('SIGINT');
  server.on('SIGINT', () => {
    server.write(null, { ctrl: true, name: 'e' });
    process.stdout.write('^C\n');
    server.write(null, { ctrl: true, name: 'u' });
  });
  keepHistory(server);
  server.on('history', (typed: string[]) => {
    // What is in this array is what is kept.
    typed[0] = withoutPasswords(typed[0] ?? '');
    shell.history = typed.toReversed();
  });
  shell.tell = (line) => {
    // Above what is being typed, which then stands below it as it was.
    clearLine(process.stdout, 0);
    cursorTo(process.stdout, 0);
    tell(line);
    if (!isBusy) server.displayPrompt(true);
  };
  server.on('exit', resolve);
  await left;
}

/** While a command runs the terminal is an ordinary one: Ctrl-C is a signal, and programs may read. */
async function runTyped(
  text: string,
  server: REPLServer,
  shell: Shell,
  output: OutputFlags,
): Promise<void> {
  const input = process.stdin;
  server.pause();
  input.setRawMode(false);
  try {
    await runLine(text.replace(/\n$/, ''), shell, output);
  } catch (error) {
    tell(...verdictOn(error).lines);
  } finally {
    input.setRawMode(true);
    server.resume();
  }
}

function withoutPasswords(line: string): string {
  return line.replaceAll(/([a-z]+:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1@');
}

function keepHistory(server: REPLServer): void {
  const file = statePlace('history');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  server.setupHistory(file, (error) => {
    if (error) tell(`There will be no history: ${error.message}`);
  });
}
