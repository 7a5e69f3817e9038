import type { Conversation } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** Which host of a server is meant (RFC 7151). */
export const VIRTUAL_HOSTS: readonly Conversation[] = [
  {
    title: 'HOST of a server with one host',
    loggedIn: false,
    steps: ['HOST ftp.example.com'],
    differs: because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'HOST by address',
    loggedIn: false,
    steps: ['HOST 127.0.0.1'],
    differs: {
      ...because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
      proftpd: 'takes its own address for a host although it has only one',
    },
  },
  {
    title: 'HOST by address of IPv6',
    loggedIn: false,
    steps: ['HOST [::1]'],
    differs: because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'HOST without an argument',
    loggedIn: false,
    steps: ['HOST'],
    differs: because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'HOST that is no name',
    loggedIn: false,
    steps: ['HOST a..b/c'],
    differs: because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
  },
  {
    title: 'HOST behind USER',
    loggedIn: false,
    steps: ['USER {user}', 'HOST 127.0.0.1'],
    differs: {
      ...because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
      proftpd: 'takes it behind USER; RFC 7151 §3.2 has 503',
    },
  },
  { title: 'HOST behind the login', steps: ['HOST 127.0.0.1', 'PWD'] },
  {
    title: 'HOST and a login',
    loggedIn: false,
    steps: ['HOST 127.0.0.1', 'USER {user}', 'PASS {password}'],
    differs: {
      ...because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
      proftpd: 'takes its own address for a host although it has only one',
    },
  },
];
