/** What a .netrc says about one machine, or about all that it does not name. */
export interface NetrcEntry {
  /** Undefined for `default`. */
  readonly machine: string | undefined;
  readonly login: string | undefined;
  readonly password: string | undefined;
  readonly account: string | undefined;
}

/** A .netrc, as far as it could be read. */
export interface Netrc {
  readonly entries: readonly NetrcEntry[];
  /** Sentences about what could not be read; they never hold what stands there. */
  readonly complaints: readonly string[];
}

type Field = 'login' | 'password' | 'account';

/** The words that a value follows. `user` and `passwd` are what some programs write. */
const FIELDS: Readonly<Record<string, Field>> = {
  login: 'login',
  user: 'login',
  password: 'password',
  passwd: 'password',
  account: 'account',
};

/** What a backslash makes of the next character inside quotes, as curl has it; any other is itself. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

interface Word {
  readonly text: string;
  readonly line: number;
  /** A quoted word is a value even if it spells a keyword. */
  readonly isQuoted: boolean;
}

/**
 * Reads a .netrc: words between white space; `"a b"` is one word, in which a backslash takes the
 * meaning from the next character; a line that begins with `#` is a comment; `macdef` and what
 * follows it up to an empty line is passed over.
 */
export function parseNetrc(text: string): Netrc {
  const entries: { -readonly [K in keyof NetrcEntry]: NetrcEntry[K] }[] = [];
  const complaints: string[] = [];
  const words = wordsOf(text, complaints);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    const keyword = word.isQuoted ? '' : word.text;
    const field = Object.hasOwn(FIELDS, keyword) ? FIELDS[keyword] : undefined;
    if (keyword === 'default') entries.push(emptyEntry(undefined));
    else if (keyword !== 'machine' && field === undefined) {
      // The word itself may be half of a password.
      complaints.push(`line ${word.line} holds a word that means nothing there`);
    } else {
      at += 1;
      const value = words[at]?.text;
      if (value === undefined) complaints.push(`nothing follows ${keyword} in line ${word.line}`);
      else if (field === undefined) entries.push(emptyEntry(value.toLowerCase()));
      else {
        const entry = entries.at(-1);
        if (entry) entry[field] = value;
        else complaints.push(`line ${word.line} has a ${keyword} of no machine`);
      }
    }
  }
  return { entries, complaints };
}

/**
 * The entry for a host, and for one of its users where one is named; `default` counts only where
 * it stands before no entry that fits, as in every program that reads this file: the first wins.
 */
export function findEntry(
  { entries }: Netrc,
  host: string,
  user: string | undefined,
): NetrcEntry | undefined {
  return entries.find(
    ({ machine, login }) =>
      (machine === undefined || machine === host.toLowerCase()) &&
      (user === undefined || login === undefined || login === user),
  );
}

function emptyEntry(machine: string | undefined): NetrcEntry {
  return { machine, login: undefined, password: undefined, account: undefined };
}

function wordsOf(text: string, complaints: string[]): Word[] {
  const words: Word[] = [];
  let isMacro = false;
  let isValue = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (isMacro) {
      isMacro = line !== '';
      continue;
    }
    if (/^\s*#/.test(line)) continue;
    for (const word of wordsOfLine(line, index + 1, complaints)) {
      const keyword: string = word.isQuoted || isValue ? '' : word.text;
      isMacro = keyword === 'macdef';
      if (isMacro) break;
      words.push(word);
      isValue = keyword === 'machine' || Object.hasOwn(FIELDS, keyword);
    }
  }
  return words;
}

function wordsOfLine(line: string, number: number, complaints: string[]): Word[] {
  const words: Word[] = [];
  const shape = /"((?:[^"\\]|\\.)*)("|\\?$)|\S+/gy;
  for (let at = 0; at < line.length; at = shape.lastIndex) {
    shape.lastIndex = at + (/^\s*/.exec(line.slice(at))?.[0].length ?? 0);
    const found = shape.exec(line);
    if (!found) break;
    const [whole, quoted, end] = found;
    if (quoted === undefined) words.push({ text: whole, line: number, isQuoted: false });
    else {
      if (end !== '"') complaints.push(`a quote in line ${number} has no end`);
      const text = quoted.replaceAll(/\\(.)/g, (_, one: string) => ESCAPES[one] ?? one);
      words.push({ text, line: number, isQuoted: true });
    }
  }
  return words;
}
