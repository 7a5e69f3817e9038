import type { Conversation } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const TREE = { 'sub/': null, 'sub/a': 'hello', 'sub/deep/': null, 'sub/deep/b': 'other' };

/** How much there is, and how much fits. */
export const ROOM: readonly Conversation[] = [
  {
    title: 'AVBL',
    steps: ['AVBL'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'AVBL of a folder',
    placed: TREE,
    steps: ['AVBL sub'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'AVBL of a file',
    placed: TREE,
    steps: ['AVBL sub/a'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'AVBL of nothing',
    steps: ['AVBL missing'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'DSIZ',
    placed: TREE,
    steps: ['DSIZ'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'DSIZ of a folder',
    placed: TREE,
    steps: ['DSIZ sub'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'DSIZ of a file',
    placed: TREE,
    steps: ['DSIZ sub/a'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'DSIZ of nothing',
    steps: ['DSIZ missing'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'SITE QUOTA',
    steps: ['SITE QUOTA'],
    differs: {
      vsftpd: WHY.anonymous,
      proftpd: 'knows it only with quotas set up',
      ...because(WHY.notKnown, 'pure-ftpd', 'pyftpdlib'),
    },
  },
];
