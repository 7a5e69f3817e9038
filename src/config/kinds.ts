import { z } from 'zod';
import { parseHostName } from '../base/host-name.ts';
import { type ForNetwork, parseNetwork } from '../base/network.ts';
import { parseSize } from '../base/size.ts';
import {
  formatHostPort,
  formatPortRange,
  type HostPort,
  isHost,
  parseHostPort,
  parsePortRange,
  type PortRange,
} from './address.ts';
import { formatDuration, parseDuration } from '../base/duration.ts';

/**
 * What a value may be. The settings file has numbers and truth values, variables and flags have
 * only text: each schema takes both.
 * @typeParam W how people write one
 */
export interface Kind<T, W = string> {
  /** Stands for the value in help and documentation. */
  readonly valueName: string;
  /** Follows "must be" in a complaint. */
  readonly expects: string;
  readonly schema: z.ZodType<T, W>;
  /** Writes a value so that the schema reads the same value again. */
  format(value: T): string;
}

/** A time in whole milliseconds, between two limits written as durations. */
export function duration(least: string, most: string): Kind<number, number | string> {
  const seconds = z.number().transform((seconds) => Math.round(seconds * 1000));
  return {
    valueName: 'TIME',
    expects: `a time from ${least} to ${most} such as "90s", "5m" or "7d" (a plain number is seconds)`,
    schema: z
      .union([seconds, readable(parseDuration)])
      .pipe(between(parseDuration(least), parseDuration(most))),
    format: formatDuration,
  };
}

/** A number of bytes, between two limits written as sizes. */
export function size(least: string, most: string): Kind<number, number | string> {
  return {
    valueName: 'SIZE',
    expects: `a size from ${least} to ${most} such as "64KiB", "16MiB" or a number of bytes`,
    schema: z
      .union([z.number(), readable(parseSize)])
      .pipe(z.int().and(between(parseSize(least), parseSize(most)))),
    format: exactSize,
  };
}

/** A whole number between two limits. */
export function count(least: number, most: number): Kind<number, number | string> {
  return {
    valueName: 'N',
    expects: `a whole number from ${least} to ${most}`,
    schema: z.union([z.number(), readable(parseNumber)]).pipe(z.int().and(between(least, most))),
    format: String,
  };
}

/** A part of a whole, from 0 to 1. */
export const share: Kind<number, number | string> = {
  valueName: 'SHARE',
  expects: 'a number from 0 to 1',
  schema: z.union([z.number(), readable(parseNumber)]).pipe(between(0, 1)),
  format: String,
};

const YES_OR_NO: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

export const yesOrNo: Kind<boolean, boolean | string> = {
  valueName: 'true|false',
  expects: 'true or false',
  schema: z.union([
    z.boolean(),
    readable((text) =>
      Object.hasOwn(YES_OR_NO, text.toLowerCase()) ? YES_OR_NO[text.toLowerCase()] : undefined,
    ),
  ]),
  format: String,
};

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly [W, ...W[]]): Kind<W, W> {
  return {
    valueName: words.join('|'),
    expects: `one of ${words.join(', ')}`,
    schema: readable((text) => words.find((word) => word === text.toLowerCase())).meta({
      enum: words,
    }) as z.ZodType<W> as z.ZodType<W, W>,
    format: String,
  };
}

export const hostPort: Kind<HostPort> = {
  valueName: 'HOST:PORT',
  expects: 'HOST:PORT such as "0.0.0.0:2121" or "[::]:2121" (port 0: any free one)',
  schema: readable(parseHostPort),
  format: formatHostPort,
};

/** One value of a kind or more, as a list or with commas between. */
export function oneOrMore<T>(kind: Kind<T>): Kind<readonly T[], string | readonly string[]> {
  return {
    valueName: `${kind.valueName}[,…]`,
    expects: `${kind.expects}, or several with commas between`,
    schema: z
      .union([z.array(z.string()).readonly(), z.string().transform(wordsIn)])
      .pipe(z.array(kind.schema).min(1)),
    format: (values) => values.map((value) => kind.format(value)).join(', '),
  };
}

export const portRange: Kind<PortRange> = {
  valueName: 'A-B',
  expects: 'a range of ports such as "50000-50999"',
  schema: readable(parsePortRange),
  format: formatPortRange,
};

/** What stands for an IPv4 address. */
export const host: Kind<string> = {
  valueName: 'HOST',
  expects: 'an IPv4 address such as "203.0.113.7", or a name such as "ftp.example.org"',
  schema: readable((text) => (isHost(text) ? text : undefined)),
  format: String,
};

export const httpUrl: Kind<string> = {
  valueName: 'URL',
  expects: 'a URL that begins with http:// or https://',
  schema: readable((text) => (/^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined)),
  format: String,
};

/** Addresses and networks, with commas between; "none" for none. */
export const networks: Kind<readonly string[], string | readonly string[]> = {
  valueName: 'NETWORKS',
  expects: 'addresses and networks such as "192.0.2.7, 10.0.0.0/8, 2001:db8::/32", or "none"',
  schema: z
    .union([z.array(z.string()).readonly(), z.string().transform(wordsOrNone)])
    .pipe(z.array(readable(parseNetwork))),
  format: (value) => (value.length === 0 ? 'none' : value.join(', ')),
};

/** Names of hosts, with commas between; "none" for none. */
export const hostNames: Kind<readonly string[], string | readonly string[]> = {
  valueName: 'NAMES',
  expects: 'names of hosts such as "ftp.example.com, files.example.org", or "none"',
  schema: z
    .union([z.array(z.string()).readonly(), z.string().transform(wordsOrNone)])
    .pipe(z.array(readable(parseHostName))),
  format: (value) => (value.length === 0 ? 'none' : value.join(', ')),
};

/** A value for each of some networks, with commas between; "none" for none. */
export function byNetwork<T extends string>(
  kind: Kind<T> | Kind<T, T>,
  valueName: string,
  example: string,
): Kind<readonly ForNetwork<T>[], string | readonly string[]> {
  const pair = (text: string): ForNetwork<T> | undefined => {
    const [network = '', value = '', ...rest] = text.split('=');
    const [parsed, result] = [parseNetwork(network), kind.schema.safeParse(value)];
    if (parsed === undefined || !result.success || rest.length > 0) return undefined;
    return { network: parsed, value: result.data };
  };
  return {
    valueName: `NETWORK=${valueName}[,…]`,
    expects: `networks, each with ${kind.expects}, written as ${example}; or "none"`,
    schema: z
      .union([z.array(z.string()).readonly(), z.string().transform(wordsOrNone)])
      .pipe(z.array(readable(pair))),
    format: (pairs) =>
      pairs.map(({ network, value }) => `${network}=${kind.format(value)}`).join(', ') || 'none',
  };
}

function wordsOrNone(text: string): string[] {
  return text.trim() === 'none' ? [] : wordsIn(text);
}

function wordsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** Text that fits on one line and cannot steer a terminal or a protocol. */
export const line: Kind<string> = {
  valueName: 'TEXT',
  expects: 'one line of at most 200 printable characters',
  schema: z
    .string()
    .max(200)
    .regex(/^\P{C}*$/u),
  format: String,
};

/** A path on this machine. */
export function path(valueName: 'DIR' | 'FILE'): Kind<string> {
  return {
    valueName,
    expects: valueName === 'DIR' ? 'the path of a folder' : 'the path of a file',
    // oxlint-disable-next-line no-control-regex -- NUL is what no system call takes
    schema: z.string().regex(/^[^\0]+$/),
    format: String,
  };
}

/** That kind, or a word that means undefined. */
export function unless<const O extends string, T, W>(
  word: O,
  kind: Kind<T, W>,
): Kind<T | undefined, W | O> {
  return {
    valueName: `${kind.valueName}|${word}`,
    expects: `${kind.expects}, or "${word}"`,
    schema: z.union([z.literal(word).transform(() => undefined), kind.schema]),
    format: (value) => (value === undefined ? word : kind.format(value)),
  };
}

/** Text that `parse` can read. What to say if it cannot is for the Kind to know. */
function readable<T>(parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', input: text, message: 'unreadable' });
    return z.NEVER;
  });
}

function between(least: number | undefined, most: number | undefined): z.ZodType<number, number> {
  return z
    .number()
    .min(least ?? 0)
    .max(most ?? Number.MAX_SAFE_INTEGER);
}

function parseNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Bytes in the largest unit that leaves no fraction; base's formatSize rounds, this must not. */
function exactSize(bytes: number): string {
  const units = ['', 'KiB', 'MiB', 'GiB', 'TiB'];
  let power = 0;
  let value = bytes;
  while (value >= 1024 && value % 1024 === 0 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${value}${units[power]}`;
}
