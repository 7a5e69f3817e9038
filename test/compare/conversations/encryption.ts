import type { Conversation } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** What is said about encryption where there is none. */
export const ENCRYPTION: readonly Conversation[] = [
  {
    title: 'AUTH without an argument',
    loggedIn: false,
    steps: ['AUTH'],
    differs: because(WHY.loginFirst, 'vsftpd'),
  },
  {
    title: 'AUTH of an unknown kind',
    loggedIn: false,
    steps: ['AUTH NOSUCH'],
    differs: because(WHY.loginFirst, 'vsftpd'),
  },
  {
    title: 'PBSZ without AUTH',
    steps: ['PBSZ 0'],
    differs: because('refuses; RFC 4217 §8 and §9 have 503', 'vsftpd'),
  },
  {
    title: 'PROT P without PBSZ',
    steps: ['PROT P'],
    differs: because('refuses; RFC 4217 §8 and §9 have 503', 'vsftpd'),
  },
  {
    title: 'PROT C without AUTH',
    steps: ['PROT C'],
    differs: because('refuses; RFC 4217 §8 and §9 have 503', 'vsftpd'),
  },
  {
    title: 'CCC without AUTH',
    steps: ['CCC'],
    differs: because(WHY.notKnown, 'vsftpd', 'proftpd', 'pyftpdlib'),
  },
  { title: 'ADAT', steps: ['ADAT eA=='] },
  { title: 'MIC', steps: ['MIC eA=='] },
];
