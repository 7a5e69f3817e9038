import { Failure } from '../../base/failure.ts';
import type { OutputFlags } from '../transfer/flags.ts';
import { type Job, runJob } from '../transfer/job.ts';
import { BackgroundProgress } from './background-progress.ts';
import { type Command, parseLine } from './lexer.ts';
import type { Shell } from './shell.ts';
import { verbFor } from './table.ts';
import type { Verb } from './verb.ts';
import { runOutside } from './verbs-here.ts';

/** The form in which an old program took its two commands. */
const SEED = /^\s*(upload|download)\s*\|\s*(.*?)\s*$/i;

/**
 * Does what a line says.
 * @throws whatever its first command that fails throws; those behind it are not begun
 */
export async function runLine(line: string, shell: Shell, output: OutputFlags): Promise<void> {
  const seed = SEED.exec(line);
  const commands = seed
    ? [
        {
          words: [seed[1], seed[2]].map((text = '') => ({ text, pattern: undefined })),
          isBackground: false,
        },
      ]
    : parseLine(line);
  for (const command of commands) {
    const { outside } = command;
    if (outside !== undefined) {
      await foreground(output, (job) => runOutside(outside, job));
      continue;
    }
    const call = prepare(command);
    if (!command.isBackground) await foreground(output, (job) => call(shell, job));
    else {
      const text = command.words.map((word) => word.text).join(' ');
      shell.jobs.begin(text, async (signal, tell) => {
        using progress = new BackgroundProgress(tell);
        await call(shell, { signal, progress, isJson: false, verbosity: 0, warn: tell });
      });
    }
    if (shell.isOver) return;
  }
}

function foreground(output: OutputFlags, run: (job: Job) => Promise<void>): Promise<void> {
  return runJob(output, { isStdoutTaken: true }, run);
}

/** @throws Failure `name-refused` for what is no command, or not in this form */
function prepare({ words }: Command): (shell: Shell, job: Job) => Promise<void> {
  const [first, ...rest] = words;
  const verb = verbFor(first?.text ?? '');
  const given = rest.filter(
    ({ text }, index) => isFlag(text) && !rest.slice(0, index).some((one) => one.text === '--'),
  );
  const flags = new Set(given.flatMap(({ text }) => flagNames(text, verb)));
  const operands = rest.filter((word) => !given.includes(word) && word.text !== '--');
  const [least, most] = verb.words;
  if (operands.length < least || operands.length > most) throw wrongForm(verb);
  return async (shell, job) => {
    await verb.run({ shell, words: operands, flags, job });
    // Most words change something, and a listing is soon asked for again.
    if (!['pwd', 'lpwd', 'help', 'cd', 'cdup', 'jobs', 'history'].includes(verb.name))
      shell.cache.clear();
  };
}

function isFlag(text: string): boolean {
  return /^-[a-zA-Z]+$/.test(text);
}

function flagNames(text: string, verb: Verb): string[] {
  return Array.from(text.slice(1), (letter) => {
    const name = verb.flags?.[letter];
    if (name === undefined) throw wrongForm(verb);
    return name;
  });
}

function wrongForm({ name, usage }: Verb): Failure {
  return new Failure('name-refused', `Write it so: ${name} ${usage}`.trim());
}
