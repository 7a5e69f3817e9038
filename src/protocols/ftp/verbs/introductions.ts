import { reply } from '../replies.ts';
import { anything, something } from './grammar.ts';
import { verb } from './verb.ts';

const ALWAYS = ['greeted', 'named', 'inside'] as const;

/** What a client may build its paths on (draft-peterson-streamlined-ftp-command-extensions-10 §4.1). */
const SERVER = 'Name=Carryon; DirSep=/; CaseSensitive=1;';

/** Client and server tell each other who they are and how they speak. */
export const INTRODUCTIONS = [
  verb({
    name: 'CLNT',
    needs: ALWAYS,
    grammar: anything('[<client>]'),
    help: 'Name the client program',
    rfc: 'RFC 5797 §3',
    replies: [200],
    feat: 'CLNT',
    run: () => ({ reply: reply(200, 'Pleased to meet you') }),
  }),
  verb({
    name: 'CSID',
    needs: ALWAYS,
    grammar: something('Name=<client>; [Version=<version>;]'),
    help: 'Tell about the client program, and learn about the server',
    rfc: 'draft-peterson-streamlined-ftp-command-extensions-10 §4.1',
    replies: [200],
    feat: 'CSID',
    run: () => ({ reply: reply(200, SERVER) }),
  }),
  verb({
    name: 'LANG',
    needs: ALWAYS,
    grammar: anything('[<language>]'),
    help: 'Choose the language of the replies, which is English',
    rfc: 'RFC 2640 §4.1',
    replies: [200, 504],
    feat: 'LANG EN*',
    run: (_visit, text) =>
      /^(?:en(?:-[a-z0-9-]+)?)?$/i.test(text.trim())
        ? { reply: reply(200, 'Replies are in English') }
        : { reply: reply(504, 'Replies are in English (EN) only') },
  }),
];
