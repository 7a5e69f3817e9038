import { type Conversation, END, pipelined } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

/** Who comes in, and in which order. */
export const COMING: readonly Conversation[] = [
  {
    title: 'PASS without USER',
    loggedIn: false,
    steps: ['PASS x'],
    differs: because('says that nobody is logged in, which is true as well', 'pure-ftpd'),
  },
  {
    title: 'USER without a name',
    loggedIn: false,
    steps: ['USER'],
    differs: because('asks for a login first', 'vsftpd', 'pure-ftpd'),
  },
  { title: 'a login', loggedIn: false, steps: ['USER {user}', 'PASS {password}', 'PWD'] },
  { title: 'a wrong password', loggedIn: false, steps: ['USER {user}', 'PASS wrong'] },
  { title: 'an empty password', loggedIn: false, steps: ['USER {user}', 'PASS '] },
  {
    title: 'PASS for a second time',
    steps: ['PASS {password}', 'PWD'],
    differs: {
      vsftpd: 'takes any password of somebody who is in',
      'pure-ftpd': 'refuses as one who is in already',
    },
  },
  {
    title: 'USER in a session',
    steps: ['USER {user}', 'PWD'],
    differs: {
      ...because('refuses with 530', 'vsftpd', 'pure-ftpd'),
      proftpd: 'leaves the session as it is and says that all is well',
      pyftpdlib: 'begins the login afresh; ours has REIN for that',
    },
  },
  { title: 'PWD before the login', loggedIn: false, steps: ['PWD'] },
  { title: 'RETR before the login', loggedIn: false, steps: ['RETR a'] },
  { title: 'PASV before the login', loggedIn: false, steps: ['PASV'] },
  {
    title: 'TYPE I before the login',
    loggedIn: false,
    steps: ['TYPE I'],
    differs: because('lets anybody choose, which harms nobody', 'proftpd', 'pure-ftpd'),
  },
  { title: 'CWD without an argument before the login', loggedIn: false, steps: ['CWD'] },
  {
    title: 'an unknown verb before the login',
    loggedIn: false,
    steps: ['NOSUCH'],
    differs: because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'),
  },
  { title: 'FEAT before the login', loggedIn: false, steps: ['FEAT'] },
  {
    title: 'SYST before the login',
    loggedIn: false,
    steps: ['SYST'],
    differs: because(WHY.loginFirst, 'vsftpd'),
  },
  {
    title: 'HELP before the login',
    loggedIn: false,
    steps: ['HELP'],
    differs: because(WHY.loginFirst, 'vsftpd'),
  },
  {
    title: 'NOOP before the login',
    loggedIn: false,
    steps: ['NOOP'],
    differs: because(WHY.loginFirst, 'vsftpd'),
  },
  {
    title: 'OPTS UTF8 ON before the login',
    loggedIn: false,
    steps: ['OPTS UTF8 ON'],
    differs: { 'pure-ftpd': 'knows no such option', pyftpdlib: WHY.loginFirst },
  },
  {
    title: 'CLNT before the login',
    loggedIn: false,
    steps: ['CLNT me'],
    differs: { ...because(WHY.loginFirst, 'vsftpd', 'pure-ftpd'), pyftpdlib: WHY.notKnown },
  },
  { title: 'QUIT before the login', loggedIn: false, steps: ['QUIT', END] },
  { title: 'QUIT', steps: ['QUIT', END] },
  { title: 'QUIT behind another line', steps: [pipelined('NOOP', 'QUIT')] },
  {
    title: 'REIN',
    steps: ['REIN', 'PWD'],
    differs: {
      ...because('knows the verb and does not do it', 'vsftpd', 'proftpd'),
      'pure-ftpd': WHY.notKnown,
      pyftpdlib: 'answers 230, which says that somebody is logged in; RFC 959 §5.4 has 220',
    },
  },
  {
    title: 'ACCT',
    steps: ['ACCT x'],
    differs: because(
      'refuses; 202 of RFC 959 §5.4 says that nothing more is needed',
      'vsftpd',
      'proftpd',
      'pyftpdlib',
    ),
  },
];
