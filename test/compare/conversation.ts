import type { ForeignName } from '../support/foreign-packages.ts';

/** What lies in the folder of a conversation: contents by name; a name that ends in `/` is a folder. */
export type Placed = Readonly<Record<string, string | null>>;

/** How the bytes of a data connection are compared. */
export type Reading = 'bytes' | 'lines' | 'names' | 'nothing';

/**
 * One thing that a client does. A text is a line to which one final reply comes; `{here}` in it is
 * the folder of the conversation, `{user}` and `{password}` are those of the server.
 */
export type Step =
  | string
  | { readonly kind: 'raw'; readonly bytes: Buffer }
  | { readonly kind: 'fetch'; readonly line: string; readonly reading: Reading }
  | { readonly kind: 'store'; readonly line: string; readonly content: string }
  | { readonly kind: 'active'; readonly line: string; readonly where: string }
  | { readonly kind: 'end' };

/** The same words said to every server, and why each server that differs from ours may. */
export interface Conversation {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly placed?: Placed;
  /** False for what is said before the login. */
  readonly loggedIn?: false;
  /** False where servers choose names themselves: then only contents are compared. */
  readonly named?: false;
  /** True if the times and permission bits of files are compared, too. */
  readonly attributes?: true;
  /** Why a server answers or does something else; each difference needs a sentence. */
  readonly differs?: Readonly<Partial<Record<ForeignName, string>>>;
}

/**
 * Bytes as they are, with SYST behind them: what is answered before SYST is, is the answer, which
 * may be none.
 */
export function raw(bytes: string | Buffer): Step {
  return { kind: 'raw', bytes: Buffer.concat([Buffer.from(bytes as string), SYST]) };
}

const SYST = Buffer.from('SYST\r\n');

/** Lines that are sent before any of them is answered. */
export function pipelined(...lines: readonly string[]): Step {
  return raw(lines.map((line) => `${line}\r\n`).join(''));
}

/** Opens a data connection and takes what a verb sends on it. */
export function fetch(line: string, reading: Reading = 'bytes'): Step {
  return { kind: 'fetch', line, reading };
}

/** Opens a data connection and sends a content on it. */
export function store(line: string, content: string): Step {
  return { kind: 'store', line, content };
}

/**
 * Takes what a verb sends on a connection that the server makes.
 * @param where a line with `{port}`, or with `{address}` in the form of PORT
 */
export function active(where: string, line: string): Step {
  return { kind: 'active', where, line };
}

/** The server closes the connection. */
export const END: Step = { kind: 'end' };
