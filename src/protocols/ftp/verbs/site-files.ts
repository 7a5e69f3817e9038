import { failed } from '../../../base/failure.ts';
import { child, parsePath, type Path, ROOT, segmentsOf } from '../../../base/path.ts';
import { quotePath, splitQuoted } from '../../../wire/ftp/quoting.ts';
import { parseMode } from '../../../wire/ftp/facts.ts';
import { parseTimeValue } from '../../../wire/ftp/time.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import type { TimeAndPath } from './files.ts';
import { makeFolder, removeTree } from './folders.ts';
import { folderOf, path, type Grammar } from './grammar.ts';
import { SITE_COPY } from './joins.ts';
import { refused, verb, type Verb } from './verb.ts';

/** Both forms in use: `YYYYMMDDhhmm[ss] path` and `path atime mtime ctime UTC`. */
const utime: Grammar<TimeAndPath> = {
  syntax: '<YYYYMMDDhhmm[ss]> <path> | <path> <atime> <mtime> <ctime> UTC',
  parse: (text, state) => {
    const long = /^(.+) \d{14} (\d{14}) \d{14} UTC$/is.exec(text);
    const short = /^(\d{12})(\d\d)? (.+)$/s.exec(text);
    const name = long?.[1] ?? short?.[3] ?? '';
    const modified = parseTimeValue(
      long?.[2] ?? (short === null ? '' : `${short[1]}${short[2] ?? '00'}`),
    );
    if (name === '' || modified === undefined) return undefined;
    return { modified, path: parsePath(name, folderOf(state)) };
  },
};

interface ModeAndPath {
  readonly mode: number;
  readonly path: Path;
}

const modeAndPath: Grammar<ModeAndPath> = {
  syntax: '<octal mode> <path>',
  parse: (text, state) => {
    const space = text.indexOf(' ');
    const mode = parseMode(text.slice(0, Math.max(0, space)));
    const name = text.slice(space + 1);
    if (mode === undefined || name === '') return undefined;
    return { mode, path: parsePath(name, folderOf(state)) };
  },
};

/** Three octal digits, with a zero in front or not; nothing asks. */
const mask: Grammar<number | 'asked'> = {
  syntax: '[<octal mask>]',
  parse: (text) => {
    const digits = text.trim();
    if (digits === '') return 'asked';
    return /^[0-7]{1,4}$/.test(digits) ? parseMode(digits) : undefined;
  },
};

interface TargetAndLink {
  readonly target: Path;
  readonly link: Path;
}

const targetAndLink: Grammar<TargetAndLink> = {
  syntax: '<target> <link>, those with spaces in quotes',
  parse: (text, state) => {
    const names = splitQuoted(text).map((name) => parsePath(name, folderOf(state)));
    const [target, link] = names;
    if (target === undefined || link === undefined || names.length > 2) return undefined;
    return { target, link };
  },
};

/** What SITE does with files and folders. */
export const SITE_FILES: readonly Verb[] = [
  verb({
    name: 'SITE RMDIR',
    needs: ['inside'],
    permission: 'delete-tree',
    grammar: path,
    help: 'Remove a folder with everything in it',
    rfc: 'in use',
    replies: [250, 450, 550],
    run: removeTree,
  }),
  verb({
    name: 'SITE MKDIR',
    needs: ['inside'],
    permission: 'make-folder',
    grammar: path,
    help: 'Make a folder and those above it that are missing',
    rfc: 'in use, mod_site_misc of ProFTPD',
    replies: [257, 452, 550, 553],
    naming: true,
    run: makeFolders,
  }),
  verb({
    name: 'SITE UTIME',
    needs: ['inside'],
    permission: ['write', 'overwrite'],
    grammar: utime,
    help: 'Set when a file was last changed',
    rfc: 'in use',
    replies: [200, 550],
    run: async ({ phase }, { modified, path }) => {
      await phase.session.setModified(path, modified);
      return { reply: reply(200, 'The time is set') };
    },
  }),
  verb({
    name: 'SITE CHMOD',
    needs: ['inside'],
    permission: 'chmod',
    grammar: modeAndPath,
    help: 'Set the permission bits of a file or folder, up to 777',
    rfc: 'in use',
    replies: [200, 550],
    run: async ({ phase }, { mode, path }) => {
      await phase.session.setMode(path, mode);
      return { reply: reply(200, 'The permission bits are set') };
    },
  }),
  verb({
    name: 'SITE UMASK',
    needs: ['inside'],
    permission: 'chmod',
    grammar: mask,
    help: 'Tell or set the permission bits that new files and folders of this session do not get',
    rfc: 'in use',
    replies: [200],
    run: ({ state }, umask) => {
      if (umask !== 'asked') {
        return { reply: reply(200, `UMASK is ${formatMask(umask)} from now on`), next: { umask } };
      }
      const text = state.umask === undefined ? 'that of the server' : formatMask(state.umask);
      return { reply: reply(200, `UMASK is ${text}`) };
    },
  }),
  verb({
    name: 'SITE SYMLINK',
    needs: ['inside'],
    permission: 'make-link',
    grammar: targetAndLink,
    help: 'Make a symbolic link to something else in this home',
    rfc: 'in use, mod_site_misc of ProFTPD',
    replies: [200, 452, 550, 553],
    feat: 'SITE SYMLINK',
    naming: true,
    run: async ({ phase }, { target, link }) => {
      await phase.session.makeLink(link, target);
      return { reply: reply(200, 'The link is made') };
    },
  }),
  ...SITE_COPY,
  refused({
    name: 'SITE CHGRP',
    aliases: ['SITE CHOWN'],
    rfc: 'in use',
    code: 504,
    reason: 'All files of a home belong to the server; who may do what belongs to accounts',
  }),
  refused({
    name: 'SITE LINK',
    rfc: 'in use',
    code: 504,
    reason: 'A file has one name; SITE SYMLINK makes another way to it',
  }),
];

function formatMask(mask: number): string {
  return mask.toString(8).padStart(3, '0');
}

async function makeFolders(visit: Inside, folder: Path): Promise<Outcome> {
  let above = ROOT;
  let isNew = false;
  for (const name of segmentsOf(folder)) {
    above = child(above, name);
    isNew = await makeIfMissing(visit, above);
  }
  if (!isNew) return { reply: reply(550, 'The name is taken') };
  return { reply: reply(257, `${quotePath(folder)} is made`) };
}

async function makeIfMissing(visit: Inside, folder: Path): Promise<boolean> {
  try {
    await makeFolder(visit, folder);
    return true;
  } catch (error) {
    if (failed(error, 'already-exists')) return false;
    throw error;
  }
}
