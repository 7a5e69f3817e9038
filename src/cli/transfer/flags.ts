import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../../base/size.ts';
import { parseFingerprint } from '../../client/credentials/certificates.ts';
import { parseDuration } from '../../base/duration.ts';

/** How the server is reached, as commander hands it over. */
export interface ConnectionFlags {
  readonly passwordCommand?: string;
  readonly netrcFile?: string;
  readonly insecure?: boolean;
  readonly fingerprint?: string;
  readonly trustNewCertificate?: boolean;
  /** Milliseconds. */
  readonly connectTimeout?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly active?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly retries?: number;
  /** Bytes a second. */
  readonly limitRate?: number;
}

/** How much is said, and in which form. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: number;
  /** False for `--no-progress`. */
  readonly progress?: boolean;
}

/** How files are transferred. */
export interface TransferFlags {
  readonly resume?: 'auto' | 'never' | 'trust';
  readonly verify?: 'auto' | 'full' | 'size';
  readonly requireVerify?: boolean;
  readonly overwrite?: 'replace' | 'skip' | 'refuse';
  readonly parallel?: number;
  readonly segments?: number;
  readonly inPlace?: boolean;
  /** False for `--no-times`. */
  readonly times?: boolean;
  readonly dryRun?: boolean;
}

export type AllFlags = ConnectionFlags & OutputFlags & TransferFlags;

export function withConnection(command: Command): Command {
  const connection = group(command, 'Connection:');
  connection('--password-command <command>', 'a command that prints the password');
  connection('--netrc-file <file>', 'another file than ~/.netrc (or the one that NETRC names)');
  connection(
    '-k, --insecure',
    'take any certificate: whoever is in between can read and change all',
  );
  connection(
    '--fingerprint <sha-256>',
    'take the certificate with this fingerprint and no other',
    fingerprint,
  );
  connection(
    '--trust-new-certificate',
    'trust a certificate that cannot be verified if none was seen before, and remember it',
  );
  connection('--connect-timeout <time>', 'until a connection stands, as 30s', duration);
  connection(
    '--timeout <time>',
    'without a sign of the server, until it is given up, as 90s',
    duration,
  );
  connection('--active', 'let the server open the data connections, not this side');
  connection('-4, --ipv4', 'use only IPv4');
  connection('-6, --ipv6', 'use only IPv6');
  connection(
    '--retries <n>',
    'failures in a row, without progress between, that are made good',
    count,
  );
  connection(
    '--limit-rate <size>',
    'bytes a second of all transfers together, as 500K or 2M',
    rate,
  );
  return command;
}

export function withOutput(command: Command): Command {
  const output = group(command, 'Output:');
  output('--json', 'for machines: lines of JSON');
  output('-q, --quiet', 'say nothing but errors');
  output('-v, --verbose', 'say more; twice: all that is said to the server', louder);
  output('--no-progress', 'draw no progress');
  return command;
}

export function withTransfers(command: Command): Command {
  const transfers = group(command, 'Transfers:');
  command.addOption(
    choice(
      '--resume <how>',
      'continue what is proven to be the same, begin anew, or trust its size',
      ['auto', 'never', 'trust'],
    ),
  );
  command.addOption(
    choice(
      '--verify <how>',
      'by digest where there is one, by reading back where not, or by size',
      ['auto', 'full', 'size'],
    ),
  );
  transfers('--require-verify', 'fail (8) where nothing but the size can be compared');
  command.addOption(
    choice('--overwrite <how>', 'what to do with files that are there', [
      'replace',
      'skip',
      'refuse',
    ]),
  );
  transfers('-P, --parallel <n>', 'files at once (4)', atLeastOne);
  transfers(
    '--segments <n>',
    'connections for one large file, where the server can take that',
    atLeastOne,
  );
  transfers('--in-place', 'write under the final name at once, for servers that cannot rename');
  transfers('--no-times', 'do not give copies the time of the original');
  transfers('-n, --dry-run', 'only say what would be done');
  return command;
}

/** Typed without thinking by everybody who knows other clients; it is what is done anyway. */
export function withContinue(command: Command): Command {
  return command.addOption(new Option('-c, --continue').hideHelp());
}

export const PARALLEL = 4;

/** Connections that are of use at once: for as many files, or for the parts of one. */
export function connectionsFor({ parallel = PARALLEL, segments = 1 }: TransferFlags): number {
  return Math.max(parallel, segments);
}

function group(command: Command, heading: string) {
  return <T>(flags: string, about: string, parse?: (text: string, before?: T) => T) => {
    const option = new Option(flags, about).helpGroup(heading);
    if (parse) option.argParser<T>((text, before) => parse(text, before));
    command.addOption(option);
  };
}

function choice(flags: string, about: string, words: readonly string[]): Option {
  return new Option(flags, about).choices(words).helpGroup('Transfers:');
}

function fingerprint(text: string): string {
  return readAs(parseFingerprint(text), 'A fingerprint has 64 hexadecimal digits (SHA-256).');
}

function duration(text: string): number {
  return readAs(parseDuration(text), 'A time is written as 30s, 5m or 1h.');
}

export function rate(text: string): number {
  return readAs(
    parseSize(text.replace(/\/s$/, '')) || undefined,
    'A rate is written as 500K or 2M, bytes a second.',
  );
}

export function count(text: string): number {
  return readAs(/^\d{1,9}$/.test(text) ? Number(text) : undefined, 'A whole number is wanted.');
}

export function atLeastOne(text: string): number {
  return readAs(count(text) || undefined, 'At least 1.');
}

function louder(_text: string, before?: number): number {
  return (before ?? 0) + 1;
}

function readAs<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new InvalidArgumentError(otherwise);
  return value;
}
