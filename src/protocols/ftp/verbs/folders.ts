import { Failure } from '../../../base/failure.ts';
import { parentOf, type Path } from '../../../base/path.ts';
import type { Soon } from '../../../storage/store.ts';
import { quotePath } from '../../../wire/ftp/quoting.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { nothing, path } from './grammar.ts';
import { look } from './look.ts';
import { verb } from './verb.ts';

/** Walking about, making and removing folders. The X-forms are those of RFC 775 (RFC 1123 §4.1.3.1). */
export const FOLDERS = [
  verb({
    name: 'PWD',
    aliases: ['XPWD'],
    needs: ['inside'],
    grammar: nothing,
    help: 'Tell the current folder',
    rfc: 'RFC 959 §4.1.3',
    replies: [257],
    run: ({ phase }) => ({
      reply: reply(257, `${quotePath(phase.folder)} is the current folder`),
    }),
  }),
  verb({
    name: 'CWD',
    aliases: ['XCWD'],
    needs: ['inside'],
    grammar: path,
    help: 'Go to a folder',
    rfc: 'RFC 959 §4.1.1',
    replies: [250, 550],
    feat: 'TVFS',
    run: goTo,
  }),
  verb({
    name: 'CDUP',
    aliases: ['XCUP'],
    needs: ['inside'],
    grammar: nothing,
    help: 'Go to the folder above; above the root is the root',
    rfc: 'RFC 959 §4.1.1',
    replies: [250, 550],
    run: (visit) => goTo(visit, parentOf(visit.phase.folder)),
  }),
  verb({
    name: 'MKD',
    aliases: ['XMKD'],
    needs: ['inside'],
    permission: 'make-folder',
    grammar: path,
    help: 'Make a folder',
    rfc: 'RFC 959 §4.1.3',
    replies: [257, 452, 550],
    run: async (visit, folder) => {
      await makeFolder(visit, folder);
      return { reply: reply(257, `${quotePath(folder)} is made`) };
    },
  }),
  verb({
    name: 'RMD',
    aliases: ['XRMD'],
    needs: ['inside'],
    permission: 'delete',
    grammar: path,
    help: 'Remove an empty folder',
    rfc: 'RFC 959 §4.1.3',
    replies: [250, 450, 550],
    run: async ({ phase }, folder) => {
      await phase.session.removeFolder(folder);
      return { reply: reply(250, 'The folder is removed') };
    },
  }),
  verb({
    name: 'RMDA',
    needs: ['inside'],
    permission: 'delete-tree',
    grammar: path,
    help: 'Remove a folder with everything in it',
    rfc: 'draft-peterson-streamlined-ftp-command-extensions-10 §4.4',
    replies: [250, 450, 550],
    feat: 'RMDA <path>',
    run: removeTree,
  }),
];

/** MKD and SITE MKDIR. */
export async function makeFolder({ phase, state }: Inside, folder: Path): Promise<void> {
  await phase.session.makeFolder(folder);
  if (state.umask !== undefined) await phase.session.setMode(folder, 0o777 & ~state.umask);
}

/** RMDA and SITE RMDIR. */
export async function removeTree({ phase }: Inside, folder: Path): Promise<Outcome> {
  await phase.session.removeTree(folder);
  return { reply: reply(250, 'The folder is removed with everything in it') };
}

function goTo({ phase }: Inside, folder: Path): Soon<Outcome> {
  return look(phase.session, folder, ({ kind }) => {
    if (kind !== 'folder') throw new Failure('not-a-directory', 'This is not a folder');
    return {
      reply: reply(250, `${quotePath(folder)} is the current folder`),
      next: { phase: { ...phase, folder } },
    };
  });
}
