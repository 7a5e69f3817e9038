import type { DataType, Mode, Representation, Structure } from '../../../wire/ftp/coding/coding.ts';
import type { FtpOptions } from '../options.ts';
import { reply } from '../replies.ts';
import type { State } from '../state.ts';
import type { Outcome } from '../visit.ts';
import { something } from './grammar.ts';
import { verb } from './verb.ts';

/** What an argument asks for, or why it is not done (504). */
type Choice<T> = { readonly value: T } | { readonly refusal: string };

const TYPES: Readonly<Record<string, Choice<DataType>>> = {
  A: { value: 'A' },
  'A N': { value: 'A' },
  // RFC 1123 §4.1.2.2: where the two are no different, T is to be the same as N.
  'A T': { value: 'A' },
  'A C': { refusal: 'Lines here have no carriage control; say TYPE A N' },
  I: { value: 'I' },
  'L 8': { value: 'I' },
};

const STRUCTURES: Readonly<Record<string, Choice<Structure>>> = {
  F: { value: 'F' },
  R: { value: 'R' },
  P: { refusal: 'Files here have no pages; say STRU F' },
};

const MODES: Readonly<Record<string, Choice<Mode>>> = {
  S: { value: 'S' },
  B: { value: 'B' },
  C: { value: 'C' },
  Z: { value: 'Z' },
};

/** How files look on the wire. */
export const REPRESENTATION = [
  verb({
    name: 'TYPE',
    needs: ['inside'],
    grammar: something('A|I|L 8'),
    help: 'Choose text (A) or bytes as they are (I)',
    rfc: 'RFC 959 §4.1.2, RFC 1123 §4.1.2',
    replies: [200, 504],
    clearsRestart: true,
    run: ({ state }, text) => {
      const choice = chosen(TYPES, text) ?? { refusal: 'The types are A N, I and L 8' };
      return set(state, 'TYPE', choice, (type) => ({ type }));
    },
  }),
  verb({
    name: 'MODE',
    needs: ['inside'],
    grammar: something('S|B|C|Z'),
    help: 'Choose how data is sent: as a stream (S), in blocks (B), with short runs (C), or compressed (Z)',
    rfc: 'RFC 959 §3.4, draft-preston-ftpext-deflate-04',
    replies: [200, 504],
    clearsRestart: true,
    feat: (_state, { offersDeflate }) => (offersDeflate ? 'MODE Z' : undefined),
    run: ({ state, desk }, text) =>
      set(state, 'MODE', modeNamed(text, desk.options), (mode) => ({ mode })),
  }),
  verb({
    name: 'STRU',
    needs: ['inside'],
    grammar: something('F|R'),
    help: 'Choose how files are built: without structure (F), or of records, which are lines (R)',
    rfc: 'RFC 959 §3.1.2',
    replies: [200, 504],
    clearsRestart: true,
    run: ({ state }, text) => {
      const choice = chosen(STRUCTURES, text) ?? { refusal: 'The structures are F and R' };
      return set(state, 'STRU', choice, (structure) => ({ structure }));
    },
  }),
];

function modeNamed(text: string, { offersDeflate }: FtpOptions): Choice<Mode> {
  const choice = chosen(MODES, text);
  const isOffered = choice !== undefined && (choice !== MODES['Z'] || offersDeflate);
  return isOffered
    ? choice
    : { refusal: 'The modes are S, B and C' + (offersDeflate ? ', and Z' : '') };
}

function chosen<T>(
  choices: Readonly<Record<string, Choice<T>>>,
  text: string,
): Choice<T> | undefined {
  const word = text.trim().toUpperCase();
  return Object.hasOwn(choices, word) ? choices[word] : undefined;
}

function set<T extends string>(
  { representation }: State,
  name: string,
  choice: Choice<T>,
  change: (value: T) => Partial<Representation>,
): Outcome {
  if ('refusal' in choice) return { reply: reply(504, choice.refusal) };
  return {
    reply: reply(200, `${name} ${choice.value}`),
    next: { representation: { ...representation, ...change(choice.value) } },
  };
}
