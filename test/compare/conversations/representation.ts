import { type Conversation, fetch, store } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** How files are sent. */
export const REPRESENTATION: readonly Conversation[] = [
  {
    title: 'TYPE A and I',
    steps: ['TYPE A', 'TYPE A N', 'TYPE I', 'type i'],
    differs: because('does not know `A N`, which is what A means (RFC 959 §3.1.1.5)', 'pyftpdlib'),
  },
  { title: 'TYPE L 8', steps: ['TYPE L 8'] },
  {
    title: 'TYPE L 7',
    steps: ['TYPE L 7'],
    differs: because(
      'takes any size of a byte and sends bytes of 8 bits',
      'proftpd',
      'pure-ftpd',
      'pyftpdlib',
    ),
  },
  { title: 'TYPE L alone', steps: ['TYPE L'], differs: because('takes it for L 8', 'pure-ftpd') },
  {
    title: 'TYPE A T and A C',
    steps: ['TYPE A T', 'TYPE A C'],
    differs: {
      ...because('does not know them', 'vsftpd', 'pyftpdlib'),
      ...because(
        'takes C, and changes nothing; ours takes T, which text on a disk is',
        'proftpd',
        'pure-ftpd',
      ),
    },
  },
  { title: 'TYPE E', steps: ['TYPE E'] },
  { title: 'TYPE of an unknown kind', steps: ['TYPE X'] },
  { title: 'TYPE alone', steps: ['TYPE'] },
  { title: 'STRU F', steps: ['STRU F'] },
  {
    title: 'STRU R',
    steps: ['STRU R'],
    differs: because(WHY.notInMode, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'STRU P', steps: ['STRU P'] },
  { title: 'STRU of an unknown kind, and alone', steps: ['STRU X', 'STRU'] },
  { title: 'MODE S', steps: ['MODE S'] },
  {
    title: 'MODE B',
    steps: ['MODE B'],
    differs: because(WHY.notInMode, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'MODE C',
    steps: ['MODE C'],
    differs: because(WHY.notInMode, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'MODE Z',
    steps: ['MODE Z'],
    differs: because(WHY.deflate, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'MODE of an unknown kind, and alone', steps: ['MODE X', 'MODE'] },
  {
    title: 'text is fetched with CRLF',
    placed: { a: 'one\ntwo\n' },
    steps: ['TYPE A', fetch('RETR a')],
    differs: because('converts nothing unless it is told to', 'vsftpd'),
  },
  {
    title: 'text is stored with LF',
    steps: ['TYPE A', store('STOR a', 'one\r\ntwo\r\n')],
    differs: because('converts nothing unless it is told to', 'vsftpd'),
  },
  {
    title: 'bytes are fetched as they are',
    placed: { a: 'one\ntwo\r\n' },
    steps: [fetch('RETR a')],
  },
];
