import type { Conversation } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const A = { a: 'hello' };

/** What a server tells about itself, and what it is told. */
export const ABOUT: readonly Conversation[] = [
  { title: 'SYST', steps: ['SYST'] },
  { title: 'FEAT', steps: ['FEAT'] },
  { title: 'HELP', steps: ['HELP', 'HELP RETR'] },
  {
    title: 'HELP about an unknown verb',
    steps: ['HELP NOSUCH'],
    differs: because('tells about all of them instead', 'vsftpd', 'pure-ftpd'),
  },
  { title: 'STAT', steps: ['STAT'] },
  { title: 'STAT of a file', placed: A, steps: ['STAT a'] },
  { title: 'STAT of a folder', placed: { 'sub/': null, 'sub/a': 'x' }, steps: ['STAT sub'] },
  {
    title: 'STAT of nothing',
    steps: ['STAT missing'],
    differs: { ...because(WHY.noSuch, 'vsftpd', 'pure-ftpd'), proftpd: 'calls it temporary' },
  },
  { title: 'NOOP', steps: ['NOOP'] },
  {
    title: 'OPTS UTF8',
    steps: ['OPTS UTF8 ON', 'OPTS UTF-8 ON', 'OPTS UTF8'],
    differs: {
      ...because('knows only the form `UTF8 ON`; clients send each of these', 'vsftpd', 'proftpd'),
      ...because('is always in UTF-8 and knows no such option', 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'OPTS UTF8 OFF',
    steps: ['OPTS UTF8 OFF'],
    differs: because('goes back to bytes; ours are names in UTF-8 always', 'proftpd'),
  },
  {
    title: 'OPTS MLST',
    steps: ['OPTS MLST type;size;', 'OPTS MLST'],
    differs: {
      vsftpd: WHY.notKnown,
      'pure-ftpd': 'wants at least one fact; RFC 3659 §7.9 allows none',
    },
  },
  { title: 'OPTS for what has no options', steps: ['OPTS NOSUCH', 'OPTS RETR x'] },
  { title: 'OPTS alone', steps: ['OPTS'] },
  { title: 'SITE alone', steps: ['SITE'], differs: because(WHY.anonymous, 'vsftpd') },
  { title: 'SITE HELP', steps: ['SITE HELP'], differs: because(WHY.anonymous, 'vsftpd') },
  {
    title: 'SITE of an unknown kind',
    steps: ['SITE NOSUCH x'],
    differs: because(WHY.anonymous, 'vsftpd'),
  },
  {
    title: 'SITE CHMOD',
    placed: A,
    attributes: true,
    steps: ['SITE CHMOD 640 a'],
    differs: because(WHY.anonymous, 'vsftpd'),
  },
  { title: 'SITE CHMOD of nothing', steps: ['SITE CHMOD 640 missing'] },
  {
    title: 'SITE CHMOD without a mode',
    placed: A,
    steps: ['SITE CHMOD a'],
    differs: { vsftpd: WHY.anonymous, 'pure-ftpd': WHY.missing },
  },
  {
    title: 'SITE UTIME',
    placed: A,
    attributes: true,
    steps: ['SITE UTIME 20210304050607 a'],
    differs: {
      vsftpd: WHY.anonymous,
      proftpd: 'has only the form with three times here',
      'pure-ftpd': 'answers as MDTM does',
      pyftpdlib: WHY.notKnown,
    },
  },
  {
    title: 'SITE IDLE',
    steps: ['SITE IDLE'],
    differs: {
      vsftpd: WHY.anonymous,
      ...because(WHY.notKnown, 'proftpd', 'pyftpdlib'),
      'pure-ftpd': 'sets it and does not tell it',
    },
  },
  {
    title: 'SITE UMASK',
    steps: ['SITE UMASK'],
    differs: {
      ...because(WHY.anonymous, 'vsftpd'),
      ...because(WHY.notKnown, 'proftpd', 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'CLNT',
    steps: ['CLNT me 1.0'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'CSID',
    steps: ['CSID Name=me; Version=1;'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'LANG',
    steps: ['LANG', 'LANG en'],
    differs: {
      proftpd: 'knows the verb only if it was built with translations',
      ...because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
    },
  },
  { title: 'LANG of an unknown language', steps: ['LANG xx'] },
  { title: 'SMNT', steps: ['SMNT x'] },
  {
    title: 'HASH',
    placed: A,
    steps: ['HASH a', 'HASH missing'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'XCRC, XMD5 and XSHA256',
    placed: A,
    steps: ['XCRC a', 'XMD5 a', 'XSHA256 a'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'HASH without an argument', steps: ['HASH'] },
  {
    title: 'HASH of a folder',
    placed: { 'sub/': null },
    steps: ['HASH sub'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'OPTS HASH',
    steps: ['OPTS HASH', 'OPTS HASH NOSUCH'],
    differs: because('has no HASH to choose for', 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'RANG and HASH',
    placed: A,
    steps: ['RANG 1 3', 'HASH a'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'RANG backwards', steps: ['RANG 3 1'] },
  {
    title: 'XSHA1, XSHA512 and MD5',
    placed: A,
    steps: ['XSHA1 a', 'XSHA512 a', 'MD5 a'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'XSHA256 of a part',
    placed: A,
    steps: ['XSHA256 "a" 1 3'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'XSHA256 of a part, the name bare',
    placed: A,
    steps: ['XSHA256 a 1 3'],
    differs: {
      ...because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
      proftpd:
        'takes numbers behind a bare name for a part, although names may end so; ours wants such a name in quotes',
    },
  },
  { title: 'THMB', placed: A, steps: ['THMB JPG 10 10 a'] },
  {
    title: 'SITE SYMLINK',
    placed: A,
    steps: ['SITE SYMLINK a b'],
    differs: {
      proftpd: 'does not know it as Debian sets it up',
      ...because(WHY.notKnown, 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'verbs of mail',
    steps: ['MAIL x', 'MLFL x'],
    differs: because('takes them for a browser that was led astray, and hangs up', 'proftpd'),
  },
];
