import { type Conversation, fetch, raw, store } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** Stored, told about, listed and fetched under a name. */
function named(what: string, name: string, differs: Conversation['differs'] = {}): Conversation {
  return {
    differs,
    title: `a name ${what}`,
    steps: [
      store(`STOR ${name}`, 'x'),
      `SIZE ${name}`,
      fetch('NLST', 'names'),
      fetch(`RETR ${name}`),
    ],
  };
}

/** What files may be called. */
export const NAMES: readonly Conversation[] = [
  named('with a space', 'a b'),
  named('that begins with a space', ' a', because(WHY.cleaned, 'pure-ftpd')),
  named('that ends with a space', 'a ', because(WHY.cleaned, 'pure-ftpd')),
  named('with quotes', 'a "b"'),
  named('with a backslash', 'a\\b', because('refuses backslashes', 'pure-ftpd')),
  named('with the letters of patterns', 'a*[b]?'),
  named('that begins with a dash', '-a'),
  named('that begins with ~', '~a', because('takes ~ for a home', 'proftpd')),
  named('that begins with a dot', '.a', because(WHY.dotNames, 'vsftpd', 'proftpd')),
  named('of three dots', '...', because(WHY.dotNames, 'vsftpd', 'proftpd')),
  named('with letters beyond ASCII', 'grün 日本'),
  named('with %, # and ;', 'a%41#b;c'),
  named('of 255 bytes', 'n'.repeat(255)),
  named('of 256 bytes', 'n'.repeat(256)),
  {
    title: 'MKD with quotes',
    steps: ['MKD a "b"', 'CWD a "b"', 'PWD'],
    differs: because(WHY.quoted, 'pure-ftpd'),
  },
  {
    title: 'bytes that are not UTF-8',
    steps: [raw(Buffer.from('MKD a\u00e9b\r\n', 'latin1'))],
    differs: because(WHY.notUtf8, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'the byte 0xFF, doubled',
    steps: [raw(Buffer.from('MKD a\u00ff\u00ffb\r\n', 'latin1'))],
    differs: because(WHY.notUtf8, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'CR NUL in a name (RFC 2640 §3.1)',
    steps: [raw('MKD a\r\0b\r\n')],
    differs: {
      vsftpd: 'makes a name of two lines; ours refuses it',
      proftpd: 'makes the name, which then breaks every listing; ours refuses it',
      'pure-ftpd': WHY.cleaned,
      pyftpdlib: 'fails and hangs up',
    },
  },
  {
    title: 'a name of control characters',
    steps: ['MKD a\u0001\u001b[31mb'],
    differs: because(WHY.cleaned, 'pure-ftpd'),
  },
];
