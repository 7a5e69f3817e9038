import { Failure } from '../../../base/failure.ts';
import type { Path } from '../../../base/path.ts';
import type { Session } from '../../../session/session.ts';
import { treeSize } from '../listings/tree-size.ts';
import { reply } from '../replies.ts';
import { optionalPath } from './grammar.ts';
import { verb } from './verb.ts';

const DRAFT = 'draft-peterson-streamlined-ftp-command-extensions-10';

/** How much room there is, and how much is taken. */
export const ROOM = [
  verb({
    name: 'AVBL',
    needs: ['inside'],
    grammar: optionalPath,
    help: 'Tell how many bytes can be stored now, by the quota and by what is free',
    rfc: DRAFT,
    replies: [213, 550],
    feat: 'AVBL',
    run: async ({ phase: { session } }, folder) => {
      await checkFolder(session, folder);
      const room = await session.room();
      return {
        reply: Number.isFinite(room)
          ? reply(213, String(room))
          : reply(550, 'Nothing bounds what can be stored here'),
      };
    },
  }),
  verb({
    name: 'DSIZ',
    needs: ['inside'],
    permission: 'list',
    grammar: optionalPath,
    help: 'Tell how many bytes the files in a folder and below it have together',
    rfc: DRAFT,
    replies: [213, 426, 550],
    feat: 'DSIZ',
    run: async ({ phase: { session }, desk }, folder) => {
      await checkFolder(session, folder);
      const { maxCountedEntries: most } = desk.options;
      const task = {
        code: 213,
        progress: () => `Adding up the files in ${folder}`,
        run: async (signal: AbortSignal) => {
          const bytes = await treeSize(session, folder, most, signal);
          return bytes === undefined
            ? reply(550, `There are more than ${most} entries, which are not added up here`)
            : reply(213, String(bytes));
        },
      };
      return { task };
    },
  }),
];

/** @throws Failure `not-found`, `not-a-directory` */
async function checkFolder(session: Session, folder: Path): Promise<void> {
  const { kind } = await session.stat(folder);
  if (kind !== 'folder') throw new Failure('not-a-directory', 'This is not a folder');
}
