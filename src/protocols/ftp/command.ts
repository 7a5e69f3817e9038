import type { LineEvent } from '../../wire/ftp/lines.ts';
import type { Verb } from './verbs/verb.ts';

/** A line of the control connection, read as a command. */
export type Command =
  | {
      readonly kind: 'command';
      /** The row of the table; undefined for what is no verb. */
      readonly verb: Verb | undefined;
      /** In upper case. */
      readonly word: string;
      /** All that stood behind the verb and one space. */
      readonly argument: string;
    }
  | { readonly kind: 'too-long' };

/** Finds verbs by any of their names. */
export class VerbIndex {
  readonly #byName = new Map<string, Verb>();

  constructor(table: readonly Verb[]) {
    for (const verb of table) {
      for (const name of [verb.name, ...(verb.aliases ?? [])]) this.#byName.set(name, verb);
    }
  }

  find(word: string): Verb | undefined {
    return this.#byName.get(word.toUpperCase());
  }
}

/** Undefined for Telnet's call for attention: the ABOR or STAT that it announces says it all. */
export function readCommand(event: LineEvent, verbs: VerbIndex): Command | undefined {
  switch (event.kind) {
    case 'interrupt':
      return undefined;
    case 'too-long':
      return event;
    case 'line': {
      const space = event.text.indexOf(' ');
      const word = (space < 0 ? event.text : event.text.slice(0, space)).toUpperCase();
      const argument = space < 0 ? '' : event.text.slice(space + 1);
      return { kind: 'command', verb: verbs.find(word), word, argument };
    }
  }
}

/** The longest word that no verb is and that is shown all the same. */
const SHORT = 4;

/** How a log shows a command: no secret argument, no control characters, nothing of what is no verb. */
export function loggable(command: Command): string {
  if (command.kind === 'too-long') return '(a line that is too long)';
  const { verb, word, argument } = command;
  // A mistyped PASS must not end up in a log either, nor a password where a verb was expected.
  if (verb === undefined) {
    return word.length <= SHORT ? `${printable(word)} (unknown)` : '(a word that is unknown)';
  }
  if (argument === '') return word;
  return mayBeSecret(verb, argument) ? `${word} ****` : `${word} ${printable(argument)}`;
}

/** What nobody here reads, other servers may have been told under that name: SITE PSWD and its like. */
function mayBeSecret({ secret, refusal, subcommands }: Verb, argument: string): boolean {
  if (secret === true || refusal !== undefined) return true;
  const [name = ''] = argument.toUpperCase().split(' ');
  const row = subcommands?.find((one) =>
    [one.name, ...(one.aliases ?? [])].some((full) => full.endsWith(` ${name}`)),
  );
  return subcommands !== undefined && (row === undefined || row.refusal !== undefined);
}

/** Control characters, and what was no text, in a form that no terminal acts on. */
function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
