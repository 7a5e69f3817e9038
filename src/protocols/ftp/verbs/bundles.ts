import { parsePath, type Path } from '../../../base/path.ts';
import { MOST_BUNDLED_BYTES, MOST_BUNDLED_FILES } from '../../../wire/ftp/bundle.ts';
import { isPlain } from '../../../wire/ftp/coding/coding.ts';
import { splitQuoted } from '../../../wire/ftp/quoting.ts';
import { reply } from '../replies.ts';
import { IncomingBundle } from '../transfers/incoming-bundle.ts';
import { OutgoingBundle } from '../transfers/outgoing-bundle.ts';
import { folderOf, type Grammar, nothing } from './grammar.ts';
import { verb } from './verb.ts';

const paths: Grammar<readonly Path[]> = {
  syntax: '<path> [<path>…], those with spaces in quotes',
  parse: (text, state) => {
    const all = splitQuoted(text).map((name) => parsePath(name, folderOf(state)));
    return all.length > 0 && all.length <= MOST_BUNDLED_FILES ? all : undefined;
  },
};

const NOT_PLAIN = reply(504, 'Bundles are of TYPE I, STRU F and MODE S');

/** Many small files over one data connection (docs/bundles.md). */
export const BUNDLES = [
  verb({
    name: 'XMSTOR',
    needs: ['inside'],
    permission: ['write', 'overwrite'],
    grammar: nothing,
    help: 'Store many small files, each behind its size, digest and path',
    rfc: 'docs/bundles.md',
    replies: [504],
    feat: `XMSTOR ${MOST_BUNDLED_BYTES}`,
    data: true,
    run: ({ phase, state, desk }) =>
      isPlain(state.representation)
        ? { transfer: new IncomingBundle(phase.session, state, desk) }
        : { reply: NOT_PLAIN },
  }),
  verb({
    name: 'XMRETR',
    needs: ['inside'],
    permission: 'read',
    grammar: paths,
    help: 'Fetch many small files, each behind its size, digest and path',
    rfc: 'docs/bundles.md',
    replies: [504],
    feat: `XMRETR ${MOST_BUNDLED_BYTES}`,
    data: true,
    run: ({ phase, state, desk }, wanted) =>
      isPlain(state.representation)
        ? { transfer: new OutgoingBundle(wanted, phase.session, desk) }
        : { reply: NOT_PLAIN },
  }),
];
