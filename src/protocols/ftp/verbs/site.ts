import { parseDigest, type Digest } from '../../../base/digest.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { formatSize } from '../../../base/size.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { formatTimeValue } from '../../../wire/ftp/time.ts';
import { dispatch } from '../dispatch.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { anything, folderOf, nothing, something, type Grammar } from './grammar.ts';
import { SITE_FILES } from './site-files.ts';
import { refused, verb, type Verb } from './verb.ts';

interface Promised {
  readonly digest: Digest;
  readonly length: number;
  readonly path: Path;
}

const promised: Grammar<Promised> = {
  syntax: 'sha-256=<hex> size=<bytes> <path>',
  parse: (text, state) => {
    const match = /^([a-z0-9-]+)=([0-9a-f]+) size=(\d+) (.+)$/is.exec(text);
    const [, algorithm = '', hex = '', size = '', name = ''] = match ?? [];
    const digest = parseDigest(algorithm, hex);
    const length = parseOffset(size);
    if (digest === undefined || length === undefined) return undefined;
    return { digest, length, path: parsePath(name, folderOf(state)) };
  },
};

/** What SITE can do (RFC 959 §4.1.3): rows like those of the verbs, under their full names. */
export const SITE_TABLE: readonly Verb[] = [
  verb({
    name: 'SITE HELP',
    needs: ['inside'],
    grammar: anything(''),
    help: 'List what SITE can do',
    rfc: 'RFC 959 §4.1.3',
    replies: [214],
    run: () => ({
      reply: reply(
        214,
        'SITE can do this',
        ...SITE_TABLE.filter(({ refusal }) => refusal === undefined).map(
          ({ syntax, help }) => `${syntax}: ${help}`,
        ),
        'End',
      ),
    }),
  }),
  verb({
    name: 'SITE EXPECT',
    needs: ['inside'],
    permission: ['write', 'overwrite', 'append'],
    grammar: promised,
    help: 'Promise a whole file beforehand; the reply tells how many of its bytes are here already',
    rfc: 'docs/resume.md',
    replies: [213, 450, 452, 550, 552, 553],
    feat: 'SITE EXPECT',
    naming: true,
    run: async ({ phase }, { path, ...promise }) => ({
      reply: reply(213, String(await phase.session.expect(path, promise))),
    }),
  }),
  verb({
    name: 'SITE MISSING',
    needs: ['inside'],
    permission: ['write', 'overwrite', 'append'],
    grammar: promised,
    help: 'Promise a whole file that comes in segments; the reply tells what of it is missing',
    rfc: 'docs/segments.md',
    replies: [213, 450, 452, 550, 552, 553],
    feat: 'SITE MISSING',
    naming: true,
    run: ({ phase, state }, { path, ...promise }) => ({
      task: {
        code: 213,
        progress: () => `Looking what is missing of ${path}`,
        // Nobody who goes away meanwhile keeps it from being published.
        run: async () => {
          const mode = state.umask === undefined ? undefined : 0o666 & ~state.umask;
          return missingReply(await phase.session.missing(path, promise, mode));
        },
      },
    }),
  }),
  verb({
    name: 'SITE QUOTA',
    needs: ['inside'],
    grammar: nothing,
    help: 'Tell how much room is used and allowed',
    rfc: 'in use',
    replies: [200],
    run: async ({ phase }) => {
      const { bytes, files, maxFileBytes } = await phase.session.quota();
      return {
        reply: reply(
          200,
          'Room used and allowed',
          `Bytes: ${formatSize(bytes.used)} of ${limitText(bytes.limit)}`,
          `Files: ${files.used} of ${files.limit ?? 'unlimited'}`,
          `Largest file: ${limitText(maxFileBytes)}`,
          'End',
        ),
      };
    },
  }),
  verb({
    name: 'SITE UPLOADS',
    needs: ['inside'],
    grammar: nothing,
    help: 'List your uploads that have not been completed',
    rfc: 'docs/resume.md',
    replies: [213],
    run: async ({ phase }) => {
      const uploads = await phase.session.uploads();
      const lines = uploads.map(
        ({ offset, length, state, expiresAt, path }) =>
          `${offset} of ${length ?? '?'} bytes, ${state}, kept until ${formatTimeValue(expiresAt)}: ${path}`,
      );
      return { reply: reply(213, 'Unfinished uploads', ...lines, 'End') };
    },
  }),
  verb({
    name: 'SITE IDLE',
    needs: ['inside'],
    grammar: anything('[<seconds>]'),
    help: 'Tell or set how long this session may say nothing',
    rfc: 'in use',
    replies: [200, 501],
    run: setIdleTime,
  }),
  ...SITE_FILES,
  refused({
    name: 'SITE EXEC',
    rfc: 'in use',
    code: 504,
    reason: 'Commands of the system are never run',
  }),
];

/** The verb itself: hands over to the rows above. */
export const SITE: readonly Verb[] = [
  verb({
    name: 'SITE',
    needs: ['inside'],
    grammar: something('<command> [<arguments>]'),
    help: 'Do something that only this server knows; SITE HELP tells what',
    rfc: 'RFC 959 §4.1.3',
    replies: [504],
    subcommands: SITE_TABLE,
    run: ({ state, desk }, text) => {
      const space = text.indexOf(' ');
      const full = `SITE ${space < 0 ? text : text.slice(0, space)}`.toUpperCase();
      const row = SITE_TABLE.find(({ name, aliases }) => name === full || aliases?.includes(full));
      if (row === undefined) return { reply: reply(504, 'SITE HELP lists what there is') };
      return dispatch(row, state, desk, space < 0 ? '' : text.slice(space + 1));
    },
  }),
];

function missingReply(ranges: readonly ByteRange[]): Reply {
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const last = `${bytes} bytes are missing`;
  if (bytes === 0) return reply(213, last);
  const lines = ranges.map(({ start, end }) => `${start} ${end - 1}`);
  return reply(213, 'What is missing of it, as for RANG', ...lines, last);
}

function setIdleTime({ state, desk }: Inside, text: string): Outcome {
  const { idleTimeoutMs: usual, maxIdleTimeoutMs } = desk.options;
  const wanted = text.trim();
  if (wanted === '') {
    const seconds = Math.round((state.idleTimeoutMs ?? usual) / 1000);
    return { reply: reply(200, `The session ends after ${seconds} seconds without a command`) };
  }
  const idleTimeoutMs = /^\d{1,9}$/.test(wanted) ? Number(wanted) * 1000 : 0;
  const most = Math.max(usual, maxIdleTimeoutMs);
  if (idleTimeoutMs === 0 || idleTimeoutMs > most) {
    return { reply: reply(501, `From 1 to ${Math.floor(most / 1000)} seconds can be chosen`) };
  }
  return { reply: reply(200, `${wanted} seconds from now on`), next: { idleTimeoutMs } };
}

function limitText(bytes: number | undefined): string {
  return bytes === undefined ? 'unlimited' : formatSize(bytes);
}
