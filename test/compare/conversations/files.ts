import type { Conversation } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const A = { a: 'hello' };
const AB = { a: 'hello', b: 'other' };
const A_SUB = { a: 'hello', 'sub/': null };

/** Removing, renaming, sizes and times. */
export const FILES: readonly Conversation[] = [
  { title: 'DELE', placed: A, steps: ['DELE a'] },
  { title: 'DELE of nothing', steps: ['DELE missing'] },
  { title: 'DELE of a folder', placed: { 'sub/': null }, steps: ['DELE sub'] },
  { title: 'DELE without an argument', steps: ['DELE'], differs: because(WHY.missing, 'vsftpd') },
  { title: 'RNFR and RNTO', placed: A, steps: ['RNFR a', 'RNTO b'] },
  { title: 'RNFR of nothing', steps: ['RNFR missing'] },
  {
    title: 'RNFR without an argument',
    steps: ['RNFR'],
    differs: because(WHY.missing, 'vsftpd', 'pure-ftpd'),
  },
  { title: 'RNTO without RNFR', steps: ['RNTO b'] },
  { title: 'RNTO behind an RNFR that failed', steps: ['RNFR missing', 'RNTO b'] },
  {
    title: 'RNTO without an argument',
    placed: A,
    steps: ['RNFR a', 'RNTO'],
    differs: because(WHY.missing, 'vsftpd', 'pure-ftpd'),
  },
  { title: 'RNTO twice', placed: A, steps: ['RNFR a', 'RNTO b', 'RNTO c'] },
  { title: 'RNFR, something else, RNTO', placed: A, steps: ['RNFR a', 'NOOP', 'RNTO b'] },
  {
    title: 'RNFR twice',
    placed: AB,
    steps: ['RNFR a', 'RNFR b', 'RNTO c'],
    differs: because('holds on to the first one', 'proftpd'),
  },
  { title: 'RNTO onto a file', placed: AB, steps: ['RNFR a', 'RNTO b'] },
  {
    title: 'RNTO onto a folder',
    placed: A_SUB,
    steps: ['RNFR a', 'RNTO sub'],
    differs: because('calls it a failure of the server', 'pure-ftpd'),
  },
  {
    title: 'RNTO of a folder onto a file',
    placed: A_SUB,
    steps: ['RNFR sub', 'RNTO a'],
    differs: because('calls it a failure of the server', 'pure-ftpd'),
  },
  {
    title: 'RNTO of a folder onto an empty folder',
    placed: { 'one/': null, 'one/a': 'x', 'two/': null },
    steps: ['RNFR one', 'RNTO two'],
    differs: because(WHY.replaces, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'RNTO of a folder into itself',
    placed: { 'sub/': null },
    steps: ['RNFR sub', 'RNTO sub/deep'],
    differs: because('calls it a failure of the server', 'pure-ftpd'),
  },
  { title: 'RNTO onto itself', placed: A, steps: ['RNFR a', 'RNTO a'] },
  { title: 'RNTO into a folder that is there', placed: A_SUB, steps: ['RNFR a', 'RNTO sub/a'] },
  {
    title: 'RNTO into a folder that is not there',
    placed: A,
    steps: ['RNFR a', 'RNTO missing/a'],
    differs: because('calls it a failure of the server', 'pure-ftpd'),
  },
  { title: 'SIZE', placed: A, steps: ['SIZE a'] },
  { title: 'SIZE of nothing', steps: ['SIZE missing'] },
  { title: 'SIZE of a folder', placed: { 'sub/': null }, steps: ['SIZE sub'] },
  { title: 'SIZE without an argument', steps: ['SIZE'], differs: because(WHY.missing, 'vsftpd') },
  {
    title: 'SIZE of text',
    placed: { a: 'one\ntwo\n' },
    steps: ['TYPE A', 'SIZE a'],
    differs: because(
      'does not count what text becomes on the wire; ours does up to a limit (RFC 3659 §4)',
      'proftpd',
      'pyftpdlib',
    ),
  },
  { title: 'MDTM', placed: A, steps: ['MDTM a'] },
  { title: 'MDTM of nothing', steps: ['MDTM missing'] },
  { title: 'MDTM of a folder', placed: { 'sub/': null }, steps: ['MDTM sub'] },
  {
    title: 'MDTM with a time',
    placed: A,
    attributes: true,
    steps: ['MDTM 20210304050607 a'],
    differs: because(
      'takes the time for a part of the name; MFMT sets it there',
      'proftpd',
      'pure-ftpd',
      'pyftpdlib',
    ),
  },
  {
    title: 'MFMT',
    placed: A,
    attributes: true,
    steps: ['MFMT 20210304050607 a'],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
  {
    title: 'MFMT of a day that never was',
    placed: A,
    attributes: true,
    steps: ['MFMT 20210230000000 a'],
    differs: {
      ...because(WHY.impossibleDay, 'proftpd', 'pure-ftpd'),
      pyftpdlib: 'has no other code for it',
    },
  },
  {
    title: 'MFMT of nothing',
    steps: ['MFMT 20210304050607 missing'],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
  { title: 'MFMT without a path', steps: ['MFMT 20210304050607'] },
  {
    title: 'MFF',
    placed: A,
    attributes: true,
    steps: ['MFF modify=20210304050607;UNIX.mode=0640; a'],
    differs: because(WHY.notKnown, 'vsftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'MLST of a file',
    placed: A,
    steps: ['MLST a'],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
  {
    title: 'MLST of a folder',
    placed: { 'sub/': null },
    steps: ['MLST sub', 'MLST'],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
  { title: 'MLST of nothing', steps: ['MLST missing'], differs: because(WHY.notKnown, 'vsftpd') },
  { title: 'MFCT', placed: A, steps: ['MFCT 20210304050607 a'] },
  { title: 'MFF of an unknown fact', placed: A, attributes: true, steps: ['MFF nosuch=1; a'] },
  {
    title: 'COMB',
    placed: AB,
    steps: ['COMB c a b'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'COMB onto a file',
    placed: AB,
    steps: ['COMB a b'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'COMB of nothing',
    placed: A,
    steps: ['COMB a missing'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  { title: 'COMB without parts', placed: A, steps: ['COMB a'] },
];
