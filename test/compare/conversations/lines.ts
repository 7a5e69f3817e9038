import { type Conversation, pipelined, raw } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** What a line may look like. */
export const LINES: readonly Conversation[] = [
  { title: 'an unknown verb', steps: ['NOSUCH', 'NOSUCH with words'] },
  { title: 'a verb in lower case', steps: ['pwd', 'Noop'] },
  {
    title: 'an empty line',
    steps: [pipelined('')],
    differs: because(WHY.silent, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'a space before the verb',
    steps: [pipelined(' NOOP')],
    differs: because(WHY.silent, 'pure-ftpd'),
  },
  { title: 'a space behind a verb that takes no argument', steps: ['PWD ', 'NOOP '] },
  { title: 'two spaces before the argument', placed: { 'sub/': null }, steps: ['CWD  sub'] },
  {
    title: 'a tab before the argument',
    placed: { 'sub/': null },
    steps: [pipelined('CWD\tsub')],
    differs: {
      proftpd: 'takes a tab for a space; RFC 959 §5.3 has only the space',
      'pure-ftpd': WHY.silent,
    },
  },
  {
    title: 'several lines before the first is answered',
    steps: [pipelined('NOOP', 'PWD', 'NOSUCH', 'NOOP')],
  },
  {
    title: 'Telnet negotiates in the middle of a line',
    steps: [raw(Buffer.from('NO\u00ff\u00fd\u0006OP\r\n', 'latin1'))],
    differs: {
      vsftpd: 'knows Telnet only before a verb',
      'pure-ftpd': WHY.silent,
      pyftpdlib: 'knows no Telnet; RFC 959 §5.3 has it',
    },
  },
  {
    title: 'a line of 3,000 bytes',
    steps: [`SIZE ${'x'.repeat(3000)}`, 'NOOP'],
    differs: because(
      'reads lines up to 2,048 bytes, which is shorter than the longest path',
      'pyftpdlib',
    ),
  },
  {
    title: 'a line of 100,000 bytes',
    steps: [`SIZE ${'x'.repeat(100_000)}`, 'NOOP'],
    differs: {
      ...because('refuses and hangs up', 'vsftpd', 'pure-ftpd'),
      proftpd: 'hangs up without a word',
      pyftpdlib: 'answers every 2,048 bytes as a line of its own',
    },
  },
  {
    title: 'NUL in a line',
    steps: [raw('SIZE a\0b\r\n')],
    differs: because('fails and hangs up', 'pyftpdlib'),
  },
  {
    title: 'arguments for those that take none',
    steps: ['NOOP x', 'PWD x', 'SYST x'],
    differs: {
      ...because(WHY.ignored, 'vsftpd', 'proftpd', 'pure-ftpd'),
      pyftpdlib: 'refuses it with NOOP as well',
    },
  },
];
