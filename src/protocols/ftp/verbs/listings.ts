import { Failure } from '../../../base/failure.ts';
import { ALL_FACTS } from '../../../wire/ftp/facts.ts';
import { parseListArguments } from '../../../wire/ftp/list-arguments.ts';
import { entriesOf } from '../listings/entries.ts';
import { FactTeller } from '../listings/facts.ts';
import { findTarget } from '../listings/target.ts';
import { encodeLines, longLines, names } from '../listings/unix.ts';
import { reply } from '../replies.ts';
import type { State } from '../state.ts';
import { OutgoingLines } from '../transfers/outgoing.ts';
import type { Inside } from '../visit.ts';
import type { Path } from '../../../base/path.ts';
import { anything, optionalPath } from './grammar.ts';
import { look } from './look.ts';
import { verb } from './verb.ts';

/** What stands behind LIST and NLST. */
const LISTED = '[-alRdtSr1F] [<path or pattern>]';

/** What is in folders. */
export const LISTINGS = [
  verb({
    name: 'LIST',
    needs: ['inside'],
    permission: 'list',
    grammar: anything(LISTED),
    help: 'List a folder in the form of ls -l',
    rfc: 'RFC 959 §4.1.3',
    replies: [550],
    data: true,
    run: async (visit, text) => {
      const wanted = parseListArguments(text);
      const target = await findTarget(visit, wanted.path, wanted.itself);
      const lines = longLines(visit, target, wanted);
      return { transfer: new OutgoingLines(lines, visit.state, visit.desk) };
    },
  }),
  verb({
    name: 'NLST',
    needs: ['inside'],
    permission: 'list',
    grammar: anything(LISTED),
    help: 'List only the names in a folder',
    rfc: 'RFC 959 §4.1.3',
    replies: [550],
    data: true,
    run: async (visit, text) => {
      const wanted = parseListArguments(text);
      const target = await findTarget(visit, wanted.path, wanted.itself);
      return { transfer: new OutgoingLines(names(visit, target, wanted), visit.state, visit.desk) };
    },
  }),
  verb({
    name: 'MLSD',
    needs: ['inside'],
    permission: 'list',
    grammar: optionalPath,
    help: 'List a folder in a form made for programs',
    rfc: 'RFC 3659 §7',
    replies: [501, 550],
    data: true,
    run: async (visit, folder) => {
      const { kind } = await visit.phase.session.stat(folder);
      if (kind !== 'folder')
        return { reply: reply(501, 'MLSD lists folders; MLST tells of a file') };
      return {
        transfer: new OutgoingLines(factLines(visit, folder), inStream(visit.state), visit.desk),
      };
    },
  }),
  verb({
    name: 'MLST',
    needs: ['inside'],
    grammar: optionalPath,
    help: 'Tell about one file or folder in a form made for programs',
    rfc: 'RFC 3659 §7',
    replies: [250, 550],
    feat: ({ facts }) =>
      `MLST ${ALL_FACTS.map((fact) => `${fact}${facts.includes(fact) ? '*' : ''};`).join('')}`,
    run: ({ phase, state }, path) =>
      look(phase.session, path, async (seen) => {
        // Such a name would end the line (RFC 3659 §2.2 leaves no way to write it).
        if (/[\r\n]/.test(path)) throw new Failure('name-refused', 'This name cannot be shown');
        const line = await new FactTeller(phase.session, state.facts).line(seen, path);
        return { reply: reply(250, `About ${path}`, line, 'End') };
      }),
  }),
];

/** RFC 3659 §7.2: as a stream, whatever is set; but clients that ask for MODE Z mean this, too. */
function inStream(state: State): State {
  const { type, mode } = state.representation;
  const representation = { type, structure: 'F', mode: mode === 'Z' ? mode : 'S' } as const;
  return { ...state, representation };
}

async function* factLines(visit: Inside, folder: Path): AsyncGenerator<Uint8Array> {
  const { phase, state, desk } = visit;
  const teller = new FactTeller(phase.session, state.facts);
  for await (const slice of entriesOf(phase.session, folder, desk.options)) {
    yield encodeLines(visit, await teller.lines(folder, slice));
  }
}
