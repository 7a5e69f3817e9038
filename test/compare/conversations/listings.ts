import { type Conversation, fetch } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const TREE = { 'a.txt': 'one', 'b.bin': 'two', '.hidden': 'x', 'sub/': null, 'sub/deep': 'y' };

/** What is in folders. */
export const LISTINGS: readonly Conversation[] = [
  {
    title: 'LIST',
    placed: TREE,
    steps: [fetch('LIST', 'names')],
    differs: because(WHY.dotNames, 'vsftpd', 'proftpd'),
  },
  { title: 'LIST of a folder', placed: TREE, steps: [fetch('LIST sub', 'names')] },
  { title: 'LIST of a file', placed: TREE, steps: [fetch('LIST a.txt', 'names')] },
  {
    title: 'LIST of nothing',
    steps: [fetch('LIST missing', 'names')],
    differs: {
      ...because(WHY.noSuch, 'vsftpd', 'pure-ftpd'),
      proftpd: 'begins, and then calls it temporary',
    },
  },
  {
    title: 'LIST of an empty folder',
    placed: { 'sub/': null },
    steps: [fetch('LIST sub', 'names')],
  },
  {
    title: 'LIST of a pattern',
    placed: TREE,
    steps: [fetch('LIST *.txt', 'names')],
    differs: because(WHY.patterns, 'pyftpdlib'),
  },
  {
    title: 'LIST of a pattern that fits nothing',
    placed: TREE,
    steps: [fetch('LIST *.none', 'names')],
    differs: because(WHY.patterns, 'pyftpdlib'),
  },
  { title: 'LIST -a', placed: TREE, steps: [fetch('LIST -a', 'names')] },
  {
    title: 'LIST -l and -la',
    placed: TREE,
    steps: [fetch('LIST -l', 'names'), fetch('LIST -la', 'names')],
    differs: because(WHY.dotNames, 'vsftpd', 'proftpd'),
  },
  {
    title: 'LIST with flags and a path',
    placed: TREE,
    steps: [fetch('LIST -l sub', 'names')],
    differs: because(WHY.flags, 'pyftpdlib'),
  },
  {
    title: 'LIST of a name that begins with a dash',
    placed: { '-x': 'one' },
    steps: [fetch('LIST ./-x', 'names')],
    differs: because('repeats the path, and in a form that clients do not read', 'proftpd'),
  },
  {
    title: 'LIST of a folder with a space',
    placed: { 'my sub/': null, 'my sub/a': 'x' },
    steps: [fetch('LIST my sub', 'names')],
    differs: because('takes the space for the end of the name', 'pure-ftpd'),
  },
  {
    title: 'NLST',
    placed: TREE,
    steps: [fetch('NLST', 'lines')],
    differs: { ...because(WHY.dotNames, 'vsftpd', 'proftpd'), 'pure-ftpd': WHY.dotFolders },
  },
  {
    title: 'NLST of a folder',
    placed: TREE,
    steps: [fetch('NLST sub', 'lines')],
    differs: {
      'pure-ftpd': WHY.dotFolders,
      pyftpdlib:
        'leaves out the folder, so that RETR would not find these names (RFC 1123 §4.1.2.7)',
    },
  },
  {
    title: 'NLST of a file',
    placed: TREE,
    steps: [fetch('NLST a.txt', 'lines')],
    differs: because('lists only folders', 'pure-ftpd'),
  },
  {
    title: 'NLST of nothing',
    steps: [fetch('NLST missing', 'lines')],
    differs: { vsftpd: WHY.noSuch, proftpd: 'calls it temporary' },
  },
  {
    title: 'NLST of an empty folder',
    steps: [fetch('NLST', 'lines')],
    differs: because(WHY.dotFolders, 'pure-ftpd'),
  },
  {
    title: 'NLST of a pattern',
    placed: TREE,
    steps: [fetch('NLST *.txt', 'lines')],
    differs: because(WHY.patterns, 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'NLST of a pattern that fits nothing',
    placed: TREE,
    steps: [fetch('NLST *.none', 'lines')],
    differs: {
      proftpd: 'calls it an error; clients that fetch by patterns expect an empty list',
      ...because(WHY.patterns, 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'NLST -a',
    placed: TREE,
    steps: [fetch('NLST -a', 'lines')],
    differs: {
      ...because(WHY.dotFolders, 'vsftpd', 'proftpd'),
      ...because(WHY.flags, 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'LIST -t',
    placed: TREE,
    steps: [fetch('LIST -t', 'names')],
    differs: { ...because(WHY.dotNames, 'vsftpd', 'proftpd'), pyftpdlib: WHY.flags },
  },
  {
    title: 'LIST -S',
    placed: TREE,
    steps: [fetch('LIST -S', 'names')],
    differs: { ...because(WHY.dotNames, 'vsftpd', 'proftpd'), pyftpdlib: WHY.flags },
  },
  {
    title: 'LIST -R',
    placed: TREE,
    steps: [fetch('LIST -R', 'names')],
    differs: {
      vsftpd: 'lists what is below only if its operator allowed it',
      proftpd: 'has another form for the names of folders, and hides names that begin with a dot',
      pyftpdlib: WHY.flags,
    },
  },
  {
    title: 'LIST -d',
    placed: TREE,
    steps: [fetch('LIST -d sub', 'names')],
    differs: { vsftpd: 'lists what is in the folder', pyftpdlib: WHY.flags },
  },
  {
    title: 'LIST -1',
    placed: TREE,
    steps: [fetch('LIST -1 sub', 'names')],
    differs: { pyftpdlib: WHY.flags },
  },
  {
    title: 'LIST of unknown flags',
    placed: TREE,
    steps: [fetch('LIST -Zq', 'names')],
    differs: { ...because(WHY.dotNames, 'vsftpd', 'proftpd'), pyftpdlib: WHY.flags },
  },
  {
    title: 'NLST -R',
    placed: TREE,
    steps: [fetch('NLST -R', 'lines')],
    differs: {
      vsftpd: 'lists what is below only if its operator allowed it',
      proftpd: 'lists only the folder itself',
      ...because(WHY.flags, 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'NLST -F',
    placed: TREE,
    steps: [fetch('NLST -F', 'lines')],
    differs: {
      vsftpd: WHY.dotNames,
      proftpd: 'takes no notice of the flag',
      ...because(WHY.flags, 'pure-ftpd', 'pyftpdlib'),
    },
  },
  {
    title: 'STAT with flags',
    placed: TREE,
    steps: ['STAT -l sub'],
    differs: { pyftpdlib: WHY.flags },
  },
  {
    title: 'MLSD',
    placed: TREE,
    steps: [fetch('MLSD', 'names')],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
  {
    title: 'MLSD of a file',
    placed: TREE,
    steps: [fetch('MLSD a.txt', 'names')],
    differs: because('has another code for it; RFC 3659 §7.2.1 has 501', 'proftpd', 'pure-ftpd'),
  },
  {
    title: 'MLSD of nothing',
    steps: [fetch('MLSD missing', 'names')],
    differs: { vsftpd: WHY.notKnown, pyftpdlib: 'has another code for it' },
  },
  {
    title: 'MLSD of an empty folder',
    placed: { 'sub/': null },
    steps: [fetch('MLSD sub', 'names')],
    differs: because(WHY.notKnown, 'vsftpd'),
  },
];
