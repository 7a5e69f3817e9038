import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseRestartMarker, formatRestartMarker } from '../../src/protocols/ftp/restart-marker.ts';
import {
  formatExtendedPassive,
  formatPassive,
  parseEprtArgument,
  parseExtendedPassiveReply,
  parsePassiveReply,
  parsePortArgument,
} from '../../src/wire/ftp/addresses.ts';
import { BundleDecoder, formatHead } from '../../src/wire/ftp/bundle.ts';
import {
  ALL_FACTS,
  formatFacts,
  formatMode,
  parseFacts,
  parseFactSelection,
  parseMode,
} from '../../src/wire/ftp/facts.ts';
import { formatLine, LineDecoder } from '../../src/wire/ftp/lines.ts';
import { parseListArguments } from '../../src/wire/ftp/list-arguments.ts';
import { formatUnixLine } from '../../src/wire/ftp/listing.ts';
import { parseListing } from '../../src/wire/ftp/parse-listing.ts';
import { parseQuotedPath, quotePath, splitQuoted } from '../../src/wire/ftp/quoting.ts';
import { formatReply, ReplyParser } from '../../src/wire/ftp/reply.ts';
import { parseOffset } from '../../src/wire/ftp/sizes.ts';
import { formatTimeValue, parseTimeValue } from '../../src/wire/ftp/time.ts';
import { readProxyHeader } from '../../src/wire/proxy-protocol.ts';

import {
  commands,
  decoded,
  doubled,
  filtered,
  hostPorts,
  inSixNumbers,
  listable,
  onlyWireErrors,
  onWire,
  PLAIN,
  ports,
  REPRESENTATIONS,
  round,
} from './arbitraries.ts';

/** What has to be true of a parser, whatever comes. */
export type Parser =
  | {
      /** Takes anything; all that it may throw is a WireError. */
      readonly read: (anything: Buffer) => unknown;
      /** What is written in its form is read as what it was. */
      readonly goesRound: fc.IRawProperty<unknown>;
    }
  /** A part of another one, which is tried through that. */
  | { readonly within: string };

/** The digest is only carried along here. */
function headOf(path: string, { length: size }: Uint8Array) {
  return { path, size, digest: { algorithm: 'sha-256', hex: 'ab'.repeat(32) } } as const;
}

/** The rows are found by `test/architecture/parsers.test.ts`, which misses those that are not here. */
export const PARSERS: Readonly<Record<string, Parser>> = {
  'src/wire/proxy-protocol.ts readProxyHeader': {
    read: (anything) => readProxyHeader(anything, 500),
    goesRound: round(
      fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(65_535), fc.nat(65_535)),
      (words) => `PROXY TCP4 ${words.join(' ')}\r\n`,
      (line, [source, destination]) => {
        const header = readProxyHeader(Buffer.from(line), 500);
        assert.deepEqual(header, { length: line.length, told: { source, destination } });
      },
    ),
  },
  'src/wire/ftp/addresses.ts parsePortArgument': {
    read: (anything) => parsePortArgument(String(anything)),
    goesRound: round(hostPorts, inSixNumbers, (text, pair) =>
      assert.deepEqual(parsePortArgument(text), pair),
    ),
  },
  'src/wire/ftp/addresses.ts parsePassiveReply': {
    read: (anything) => parsePassiveReply(String(anything)),
    goesRound: round(hostPorts, formatPassive, (text, pair) =>
      assert.deepEqual(parsePassiveReply(text), pair),
    ),
  },
  'src/wire/ftp/addresses.ts parseEprtArgument': {
    read: (anything) => parseEprtArgument(String(anything)),
    goesRound: round(
      fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), ports, fc.constantFrom('|', '!', '~')),
      ([host, port, bar]) => ['', host.includes(':') ? 2 : 1, host, port, ''].join(bar),
      (text, [host, port]) =>
        assert.deepEqual(parseEprtArgument(text), {
          family: host.includes(':') ? 2 : 1,
          host,
          port,
        }),
    ),
  },
  'src/wire/ftp/addresses.ts parseExtendedPassiveReply': {
    read: (anything) => parseExtendedPassiveReply(String(anything)),
    goesRound: round(ports, formatExtendedPassive, (text, port) =>
      assert.equal(parseExtendedPassiveReply(text), port),
    ),
  },
  'src/wire/ftp/bundle.ts BundleDecoder': {
    read: (anything) => new BundleDecoder().push(anything),
    goesRound: round(
      fc.tuple(listable, fc.uint8Array({ maxLength: 300 }), fc.nat(4e12)),
      ([path, bytes, modified]) =>
        Buffer.concat([formatHead({ ...headOf(path, bytes), modified }), bytes]),
      (wire, [path, bytes, modified]) =>
        assert.deepEqual(new BundleDecoder().push(wire), [
          { kind: 'file', head: { ...headOf(path, bytes), modified }, bytes: Buffer.from(bytes) },
        ]),
    ),
  },
  'src/wire/ftp/facts.ts parseFacts': {
    read: (anything) => parseFacts(anything.toString('latin1')),
    goesRound: round(
      fc.tuple(
        fc.dictionary(fc.stringMatching(/^[a-z.]{1,9}$/), fc.stringMatching(/^[\w.-]*$/)),
        listable,
      ),
      ([facts, name]) => formatFacts(Object.entries(facts), name),
      (line, [facts, name]) =>
        assert.deepEqual(parseFacts(line), { facts: new Map(Object.entries(facts)), name }),
    ),
  },
  'src/wire/ftp/facts.ts parseFactSelection': {
    read: (anything) => parseFactSelection(String(anything)),
    goesRound: round(
      fc.subarray([...ALL_FACTS]),
      (facts) => facts.map((fact) => `${fact.toUpperCase()};`).join(''),
      (text, facts) => assert.deepEqual(new Set(parseFactSelection(text)), new Set(facts)),
    ),
  },
  'src/wire/ftp/facts.ts parseMode': {
    read: (anything) => parseMode(String(anything)),
    goesRound: round(fc.nat(0o777), formatMode, (text, mode) =>
      assert.equal(parseMode(text), mode),
    ),
  },
  'src/wire/ftp/lines.ts LineDecoder': {
    read: (anything) => new LineDecoder(100).push(anything),
    goesRound: round(commands, formatLine, (bytes, text) =>
      assert.deepEqual(new LineDecoder().push(bytes), [{ kind: 'line', text }]),
    ),
  },
  'src/wire/ftp/telnet.ts TelnetFilter': {
    read: (anything) => filtered(anything),
    goesRound: round(fc.uint8Array(), doubled, (bytes, data) =>
      assert.deepEqual(filtered(bytes), [...data]),
    ),
  },
  'src/wire/ftp/list-arguments.ts parseListArguments': {
    read: (anything) => parseListArguments(String(anything)),
    goesRound: round(
      fc.tuple(fc.subarray(['a', 'l', 'R', 'd', 'F', 'r']), listable),
      ([flags, path]) => `-a${flags.join('')} -- ${path}`,
      (text, [flags, path]) => {
        const read = parseListArguments(text);
        assert.deepEqual(
          [read.path, read.recursive, read.itself, read.classified, read.reversed],
          [path, ...['R', 'd', 'F', 'r'].map((flag) => flags.includes(flag))],
        );
      },
    ),
  },
  'src/wire/ftp/parse-listing.ts parseListing': {
    read: (anything) => parseListing(anything.toString('latin1'), Date.now()),
    goesRound: round(
      fc.record({ name: listable, size: fc.maxSafeNat(), mode: fc.nat(0o777) }),
      (entry) => formatUnixLine({ ...entry, kind: 'file', owner: 'a b', modified: 0 }, Date.now()),
      (line, { name, size, mode }) => {
        const { entries, refused } = parseListing(`${line}\r\n`, Date.now());
        assert.deepEqual(refused, []);
        assert.deepEqual(entries, [
          { name, size, mode, kind: 'file', modified: 0, target: undefined },
        ]);
      },
    ),
  },
  'src/wire/ftp/quoting.ts parseQuotedPath': {
    read: (anything) => parseQuotedPath(String(anything)),
    goesRound: round(
      fc.string(),
      (path) => `${quotePath(path)} is the current folder`,
      (text, path) => assert.equal(parseQuotedPath(text), path),
    ),
  },
  'src/wire/ftp/quoting.ts splitQuoted': {
    read: (anything) => splitQuoted(String(anything)),
    goesRound: round(
      fc.array(fc.string()),
      (words) => words.map(quotePath).join(' '),
      (text, words) => assert.deepEqual(splitQuoted(text), words),
    ),
  },
  'src/wire/ftp/reply.ts ReplyParser': {
    read: (anything) => new ReplyParser({ maxBytes: 100 }).push(anything),
    goesRound: round(
      fc.record(
        {
          code: fc.integer({ min: 100, max: 659 }),
          lines: fc.array(
            fc.string({ maxLength: 40 }).map((line) => line.replaceAll(/[\n\0]/g, '')),
            { minLength: 1 },
          ),
        },
        PLAIN,
      ),
      formatReply,
      (bytes, reply) => assert.deepEqual(new ReplyParser().push(bytes), [reply]),
    ),
  },
  'src/wire/ftp/sizes.ts parseOffset': {
    read: (anything) => parseOffset(String(anything)),
    goesRound: round(fc.maxSafeNat(), String, (text, offset) =>
      assert.equal(parseOffset(text), offset),
    ),
  },
  'src/wire/ftp/time.ts parseTimeValue': {
    read: (anything) => parseTimeValue(String(anything)),
    goesRound: round(
      fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => formatTimeValue(date.getTime(), { fraction: true }),
      (text, date) => assert.equal(parseTimeValue(text), date.getTime()),
    ),
  },
  'src/wire/ftp/coding/coding.ts Decoder': {
    read: async (anything) => {
      for (const representation of REPRESENTATIONS) {
        await decoded([anything], representation).catch(onlyWireErrors);
      }
    },
    goesRound: fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1 })),
      fc.constantFrom(
        ...REPRESENTATIONS.filter(({ type, structure }) => type === 'I' && structure === 'F'),
      ),
      async (pieces, representation) => {
        const wire = await onWire(pieces, representation);
        assert.deepEqual(await decoded(wire, representation), Buffer.concat(pieces));
      },
    ),
  },
  'src/protocols/ftp/restart-marker.ts parseRestartMarker': {
    read: (anything) => parseRestartMarker(String(anything)),
    goesRound: round(fc.maxSafeNat(), formatRestartMarker, (text, offset) =>
      assert.equal(parseRestartMarker(text), offset),
    ),
  },
  ...within('src/wire/ftp/coding/coding.ts Decoder', [
    'src/wire/ftp/coding/ascii.ts FromWire',
    'src/wire/ftp/coding/blocks.ts BlockDecoder',
    'src/wire/ftp/coding/deflate.ts Inflater',
    'src/wire/ftp/coding/runs.ts RunDecoder',
    'src/wire/ftp/coding/stream.ts PlainDecoder',
    'src/wire/ftp/coding/stream.ts RecordDecoder',
    'src/wire/ftp/coding/text.ts ImageFromWire',
    'src/wire/ftp/coding/text.ts TextFromWire',
  ]),
};

function within(whole: string, parts: readonly string[]): Readonly<Record<string, Parser>> {
  return Object.fromEntries(parts.map((part) => [part, { within: whole }]));
}
