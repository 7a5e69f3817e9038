import type { Verb } from '../../../src/protocols/ftp/verbs/verb.ts';
import { TABLE } from '../../../src/protocols/ftp/verbs/table.ts';
import type { Chance } from '../../survive/chance.ts';

/** Names of the home that visitors meet again and again, so that they get in each other's way. */
const NAMES = ['a', 'b', 'c.bin', 'folder', 'folder/a', '/', '..', '.', '', 'é', 'x'.repeat(255)];

const ODD_NAMES = [
  '../../../etc/passwd',
  '*/*/*/*',
  '[a-'.repeat(60),
  '-aR',
  '~root',
  '"a"',
  'a\r\0b',
  '\u{ff0e}\u{ff0e}/x',
  'y/'.repeat(1500),
  'z'.repeat(256),
  '__proto__',
];

const NUMBERS = [
  '0',
  '1',
  '4096',
  '65536',
  '-1',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551615',
  '0x10',
  '1e9',
  '07',
  '',
];

const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** What stands for each word in angle brackets of the table; others are any of these. */
const PLACEHOLDERS: Readonly<Record<string, (chance: Chance) => string>> = {
  path: name,
  name: (chance) => chance.pick(['ann', 'bob', 'nobody', name(chance)]),
  'path or pattern': (chance) => chance.pick([name(chance), '*', 'f*/a', '?', '**', '[!a]']),
  password: (chance) => chance.pick(['', 'wrong', 'p'.repeat(600)]),
  offset: number,
  bytes: number,
  start: number,
  end: number,
  x: (chance) => chance.pick(['A', 'I', 'S', 'B', 'C', 'Z', 'F', 'R', 'P', 'L 8', '']),
  hex: (chance) => chance.pick([HEX, HEX.slice(1), 'zz', '']),
  size: number,
  verb: (chance) => chance.pick(TABLE).name,
  address: (chance) => chance.pick(['127.0.0.1', '::1', '10.0.0.1', '127.0.0.300']),
  family: (chance) => chance.pick(['1', '2', '3', '']),
  port: (chance) => chance.pick(['1', '2000', '65535', '65536', '0']),
  YYYYMMDDHHMMSS: time,
  'YYYYMMDDhhmm[ss]': time,
};

/** A command line, without its end, that the table would know: verb by verb, word by word. */
export function command(chance: Chance): string {
  const verb = chance.pick(TABLE);
  const sub = verb.subcommands && chance.yes(0.8) ? chance.pick(verb.subcommands) : undefined;
  const word = chance.pick([verb.name, ...(verb.aliases ?? [])]);
  if (sub) return `${sub.name} ${argumentOf(sub, chance)}`;
  const argument = argumentOf(verb, chance);
  const spelt = chance.yes(0.1) ? word.toLowerCase() : word;
  return argument === '' && chance.yes(0.9) ? spelt : `${spelt} ${argument}`;
}

function argumentOf({ name: verb, syntax }: Verb, chance: Chance): string {
  const shape = chance.pick(syntax.slice(verb.length).trim().split(' | '));
  return shape
    .replaceAll(/\[([^\]]*)\]/g, (_, inner: string) => (chance.yes(0.5) ? inner : ''))
    .replaceAll(/<([^>]*)>/g, (_, placeholder: string) => {
      return (PLACEHOLDERS[placeholder] ?? anything)(chance);
    })
    .trim();
}

function anything(chance: Chance): string {
  return chance.pick([name, number, time])(chance);
}

function name(chance: Chance): string {
  return chance.pick(chance.yes(0.8) ? NAMES : ODD_NAMES);
}

function number(chance: Chance): string {
  return chance.pick(NUMBERS);
}

function time(chance: Chance): string {
  return chance.pick(['20260101000000', '20269999999999', '00000101000000', '202601010000', 'x']);
}
