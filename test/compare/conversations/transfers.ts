import { type Conversation, fetch, pipelined, store } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const A = { a: 'hello' };

/** Files that come and go. */
export const TRANSFERS: readonly Conversation[] = [
  { title: 'STOR', steps: [store('STOR a', 'hello')] },
  { title: 'STOR of nothing at all', steps: [store('STOR a', '')] },
  { title: 'STOR over a file', placed: { a: 'a longer one' }, steps: [store('STOR a', 'hello')] },
  { title: 'STOR over a folder', placed: { 'sub/': null }, steps: [store('STOR sub', 'hello')] },
  { title: 'STOR into a folder that is not there', steps: [store('STOR missing/a', 'hello')] },
  {
    title: 'STOR with a slash at the end',
    steps: [store('STOR a/', 'hello')],
    differs: because('takes it for a folder', 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'STOR without an argument',
    steps: ['STOR'],
    differs: because('asks for the data connection first', 'vsftpd'),
  },
  {
    title: 'STOR without a data connection',
    steps: [pipelined('STOR a')],
    differs: { ...because(WHY.createsFirst, 'proftpd', 'pure-ftpd'), pyftpdlib: WHY.waits },
  },
  {
    title: 'STOR over a file without a data connection',
    placed: A,
    steps: [pipelined('STOR a')],
    differs: because(WHY.createsFirst, 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'RETR', placed: A, steps: [fetch('RETR a')] },
  { title: 'RETR of an empty file', placed: { a: '' }, steps: [fetch('RETR a')] },
  { title: 'RETR of nothing', steps: [fetch('RETR missing')] },
  { title: 'RETR of a folder', placed: { 'sub/': null }, steps: [fetch('RETR sub')] },
  {
    title: 'RETR without an argument',
    steps: ['RETR'],
    differs: because('asks for the data connection first', 'vsftpd'),
  },
  {
    title: 'RETR without a data connection',
    placed: A,
    steps: [pipelined('RETR a')],
    differs: because(WHY.waits, 'pyftpdlib'),
  },
  { title: 'APPE', placed: A, steps: [store('APPE a', ' world')] },
  { title: 'APPE to nothing', steps: [store('APPE a', 'hello')] },
  { title: 'APPE to a folder', placed: { 'sub/': null }, steps: [store('APPE sub', 'x')] },
  {
    title: 'APPE without an argument',
    steps: ['APPE'],
    differs: because('asks for the data connection first', 'vsftpd'),
  },
  { title: 'STOU', named: false, steps: [store('STOU', 'hello')] },
  { title: 'STOU with a name that is free', named: false, steps: [store('STOU a', 'hello')] },
  {
    title: 'STOU with a name that is taken',
    placed: A,
    named: false,
    steps: [store('STOU a', 'new')],
  },
  { title: 'REST and RETR', placed: A, steps: ['REST 2', fetch('RETR a')] },
  { title: 'REST, a passive port, RETR', placed: A, steps: ['REST 2', 'PASV', fetch('RETR a')] },
  { title: 'REST at the end and RETR', placed: A, steps: ['REST 5', fetch('RETR a')] },
  {
    title: 'REST behind the end and RETR',
    placed: A,
    steps: ['REST 6', fetch('RETR a')],
    differs: because('sends nothing and calls it complete', 'vsftpd'),
  },
  {
    title: 'REST for one RETR only',
    placed: A,
    steps: ['REST 2', fetch('RETR a'), fetch('RETR a')],
  },
  {
    title: 'REST, a RETR that fails, RETR',
    placed: A,
    steps: ['REST 2', fetch('RETR missing'), fetch('RETR a')],
  },
  {
    title: 'REST, LIST, RETR',
    placed: A,
    steps: ['REST 2', fetch('LIST', 'names'), fetch('RETR a')],
    differs: because(WHY.keepsMarker, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'REST, SIZE, RETR', placed: A, steps: ['REST 2', 'SIZE a', fetch('RETR a')] },
  { title: 'REST twice', placed: A, steps: ['REST 2', 'REST 0', fetch('RETR a')] },
  {
    title: 'REST of no number',
    placed: A,
    steps: ['REST x', 'REST -1', 'REST 1.5', fetch('RETR a')],
    differs: { vsftpd: 'takes it for 0', 'pure-ftpd': 'has another code for it' },
  },
  {
    title: 'REST of a number beyond all',
    steps: ['REST 99999999999999999999999'],
    differs: {
      ...because('takes a number that no file can have', 'vsftpd', 'proftpd', 'pyftpdlib'),
      'pure-ftpd': 'has another code for it',
    },
  },
  {
    title: 'REST without an argument',
    steps: ['REST'],
    differs: because('takes it for 0', 'vsftpd'),
  },
  {
    title: 'REST in text',
    placed: A,
    steps: ['TYPE A', 'REST 2'],
    differs: because(
      'counts bytes of the disk, which are not those of the wire (RFC 3659 §5.3)',
      'vsftpd',
      'pure-ftpd',
    ),
  },
  {
    title: 'REST and STOR in the middle',
    placed: A,
    steps: ['REST 2', store('STOR a', 'X')],
    differs: because(WHY.oldTail, 'vsftpd', 'proftpd', 'pyftpdlib'),
  },
  { title: 'REST and STOR at the end', placed: A, steps: ['REST 5', store('STOR a', ' world')] },
  {
    title: 'REST behind the end and STOR',
    placed: A,
    steps: ['REST 9', store('STOR a', 'X')],
    differs: {
      vsftpd: 'leaves a hole of zeros',
      'pure-ftpd': 'moves the bytes to the end, where they do not belong',
    },
  },
  {
    title: 'REST and STOR of what is not there',
    steps: ['REST 3', store('STOR a', 'X')],
    differs: {
      vsftpd: 'leaves a hole of zeros',
      proftpd: 'refuses, and leaves an empty file behind',
      'pure-ftpd': 'stores the rest as if it were the whole',
    },
  },
  {
    title: 'REST and APPE',
    placed: A,
    steps: ['REST 2', store('APPE a', 'X')],
    differs: {
      ...because('passes over the marker', 'vsftpd', 'pure-ftpd'),
      proftpd: WHY.oldTail,
      pyftpdlib: 'refuses; RFC 3659 §5.3 has it as STOR',
    },
  },
  {
    title: 'REST and STOU',
    placed: A,
    named: false,
    steps: ['REST 2', store('STOU a', 'X')],
    differs: {
      ...because('passes over the marker', 'vsftpd', 'pure-ftpd'),
      pyftpdlib: 'calls it temporary',
    },
  },
  {
    title: 'RANG and RETR',
    placed: A,
    steps: ['RANG 1 3', fetch('RETR a')],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'ALLO', steps: ['ALLO 5', store('STOR a', 'hello')] },
  { title: 'ALLO with a record size', steps: ['ALLO 5 R 5'] },
  {
    title: 'ALLO and less than that',
    steps: ['ALLO 50', store('STOR a', 'hello')],
    differs: because(WHY.allo, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'ALLO of no number',
    steps: ['ALLO x'],
    differs: because(WHY.allo, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'ALLO without an argument', steps: ['ALLO'], differs: because(WHY.allo, 'vsftpd') },
  { title: 'ABOR with nothing to abort', steps: ['ABOR'] },
  { title: 'ABOR of a passive port', steps: ['EPSV', 'ABOR'] },
];
