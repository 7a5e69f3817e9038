import { Failure } from '../../base/failure.ts';

/** One word of a line. */
export interface Word {
  /** What was meant, quotes and backslashes undone. */
  readonly text: string;
  /** The same as a pattern, in which what was quoted stands for itself; undefined if it is none. */
  readonly pattern: string | undefined;
}

/** One command of a line. */
export interface Command {
  readonly words: readonly Word[];
  /** Ends with `&`. */
  readonly isBackground: boolean;
  /** Behind a `!`: all the rest of the line, for the shell of the system. */
  readonly outside?: string;
}

/** The word that somebody is typing, for completion. */
export interface Typing {
  /** The words before it. */
  readonly before: readonly string[];
  /** Where in the line it begins. */
  readonly start: number;
  /** What is meant so far. */
  readonly text: string;
  readonly quote: Quote;
}

type Quote = '' | '"' | "'";

const SPECIAL = /[*?[]/;

/** Reads a line word by word: `"a b"`, `'a b'`, `a\ b`, `;` between commands, `#` to the end. */
class Lexer {
  readonly commands: Command[] = [];
  words: Word[] = [];
  text = '';
  pattern = '';
  hasWord = false;
  isPattern = false;
  quote: Quote = '';
  start = 0;
  readonly #line: string;

  constructor(line: string) {
    this.#line = line;
    for (let at = 0; at < line.length; at += 1) at = this.#take(at);
  }

  endWord(): void {
    if (!this.hasWord) return;
    this.words.push({ text: this.text, pattern: this.isPattern ? this.pattern : undefined });
    this.text = '';
    this.pattern = '';
    this.hasWord = false;
    this.isPattern = false;
  }

  endCommand(isBackground: boolean): void {
    this.endWord();
    if (this.words.length > 0) this.commands.push({ words: this.words, isBackground });
    this.words = [];
  }

  /** @returns the place of the last character that was used up */
  #take(at: number): number {
    const character = this.#line[at] ?? '';
    if (this.quote !== '') return this.#takeQuoted(character, at);
    if (/\s/.test(character)) this.endWord();
    else if (character === ';' || character === '&') this.endCommand(character === '&');
    else if (character === '#' && !this.hasWord) return this.#line.length;
    else if (character === '!' && !this.hasWord && this.words.length === 0) {
      const outside = this.#line.slice(at + 1);
      this.commands.push({ words: [], isBackground: false, outside });
      return this.#line.length;
    } else {
      if (!this.hasWord) this.start = at;
      this.hasWord = true;
      if (character === '"' || character === "'") this.quote = character;
      else if (character === '\\') {
        this.#add(this.#line[at + 1] ?? '', true);
        return at + 1;
      } else this.#add(character, false);
    }
    return at;
  }

  #takeQuoted(character: string, at: number): number {
    if (character === this.quote) this.quote = '';
    else if (character === '\\' && this.quote === '"' && /["\\]/.test(this.#line[at + 1] ?? '')) {
      this.#add(this.#line[at + 1] ?? '', true);
      return at + 1;
    } else this.#add(character, true);
    return at;
  }

  #add(character: string, isQuoted: boolean): void {
    this.text += character;
    const isSpecial = SPECIAL.test(character);
    this.isPattern ||= isSpecial && !isQuoted;
    const isLiteral = (isSpecial && isQuoted) || /[\\{}\]()!+@|]/.test(character);
    this.pattern += isLiteral && !(character === ']' && !isQuoted) ? `\\${character}` : character;
  }
}

/** The commands of a line. @throws Failure `name-refused` for a quote without an end */
export function parseLine(line: string): readonly Command[] {
  const lexer = new Lexer(line);
  if (lexer.quote !== '') throw new Failure('name-refused', `There is no second ${lexer.quote}`);
  lexer.endCommand(false);
  return lexer.commands;
}

/** The word at the end of an unfinished line. */
export function typing(line: string): Typing {
  const lexer = new Lexer(line);
  const before = lexer.words.map(({ text }) => text);
  const { hasWord, quote } = lexer;
  return { before, start: hasWord ? lexer.start : line.length, text: lexer.text, quote };
}

/** A name as it is to be typed, in the quotes that have been begun. */
export function quoteName(name: string, quote: Quote = ''): string {
  if (quote === '"') return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}`;
  // Nothing can be escaped in these, so that what holds one has to do without.
  if (quote === "'" && !name.includes("'")) return `'${name}`;
  return name.replaceAll(/[\s"'\\;&#*?[\]]/g, String.raw`\$&`);
}
