import { parsePath, type Path } from '../../../base/path.ts';
import { quotePath, splitQuoted } from '../../../wire/ftp/quoting.ts';
import { reply } from '../replies.ts';
import { folderOf, type Grammar, path } from './grammar.ts';
import { verb } from './verb.ts';

interface Joined {
  readonly target: Path;
  readonly parts: readonly Path[];
}

const targetAndParts: Grammar<Joined> = {
  syntax: '<target> <part> [<part>…], those with spaces in quotes',
  parse: (text, state) => {
    const [target, ...parts] = splitQuoted(text).map((name) => parsePath(name, folderOf(state)));
    return target === undefined || parts.length === 0 ? undefined : { target, parts };
  },
};

/** Files made of files that are here already. */
export const JOINS = [
  verb({
    name: 'COMB',
    needs: ['inside'],
    permission: ['write', 'append'],
    grammar: targetAndParts,
    help: 'Put parts behind one another, and behind the target if there is one, and remove them',
    rfc: 'in use for uploads in segments',
    replies: [250, 450, 452, 550, 552, 553],
    feat: 'COMB',
    naming: true,
    run: async ({ phase, desk }, { target, parts }) => {
      const { size } = await phase.session.join(target, parts, desk.signal);
      return { reply: reply(250, `${quotePath(target)} is complete, ${size} bytes`) };
    },
  }),
];

/** The two steps of SITE's copying (mod_copy of ProFTPD). */
export const SITE_COPY = [
  verb({
    name: 'SITE CPFR',
    needs: ['inside'],
    permission: 'read',
    grammar: path,
    help: 'Say what to copy; SITE CPTO follows',
    rfc: 'in use, mod_copy of ProFTPD',
    replies: [350, 550],
    run: async ({ phase }, copyFrom) => {
      await phase.session.stat(copyFrom);
      return { reply: reply(350, 'And now SITE CPTO'), next: { copyFrom } };
    },
  }),
  verb({
    name: 'SITE CPTO',
    needs: ['inside'],
    permission: ['write', 'overwrite'],
    grammar: path,
    help: 'Say the name of the copy, made without moving the bytes through the network',
    rfc: 'in use, mod_copy of ProFTPD',
    replies: [250, 450, 452, 503, 550, 552, 553],
    naming: true,
    run: async ({ phase, state }, to) => {
      if (state.copyFrom === undefined) return { reply: reply(503, 'Say SITE CPFR first') };
      await phase.session.copy(state.copyFrom, to);
      return { reply: reply(250, 'Copied'), next: { copyFrom: undefined } };
    },
  }),
];
