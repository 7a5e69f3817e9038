import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { Failure } from '../base/failure.ts';

/** No letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A random password of about 99 bits that can be read out over a telephone. */
export function randomPassword(): string {
  const letters = Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return (letters.match(/.{5}/g) ?? []).join('-');
}

/** The first line of standard input. @throws Failure `name-refused` if it is empty */
export async function passwordFromStdin(): Promise<string> {
  const [line = ''] = (await text(process.stdin)).split(/\r?\n/);
  if (line === '') throw new Failure('name-refused', 'There is no password on standard input');
  return line;
}

/** Asks twice, showing nothing of what is typed. @throws Failure `name-refused` */
export async function promptedPassword(name: string): Promise<string> {
  const first = await ask(`Password for ${name}: `);
  if (first === '') throw new Failure('name-refused', 'A password cannot be empty');
  if ((await ask('The same again: ')) !== first) {
    throw new Failure('name-refused', 'These were two different passwords');
  }
  return first;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await input.question('');
  } finally {
    input.close();
    process.stderr.write('\n');
  }
}
