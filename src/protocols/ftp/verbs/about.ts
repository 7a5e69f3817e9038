import { CHECKSUMS } from '../../../base/digest.ts';
import { parseFactSelection } from '../../../wire/ftp/facts.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { statReply } from '../listings/stat.ts';
import { reply } from '../replies.ts';
import type { FtpOptions } from '../options.ts';
import type { State } from '../state.ts';
import { charsetOf } from '../spelling.ts';
import type { Desk, Inside, Outcome } from '../visit.ts';
import { algorithmNamed, wireName } from './digests.ts';
import { anything, nothing, something } from './grammar.ts';
import { isPermitted, verb, type Verb } from './verb.ts';

const ALWAYS = ['greeted', 'named', 'inside'] as const;

/** The server about itself, and what can be set about how it speaks. */
export const ABOUT = [
  verb({
    name: 'SYST',
    needs: ALWAYS,
    grammar: nothing,
    help: 'Name the kind of system, which tells clients how to read LIST',
    rfc: 'RFC 959 §4.1.3',
    replies: [215],
    run: () => ({ reply: reply(215, 'UNIX Type: L8') }),
  }),
  verb({
    name: 'FEAT',
    needs: ALWAYS,
    grammar: nothing,
    help: 'List what this server can do beyond RFC 959',
    rfc: 'RFC 2389 §3',
    replies: [211],
    run: ({ state, desk }) => {
      const lines = withSubcommands(desk.table).flatMap((row) => {
        if (!isPermitted(state.phase, row)) return [];
        const { feat } = row;
        const line = typeof feat === 'function' ? feat(state, desk.options) : feat;
        return line ?? [];
      });
      return { reply: reply(211, 'Extensions', ...lines.toSorted(), 'End') };
    },
  }),
  verb({
    name: 'HELP',
    needs: ALWAYS,
    grammar: anything('[<verb>]'),
    help: 'List the verbs, or tell about one',
    rfc: 'RFC 959 §4.1.3',
    replies: [214, 504],
    run: ({ desk }, text) => ({ reply: help(desk.table, text.trim().toUpperCase()) }),
  }),
  verb({
    name: 'STAT',
    needs: ['inside'],
    grammar: anything('[[-ltSrd1F] <path or pattern>]'),
    help: 'Tell how things stand, also during a transfer; or list a path on this connection',
    rfc: 'RFC 959 §4.1.3',
    replies: [211, 212, 213, 550],
    duringTransfer: 'answers',
    run: (visit, text) =>
      text.trim() === '' ? { reply: standing(visit) } : statReply(visit, text),
  }),
  verb({
    name: 'NOOP',
    needs: ALWAYS,
    grammar: anything(''),
    help: 'Do nothing, and say so',
    rfc: 'RFC 959 §4.1.3',
    replies: [200],
    run: () => ({ reply: reply(200, 'Done nothing') }),
  }),
  verb({
    name: 'OPTS',
    needs: ALWAYS,
    grammar: something('<verb> [<options>]'),
    help: 'Choose how UTF8, MLST, HASH or MODE Z work',
    rfc: 'RFC 2389 §4',
    replies: [200, 501, 504],
    feat: 'UTF8',
    run: ({ state, desk }, text) => setOption(state, desk, text),
  }),
];

function help(table: readonly Verb[], name: string): Reply {
  if (name === '') {
    const names = table.filter(({ refusal }) => refusal === undefined).flatMap(namesOf);
    return reply(214, 'These verbs are known; HELP <verb> tells more', ...inColumns(names), 'End');
  }
  const row = withSubcommands(table).find((verb) => namesOf(verb).includes(name));
  if (row === undefined) return reply(504, 'There is no such verb');
  return reply(214, `Syntax: ${row.syntax}`, row.help, row.rfc);
}

function namesOf({ name, aliases = [] }: Verb): string[] {
  return [name, ...aliases];
}

function withSubcommands(table: readonly Verb[]): Verb[] {
  return table.flatMap((row) => [row, ...(row.subcommands ?? [])]);
}

function inColumns(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += 8) {
    const row = names.slice(at, at + 8).map((name) => name.padEnd(9));
    lines.push(row.join('').trimEnd());
  }
  return lines;
}

function standing({ phase, state, desk }: Inside): Reply {
  const { type, mode, structure } = state.representation;
  return reply(
    211,
    'How things stand',
    `Logged in as ${phase.session.accountName} from ${desk.peer}`,
    `TYPE ${type}, MODE ${mode}, STRU ${structure}`,
    protectionOf(state),
    desk.progress() ?? 'No transfer is running',
    'End',
  );
}

function protectionOf({ control, dataProtection }: State): string {
  const isEncrypted = control === 'explicit' || control === 'implicit';
  const data = dataProtection === 'P' ? 'encrypted' : 'in the clear';
  return `Control connection ${isEncrypted ? 'encrypted' : 'in the clear'}, data ${data}`;
}

function setOption(state: State, desk: Desk, text: string): Outcome {
  const space = text.indexOf(' ');
  const name = (space < 0 ? text : text.slice(0, space)).toUpperCase();
  const value = space < 0 ? '' : text.slice(space + 1).trim();
  switch (name) {
    case 'UTF8':
    case 'UTF-8':
      // Many clients say this before they log in.
      return setUtf8(state, desk, !/^off$/i.test(value));
    case 'MLST': {
      const facts = parseFactSelection(value);
      const list = facts.map((fact) => `${fact};`).join('');
      return { reply: reply(200, `MLST OPTS ${list}`.trimEnd()), next: { facts } };
    }
    case 'HASH': {
      const algorithm = value === '' ? state.algorithm : algorithmNamed(value);
      if (algorithm === undefined) {
        const known = CHECKSUMS.join(', ').toUpperCase();
        return { reply: reply(501, `The algorithms are ${known}`) };
      }
      return { reply: reply(200, wireName(algorithm)), next: { algorithm } };
    }
    case 'MODE':
      return setDeflateLevel(desk.options, value);
    default:
      return { reply: reply(501, 'Options exist for UTF8, MLST, HASH and MODE Z') };
  }
}

/** Only clients whose charset is known have another one to go back to. */
function setUtf8(state: State, desk: Desk, utf8: boolean): Outcome {
  const { name } = charsetOf({ ...state, utf8 }, desk);
  const isRefused = !utf8 && name === 'utf-8';
  if (isRefused) return { reply: reply(504, 'Names are always in UTF-8') };
  return { reply: reply(200, `Names are in ${name.toUpperCase()}`), next: { utf8 } };
}

/** draft-preston-ftpext-deflate-04 §3: settings of the compression, of which the level is one. */
function setDeflateLevel({ offersDeflate }: FtpOptions, text: string): Outcome {
  const match = /^Z(?: +LEVEL +(\d))?$/i.exec(text);
  if (match === null || !offersDeflate) {
    return { reply: reply(501, 'Options exist for MODE Z: LEVEL 0 to 9') };
  }
  if (match[1] === undefined) return { reply: reply(200, 'MODE Z') };
  const deflateLevel = Number(match[1]);
  return { reply: reply(200, `MODE Z LEVEL ${deflateLevel}`), next: { deflateLevel } };
}
