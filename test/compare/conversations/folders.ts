import { type Conversation, fetch } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const SUB = { 'sub/': null };
const FULL = { 'sub/': null, 'sub/a': 'x' };

/** Going around, making and removing folders. */
export const FOLDERS: readonly Conversation[] = [
  { title: 'PWD', steps: ['PWD', 'XPWD'] },
  { title: 'CWD and PWD', placed: SUB, steps: ['CWD sub', 'PWD', 'CWD ..', 'PWD'] },
  { title: 'CWD by a whole path', placed: SUB, steps: ['CWD {here}/sub', 'PWD'] },
  { title: 'CWD with slashes too many', placed: SUB, steps: ['CWD {here}//sub/', 'PWD'] },
  { title: 'CWD to /', steps: ['CWD /', 'PWD'] },
  { title: 'CWD to nothing', steps: ['CWD missing', 'PWD'] },
  { title: 'CWD to a file', placed: { a: 'x' }, steps: ['CWD a'] },
  {
    title: 'CWD without an argument',
    steps: ['CWD'],
    differs: { vsftpd: WHY.missing, ...because('goes to the root', 'pure-ftpd', 'pyftpdlib') },
  },
  { title: 'CWD to .', steps: ['CWD .', 'PWD'] },
  {
    title: 'CWD above the root',
    steps: ['CWD ../../../../..', 'PWD'],
    differs: because(WHY.above, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'CWD to ~',
    steps: ['CWD ~'],
    differs: because(
      'takes ~ for the home; ours takes it for a name, which it can be',
      'vsftpd',
      'pure-ftpd',
    ),
  },
  { title: 'CDUP', placed: SUB, steps: ['CWD sub', 'CDUP', 'PWD'] },
  { title: 'CDUP at the root', steps: ['CWD /', 'CDUP', 'PWD'] },
  { title: 'XCWD and XCUP', placed: SUB, steps: ['XCWD sub', 'XCUP', 'PWD'] },
  { title: 'MKD', steps: ['MKD new'], differs: because(WHY.quoted, 'pure-ftpd') },
  { title: 'MKD of a whole path', steps: ['MKD {here}/new'] },
  {
    title: 'MKD with a slash at the end',
    steps: ['MKD new/'],
    differs: { vsftpd: 'leaves the slash in the path', 'pure-ftpd': WHY.quoted },
  },
  { title: 'MKD of a folder that is there', placed: SUB, steps: ['MKD sub'] },
  { title: 'MKD where a file is', placed: { a: 'x' }, steps: ['MKD a'] },
  { title: 'MKD in a folder that is not there', steps: ['MKD one/two'] },
  { title: 'MKD without an argument', steps: ['MKD'], differs: because(WHY.missing, 'vsftpd') },
  { title: 'MKD of /', steps: ['MKD /'] },
  {
    title: 'XMKD and XRMD',
    steps: ['XMKD new', 'XRMD new'],
    differs: because(WHY.quoted, 'pure-ftpd'),
  },
  { title: 'RMD', placed: SUB, steps: ['RMD sub'] },
  { title: 'RMD of a folder that is not empty', placed: FULL, steps: ['RMD sub'] },
  { title: 'RMD of a file', placed: { a: 'x' }, steps: ['RMD a'] },
  { title: 'RMD of nothing', steps: ['RMD missing'] },
  {
    title: 'RMD without an argument',
    steps: ['RMD'],
    differs: because(WHY.missing, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'RMD of the current folder',
    placed: SUB,
    steps: ['CWD sub', 'RMD .', 'PWD'],
    differs: because('leaves it to rmdir(2), which does not take `.`', 'vsftpd', 'pure-ftpd'),
  },
  { title: 'RMD of /', steps: ['RMD /'] },
  {
    title: 'a folder that is removed while somebody is in it',
    placed: SUB,
    steps: ['CWD sub', 'RMD ../sub', fetch('NLST', 'lines'), 'CDUP', 'PWD'],
    differs: { vsftpd: WHY.noSuch, proftpd: 'calls it temporary', 'pure-ftpd': 'ends the session' },
  },
  {
    title: 'RMDA',
    placed: FULL,
    steps: ['RMDA sub'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
];
