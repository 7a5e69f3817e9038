import { parsePath, type Path } from '../../../base/path.ts';
import type { Seen, Session } from '../../../session/session.ts';
import { formatMode, parseFacts, parseMode } from '../../../wire/ftp/facts.ts';
import { formatTimeValue, parseTimeValue } from '../../../wire/ftp/time.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { folderOf, type Grammar } from './grammar.ts';
import { refused, verb } from './verb.ts';

interface Wanted {
  readonly path: Path;
  /** As they were written, by name in lower case. */
  readonly facts: ReadonlyMap<string, string>;
}

/** A fact that can be set. */
interface Settable {
  /** As FEAT and the reply write it. */
  readonly name: string;
  /** How it is set to this text; undefined if the text cannot be read. */
  readonly read: (text: string) => ((session: Session, path: Path) => Promise<void>) | undefined;
  readonly show: (entry: Seen) => string;
}

const SETTABLE: ReadonlyMap<string, Settable> = new Map([
  [
    'modify',
    {
      name: 'Modify',
      read: (text) => {
        const time = parseTimeValue(text);
        return time === undefined ? undefined : (session, path) => session.setModified(path, time);
      },
      show: ({ modified }) => formatTimeValue(modified),
    },
  ],
  [
    'unix.mode',
    {
      name: 'UNIX.mode',
      read: (text) => {
        const mode = parseMode(text);
        return mode === undefined ? undefined : (session, path) => session.setMode(path, mode);
      },
      show: ({ mode }) => formatMode(mode),
    },
  ],
]);

const factsAndPath: Grammar<Wanted> = {
  syntax: '<fact>=<value>;… <path>',
  parse: (text, state) => {
    const line = parseFacts(text);
    if (line === undefined || line.facts.size === 0) return undefined;
    return { facts: line.facts, path: parsePath(line.name, folderOf(state)) };
  },
};

/** What is known about files and can be set. */
export const ATTRIBUTES = [
  verb({
    name: 'MFF',
    needs: ['inside'],
    permission: ['write', 'overwrite', 'chmod'],
    grammar: factsAndPath,
    help: 'Set facts about a file or folder: modify and UNIX.mode',
    rfc: 'draft-somers-ftp-mfxx-04 §5',
    replies: [213, 504, 550],
    feat: 'MFF modify;UNIX.mode;',
    run: setFacts,
  }),
  refused({
    name: 'MFCT',
    rfc: 'draft-somers-ftp-mfxx-04 §4',
    code: 502,
    reason:
      'When a file was made is recorded by the file system and cannot be set; MFMT sets the time of change',
  }),
];

/** All of them are read before the first is set. */
async function setFacts({ phase }: Inside, { facts, path }: Wanted): Promise<Outcome> {
  const changes: ((session: Session, path: Path) => Promise<void>)[] = [];
  for (const [name, text] of facts) {
    const row = SETTABLE.get(name);
    if (row === undefined) return { reply: reply(504, `The fact ${name} cannot be set`) };
    const change = row.read(text);
    if (change === undefined) return { reply: reply(501, `This is no value of ${row.name}`) };
    changes.push(change);
  }
  for (const change of changes) await change(phase.session, path);
  const stored = await phase.session.stat(path);
  const shown = [...facts.keys()].flatMap((name) => {
    const row = SETTABLE.get(name);
    return row === undefined ? [] : `${row.name}=${row.show(stored)};`;
  });
  return { reply: reply(213, `${shown.join('')} ${path}`) };
}
