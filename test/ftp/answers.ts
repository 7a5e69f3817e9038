import { TABLE } from '../../src/protocols/ftp/verbs/table.ts';
import type { Verb } from '../../src/protocols/ftp/verbs/verb.ts';

/** Every row, those below SITE too, by each of its names. */
export const ROWS: ReadonlyMap<string, Verb> = new Map(
  TABLE.flatMap((row) => [row, ...(row.subcommands ?? [])]).flatMap((row) =>
    [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const),
  ),
);

/** Which codes each verb was answered with, by the name it was called by. */
export class Answers {
  readonly #codes = new Map<string, Set<number>>();

  note(name: string, code: number): void {
    const codes = this.#codes.get(name) ?? new Set();
    this.#codes.set(name, codes.add(code));
  }

  of(name: string): ReadonlySet<number> {
    return this.#codes.get(name) ?? new Set();
  }

  [Symbol.iterator](): MapIterator<[string, ReadonlySet<number>]> {
    return this.#codes.entries();
  }
}

/** Follows one control connection: which of the lines that were sent is answered by which reply. */
export class Conversation {
  readonly #answers: Answers;
  #asked: string[] = [];
  #isTransferring = false;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** @param text one line that is sent, or several */
  asks(text: string): void {
    this.#asked.push(...text.split('\r\n').map(nameOf));
  }

  /** @param line of a reply: only the last one of it counts */
  hears(line: string): void {
    const code = /^[1-5]\d\d /.test(line) ? Number(line.slice(0, 3)) : undefined;
    if (code === undefined) return;
    // What is asked about a running transfer is answered before the transfer is.
    const overtaking = this.#isTransferring && code === 211 ? this.#asked.indexOf('STAT') : 0;
    const name = this.#asked[Math.max(0, overtaking)];
    if (name === undefined) return;
    this.#answers.note(name, code);
    if (overtaking === 0) this.#isTransferring = code < 200;
    if (code >= 200) this.#asked.splice(Math.max(0, overtaking), 1);
  }
}

/** `SITE CHMOD` for its lines, the first word for others. */
function nameOf(line: string): string {
  const [word = '', sub = ''] = line.toUpperCase().split(' ', 2);
  const full = `${word} ${sub}`;
  return word === 'SITE' && ROWS.has(full) ? full : word;
}
